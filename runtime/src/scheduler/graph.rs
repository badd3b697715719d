//! The plan, reduced to what the machine needs: who waits for whom, and what to do about a failure.

use crate::plan::{FailurePolicy, Pause, Plan};

/// The name of the hook that runs before every wave, as a node of the graph.
pub const START: &str = "@start";
/// The name of the hook that runs after every wave, as a node of the graph.
pub const FINISH: &str = "@finish";

/// The nodes of an execution in a fixed order: `@start` if the runbook has such a hook, the waves in the
/// order of the file, `@finish` if it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
    /// At most so many nodes run at a time.
    pub max_parallel: usize,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The wave's name, [`START`] or [`FINISH`].
    pub name: String,
    /// The nodes that must be completed or skipped before it starts.
    pub depends_on: Vec<usize>,
    /// Whether it waits only for the others to end, however they do: true of [`FINISH`].
    pub last: bool,
    /// What a person is asked before it starts.
    pub pause: Option<Pause>,
    /// What happens when it fails.
    pub on_failure: Option<FailurePolicy>,
    /// How often it may be attempted when the policy is `retry`.
    pub max_attempts: u32,
}

impl Node {
    /// A node without dependencies, pause point or policy.
    pub fn plain(name: &str) -> Node {
        Node {
            name: name.to_owned(),
            depends_on: Vec::new(),
            last: false,
            pause: None,
            on_failure: None,
            max_attempts: 1,
        }
    }
}

impl Graph {
    /// The graph of a checked plan.
    pub fn of(plan: &Plan) -> Graph {
        let mut nodes = Vec::new();
        if plan.on_start {
            nodes.push(Node::plain(START));
        }
        let first = nodes.len();
        let index = |name: &String| plan.waves.iter().position(|wave| wave.name == *name);
        for wave in &plan.waves {
            let mut depends_on: Vec<usize> =
                wave.depends_on.iter().filter_map(index).map(|at| at + first).collect();
            depends_on.extend(0..first);
            nodes.push(Node {
                name: wave.name.clone(),
                depends_on,
                last: false,
                pause: wave.pause.clone(),
                on_failure: wave.on_failure,
                max_attempts: wave.max_attempts.max(1),
            });
        }
        if plan.on_finish {
            nodes.push(Node { last: true, ..Node::plain(FINISH) });
        }
        let max_parallel = plan.max_parallel_waves.map_or(usize::MAX, |most| most.max(1) as usize);
        Graph { nodes, max_parallel }
    }

    /// A graph of these nodes, each depending on earlier or later ones by index, without cycles.
    pub fn of_nodes(nodes: Vec<Node>, max_parallel: usize) -> Graph {
        Graph { nodes, max_parallel }
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
}
