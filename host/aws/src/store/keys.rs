//! Which items there are, and what their attributes are called.
//!
//! | `pk` | `sk` | what | written |
//! |---|---|---|---|
//! | `store` | `format` | the format of the whole store | once |
//! | `executions` | `CREATED#ID` | an execution in the list, and where it stands | now and then |
//! | `execution#ID` | `head` | the pinned plan and sources | once |
//! | `execution#ID` | `state` | holder, epoch and beat of the lease; the journal's length | often |
//! | `execution#ID` | `journal#SEQUENCE` | the entries of one append, by the number of the first | once |
//! | `execution#ID` | `evidence#NONCE` | what is left of a pruned journal, instead of it | once |
//! | `execution#ID` | `signal#NUMBER` | a signal | once |
//! | `source#HASH` | `text` | a source | once, never deleted |
//! | `bundles` | `DIGEST` | that all sources of a bundle are there | once, never deleted |
//! | `execution#ID` | `mark#KEY` | which version of a document an effect has made | once |
//! | `documents#KIND` | `NAME` | a document; without a text once it is deleted | now and then |
//! | `execution#ID` | `arrival` | that it is about to arrive from another store | meanwhile |
//! | `execution#ID` | `feed` | the last of what its programs have said | now and then |
//! | `parts#NONCE` | `NUMBER` | a part of a text that does not fit into its item | once |
//!
//! Parts are written before the item that refers to them; without it no reader sees them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item, or the key of one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The partition key.
pub(super) const PK: &str = "pk";
/// The sort key.
pub(super) const SK: &str = "sk";
/// When an item may be deleted by DynamoDB, in seconds since 1970. Only what was deleted has it.
pub(super) const EXPIRES_AT: &str = "expires_at";

/// The format of the store, of a head, of a state.
pub(super) const FORMAT: &str = "format";
/// The holder of the lease; empty: it is free.
pub(super) const HOLDER: &str = "holder";
/// The epoch it is held under; 0: it was never held.
pub(super) const EPOCH: &str = "epoch";
/// Grows with every renewal.
pub(super) const BEAT: &str = "beat";
/// Of a state: the number of the journal's last entry. Of a journal item: of the last entry in it.
/// Of a feed: of its last line.
pub(super) const LAST: &str = "last_sequence";
/// The nonce of the request that wrote the item.
pub(super) const NONCE: &str = "nonce";
/// The nonce of the request that changed the lease last.
pub(super) const LEASED: &str = "leased";
/// The nonce of the append that came last.
pub(super) const APPENDED: &str = "appended";
/// JSON.
pub(super) const TEXT: &str = "text";
/// The partition that the parts of the JSON are in, and how many there are.
pub(super) const PARTS: &str = "parts";
/// How many parts there are.
pub(super) const COUNT: &str = "count";
/// An execution's id.
pub(super) const ID: &str = "id";
/// The runbook's name.
pub(super) const RUNBOOK: &str = "runbook";
/// When an execution was created.
pub(super) const CREATED_AT: &str = "created_at";
/// Of an execution in the list: drill or recovery.
pub(super) const MODE: &str = "mode";
/// Its labels.
pub(super) const LABELS: &str = "labels";
/// What started it.
pub(super) const SOURCE: &str = "source";
/// Its status.
pub(super) const STATUS: &str = "status";
/// The number of the last signal that was taken.
pub(super) const SEEN: &str = "seen";
/// The number of the last signal that was sent.
pub(super) const SENT: &str = "sent";
/// Of a state: what has become of the execution, in JSON.
pub(super) const SEAL: &str = "seal";
/// Of a state: the nonce of the item that has the evidence of a pruned journal.
pub(super) const EVIDENCE: &str = "evidence";
/// Of an execution in the list: whether it was pruned.
pub(super) const PRUNED: &str = "pruned";
/// Of an execution in the list: whether it was moved to another store at some time.
pub(super) const MOVED: &str = "moved";
/// Of a state: the sort key of the execution in the list.
pub(super) const LISTED: &str = "listed";

/// Of an arrival: which import may write.
pub(super) const TURN: &str = "turn";
/// Of an arrival: that documents of an earlier stay were written over.
pub(super) const OVERWRITES: &str = "overwrites";
/// Of an arrival: the nonces of the imports that had begun before.
pub(super) const EARLIER: &str = "earlier";

/// Of a document: how often it was changed. Of a mark: the version that was made.
pub(super) const VERSION: &str = "version";
/// When a document was written.
pub(super) const WRITTEN_AT: &str = "written_at";
/// The writer of it.
pub(super) const WRITTEN_BY: &str = "written_by";

/// The partition of the list.
pub(super) const EXECUTIONS: &str = "executions";

/// The partition of what makes a table a store.
pub(super) const SIGN: &str = "store";

/// Where the format of the whole store is.
pub(super) fn store() -> Item {
    key(SIGN, "format")
}

/// An execution in the list, by when it was created.
pub(super) fn listed(created_us: i64, id: &str) -> Item {
    key(EXECUTIONS, &listed_sk(created_us, id))
}

/// The sort key of that.
pub(super) fn listed_sk(created_us: i64, id: &str) -> String {
    format!("{:020}#{id}", created_us.max(0))
}

/// The partition of an execution.
pub(super) fn partition(id: &str) -> String {
    format!("execution#{id}")
}

/// The head of an execution.
pub(super) fn head(id: &str) -> Item {
    key(&partition(id), "head")
}

/// A source, by the digits of its hash.
pub(super) fn source(hash: &str) -> Item {
    key(&format!("source#{hash}"), "text")
}

/// That all sources of the bundle with this digest are there.
pub(super) fn bundle(digest: &str) -> Item {
    key("bundles", digest)
}
/// The sort key of the state of an execution.
pub(super) const STATE: &str = "state";

/// The state of an execution.
pub(super) fn state(id: &str) -> Item {
    key(&partition(id), STATE)
}

/// The sort key of what the programs of an execution have said.
pub(super) const FEED: &str = "feed";

/// The sort key of the journal item whose first entry has this number.
pub(super) fn journal_sk(sequence: u64) -> String {
    format!("journal#{sequence:020}")
}

/// What is left of a pruned journal.
pub(super) fn evidence(id: &str, nonce: &str) -> Item {
    key(&partition(id), &format!("evidence#{nonce}"))
}

/// The sort key of a signal.
pub(super) fn signal_sk(number: u64) -> String {
    format!("signal#{number:020}")
}

/// The sort key of that an execution is about to arrive.
pub(super) const ARRIVAL: &str = "arrival";

/// That an execution is about to arrive from another store.
pub(super) fn arrival(id: &str) -> Item {
    key(&partition(id), ARRIVAL)
}

/// How the sort keys of marks begin.
pub(super) const MARK: &str = "mark#";

/// What an effect has changed.
pub(super) fn mark(id: &str, key: &str) -> Item {
    self::key(&partition(id), &format!("{MARK}{key}"))
}

/// How the partitions of documents begin.
pub(super) const KIND: &str = "documents#";

/// The partition of the documents of a kind.
pub(super) fn documents(kind: &str) -> String {
    format!("{KIND}{kind}")
}

/// A document.
pub(super) fn document(kind: &str, name: &str) -> Item {
    key(&documents(kind), name)
}

/// The sort key of a part.
pub(super) fn part_sk(number: usize) -> String {
    format!("{number:08}")
}

/// The partition of the parts that one request wrote.
pub(super) fn parts(nonce: &str) -> String {
    format!("parts#{nonce}")
}

/// A key.
pub(super) fn key(pk: &str, sk: &str) -> Item {
    [(PK.to_owned(), string(pk)), (SK.to_owned(), string(sk))].into()
}

/// A string value.
pub(super) fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// A number.
pub(super) fn number(number: impl ToString + Copy) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A name that no other request has.
pub(super) fn nonce() -> String {
    // 32 characters; 36 is the longest that a transaction's token may be.
    format!("{:032x}", fastrand::u128(..))
}
