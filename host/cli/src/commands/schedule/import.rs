//! `moontide schedule import`: a file of schedules becomes documents of the store.

use std::path::PathBuf;

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::import;
use moontide_control::target::Target;

use super::{now, person};
use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// Take the schedules of a file into the store, with the sources of their runbooks
///
/// All of the file is checked first, and all of it is right or nothing is done. A schedule of the same name is
/// replaced; one that is not in the file stays. The sources are pinned: what is edited later counts once it is
/// imported again. Any machine that reaches the store can start them, and needs no file.
#[derive(Args)]
pub(crate) struct Flags {
    /// The file
    #[arg(default_value = "schedules.toml")]
    file: PathBuf,

    /// In whose name [default: as `moontide answer`]. A claim: it is kept beside who really imports
    #[arg(long, value_name = "NAME", value_parser = crate::signals::name)]
    by: Option<String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let checked = import::examine((&context.environment, context), &flags.file, now())?;
    let operator = context.operator(Target::default(), flags.by.as_deref())?;
    let imported = context.block_on(async {
        let by = person(context, flags.by.as_deref()).await?;
        import::import(&operator, checked, (&by, now())).await
    })?;
    context.output.show(&Worded(context, &imported))?;
    Ok(exit::COMPLETED)
}
