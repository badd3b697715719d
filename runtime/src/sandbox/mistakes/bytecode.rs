//! What compiled code says of the names in a source: every global that it reads or writes, on every path, and
//! every local, with their lines.
//!
//! Luau's compiler has resolved the names by then, so what it says is what the VM will do. The layout is that of
//! `Luau/Bytecode.h`; code of a version that is not known here is not read. The code must be compiled without
//! optimization, so that no path is left out, and with all debug information.

use std::collections::BTreeSet;

/// The versions whose layout is this one.
const VERSIONS: std::ops::RangeInclusive<u8> = 4..=9;
/// The version of the type information that comes with them.
const TYPES: u8 = 3;

const LOAD_CONSTANT: u8 = 5;
const CALL: u8 = 21;
const GET_GLOBAL: u8 = 7;
const SET_GLOBAL: u8 = 8;
const GET_IMPORT: u8 = 12;
const GET_FIELD: u8 = 15;

/// The instructions with a second word: `getOpLength` of Luau.
const WITH_SECOND_WORD: [u8; 26] = [
    GET_GLOBAL, SET_GLOBAL, GET_IMPORT, 15, 16, 20, 27, 28, 29, 30, 31, 32, 53, 55, 58, 60, 66, 74,
    75, 77, 78, 79, 80, 83, 84, 85,
];

/// How a source asks for a module.
const REQUIRE: &str = "require";

/// A global that a source names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Global {
    pub(super) line: u32,
    pub(super) name: String,
    /// Whether it is given a value there.
    pub(super) is_written: bool,
    /// The field of it that is read at once.
    pub(super) field: Option<String>,
}

/// What a source names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// The globals, each once a line.
    pub(super) globals: BTreeSet<Global>,
    /// The locals, and the lines in which they are declared.
    pub(super) locals: BTreeSet<(String, u32)>,
    /// What it requires by a text that stands there.
    pub(super) required: BTreeSet<String>,
    /// Whether it requires something else, too: a module whose name it computes.
    pub(super) computes: bool,
}

/// Reads them; `None` if the code is of another layout.
pub(super) fn names(code: &[u8]) -> Option<Names> {
    let mut reader = Reader { code, texts: Vec::new(), names: Names::default() };
    if !VERSIONS.contains(&reader.byte()?) || reader.byte()? != TYPES {
        return None;
    }
    for _ in 0..reader.number()? {
        let length = usize::try_from(reader.number()?).ok()?;
        let text = String::from_utf8_lossy(reader.take(length)?).into_owned();
        reader.texts.push(text);
    }
    while reader.byte()? != 0 {
        reader.number()?;
    }
    for _ in 0..reader.number()? {
        reader.function()?;
    }
    Some(reader.names)
}

struct Reader<'c> {
    code: &'c [u8],
    /// Every text in it.
    texts: Vec<String>,
    names: Names,
}

/// What one instruction does to a global.
struct Access {
    /// Where it stands.
    at: usize,
    /// The constant that names it.
    constant: u32,
    is_written: bool,
    /// The constant that is loaded next and called with, if any.
    argument: Option<u32>,
    /// The constant that names the field that is read next, if any.
    field: Option<u32>,
}

impl<'c> Reader<'c> {
    fn function(&mut self) -> Option<()> {
        // Registers, params, upvalues, varargs, flags.
        self.take(5)?;
        let types = usize::try_from(self.number()?).ok()?;
        self.take(types)?;
        let (size, accesses) = self.instructions()?;
        let constants = self.constants()?;
        for _ in 0..self.number()? {
            self.number()?;
        }
        let defined = self.number()?;
        self.number()?;
        let lines = self.lines(size)?;
        for Access { at, constant, is_written, argument, field } in accesses {
            let text = |constant: u32| constants.get(usize::try_from(constant).ok()?).cloned();
            let name = text(constant)?;
            let line = *lines.get(at)?;
            if name == REQUIRE {
                match argument.and_then(text).filter(|name| !name.is_empty()) {
                    Some(name) => drop(self.names.required.insert(name)),
                    None => self.names.computes = true,
                }
            }
            let field = field.and_then(text).filter(|name| !name.is_empty());
            self.names.globals.insert(Global { line, name, is_written, field });
        }
        if self.byte()? != 0 {
            for _ in 0..self.number()? {
                let (name, start) = (self.text()?, self.number()?);
                self.number()?;
                self.byte()?;
                // It is alive from behind the instruction that gives it its value.
                let at = usize::try_from(start).ok()?.checked_sub(1);
                let line = at.map_or(Some(defined), |at| lines.get(at).copied())?;
                self.names.locals.insert((name, line));
            }
            for _ in 0..self.number()? {
                self.number()?;
            }
        }
        Some(())
    }

    /// How many words there are, and which of them touch a global.
    fn instructions(&mut self) -> Option<(usize, Vec<Access>)> {
        let size = usize::try_from(self.number()?).ok()?;
        let (mut at, mut accesses) = (0, Vec::new());
        while at < size {
            let word = self.word()?.to_le_bytes();
            let operation = word[0];
            if !WITH_SECOND_WORD.contains(&operation) {
                at += 1;
                continue;
            }
            let second = self.word()?;
            match operation {
                GET_GLOBAL | SET_GLOBAL => {
                    accesses.push(Access {
                        at,
                        constant: second,
                        is_written: operation == SET_GLOBAL,
                        argument: self.loaded_next(),
                        field: self.field_next(word[1]),
                    });
                }
                // Up to three names, ten bits each.
                GET_IMPORT => accesses.push(Access {
                    at,
                    constant: (second >> 20) & 0x3ff,
                    is_written: false,
                    argument: None,
                    field: (second >> 30 > 1).then_some((second >> 10) & 0x3ff),
                }),
                _ => {}
            }
            at += 2;
        }
        Some((size, accesses))
    }

    /// The constant that the next instruction loads into a register, and the one behind that calls with.
    fn loaded_next(&self) -> Option<u32> {
        let word =
            |at: usize| Some(u32::from_le_bytes(self.code.get(at..at + 4)?.try_into().ok()?));
        let (load, call) = (word(0)?, word(4)?);
        let is_loaded = load.to_le_bytes()[0] == LOAD_CONSTANT && call.to_le_bytes()[0] == CALL;
        is_loaded.then_some(load >> 16)
    }

    /// The constant that names the field which the next instruction reads of what is in this register.
    fn field_next(&self, register: u8) -> Option<u32> {
        let word = |at: usize| self.code.get(at..at + 4)?.try_into().ok();
        let [operation, _, of, _]: [u8; 4] = word(0)?;
        let is_read = operation == GET_FIELD && of == register;
        is_read.then_some(u32::from_le_bytes(word(4)?))
    }

    /// The constants that are texts, each in its place; others are empty there.
    fn constants(&mut self) -> Option<Vec<String>> {
        let mut constants = Vec::new();
        for _ in 0..self.number()? {
            let mut text = String::new();
            match self.byte()? {
                0 => {}
                1 => drop(self.take(1)?),
                2 => drop(self.take(8)?),
                3 => text = self.text()?,
                4 => drop(self.take(4)?),
                5 => {
                    for _ in 0..self.number()? {
                        self.number()?;
                    }
                }
                6 => drop(self.number()?),
                7 => drop(self.take(16)?),
                8 => {
                    for _ in 0..self.number()? {
                        self.number()?;
                        self.take(4)?;
                    }
                }
                9 => {
                    self.byte()?;
                    self.long()?;
                }
                _ => return None,
            }
            constants.push(text);
        }
        Some(constants)
    }

    /// The line of each word.
    fn lines(&mut self, size: usize) -> Option<Vec<u32>> {
        if self.byte()? == 0 {
            return None;
        }
        let gap = u32::from(self.byte()?);
        let (mut last, mut offsets) = (0_u8, Vec::with_capacity(size));
        for delta in self.take(size)? {
            last = last.wrapping_add(*delta);
            offsets.push(last);
        }
        let (mut line, mut bases) = (0_u32, Vec::new());
        for _ in 0..=(size.checked_sub(1)? >> gap) {
            line = line.wrapping_add(self.word()?);
            bases.push(line);
        }
        let line = |(at, offset): (usize, u8)| Some(bases.get(at >> gap)? + u32::from(offset));
        offsets.into_iter().enumerate().map(line).collect()
    }

    /// A text by its number; 0 is none, which is empty.
    fn text(&mut self) -> Option<String> {
        let number = usize::try_from(self.number()?).ok()?;
        match number.checked_sub(1) {
            None => Some(String::new()),
            Some(place) => self.texts.get(place).cloned(),
        }
    }

    fn number(&mut self) -> Option<u32> {
        u32::try_from(self.long()?).ok()
    }

    /// Seven bits a byte, the lowest first.
    fn long(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn word(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn take(&mut self, length: usize) -> Option<&'c [u8]> {
        let (taken, rest) = self.code.split_at_checked(length)?;
        self.code = rest;
        Some(taken)
    }
}
