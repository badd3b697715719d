//! What a runbook declares, and what its functions are given.

use super::library::documented;
use super::luau::{Field, Module, Type};
use super::{Entry, Part, Presence, Topic};

/// The chapters in the order in which a newcomer reads: what each is called, the type that it shows, and the guide that
/// says more.
const CHAPTERS: [(&str, &str, &str); 10] = [
    ("runbook", "Runbook", "authoring"),
    ("wave", "WaveDeclaration", "authoring"),
    ("servers", "Servers", "authoring"),
    ("pause", "Pause", "approvals"),
    ("start", "Start", "approvals"),
    ("param", "Param", "authoring"),
    ("outside", "Outside", "safety"),
    ("hook", "Wave", "authoring"),
    ("failure", "Failure", "operate"),
    ("ending", "Ending", "operate"),
];

/// The chapters of what is given, and not written by an author.
const GIVEN: [&str; 4] = ["hook", "failure", "ending", "verdict"];

/// Types that are shown within the field that has them.
const WITHIN: [&str; 2] = ["Objectives", "Instances"];

/// A chapter for each table, one for verdicts, and one for what is no table.
pub(super) fn topics(modules: &[Module]) -> Vec<Topic> {
    let of = |name: &str| modules.iter().find(|module| module.name == name);
    let (Some(module), Some(verdict)) = (of("@moontide/runbook"), of("@moontide/verdict")) else {
        return Vec::new();
    };
    let chapters = CHAPTERS.iter().filter_map(|(name, of, guide)| {
        let it = module.types.iter().find(|it| it.name == *of)?;
        Some(Topic { guide: Some(guide), ..table(name, it, module) })
    });
    let mut topics: Vec<Topic> = chapters.collect();
    if let Some(hook) = topics.iter_mut().find(|it| it.name == "hook")
        && let Some(prose) = module.types.iter().find(|it| it.name == "Hook")
    {
        hook.about = format!("{}\n\n{}", prose.comment, hook.about);
    }
    if let Some(it) = verdict.types.iter().find(|it| it.name == "Verdict") {
        let about = verdict.about.clone();
        topics.push(Topic { about, ..table("verdict", it, verdict) });
    }
    topics.push(values(module));
    topics
}

/// The chapter that shows a type.
pub(super) fn chapter(of: &str) -> Option<&'static str> {
    CHAPTERS.iter().find(|(_, it, _)| *it == of).map(|(name, _, _)| *name)
}

/// The types that have no chapter of their own.
fn values(module: &Module) -> Topic {
    let has_chapter = |it: &&Type| CHAPTERS.iter().any(|(_, of, _)| *of == it.name);
    let is_within = |it: &&Type| WITHIN.contains(&it.name.as_str());
    let others = module.types.iter().filter(|it| !has_chapter(it) && !is_within(it));
    let entries = others.map(|it| {
        // The chapter of hooks says it all.
        let comment = it.comment.split("\n\n").next().unwrap_or_default();
        documented(&format!("values.{}", it.name), it.text.clone(), comment)
    });
    let about = "What fields of a runbook are, where that is no table of its own.".to_owned();
    let entries = entries.collect();
    Topic { name: "values".to_owned(), part: Part::Runbook, about, guide: None, entries }
}

fn table(name: &str, it: &Type, module: &Module) -> Topic {
    let entries = it.fields.iter().map(|field| Entry {
        fields: within(name, field, module),
        ..entry(&format!("{name}.{}", field.name), field, !GIVEN.contains(&name))
    });
    let entries = entries.collect();
    let about = it.comment.clone();
    Topic { name: name.to_owned(), part: Part::Runbook, about, guide: None, entries }
}

/// The fields of a table that stands in no other place.
fn within(name: &str, field: &Field, module: &Module) -> Vec<Entry> {
    let is = field.is.trim_end_matches('?');
    let own = module.types.iter().find(|it| it.name == is && WITHIN.contains(&is));
    let fields = own.into_iter().flat_map(|it| &it.fields);
    fields.map(|it| entry(&format!("{name}.{}.{}", field.name, it.name), it, true)).collect()
}

/// A field as an entry: its type without the mark that it may be missing, which stands beside it as a word. An author
/// writes it, or is given it.
pub(super) fn entry(name: &str, field: &Field, is_written: bool) -> Entry {
    let bare = field.is.strip_suffix('?');
    let presence = match (bare.is_some(), is_written) {
        (false, true) => Presence::Needed,
        (true, true) => Presence::Optional,
        (true, false) => Presence::Nil,
        (false, false) => Presence::Unsaid,
    };
    let is = bare.map_or(field.is.as_str(), unwrapped);
    Entry { presence, ..documented(name, is.to_owned(), &field.comment) }
}

/// `string | Pause` of `(string | Pause)`, but not of `(wave: Wave) -> Servers` or `(A) | (B)`.
fn unwrapped(is: &str) -> &str {
    let Some(inner) = is.strip_prefix('(').and_then(|it| it.strip_suffix(')')) else { return is };
    let mut depth = 0;
    let closes = inner.chars().any(|it| {
        depth += match it {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth < 0
    });
    if closes { is } else { inner }
}
