//! What a command changes about the limits of an execution that has begun, and what is said about it.

use std::collections::BTreeMap;
use std::rc::Rc;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::settings::limits::{self, ENTRY_SIZE, WAVES_AT_ONCE};
use moontide_control::words::quoted;
use moontide_runtime::scheduler::Changes;

use super::Ride;
use crate::output::style::{attention, plain, strong};

impl Ride<'_> {
    /// Refuses what would lead what has begun another way than its journal says. Where a journal keeps no change, one
    /// holds for what has begun too: an effect that was given too much, and failed of it, would be performed now.
    pub(super) fn check_changes(&self) -> Result<()> {
        let id = &self.execution.id;
        let Some((key, text)) = self.news().find(|(key, _)| *key == ENTRY_SIZE) else {
            return Ok(());
        };
        if self.execution.keeps_changes() {
            return Ok(());
        }
        let message = format!(
            "`{key}={text}`: an earlier release began `{id}`, and {key} stays as it was then: what has begun would \
             take another turn"
        );
        let origin = Some(self.execution.origin.as_str()).filter(|origin| !origin.is_empty());
        let origin = origin.map_or_else(|| "RUNBOOK".to_owned(), quoted);
        let retry = self.context.command(&format!("retry {id} WAVE --runbook {origin}"));
        Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint(format!(
                "`{retry}` attempts a wave again with a hook that was mended to give less"
            ))
            .hint(format!(
                "a new execution has more from its start: `run … --set-limit {key}={text}`"
            )))
    }

    /// Says that how many waves run at once is not changed on the way.
    pub(super) fn say_what_stays(&self) {
        let asked = self.settings.typed.get(WAVES_AT_ONCE);
        let has = self.execution.waves_at_once;
        let Some(asked) = asked.filter(|asked| has.is_none_or(|has| **asked != has.to_string()))
        else {
            return;
        };
        let has = has.map_or_else(|| "as many as it lets".to_owned(), |has| has.to_string());
        let text = format!(
            "`{WAVES_AT_ONCE}={asked}`: it is fixed when an execution starts, and this one runs {has}"
        );
        self.context.output.say([attention("not used: "), plain(text)]);
    }

    /// What this command changes about the limits of the execution, which it says.
    pub(super) fn changes(&self, by: &str) -> Changes {
        for (key, text) in self.news() {
            self.context.output.say([strong("limits: "), plain(self.told(key, text))]);
        }
        let is_kept = self.execution.keeps_changes();
        let news = self.news().filter(|_| is_kept);
        let news: BTreeMap<_, _> = news.map(|(key, text)| (key.clone(), text.clone())).collect();
        let pinned = self.execution.limits.clone();
        let read = move |changed: &BTreeMap<String, String>| {
            limits::of(&pinned.clone().into_iter().chain(changed.clone()).collect())
        };
        Changes { news, by: by.to_owned(), read: Some(Rc::new(read)) }
    }

    /// What was typed and is not so already.
    fn news(&self) -> impl Iterator<Item = (&String, &String)> {
        let is_news = |(key, text): &(&String, &String)| {
            key.as_str() != WAVES_AT_ONCE && self.has(key) != Some(*text)
        };
        self.settings.typed.iter().filter(is_news)
    }

    fn has(&self, key: &str) -> Option<&String> {
        self.changed.get(key).or_else(|| self.execution.limits.get(key))
    }

    fn told(&self, key: &str, text: &str) -> String {
        let was = self.has(key).map_or("as usual", String::as_str);
        let whom = if !self.execution.keeps_changes() {
            "for this runner, also for what has begun; an earlier release began this execution, which keeps no change: \
             give it to every later `resume` too"
        } else if limits::is_together(key) {
            "from here on, also for what has begun"
        } else {
            "for attempts that start from here on"
        };
        format!("{key} was {was}, and is {text} {whom}")
    }
}
