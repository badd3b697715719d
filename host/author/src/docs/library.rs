//! The functions and types of the modules that authors require.

use super::effects::Effects;
use super::luau::{Function, Module, Type, asserted};
use super::{Entry, Part, Topic, declaration};

/// The modules in the order in which a newcomer needs them; others come behind.
const ORDER: [&str; 8] = ["moontide", "ssm", "drs", "ec2", "state", "route53", "sts", "test"];

/// A topic for each module, and one for the records that operations answer with.
pub(super) fn topics(modules: &[Module]) -> Vec<Topic> {
    let effects = Effects::of(modules);
    let library = modules.iter().filter(|module| module.is_library());
    let mut library: Vec<Topic> = library.map(|it| topic(it, modules, &effects)).collect();
    library.sort_by_key(|it| ORDER.iter().position(|name| *name == it.name).unwrap_or(ORDER.len()));
    let records = modules.iter().filter(|module| module.name == "@moontide/types");
    library.into_iter().chain(records.map(records_topic)).collect()
}

fn topic(module: &Module, modules: &[Module], effects: &Effects) -> Topic {
    let short = module.short();
    let own = format!("{short}.");
    let is_public = |it: &&Function| it.name.starts_with(&own);
    let functions = module.functions.iter().filter(is_public);
    let functions = functions.map(|it| function(it, module, modules, effects));
    let types = module.types.iter().filter_map(|it| told(it, module, modules));
    let types = types.map(|it| typed(short, it.0, it.1));
    let entries = functions.chain(types).collect();
    let guide = Some(if short == "test" { "testing" } else { "authoring" });
    Topic { name: short.to_owned(), part: Part::Library, about: about(module), guide, entries }
}

fn records_topic(module: &Module) -> Topic {
    let entries = module.types.iter().map(|it| typed("records", &it.name, it)).collect();
    let (name, part) = ("records".to_owned(), Part::Library);
    Topic { name, part, about: about(module), guide: None, entries }
}

/// What a module is for, and how it is required.
fn about(module: &Module) -> String {
    format!("`local {} = require(\"{}\")`\n\n{}", module.short(), module.name, module.about)
}

fn function(it: &Function, module: &Module, modules: &[Module], effects: &Effects) -> Entry {
    let signature = signature(it, module, modules);
    // A value that is no function is what its comment says.
    let signature = if signature.is_empty() { signature } else { it.name.clone() + &signature };
    let effects = effects.asked(module, &it.name);
    Entry { effects, ..documented(&it.name, signature, &it.comment) }
}

/// What a function takes and gives, also where another module has it.
fn signature(it: &Function, module: &Module, modules: &[Module]) -> String {
    if it.signature.starts_with(['(', '<']) {
        return it.signature.clone();
    }
    if let Some(is) = asserted(&it.signature) {
        return is.to_owned();
    }
    let of = |name: &str| modules.iter().find(|module| module.name == name);
    if let Some(other) = module.required.get(&it.signature).and_then(|name| of(name)) {
        let own = other.functions.iter().find(|it| it.name == other.short());
        let own = own.map(|it| it.signature.as_str());
        let is = if other.returns.starts_with("function") { own } else { asserted(&other.returns) };
        return renamed(is.unwrap_or_default(), &it.signature, module);
    }
    if let Some(name) = it.signature.strip_prefix("host.") {
        let host = of("@moontide/host").and_then(|host| host.types.first());
        let field = host.and_then(|it| it.fields.iter().find(|field| field.name == name));
        if let Some(field) = field {
            return field.is.clone();
        }
    }
    // A table of functions: their names.
    let names = it.signature.split(" = function").map(|it| it.rsplit([' ', '{']).next());
    let names: Vec<&str> = names.flatten().filter(|name| !name.is_empty()).collect();
    match names.split_last() {
        Some((_, names)) if !names.is_empty() => format!(".{}(...: any)", names.join("|")),
        _ => String::new(),
    }
}

/// A signature of another module, whose types are called here as this module hands them on.
fn renamed(signature: &str, local: &str, module: &Module) -> String {
    let mut renamed = signature.to_owned();
    for own in &module.types {
        let Some(name) = own.text.strip_prefix(local).and_then(|it| it.strip_prefix('.')) else {
            continue;
        };
        renamed = renamed.replace(&format!(": {name}"), &format!(": {}", own.name));
    }
    renamed
}

/// The type under its own name in this module; `None` where it is another name for a record.
fn told<'m>(
    it: &'m Type,
    module: &'m Module,
    modules: &'m [Module],
) -> Option<(&'m str, &'m Type)> {
    let Some((local, name)) = it.text.split_once('.').filter(|_| it.fields.is_empty()) else {
        return Some((it.name.as_str(), it));
    };
    let other = module.required.get(local)?;
    if ["@moontide/types", "@moontide/runbook"].contains(&other.as_str()) {
        return None;
    }
    let other = modules.iter().find(|module| module.name == *other)?;
    Some((it.name.as_str(), other.types.iter().find(|it| it.name == name)?))
}

/// A type as an entry, with its fields.
pub(super) fn typed(topic: &str, name: &str, it: &Type) -> Entry {
    let whole = format!("{topic}.{name}");
    let fields = it.fields.iter().map(|it| {
        // What is written by an author is only read by the library.
        declaration::entry(&format!("{whole}.{}", it.name), it, it.is_read)
    });
    let signature = if it.fields.is_empty() { it.text.clone() } else { "a table".to_owned() };
    let fields = fields.collect();
    Entry { fields, ..documented(&whole, signature, &it.comment) }
}

/// What a comment says, taken apart: sentences, what is thrown, an example.
pub(super) fn documented(name: &str, signature: String, comment: &str) -> Entry {
    let mut entry = Entry { name: name.to_owned(), signature, ..Entry::default() };
    let (mut about, mut throws) = (Vec::new(), Vec::new());
    for (number, piece) in comment.split("```").enumerate() {
        if number % 2 == 1 {
            let example = piece.strip_prefix("luau\n").unwrap_or(piece).trim_end();
            let gap = if entry.example.is_empty() { "" } else { "\n\n" };
            entry.example = format!("{}{gap}{example}", entry.example);
            continue;
        }
        for paragraph in piece.split("\n\n").map(str::trim).filter(|it| !it.is_empty()) {
            let part = if paragraph.starts_with("Throws ") { &mut throws } else { &mut about };
            part.push(paragraph);
        }
    }
    entry.about = about.join("\n\n");
    entry.throws = throws.join("\n\n");
    entry
}
