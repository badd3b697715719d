//! From a declared table to a plan, or to everything that is wrong with it.

use super::complaint::{Complaint, Complaints};
use super::declared::Declared;
use super::fields::Fields;
use super::{Node, Plan, dependencies, names, outside, params, pause, servers, waves};

pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "region",
    "regions",
    "source_region",
    "account",
    "objectives",
    "params",
    "waves",
    "max_parallel_waves",
    "outside",
    "start",
    "on_start",
    "on_cancel",
    "on_finish",
];
pub(super) const OBJECTIVES: &[&str] = &["rto", "rpo"];
/// More waves side by side than a runbook has.
const MOST_PARALLEL: u32 = 10_000;

impl Plan {
    /// Reads the table that a runbook declares.
    pub fn check(node: &Node) -> Result<Plan, Vec<Complaint>> {
        let complaints = Complaints::default();
        let Some(fields) = Declared::root(node, &complaints).fields("a runbook", FIELDS) else {
            return Err(complaints.into_list());
        };
        let plan = runbook(&fields);
        let complaints = complaints.into_list();
        if complaints.is_empty() { Ok(plan) } else { Err(complaints) }
    }
}

fn runbook(fields: &Fields<'_>) -> Plan {
    let name = fields.required("a runbook", "name").and_then(|field| names::runbook(&field));
    let description = fields.get("description").and_then(|field| field.text());
    let objectives =
        fields.get("objectives").and_then(|field| field.fields("`objectives`", OBJECTIVES));
    let objective = |name| objectives.as_ref()?.get(name)?.duration();
    let waves = fields.required("a runbook", "waves").map(|field| waves::read(&field));
    let waves = waves.unwrap_or_default();
    dependencies::check(&waves, fields.table().complaints);
    servers::check_overlap(&waves, fields.table().complaints);
    Plan {
        name: name.unwrap_or_default(),
        description: description.unwrap_or_default().to_owned(),
        regions: regions(fields),
        source_region: fields.get("source_region").and_then(|field| names::region(&field)),
        account: fields.get("account").and_then(|field| names::account(&field)),
        rto: objective("rto"),
        rpo: objective("rpo"),
        params: fields.get("params").map(|field| params::read(&field)).unwrap_or_default(),
        waves,
        max_parallel_waves: fields
            .get("max_parallel_waves")
            .and_then(|field| field.count(MOST_PARALLEL)),
        start: fields.get("start").and_then(|field| pause::read_start(&field)),
        outside: fields.get("outside").and_then(|field| outside::read(&field)).unwrap_or_default(),
        on_start: fields.get("on_start").is_some_and(|field| field.function()),
        on_cancel: fields.get("on_cancel").is_some_and(|field| field.function()),
        on_finish: fields.get("on_finish").is_some_and(|field| field.function()),
    }
}

/// `region = "us-west-2"`, or `regions = { "us-west-2", … }`.
fn regions(fields: &Fields<'_>) -> Vec<String> {
    match (fields.get("region"), fields.get("regions")) {
        (None, None) => Vec::new(),
        (Some(one), None) => names::region(&one).into_iter().collect(),
        (None, Some(several)) => {
            if several.is_empty() {
                several.complain("`regions` names no Region; leave it out for the session's own");
            }
            let several = several.texts();
            several.iter().filter_map(|(item, _)| names::region(item)).collect()
        }
        (Some(_), Some(several)) => {
            several.complain("a runbook has either `region` or `regions`, not both");
            Vec::new()
        }
    }
}
