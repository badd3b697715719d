//! A record set: what a zone answers for one name and type.

use aws_sdk_route53::types;
use aws_smithy_types::error::operation::BuildError;
use serde::{Deserialize, Serialize};

use crate::record::text;

/// A record set, in a runbook and in its journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordSet {
    /// With or without the dot at its end; AWS answers with it.
    pub(super) name: String,
    /// `A`, `AAAA`, `CNAME`, `TXT`, …
    pub(super) r#type: String,
    /// In seconds; an alias has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    /// Empty for an alias.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resource_records: Vec<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias_target: Option<AliasTarget>,
    /// Tells apart the record sets of one name and type; the fields below say which of them answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<i64>,
    /// `PRIMARY` or `SECONDARY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    failover: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_id: Option<String>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    value: String,
}

/// Another name of AWS's, such as a load balancer's, whose addresses are answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasTarget {
    hosted_zone_id: String,
    dns_name: String,
    #[serde(default)]
    evaluate_target_health: bool,
}

impl RecordSet {
    /// For the SDK.
    pub(super) fn into_sdk(self) -> Result<types::ResourceRecordSet, BuildError> {
        let values = self.resource_records.into_iter();
        let values = values.map(|it| types::ResourceRecord::builder().value(it.value).build());
        let values: Vec<_> = values.collect::<Result<_, _>>()?;
        let alias = self.alias_target.map(|it| {
            types::AliasTarget::builder()
                .hosted_zone_id(it.hosted_zone_id)
                .dns_name(it.dns_name)
                .evaluate_target_health(it.evaluate_target_health)
                .build()
        });
        types::ResourceRecordSet::builder()
            .name(self.name)
            .r#type(types::RrType::from(self.r#type.as_str()))
            .set_ttl(self.ttl)
            .set_resource_records(Some(values).filter(|it| !it.is_empty()))
            .set_alias_target(alias.transpose()?)
            .set_set_identifier(self.set_identifier)
            .set_weight(self.weight)
            .set_failover(self.failover.as_deref().map(types::ResourceRecordSetFailover::from))
            .set_health_check_id(self.health_check_id)
            .build()
    }

    /// Whether it is of the same name, type and identifier, as AWS tells record sets apart.
    pub(super) fn is_of(&self, other: &RecordSet) -> bool {
        let is_named = canonical(&self.name) == canonical(&other.name);
        is_named && self.r#type == other.r#type && self.set_identifier == other.set_identifier
    }

    /// Whether both say the same: AWS keeps names with a dot at their end, and values in no order.
    pub(super) fn says_as(&self, other: &RecordSet) -> bool {
        self.clone().plain() == other.clone().plain()
    }

    fn plain(mut self) -> RecordSet {
        self.name = canonical(&self.name);
        self.resource_records.sort();
        if let Some(alias) = &mut self.alias_target {
            alias.dns_name = canonical(&alias.dns_name);
        }
        self
    }
}

/// A name as AWS answers it: small letters, a dot at its end, and an octal code for a star.
fn canonical(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_lowercase().replace('*', "\\052"))
}

impl From<types::ResourceRecordSet> for RecordSet {
    fn from(set: types::ResourceRecordSet) -> RecordSet {
        let values = set.resource_records.unwrap_or_default().into_iter();
        RecordSet {
            name: set.name,
            r#type: set.r#type.as_str().to_owned(),
            ttl: set.ttl,
            resource_records: values.map(|it| Record { value: it.value }).collect(),
            alias_target: set.alias_target.map(|it| AliasTarget {
                hosted_zone_id: it.hosted_zone_id,
                dns_name: it.dns_name,
                evaluate_target_health: it.evaluate_target_health,
            }),
            set_identifier: set.set_identifier,
            weight: set.weight,
            failover: text(set.failover),
            health_check_id: set.health_check_id,
        }
    }
}

/// A zone's id as runbooks name it: AWS's own answers may put its kind before it.
pub(super) fn zone(id: &str) -> &str {
    id.strip_prefix("/hostedzone/").unwrap_or(id)
}
