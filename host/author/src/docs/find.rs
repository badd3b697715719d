//! Looks something up: by its name, by a part of it, or by words.

use moontide_runtime::plan::suggest;

use super::{Entry, Part, Topic};

/// What was meant by a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A whole topic.
    Topic(Topic),
    /// One entry, or several that share the name.
    Entries(Vec<Entry>),
}

/// What runbooks call something, and what it is called here: hooks get a `wave`, and so on.
const ALIASES: [(&str, &str); 8] = [
    ("wave", "hook"),
    ("ended", "hook"),
    ("context", "hook"),
    ("hooks", "hook"),
    ("err", "failure"),
    ("t", "test.Case"),
    ("run", "test.Run"),
    ("types", "records"),
];

/// What is called so: a topic, an entry, all below a name, or entries whose last word it is. Else the nearest names,
/// two at most.
pub fn find(all: &[Topic], name: &str) -> Result<Found, Vec<String>> {
    let name = name.trim().trim_start_matches('@');
    let name = name.strip_prefix("moontide/").unwrap_or(name);
    let is = |other: &str| other.eq_ignore_ascii_case(name);
    if let Some(topic) = all.iter().find(|topic| is(&topic.name)) {
        return Ok(Found::Topic(topic.clone()));
    }
    let meant = others(name);
    if let Some(topic) = all.iter().find(|topic| meant.contains(&topic.name)) {
        return Ok(Found::Topic(topic.clone()));
    }
    let entries = every(all);
    // `route53.point` is a function, and `route53.Point` what it takes.
    let is_exact = entries.iter().any(|it| it.name == name);
    let below = format!("{}.", name.to_ascii_lowercase());
    let within = |entry: &&&Entry| {
        entry.name == name
            || !is_exact && is(&entry.name)
            || meant.contains(&entry.name)
            || !is_exact && entry.name.to_ascii_lowercase().starts_with(&below)
            || entry.name.starts_with(&format!("{name}."))
    };
    let whole: Vec<Entry> = entries.iter().filter(within).map(|it| (*it).clone()).collect();
    if !whole.is_empty() {
        return Ok(Found::Entries(without_fields_twice(whole)));
    }
    let last = |entry: &&&Entry| is(entry.short());
    let named: Vec<Entry> = entries.iter().filter(last).map(|it| (*it).clone()).collect();
    if named.is_empty() { Err(near(all, name)) } else { Ok(Found::Entries(named)) }
}

/// The entries, and behind each function the tables that it takes or gives, as its module declares them.
pub fn with_types(all: &[Topic], entries: Vec<Entry>) -> Vec<Entry> {
    let mut told: Vec<Entry> = Vec::new();
    for entry in entries {
        let module = entry.name.split('.').next().unwrap_or_default();
        let topic = all.iter().find(|it| it.name == module && it.part == Part::Library);
        let types = topic.into_iter().flat_map(|it| &it.entries).filter(|it| !it.fields.is_empty());
        let words = entry.signature.split(|it: char| !it.is_alphanumeric() && it != '_');
        let words: Vec<&str> = words.collect();
        let own = types.filter(|it| words.contains(&it.short())).cloned();
        let own: Vec<Entry> = own.filter(|it| it.name != entry.name).collect();
        told.push(entry);
        told.extend(own.into_iter().filter(|it| !told.contains(it)).collect::<Vec<_>>());
    }
    told
}

/// The names that are meant by one as it stands in a runbook.
fn others(name: &str) -> Vec<String> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(it, rest)| (it, Some(rest)));
    let aliases = ALIASES.iter().filter(|(alias, _)| alias.eq_ignore_ascii_case(first));
    aliases
        .map(|(_, meant)| match rest {
            Some(rest) => format!("{meant}.{rest}"),
            None => (*meant).to_owned(),
        })
        .collect()
}

/// The nearest names, two at most: those that begin so, in the chapter that is named, if one is; then the nearest there;
/// then the nearest of all.
fn near(all: &[Topic], name: &str) -> Vec<String> {
    let word = name.rsplit('.').next().unwrap_or(name);
    let chapter = name.split_once('.').map(|(chapter, _)| format!("{chapter}."));
    let entries = every(all);
    let (own, others): (Vec<&Entry>, Vec<&Entry>) = entries
        .into_iter()
        .partition(|it| chapter.as_ref().is_some_and(|begin| it.name.starts_with(begin)));
    let mut near: Vec<&str> = Vec::new();
    if word.len() > 2 {
        let scope = if own.is_empty() { &others } else { &own };
        near.extend(scope.iter().filter(|it| it.short().starts_with(word)).map(|it| &*it.name));
    }
    near.extend(nearest(word, &own));
    let topics = all.iter().map(|topic| topic.name.as_str());
    near.extend(suggest::nearest(name, topics.chain(others.iter().map(|it| &*it.name))));
    near.extend(nearest(word, &others));
    let mut told: Vec<String> = Vec::new();
    for name in near {
        if told.len() < 2 && !told.iter().any(|it| it == name) {
            told.push(name.to_owned());
        }
    }
    told
}

/// The entry whose last word is the nearest.
fn nearest<'e>(word: &str, entries: &[&'e Entry]) -> Option<&'e str> {
    let word = suggest::nearest(word, entries.iter().map(|it| it.short()))?;
    entries.iter().find(|it| it.short() == word).map(|it| it.name.as_str())
}

/// The entries in which all of these words stand: those that are called so first, those whose example alone has them
/// last. A chapter whose text has them is an entry too.
pub fn search(all: &[Topic], words: &str) -> Vec<Entry> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let has = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let rank = |it: &Entry| {
        let said = format!("{} {} {} {}", it.name, it.signature, it.about, it.throws);
        let whole = format!("{said} {}", it.example);
        let ranks = [has(&it.name), has(&said), has(&whole)];
        ranks.iter().position(|is| *is)
    };
    let chapter = |it: &Topic| {
        let (name, about) = (it.name.clone(), it.about.clone());
        let rank = rank(&Entry { name: name.clone(), about, ..Entry::default() })?;
        Some((rank, Entry { name, about: it.sentence(), ..Entry::default() }))
    };
    let entries = every(all).into_iter().filter_map(|it| Some((rank(it)?, it.clone())));
    let mut found: Vec<(usize, Entry)> = entries.chain(all.iter().filter_map(chapter)).collect();
    found.sort_by_key(|(rank, _)| *rank);
    without_fields_twice(found.into_iter().map(|(_, it)| it).collect())
}

/// Every entry, and the fields of those that are types.
pub fn every(all: &[Topic]) -> Vec<&Entry> {
    let entries = all.iter().flat_map(|topic| &topic.entries);
    entries.flat_map(|entry| std::iter::once(entry).chain(&entry.fields)).collect()
}

/// Without the fields of a type that is there itself.
fn without_fields_twice(entries: Vec<Entry>) -> Vec<Entry> {
    let types: Vec<String> = entries
        .iter()
        .filter(|it| !it.fields.is_empty())
        .map(|it| format!("{}.", it.name))
        .collect();
    let is_there = |it: &Entry| types.iter().any(|begin| it.name.starts_with(begin));
    entries.into_iter().filter(|it| !is_there(it)).collect()
}
