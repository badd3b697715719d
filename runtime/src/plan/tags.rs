//! Tags by which something is selected.

use std::collections::BTreeMap;

use super::declared::Declared;

/// Tags to select by: at least one.
pub(super) fn tags(declared: &Declared<'_>) -> BTreeMap<String, String> {
    if declared.is_empty() {
        declared.complain("`tags` needs at least one tag, because no tags would mean every server");
    }
    let mut tags = BTreeMap::new();
    for (key, value) in declared.entries() {
        if key.is_empty() {
            value.complain("a tag needs a name");
        }
        tags.insert(key.to_owned(), value.text().unwrap_or_default().to_owned());
    }
    tags
}
