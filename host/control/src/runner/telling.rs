//! Telling others, beside a drive.

use std::sync::Arc;
use std::time::Duration;

use moontide_aws::SessionSettings;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::StoreError;

use super::Runner;
use crate::clocks::SystemClock;
use crate::environment::Environment;
use crate::listener::Remark;
use crate::notify::catch_up::Follower;
use crate::notify::queue::{By, Item, Standing};
use crate::notify::sender::Sender;
use crate::notify::worker::{LAST, Work};
use crate::notify::{Receiver, Worker};
use crate::operator::Operator;
use crate::whoami;

/// So long they have where the operator has stopped the drive.
const INTERRUPTED: Duration = Duration::from_secs(1);

/// The wire of this operator.
pub fn wire(operator: &Operator) -> Sender {
    Sender::new(operator.settings.reach.clone(), sessions(&operator.environment))
}

/// Where AWS is for notifications: profile, Region and endpoint come from the environment, in every command alike.
pub fn sessions(environment: &Environment) -> SessionSettings {
    let fallback_region = environment.ssm_region.clone();
    SessionSettings { fallback_region, ..SessionSettings::default() }
}

impl Runner<'_> {
    /// Begins to tell others of this execution; `None`: there are none, or it cannot be begun, which keeps nothing from
    /// being driven.
    pub(super) async fn begin_telling(&self) -> Option<Worker> {
        let Operator { settings, store, environment, face, .. } = self.operator;
        if settings.receivers.is_empty() || self.execution.is_session() {
            return None;
        }
        let receivers: Arc<[Receiver]> = settings.receivers.clone().into();
        let teller = format!("{} for {}", whoami::holder(environment), self.execution.id);
        let by = By { teller: &teller, at: SystemClock::new().now() };
        let begun = Follower::begin(store, &self.execution, &receivers, face.words(), by).await;
        let follower = begun.map_err(|error| self.say_untold(&error)).ok()?;
        let (store, wire) = (Arc::clone(store), Arc::new(wire(self.operator)));
        Some(Worker::begin(Work { follower, store, receivers, wire, teller }))
    }

    /// Gives the receivers a last moment, and says what is left.
    pub(super) async fn end_telling(&self, worker: Option<Worker>, is_interrupted: bool) {
        let Some(worker) = worker else { return };
        worker.finish(if is_interrupted { INTERRUPTED } else { LAST }).await;
        let Ok(items) = Item::all(self.store(), None).await else { return };
        let is_left = |it: &&Item| {
            it.terms.standing == Standing::Waits && it.terms.event.execution == self.execution.id
        };
        let left: Vec<&Item> = items.iter().filter(is_left).collect();
        if left.is_empty() {
            return;
        }
        let mut receivers: Vec<String> = left.iter().map(|it| it.receiver.clone()).collect();
        receivers.sort();
        receivers.dedup();
        self.listener().hear(&Remark::Untold { left: left.len(), receivers });
    }

    fn say_untold(&self, error: &StoreError) {
        let what = format!("what others are to be told of this drive: {error}");
        self.listener().hear(&Remark::NotLookedAt { what });
    }
}
