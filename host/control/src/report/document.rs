//! The report itself, as plain data.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::before::Before;
use super::checks::{self, Check};
use super::cleanups::Cleanups;
use super::cost::{self, Cost};
use super::decisions::{self, Decision, Intervention};
use super::digest;
use super::evidence::Evidence;
use super::gantt::{self, Row};
use super::identity::{Identity, World};
use super::known::Known;
use super::leftovers::{self, Leftovers};
use super::not_run::{self, NotRun};
use super::recovery::Recovery;
use super::servers::{self, Server};
use super::subject::Subject;
use super::title;
use super::troubles::{self, Trouble};
use crate::contract::engine;
use crate::error::Result;
use crate::settings::Prices;
use crate::view::Record;

/// The form of a report. Raised when a field changes its meaning or goes away.
pub const FORM: u32 = 3;

/// What an auditor is given about an execution.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct Report {
    /// The number of this format, which is a report's own.
    pub report: u32,
    /// `DRILL of three-tier: completed`.
    pub title: String,
    /// What stands on every page, where it is about no real event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// The result in a sentence.
    pub result: String,
    /// How it stands.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// Which execution.
    pub identity: Identity,
    /// Its objectives, and what was achieved.
    pub recovery: Recovery,
    /// What ran when.
    pub timeline: Vec<Row>,
    /// Its servers.
    pub servers: Vec<Server>,
    /// What was checked.
    pub checks: Vec<Check>,
    /// Why it is not known what was checked, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks_unknown: Option<String>,
    /// What people were asked.
    pub decisions: Vec<Decision>,
    /// What else operators wanted.
    pub interventions: Vec<Intervention>,
    /// What did not go as it should.
    pub troubles: Vec<Trouble>,
    /// What did not run.
    pub not_run: Vec<NotRun>,
    /// What is left.
    pub leftovers: Leftovers,
    /// What it has cost.
    pub cost: Known<Cost>,
    /// What has changed since the last drill.
    pub before: Known<Before>,
    /// What holds it to its journal.
    pub evidence: Evidence,
    /// How it was made.
    pub made: Made,
    /// The SHA-256 of all the rest, as JSON whose fields are in the order of their names.
    #[serde(default)]
    pub digest: String,
}

/// How a report was made: with the same, the same journal gives the same report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Made {
    /// When.
    pub at: Timestamp,
    /// The release that made it.
    pub moontide: String,
    /// The zone of its local times.
    pub zone: String,
    /// When the disaster was declared, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_at: Option<Timestamp>,
    /// The wave or the server until which the time counts, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// Whether people, servers, addresses and words are replaced by pseudonyms.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

impl Made {
    /// One made now, in this zone, without anything that was said besides.
    pub fn now(at: Timestamp, zone: &TimeZone) -> Made {
        Made {
            at,
            moontide: env!("CARGO_PKG_VERSION").to_owned(),
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            declared_at: None,
            until: None,
            prices: None,
            redacted: false,
        }
    }

    /// The zone of its local times; UTC, where this machine does not know it.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

impl Report {
    /// The report of a loaded execution.
    pub async fn of(store: &dyn Store, record: &Record, made: Made) -> Result<Report> {
        Report::made(store, record, made, (true, None)).await
    }

    /// The same, with other executions as that report has found them.
    pub(super) async fn as_found(
        store: &dyn Store,
        record: &Record,
        made: Made,
        then: &Report,
    ) -> Result<Report> {
        Report::made(store, record, made, (true, Some(then))).await
    }

    /// The same for a view across executions: without what has changed since the last drill, and without a head.
    pub(crate) async fn across(store: &dyn Store, record: &Record, made: Made) -> Result<Report> {
        Report::made(store, record, made, (false, None)).await
    }

    async fn made(
        store: &dyn Store,
        record: &Record,
        made: Made,
        (is_whole, then): (bool, Option<&Report>),
    ) -> Result<Report> {
        let subject = Subject::of(record);
        let zone = made.zone();
        let identity = Identity::of(&subject, &zone);
        let from = made.declared_at.unwrap_or_else(|| subject.began());
        let servers = servers::all(&subject, from);
        let asked = (made.declared_at, made.until.as_deref());
        let ran = servers::ran(&subject, &servers);
        let recovery = Recovery::of(&subject, (&servers, &ran), asked)?;
        let decisions = decisions::all(&subject);
        let interventions = decisions::interventions(&subject);
        let troubles = troubles::all(&subject, &servers, &decisions, &interventions);
        let cleanups = Cleanups::of(store, record, then.map(|then| &then.leftovers)).await?;
        let leftovers = Leftovers::of(&subject, &cleanups);
        let lived = leftovers::lived(&subject, &cleanups.records);
        let not_run = not_run::all(&subject, &servers);
        let before = if is_whole {
            {
                let then = then.and_then(|then| then.before.value());
                Before::of(store, &subject, (&recovery, &servers), then).await?
            }
        } else {
            Known::unknown("it was not looked for")
        };
        let evidence = Evidence::of(store, record, is_whole).await?;
        let report = Report {
            report: FORM,
            title: title::title(&identity, record.status()),
            mark: identity.world.mark().map(str::to_owned),
            result: title::result(record.status(), &identity, &recovery, &servers),
            status: record.status(),
            timeline: gantt::rows(&subject),
            checks: checks::all(&subject),
            checks_unknown: subject.gone().map(str::to_owned),
            cost: cost::of(&subject, (&lived, &cleanups), made.prices.as_ref(), made.at),
            evidence,
            identity,
            recovery,
            servers,
            decisions,
            interventions,
            troubles,
            not_run,
            leftovers,
            before,
            made,
            digest: String::new(),
        };
        Ok(report.sealed())
    }

    /// The same with its digest.
    #[must_use]
    pub fn sealed(self) -> Report {
        let value = serde_json::to_value(&self).unwrap_or_default();
        Report { digest: digest::of(&value), ..self }
    }

    /// Whether it is about a drill.
    pub fn is_drill(&self) -> bool {
        self.identity.mode == Mode::Drill
    }

    /// Whether it is about a rehearsal.
    pub fn is_rehearsal(&self) -> bool {
        self.identity.world == World::Rehearsal
    }
}
