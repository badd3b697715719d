//! Where executions live.
//!
//! A store keeps heads, journals, leases and signals: `interface` is what each does, `error` why it did not.
//! [`memory`] serves rehearsals and tests, [`sqlite`] is the default. [`documents`] is what is kept beside executions,
//! [`claims`] what of it says which executions are at work on a plan or a server, [`obligations`] what is still to be
//! done. `lease_record` is a lease; [`lease`] says how a runner comes to be the only one, [`pulse`] how certain it may
//! be of that, [`listing`] what a list shows, [`sources`] how the same text is kept once, [`archive`], [`seal`],
//! [`cut`] and [`parcel`] how executions are cut down and move, [`append`] what every store asks of entries before it
//! takes them, [`whole`] before it gives them back, [`stored`] what it has byte for byte, [`verified`] what that is worth, [`watch`] how to wait for news, [`feed`] what programs say
//! meanwhile.

pub mod append;
pub mod archive;
pub mod claims;
pub mod cut;
pub mod documents;
mod error;
pub mod feed;
mod interface;
pub mod lease;
mod lease_record;
pub mod listing;
pub mod memory;
pub mod obligations;
pub mod parcel;
pub mod pulse;
pub mod seal;
pub mod sources;
pub mod sqlite;
pub mod stored;
pub mod verified;
pub mod watch;
pub mod whole;

pub use crate::history::{Signal, SignalKind};
pub use archive::Archive;
pub use documents::{Behalf, Belongings, Change, Condition, Document, Documents};
pub use error::StoreError;
pub use feed::Feed;
pub use interface::{Listed, Store};
pub use lease_record::{Lease, LeaseRecord};
pub use listing::{Cursor, Part, Row, Standing, Told, Wanted};
pub use memory::MemoryStore;
pub use obligations::Obligation;
pub use parcel::Parcel;
pub use pulse::Pulse;
pub use seal::{Moved, Pruned, Seal};
pub use sqlite::SqliteStore;
pub use stored::Stored;
pub use verified::{Verdict, Verified};
pub use watch::Mark;
