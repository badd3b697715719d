//! `moontide test`: runs the tests of runbooks, each case a rehearsal in a world of its own. Offline.
//!
//! - `replay`: journals of executions against the runbooks of today, in place of the cases.

mod replay;

use std::path::{Path, PathBuf};

use clap::Args;
use moontide_author::testing::snapshots::{self, Snapshots};
use moontide_author::testing::{Case, Ended, Suite, Told, Wanted, found, together};
use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::plan::suggest;

use crate::context::Context;
use crate::exit;
use crate::output::Format;
use crate::output::file::{self, Kind};
use crate::output::style::plain;
use crate::view::tested::{Listed, Tested, TestedFile, line, summary};

/// Run the tests beside runbooks: each case rehearses, in virtual time
///
/// Uses no AWS account and no network. A test file is called runbook.test.luau, or NAME.test.luau, and lies beside its
/// runbook; `moontide guide testing` says what is in it. Exit code 1 if a case has failed, 3 if a test does not load or
/// there is none.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = "\
Examples:
  moontide test
  moontide test runbooks/three_tier --case 'the database*'
  moontide test --crash --jobs 4 --junit tests.xml
  moontide test runbooks --replay drill.json --case 'database*'")]
pub(crate) struct Flags {
    /// Test files, runbooks, or folders in which they are looked for
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    /// Only the cases of this name; a `*` stands for anything. May be given several times
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,

    /// Name the cases, and run none
    #[arg(long)]
    list: bool,

    /// How many cases run at a time [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,

    /// Begin no case behind one that has failed
    #[arg(long)]
    fail_fast: bool,

    /// Write the snapshots anew, instead of comparing with them
    #[arg(long, conflicts_with = "crash")]
    update: bool,

    /// Run each case that passes again, killed behind each entry of its journal and resumed: it has to come to the same
    /// end, and nothing may happen twice
    #[arg(long)]
    crash: bool,

    /// Instead of the cases, replay these journals, which `moontide store export` wrote, against the runbooks as they are
    /// today: each attempt of each wave that has ended is a case, such as `database#1`, and has to ask for the same
    /// effects, and come to the same end. What its effects brought is read from the journal
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["crash", "update"])]
    replay: Vec<PathBuf>,

    /// Also write the results into this file, as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(path) = &flags.junit {
        file::may_write(path, Kind::Junit)?;
    }
    let settings = |folder: &Path| context.settings(Some(folder));
    if !flags.replay.is_empty() {
        return replay::execute(context, flags, &settings);
    }
    let suites = found(&flags.paths)?;
    let suites: Vec<Suite> =
        suites.iter().map(|path| Suite::read(path, &settings)).collect::<Result<_>>()?;
    let chosen = chosen(&suites, &flags.cases)?;
    if flags.list {
        context.output.show(&Listed::of(&chosen))?;
        return Ok(exit::COMPLETED);
    }
    let known: Vec<Snapshots> =
        suites.iter().map(|suite| snapshots::read(&suite.path)).collect::<Result<_>>()?;
    let of = |told: &Told<'_>| suites.iter().position(|suite| std::ptr::eq(suite, told.0));
    let places: Vec<usize> = chosen.iter().filter_map(of).collect();
    let compared: Vec<&Snapshots> = places.iter().map(|at| &known[*at]).collect();
    let wanted = Wanted {
        jobs: flags.jobs.unwrap_or_else(processors),
        fail_fast: flags.fail_fast,
        crash: flags.crash,
        update: flags.update,
    };
    let mut tested = Tested::new(&suites);
    let is_shown = context.output.format != Format::Json;
    let mut wrong = Ok(());
    together(&chosen, &compared, wanted, |at, ran| {
        if is_shown && wrong.is_ok() {
            let file = &suites[places[at]].file;
            wrong = context.output.print(&line(context.output, file, &ran)).map(drop);
        }
        tested.add(places[at], ran);
    })
    .map_err(|error| CommandError::new(code::INTERNAL, format!("no thread starts: {error}")))?;
    wrong?;
    for (file, (suite, known)) in tested.files.iter_mut().zip(suites.iter().zip(&known)) {
        file.notes = if flags.update { Vec::new() } else { snapshots::orphans(suite, known) };
    }
    tested.files.retain(|file| !file.cases.is_empty());
    if flags.update {
        update(context, &suites, &known, &tested)?;
    }
    if let Some(path) = &flags.junit {
        crate::output::junit::write(path, &tested)?;
    }
    summary(context, &tested)?;
    Ok(if tested.failed > 0 { exit::FAILED } else { exit::COMPLETED })
}

/// As many threads as help.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The cases that are to run, in order.
fn chosen<'s>(suites: &'s [Suite], names: &[String]) -> Result<Vec<Told<'s>>> {
    let all = || suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)));
    for name in names {
        if !all().any(|(_, case)| matches(name, &case.name)) {
            let known: Vec<&str> = all().map(|(_, case)| case.name.as_str()).collect();
            let error = CommandError::new(code::TEST_MISSING, format!("there is no case `{name}`"));
            return Err(match suggest::nearest(name, known) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`--list` names them; a `*` stands for anything"),
            });
        }
    }
    let is_wanted =
        |case: &Case| names.is_empty() || names.iter().any(|it| matches(it, &case.name));
    let chosen: Vec<Told<'s>> = all().filter(|(_, case)| is_wanted(case)).collect();
    if chosen.is_empty() {
        return Err(CommandError::new(code::TEST_MISSING, "the tests have no case")
            .hint("a case is a function by its name: `[\"it completes\"] = function(t) … end`"));
    }
    Ok(chosen)
}

/// Whether a name is meant by a pattern in which a `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let (last, middle) = parts.split_last().unwrap_or((&"", &[]));
    for part in middle {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// Writes down what the cases that have passed have seen; what was not run stays as it was.
fn update(context: &Context, suites: &[Suite], known: &[Snapshots], tested: &Tested) -> Result<()> {
    for (suite, known) in suites.iter().zip(known) {
        let mut now = known.clone();
        now.retain(|name, _| suite.cases.iter().any(|case| case.name == *name));
        let is_it = |file: &&TestedFile| file.path == suite.path.display().to_string();
        for ran in tested.files.iter().filter(is_it).flat_map(|file| &file.cases) {
            if ran.ended == Ended::Passed && ran.snapshots.is_empty() {
                now.remove(&ran.case);
            } else if ran.ended == Ended::Passed {
                now.insert(ran.case.clone(), ran.snapshots.clone());
            }
        }
        if snapshots::write(&suite.path, &now)? {
            let path = snapshots::path(&suite.path);
            context.output.say([plain(format!("written: {}", path.display()))]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_in_the_name_of_a_case_stands_for_anything() {
        for pattern in ["the shop", "the*", "*shop", "*", "t*e*p", "the shop*"] {
            assert!(matches(pattern, "the shop"), "{pattern}");
        }
        for pattern in ["shop", "the", "*x*", "the*e", "shop*"] {
            assert!(!matches(pattern, "the shop"), "{pattern}");
        }
    }
}
