//! The text of a notification: the usual one, or what the template of a receiver makes of an event.
//!
//! A template is minijinja's, over the fields of [`Event`] and `mark` (the mode as it stands in front). It is tried on
//! every kind of event when settings are read, so a field that does not exist is found then, and not at 3 a.m.

use jiff::Timestamp;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use moontide_runtime::plan::suggest;

use super::event::{Event, What};

/// No text is longer; each kind of receiver cuts it further.
const LONGEST: usize = 64 * 1024;

/// The usual text: the sentence, and the command in a line of its own.
pub fn usual(event: &Event) -> String {
    if event.command.is_empty() {
        return event.sentence.clone();
    }
    format!("{}\n{}", event.sentence, event.command)
}

/// What a template makes of an event.
pub fn rendered(template: &str, event: &Event) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Each kind of receiver escapes in its own way what has become of it.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let mut fields = serde_json::to_value(event).map_err(|error| error.to_string())?;
    fields["mark"] = event.mark().into();
    let rendered = environment.render_str(template, Value::from(Serde(&fields)));
    let text = rendered.map_err(|error| {
        let detail = error.detail().map(|detail| format!(": {detail}"));
        let line = error.line().map(|line| format!(" in line {line} of the template"));
        format!("{}{}{}", error.kind(), detail.unwrap_or_default(), line.unwrap_or_default())
    })?;
    Ok(super::receivers::cut(&text, LONGEST))
}

/// The text for a receiver with this template, or without one.
pub fn of(template: Option<&str>, event: &Event) -> Result<String, String> {
    template.map_or_else(|| Ok(usual(event)), |template| rendered(template, event))
}

/// Tries a template on every kind of event.
pub fn check(template: &str) -> Result<(), String> {
    for what in What::ALL.into_iter().chain([What::Test]) {
        let event = Event::example(what, Timestamp::UNIX_EPOCH);
        let text = rendered(template, &event).map_err(|why| named(template, why))?;
        if text.trim().is_empty() {
            return Err(format!("it makes no text of `{}`", what.word()));
        }
    }
    Ok(())
}

/// A complaint about a field that does not exist, with its name.
fn named(template: &str, why: String) -> String {
    let environment = Environment::new();
    let Ok(read) = environment.template_from_str(template) else { return why };
    let example = Event::example(What::Test, Timestamp::UNIX_EPOCH);
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(example) else { return why };
    let known = || fields.keys().map(String::as_str).chain(["mark"]);
    let asked = read.undeclared_variables(false);
    let mut unknown: Vec<&String> =
        asked.iter().filter(|it| !known().any(|name| name == *it)).collect();
    unknown.sort();
    let Some(unknown) = unknown.first() else { return why };
    if let Some(nearest) = suggest::nearest(unknown, known()) {
        return format!("there is no field `{unknown}`, did you mean `{nearest}`?");
    }
    let all: Vec<&str> = known().collect();
    format!("there is no field `{unknown}`; there are {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_tried_on_every_kind_of_event_before_anything_happens() {
        let good = "{{ mark }} {{ runbook }}{% if wave %}, wave {{ wave }}{% endif %}: {{ sentence }}\n`{{ command }}`";
        assert_eq!(check(good), Ok(()));
        let event = Event::example(What::Waits, Timestamp::UNIX_EPOCH);
        assert!(
            rendered(good, &event)
                .unwrap()
                .starts_with("DRILL shop, wave web: DRILL shop: wave web")
        );
        for (wrong, says) in [
            ("{{ sentense }}", "there is no field `sentense`, did you mean `sentence`?"),
            ("{{ sentence }", "syntax error"),
            ("{% if wave %}{{ wave }}{% endif %}", "it makes no text of `started`"),
            ("{{ labels.team.x.y }}", "undefined"),
            ("{{ sentence | uper }}", "unknown filter"),
        ] {
            let error = check(wrong).unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_an_event_says_is_no_template() {
        let mut event = Event::example(What::Waits, Timestamp::UNIX_EPOCH);
        event.sentence = "{{ 7 * 7 }} {% raw %}".to_owned();
        assert_eq!(rendered("{{ sentence }}", &event).unwrap(), event.sentence);
    }
}
