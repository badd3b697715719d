//! All that the pretend world claims about the real one. `moontide sim --facts` prints it.
//!
//! The lists stand at the head of the files that implement them; a service's plug holds its own.

use crate::fact::Fact;
use crate::services::SERVICES;

/// Every simulated behaviour: of the wire, of each service, and of what services share.
pub fn facts() -> Vec<Fact> {
    let courses = SERVICES.iter().flat_map(|plug| plug.facts.courses);
    let calls = SERVICES.iter().flat_map(|plug| plug.facts.calls);
    let wire = [crate::http::FACTS, crate::regions::FACTS, crate::serve::FACTS];
    let lists: Vec<&[Fact]> =
        wire.iter().chain(courses).chain(calls).chain([&crate::tags::FACTS]).copied().collect();
    lists.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// How many facts are declared below `folder`.
    fn declared(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let count = |path: std::path::PathBuf| {
            if path.is_dir() {
                return declared(&path);
            }
            let text = std::fs::read_to_string(path).unwrap();
            let kinds = ["documented", "observed", "assumed"];
            kinds.iter().map(|kind| text.matches(&format!("Fact::{kind}(")).count()).sum()
        };
        entries.map(count).sum()
    }

    #[test]
    fn every_fact_that_is_declared_is_gathered() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert_eq!(facts().len(), declared(&sources));
    }

    #[test]
    fn every_fact_has_a_name_of_its_own_a_sentence_and_a_source() {
        let facts = facts();
        let names: BTreeSet<_> = facts.iter().map(|fact| fact.id).collect();
        assert_eq!(names.len(), facts.len());
        for fact in &facts {
            assert!(fact.sentence.ends_with('.'), "{}", fact.id);
            assert!(!fact.source.is_empty(), "{}", fact.id);
        }
    }
}
