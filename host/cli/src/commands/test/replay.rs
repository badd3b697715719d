//! `moontide test --replay`: journals of executions against the runbooks of today.

use std::path::Path;
use std::thread;

use moontide_author::testing::Ran;
use moontide_author::testing::replay::{self, Recorded, Today};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::settings::Settings;
use moontide_runtime::plan::suggest;

use super::{Flags, matches};
use crate::context::Context;
use crate::exit;
use crate::output::Format;
use crate::view::tested::{Listed, Tested, line, summary};

/// Luau calls itself on the stack of its thread.
const STACK: usize = 64 * 1024 * 1024;

/// Replays what the flags name.
pub(super) fn execute(
    context: &Context,
    flags: &Flags,
    settings: &dyn Fn(&Path) -> Result<Settings>,
) -> Result<u8> {
    let journals: Vec<Recorded> =
        flags.replay.iter().map(|path| Recorded::read(path)).collect::<Result<_>>()?;
    check(&journals, &flags.cases)?;
    let is_wanted =
        |name: &str| flags.cases.is_empty() || flags.cases.iter().any(|it| matches(it, name));
    if flags.list {
        let names = journals.iter().flat_map(|journal| {
            let names = replay::names(journal).into_iter().filter(|name| is_wanted(name));
            names.map(|name| (journal.path.as_path(), name)).collect::<Vec<_>>()
        });
        context.output.show(&Listed::named(names))?;
        return Ok(exit::COMPLETED);
    }
    let today = Today::read(&flags.paths, settings)?;
    let own = context.settings(None)?;
    let (mut ran, is_shown) = (Vec::new(), context.output.format != Format::Json);
    for (at, journal) in journals.iter().enumerate() {
        let has_failed = ran.iter().any(|(_, ran): &(usize, Ran)| is_failed(ran));
        let is_wanted = |name: &str| is_wanted(name) && !(flags.fail_fast && has_failed);
        for one in side(journal, &today, &own, &is_wanted, flags.fail_fast)? {
            if is_shown {
                let file = journal.path.display().to_string();
                context.output.print(&line(context.output, &file, &one))?;
            }
            ran.push((at, one));
        }
    }
    let mut tested = Tested::of(journals.iter().map(|journal| journal.path.as_path()));
    for (at, ran) in ran {
        tested.add(at, ran);
    }
    tested.files.retain(|file| !file.cases.is_empty());
    if let Some(path) = &flags.junit {
        crate::output::junit::write(path, &tested)?;
    }
    summary(context, &tested)?;
    Ok(if tested.failed > 0 { exit::FAILED } else { exit::COMPLETED })
}

/// Replays a journal on a thread with room for Luau.
fn side(
    journal: &Recorded,
    today: &Today,
    settings: &Settings,
    is_wanted: &(dyn Fn(&str) -> bool + Sync),
    fail_fast: bool,
) -> Result<Vec<Ran>> {
    let replayed = thread::scope(|scope| {
        let thread = thread::Builder::new().name("replay".to_owned()).stack_size(STACK);
        let replay = || {
            let mut ran = Vec::new();
            let tell = &mut |one| ran.push(one);
            replay::replay(journal, today, settings, &is_wanted, fail_fast, tell).map(|()| ran)
        };
        thread.spawn_scoped(scope, replay).map(thread::ScopedJoinHandle::join)
    });
    let internal = |why: String| CommandError::new(code::INTERNAL, why);
    let joined = replayed.map_err(|error| internal(format!("no thread starts: {error}")))?;
    joined.map_err(|_| internal("a replay has panicked".to_owned()))?
}

fn is_failed(ran: &Ran) -> bool {
    matches!(ran.ended, moontide_author::testing::Ended::Failed(_))
}

/// Refuses a name that no attempt has, and journals in which no attempt has ended.
fn check(journals: &[Recorded], wanted: &[String]) -> Result<()> {
    let names: Vec<String> = journals.iter().flat_map(replay::names).collect();
    if names.is_empty() {
        let message = "in these journals no attempt of a wave has ended";
        return Err(CommandError::new(code::TEST_MISSING, message)
            .hint("`moontide show EXECUTION` says how far an execution has come"));
    }
    let is_missing = |name: &&String| !names.iter().any(|known| matches(name, known));
    let Some(name) = wanted.iter().find(is_missing) else { return Ok(()) };
    let message = format!("there is no attempt `{name}`");
    let near = suggest::nearest(name, names.iter().map(String::as_str));
    let hint = near.map_or_else(
        || "`--list` names them; a `*` stands for anything".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(CommandError::new(code::TEST_MISSING, message).hint(hint))
}
