//! What a drill may touch besides what it launches itself: the runbook's field `outside`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::declared::Declared;
use super::tags::tags;

/// The things that a drill may touch although no drill of its execution made them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outside {
    /// Instances by id; also other resources of EC2, such as volumes, that are tagged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Instances that carry all of these tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// SSM Automation documents by name or ARN; a name means the ARN in the account and Region of a call too. What a document does cannot be told from outside, so a drill
    /// starts none that is not named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

impl Outside {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.tags.is_empty() && self.documents.is_empty()
    }

    /// Each thing as a line for people: `instance i-0123`, `instances with App=shop`, `document Shop-CutOver`.
    pub fn lines(&self) -> Vec<String> {
        let tags: Vec<String> =
            self.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let tagged = (!tags.is_empty()).then(|| format!("instances with {}", tags.join(", ")));
        let ids = self.ids.iter().map(|id| {
            let kind = if id.starts_with("i-") { "instance" } else { "resource" };
            format!("{kind} {id}")
        });
        let documents = self.documents.iter().map(|name| format!("document {name}"));
        ids.chain(tagged).chain(documents).collect()
    }
}

pub(super) const FIELDS: &[&str] = &["instances", "documents"];
/// Of its `instances`.
pub(super) const INSTANCES: &[&str] = &["ids", "tags"];

/// Reads `outside = { instances = { ids = { … }, tags = { … } }, documents = { … } }`.
pub(super) fn read(declared: &Declared<'_>) -> Option<Outside> {
    let fields = declared.fields("`outside`", FIELDS)?;
    let instances = fields.get("instances");
    let instances = instances.as_ref().and_then(|it| it.fields("`instances`", INSTANCES));
    let of = |name: &'static str| instances.as_ref().and_then(|it| it.get(name));
    let outside = Outside {
        ids: of("ids").map(|it| it.plain_texts()).unwrap_or_default(),
        tags: of("tags").map(|it| tags(&it)).unwrap_or_default(),
        documents: fields.get("documents").map(|it| it.plain_texts()).unwrap_or_default(),
    };
    if outside.is_empty() {
        declared.complain("`outside` names nothing: name instances or documents, or leave it away");
    }
    Some(outside)
}
