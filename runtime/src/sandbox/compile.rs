//! From source to bytecode, on a stack of its own.
//!
//! Luau's parser allows a thousand levels of nesting, and needs more stack for them than a thread usually
//! has: ten thousand nested functions overflowed the two megabytes of a test's thread. The stack here is
//! address space; only what is used costs memory. The parser ends at its thousand levels.
//!
//! A thread has to be waited for, and on a busy machine that takes longer than the compiler: what ships
//! with this release is known to be shallow, and compiled where it is asked for.
//!
//! Every wave attempt has a fresh VM and loads the same modules, so bytecode is remembered: compiling costs
//! ten times as much as everything else about opening a VM. Equal text is equal bytecode; nothing else is
//! shared between VMs.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use foldhash::quality::RandomState;
use mlua::chunk::Compiler;

use super::loops;
use super::syntax_error::SyntaxError;
use super::trusted::TRUSTED;

/// Room for a thousand levels of the hungriest construct, several times over, in a debug build.
const STACK: usize = 32 * 1024 * 1024;

/// Builtins that `luau/values.luau` and `luau/bounds.luau` replace, and that the compiler would otherwise call directly.
const REPLACED: [&str; 6] =
    ["assert", "tostring", "setmetatable", "rawlen", "unpack", "table.unpack"];

/// Whether the loops of a source go through the checked iterator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Loops {
    /// They do; see `loops`.
    Checked,
    /// They stand as they are written: in the trusted code, and in executions of format 1.
    AsWritten,
}

/// What has been compiled in this process, by its text. Every VM asks for a hundred kilobytes of it: the standard
/// hasher would take as long for them as all else about opening one.
type Memory = HashMap<String, Made, RandomState>;

/// One for each kind of loops.
static MADE: LazyLock<Mutex<[Memory; 2]>> = LazyLock::new(Mutex::default);

/// A compiled source.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) bytecode: Arc<[u8]>,
    /// The global by which its loops call the checked iterator.
    pub(super) each: Option<Arc<str>>,
}

/// Modules remembered at most; with more, all are forgotten and the memory starts anew.
const REMEMBERED: usize = 500;

/// The bytecode of a source. Only what is made here is ever loaded.
pub(super) fn bytecode(text: &str, loops: Loops) -> Result<Made, SyntaxError> {
    let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let kind = usize::from(loops == Loops::Checked);
    if let Some(known) = made()[kind].get(text) {
        return Ok(known.clone());
    }
    let new = make(text, loops)?;
    let memory = &mut made()[kind];
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(text.to_owned(), new.clone());
    Ok(new)
}

fn make(text: &str, loops: Loops) -> Result<Made, SyntaxError> {
    let ours = is_ours(text);
    let text = readable(text);
    let checked = match loops {
        Loops::AsWritten => None,
        Loops::Checked => Some(loops::check(text)),
    };
    match checked {
        None => Ok(Made { bytecode: compile(text, ours)?.into(), each: None }),
        Some(Ok(checked)) => match compile(&checked.text, ours) {
            Ok(bytecode) => Ok(Made { bytecode: bytecode.into(), each: Some(checked.each.into()) }),
            // What is wrong with it is said in the words of the script.
            Err(error) => compile(text, ours).and(Err(error)),
        },
        Some(Err(error)) => compile(text, ours).and(Err(error)),
    }
}

/// The bytecode of a source as it is written, with everything in it that could run, and all its names.
pub(super) fn unoptimized(text: &str) -> Result<Vec<u8>, SyntaxError> {
    let compiler = Compiler::new().set_optimization_level(0).set_debug_level(2);
    compile_by(&compiler, readable(text), false)
}

fn compile(text: &str, ours: bool) -> Result<Vec<u8>, SyntaxError> {
    compile_by(&Compiler::new().set_disabled_builtins(REPLACED), text, ours)
}

fn compile_by(compiler: &Compiler, text: &str, ours: bool) -> Result<Vec<u8>, SyntaxError> {
    if let Some(at) = text.find('\0') {
        // Luau would take it for the end, and hide from readers of the plan what comes after.
        let line = text[..at].matches('\n').count() + 1;
        return Err(SyntaxError {
            line,
            message: "there is a NUL character in the source".to_owned(),
        });
    }
    let work = || {
        compiler.compile(text).map_err(|error| match error {
            mlua::Error::SyntaxError { message, .. } => SyntaxError::read(&message),
            other => SyntaxError::read(&other.to_string()),
        })
    };
    if ours {
        return work();
    }
    thread::scope(|scope| {
        match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work) {
            Ok(compiling) => compiling
                .join()
                .unwrap_or_else(|_| Err(SyntaxError::read("the compiler gave up on it"))),
            Err(error) => Err(SyntaxError::read(&format!("no thread to compile it on: {error}"))),
        }
    })
}

/// Whether it is, to the last byte, a source that ships with this release.
fn is_ours(text: &str) -> bool {
    let library = moontide_stdlib::MODULES.iter().map(|(_, source)| *source);
    TRUSTED.iter().map(|(_, source)| *source).chain(library).any(|source| source == text)
}

/// The source without what editors and shells put before it: a byte order mark, a `#!` line.
pub(super) fn readable(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.strip_prefix("#!") {
        Some(rest) => rest.find('\n').map_or("", |end| &rest[end..]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytecode(text: &str) -> Result<Made, SyntaxError> {
        super::bytecode(text, Loops::Checked)
    }

    #[test]
    fn a_byte_order_mark_and_a_shebang_are_no_part_of_the_source() {
        assert_eq!(readable("\u{feff}return 1"), "return 1");
        assert_eq!(readable("#!/usr/bin/env moontide\nreturn 1"), "\nreturn 1");
        assert_eq!(readable("#!only"), "");
    }

    #[test]
    fn a_mistake_has_a_line() {
        let error = bytecode("\n\nif then").unwrap_err();
        assert_eq!(error.line, 3);
        assert!(error.message.starts_with("Expected identifier"), "{}", error.message);
        let error = bytecode("return 1\n\0error()").unwrap_err();
        assert_eq!(
            (error.line, error.message.as_str()),
            (2, "there is a NUL character in the source")
        );
    }

    #[test]
    fn only_what_ships_to_the_last_byte_is_ours() {
        for (_, source) in moontide_stdlib::MODULES {
            assert!(is_ours(source));
            assert!(!is_ours(&format!("{source} ")));
        }
        assert!(!is_ours(""));
    }

    #[test]
    fn nesting_ends_at_a_clear_error_on_any_stack() {
        let nested = |levels: usize| "local function f() ".repeat(levels) + &"end ".repeat(levels);
        assert!(bytecode(&nested(990)).is_ok());
        let error = bytecode(&nested(11_000)).unwrap_err();
        assert!(error.message.starts_with("Exceeded allowed recursion depth"), "{}", error.message);
    }
}
