//! Reports of a drill with a failed optional server, a retry, an approval by two people and a leftover, as the binary
//! makes them of a store.
//!
//! - `reports/told`: the drill, rehearsed in virtual time and written into a store as if it had happened.
//! - `reports/words`: text and JSON. `reports/across`: what all drills prove. `reports/pages`: the page, and its judges. `reports/verified`: what is proved.
//!   `reports/unread`: what cannot be read, or was pruned.

mod support;

#[path = "reports/across.rs"]
mod across;
#[path = "reports/judged.rs"]
mod judged;
#[path = "reports/pages.rs"]
mod pages;
#[path = "reports/told.rs"]
mod told;
#[path = "reports/unread.rs"]
mod unread;
#[path = "reports/verified.rs"]
mod verified;
#[path = "reports/words.rs"]
mod words;
