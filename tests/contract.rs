//! What programs may rely on: the schemas of all documents, and an example of each kind from a real run.
//!
//! `tests/contract/schemas` has the schemas of all versions. Where the binary's differs from the one that is kept, the
//! test says whether it breaks readers: then the version is raised, and the old schema stays. What is additive is kept
//! anew: `cargo test -p moontide --test contract -- --ignored record`.
//! `tests/contract/examples` has documents as some release printed them: they are valid for ever, and what is read
//! back is still read.

#[path = "contract/examples.rs"]
mod examples;
#[cfg(unix)]
#[path = "contract/polling.rs"]
mod polling;
#[path = "contract/read_back.rs"]
mod read_back;
#[path = "contract/schemas.rs"]
mod schemas;
mod support;
