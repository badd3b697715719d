//! Stories about runbooks in the sandbox.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::*;
use crate::history::{Bundle, EffectError, Evidence, Format, Lane, Module, Outcome};
use crate::plan::Node;

mod declaring;
mod errors;
mod exhausted;
mod globals;
mod order;
mod pages;
mod parallel;
mod records;
mod walking;

/// A runbook of one wave whose `run` has this body, after these lines of its own.
fn one_wave(body: &str) -> String {
    format!(
        "local moontide = require(\"@moontide\")\n\
         local host = require(\"@moontide/host\")\n\
         local function run(wave)\n{body}\nend\n\
         return moontide.runbook {{ name = \"demo\", waves = {{ {{ name = \"only\", run = run }} }} }}\n"
    )
}

/// A bundle of the standard library and these files of a runbook's folder.
fn bundle(files: &[(&str, &str)]) -> Bundle {
    let library = moontide_stdlib::MODULES.iter().map(|(name, source)| {
        let module = Module { file: format!("{name}.luau"), source: (*source).into() };
        ((*name).to_owned(), module)
    });
    let own = files.iter().map(|(name, source)| {
        let module = Module { file: format!("demo/{name}.luau"), source: (*source).into() };
        ((*name).to_owned(), module)
    });
    Bundle { entry: "runbook".to_owned(), modules: library.chain(own).collect() }
}

fn declare(source: &str) -> Result<Declared, ScriptError> {
    Vm::open(&bundle(&[("runbook", source)]), &Limits::default(), 7)?.declare()
}

/// A program, what it said, and its root lane.
struct Stage {
    program: Program,
    said: Rc<RefCell<Vec<Said>>>,
    lane: Lane,
}

impl Stage {
    fn set(body: &str) -> Stage {
        Stage::with(&bundle(&[("runbook", &one_wave(body))]), &Limits::default(), &json!({}))
    }

    fn with(bundle: &Bundle, limits: &Limits, context: &Value) -> Stage {
        let said = Rc::new(RefCell::new(Vec::new()));
        let ear = said.clone();
        let lane = Lane::of_wave("only", 1);
        let program = Vm::open(bundle, limits, 7)
            .unwrap()
            .start(
                Unit::Wave(0),
                lane.clone(),
                context,
                Rc::new(move |line| ear.borrow_mut().push(line)),
            )
            .unwrap();
        Stage { program, said, lane }
    }

    fn begin(&mut self) -> Progress {
        self.program.begin(false)
    }

    fn ok(&mut self, lane: &Lane, value: Value) -> Progress {
        self.program.deliver(lane, &Outcome::Ok { value }, false)
    }

    /// Runs a program that asks for nothing.
    fn result(mut self) -> Result<Value, ScriptError> {
        self.begin().ended.expect("the program asks for an effect")
    }
}

/// What a wave whose body is this returns.
fn run(body: &str) -> Result<Value, ScriptError> {
    Stage::set(body).result()
}

/// Lanes and operations of the asks, for short assertions.
fn asked(progress: &Progress) -> Vec<(&str, u32, &str)> {
    progress
        .asks
        .iter()
        .map(|ask| (ask.lane.as_str(), ask.position, ask.operation.as_str()))
        .collect()
}
