//! The `moontide` command. Start reading at [`cli`], then at `commands/run.rs`.

mod answers;
mod aws;
mod cli;
mod clocks;
mod commands;
mod confirm;
mod context;
mod drive;
mod environment;
mod error;
mod exit;
mod feeding;
mod files;
mod follow;
mod ids;
mod interrupt;
mod keeper;
mod labels;
mod loose;
mod output;
mod pages;
mod panics;
mod params;
mod progress;
mod rehearsal;
mod runbook;
mod settings;
mod signals;
mod stores;
mod trace;
mod view;
mod whoami;
mod world;

fn main() -> std::process::ExitCode {
    cli::run()
}
