//! Where an execution stands: the fold of its events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::seen::Seen;
use super::waves::Waves;
use super::{ExecutionStatus, Graph, WaveStatus};
use crate::history::{Choice, Failure, Mend, Prompt};

/// One wave's part of the state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WaveState {
    /// Where it stands.
    pub status: WaveStatus,
    /// The attempt that runs or ran last; 0 before the first.
    pub attempt: u32,
    /// Whether its pause point, or a retry, has been granted and it only waits for its turn.
    #[serde(skip)]
    pub approved: bool,
    /// Whether its program is to stop at its next effect.
    #[serde(skip)]
    pub stopping: bool,
    /// Whether it is to run once more after it has ended: a hook that runs after the waves, when an operator
    /// wants one of them again meanwhile.
    #[serde(skip)]
    pub again: bool,
    /// Why it is left out when its turn comes.
    #[serde(skip)]
    pub skip: Option<String>,
    /// How often its pause point has been opened.
    #[serde(skip)]
    pub pauses: u32,
    /// What the attempt that runs or ran last sees of the others; `None` before the first.
    #[serde(skip)]
    pub seen: Option<Arc<Seen>>,
    /// The sources that a person has given it; `None`: the execution's own.
    #[serde(skip)]
    pub mend: Option<Arc<Mend>>,
    /// The attempt that left what is known of it, as long as it is not completed.
    #[serde(skip)]
    pub known_by: Option<u32>,
    /// The attempt that failed last, as long as it is not completed.
    #[serde(skip)]
    pub last_failed: Option<u32>,
    /// What its program returned.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub result: Value,
    /// Why its last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Why it stands where it stands, when that is not obvious.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl WaveState {
    /// The attempt that left its failure, if it has one.
    pub fn failed_by(&self) -> Option<u32> {
        self.failure.as_ref().and(self.last_failed)
    }
}

/// The state of an execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    /// Whether it has begun.
    pub started: bool,
    /// The person who asked for cancellation.
    pub cancelled_by: Option<String>,
    /// How many cancels were taken.
    pub cancels: u32,
    /// The aborts that stand: no further wave starts before they are taken back.
    pub aborts: Vec<Abort>,
    /// How often a person has paused it.
    pub pauses: u32,
    /// Every wave, in the graph's order.
    pub waves: Waves,
    /// The open prompts, by id.
    pub prompts: BTreeMap<String, Prompt>,
    /// What operators have changed about the limits, as settings.
    #[serde(skip)]
    pub limits: Arc<BTreeMap<String, String>>,
    /// Answers that programs may still pick up, by prompt id.
    pub answers: Answered,
}

/// What keeps every further wave from starting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Abort {
    /// Where it was said: the wave that failed or was not let go, or the id of a person's pause.
    pub at: String,
    /// Whether it answered a question, so that only a retry of just that, or a skip of what had failed, takes it back;
    /// otherwise the policy of a failed wave said so.
    pub is_answer: bool,
    /// The person or the rule that said so, and the reason.
    pub reason: String,
}

/// Answers by prompt id. A copy of all of them costs nothing, however many there are.
pub type Answered = rpds::RedBlackTreeMapSync<String, Answer>;

/// The answer to a prompt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// What.
    pub choice: Choice,
    /// The person; empty: none, in time.
    pub by: String,
    /// Why.
    pub comment: String,
    /// What an effect returned of which a person says that it happened.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub value: Value,
}

/// Why a wave is skipped that is not among those the operator has asked for.
const LEFT_OUT: &str = "left out by the operator, who asked for other waves only";

impl State {
    /// Before the first event.
    pub fn new(graph: &Graph) -> State {
        State {
            started: false,
            cancelled_by: None,
            cancels: 0,
            aborts: Vec::new(),
            pauses: 0,
            waves: graph
                .nodes()
                .iter()
                .map(|node| WaveState {
                    skip: node.left_out.then(|| LEFT_OUT.to_owned()),
                    ..WaveState::default()
                })
                .collect(),
            prompts: BTreeMap::new(),
            limits: Arc::default(),
            answers: Answered::default(),
        }
    }

    /// The abort that must be taken back before any other wave is attempted again.
    pub fn standing(&self) -> Option<&Abort> {
        self.aborts.iter().rev().find(|abort| abort.is_answer)
    }

    /// Whether a prompt is of a program that was told to stop, and takes no answer any more.
    pub fn ignores_answers(&self, graph: &Graph, prompt: &Prompt) -> bool {
        let node = graph.index(&prompt.wave).filter(|_| prompt.kind.is_of_program());
        node.is_some_and(|node| self.waves[node].stopping)
    }

    /// Where the execution stands as a whole.
    pub fn status(&self) -> ExecutionStatus {
        let any = |status| self.waves.iter().any(|wave| wave.status == status);
        if !self.started {
            return ExecutionStatus::Pending;
        }
        if self.waves.iter().all(|wave| wave.status.is_terminal()) {
            return if any(WaveStatus::Failed) {
                ExecutionStatus::Failed
            } else if any(WaveStatus::Cancelled) || self.cancelled_by.is_some() {
                ExecutionStatus::Cancelled
            } else {
                ExecutionStatus::Completed
            };
        }
        if any(WaveStatus::Running) {
            ExecutionStatus::Running
        } else if any(WaveStatus::Waiting) {
            ExecutionStatus::Waiting
        } else {
            ExecutionStatus::Paused
        }
    }
}
