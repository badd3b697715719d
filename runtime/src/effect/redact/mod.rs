//! Keeps the values of secret params out of the journal, the log and the screen.
//!
//! A program receives the real value; what leaves the door towards the journal carries `«name»` in its
//! place, and so does what comes back, live and in replay alike. Where a text was cut, the part of a secret
//! that is left before the mark is hidden too.
//!
//! - `secrets`: looking for them; `spelled`: the spellings in which a secret turns up; `encoded`: what encoders make of it.
//! - `everywhere`: the fields of what is journaled and shown.

mod encoded;
mod everywhere;
mod secrets;
mod spelled;
#[cfg(test)]
mod tests;

pub use secrets::Secrets;
