//! A fresh, closed VM: opened over a pinned bundle, used once, for one of two things: to learn what a
//! runbook declares, or to run one of its programs.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use mlua::{Function, Lua, MultiValue, Table, Value as LuaValue};
use serde_json::Value;

use super::compile::Loops;
use super::declare::{self, Declared};
use super::error::ScriptError;
use super::globals::{self, Trusted};
use super::guard::{Guard, Stopper};
use super::lanes::{Stop, Strand};
use super::limits::Limits;
use super::mistakes::{self, Mistakes};
use super::native::{Remembered, Shared};
use super::pool::{Pool, Share};
use super::program::Program;
use super::said::{Said, Voice};
use super::sources::Sources;
use super::{arrive, trace};
use crate::history::{Bundle, Format, Lane};

/// The module that turns a declared runbook, a unit and a context into a running program.
const PROGRAM: &str = "@moontide/program";

/// The field of a context that names the waves whose results a program may ask for, and which left none. No program
/// is given it.
pub const NOTHING_OF: &str = "@nothing_of";

/// Which of a runbook's programs runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Its `on_start`.
    Start,
    /// Its `on_finish`.
    Finish,
    /// Its `on_cancel`.
    Cancel,
    /// A wave's `on_cancel`, by the wave's place in the file, counted from 0.
    CancelWave(usize),
    /// A wave, by its place in the file, counted from 0.
    Wave(usize),
}

/// A VM with nothing run in it yet.
pub struct Vm {
    lua: Lua,
    trusted: Trusted,
    shared: Rc<Shared>,
    entry: String,
    format: Format,
}

impl Vm {
    /// A VM over these sources. One seed gives one sequence of random numbers: use the same to declare
    /// and to run.
    pub fn open(bundle: &Bundle, limits: &Limits, seed: u64) -> Result<Vm, ScriptError> {
        Vm::open_as(Format::CURRENT, bundle, limits, seed)
    }

    /// The same for an execution of this format: one that began under format 1 is finished under its rules.
    pub fn open_as(
        format: Format,
        bundle: &Bundle,
        limits: &Limits,
        seed: u64,
    ) -> Result<Vm, ScriptError> {
        let loops = if format >= Format(2) { Loops::Checked } else { Loops::AsWritten };
        let shared = Rc::new(Shared {
            sources: Sources::of(bundle, limits, loops)?,
            guard: Guard::new(limits.slice, limits.fuel),
            limits: limits.clone(),
            voice: RefCell::new(None),
            declared: RefCell::new(None),
            remembered: Rc::default(),
            handling: RefCell::default(),
            share: OnceCell::new(),
            is_squeezed: Cell::new(false),
        });
        let (lua, trusted) = globals::open(&shared, seed)?;
        Ok(Vm { lua, trusted, shared, entry: bundle.entry.clone(), format })
    }

    /// The same VM, as one of those whose programs share this memory.
    #[must_use]
    pub fn among(self, pool: &Pool) -> Vm {
        self.shared.share.get_or_init(|| Share::of(pool, self.shared.limits.together.memory));
        self
    }

    /// Stops whatever runs in this VM at its next safepoint, from any thread.
    pub fn stopper(&self) -> Stopper {
        self.shared.guard.stopper.clone()
    }

    /// Where what its program remembers will stand.
    pub fn remembered(&self) -> Remembered {
        Rc::clone(&self.shared.remembered)
    }

    /// Runs the runbook's file for what it declares. It must return what `moontide.runbook` returned.
    pub fn declare(&self) -> Result<Declared, ScriptError> {
        self.load()?;
        let declared = self.shared.declared.borrow();
        let Some(declaration) = &*declared else {
            return Err(ScriptError::internal("a runbook was loaded without a declaration"));
        };
        self.shared.guard.begin_slice();
        let node = declare::node(&declaration.runbook, &self.shared)
            .map_err(|error| error.at(format!("{}:{}", declaration.file, declaration.line)))?;
        Ok(Declared { node, file: declaration.file.clone(), line: declaration.line })
    }

    /// What is wrong with the author's own files although Luau takes them, on every path: names that do not
    /// exist, keys that are given twice.
    pub fn mistakes(&self) -> Mistakes {
        mistakes::find(&self.lua, &self.shared.sources, &self.entry)
    }

    /// Prepares one of the runbook's programs. What it says goes to `said`.
    pub fn start(
        self,
        unit: Unit,
        lane: Lane,
        context: &Value,
        said: Rc<dyn Fn(Said)>,
    ) -> Result<Program, ScriptError> {
        let runbook = self.load()?;
        let LuaValue::Function(main) = self.require(PROGRAM)? else {
            return Err(ScriptError::internal(format!("{PROGRAM} returns no function")));
        };
        *self.shared.voice.borrow_mut() = Some(Voice::new(&self.shared.limits, said));
        let context = arrive::table(&self.lua, context, self.shared.limits.context())
            .map_err(|error| trace::vm_error(&self.shared, &error))?
            .map_err(|refusal| {
                let message = format!("the wave's context cannot be read: {refusal}");
                ScriptError::new("InvalidContext", message)
            })?;
        if let LuaValue::Table(context) = &context
            && self.format >= Format(2)
        {
            let strict = || -> mlua::Result<()> {
                let results: LuaValue = context.raw_get("results")?;
                let nothing_of: LuaValue = context.raw_get(NOTHING_OF)?;
                context.raw_set(NOTHING_OF, mlua::Nil)?;
                if self.format >= Format(4) {
                    self.trusted.strict_errors.call::<()>(())?;
                }
                if self.format >= Format(7) {
                    self.trusted.strict_builtins.call::<()>(())?;
                }
                let is_lenient = self.format >= Format(6);
                self.trusted.strict_results.call((results, nothing_of, is_lenient))
            };
            strict().map_err(|error| trace::vm_error(&self.shared, &error))?;
        }
        let shared = self.shared.clone();
        self.prepare(unit, lane, &main, runbook, context)
            .map_err(|error| trace::vm_error(&shared, &error))
    }

    fn prepare(
        self,
        unit: Unit,
        lane: Lane,
        main: &Function,
        runbook: Table,
        context: LuaValue,
    ) -> mlua::Result<Program> {
        let (unit, wave) = match unit {
            Unit::Start => ("start", None),
            Unit::Finish => ("finish", None),
            Unit::Cancel => ("cancel", None),
            Unit::CancelWave(index) => ("cancel", Some(index)),
            Unit::Wave(index) => ("wave", Some(index)),
        };
        let unit = LuaValue::String(self.lua.create_string(unit)?);
        #[expect(clippy::cast_precision_loss, reason = "no file holds 2^53 waves")]
        let wave = wave.map_or(LuaValue::Nil, |index| LuaValue::Number(index as f64 + 1.0));
        let arguments = MultiValue::from_iter([LuaValue::Table(runbook), context, unit, wave]);
        Program::new((self.lua, self.trusted, self.shared), lane, main, arguments)
    }

    /// Runs the entry module, and returns the table that it declared.
    fn load(&self) -> Result<Table, ScriptError> {
        let returned = self.require(&self.entry)?;
        let first_line = || match self.shared.sources.file(&self.entry) {
            Some(file) => vec![format!("{file}:1")],
            None => Vec::new(),
        };
        let declared = self.shared.declared.borrow();
        let message = match (&*declared, returned) {
            (Some(declaration), LuaValue::Table(table)) if declaration.runbook == table => {
                return Ok(table);
            }
            (Some(_), _) => "the file must return what moontide.runbook returns",
            (None, _) => {
                "the file declares no runbook: it ends with `return moontide.runbook { … }`"
            }
        };
        Err(ScriptError { trace: first_line(), ..ScriptError::new("NotARunbook", message) })
    }

    /// Requires a module in a lane of its own, in which no effect is possible.
    fn require(&self, name: &str) -> Result<LuaValue, ScriptError> {
        self.shared.guard.begin_slice();
        let broken = |error| trace::vm_error(&self.shared, &error);
        let name = self.lua.create_string(name).map_err(broken)?;
        let mut strand =
            Strand::spawn(&self.trusted, &self.trusted.require, None).map_err(broken)?;
        let with = MultiValue::from_iter([LuaValue::String(name)]);
        match strand.resume(&self.trusted, with).map_err(broken)? {
            Stop::Raised(raised) => {
                let vm = (&self.lua, &self.trusted, &*self.shared);
                Err(trace::error(vm, &strand.thread, &raised))
            }
            _ if self.shared.guard.look().is_err() => Err(trace::poisoned(&self.shared)),
            Stop::Done(module) => Ok(module),
            Stop::Effect { .. } | Stop::Split(_) => {
                Err(ScriptError::internal("an effect got out while a module was loaded"))
            }
        }
    }
}

/// The version of Luau in this build, such as `Luau 0.740`.
pub fn luau_version() -> String {
    Lua::new_with(mlua::StdLib::NONE, mlua::LuaOptions::new())
        .and_then(|lua| lua.globals().raw_get("_VERSION"))
        .unwrap_or_else(|_| "Luau".to_owned())
}
