//! The command line, as clap reads it, and the way from there to an exit code.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use moontide_control::environment::{Environment, VARIABLES};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::settings::limits;

use crate::commands::{
    adopt, answer, cancel, check, claims, cleanup, completions, compliance, docs, explain, guide,
    journal, list, lsp, man, new, note, notify, obligations, pause, plan, rehearse, repl, report,
    resume, retry, run, schedule, schema, show, sim, skip, ssm, state, status, store, test, types,
    watch,
};
use crate::context::Context;
use crate::output::{self, Format, Output};
use crate::{completion, exit, next, panics, trace};

const EXAMPLES: &str = "\
Examples:
  moontide rehearse runbooks/three_tier          try it out: no AWS, no waiting
  moontide new shop                              a folder with a runbook that rehearses
  moontide check runbooks/three_tier             is it a valid runbook?
  moontide plan runbooks/three_tier              draw what it will do
  moontide test runbooks                         run the tests beside the runbooks
  moontide repl                                  try things, line by line; read-only at first
  moontide run runbooks/three_tier --mode drill  start a drill
  moontide status EXECUTION                      where does it stand?
  moontide status EXECUTION --follow             the same, and what happens from then on
  moontide answer EXECUTION WAVE continue        go on after a pause point
  moontide resume EXECUTION                      go on after a crash, an answer or a pause
  moontide pause EXECUTION                       let no further wave start
  moontide retry EXECUTION WAVE                  attempt a failed wave once more
  moontide report EXECUTION                      what happened, for an auditor
  moontide compliance                            what was drilled last, and how it went
  moontide cleanup EXECUTION                     terminate the drill's instances
  moontide obligations --carry-out               terminate those of all drills whose time has come
  moontide notify test                           do those hear of it who should?
  moontide schedule serve                        start drills at their times, unattended
  moontide guide                                 how to start, operate, author; needs no network
  moontide docs wave.pause                       look up a field, a function, a setting
  moontide explain M0411                         what an error's code means, and what to type

Exit codes:
  0 completed            5 another runner drives it  129 stopped: the terminal is gone
  1 failed               6 settings or credentials   130 stopped by Ctrl-C
  2 usage                7 journal does not match    143 stopped by SIGTERM
  3 runbook refused        the runbook
  4 waiting for a person 8 a report is not proved
                         70 a defect of Moontide";

/// The variables, the examples and the exit codes.
fn after_help() -> String {
    let own = VARIABLES.iter().map(|it| (it.name, it.is.to_owned()));
    let limits = limits::ALL.iter().map(|it| (it.variable, format!("the limit {}", it.key)));
    let lines = own.chain(limits).map(|(name, is)| format!("  {name:<26} {is}\n"));
    let lines = lines.collect::<String>();
    format!("Variables, over which flags win:\n{lines}\n{EXAMPLES}")
}

/// Runs disaster-recovery runbooks for AWS Elastic Disaster Recovery, and survives being killed.
#[derive(Parser)]
#[command(name = "moontide", version, after_help = after_help(), propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Keep executions here: `sqlite:PATH`, `dynamodb:TABLE[@REGION]` or `dynamodb:ARN` [default: MOONTIDE_STORE,
    /// else moontide.db in MOONTIDE_HOME]
    #[arg(long, global = true, value_name = "STORE")]
    store: Option<String>,

    #[arg(
        long = "set-limit",
        global = true,
        value_name = "NAME=VALUE",
        value_parser = limits::parse,
        help = limits::help()
    )]
    limits: Vec<(String, String)>,

    /// What to print on stdout
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,

    /// Say on stderr what happens inside; -vv says more. MOONTIDE_LOG says it finer
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    Rehearse(rehearse::Flags),
    New(new::Flags),
    Check(check::Flags),
    Watch(watch::Flags),
    Plan(plan::Flags),
    Types(types::Flags),
    Lsp(lsp::Flags),
    Test(test::Flags),
    Repl(repl::Flags),
    Run(run::Flags),
    Resume(resume::Flags),
    Status(status::Flags),
    List(list::Flags),
    Show(show::Flags),
    Journal(journal::Flags),
    Report(report::Flags),
    Compliance(compliance::Flags),
    Answer(answer::Flags),
    Note(note::Flags),
    Pause(pause::Flags),
    Cancel(cancel::Flags),
    Retry(retry::Flags),
    Skip(skip::Flags),
    Cleanup(cleanup::Flags),
    Obligations(obligations::Flags),
    Notify(notify::Flags),
    Schedule(schedule::Flags),
    Claims(claims::Flags),
    Ssm(ssm::Flags),
    State(state::Flags),
    Adopt(adopt::Flags),
    Store(store::Flags),
    Sim(sim::Flags),
    Docs(docs::Flags),
    Guide(guide::Flags),
    Explain(explain::Flags),
    Schema(schema::Flags),
    Completions(completions::Flags),
    Man(man::Flags),
}

/// Reads the command line, does what it says, and prints what went wrong.
pub(crate) fn run() -> ExitCode {
    if completion::answer(Cli::command).is_some() {
        return ExitCode::from(exit::COMPLETED);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(usage(&error)),
    };
    let Global { store, limits, output, verbose } = cli.global;
    let environment = Environment::read();
    trace::begin(verbose, environment.log.as_deref());
    let context = Context { limits, ..Context::new(environment, output, store) };
    panics::to_the_trace();
    let done = panics::caught(&context, || dispatch(cli.command, &context));
    let code = done.unwrap_or_else(|error| {
        context.complain(&error);
        exit::of_error(error.code)
    });
    ExitCode::from(code)
}

/// Help and version were asked for; anything else is a complaint, and programs get it as JSON too.
fn usage(error: &clap::Error) -> u8 {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked || !wants_json(std::env::args_os().filter_map(|word| word.into_string().ok())) {
        output::usage(error);
        return if asked { exit::COMPLETED } else { exit::USAGE };
    }
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let complaint = CommandError::new(code::SYNTAX, message).hint("`--help` shows what there is");
    Output { format: Format::Json }.complain(&complaint, &next::words);
    exit::of_error(complaint.code)
}

/// Whether a command line that clap could not read asks for JSON.
fn wants_json(words: impl Iterator<Item = String>) -> bool {
    let words: Vec<String> = words.collect();
    words.iter().any(|word| word == "--output=json")
        || words.windows(2).any(|pair| pair == ["--output", "json"])
}

fn dispatch(command: Command, context: &Context) -> Result<u8> {
    match command {
        Command::Rehearse(flags) => rehearse::execute(context, &flags),
        Command::New(flags) => new::execute(context, &flags),
        Command::Check(flags) => check::execute(context, &flags),
        Command::Watch(flags) => watch::execute(context, &flags),
        Command::Plan(flags) => plan::execute(context, &flags),
        Command::Types(flags) => types::execute(context, &flags),
        Command::Lsp(flags) => lsp::execute(context, &flags),
        Command::Test(flags) => test::execute(context, &flags),
        Command::Repl(flags) => repl::execute(context, &flags),
        Command::Run(flags) => run::execute(context, &flags),
        Command::Resume(flags) => resume::execute(context, &flags),
        Command::Status(flags) => status::execute(context, &flags),
        Command::List(flags) => list::execute(context, &flags),
        Command::Show(flags) => show::execute(context, &flags),
        Command::Journal(flags) => journal::execute(context, &flags),
        Command::Report(flags) => report::execute(context, &flags),
        Command::Compliance(flags) => compliance::execute(context, &flags),
        Command::Answer(flags) => answer::execute(context, &flags),
        Command::Note(flags) => note::execute(context, &flags),
        Command::Pause(flags) => pause::execute(context, &flags),
        Command::Cancel(flags) => cancel::execute(context, &flags),
        Command::Retry(flags) => retry::execute(context, &flags),
        Command::Skip(flags) => skip::execute(context, &flags),
        Command::Cleanup(flags) => cleanup::execute(context, &flags),
        Command::Obligations(flags) => obligations::execute(context, &flags),
        Command::Notify(flags) => notify::execute(context, &flags),
        Command::Schedule(flags) => schedule::execute(context, &flags),
        Command::Claims(flags) => claims::execute(context, &flags),
        Command::Ssm(flags) => ssm::execute(context, &flags),
        Command::State(flags) => state::execute(context, &flags),
        Command::Adopt(flags) => adopt::execute(context, &flags),
        Command::Store(flags) => store::execute(context, &flags),
        Command::Sim(flags) => sim::execute(context, &flags),
        Command::Docs(flags) => docs::execute(context, &flags),
        Command::Guide(flags) => guide::execute(context, &flags),
        Command::Explain(flags) => explain::execute(context, &flags),
        Command::Schema(flags) => schema::execute(context, &flags),
        Command::Completions(flags) => completions::execute(context, &flags),
        Command::Man(flags) => man::execute(context, &flags),
    }
}

/// The command line as clap knows it.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

/// Reads a command line as the real one is read, and does nothing.
#[cfg(test)]
pub(crate) fn read(words: &[String]) -> std::result::Result<(), clap::Error> {
    Cli::try_parse_from(words).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_makes_sense_to_clap() {
        Cli::command().debug_assert();
    }

    /// The help of each flag of this name, in every command.
    fn help_of(flag: &str, command: &clap::Command) -> Vec<String> {
        let mut found: Vec<String> = command
            .get_arguments()
            .filter(|it| it.get_long() == Some(flag))
            .map(|it| it.get_help().map(ToString::to_string).unwrap_or_default())
            .collect();
        found.extend(command.get_subcommands().flat_map(|it| help_of(flag, it)));
        found
    }

    #[test]
    fn help_names_each_variable_at_its_flag_and_in_the_list_of_all() {
        let command = Cli::command();
        let all = command.get_after_help().expect("there is more").to_string();
        let limits = limits::ALL.iter().map(|it| (it.variable, None));
        let guide = include_str!("../guides/settings.md");
        for variable in &VARIABLES {
            assert!(guide.contains(&format!("`{}`", variable.name)), "{}", variable.name);
        }
        for (name, flag) in VARIABLES.iter().map(|it| (it.name, it.flag)).chain(limits) {
            assert!(all.contains(&format!("  {name} ")), "{name}");
            let Some(flag) = flag else { continue };
            let helps = help_of(flag, &command);
            assert!(!helps.is_empty(), "there is a flag `--{flag}`");
            for help in helps {
                assert!(help.contains(name), "--{flag}: {help}");
            }
        }
        assert!(help_of("set-limit", &command)[0].contains("MOONTIDE_"), "and each limit has one");
    }
}
