//! `ChangeResourceRecordSets`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{Error, NAMESPACE};
use super::record_set::RecordSet;
use super::zones::{Route53, Zone};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::seed::digest;
use crate::wire::{Message, Reply, xml};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "route53.change.whole",
        "A batch of changes happens as a whole, or is refused as a whole with 400 InvalidChangeBatch.",
        source::ROUTE53_GUIDE,
    ),
    Fact::observed(
        "route53.change.refused",
        "A CREATE of what exists, a DELETE of what does not or says something else, and a name outside of the zone are \
         InvalidChangeBatch, each with a message of its own.",
        "reports of users of Terraform and boto3, who quote these messages",
    ),
    Fact::assumed(
        "route53.change.seen",
        "A change is listed at once, and its batch is PENDING.",
        "Route 53 says only that its own servers need a minute",
    ),
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    change_batch: Batch,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Batch {
    comment: Option<String>,
    changes: Changes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Changes {
    change: Vec<Change>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Change {
    action: Action,
    resource_record_set: RecordSet,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Action {
    Create,
    Delete,
    Upsert,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    change_info: Info,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    id: String,
    status: &'static str,
    submitted_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

pub(super) fn change(
    route53: &mut Route53,
    estate: &Estate,
    now: Timestamp,
    zone: &str,
    message: &Message,
) -> Result<Reply, Error> {
    let input: Input = quick_xml::de::from_str(&message.body)
        .map_err(|error| Error::invalid_input(&error.to_string()))?;
    let Batch { comment, changes: Changes { change: changes } } = input.change_batch;
    let about = format!("{} changes of {zone}", changes.len());
    let there = route53.zone(zone)?;
    let mut records = there.records.clone();
    for Change { action, resource_record_set } in changes {
        let set = resource_record_set.kept();
        check(there, &set)?;
        let (place, known) = (set.place(), records.get(&set.place()));
        let refused = |why: &str| Err(Error::invalid_batch(&set, why));
        match (action, known) {
            (Action::Create, Some(_)) => return refused("create: it already exists"),
            (Action::Delete, None) => return refused("delete: it was not found"),
            (Action::Delete, Some(known)) if !known.says_as(&set) => {
                return refused("delete: the values provided do not match the current values");
            }
            (Action::Delete, Some(_)) => drop(records.remove(&place)),
            (Action::Create | Action::Upsert, _) => drop(records.insert(place, set)),
        }
    }
    there.records = records;
    route53.changes += 1;
    let name = format!("{}/change/{}", estate.seed.0, route53.changes);
    let id = format!("/change/C{}", digest(&name, 20).to_uppercase());
    let change_info = Info { id, status: "PENDING", submitted_at: now.to_string(), comment };
    let output = Output { namespace: NAMESPACE, change_info };
    Ok(xml::reply(200, "ChangeResourceRecordSetsResponse", &output).about(about))
}

/// What makes a record set impossible in this zone.
fn check(zone: &Zone, set: &RecordSet) -> Result<(), Error> {
    let is_within = set.name == zone.name || set.name.ends_with(&format!(".{}", zone.name));
    if !is_within {
        return Err(Error::not_permitted(&set.name, &zone.name));
    }
    let has_values = set.resource_records.as_ref().is_some_and(|it| !it.resource_record.is_empty());
    match (&set.alias_target, has_values, set.ttl) {
        (None, true, Some(_)) | (Some(_), false, None) => Ok(()),
        _ => Err(Error::invalid_input(
            "a record set has a TTL and values, or is an alias and has neither",
        )),
    }
}
