//! What each field of a report is: harmless, a name, a sentence of ours in which names stand, or what others wrote.

use jiff::Timestamp;
use serde_json::Value;

use crate::answers::flags::is_word;

/// What may stay as it is: words of our own, moments, digests, Regions, the id of the execution, and the names of the
/// runbook, its waves and files.
const HARMLESS: [&str; 64] = [
    "title",
    "mark",
    "status",
    "identity.execution",
    "identity.runbook",
    "identity.mode",
    "identity.world",
    "identity.source",
    "identity.created.utc",
    "identity.created.local",
    "identity.began.utc",
    "identity.began.local",
    "identity.ended.utc",
    "identity.ended.local",
    "identity.regions",
    "identity.source_region",
    "identity.sources",
    "identity.moontide",
    "identity.luau",
    "recovery.from",
    "recovery.from_is",
    "recovery.until",
    "recovery.waves_skipped",
    "timeline.kind",
    "timeline.from",
    "timeline.to",
    "timeline.phases.from",
    "timeline.phases.to",
    "timeline.phases.source",
    "servers.wave",
    "servers.ready_at",
    "checks.at",
    "checks.wave",
    "checks_unknown",
    "decisions.kind",
    "decisions.wave",
    "decisions.asked_at",
    "decisions.settled_at",
    "decisions.voices.at",
    "interventions.at",
    "troubles.at",
    "troubles.kind",
    "troubles.wave",
    "not_run.what",
    "not_run.wave",
    "leftovers.sentence",
    "leftovers.cleanups.execution",
    "leftovers.cleanups.status",
    "leftovers.cleanups.at",
    "before.created_at",
    "before.status",
    "cost.amount",
    "cost.currency",
    "cost.note",
    "evidence.head",
    "evidence.gone",
    "evidence.verify",
    "made.at",
    "made.moontide",
    "made.zone",
    "made.declared_at",
    "made.prices.currency",
    "made.prices.instance_hour",
    "digest",
];

/// Sentences of ours in which names stand: the names are replaced.
const SENTENCES: [&str; 9] = [
    "recovery.until_is",
    "timeline.name",
    "timeline.end",
    "timeline.phases.name",
    "decisions.prompt",
    "decisions.how",
    "leftovers.obligation",
    "evidence.pruned",
    "made.until",
];

/// What names something, and the kind of thing.
const NAMES: [(&str, &str); 22] = [
    ("identity.created_by", "person"),
    ("decisions.approvers", "person"),
    ("decisions.voices.by", "person"),
    ("decisions.voices.sender", "person"),
    ("interventions.by", "person"),
    ("interventions.sender", "person"),
    ("leftovers.cleanups.by", "person"),
    ("identity.account", "account"),
    ("servers.name", "server"),
    ("servers.server", "source"),
    ("servers.instance", "instance"),
    ("servers.job", "job"),
    ("recovery.slowest.name", "server"),
    ("recovery.slowest.server", "source"),
    ("recovery.oldest.name", "server"),
    ("recovery.oldest.server", "source"),
    ("recovery.servers_missing", "server"),
    ("leftovers.instances.instance", "instance"),
    ("leftovers.instances.name", "server"),
    ("leftovers.instances.server", "source"),
    ("decisions.answer", "answer"),
    ("decisions.voices.choice", "answer"),
];

/// What servers are judged to be.
const VERDICTS: [&str; 3] = ["launched", "failed", "unknown"];

/// What stands before the words of others in a reason of ours.
const NOT_READ: &str = "cannot be read: ";

/// What a field is.
pub(super) enum What {
    /// It stays.
    Harmless,
    /// It names something of this kind.
    Name(&'static str),
    /// It is a sentence of ours, in which names may stand.
    Sentence,
    /// So many bytes of it are a sentence of ours, and the rest are the words of others.
    Headed(usize),
    /// Others wrote it, or it is not known to be harmless.
    Text,
}

/// What this text of the field at this path is.
pub(super) fn what(path: &str, text: &str) -> What {
    let is_ours = match path {
        "servers.verdict" => VERDICTS.contains(&text),
        "servers.recovery_point" => text.parse::<Timestamp>().is_ok(),
        "decisions.answer" | "decisions.voices.choice" => is_word(text),
        // A reason of ours; that of a check may be another's words.
        _ if path.ends_with(".unknown") && path != "checks.passed.unknown" => {
            return match text.find(NOT_READ) {
                Some(at) => What::Headed(at + NOT_READ.len()),
                None => What::Harmless,
            };
        }
        "leftovers.unreadable" => {
            return text.find(": ").map_or(What::Text, |at| What::Headed(at + 2));
        }
        _ => HARMLESS.contains(&path),
    };
    match kind_of(path) {
        _ if is_ours => What::Harmless,
        Some(kind) => What::Name(kind),
        None if SENTENCES.contains(&path) => What::Sentence,
        None => What::Text,
    }
}

/// What the field at this path names, and the kind of thing.
pub(super) fn named<'t>(path: &str, text: &'t str) -> Option<(&'static str, &'t str)> {
    match path {
        "evidence.pruned" => {
            // `was pruned at … by ann: 5 of its 9 entries are gone`.
            Some(("person", text.split_once(" by ")?.1.rsplit_once(": ")?.0))
        }
        // `cleanup dropped: at … by ann`.
        "leftovers.obligation" if text.contains(" dropped: ") => {
            Some(("person", text.split_once(" by ")?.1))
        }
        "decisions.answer" | "decisions.voices.choice" if is_word(text) => None,
        _ => Some((kind_of(path)?, text)),
    }
}

/// The job that a phase is of, or of which it is a part: `drsjob-1 launch`.
pub(super) fn job<'v>(path: &str, phase: &'v Value) -> Option<&'v str> {
    let is_of_aws = path == "timeline.phases" && phase["source"] == "aws";
    phase["name"].as_str()?.split(' ').next().filter(|id| is_of_aws && !id.is_empty())
}

fn kind_of(path: &str) -> Option<&'static str> {
    NAMES.iter().find(|(named, _)| *named == path).map(|(_, kind)| *kind)
}
