//! The world file and the settings, field by field.

use moontide_control::settings::{self, limits};
use moontide_sim::scenario;

use super::annotated::{entries, prose};
use super::{Entry, Part, Presence, Topic, asked};

/// What every kind of fault may have: it is said once.
const OF_FAULTS: [(&str, &str, &str); 6] = [
    ("kind", "a text", "Which kind it is."),
    ("region", "a text", "Keeps the fault to this Region."),
    (
        "after",
        "a duration",
        "From when on, counted from the start of the world. Default: from its start on.",
    ),
    ("for", "a duration", "How long. Default: for ever."),
    (
        "times",
        "a number",
        "How often it strikes, of the kinds that strike single calls or launches. Default: once, or all the time that \
         `for` says.",
    ),
    ("skip", "a number", "Lets so many calls through first, of the same kinds. Default: 0."),
];

/// What the world of a rehearsal may say.
pub(super) fn world() -> Topic {
    let mut entries = entries("world", scenario::REFERENCE);
    free(&mut entries, "world.state");
    asked::presences(&mut entries);
    let at = entries.iter().position(|it| it.name.starts_with("world.faults"));
    let common = OF_FAULTS.map(|(field, is, about)| Entry {
        name: format!("world.faults.{field}"),
        signature: is.to_owned(),
        presence: if field == "kind" { Presence::Needed } else { Presence::Optional },
        about: about.to_owned(),
        ..Entry::default()
    });
    let at = at.unwrap_or(entries.len());
    entries.splice(at..at, common);
    let said = prose(scenario::REFERENCE);
    // What a scenario is, its own room says.
    let said = said.split_once("\n\n").map_or("", |(_, said)| said);
    Topic {
        name: "world".to_owned(),
        part: Part::Files,
        about: format!(
            "The estate that a rehearsal and the simulator pretend: `world.toml` beside the runbook.\n\n\
             ```toml\n{}tags = {{ App = \"shop\", Tier = \"database\" }}\n```\n\n{}",
            asked::smallest().replace("[[", "\n[["),
            said.replace("# Faults", "**Faults**")
        ),
        guide: Some("world-file"),
        entries,
    }
}

/// What `moontide.toml` may say.
pub(super) fn settings() -> Topic {
    let mut entries = entries("settings", settings::REFERENCE);
    free(&mut entries, "settings.approvers");
    for entry in &mut entries {
        entry.presence = Presence::Optional;
        // Of a limit its own table says more than an example.
        let key = entry.name.strip_prefix("settings.limits.");
        let Some(limit) = limits::ALL.iter().find(|limit| Some(limit.key) == key) else { continue };
        let (least, most) = limit.bounds();
        entry.signature = format!("{} if left out; from {least} to {most}", limit.usual);
        let beside = format!("Also `{}` and `--set-limit {}=…`.", limit.variable, limit.key);
        entry.about = format!("{}\n\n{beside}", entry.about);
    }
    Topic {
        name: "settings".to_owned(),
        part: Part::Files,
        about: prose(settings::REFERENCE),
        guide: Some("settings"),
        entries,
    }
}

/// Of a table whose names are any, the one that is shown is an example and no field.
fn free(entries: &mut Vec<Entry>, table: &str) {
    let begin = format!("{table}.");
    let shown = entries.iter().find_map(|it| {
        let (_, example) = it.signature.split_once("such as ")?;
        Some(format!("a table, such as {} = {example}", it.name.strip_prefix(&begin)?))
    });
    entries.retain(|it| !it.name.starts_with(&begin));
    for entry in entries.iter_mut().filter(|it| it.name == table) {
        entry.signature = shown.clone().unwrap_or_else(|| entry.signature.clone());
    }
}
