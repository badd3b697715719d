//! `--answer PROMPT=CHOICE` and `--answer CHOICE`: answers that were given beforehand.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use moontide_runtime::plan::{Plan, suggest};
use moontide_runtime::scheduler::{Answers, Given, Graph, Prompt};

use crate::error::{CommandError, Result, code};
use crate::output::Output;
use crate::output::style::{attention, plain};

/// One `--answer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The prompt that it is for, by id or by wave; `None`: every prompt that takes it.
    prompt: Option<String>,
    /// The answer.
    choice: String,
}

impl Flag {
    /// Reads a flag; for clap.
    pub(crate) fn parse(text: &str) -> Result<Flag, String> {
        let (prompt, choice) = match text.split_once('=') {
            Some((prompt, choice)) => (Some(prompt.to_owned()), choice.to_owned()),
            None => (None, text.to_owned()),
        };
        if choice.is_empty() || prompt.as_deref() == Some("") {
            return Err("an answer is written `CHOICE` or `PROMPT=CHOICE`".to_owned());
        }
        Ok(Flag { prompt, choice })
    }

    /// Refuses a flag for a prompt that this plan can never ask: a wave's name was misspelled.
    pub(crate) fn check(flags: &[Flag], plan: &Plan) -> Result<()> {
        let graph = Graph::of(plan);
        let waves = || graph.nodes().iter().map(|node| node.name.as_str());
        for prompt in flags.iter().filter_map(|flag| flag.prompt.as_deref()) {
            let wave = prompt.split(['#', '/']).next().unwrap_or_default();
            if waves().any(|known| known == wave) {
                continue;
            }
            let message = format!("`--answer {prompt}=…`: the runbook has no wave `{wave}`");
            let hint = match suggest::nearest(wave, waves()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("its waves are {}", waves().collect::<Vec<_>>().join(", ")),
            };
            return Err(CommandError::new(code::BAD_ANSWER, message).hint(hint));
        }
        Ok(())
    }

    /// How well it fits a prompt: by id, by wave, by its choice alone, not at all.
    fn fits(&self, prompt: &Prompt) -> u8 {
        let takes = prompt.choices.iter().any(|choice| choice.as_str() == self.choice);
        match self.prompt.as_deref() {
            _ if !takes => 0,
            Some(id) if id == prompt.id => 3,
            Some(wave) if wave == prompt.wave => 2,
            Some(_) => 0,
            None => 1,
        }
    }
}

/// The flags of one command, and who is asked when none of them fits.
pub(crate) struct Flags {
    given: Vec<(Flag, Cell<bool>)>,
    by: String,
    otherwise: Rc<dyn Answers>,
}

impl Flags {
    /// Answers with `flags` in the name of `by`, else lets `otherwise` answer.
    pub(crate) fn new(flags: &[Flag], by: &str, otherwise: Rc<dyn Answers>) -> Flags {
        let given = flags.iter().map(|flag| (flag.clone(), Cell::new(false))).collect();
        Flags { given, by: by.to_owned(), otherwise }
    }

    /// Tells of flags that no prompt has asked for.
    pub(crate) fn say_unused(&self, output: Output) {
        for (flag, _) in self.given.iter().filter(|(_, used)| !used.get()) {
            let prompt = flag.prompt.as_deref().map(|prompt| format!("{prompt}="));
            let text = format!("--answer {}{}", prompt.unwrap_or_default(), flag.choice);
            output.say([attention("not used: "), plain(text)]);
        }
    }

    /// The flag that fits best. A `retry` counts once each time it is given: a wave that cannot succeed
    /// would be retried for ever.
    fn best(&self, prompt: &Prompt) -> Option<&str> {
        let usable = self.given.iter().filter(|(flag, used)| flag.choice != "retry" || !used.get());
        let fitting = usable.filter(|(flag, _)| flag.fits(prompt) > 0);
        // The first of equals wins.
        let (flag, used) = fitting.rev().max_by_key(|(flag, _)| flag.fits(prompt))?;
        used.set(true);
        Some(&flag.choice)
    }
}

#[async_trait(?Send)]
impl Answers for Flags {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        match self.best(prompt) {
            Some(choice) => Some(Given {
                choice: choice.to_owned(),
                by: self.by.clone(),
                comment: String::new(),
            }),
            None => self.otherwise.answer(prompt).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::PromptKind;

    use super::*;
    use crate::answers::{Nobody, prompt};

    fn flags(texts: &[&str]) -> Flags {
        let flags: Vec<Flag> = texts.iter().map(|text| Flag::parse(text).unwrap()).collect();
        Flags::new(&flags, "ann", Rc::new(Nobody))
    }

    #[test]
    fn the_closest_flag_wins_whatever_the_order() {
        let flags = flags(&["continue", "web=skip", "web#1.failure=abort"]);
        let pause = |id| prompt(id, PromptKind::Pause, &["continue", "skip", "abort"]);
        let failure = prompt("web#1.failure", PromptKind::Failure, &["retry", "skip", "abort"]);
        assert_eq!(flags.best(&pause("application")), Some("continue"));
        assert_eq!(flags.best(&pause("web")), Some("skip"));
        assert_eq!(flags.best(&failure), Some("abort"));
    }

    #[test]
    fn a_retry_counts_once_each_time_it_is_given() {
        let flags = flags(&["retry", "retry"]);
        let failure = prompt("web#1.failure", PromptKind::Failure, &["retry", "skip", "abort"]);
        let answers: Vec<_> = (0..3).map(|_| flags.best(&failure)).collect();
        assert_eq!(answers, [Some("retry"), Some("retry"), None]);
    }

    #[test]
    fn half_a_flag_is_refused() {
        assert!(
            Flag::parse("").is_err()
                && Flag::parse("web=").is_err()
                && Flag::parse("=skip").is_err()
        );
    }
}
