//! What an operator changes about the limits of an execution that has begun, and what is said about it.

use std::collections::BTreeMap;
use std::rc::Rc;

use moontide_runtime::scheduler::Changes;

use super::Runner;
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::{Remark, Scope};
use crate::next::Next;
use crate::settings::limits::{self, ENTRY_SIZE, WAVES_AT_ONCE};

impl Runner<'_> {
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
        let runbook = Some(self.execution.origin.clone()).filter(|origin| !origin.is_empty());
        let retry = Next::RetryMended { execution: id.clone(), wave: None, runbook };
        Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint(Hint::step(
                "`",
                retry,
                "` attempts a wave again with a hook that was mended to give less",
            ))
            .hint(format!(
                "a new execution has more from its start: `run … --set-limit {key}={text}`"
            )))
    }

    /// Says that how many waves run at once is not changed on the way.
    pub(super) fn say_what_stays(&self) {
        let asked = self.operator.settings.typed.get(WAVES_AT_ONCE);
        let has = self.execution.waves_at_once;
        let is_other = |asked: &&String| has.is_none_or(|has| **asked != has.to_string());
        if let Some(asked) = asked.filter(is_other) {
            let (limit, asked) = (WAVES_AT_ONCE.to_owned(), asked.clone());
            let has = has.map(|has| has.to_string());
            self.listener().hear(&Remark::FixedLimit { limit, asked, has });
        }
    }

    /// What this operator changes about the limits of the execution, which is said.
    pub(super) fn changes(&self, by: &str) -> Changes {
        for (key, text) in self.news() {
            self.listener().hear(&Remark::ChangedLimit {
                limit: key.clone(),
                was: self.has(key).cloned(),
                now: text.clone(),
                scope: self.scope(key),
            });
        }
        let is_kept = self.execution.keeps_changes();
        let news = self.news().filter(|_| is_kept);
        let news: BTreeMap<_, _> = news.map(|(key, text)| (key.clone(), text.clone())).collect();
        let pinned = self.execution.limits.clone();
        let read = move |changed: &BTreeMap<String, String>| {
            limits::of(&pinned.clone().into_iter().chain(changed.clone()).collect())
        };
        Changes { news, by: by.to_owned(), read: Some(Rc::new(read)), ..Changes::default() }
    }

    /// What was typed and is not so already.
    fn news(&self) -> impl Iterator<Item = (&String, &String)> {
        let is_news = |(key, text): &(&String, &String)| {
            key.as_str() != WAVES_AT_ONCE && self.has(key) != Some(*text)
        };
        self.operator.settings.typed.iter().filter(is_news)
    }

    fn has(&self, key: &str) -> Option<&String> {
        self.changed.get(key).or_else(|| self.execution.limits.get(key))
    }

    fn scope(&self, key: &str) -> Scope {
        if !self.execution.keeps_changes() {
            Scope::Runner
        } else if limits::is_together(key) {
            Scope::Execution
        } else {
            Scope::NewAttempts
        }
    }
}
