//! An execution's plan, reduced to what the machine needs: which wave waits for which, which person may say what, and
//! what to do about a failure.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::history::{Execution, Format};
use crate::plan::{FailurePolicy, Pause, Plan};
use crate::text::hex::hex;

/// The name of the hook that runs before every wave, as a node of the graph.
pub const START: &str = "@start";
/// The name of the hook that runs after a cancel, as a node of the graph; that of a wave's own has the
/// wave's name behind a colon.
pub const CANCEL: &str = "@cancel";
/// The name of the hook that runs after every wave, as a node of the graph.
pub const FINISH: &str = "@finish";

/// The nodes of an execution in a fixed order: `@start` if the runbook has such a hook, the waves in the
/// order of the file, what runs after a cancel, `@finish` if it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
    /// At most so many nodes run at a time.
    pub max_parallel: usize,
    /// Whether that is the operator's word, which is named where a wave waits for its turn.
    pub is_capped: bool,
    /// Groups of people by name, as approvers may name them.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The format under which its execution began: what a signal does follows the rules of then.
    pub rules: Format,
    /// What the fingerprints of all prompts derive from: the execution and its sources.
    pub fingerprint: String,
    /// Whether its execution was adopted: it is over, and nothing takes it up again.
    pub is_adopted: bool,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The wave's name, or that of a hook.
    pub name: String,
    /// What it waits for.
    pub turn: Turn,
    /// The nodes that must be completed or skipped before it starts.
    pub depends_on: Vec<usize>,
    /// What a person is asked before it starts.
    pub pause: Option<Pause>,
    /// What happens when it fails.
    pub on_failure: Option<FailurePolicy>,
    /// How often it may be attempted when the policy is `retry`.
    pub max_attempts: u32,
    /// Whether the operator has left it out from the beginning.
    pub left_out: bool,
}

/// What a node waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// That the nodes it depends on are completed or skipped.
    Ordinary,
    /// That everything ordinary has ended after a cancel; for the wave's own hook, that this wave had
    /// begun and is not completed. Otherwise it is skipped.
    AfterCancel {
        /// The wave whose hook it is; `None`: the runbook's.
        of: Option<usize>,
    },
    /// That all others have ended, however they did.
    Last,
}

impl Node {
    /// A node without dependencies, pause point or policy.
    pub fn plain(name: &str) -> Node {
        Node {
            name: name.to_owned(),
            turn: Turn::Ordinary,
            depends_on: Vec::new(),
            pause: None,
            on_failure: None,
            max_attempts: 1,
            left_out: false,
        }
    }

    /// The same node at another turn.
    #[must_use]
    pub fn at(self, turn: Turn) -> Node {
        Node { turn, ..self }
    }
}

impl Graph {
    /// The graph of an execution.
    pub fn of(execution: &Execution) -> Graph {
        let identity = format!("{}\n{}", execution.id, execution.digest());
        let mut graph = Graph::of_plan(&execution.plan);
        let only = &execution.only;
        for node in &mut graph.nodes {
            let is_wave = node.turn == Turn::Ordinary && node.name != START;
            node.left_out = is_wave && !only.is_empty() && !only.contains(&node.name);
        }
        let most = execution.waves_at_once.map_or(usize::MAX, |most| most.max(1) as usize);
        Graph {
            max_parallel: graph.max_parallel.min(most),
            is_capped: most < graph.max_parallel,
            groups: execution.approvers.clone(),
            rules: execution.format,
            fingerprint: hex(&Sha256::digest(identity)),
            is_adopted: execution.is_adopted(),
            ..graph
        }
    }

    /// The graph of a plan that is not executed yet.
    pub fn of_plan(plan: &Plan) -> Graph {
        let mut nodes = Vec::new();
        if plan.on_start || plan.start.is_some() {
            nodes.push(Node { pause: plan.start.clone(), ..Node::plain(START) });
        }
        let first = nodes.len();
        let index = |name: &String| plan.waves.iter().position(|wave| wave.name == *name);
        for wave in &plan.waves {
            let mut depends_on: Vec<usize> =
                wave.depends_on.iter().filter_map(index).map(|at| at + first).collect();
            depends_on.extend(0..first);
            nodes.push(Node {
                depends_on,
                pause: wave.pause.clone(),
                on_failure: wave.on_failure,
                max_attempts: wave.max_attempts.max(1),
                ..Node::plain(&wave.name)
            });
        }
        for (at, wave) in plan.waves.iter().enumerate() {
            if wave.hooks.iter().any(|hook| hook == "on_cancel") {
                let turn = Turn::AfterCancel { of: Some(at + first) };
                nodes.push(Node::plain(&format!("{CANCEL}:{}", wave.name)).at(turn));
            }
        }
        if plan.on_cancel {
            nodes.push(Node::plain(CANCEL).at(Turn::AfterCancel { of: None }));
        }
        if plan.on_finish {
            nodes.push(Node::plain(FINISH).at(Turn::Last));
        }
        let max_parallel = plan.max_parallel_waves.map_or(usize::MAX, |most| most.max(1) as usize);
        Graph::of_nodes(nodes, max_parallel)
    }

    /// A graph of these nodes, each depending on earlier or later ones by index, without cycles.
    pub fn of_nodes(nodes: Vec<Node>, max_parallel: usize) -> Graph {
        Graph {
            nodes,
            max_parallel,
            is_capped: false,
            groups: BTreeMap::new(),
            rules: Format::CURRENT,
            fingerprint: String::new(),
            is_adopted: false,
        }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The place of the node of that name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// The fingerprint of the prompt with this id: eight hexadecimal digits.
    pub fn fingerprint_of(&self, prompt: &str) -> String {
        hex(&Sha256::digest(format!("{}\n{prompt}", self.fingerprint))[..4])
    }

    /// Whether `by` is one of the approvers, by name or as a member of a group. A member that ends in `*`
    /// stands for every name that begins like it.
    pub fn approves(&self, approvers: &[String], by: &str) -> bool {
        let is_member = |member: &String| match member.strip_suffix('*') {
            Some(beginning) => by.starts_with(beginning),
            None => member == by,
        };
        let may = |approver: &String| match self.groups.get(approver) {
            Some(members) => members.iter().any(is_member),
            None => is_member(approver),
        };
        approvers.is_empty() || approvers.iter().any(may)
    }
}
