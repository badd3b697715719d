//! The functions in Rust that the trusted Lua code is given. None of them raises, except for a tripped
//! limit: a problem is a returned sentence, which the trusted code turns into an error that scripts can
//! look into.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use mlua::{Function, IntoLuaMulti, Lua, LuaString, MultiValue, Table, Value};

use super::convert::{Refusal, to_json};
use super::guard::{Guard, Trip};
use super::limits::{Budget, Limits};
use super::pool::Share;
use super::said::{Said, Voice};
use super::sources::Sources;
use super::syntax_error::SyntaxError;
use crate::plan::{Path, duration, locate, suggest};

/// What a program has remembered; outlives it.
pub type Remembered = Rc<RefCell<serde_json::Value>>;

/// What a VM, its trusted code and its program share.
pub(super) struct Shared {
    pub(super) limits: Limits,
    pub(super) sources: Sources,
    pub(super) guard: Guard,
    /// The program's voice; `None` while a runbook is loaded.
    pub(super) voice: RefCell<Option<Voice>>,
    /// What `moontide.runbook` was given.
    pub(super) declared: RefCell<Option<Declaration>>,
    /// What the next attempt is to know if this one fails.
    pub(super) remembered: Remembered,
    /// What the wave has failed with, while its handler looks at it: code, message, details.
    pub(super) handling: RefCell<Option<(String, String, serde_json::Value)>>,
    /// Its part of the memory that all programs of its execution have; none while a runbook is loaded.
    pub(super) share: OnceCell<Share>,
    /// Whether that, and not its own limit, is what bounds it now.
    pub(super) is_squeezed: Cell<bool>,
}

/// A call of `moontide.runbook`.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub(super) runbook: Table,
    pub(super) file: String,
    pub(super) line: u32,
}

/// The table `native` of the trusted code.
pub(super) fn functions(lua: &Lua, builtins: &Table, shared: &Rc<Shared>) -> mlua::Result<Table> {
    let native = lua.create_table()?;
    let files = lua.create_table_from(shared.sources.files())?;
    native.raw_set("files", &files)?;
    native.raw_set("builtins", builtins)?;

    let set = |name: &str, function: Function| native.raw_set(name, function);
    let it = shared.clone();
    set("look", lua.create_function(move |_, ()| it.guard.look().map_err(mlua::Error::external))?)?;
    let it = shared.clone();
    set("out_of_memory", lua.create_function(move |_, ()| it.out_of_memory())?)?;
    let it = shared.clone();
    set("find", lua.create_function(move |_, name| Ok(it.find(&name)))?)?;
    let (it, builtins) = (shared.clone(), builtins.clone());
    set("compile", lua.create_function(move |lua, key: String| it.compile(lua, &builtins, &key))?)?;
    if shared.sources.is_session() {
        let it = shared.clone();
        let line = move |lua: &Lua, (text, name, variables): (Value, String, Table)| {
            files.raw_set(name.as_str(), true)?;
            it.line(lua, &text, &name, &variables)
        };
        set("line", lua.create_function(line)?)?;
    }
    let it = shared.clone();
    set(
        "declare",
        lua.create_function(move |_, (runbook, file, line)| {
            Ok(it.declare(Declaration { runbook, file, line }))
        })?,
    )?;
    let it = shared.clone();
    set(
        "remark",
        lua.create_function(move |_, text| {
            it.remark(&text);
            Ok(())
        })?,
    )?;
    let it = shared.clone();
    set("log", lua.create_function(move |_, (level, text)| Ok(it.log(&level, &text)))?)?;
    let it = shared.clone();
    set("shown", lua.create_function(move |_, value| it.shown(&value))?)?;
    let it = shared.clone();
    set("phase", lua.create_function(move |_, text| Ok(it.say(Said::Phase(lossy(&text)))))?)?;
    let it = shared.clone();
    set("report", lua.create_function(move |_, (topic, data)| it.report(&topic, &data))?)?;
    let it = shared.clone();
    set("remember", lua.create_function(move |_, data| it.remember(&data))?)?;
    let it = shared.clone();
    set(
        "handling",
        lua.create_function(move |_, (code, message, details): (Value, Value, Value)| {
            it.handling(&code, &message, &details);
            Ok(())
        })?,
    )?;
    let it = shared.clone();
    set(
        "field",
        lua.create_function(move |_, (wave, name): (usize, Value)| {
            let found = it.field(wave, &lossy(&name));
            it.guard.look().map_err(mlua::Error::external)?;
            Ok(found)
        })?,
    )?;
    set("nearest", lua.create_function(|_, (name, known)| Ok(nearest(&name, &known)))?)?;
    set("walks_itself", lua.create_function(|_, subject: Table| walks_itself(&subject))?)?;
    set(
        "duration",
        lua.create_function(|_, (length, strict)| {
            Ok((seconds(&length, strict), is_too_long(&length)))
        })?,
    )?;
    Ok(native)
}

impl Shared {
    fn out_of_memory(&self) -> mlua::Result<()> {
        Err(mlua::Error::external(self.trip_memory()))
    }

    /// There is no memory left.
    pub(super) fn trip_memory(&self) -> Trip {
        let Limits { memory, together, .. } = &self.limits;
        let of_all = self.is_squeezed.get();
        self.guard.trip(if of_all {
            Trip::MemoryOfAll(together.memory)
        } else {
            Trip::Memory(*memory)
        })
    }

    /// How much memory the VM may hold while its program goes on, to something new or, `silent`, over what is
    /// journaled.
    pub(super) fn memory(&self, silent: bool) -> usize {
        let share = self.share.get().filter(|_| !silent);
        let most = share.map_or(usize::MAX, Share::most);
        self.is_squeezed.set(most < self.limits.memory);
        most.min(self.limits.memory)
    }

    fn find(&self, name: &Value) -> (Option<String>, Option<String>) {
        match self.sources.find(&lossy(name)) {
            Ok(key) => (Some(key.to_owned()), None),
            Err(problem) => (None, Some(problem)),
        }
    }

    /// `function, file`, or `nil, file, line, message`.
    fn compile(&self, lua: &Lua, builtins: &Table, key: &str) -> mlua::Result<MultiValue> {
        let compiled = self.sources.compile(lua, builtins, key)?;
        // What ships with this release is known to be short, and most of what a program loads.
        if !key.starts_with('@') {
            self.guard.look().map_err(mlua::Error::external)?;
        }
        let file = self.sources.file(key);
        match compiled {
            Ok(function) => (function, file).into_lua_multi(lua),
            Err(error) => (mlua::Nil, file, error.line, error.message).into_lua_multi(lua),
        }
    }

    /// `function`, or `nil, line, message`, of a line that was typed into a session.
    fn line(
        &self,
        lua: &Lua,
        text: &Value,
        name: &str,
        variables: &Table,
    ) -> mlua::Result<MultiValue> {
        let text = text.as_string().map(LuaString::to_string_lossy).unwrap_or_default();
        let compiled = if text.len() > self.limits.source {
            let most = self.limits.source / 1024;
            Err(SyntaxError { line: 1, message: format!("a line is at most {most} KiB long") })
        } else {
            self.sources.line(lua, &text, name, variables)?
        };
        self.guard.look().map_err(mlua::Error::external)?;
        match compiled {
            Ok(function) => function.into_lua_multi(lua),
            Err(error) => (mlua::Nil, error.line, error.message).into_lua_multi(lua),
        }
    }

    fn declare(&self, declaration: Declaration) -> Option<&'static str> {
        if self.voice.borrow().is_some() {
            return Some("a runbook is declared while its file is loaded, not by a wave");
        }
        let mut declared = self.declared.borrow_mut();
        if declared.is_some() {
            return Some("a runbook is declared once, and this is the second time");
        }
        *declared = Some(declaration);
        None
    }

    /// Where the runbook's file declares a field of a wave, counted from 1: file and line.
    fn field(&self, wave: usize, name: &str) -> (Option<String>, Option<usize>) {
        let declared = self.declared.borrow();
        let found = declared.as_ref().and_then(|Declaration { file, line, .. }| {
            let source = self.sources.text(file)?;
            let path = Path::root().field("waves").item(wave).field(name);
            let line = usize::try_from(*line).ok();
            Some((file.clone(), locate::line_of(source, line, &path)?))
        });
        found.unzip()
    }

    fn log(&self, level: &Value, text: &Value) -> Option<&'static str> {
        let level = lossy(level);
        if !["debug", "info", "warn", "error"].contains(&level.as_str()) {
            return Some("the level of a log line is debug, info, warn or error");
        }
        self.say(Said::Log { level, message: lossy(text) })
    }

    /// A warning of the engine's own, of which the trusted code says few.
    fn remark(&self, text: &Value) {
        if let Some(voice) = &*self.voice.borrow() {
            voice.remark(Said::Log { level: "warn".to_owned(), message: lossy(text) });
        }
    }

    /// A table as a line of JSON; where it is none, why.
    fn shown(&self, value: &Value) -> mlua::Result<String> {
        Ok(match self.json(value, self.limits.arguments)? {
            Ok(json) => json.to_string(),
            Err(refusal) => format!("a table that is not shown: {refusal}"),
        })
    }

    /// The JSON of a value. It raises where a limit trips on the way.
    fn json(
        &self,
        value: &Value,
        budget: Budget,
    ) -> mlua::Result<Result<serde_json::Value, Refusal>> {
        let json = to_json(value, budget, &self.guard);
        self.guard.tripped().map_or(Ok(json), |trip| Err(mlua::Error::external(trip)))
    }

    fn report(&self, topic: &Value, data: &Value) -> mlua::Result<Option<String>> {
        let topic = lossy(topic);
        let word = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
        if topic.is_empty() || topic.len() > 64 || !topic.chars().all(word) {
            return Ok(Some("the topic of a report is one short word".to_owned()));
        }
        Ok(match self.json(data, self.limits.result)? {
            Ok(data) => self.say(Said::Report { topic, data }).map(str::to_owned),
            Err(refusal) => Some(format!("the report cannot be read: {refusal}")),
        })
    }

    fn remember(&self, data: &Value) -> mlua::Result<Option<String>> {
        Ok(match self.json(data, self.limits.result)? {
            Ok(data) => {
                *self.remembered.borrow_mut() = data;
                None
            }
            Err(refusal) => Some(format!("this cannot be remembered: {refusal}")),
        })
    }

    fn handling(&self, code: &Value, message: &Value, details: &Value) {
        let details = to_json(details, self.limits.result, &self.guard).unwrap_or_default();
        let code = Some(lossy(code)).filter(|code| !code.is_empty());
        let code = code.unwrap_or_else(|| "ScriptError".to_owned());
        *self.handling.borrow_mut() = Some((code, lossy(message), details));
    }

    fn say(&self, said: Said) -> Option<&'static str> {
        match &*self.voice.borrow() {
            Some(voice) => {
                voice.say(said);
                None
            }
            None => Some("nothing is said while a runbook is loaded: log in a hook or in run"),
        }
    }
}

/// The text of a Lua string, as far as a reader will follow it.
fn lossy(value: &Value) -> String {
    const MOST: usize = 16 * 1024;
    match value {
        Value::String(text) => {
            let bytes = text.as_bytes();
            String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]).into_owned()
        }
        _ => String::new(),
    }
}

/// The name of these that another one is most likely a misspelling of.
fn nearest(name: &Value, known: &Table) -> Option<String> {
    const MOST: usize = 1_000;
    let known: Vec<String> = known.sequence_values().take(MOST).filter_map(Result::ok).collect();
    suggest::nearest(&lossy(name), known.iter().map(String::as_str)).map(str::to_owned)
}

/// Whether the VM asks the table how to be walked, by `__iter` or `__call`, instead of walking it. A script
/// may have hidden its metatable from other scripts, but not from the VM.
fn walks_itself(subject: &Table) -> mlua::Result<bool> {
    let Some(metatable) = subject.metatable() else { return Ok(false) };
    Ok(metatable.raw_get::<Value>("__iter")? != Value::Nil
        || metatable.raw_get::<Value>("__call")? != Value::Nil)
}

/// `"2h30m"`, or a number of seconds. Executions of earlier formats know months, and numbers without end.
fn seconds(length: &Value, strict: bool) -> Option<f64> {
    let read = if strict { duration::parse } else { duration::parse_any };
    let bounded = |seconds: &f64| !strict || duration::of_seconds(*seconds).is_some();
    seconds_by(length, read).filter(bounded)
}

/// Whether it would be a length of time if it were shorter.
fn is_too_long(length: &Value) -> bool {
    match length {
        Value::String(_) => duration::is_too_long(&lossy(length)),
        length => seconds_by(length, |_| None)
            .is_some_and(|seconds| duration::of_seconds(seconds).is_none()),
    }
}

fn seconds_by(length: &Value, read: impl Fn(&str) -> Option<Duration>) -> Option<f64> {
    match length {
        Value::String(_) => read(&lossy(length)).map(|length| length.as_secs_f64()),
        #[expect(clippy::cast_precision_loss, reason = "Luau's numbers are doubles anyway")]
        Value::Integer(seconds) => (*seconds >= 0).then_some(*seconds as f64),
        Value::Number(seconds) => (seconds.is_finite() && *seconds >= 0.0).then_some(*seconds),
        _ => None,
    }
}
