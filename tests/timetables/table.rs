//! Schedules in a table that machines share: what one of them was killed at, another one takes up.

use std::sync::atomic::{AtomicU32, Ordering};

use super::dynamo::Dynamo;
use super::{Desk, once};

/// A table, as commands know of it.
pub(crate) struct Table {
    store: String,
    sts: String,
}

impl Table {
    /// The variables of a command that keeps executions there.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("MOONTIDE_STORE", self.store.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", Dynamo::shared().endpoint()),
            ("AWS_ENDPOINT_URL_STS", self.sts.clone()),
            // How long a runner is watched before it counts as dead.
            ("MOONTIDE_LEASE_TTL", "3s".to_owned()),
        ]
    }
}

impl Desk {
    /// The same, with its store in a table.
    pub(crate) fn in_a_table(self) -> Desk {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let [world, _] = self.sim.flags();
        let sts = world.trim_start_matches("--endpoint-url=").to_owned();
        let store = format!("dynamodb:timetables-{number}@us-west-2");
        let desk = Desk { table: Some(Table { store, sts }), ..self };
        desk.look(&["store", "init"]).expect(0);
        desk
    }
}

#[test]
fn what_a_killed_run_has_begun_another_machine_finishes_once_its_runner_is_seen_to_be_dead() {
    let desk = Desk::with(&once("cut", 2, "")).in_a_table();
    desk.import();
    desk.cut_off("cut");
    let id = desk.history("cut")[0]["execution"].clone();
    let done = desk.finish().expect(0).json();
    let went_on = &done["executions"][0];
    assert_eq!((&went_on["execution"], &went_on["status"]), (&id, &"completed".into()), "{done}");
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1);
}
