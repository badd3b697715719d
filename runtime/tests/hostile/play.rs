//! Plays one hostile script, in this process.
//!
//! Its plan is checked, and whatever it asks for succeeds and returns its arguments, unless it is one of the
//! engine's own operations and refuses them. What a program returns without complaint it
//! must return again in a second VM: nothing leaks from one to the other, nothing differs by chance.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::elapsed::Blind;
use moontide_runtime::effect::{Lane, Outcome as Effect, builtin};
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::Plan;
use moontide_runtime::sandbox::{Budget, Limits, Said, ScriptError, Unit, Vm};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How it ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    /// Effects that left the sandbox.
    pub(crate) effects: usize,
    /// Lines, phases and reports that were heard.
    pub(crate) said: usize,
    /// A text that reached us and must not reach a terminal.
    pub(crate) unfit: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub(crate) enum Outcome {
    Ok { value: Value },
    Error { code: String, message: String, trace: Vec<String> },
}

/// Plays a script in the way that its `-- as:` line names.
pub(crate) fn play(script: &[u8]) -> Ending {
    let Ok(text) = std::str::from_utf8(script) else {
        panic!("a script is UTF-8: make other bytes with a generator");
    };
    let source = match text.lines().find_map(|line| line.strip_prefix("-- as: ")) {
        None | Some("wave") => wave(text),
        Some("runbook") => text.to_owned(),
        Some("generator") => generated(text),
        Some("bare") => return bare(text),
        Some(other) => panic!("`as: {other}` means nothing"),
    };
    let first = perform(&source, &Limits::default());
    if matches!(first.outcome, Outcome::Ok { .. }) {
        let second = perform(&source, &Limits::default());
        assert_eq!(first.outcome, second.outcome, "the second time it ended otherwise");
    }
    first
}

/// Luau as it is, with our flags but without our bounds.
fn bare(text: &str) -> Ending {
    let flagged = Vm::open(&bundle(""), &Limits::default(), 7);
    assert!(flagged.is_ok());
    let lua = mlua::Lua::new();
    lua.sandbox(true).unwrap();
    lua.set_memory_limit(64 << 20).unwrap();
    let outcome = match lua.load(text).eval::<bool>() {
        Ok(value) => Outcome::Ok { value: json!(value) },
        Err(error) => panic!("{error}"),
    };
    Ending { outcome, effects: 0, said: 0, unfit: None }
}

/// A runbook whose only wave runs this text. Line numbers stay.
fn wave(text: &str) -> String {
    let head = "local moontide, host = require('@moontide'), require('@moontide/host')";
    let tail =
        "return moontide.runbook { name = 'hostile', waves = { { name = 'only', run = run } } }";
    format!("{head} local function run(wave) {text}\nend\n{tail}\n")
}

/// The runbook that this wave returns as text.
fn generated(text: &str) -> String {
    let roomy = Budget { nodes: 10, bytes: 32 << 20, depth: 4 };
    let limits = Limits { result: roomy, memory: 256 << 20, ..Limits::default() };
    match perform(&wave(text), &limits).outcome {
        Outcome::Ok { value: Value::String(source) } => source,
        other => panic!("the generator made {other:?}"),
    }
}

fn perform(source: &str, limits: &Limits) -> Ending {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let mut effects = 0;
    let result = walk(&bundle(source), limits, &heard, &mut effects);
    let heard = heard.borrow();
    let mut texts: Vec<&str> = heard
        .iter()
        .map(|said| match said {
            Said::Log { message, .. } => message.as_str(),
            Said::Phase(text) => text,
            Said::Report { topic, .. } => topic,
        })
        .collect();
    if let Err(error) = &result {
        texts.extend(error.trace.iter().map(String::as_str));
        texts.extend([error.code.as_str(), error.message.as_str()]);
    }
    let fit = |text: &&str| text.chars().count() < 2_100 && !text.chars().any(is_obeyed);
    let unfit =
        texts.into_iter().find(|text| !fit(text)).map(|text| text.chars().take(80).collect());
    let outcome = match result {
        Ok(value) => Outcome::Ok { value },
        Err(ScriptError { code, message, trace, .. }) => Outcome::Error { code, message, trace },
    };
    Ending { outcome, effects, said: heard.len(), unfit }
}

/// Whether a terminal does something else with it than to show it.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn walk(
    bundle: &Bundle,
    limits: &Limits,
    heard: &Rc<RefCell<Vec<Said>>>,
    effects: &mut usize,
) -> Result<Value, ScriptError> {
    let declared = Vm::open(bundle, limits, 7)?.declare()?;
    Plan::check(&declared.node).map_err(|complaints| {
        // As many as fit into one sentence, and the last, which says how many are not listed.
        let told = complaints.iter().take(3).chain(complaints.iter().skip(3).next_back());
        let complaints: Vec<String> = told.map(ToString::to_string).collect();
        ScriptError::new("PlanRefused", complaints.join("; "))
    })?;
    let clock: Arc<dyn Clock> = Arc::new(NoClock);
    let operations = builtin::all(&clock, &Blind::default());
    let ear = heard.clone();
    let said = Rc::new(move |said| ear.borrow_mut().push(said));
    let lane = Lane::of_wave("only", 1);
    let mut program =
        Vm::open(bundle, limits, 7)?.start(Unit::Wave(0), lane, &json!({"name": "only"}), said)?;
    let mut progress = program.begin(false);
    let mut open = Vec::new();
    loop {
        if let Some(ended) = progress.ended {
            return ended;
        }
        *effects += progress.asks.len();
        open.extend(progress.asks);
        let ask = open.pop().expect("a program that has not ended waits for something");
        let operation = operations.iter().find(|operation| operation.name() == ask.operation);
        let outcome = match operation.map(|operation| operation.check(&ask.arguments)) {
            Some(Err(error)) => Effect::Failed { error },
            _ => Effect::Ok { value: ask.arguments },
        };
        progress = program.deliver(&ask.lane, &outcome, false);
    }
}

fn bundle(source: &str) -> Bundle {
    moontide_kit::sources::bundle("hostile/runbook.luau", source)
}

/// Nothing that is played takes time.
struct NoClock;

#[async_trait]
impl Clock for NoClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _duration: Duration) {}
}
