//! What the fuzz target `requests` of `tests/fuzz/` once found interesting, replayed by every run of the tests.

#[path = "../../../tests/fuzz/checks/requests.rs"]
mod requests;

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn any_request_is_answered_so_that_a_client_of_the_service_can_read_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/requests");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut seen = BTreeSet::new();
    for path in files {
        seen.extend(requests::answers(&std::fs::read(path).unwrap()));
    }
    let seen: Vec<u16> = seen.into_iter().map(|status| status.as_u16()).collect();
    for status in [200, 202, 400, 404] {
        assert!(seen.contains(&status), "{status} was never answered: {seen:?}");
    }
}
