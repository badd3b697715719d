//! Reports in files.

use std::path::Path;

use jiff::tz::TimeZone;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::rehearsal::Rehearsed;
use moontide_control::report::{Made, Report, html};
use moontide_control::settings::Prices;
use serde::Serialize;

use super::is_stdout;
use crate::context::Context;
use crate::output::file::{self, Kind};
use crate::output::style::plain;
use crate::view::Record;

/// Writes one, and says so.
pub(super) fn write(context: &Context, (path, kind): (&Path, Kind), text: &str) -> Result<()> {
    if is_stdout(path) {
        return context.output.print(text).map(drop);
    }
    file::write(path, kind, text.as_bytes())?;
    context.output.say([plain(format!("written into {}", path.display()))]);
    Ok(())
}

/// A document as JSON for a file.
pub(super) fn json(document: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(document);
    let text = text.map_err(|error| CommandError::new(code::INTERNAL, error.to_string()))?;
    Ok(crate::output::clean::json(&text) + "\n")
}

/// The kind of a report that a file's name asks for.
fn kind(path: &Path) -> Kind {
    if path.extension().is_some_and(|it| it == "json") { Kind::Data } else { Kind::Report }
}

/// Refuses a file in which something else is.
pub(in crate::commands) fn may_write(path: &Path) -> Result<()> {
    if is_stdout(path) { Ok(()) } else { file::may_write(path, kind(path)) }
}

/// Writes the report of a rehearsal.
pub(in crate::commands) async fn write_rehearsed(
    context: &Context,
    path: &Path,
    rehearsed: &Rehearsed,
    prices: Option<Prices>,
) -> Result<()> {
    let store = rehearsed.store.as_ref();
    let record = Record::load(store, &rehearsed.execution.id).await?;
    let made = Made { prices, ..Made::now(rehearsed.ended, &TimeZone::system()) };
    let report = Report::of(store, &record, made).await?;
    let text = match kind(path) {
        Kind::Data => json(&report)?,
        _ => html::page(&report)?,
    };
    write(context, (path, kind(path)), &text)
}
