//! Executions in a DynamoDB table, for machines that share them.
//!
//! - `keys`: which items there are, and what their attributes are called. Start reading here.
//! - `dynamo`: the store itself, and where its requests run; `requests`: what the engine asks of it.
//! - `head`: creating executions, and finding them; `listing`: their list, and where each stands.
//! - `state`: the one item of an execution that changes: who holds its lease, how long its journal is.
//! - `lease`: conditional updates of that item. `journal`: transactions on it. `signals`: items beside it.
//! - `documents`: what is kept beside executions.
//! - `bytes`: what is stored, byte for byte, whatever it is worth.
//! - `chain`: where a journal ends, so that the next entry carries the hash of the last one.
//! - `sources`: sources under their hashes, each once; `kept`: which are known to be there. `batch`: many items a request.
//! - `archive`: cutting journals down to their `evidence`; `parcels`: executions that come and go; `arrival`: which import may write.
//! - `text`: JSON of any length in items of at most 400 KB.
//! - `table`: the client, and reading items; `refusal`: what DynamoDB says, in plain sentences.
//! - `retry`: how long a store that is throttled, or does not answer, is asked again.
//! - `watching`: waiting for news, and what that costs. `feeds`: what programs say meanwhile.
//! - `init`: making the table; `open_error`: why there is none; `replicas`: why a global table is none. `thread`: where all of it runs.
//!
//! **Nothing is taken back, nothing counts twice.** A reply may get lost on its way, and the request be
//! sent again; its condition then fails, because it has been met. So every write carries a nonce, and a
//! condition that failed shows the item as it is: if it bears our nonce, the write has succeeded.
//! Every read is strongly consistent, but for those of `watching`, which only say that it is worth reading.

mod append;
mod archive;
mod arrival;
mod batch;
mod bytes;
mod chain;
mod documents;
mod dynamo;
mod evidence;
mod feeds;
mod head;
mod init;
mod item;
mod journal;
mod kept;
mod keys;
mod lease;
mod listing;
mod open_error;
mod parcels;
mod refusal;
mod replicas;
mod requests;
mod retry;
mod signals;
mod sources;
mod state;
mod table;
mod text;
mod thread;
mod watching;

pub use dynamo::DynamoStore;
pub use init::{Initialised, Setting};
pub use open_error::OpenError;
