//! `DescribeRecoverySnapshots`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Error;
use super::input;
use super::paging::Paging;
use super::recovery_points;
use super::reply;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.snapshots.spacing",
        "Recovery points are ten minutes apart within the last hour.",
        source::DRS_GUIDE,
    ),
    Fact::assumed(
        "drs.snapshots.older",
        "Older recovery points have the same spacing.",
        "DRS thins them out to hours and days; nothing here depends on it",
    ),
    Fact::assumed(
        "drs.snapshots.order",
        "Without an order, the newest recovery point comes first.",
        "the reference does not say",
    ),
];

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "sourceServerID")]
    source_server_id: Option<String>,
    #[serde(default)]
    filters: Filters,
    order: Option<Order>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
struct Filters {
    #[serde(rename = "fromDateTime")]
    from: Option<String>,
    #[serde(rename = "toDateTime")]
    to: Option<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Order {
    Asc,
    Desc,
}

pub(super) fn describe(estate: &Estate, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let Input { source_server_id, filters, order, paging } = input::parse(body)?;
    let id = input::required(source_server_id, "sourceServerID")?;
    input::check_id("sourceServerID", &id, "s-")?;
    let server = estate.find_server(&id).ok_or_else(|| Error::not_found("SourceServer", &id))?;
    let from = input::moment("filters.fromDateTime", filters.from.as_ref())?;
    let to = input::moment("filters.toDateTime", filters.to.as_ref())?;

    let mut found: Vec<Timestamp> = recovery_points::all(estate, server, now)
        .into_iter()
        .filter(|moment| from.is_none_or(|from| *moment >= from))
        .filter(|moment| to.is_none_or(|to| *moment <= to))
        .collect();
    if order == Some(Order::Asc) {
        found.reverse();
    }
    let key = |moment: &Timestamp| recovery_points::id(estate, server, *moment);
    let (page, next_token) = paging.cut(found, key, estate.scenario.page_size)?;
    let items: Vec<Value> = page
        .iter()
        .map(|moment| {
            json!({
                "snapshotID": recovery_points::id(estate, server, *moment),
                "sourceServerID": id,
                "expectedTimestamp": moment,
                "timestamp": moment,
            })
        })
        .collect();
    Ok(reply::page(&items, next_token).about(id))
}
