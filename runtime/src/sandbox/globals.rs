//! What a script finds in its world: Luau's libraries, with what would let it out, run for ever or look
//! different in each process taken away or replaced.
//!
//! The replacements are Luau, in `luau/`: trusted, run before any script, in the order of [`TRUSTED`].
//! Scripts have no `coroutine`: an effect inside a coroutine of their own could not be waited for, and a
//! bare yield would be taken for an effect. `parallel` is what a runbook needs of it.

use std::rc::Rc;

use mlua::chunk::ChunkMode;
use mlua::state::{GcIncParams, GcMode};
use mlua::{Function, Lua, LuaOptions, StdLib, Table, VmState};

use super::compile::{Loops, bytecode};
use super::error::ScriptError;
use super::flags;
use super::native::{self, Shared};
use super::trusted::{EACH, TRUSTED};

/// Luau's own libraries that scripts get. mlua's `os`, `io`, `debug`, `package`, `vector` and `integer`
/// are not loaded.
const LIBRARIES: [StdLib; 6] =
    [StdLib::TABLE, StdLib::STRING, StdLib::MATH, StdLib::UTF8, StdLib::BIT, StdLib::BUFFER];

/// Loaded for the trusted code alone, and taken away before a script runs.
const TRUSTED_LIBRARIES: [StdLib; 2] = [StdLib::COROUTINE, StdLib::DEBUG];

/// How many KiB the collector goes on with at a time. Luau's default is one, however large what was just
/// allocated is: with a library of some size in memory, a script of long strings would outrun it.
const COLLECTED_AT_ONCE: i32 = 64;

/// Globals that no script gets. Some are Luau's; `require`, `loadstring` and `collectgarbage` are added
/// by mlua, and read files, compile strings and measure memory.
const REMOVED: [&str; 11] = [
    "_VERSION",
    "collectgarbage",
    "coroutine",
    "debug",
    "gcinfo",
    "getfenv",
    "loadstring",
    "newproxy",
    "print",
    "require",
    "setfenv",
];

/// Functions of libraries that no script gets: long deprecated, or a second way to seed.
const REMOVED_FROM: [(&str, &[&str]); 2] =
    [("table", &["foreach", "foreachi", "getn", "maxn"]), ("math", &["randomseed"])];

/// The trusted functions that the sandbox calls.
#[derive(Clone, Debug)]
pub(super) struct Trusted {
    /// `(main) → thread`: a lane.
    pub(super) spawn: Function,
    /// `(thread, …) → ok, …`: never raises what the lane raised.
    pub(super) resume: Function,
    /// `(thread, error) → frames`: where the error that ended the lane comes from.
    pub(super) trace: Function,
    /// `(error) → code, message, retryable, details, decision`. May run the script's `__tostring`.
    pub(super) describe: Function,
    /// `(error, frames)`: remembers where an error comes from.
    pub(super) remember: Function,
    /// `(results, nothing of, is lenient)`: reading a name that is not there becomes an error, unless it is that of a
    /// wave which may be read of and left nothing.
    pub(super) strict_results: Function,
    /// `()`: reading a field that an error does not have becomes one.
    pub(super) strict_errors: Function,
    /// `()`: builtins that step over metatables are told what is no list, as loops are.
    pub(super) strict_builtins: Function,
    /// `(name) → module`.
    pub(super) require: Function,
}

/// A closed VM, with nothing run in it yet.
pub(super) fn open(shared: &Rc<Shared>, seed: u64) -> Result<(Lua, Trusted), ScriptError> {
    flags::set().map_err(|flag| {
        ScriptError::internal(format!(
            "this Luau does not know the flag {flag}; it is not safe to use"
        ))
    })?;
    furnish(shared, seed).map_err(|error| ScriptError::internal(error.to_string()))
}

fn furnish(shared: &Rc<Shared>, seed: u64) -> mlua::Result<(Lua, Trusted)> {
    let libraries =
        LIBRARIES.into_iter().chain(TRUSTED_LIBRARIES).fold(StdLib::NONE, |all, one| all | one);
    let lua = lasting(&Lua::new_with(libraries, LuaOptions::new())?);
    // Of the trusted code nearly everything stays: there is nothing to collect before it is there.
    lua.gc_stop();
    let globals = lua.globals();
    sow(&globals, seed)?;

    let trusted = lua.create_table()?;
    let native = native::functions(&lua, &globals, shared)?;
    for (name, source) in TRUSTED {
        let made = bytecode(source, Loops::AsWritten)
            .map_err(|error| mlua::Error::runtime(format!("{name}: {error:?}")))?;
        lua.load(&*made.bytecode)
            .set_name(format!("=[{name}]"))
            .set_mode(ChunkMode::Binary)
            .call::<()>((&native, &trusted))?;
    }
    for (library, names) in REMOVED_FROM {
        let library: Table = globals.raw_get(library)?;
        names.iter().try_for_each(|name| library.raw_set(*name, mlua::Nil))?;
    }
    REMOVED.iter().try_for_each(|name| globals.raw_set(*name, mlua::Nil))?;
    replace(&globals, &trusted.raw_get("globals")?)?;
    replace(&globals.raw_get("string")?, &trusted.raw_get("strings")?)?;
    replace(&globals.raw_get("table")?, &trusted.raw_get("tables")?)?;

    lua.set_named_registry_value(EACH, trusted.raw_get::<Function>("each")?)?;

    lua.sandbox(true)?;
    let pace = GcIncParams::default().step_size(COLLECTED_AT_ONCE);
    lua.gc_set_mode(GcMode::Incremental(pace));
    lua.gc_restart();
    lua.set_memory_limit(shared.limits.memory)?;
    let watched = shared.clone();
    lua.set_interrupt(move |_| match watched.guard.tick() {
        Ok(()) => Ok(VmState::Continue),
        Err(trip) => Err(mlua::Error::external(trip)),
    });
    let trusted = Trusted {
        spawn: trusted.raw_get("spawn")?,
        resume: trusted.raw_get("resume")?,
        trace: trusted.raw_get("trace")?,
        describe: trusted.raw_get("describe")?,
        remember: trusted.raw_get("remember")?,
        strict_results: trusted.raw_get("strict_results")?,
        strict_errors: trusted.raw_get("strict_errors")?,
        strict_builtins: trusted.raw_get("strict_builtins")?,
        require: trusted.raw_get("require")?,
    };
    Ok((lua, trusted))
}

/// The same VM by a handle that does not collect garbage when it is dropped, as mlua's first one does: with its last
/// handle a VM frees all that it holds.
fn lasting(first: &Lua) -> Lua {
    first.clone()
}

/// `math.random` repeats itself for one seed, in every process and on every machine.
fn sow(globals: &Table, seed: u64) -> mlua::Result<()> {
    let math: Table = globals.raw_get("math")?;
    let folded = (seed ^ (seed >> 32)) & 0x7fff_ffff;
    math.raw_get::<Function>("randomseed")?.call(folded)
}

fn replace(library: &Table, replacements: &Table) -> mlua::Result<()> {
    replacements.for_each(|name: String, function: Function| library.raw_set(name, function))
}
