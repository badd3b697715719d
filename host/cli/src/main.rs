//! The `moontide` command. Start reading at [`cli`], then at `commands/run.rs`.

mod aws;
mod cli;
mod commands;
mod completion;
mod confirm;
mod context;
mod contract;
mod drive;
mod exit;
mod face;
mod follow;
mod interrupt;
mod next;
mod output;
mod pages;
mod panics;
mod params;
mod progress;
mod rehearsal;
mod repl;
mod signals;
mod terminal;
mod trace;
mod view;

fn main() -> std::process::ExitCode {
    cli::run()
}
