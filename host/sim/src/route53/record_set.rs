//! A record set: what a zone answers for one name and type.

use serde::{Deserialize, Serialize};

/// A record set on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RecordSet {
    pub(super) name: String,
    pub(super) r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failover: Option<String>,
    #[serde(rename = "TTL", skip_serializing_if = "Option::is_none")]
    pub(super) ttl: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource_records: Option<ResourceRecords>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alias_target: Option<AliasTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_id: Option<String>,
}

/// Its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ResourceRecords {
    #[serde(default)]
    pub(super) resource_record: Vec<ResourceRecord>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ResourceRecord {
    pub(super) value: String,
}

/// Another name, whose addresses are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AliasTarget {
    hosted_zone_id: String,
    #[serde(rename = "DNSName")]
    dns_name: String,
    evaluate_target_health: bool,
}

/// A record set in the world file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    name: String,
    r#type: String,
    #[serde(default = "five_minutes")]
    ttl: u32,
    values: Vec<String>,
}

fn five_minutes() -> u32 {
    300
}

impl Written {
    pub(super) fn record_set(&self) -> RecordSet {
        let values = self.values.iter().map(|it| ResourceRecord { value: it.clone() });
        RecordSet {
            name: canonical(&self.name),
            r#type: self.r#type.clone(),
            set_identifier: None,
            weight: None,
            failover: None,
            ttl: Some(self.ttl),
            resource_records: Some(ResourceRecords { resource_record: values.collect() }),
            alias_target: None,
            health_check_id: None,
        }
    }
}

/// A name as Route 53 keeps it: small letters, a dot at its end, an octal code for a star.
pub(super) fn canonical(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_lowercase().replace('*', "\\052"))
}

/// Where something stands in the list of a zone: by its name from the last label to the first, then by type and
/// identifier. There is one record set at each place.
pub(super) fn place(name: &str, kind: &str, identifier: &str) -> String {
    let labels: Vec<&str> = name.trim_end_matches('.').rsplit('.').collect();
    format!("{}\0{kind}\0{identifier}", labels.join("\u{1}"))
}

impl RecordSet {
    /// As Route 53 keeps it.
    pub(super) fn kept(mut self) -> Self {
        self.name = canonical(&self.name);
        self
    }

    pub(super) fn place(&self) -> String {
        place(&self.name, &self.r#type, self.set_identifier.as_deref().unwrap_or_default())
    }

    /// Whether both say the same; values are in no order.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        self.clone().sorted() == other.clone().sorted()
    }

    fn sorted(mut self) -> Self {
        if let Some(values) = &mut self.resource_records {
            values.resource_record.sort();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_listed_by_their_names_from_the_last_label_on() {
        let places = [
            ("shop.example.", "A"),
            ("shop.example.", "MX"),
            ("\\052.shop.example.", "A"),
            ("api.shop.example.", "A"),
            ("eu.api.shop.example.", "A"),
            ("www.shop.example.", "A"),
        ];
        assert!(places.map(|(name, kind)| place(name, kind, "")).is_sorted());
        assert!(place("www.shop.example.", "", "") < place("www.shop.example.", "A", ""));
        assert_eq!(canonical("*.Shop.example"), "\\052.shop.example.");
    }
}
