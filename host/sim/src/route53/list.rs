//! `ListResourceRecordSets`.

use serde::Serialize;

use super::error::{Error, NAMESPACE};
use super::record_set::{RecordSet, canonical, place};
use super::zones::Route53;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::wire::{Message, Reply, xml};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "route53.list.order",
        "Records are listed by name, from its last label to its first, then by type; a list begins at the name, type \
         and identifier of its request, or behind them.",
        source::ROUTE53_GUIDE,
    ),
    Fact::documented(
        "route53.list.pages",
        "A page has at most 300 records. One that is not the last says so, and where the next one begins.",
        source::ROUTE53_GUIDE,
    ),
];

/// How many records a page has at most.
const LARGEST_PAGE: usize = 300;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    resource_record_sets: Sets<'a>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_record_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_record_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_record_identifier: Option<&'a str>,
    max_items: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sets<'a> {
    resource_record_set: Vec<&'a RecordSet>,
}

pub(super) fn list(
    route53: &mut Route53,
    estate: &Estate,
    zone: &str,
    message: &Message,
) -> Result<Reply, Error> {
    let asked = |name: &str| {
        let field = message.query.iter().find(|(key, _)| key == name);
        field.map(|(_, value)| value.as_str())
    };
    let max_items = match asked("maxitems").map(str::parse) {
        None => LARGEST_PAGE,
        Some(Ok(items @ 1..)) => LARGEST_PAGE.min(items),
        Some(_) => return Err(Error::invalid_input("maxitems must be a number from 1")),
    };
    let name = asked("name").map(canonical).unwrap_or_default();
    let (kind, identifier) = (asked("type").unwrap_or_default(), asked("identifier"));
    if name.is_empty() && !kind.is_empty() {
        return Err(Error::invalid_input("a type goes with a name"));
    }
    let start = place(&name, kind, identifier.unwrap_or_default());
    let records = &route53.zone(zone)?.records;
    let mut rest =
        records.iter().filter(|(place, _)| name.is_empty() || **place >= start).map(|(_, set)| set);
    let size = max_items.min(estate.scenario.page_size);
    let page: Vec<&RecordSet> = rest.by_ref().take(size).collect();
    let next = rest.next();
    let about = format!("{} records of {zone}", page.len());
    let output = Output {
        namespace: NAMESPACE,
        resource_record_sets: Sets { resource_record_set: page },
        is_truncated: next.is_some(),
        next_record_name: next.map(|set| set.name.as_str()),
        next_record_type: next.map(|set| set.r#type.as_str()),
        next_record_identifier: next.and_then(|set| set.set_identifier.as_deref()),
        max_items,
    };
    Ok(xml::reply(200, "ListResourceRecordSetsResponse", &output).about(about))
}
