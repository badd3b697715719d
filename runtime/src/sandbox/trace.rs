//! From an error inside the VM to a [`ScriptError`]: what it says, where it comes from.

use mlua::{Function, Lua, MultiValue, Table, Thread, Value as LuaValue};
use serde_json::Value;

use super::convert::to_json;
use super::error::{ScriptError, Speaker};
use super::globals::Trusted;
use super::native::Shared;
use crate::plan::FailurePolicy;
use crate::text::plain;
use crate::text::plain::plain_bytes;

/// Memory that finding out what went wrong may use on top of the limit.
const HEADROOM: usize = 4 * 1024 * 1024;

/// The code of a limit that tripped.
const LIMIT: &str = "LimitExceeded";

/// How Luau says that there is no memory left.
const OUT_OF_MEMORY: &[u8] = b"not enough memory";

/// The error that ended `thread`.
pub(super) fn error(
    (lua, trusted, shared): (&Lua, &Trusted, &Shared),
    thread: &Thread,
    raised: &LuaValue,
) -> ScriptError {
    if out_of_memory(raised) {
        shared.trip_memory();
    }
    let _ = lua.set_memory_limit(lua.used_memory() + HEADROOM);
    let frames = shared
        .guard
        .trusted(|| trusted.trace.call::<Table>((thread, raised)))
        .map(|frames| authors_first(read(&frames), shared))
        .unwrap_or_default();
    if shared.guard.tripped().is_none() {
        let described = describe(&trusted.describe, shared, raised, &frames);
        if shared.guard.tripped().is_none() {
            return described;
        }
    }
    let trace = frames.iter().map(Frame::to_string).collect();
    ScriptError { trace, ..poisoned(shared) }
}

/// The frames in the runbook's own folder, then those of the library: an author looks for their own line.
fn authors_first(mut frames: Vec<Frame>, shared: &Shared) -> Vec<Frame> {
    let files = shared.sources.files();
    frames.sort_by_key(|frame| !files.get(frame.file.as_str()).copied().unwrap_or_default());
    frames
}

/// The error of a program whose limit has tripped.
pub(super) fn poisoned(shared: &Shared) -> ScriptError {
    let Some(trip) = shared.guard.tripped() else {
        return ScriptError::internal("the program was given up without a reason");
    };
    let tripped = ScriptError::new(trip.code(), format!("the script {trip}"));
    let handled = shared.handling.borrow();
    let Some((code, message, details)) = handled.as_ref().filter(|_| trip.code() == LIMIT) else {
        return ScriptError { poisoned: true, ..tripped };
    };
    // A handler hides nothing of what it was asked about, and does not decide by being stopped.
    let message = format!(
        "{message}; on_failure, asked what to do about it, was stopped: {}",
        tripped.message
    );
    let speaker = Speaker::Script;
    ScriptError {
        poisoned: true,
        speaker,
        details: details.clone(),
        ..ScriptError::new(code, message)
    }
}

/// What it means that a call into the VM failed: no memory, or a broken promise of ours.
pub(super) fn vm_error(shared: &Shared, error: &mlua::Error) -> ScriptError {
    if no_memory(error) {
        shared.trip_memory();
    }
    match shared.guard.tripped() {
        Some(_) => poisoned(shared),
        None => ScriptError::internal(error.to_string()),
    }
}

/// Whether this is how Luau, or mlua on its behalf, says that there is no memory left.
pub(super) fn out_of_memory(raised: &LuaValue) -> bool {
    match raised {
        LuaValue::String(text) => *text.as_bytes() == *OUT_OF_MEMORY,
        LuaValue::Error(error) => no_memory(error),
        _ => false,
    }
}

fn no_memory(error: &mlua::Error) -> bool {
    match error {
        mlua::Error::MemoryError(_) => true,
        mlua::Error::CallbackError { cause, .. } | mlua::Error::WithContext { cause, .. } => {
            no_memory(cause)
        }
        _ => false,
    }
}

fn describe(
    describe: &Function,
    shared: &Shared,
    raised: &LuaValue,
    frames: &[Frame],
) -> ScriptError {
    let most = shared.limits.text;
    if let LuaValue::Error(error) = raised {
        return vm_error(shared, error);
    }
    shared.guard.begin_slice();
    let told: MultiValue = match describe.call(raised) {
        Ok(told) => told,
        Err(error) => return vm_error(shared, &error),
    };
    let mut told = told.into_iter();
    let mut next = || told.next().unwrap_or(LuaValue::Nil);
    let (code, message, retryable, details, decision) = (next(), next(), next(), next(), next());
    let ours = next() == LuaValue::Boolean(true);
    let speaker = if ours { Speaker::Engine } else { Speaker::Script };
    let message = words(&message, most).unwrap_or_default();
    let code = words(&code, 100).unwrap_or_else(|| "ScriptError".to_owned());
    let details = to_json(&details, shared.limits.result, &shared.guard)
        .unwrap_or_else(|refusal| Value::String(format!("not shown: {refusal}")));
    let (message, place) = split(&message, shared);
    let message = if message.trim().is_empty() { "an error without a message" } else { message };
    let mut trace: Vec<String> = frames.iter().map(Frame::to_string).collect();
    if let Some(place) = place
        && !frames.iter().any(|frame| frame.place() == place)
    {
        trace.insert(0, place);
    }
    ScriptError {
        trace,
        details,
        retryable: retryable.as_boolean().unwrap_or_default(),
        decision: policy(&decision),
        speaker,
        ..ScriptError::new(&code, message)
    }
}

/// A string with something in it, fit for a terminal.
fn words(value: &LuaValue, most: usize) -> Option<String> {
    let text = plain_bytes(&value.as_string()?.as_bytes(), most);
    (!text.trim().is_empty()).then_some(text)
}

/// Takes Luau's `file:line: ` off a message.
fn split<'a>(message: &'a str, shared: &Shared) -> (&'a str, Option<String>) {
    for file in shared.sources.files().keys() {
        let located = message.strip_prefix(file).and_then(|rest| {
            let (line, rest) = rest.strip_prefix(':')?.split_once(": ")?;
            line.bytes().all(|digit| digit.is_ascii_digit()).then_some((line, rest))
        });
        if let Some((line, rest)) = located {
            return (rest, Some(format!("{file}:{line}")));
        }
    }
    (message, None)
}

fn policy(decision: &LuaValue) -> Option<FailurePolicy> {
    let word = decision.as_string()?.to_string_lossy();
    serde_json::from_value(Value::String(word)).ok()
}

/// One line of a trace.
struct Frame {
    file: String,
    line: i64,
    function: String,
}

impl Frame {
    fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if !self.function.is_empty() {
            write!(f, " in function `{}`", plain(&self.function, 60))?;
        }
        Ok(())
    }
}

/// Reads what the trusted code collected.
fn read(frames: &Table) -> Vec<Frame> {
    frames
        .sequence_values::<Table>()
        .filter_map(|frame| {
            let frame = frame.ok()?;
            Some(Frame {
                file: frame.get(1).ok()?,
                line: frame.get(2).ok()?,
                function: frame.get(3).ok()?,
            })
        })
        .collect()
}
