//! The default store: one SQLite file, shared by any number of processes of one machine.
//!
//! - `store`: the store itself. `open`: the file, its settings, its format; `private`: for its owner only.
//! - `original`: whether the file is still the one that was opened.
//! - `rows`: the SQL, one function per question; `known`: what all of it rests on; `standings`: that of lists;
//!   `sources`: that of sources; `belongings`: that of documents; `seals`, `prune`: that of what is pruned or moved;
//!   `parcels`: that of what comes and goes; `bytes`: that of what is stored, whatever it is worth.
//! - `archive`: cutting down, moving; `room`: what is free in the file.
//! - `documents`: what is kept beside executions; `feeds`: what programs say.
//! - `writer`: the thread that writes, many changes a transaction.
//! - `reader`: the thread that reads, on a connection of its own.
//! - `locks`: files by which a dead holder is told from a slow one.
//! - `thread`: a queue and the thread that works through it; both of them are one.
//! - `error`: what SQLite says, in plain sentences.
//! - `watching`: waiting for what other processes write.

mod archive;
mod belongings;
mod bytes;
mod documents;
mod error;
mod feeds;
mod known;
mod locks;
mod open;
mod original;
mod parcels;
pub mod private;
mod prune;
mod reader;
mod room;
mod rows;
mod seals;
mod sources;
mod standings;
mod store;
#[cfg(test)]
mod tests;
mod thread;
mod watching;
mod writer;

pub use store::SqliteStore;
