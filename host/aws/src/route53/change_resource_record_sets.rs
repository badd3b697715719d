//! `route53.change_resource_record_sets`: changes records of a zone, all of them or none.
//!
//! `UPSERT` leads to the same records however often it is sent. `CREATE` and `DELETE` lead there too, but AWS refuses
//! the repetition of what has happened; so the records are looked at before any of them is sent again.

use async_trait::async_trait;
use aws_sdk_route53::Client;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, RrType};
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Class, EffectError, Evidence, Finding, Leaves, Maker, Reply, Thing, Touch,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Route53;
use super::record_set::{RecordSet, zone};
use crate::binding::{At, Binding, Changes, unseen};
use crate::error::{Failure, failed};
use crate::record::{reply_to, slim};

pub(crate) struct ChangeResourceRecordSets;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    hosted_zone_id: String,
    change_batch: Batch,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    changes: Vec<One>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    action: Action,
    resource_record_set: RecordSet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Action {
    Create,
    Delete,
    Upsert,
}

impl Batch {
    fn into_sdk(self) -> Result<ChangeBatch, BuildError> {
        let changes = self.changes.into_iter().map(|one| {
            let action = match one.action {
                Action::Create => ChangeAction::Create,
                Action::Delete => ChangeAction::Delete,
                Action::Upsert => ChangeAction::Upsert,
            };
            let set = one.resource_record_set.into_sdk()?;
            Change::builder().action(action).resource_record_set(set).build()
        });
        let changes = changes.collect::<Result<_, _>>()?;
        ChangeBatch::builder().set_comment(self.comment).set_changes(Some(changes)).build()
    }
}

#[async_trait(?Send)]
impl Binding for ChangeResourceRecordSets {
    type Service = Route53;
    const NAME: &'static str = "route53.change_resource_record_sets";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .change_resource_record_sets()
            .hosted_zone_id(zone(&asked.hosted_zone_id))
            .change_batch(asked.change_batch.into_sdk()?)
            .send()
            .await?;
        let change = answer.change_info().map(|it| {
            json!({
                "id": it.id(),
                "status": it.status().as_str(),
                "submitted_at": it.submitted_at().to_string(),
            })
        });
        Ok(reply_to(&answer, slim(json!({ "change_info": change }))))
    }
}

#[async_trait(?Send)]
impl Changes for ChangeResourceRecordSets {
    /// Records are not put away: a drill changes none that its runbook does not name, and only the runbook knows the former ones.
    const LEAVES: Option<Leaves> = None;

    /// No drill makes a zone, and its records lead people somewhere.
    async fn touches(_: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        let zone = Thing::Resource(zone(&asked.hosted_zone_id).to_owned());
        Ok(vec![Touch::of("change records of", zone, Maker::Production)])
    }

    async fn reconcile(at: &At<'_, Self>, asked: Arguments, _: Timestamp) -> Finding {
        let (route53, changes) = (at.reading(), asked.change_batch.changes);
        let mut found = Vec::new();
        for one in &changes {
            match there(&route53, &asked.hosted_zone_id, &one.resource_record_set).await {
                Ok(there) => found.push(there),
                Err(error) => return unseen(error, "the records"),
            }
        }
        decide(&changes, &found)
    }
}

impl One {
    /// Whether the zone answers what this change leads to.
    fn is_done(&self, there: Option<&RecordSet>) -> bool {
        match self.action {
            Action::Upsert | Action::Create => self.is_as_asked(there),
            Action::Delete => there.is_none(),
        }
    }

    /// Whether AWS takes this change.
    fn is_taken(&self, there: Option<&RecordSet>) -> bool {
        match self.action {
            Action::Upsert => true,
            Action::Create => there.is_none(),
            Action::Delete => self.is_as_asked(there),
        }
    }

    fn is_as_asked(&self, there: Option<&RecordSet>) -> bool {
        there.is_some_and(|it| it.says_as(&self.resource_record_set))
    }

    fn is_of(&self, other: &One) -> bool {
        self.resource_record_set.is_of(&other.resource_record_set)
    }
}

/// What the records say of a batch, which happens as a whole: of several changes of one record the last leads to what
/// it is afterwards, and the first begins with what it is before.
fn decide(changes: &[One], found: &[Option<RecordSet>]) -> Finding {
    let with_records = || changes.iter().zip(found).enumerate();
    let is_done = with_records().all(|(index, (one, there))| {
        changes[index + 1..].iter().any(|later| later.is_of(one)) || one.is_done(there.as_ref())
    });
    if is_done {
        return Finding::Happened(Reply::ok(json!({})));
    }
    let is_taken = with_records().all(|(index, (one, there))| {
        changes[..index].iter().any(|earlier| earlier.is_of(one)) || one.is_taken(there.as_ref())
    });
    if is_taken {
        return Finding::Absent;
    }
    let others = with_records().filter(|(_, (one, there))| !one.is_done(there.as_ref()));
    let names: Vec<_> = others.map(|(_, (one, _))| &one.resource_record_set.name).collect();
    Finding::Undecided(Evidence {
        message: "the records are neither as before the changes nor as after them".into(),
        found: json!({ "records": names }),
    })
}

/// The record set of the same name, type and identifier, if the zone has it.
async fn there(
    route53: &Client,
    id: &str,
    wanted: &RecordSet,
) -> Result<Option<RecordSet>, EffectError> {
    let page = route53
        .list_resource_record_sets()
        .hosted_zone_id(zone(id))
        .start_record_name(&wanted.name)
        .start_record_type(RrType::from(wanted.r#type.as_str()))
        .set_start_record_identifier(wanted.set_identifier.clone())
        .max_items(1)
        .send()
        .await
        .map_err(|it| failed(&it))?;
    let first = page.resource_record_sets.into_iter().next().map(RecordSet::from);
    Ok(first.filter(|it| it.is_of(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(action: &str, value: &str) -> One {
        let set = json!({
            "name": "www.shop.example", "type": "A", "ttl": 60,
            "resource_records": [{ "value": value }],
        });
        serde_json::from_value(json!({ "action": action, "resource_record_set": set })).unwrap()
    }

    /// What the zone answers, in AWS's letters.
    fn there(value: &str) -> RecordSet {
        let mut set = change("CREATE", value).resource_record_set;
        set.name = "WWW.shop.example.".into();
        set
    }

    fn word(finding: &Finding) -> &'static str {
        match finding {
            Finding::Happened(_) => "happened",
            Finding::Absent => "absent",
            Finding::Undecided(_) => "undecided",
            _ => "other",
        }
    }

    #[test]
    fn the_record_says_whether_a_change_has_happened_and_whether_it_can_be_sent() {
        for (action, none, same, other) in [
            ("UPSERT", "absent", "happened", "absent"),
            ("CREATE", "absent", "happened", "undecided"),
            ("DELETE", "happened", "absent", "undecided"),
        ] {
            let found = [None, Some(there("192.0.2.1")), Some(there("192.0.2.9"))];
            let said = found.map(|it| word(&decide(&[change(action, "192.0.2.1")], &[it])));
            assert_eq!(said, [none, same, other], "{action}");
        }
    }

    #[test]
    fn a_record_that_is_deleted_and_created_anew_is_judged_by_both_ends() {
        let batch = [change("DELETE", "192.0.2.1"), change("CREATE", "192.0.2.2")];
        for (value, said) in
            [("192.0.2.1", "absent"), ("192.0.2.2", "happened"), ("192.0.2.9", "undecided")]
        {
            let found = [Some(there(value)), Some(there(value))];
            assert_eq!(word(&decide(&batch, &found)), said, "{value}");
        }
    }
}
