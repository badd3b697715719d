//! What a story took for granted, as a rehearsal's notes say it.

use serde::Serialize;

/// One thing that a rehearsal assumed, or was told in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// `region_down`: calls into a Region that is down. `source_down`: servers that it had stopped replicating.
    /// `platform`: a document for another operating system. `unscripted`: an answer that nothing scripts. `shared`: an
    /// answer that stood for two. `unsaid`: lines of a command that nothing scripts. `unsimulated`: a document of AWS's own that did nothing. `unknown`: one that only AWS could
    /// have made, and that is not known here. `unused`: what nothing met. `fewer`: what struck less often than it might. `once`: what a second attempt would not meet.
    pub kind: &'static str,
    /// One sentence.
    pub message: String,
}
