//! Next steps as commands to type.

use moontide_control::environment::Environment;
use moontide_control::next::Next;
use moontide_control::words::{mode, quoted};
use moontide_runtime::scheduler::prompt::unknown::HAPPENED;

use crate::context::Context;
use crate::output::Format;

pub(crate) use crate::context::CARRY_OUT;

/// The command that takes a step, in the same store and the same AWS.
pub(crate) fn command(context: &Context, next: &Next) -> String {
    // It is taken in by another store, whichever that is; these name their stores themselves.
    if let Next::Import { .. } | Next::Move { .. } | Next::MakeStore { .. } = next {
        return format!("moontide {}", words(next));
    }
    let Next::There { store, step } = next else { return context.command(&words(next)) };
    let there = Context { store: Some(store.clone()), ..context.clone() };
    match step {
        Some(step) => command(&there, step),
        None => there.command(&context.typed.borrow()),
    }
}

/// How steps are typed by the readers of notifications, who may sit at another machine: they are told the store where it
/// can be reached from there.
pub(crate) fn from_any_thread(context: &Context) -> Box<dyn Fn(&Next) -> String + Send> {
    let (store, aws) = (context.store_of_readers(), context.aws.borrow().clone());
    Box::new(move |next| {
        let context = Context::new(Environment::default(), Format::Text, store.clone());
        context.aws.borrow_mut().clone_from(&aws);
        command(&context, next)
    })
}

/// The commands that take a step: one for each answer to a prompt that makes sense.
pub(crate) fn commands(context: &Context, next: &Next) -> Vec<String> {
    match next {
        Next::Answer { .. } => answers(next).iter().map(|words| context.command(words)).collect(),
        next => vec![command(context, next)],
    }
}

/// The words of the command behind `moontide`.
pub(crate) fn words(next: &Next) -> String {
    match next {
        Next::Status { execution } => of("status", execution),
        Next::Follow { execution } => of("status", execution) + " --follow",
        Next::Show { execution } => of("show", execution),
        Next::Start { mode: kind, replace } => {
            let replace = replace.iter().map(|it| format!(" --replace {}", quoted(it)));
            format!("run RUNBOOK --mode {}{}", mode(*kind), replace.collect::<String>())
        }
        Next::Resume { execution } => of("resume", execution),
        Next::Session { execution } => of("repl --session", execution),
        Next::LiftPause { execution } => of("resume", execution) + " --lift-pause",
        Next::RaiseLimit { execution, limit } => {
            format!("{} --set-limit {limit}", of("resume", execution))
        }
        Next::GiveSecret { execution, param } => {
            format!("{} --param {param}=@FILE", of("resume", execution))
        }
        Next::Answer { .. } => answers(next).swap_remove(0),
        Next::Retry { execution, wave } => {
            format!("{} {}", of("retry", execution), of_wave(wave.as_deref()))
        }
        Next::RetryMended { execution, wave, runbook } => {
            let runbook = runbook.as_ref().map_or_else(|| "RUNBOOK".to_owned(), |it| quoted(it));
            format!("{} {} --runbook {runbook}", of("retry", execution), of_wave(wave.as_deref()))
        }
        Next::Skip { execution, wave } => format!("{} {}", of("skip", execution), quoted(wave)),
        Next::Cancel { execution } => of("cancel", execution),
        Next::CleanUp { execution } => of("cleanup", execution),
        Next::State { of: owner, is_execution } => {
            let flag = if *is_execution { " --execution" } else { "" };
            of("state list", owner) + flag
        }
        Next::DeleteState { of: owner, key, version } => {
            format!("{} {} --at-version {version}", of("state delete", owner), quoted(key))
        }
        Next::Obligations { all } => {
            if *all { "obligations --all" } else { "obligations" }.to_owned()
        }
        Next::CarryOut => CARRY_OUT.to_owned(),
        Next::DropObligation { execution, reason } => {
            format!("{} --reason {}", of("obligations drop", execution), quoted(reason))
        }
        Next::Claims => "claims".to_owned(),
        Next::DropClaim { claim } => of("claims drop", claim),
        Next::DropClaims { execution } => of("claims drop", execution),
        Next::Untold => "notify list".to_owned(),
        Next::TellOthers => "notify send".to_owned(),
        Next::FindLost => "adopt".to_owned(),
        Next::Adopt { execution, regions, elsewhere } => {
            let regions = regions.iter().map(|it| format!(" --region {}", quoted(it)));
            let regions = regions.collect::<String>();
            let other = if *elsewhere { " --region REGION" } else { "" };
            format!("{}{regions}{other}", of("adopt", execution))
        }
        Next::TakeBack { execution, from } => {
            format!("{} --from {}", of("store take-back", execution), quoted(from))
        }
        Next::MakeStore { store } => of("store init --store", store),
        Next::Move { execution, from, to } => {
            format!("{} {} {} --move", of("store copy", from), quoted(to), quoted(execution))
        }
        Next::TakeIn { file } => of("store import", file),
        Next::GiveUpImport { execution } => of("store import --give-up", execution) + " --yes",
        Next::Import { from } => of("store import", from),
        Next::Schedules => "schedule list".to_owned(),
        Next::ScheduleTimes { schedule: None } => "schedule next".to_owned(),
        Next::ScheduleTimes { schedule: Some(name) } => of("schedule next", name),
        Next::ScheduleHistory { schedule } => of("schedule history", schedule),
        Next::ResumeSchedule { schedule } => of("schedule resume", schedule),
        Next::RunSchedule { schedule } => of("schedule run", schedule),
        Next::ServeSchedules => "schedule serve".to_owned(),
        Next::FinishSchedules => "schedule finish".to_owned(),
        Next::There { step, .. } => step.as_deref().map(words).unwrap_or_default(),
    }
}

/// The commands that take a step: one for each answer that makes sense.
pub(crate) fn answers(next: &Next) -> Vec<String> {
    let Next::Answer { execution, prompt, choices, returns } = next else {
        return vec![words(next)];
    };
    let value = |choice: &str| match returns {
        Some(returns) if choice == HAPPENED => format!(" --value {}", quoted(returns)),
        _ => String::new(),
    };
    let answer = |choice: &str| {
        format!("{} {} {choice}{}", of("answer", execution), quoted(prompt), value(choice))
    };
    match choices.as_slice() {
        [] => vec![answer("CHOICE")],
        choices => choices.iter().map(|it| answer(it)).collect(),
    }
}

fn of(verb: &str, execution: &str) -> String {
    format!("{verb} {}", quoted(execution))
}

fn of_wave(wave: Option<&str>) -> String {
    wave.map_or_else(|| "WAVE".to_owned(), quoted)
}

#[cfg(test)]
mod tests {
    use moontide_runtime::plan::Mode;

    use super::*;

    #[test]
    fn each_answer_that_makes_sense_is_a_command() {
        let (execution, prompt) = ("drill".to_owned(), "web#1 x".to_owned());
        let choices = ["happened", "did-not"].map(str::to_owned).to_vec();
        let returns = Some("{\"job\": …}".to_owned());
        let next = Next::Answer { execution, prompt, choices, returns };
        let commands = [
            "answer drill 'web#1 x' happened --value '{\"job\": …}'",
            "answer drill 'web#1 x' did-not",
        ];
        assert_eq!(answers(&next), commands);
        assert_eq!(words(&next), commands[0]);
    }

    #[test]
    fn what_the_operator_has_to_fill_in_is_in_capitals() {
        let retry = Next::Retry { execution: "drill".into(), wave: None };
        assert_eq!(words(&retry), "retry drill WAVE");
        let start = Next::Start { mode: Mode::Drill, replace: vec!["s-1".into()] };
        assert_eq!(words(&start), "run RUNBOOK --mode drill --replace s-1");
    }

    #[test]
    fn what_was_typed_is_typed_again_in_the_store_to_which_an_execution_has_moved() {
        let context = Context::new(Environment::default(), Format::Text, None);
        *context.typed.borrow_mut() = "retry first db".into();
        let there = Next::There { store: "sqlite:/srv/a b.db".into(), step: None };
        let command = command(&context, &there);
        assert_eq!(command, "moontide --store 'sqlite:/srv/a b.db' retry first db");
    }
}
