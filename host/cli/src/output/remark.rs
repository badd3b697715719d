//! What an operator should know, in words.

use std::time::Duration;

use moontide_control::listener::{Remark, Scope};
use moontide_control::next::Next;
use moontide_control::words;

use super::Output;
use super::style::{Span, attention, faint, plain, strong};

impl Output {
    /// Says a remark, with its next steps as commands to type.
    pub(crate) fn remark(self, remark: &Remark, step: &dyn Fn(&Next) -> String) {
        self.say(spans(remark, step));
    }
}

/// What it says. A remark that is no more than news stands behind no head.
fn spans(remark: &Remark, step: &dyn Fn(&Next) -> String) -> Vec<Span<'static>> {
    match remark {
        Remark::Watching { execution, holder } => {
            vec![faint(format!("{holder} drives {execution}; watching whether it lives"))]
        }
        Remark::Stopped { execution } => {
            let resume = step(&Next::resume(execution));
            vec![plain("stopped; to go on: "), strong(resume)]
        }
        Remark::StaysPaused { execution, by } => {
            let lift = step(&Next::lift_pause(execution));
            let text = format!("; no further wave starts before an operator types {lift}");
            vec![attention(format!("paused by {by}")), plain(text)]
        }
        Remark::WrongClock { ahead } => {
            let word = if ahead.is_positive() { "fast" } else { "slow" };
            // A moment of the answer's way is no matter.
            let seconds = (ahead.unsigned_abs().as_secs() + 5) / 10 * 10;
            let off = words::duration(Duration::from_secs(seconds));
            let wrong = attention(format!("this machine's clock is {off} {word}"));
            vec![wrong, plain("; moments are AWS's")]
        }
        Remark::TakesUp { execution } => {
            vec![
                plain("goes on with "),
                strong(execution.clone()),
                plain(", which no runner drives"),
            ]
        }
        Remark::CleaningUp { drill } => {
            vec![plain("cleaning up after "), strong(drill.clone())]
        }
        Remark::NotCarriedOut { execution, why } => {
            vec![strong(execution.clone()), plain(format!(": {}", why.text(step)))]
        }
        Remark::LooksAgain { open, pause } => {
            let open = words::count(*open, "obligation");
            let again = words::duration(*pause);
            vec![plain(format!("{open} left")), faint(format!("; next look in {again}"))]
        }
        _ => vec![head(remark), plain(text(remark, step))],
    }
}

fn head(remark: &Remark) -> Span<'static> {
    match remark {
        Remark::LooseStore { .. }
        | Remark::DoomedStore { .. }
        | Remark::MisspeltApprover { .. }
        | Remark::NoGroups { .. } => strong("warning: "),
        Remark::NotLookedAt { .. } => attention("not looked at: "),
        Remark::Untold { .. } => attention("not told yet: "),
        Remark::StoreAway { .. } => attention("the store does not answer"),
        Remark::UnreadSyntax { .. }
        | Remark::ShownSecret { .. }
        | Remark::OtherSecret { .. }
        | Remark::KeepsName { .. } => attention("warning: "),
        Remark::UnusedAnswer { .. } | Remark::FixedLimit { .. } | Remark::NoPauseLifted => {
            attention("not used: ")
        }
        Remark::BarredAnswer { prompt, choice, .. } => {
            attention(format!("{prompt}: --answer {choice} does not count: "))
        }
        Remark::Beside { .. } => attention("beside "),
        Remark::GivenUp { .. } => attention("replace "),
        Remark::ChangedLimit { .. } => strong("limits: "),
        Remark::Unanswering { .. }
        | Remark::UnknownBeside { .. }
        | Remark::CleanedUp { .. }
        | Remark::GoesOn { .. } => attention("note: "),
        // They stand behind no head.
        Remark::Watching { .. }
        | Remark::StoreBack { .. }
        | Remark::Stopped { .. }
        | Remark::StaysPaused { .. }
        | Remark::CleaningUp { .. }
        | Remark::TakesUp { .. }
        | Remark::NotCarriedOut { .. }
        | Remark::LooksAgain { .. }
        | Remark::Failed { .. }
        | Remark::WrongClock { .. } => plain(""),
    }
}

fn text(remark: &Remark, step: &dyn Fn(&Next) -> String) -> String {
    match remark {
        Remark::StoreAway { message } => format!(", and is asked until it does: {message}"),
        Remark::NotLookedAt { what } => what.clone(),
        Remark::Untold { left, receivers } => format!(
            "{} for {}: the next runner tells it, or `{}`",
            words::count(*left, "notification"),
            receivers.join(", "),
            step(&Next::TellOthers)
        ),
        Remark::KeepsName { why } => format!("{why}; delete it"),
        Remark::StoreBack { waited } => {
            format!("the store answers again after {}", words::duration(*waited))
        }
        Remark::LooseStore { path, verb } => {
            let path = path.display();
            format!("others than its owner may {verb} the store {path}: `chmod 600 {path}`")
        }
        Remark::DoomedStore { store, region } => format!(
            "the store {store} is in {region}, the Region that this runbook recovers from: when \
             it fails, the executions are out of reach. Keep them in another Region"
        ),
        Remark::UnreadSyntax { file } => format!(
            "{file} uses syntax that `check` does not know: keys given twice, and functions of a module called \
             with a colon, were not looked for in it"
        ),
        Remark::ShownSecret { param } => format!(
            "the list of processes shows `{param}`: `--param {param}=@FILE`, `@-` (standard input), \
             `env:NAME` and `file:PATH` do not"
        ),
        Remark::OtherSecret { execution, param } => format!(
            "`{param}` has another value than `{execution}` was started with; it counts for this runner only"
        ),
        Remark::MisspeltApprover { name, group } => format!(
            "the approver `{name}` is taken for a person; is the group `{group}` of `[approvers]` meant?"
        ),
        Remark::NoGroups { approver } => format!(
            "no moontide.toml says who belongs to a group: the approver `{approver}` is the person of that name"
        ),
        Remark::UnusedAnswer { prompt, choice } => {
            let prompt = prompt.as_ref().map(|prompt| format!("{prompt}="));
            format!("--answer {}{choice}", prompt.unwrap_or_default())
        }
        Remark::BarredAnswer { why, .. } => why.clone(),
        Remark::Unanswering { why } => {
            format!("{why}; it answers nothing: `resume --by NAME` says in whose name")
        }
        Remark::Beside { execution, by, stands } => {
            format!("{execution}, which {by} began and which {stands}")
        }
        Remark::UnknownBeside { execution, why, hints } => {
            let hints = hints.iter().map(|hint| hint.text(step));
            let said: Vec<String> = std::iter::once(why.clone()).chain(hints).collect();
            format!("`--beside {execution}`: {}", said.join("; "))
        }
        Remark::GivenUp { server, instances } => match instances.as_slice() {
            [] => format!(
                "{server}: it has no instance now; what others launch of it is not given up"
            ),
            some => format!("{server}: its instance {} may be deleted", some.join(", ")),
        },
        Remark::FixedLimit { limit, asked, has } => {
            let has = has.as_deref().unwrap_or("as many as it lets");
            format!(
                "`{limit}={asked}`: it is fixed when an execution starts, and this one runs {has}"
            )
        }
        Remark::ChangedLimit { limit, was, now, scope } => {
            let was = was.as_deref().unwrap_or("as usual");
            format!("{limit} was {was}, and is {now} {}", whom(*scope))
        }
        Remark::NoPauseLifted => "`--lift-pause` and `--comment`: this lifts no pause".to_owned(),
        Remark::GoesOn { drill } => {
            format!("{drill} goes on: what it launches from now on stays")
        }
        Remark::CleanedUp { cleanup } => format!(
            "{cleanup} has terminated what the drill had launched, or is at it: a wave that is retried may miss what \
             earlier ones made; `run` begins a whole drill"
        ),
        // The context complains of it, in the format of the documents.
        Remark::Failed { error } => error.message.clone(),
        Remark::Watching { .. }
        | Remark::Stopped { .. }
        | Remark::StaysPaused { .. }
        | Remark::CleaningUp { .. }
        | Remark::TakesUp { .. }
        | Remark::NotCarriedOut { .. }
        | Remark::LooksAgain { .. }
        | Remark::WrongClock { .. } => String::new(),
    }
}

/// For what a changed limit holds.
fn whom(scope: Scope) -> &'static str {
    match scope {
        Scope::Runner => {
            "for this runner, also for what has begun; an earlier release began this execution, which keeps no change: \
             give it to every later `resume` too"
        }
        Scope::Execution => "from here on, also for what has begun",
        Scope::NewAttempts => "for attempts that start from here on",
    }
}
