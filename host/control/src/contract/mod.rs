//! What programs may rely on: every document that Moontide prints, its name, its version, and its JSON Schema.
//!
//! A document says what it is: `"document": "moontide.status/1"`, and the same number as `version`. Within a version
//! fields are only added: a reader passes over fields that it does not know, and so a reader of version n reads what a
//! later release writes as version n. What is not additive raises the version.
//!
//! - [`document`]: [`Contract`], without which nothing is printed, and the macro that names a document.
//! - [`documents`]: those of this crate. A face adds its own.
//! - [`schema`]: the schema of one, made of its type. `absent`: what it says of null.
//! - [`change`]: whether a change of a schema is additive or breaks readers.
//! - [`written`]: a document as it is written: nothing else writes one.
//! - [`steps`]: next steps and hints, as a face writes them.
//! - [`engine`]: the shapes of what the engine keeps, which knows nothing of schemas. [`asked`]: of its prompts and signals.

mod absent;
pub mod asked;
pub mod change;
pub mod document;
pub mod documents;
pub mod engine;
pub mod schema;
pub mod steps;
pub mod written;

pub use document::{Contract, Known};
