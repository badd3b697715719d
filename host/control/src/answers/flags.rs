//! `--answer PROMPT=CHOICE` and `--answer CHOICE`: answers that were given beforehand.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::error::{CommandError, Result, code};
use crate::listener::{Listener, Remark};
use async_trait::async_trait;
use moontide_runtime::plan::{Plan, suggest};
use moontide_runtime::scheduler::prompt::unknown;
use moontide_runtime::scheduler::{Answers, Choice, Given, Graph, Prompt, PromptKind};

use super::people::bar;
use super::rehearsal;
use crate::schedule::spoken;

/// One `--answer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The prompt that it is for, by id or by wave; `None`: every prompt that takes it.
    prompt: Option<String>,
    /// The answer.
    choice: String,
    /// The schedule that gives it, if one does: it answers nothing that is asked of approvers, or of several people,
    /// by whichever process.
    schedule: Option<String>,
}

impl Flag {
    /// The answer of a schedule to a prompt, by its id or its wave. No person stands behind it, so it answers no
    /// prompt that has approvers, and is none of several people.
    pub fn of_schedule(schedule: &str, prompt: &str, choice: &str) -> Flag {
        let (prompt, choice) = (Some(prompt.to_owned()), choice.to_owned());
        Flag { prompt, choice, schedule: Some(schedule.to_owned()) }
    }

    /// Reads a flag; for clap.
    pub fn parse(text: &str) -> Result<Flag, String> {
        let (prompt, choice) = match text.split_once('=') {
            Some((prompt, choice)) => (Some(prompt.to_owned()), choice.to_owned()),
            None => (None, text.to_owned()),
        };
        if choice.is_empty() || prompt.as_deref() == Some("") {
            return Err("an answer is written `CHOICE` or `PROMPT=CHOICE`".to_owned());
        }
        Ok(Flag { prompt, choice, schedule: None })
    }

    /// Refuses a flag for a prompt that this plan can never ask: a wave's name was misspelled.
    pub fn check(flags: &[Flag], plan: &Plan) -> Result<()> {
        let graph = Graph::of_plan(plan);
        let waves = || graph.nodes().iter().map(|node| node.name.as_str());
        for prompt in flags.iter().filter_map(|flag| flag.prompt.as_deref()) {
            let wave = prompt.split(['#', '/']).next().unwrap_or_default();
            // A pause point that is opened once more is `wave.2`, and a person's pause `@pause.1`.
            let stem = wave.rsplit_once('.').map_or(wave, |(stem, _)| stem);
            if stem == PAUSED || waves().any(|known| known == wave || known == stem) {
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

    /// The same flags for a process that finds these prompts open: one that names no prompt means those that take it
    /// now, and none that opens later. Where none takes it, it was given beforehand.
    pub fn bound_to(flags: &[Flag], open: &BTreeMap<String, Prompt>) -> Vec<Flag> {
        let bound = |flag: &Flag| {
            let fits = |prompt: &&Prompt| flag.fits(prompt) > 0;
            let named = |prompt: &Prompt| Flag { prompt: Some(prompt.id.clone()), ..flag.clone() };
            let meant: Vec<Flag> = match flag.prompt {
                Some(_) => Vec::new(),
                None => open.values().filter(fits).map(named).collect(),
            };
            if meant.is_empty() { vec![flag.clone()] } else { meant }
        };
        flags.iter().flat_map(bound).collect()
    }

    /// Whether one of the flags answers this prompt.
    pub fn any_fits(flags: &[Flag], prompt: &Prompt) -> bool {
        flags.iter().any(|flag| flag.fits(prompt) > 0)
    }

    /// How well it fits a prompt: by id, by wave, by its choice alone, not at all. What a person has paused,
    /// and what cannot be told, is not decided by a flag that did not mean it.
    fn fits(&self, prompt: &Prompt) -> u8 {
        let takes = prompt.choices.iter().any(|choice| choice.as_str() == self.choice);
        match self.prompt.as_deref() {
            _ if self.schedule.is_some() && is_for_people(prompt) => 0,
            // A flag cannot say what a call returned.
            _ if !takes || prompt.takes_value(&self.choice) => 0,
            Some(id) if id == prompt.id => 3,
            Some(wave) if wave == prompt.wave => 2,
            Some(_) => 0,
            None if matches!(prompt.kind, PromptKind::Hold | PromptKind::Unknown) => 0,
            None => 1,
        }
    }
}

/// Whether no schedule may answer it: people have to agree, a person has paused it, or what cannot be told is to be
/// looked at.
fn is_for_people(prompt: &Prompt) -> bool {
    let needs_eyes = matches!(prompt.kind, PromptKind::Hold | PromptKind::Unknown);
    needs_eyes || takes_people(&prompt.approvers, prompt.approvals)
}

/// Whether an answer is none that a schedule may give to any prompt: it says what became of a call that no process has
/// seen the end of, or takes a person's pause back.
pub(crate) fn needs_eyes(prompt: &str, choice: &str) -> bool {
    let of_doubt = [unknown::HAPPENED, unknown::DID_NOT, unknown::TRY_AGAIN, "resume"];
    of_doubt.contains(&choice) || prompt == PAUSED || prompt.starts_with("@pause.")
}

/// Whether only people may answer it: it has approvers, or takes several who agree.
pub(crate) fn takes_people(approvers: &[String], approvals: u32) -> bool {
    !approvers.is_empty() || approvals > 1
}

/// The prompts that a person's pauses open, without their numbers.
const PAUSED: &str = "@pause";
/// Answers that count once each time they are given: a wave that cannot succeed would be retried for
/// ever.
const ONCE: [&str; 2] = ["retry", unknown::TRY_AGAIN];
/// What the engine's own questions take.
const WORDS: [&str; 12] = [
    "continue",
    "skip",
    "abort",
    "retry",
    "resume",
    "keep",
    "replace",
    "fail",
    "wait",
    unknown::HAPPENED,
    unknown::DID_NOT,
    unknown::TRY_AGAIN,
];
/// Whether it answers a question of the engine's own.
pub(crate) fn is_word(choice: &str) -> bool {
    WORDS.contains(&choice)
}

/// The choices of the standard program's question about a job that does not show; to wait counts once there too.
const HIDDEN: [&str; 2] = ["fail", "wait"];

/// The flags of one command, and the person who is asked when none of them fits.
pub struct Flags {
    given: Vec<(Flag, Cell<bool>)>,
    by: String,
    people: Rc<Graph>,
    /// Whether `by` may speak for all approvers: in a rehearsal.
    speaks_for_all: bool,
    otherwise: Rc<dyn Answers>,
    listener: Option<Rc<dyn Listener>>,
    /// The prompts of which it was said that `by` cannot answer them.
    barred: RefCell<BTreeSet<String>>,
    /// The prompts that a flag named, and that do not take its choice, by the flag's place.
    misfits: RefCell<BTreeMap<usize, Prompt>>,
}

impl Flags {
    /// Answers with `flags` in the name of `by`, else lets `otherwise` answer.
    pub fn new(flags: &[Flag], by: &str, people: Rc<Graph>, otherwise: Rc<dyn Answers>) -> Flags {
        Flags {
            given: flags.iter().map(|flag| (flag.clone(), Cell::new(false))).collect(),
            by: by.to_owned(),
            people,
            speaks_for_all: false,
            otherwise,
            listener: None,
            barred: RefCell::default(),
            misfits: RefCell::default(),
        }
    }

    /// The same, answering in the name of an approver.
    #[must_use]
    pub fn for_all(self) -> Flags {
        Flags { speaks_for_all: true, ..self }
    }

    /// The same, telling whom it cannot answer for.
    #[must_use]
    pub fn telling(self, listener: Rc<dyn Listener>) -> Flags {
        Flags { listener: Some(listener), ..self }
    }

    /// Tells of flags that no prompt has asked for.
    pub fn say_unused(&self, listener: &dyn Listener) {
        for (flag, _) in self.given.iter().filter(|(_, used)| !used.get()) {
            let (prompt, choice) = (flag.prompt.clone(), flag.choice.clone());
            listener.hear(&Remark::UnusedAnswer { prompt, choice });
        }
    }

    /// Refuses a flag that answered nothing, because what it named takes no such answer.
    pub fn refuse_misfits(&self) -> Result<()> {
        let misfits = self.misfits.borrow();
        let unused = misfits.iter().find(|(place, _)| !self.given[**place].1.get());
        let Some((place, prompt)) = unused else { return Ok(()) };
        let (flag, takes) = (&self.given[*place].0, super::choices(prompt));
        let named = flag.prompt.as_deref().unwrap_or_default();
        let message = format!("`--answer {named}={}`: `{}` takes {takes}", flag.choice, prompt.id);
        let error = CommandError::new(code::BAD_ANSWER, message);
        let near = suggest::nearest(&flag.choice, prompt.choices.iter().map(Choice::as_str));
        Err(match near {
            Some(near) => error.hint(format!("did you mean `{named}={near}`?")),
            None => error,
        })
    }

    /// Notes which flags meant this prompt, and do not fit it.
    fn note_misfits(&self, prompt: &Prompt) {
        for (place, (flag, _)) in self.given.iter().enumerate() {
            let meant = flag.prompt.as_deref();
            let is_meant = meant == Some(&prompt.id) || meant == Some(&prompt.wave);
            // What another question about the wave would take was not needed, and is not wrong.
            if is_meant && !is_word(&flag.choice) && flag.fits(prompt) == 0 {
                self.misfits.borrow_mut().entry(place).or_insert_with(|| prompt.clone());
            }
        }
    }

    /// The flag that fits best.
    fn best(&self, prompt: &Prompt) -> Option<&Flag> {
        self.note_misfits(prompt);
        let is_hidden = prompt.choices.iter().map(Choice::as_str).eq(HIDDEN);
        let again = |flag: &Flag| {
            let choice = flag.choice.as_str();
            !(ONCE.contains(&choice) || is_hidden && choice == "wait")
        };
        let usable = self.given.iter().filter(|(flag, used)| again(flag) || !used.get());
        let fitting = usable.filter(|(flag, _)| flag.fits(prompt) > 0);
        // The first of equals wins.
        let (flag, used) = fitting.rev().max_by_key(|(flag, _)| flag.fits(prompt))?;
        if !self.speaks_for_all
            && let Some(why) = bar(&self.people, prompt, &self.name(flag))
        {
            self.say_barred(prompt, flag, why);
            return None;
        }
        used.set(true);
        Some(flag)
    }

    /// In whose name a flag answers: its schedule's, or that of the person who has given it.
    fn name(&self, flag: &Flag) -> String {
        flag.schedule.as_deref().map_or_else(|| self.by.clone(), spoken::name)
    }

    /// Says once why a flag does not answer the prompt. A person who has spoken already knows it.
    fn say_barred(&self, prompt: &Prompt, flag: &Flag, why: String) {
        let spoken = prompt.given.iter().any(|given| given.by == self.by);
        let is_new = self.barred.borrow_mut().insert(prompt.id.clone());
        if let Some(listener) = self.listener.as_ref().filter(|_| is_new && !spoken) {
            let (prompt, choice) = (prompt.id.clone(), flag.choice.clone());
            listener.hear(&Remark::BarredAnswer { prompt, choice, why });
        }
    }
}

#[async_trait(?Send)]
impl Answers for Flags {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        match self.best(prompt) {
            Some(flag) if self.speaks_for_all => {
                rehearsal::given(&self.people, prompt, flag.choice.clone(), &self.by)
            }
            Some(flag) => {
                let (choice, by) = (flag.choice.clone(), self.name(flag));
                Some(Given { choice, by, ..Given::default() })
            }
            None => self.otherwise.answer(prompt).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::PromptKind;

    use super::*;
    use crate::answers::{Signed, Unattended, prompt};
    use crate::whoami::Person;

    impl Flags {
        fn choice(&self, prompt: &Prompt) -> Option<&str> {
            self.best(prompt).map(|flag| flag.choice.as_str())
        }
    }

    fn flags(texts: &[&str]) -> Flags {
        let flags: Vec<Flag> = texts.iter().map(|text| Flag::parse(text).unwrap()).collect();
        let mut people = Graph::of_nodes(Vec::new(), 1);
        people.groups.insert("dba".into(), vec!["bob".into()]);
        Flags::new(&flags, "ann", Rc::new(people), Rc::new(Unattended))
    }

    #[test]
    fn a_choice_alone_means_what_is_asked_when_it_is_given() {
        let flag = |text| Flag::parse(text).unwrap();
        let check = prompt("check", PromptKind::Pause, &["continue", "abort"]);
        let open = BTreeMap::from([(check.id.clone(), check)]);
        let bound = |flags: &[Flag]| Flag::bound_to(flags, &open);
        assert_eq!(bound(&[flag("continue")]), [flag("check=continue")]);
        assert_eq!(bound(&[flag("web=continue")]), [flag("web=continue")]);
        assert_eq!(bound(&[flag("retry")]), [flag("retry")], "nothing takes it now");
        assert_eq!(Flag::bound_to(&[flag("continue")], &BTreeMap::new()), [flag("continue")]);
    }

    #[tokio::test]
    async fn a_schedule_answers_in_its_own_name_and_is_none_of_several_people() {
        let flag = Flag::of_schedule("weekly", "web", "continue");
        let people = Rc::new(Graph::of_nodes(Vec::new(), 1));
        let flags = Rc::new(Flags::new(&[flag], "ann", people, Rc::new(Unattended)));
        let person = Person { name: "ann".into(), sender: "root".into() };
        let signed = Signed { answers: Rc::clone(&flags) as _, person };
        let mut pause = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        let given = signed.answer(&pause).await.expect("it answers");
        assert_eq!((given.by.as_str(), given.sender.as_str()), ("schedule weekly", "root"));
        pause.approvals = 2;
        assert_eq!(signed.answer(&pause).await, None, "it takes people");
        pause.approvals = 1;
        pause.approvers = vec!["ann".into()];
        assert_eq!(signed.answer(&pause).await, None, "it takes this person");
    }

    #[test]
    fn a_flag_answers_only_for_the_operator_who_gave_it() {
        let flags = flags(&["continue"]);
        let mut pause = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        pause.approvers = vec!["dba".into()];
        assert_eq!(flags.choice(&pause), None);
        assert_eq!(flags.for_all().choice(&pause), Some("continue"));
    }

    #[test]
    fn what_needs_a_look_is_not_answered_by_the_way() {
        let doubt = prompt("web", PromptKind::Unknown, &["happened", "did-not", "try-again"]);
        assert_eq!(flags(&["try-again"]).choice(&doubt), None);
        let named = flags(&["web=try-again"]);
        assert_eq!([named.choice(&doubt), named.choice(&doubt)], [Some("try-again"), None]);
        let hold = prompt("@pause.1", PromptKind::Hold, &["resume", "abort"]);
        assert_eq!(flags(&["abort"]).choice(&hold), None);
        assert_eq!(flags(&["@pause.1=abort"]).choice(&hold), Some("abort"));
    }

    #[test]
    fn the_closest_flag_wins_whatever_the_order() {
        let flags = flags(&["continue", "web=skip", "web#1.failure=abort"]);
        let pause = |id| prompt(id, PromptKind::Pause, &["continue", "skip", "abort"]);
        let failure = prompt("web#1.failure", PromptKind::Failure, &["retry", "skip", "abort"]);
        assert_eq!(flags.choice(&pause("application")), Some("continue"));
        assert_eq!(flags.choice(&pause("web")), Some("skip"));
        assert_eq!(flags.choice(&failure), Some("abort"));
    }

    #[test]
    fn a_retry_counts_once_each_time_it_is_given() {
        let flags = flags(&["retry", "retry"]);
        let failure = prompt("web#1.failure", PromptKind::Failure, &["retry", "skip", "abort"]);
        let answers: Vec<_> = (0..3).map(|_| flags.choice(&failure)).collect();
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

    #[test]
    fn a_schedule_decides_nothing_that_cannot_be_told_and_takes_no_pause_back() {
        let prompt = |kind: &str, choices: &[&str]| -> Prompt {
            let prompt = serde_json::json!({
                "id": "web", "wave": "web", "kind": kind, "message": "?", "choices": choices,
                "opened_at": "2027-01-01T00:00:00Z",
            });
            serde_json::from_value(prompt).unwrap()
        };
        let doubt = prompt("unknown", &["happened", "did-not", "try-again"]);
        let hold = prompt("hold", &["resume", "abort"]);
        for (prompt, choice) in [(&doubt, "try-again"), (&doubt, "did-not"), (&hold, "resume")] {
            assert!(!Flag::any_fits(&[Flag::of_schedule("s", "web", choice)], prompt), "{choice}");
            assert!(Flag::any_fits(&[Flag::parse(&format!("web={choice}")).unwrap()], prompt));
        }
        let pause = prompt("pause", &["continue", "abort"]);
        assert!(Flag::any_fits(&[Flag::of_schedule("s", "web", "continue")], &pause));
    }
}
