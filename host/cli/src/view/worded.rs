//! Data of `moontide-control` as documents of the command line: its next steps are commands to type, for people and
//! for programs alike.

use moontide_author::Finding;
use moontide_control::contract::Contract;
use moontide_control::error::Hint;
use moontide_control::next::Next;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::context::Context;
use crate::next;
use crate::output::style::{faint, plain};
use crate::output::{Document, Page};

/// Data that offers next steps.
pub(crate) trait Steps: Serialize {
    /// Writes commands in the place of its steps.
    fn word(&self, context: &Context, json: &mut Value);

    /// The same for people.
    fn write(&self, context: &Context, page: &mut Page);
}

/// Such data, and the context that its commands are typed in.
pub(crate) struct Worded<'d, D>(pub(crate) &'d Context, pub(crate) &'d D);

impl<D: Steps> Serialize for Worded<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Worded(context, data) = self;
        let mut json = serde_json::to_value(data).map_err(S::Error::custom)?;
        data.word(context, &mut json);
        json.serialize(serializer)
    }
}

/// Words change no shape: the schema of a step is that of a text.
impl<D: Steps + Contract> Contract for Worded<'_, D> {
    type Shape = D::Shape;
    const NAME: &'static str = D::NAME;
    const VERSION: u32 = D::VERSION;
}

impl<D: Steps + Contract> Document for Worded<'_, D> {
    fn write(&self, page: &mut Page) {
        self.1.write(self.0, page);
    }
}

/// Steps as commands: one for each answer to a prompt that makes sense.
pub(crate) fn commands(context: &Context, steps: &[Next]) -> Vec<String> {
    let answers = steps.iter().flat_map(|step| next::commands(context, step));
    answers.collect()
}

/// Hints as sentences.
pub(crate) fn sentences(context: &Context, hints: &[Hint]) -> Vec<String> {
    hints.iter().map(|hint| hint.text(|step| next::command(context, step))).collect()
}

/// Puts words in the place of a list that holds something.
pub(crate) fn put(json: &mut Value, field: &str, words: Vec<String>) {
    if let Some(place) = json.get_mut(field) {
        *place = words.into();
    }
}

/// Puts sentences in the place of the hints of findings.
pub(crate) fn put_findings(context: &Context, findings: &[Finding], json: &mut Value) {
    let places = json.get_mut("findings").and_then(Value::as_array_mut).into_iter().flatten();
    for (finding, place) in findings.iter().zip(places) {
        put(place, "hints", sentences(context, &finding.hints));
    }
}

/// A line for each hint.
pub(crate) fn write_hints(context: &Context, hints: &[Hint], page: &mut Page) {
    for hint in sentences(context, hints) {
        page.line([faint("hint: "), plain(hint)]);
    }
}

/// A line for each command.
pub(crate) fn write_next(context: &Context, steps: &[Next], page: &mut Page) {
    for (at, command) in commands(context, steps).into_iter().enumerate() {
        page.line([faint(if at == 0 { "next: " } else { "      " }), plain(command)]);
    }
}
