//! Executions of a runbook whose source a test writes down.

use std::collections::BTreeMap;

use moontide_runtime::journal::execution::Module;
use moontide_runtime::journal::{Bundle, Execution, Format};
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::{Limits, Vm};

use crate::staged::second;

/// What the execution's chance begins with.
const SEED: u64 = 7;

/// The source of a runbook, under this name of a file, with the standard library around it.
pub fn bundle(file: &str, source: &str) -> Bundle {
    let library = moontide_stdlib::MODULES.iter().map(|(name, source)| (*name, *name, *source));
    let modules = library.chain([("runbook", file, source)]).map(|(name, file, source)| {
        (name.to_owned(), Module { file: file.to_owned(), source: source.into() })
    });
    Bundle { entry: "runbook".to_owned(), modules: modules.collect() }
}

/// A drill of the runbook that these sources declare; what a param must be given is `hunter22`.
pub fn execution(id: &str, bundle: Bundle) -> Execution {
    let declared = Vm::open(&bundle, &Limits::default(), SEED).and_then(|vm| vm.declare());
    let plan = Plan::check(&declared.expect("a runbook").node).expect("a plan");
    let required = plan.params.iter().filter(|(_, param)| param.default.is_none());
    let given = required.map(|(name, _)| (name.clone(), "hunter22".to_owned())).collect();
    let params = plan.bind(&given).expect("its params");
    Execution { params, ..head(id, plan, bundle) }
}

/// The head of a drill of this plan, of which nothing else is said. A test that changes its format or its sources pins
/// it anew.
pub fn head(id: &str, plan: Plan, bundle: Bundle) -> Execution {
    Execution {
        format: Format::CURRENT,
        id: id.to_owned(),
        nonce: String::new(),
        created_at: second(0),
        created_by: "test".to_owned(),
        mode: Mode::Drill,
        params: BTreeMap::new(),
        regions: vec!["us-west-2".to_owned()],
        account: None,
        replaceable: Vec::new(),
        gives_up: None,
        simulator: None,
        reason: String::new(),
        labels: BTreeMap::new(),
        only: Vec::new(),
        excluded: Vec::new(),
        beside: Vec::new(),
        source: None,
        origin: String::new(),
        acts_for: None,
        mandate: None,
        waves_at_once: None,
        sources: None,
        made: Vec::new(),
        secrets: BTreeMap::new(),
        denied: Vec::new(),
        approvers: BTreeMap::new(),
        limits: BTreeMap::new(),
        seed: SEED,
        moontide: "test".to_owned(),
        luau: "test".to_owned(),
        plan,
        bundle,
    }
    .pinned()
}
