//! The loader of runbooks: a source, in a sandbox with small limits, to a plan or to what is wrong and where.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::journal::Bundle;
use moontide_runtime::journal::execution::Module;
use moontide_runtime::plan::{Complaint, LONGEST_LINE, Located, Plan, locate};
use moontide_runtime::sandbox::{Budget, Limits, ScriptError, Vm, plain};
use moontide_runtime::scheduler::Graph;

/// How errors name the runbook's file.
const FILE: &str = "fuzz/runbook.luau";

/// How loading ended.
#[derive(Debug)]
pub(crate) enum Loaded {
    Plan,
    Refused(Vec<Located>),
    Failed(ScriptError),
}

/// Loads the input as a runbook: a plan that can be kept, or an error with a place. `None`: it is no text,
/// which the reader of files refuses.
pub(crate) fn load(data: &[u8]) -> Option<Loaded> {
    std::str::from_utf8(data).ok().map(load_text)
}

fn load_text(source: &str) -> Loaded {
    let limits = Limits {
        memory: 16 << 20,
        slice: Duration::from_secs(2),
        fuel: 200_000,
        result: Budget { nodes: 2_000, bytes: 64 << 10, depth: 32 },
        ..Limits::default()
    };
    let declared = match Vm::open(&bundle(source), &limits, 7).and_then(|vm| vm.declare()) {
        Ok(declared) => declared,
        Err(error) => {
            assert_speakable(&error);
            return Loaded::Failed(error);
        }
    };
    match Plan::check(&declared.node) {
        Ok(plan) => {
            assert_keepable(&plan);
            Loaded::Plan
        }
        Err(complaints) => {
            let line = usize::try_from(declared.line).ok();
            Loaded::Refused(located(source, line, complaints))
        }
    }
}

/// An error is fit for a terminal, and says where it comes from unless a limit stopped everything.
fn assert_speakable(error: &ScriptError) {
    let ScriptError { code, message, trace, poisoned, .. } = error;
    assert_ne!(code, "Internal", "{error:?}");
    for text in trace.iter().chain([code, message]) {
        assert_eq!(plain(text, usize::MAX), *text);
        assert!(text.chars().count() < 2_100, "{text}");
    }
    assert!(!code.is_empty() && !message.is_empty(), "{error:?}");
    assert!(*poisoned || trace.iter().any(|frame| is_place(frame)), "{error:?}");
}

/// `file:line`, with or without the name of a function.
fn is_place(frame: &str) -> bool {
    let place = frame.split(" in function ").next().unwrap_or_default();
    place.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok_and(|line| line > 0))
}

/// A plan can be written down, read again, and scheduled.
fn assert_keepable(plan: &Plan) {
    let text = serde_json::to_string(plan).expect("a plan can be written");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("and read"), *plan);
    assert_eq!(
        Graph::of_plan(plan).len(),
        plan.waves.len() + usize::from(plan.on_start) + usize::from(plan.on_finish)
    );
    let given = plan.params.keys().map(|name| (name.clone(), "1".to_owned())).collect();
    let _ = (plan.bind(&given), plan.bind(&BTreeMap::new()));
}

/// Every complaint says something, about a place that is in the source.
fn located(source: &str, line: Option<usize>, complaints: Vec<Complaint>) -> Vec<Located> {
    assert!(!complaints.is_empty(), "what is refused is refused for a reason");
    let located = locate(FILE, source, line, complaints);
    for Located { place, complaint, .. } in &located {
        assert!(!complaint.message.is_empty());
        let text = complaint.to_string();
        assert_eq!(plain(&text, usize::MAX), text);
        let Some(place) = place else { continue };
        let line = source.lines().nth(place.line - 1).expect("the line is there");
        // A line too long to read is not shown.
        let shown = if line.len() > LONGEST_LINE { "" } else { line };
        assert_eq!(place.source_line, shown, "{place:?}");
        assert!(place.column >= 1, "{place:?}");
    }
    located
}

fn bundle(source: &str) -> Bundle {
    let mut bundle = moontide_kit::sources::bundle(FILE, source);
    let helper =
        Module { file: "fuzz/helper.luau".into(), source: "return { answer = 42 }".into() };
    bundle.modules.insert("helper".into(), helper);
    bundle
}
