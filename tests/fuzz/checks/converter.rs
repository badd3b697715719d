//! The converter between Lua and JSON, reached as programs reach it: what is delivered as an outcome is
//! asked for again as an argument. One program plays the mirror for ever.
//!
//! An input is JSON, which comes back as [`seen`] foretells; or `!` and instructions for `mirror.luau`,
//! which builds tables that no JSON can describe: cyclic, shared, sparse, mixed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use moontide_runtime::effect::{Lane, Outcome};
use moontide_runtime::journal::Bundle;
use moontide_runtime::journal::execution::Module;
use moontide_runtime::sandbox::{Ask, Budget, Limits, Program, Progress, Unit, Vm, plain};
use serde_json::{Map, Value, json};

const MIRROR: &str = include_str!("mirror.luau");
/// What may come in.
const INWARD: Budget = Budget { nodes: 4_000, bytes: 40_000, depth: 64 };
/// What may go out.
const OUTWARD: Budget = Budget { nodes: 1_000, bytes: 10_000, depth: 32 };
/// The largest whole number that passes.
const WHOLE: f64 = 9_007_199_254_740_992.0;

thread_local!(static PROGRAM: RefCell<Option<Mirror>> = const { RefCell::new(None) });

/// Whether the input means something that passes the border. What passes is what the rules say.
pub(crate) fn passes(data: &[u8]) -> bool {
    if let Some(instructions) = data.strip_prefix(b"!") {
        let Some(shown) = reflect(&json!({ "build": instructions })) else { return false };
        assert_fit(&shown, 0);
        let again = reflect(&json!({ "give": shown[0] }));
        assert_eq!(again, Some(shown), "what came out once comes out again");
        return true;
    }
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return false };
    let given = json!({ "give": value });
    let foretold = Measure::of(&given).within(INWARD).then(|| seen(&given)).flatten();
    let foretold = foretold.and_then(|given| {
        let shown = given.get("give").map_or_else(|| json!([]), |value| json!([value]));
        let small = is_small(&shown) && Measure::of(&shown).within(OUTWARD);
        small.then_some(shown)
    });
    let shown = reflect(&given);
    assert_eq!(shown, foretold);
    shown.is_some()
}

/// What a value looks like once it is inside; `None`: it is refused.
fn seen(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Number(number) => {
            let float = number.as_f64()?;
            if !number.is_f64() && float.abs() > WHOLE {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
            if float.fract() == 0.0 && float.abs() <= WHOLE {
                json!(float as i64)
            } else {
                json!(float)
            }
        }
        Value::Array(items) => {
            let items: Option<Vec<Value>> =
                items.iter().map(|item| (!item.is_null()).then(|| seen(item)).flatten()).collect();
            Value::Array(items?)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Some((name.clone(), seen(field)?)));
            let mut fields: Map<String, Value> = fields.collect::<Option<_>>()?;
            fields.retain(|_, field| !field.is_null());
            if fields.is_empty() { json!([]) } else { Value::Object(fields) }
        }
        other => other.clone(),
    })
}

/// Whether no whole number is beyond what may go out.
fn is_small(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_f64().is_some_and(|float| float.fract() != 0.0 || float.abs() <= WHOLE)
        }
        Value::Array(items) => items.iter().all(is_small),
        Value::Object(fields) => fields.values().all(is_small),
        _ => true,
    }
}

/// What came out is JSON that every reader understands, within the budget.
fn assert_fit(shown: &Value, depth: usize) {
    if depth == 0 {
        assert!(Measure::of(shown).within(OUTWARD), "{shown}");
        let read: Value = serde_json::from_str(&shown.to_string()).expect("it can be read back");
        assert_eq!(read, *shown);
        assert!(is_small(shown), "{shown}");
    }
    match shown {
        Value::Array(items) => items.iter().for_each(|item| {
            assert!(!item.is_null(), "a list holds no null");
            assert_fit(item, depth + 1);
        }),
        Value::Object(fields) => {
            assert!(!fields.is_empty(), "an empty table is a list");
            fields.values().for_each(|field| assert_fit(field, depth + 1));
        }
        _ => {}
    }
}

/// How large a value is, as budgets count.
#[derive(Default)]
struct Measure {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Measure {
    fn of(value: &Value) -> Measure {
        let mut measure = Measure::default();
        measure.add(value, 0);
        measure
    }

    fn add(&mut self, value: &Value, depth: usize) {
        self.nodes += 1;
        self.depth = self.depth.max(depth);
        match value {
            Value::String(text) => self.bytes += text.len(),
            Value::Array(items) => items.iter().for_each(|item| self.add(item, depth + 1)),
            Value::Object(fields) => fields.iter().for_each(|(name, field)| {
                self.bytes += name.len();
                self.add(field, depth + 1);
            }),
            _ => {}
        }
    }

    fn within(&self, budget: Budget) -> bool {
        self.nodes <= budget.nodes && self.bytes <= budget.bytes && self.depth <= budget.depth
    }
}

/// What the mirror shows of a value; `None`: it was refused, with a sentence.
fn reflect(value: &Value) -> Option<Value> {
    let shown = PROGRAM.with_borrow_mut(|mirror| {
        let mut whole = mirror.take().unwrap_or_else(Mirror::open);
        let shown = whole.reflect(value)?;
        *mirror = Some(whole);
        Some(shown)
    });
    // A program that a limit has stopped is not asked again.
    let ask = shown?;
    if ask.operation == "mirror.shows" {
        return Some(ask.arguments);
    }
    assert_eq!(ask.operation, "mirror.refuses");
    let (code, message) = (&ask.arguments["code"], &ask.arguments["message"]);
    assert!(code == "InvalidArguments" || code == "InvalidOutcome", "{code}");
    assert!(message.as_str().is_some_and(|message| !message.is_empty()));
    None
}

/// A program that shows what it is given, and waits for the next value.
struct Mirror {
    program: Program,
    lane: Lane,
}

impl Mirror {
    fn open() -> Mirror {
        let module = |file: &str, source: &str| Module { file: file.into(), source: source.into() };
        let mut modules: BTreeMap<String, Module> = moontide_stdlib::MODULES
            .iter()
            .map(|(name, source)| ((*name).to_owned(), module(name, source)))
            .collect();
        modules.insert("mirror".into(), module("mirror.luau", MIRROR));
        let bundle = Bundle { entry: "mirror".into(), modules };
        let limits = Limits {
            arguments: OUTWARD,
            outcome: INWARD,
            effects_per_lane: u32::MAX,
            ..Limits::default()
        };
        let lane = Lane::of_wave("mirror", 1);
        let vm = Vm::open(&bundle, &limits, 7).expect("the VM opens");
        let program = vm.start(Unit::Wave(0), lane.clone(), &json!({}), Rc::new(|_| {}));
        let mut program = program.expect("the mirror starts");
        let begun = program.begin(false);
        assert_eq!(begun.asks.len(), 1, "{begun:?}");
        Mirror { program, lane }
    }

    /// Its ask after it was given the value; `None` if a limit stopped it.
    fn reflect(&mut self, value: &Value) -> Option<Ask> {
        let shown = self.deliver(value.clone())?;
        assert_ne!(shown.operation, "mirror.waits", "it shows what it has before it waits");
        let waits = self.deliver(json!(true))?;
        assert_eq!(waits.operation, "mirror.waits");
        Some(shown)
    }

    fn deliver(&mut self, value: Value) -> Option<Ask> {
        let Progress { mut asks, ended } =
            self.program.deliver(&self.lane, &Outcome::Ok { value }, false);
        if let Some(ended) = ended {
            let error = ended.expect_err("the mirror never returns");
            assert!(error.poisoned && error.code == "LimitExceeded", "{error:?}");
            assert_eq!(plain(&error.message, 2_000), error.message);
            return None;
        }
        asks.pop()
    }
}
