//! Which fields of a world file are needed, and which value they have anyway: the reader of world files is asked.

use std::collections::BTreeMap;

use moontide_sim::Scenario;

use super::{Entry, Presence};

/// The smallest world, line by line, each with the field that it is about.
const SMALLEST: [(&str, &str); 5] = [
    ("world.version", "version = 1"),
    ("world.account", "account = \"111122223333\""),
    ("world.region", "region = \"us-west-2\""),
    ("world.servers", "[[servers]]"),
    ("world.servers.name", "name = \"db-1\""),
];

/// The same as a file.
pub(super) fn smallest() -> String {
    without("")
}

/// The smallest world but for a field, and what is in it.
fn without(name: &str) -> String {
    let within = format!("{name}.");
    let lines = SMALLEST.iter().filter(|(of, _)| *of != name && !of.starts_with(&within));
    lines.fold(String::new(), |text, (_, line)| text + line + "\n")
}

/// Says of each field whether it is needed, and of a value that is shown whether it holds anyway.
pub(super) fn presences(entries: &mut [Entry]) {
    let shown = entries.iter().filter_map(|it| {
        let (_, value) = it.signature.split_once(", such as ")?;
        Some((it.name.clone(), value.to_owned()))
    });
    let shown: BTreeMap<String, String> = shown.collect();
    for entry in entries {
        let is_smallest = SMALLEST.iter().any(|(name, _)| *name == entry.name);
        let rest = if is_smallest {
            Some(without(&entry.name))
        } else {
            world(&entry.name, false, &shown)
        };
        let rest = rest.map(|it| read(&it));
        let missed = format!("missing field `{}`", entry.short());
        let is_missed = matches!(&rest, Some(Err(error)) if error.contains(&missed));
        entry.presence = if is_missed { Presence::Needed } else { Presence::Optional };
        // What a service reads for itself is not seen from here.
        let is_seen = !["quotas", "hosted_zones"].iter().any(|it| entry.name.contains(it));
        if let (Some(with), Some(Ok(rest))) = (world(&entry.name, true, &shown), rest)
            && is_seen
            && read(&with).is_ok_and(|with| with == rest)
        {
            entry.signature = entry.signature.replace("such as ", "") + " if left out";
        }
    }
}

/// What the reader makes of a world, or why it does not.
fn read(text: &str) -> Result<String, String> {
    let read = Scenario::parse(text, "world.toml");
    read.map(|it| format!("{it:?}")).map_err(|error| error.to_string())
}

/// A world with this field as it is shown, or without it, and with the other fields of its table. `None`: it is no field.
fn world(name: &str, has_it: bool, shown: &BTreeMap<String, String>) -> Option<String> {
    let line = |name: &str| {
        let value = shown.get(name)?;
        Some(format!("{} = {value}\n", name.rsplit('.').next()?))
    };
    let own = line(name)?;
    let own = if has_it { own.as_str() } else { "" };
    let path = name.strip_prefix("world.")?;
    let Some((table, _)) = path.rsplit_once('.') else {
        return Some(format!("{own}{}", smallest()));
    };
    let head = match (table, table.split_once('.')) {
        ("servers", _) => return Some(format!("{}{own}", smallest())),
        ("timing" | "quotas", _) => return Some(format!("{}[{table}]\n{own}", smallest())),
        (_, Some(("faults", kind))) => format!("[[faults]]\nkind = \"{kind}\"\n"),
        _ => format!("[[{table}]]\n"),
    };
    let begin = format!("world.{table}.");
    let others = shown.keys().filter(|it| it.starts_with(&begin) && *it != name);
    let others: String = others.filter_map(|it| line(it)).collect();
    Some(format!("{}{head}{others}{own}", smallest()))
}
