//! What is done to a table for the fault matrix: the operations of every store, its archive, and making it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use moontide_aws::DynamoStore;
use moontide_aws::store::{Initialised, Setting};
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Archive, Lease, Moved, Parcel, Standing, Store, StoreError};

use super::fault::FAULTS;
use super::wire::Wire;
use crate::given::{entries, execution, moment, signal};
use crate::place::Place;
use crate::story::{OPERATIONS, OTHERS, Returned, perform, prepare, told};

/// What a table can do beside keeping executions that run.
const ARCHIVE: [&str; 13] = [
    "seal",
    "prune",
    "prune large",
    "sweep",
    "export",
    "export pruned",
    "part",
    "import",
    "import large",
    "import pruned",
    "come back",
    "initialise",
    "initialise anew",
];

pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.into_iter().chain(OTHERS).chain(ARCHIVE)
}

/// A table that is ready for one operation.
pub(super) struct Given {
    pub(super) table: String,
    lease: Lease,
    parcel: Option<Parcel>,
}

impl Given {
    pub(super) async fn of(wire: &Wire, operation: &str) -> Given {
        let table = Place::unmade().table;
        let store = wire.store(&table);
        let unleased = Lease { execution: "x".to_owned(), holder: "alice".to_owned(), epoch: 1 };
        if operation == "initialise anew" {
            return Given { table, lease: unleased, parcel: None };
        }
        store.initialise().await.unwrap();
        let lease = prepare(&store).await;
        let mut parcel = None;
        match operation {
            "prune large" => {
                store.append(&lease, &entries(&lease, 5..=3_000)).await.unwrap();
            }
            "sweep" => cut_off(wire, &store, &lease).await,
            "export pruned" => drop(store.prune(&lease, (9, moment(9)), "bob").await.unwrap()),
            "import" => parcel = Some(arriving(wire, 6, false).await),
            "import large" => parcel = Some(arriving(wire, 6_000, false).await),
            "import pruned" => parcel = Some(arriving(wire, 6, true).await),
            "come back" => parcel = Some(coming_back(wire, &store, &lease).await),
            _ => {}
        }
        Given { table, lease, parcel }
    }

    pub(super) async fn perform(&self, operation: &str, store: &DynamoStore) -> Returned {
        let parcel = || self.parcel.as_ref().unwrap();
        match operation {
            "seal" => told(store.seal("x").await),
            "prune" | "prune large" => told(store.prune(&self.lease, (9, moment(9)), "bob").await),
            "sweep" => told(store.sweep("x").await),
            "export" | "export pruned" => told(store.export("x").await),
            "part" => told(store.part(&self.lease, &moved()).await),
            "import" | "import large" | "import pruned" | "come back" => {
                told(store.import(parcel()).await)
            }
            "initialise" | "initialise anew" => initialised(store.initialise().await),
            other => perform(other, store, &self.lease).await,
        }
    }

    /// Performs it once more after it was refused, as its caller would.
    pub(super) async fn again(&self, operation: &str, store: &DynamoStore) -> Returned {
        match self.perform(operation, store).await {
            Err(StoreError::Sealed { .. })
                if operation.starts_with("prune") || operation == "part" =>
            {
                told(store.sweep("x").await)
            }
            returned => returned,
        }
    }

    /// What makes up for what an operation is allowed to leave undone: the list learns of a signal with the next one.
    pub(super) async fn settle(&self, operation: &str, store: &DynamoStore) {
        if operation == "send" {
            store.send("x", &signal("carol")).await.unwrap();
        }
    }
}

/// A table is ready without what is not offered; the one who asks for it is told so, and may ask again.
fn initialised(made: Result<Initialised, StoreError>) -> Returned {
    let made = made?;
    for setting in [&made.time_to_live, &made.point_in_time_recovery, &made.deletion_protection] {
        if let Setting::NotOffered(message) = setting
            && (message.contains("in vain") || message.contains("not accepted"))
        {
            let (place, message) = (made.place.clone(), message.clone());
            return Err(StoreError::Unusable { place, message, transient: true });
        }
    }
    // Whether it was there before is not known to a maker whose reply was lost.
    let Initialised { time_to_live, point_in_time_recovery, .. } = made;
    Ok(format!("{time_to_live:?} {point_in_time_recovery:?}"))
}

fn moved() -> Moved {
    let (by, to) = ("bob".to_owned(), "elsewhere".to_owned());
    Moved { at: moment(9), by, to, store: None, format: moontide_runtime::journal::Format::CURRENT }
}

/// Prunes `x`, and is cut off before the journal is deleted.
async fn cut_off(wire: &Wire, store: &DynamoStore, lease: &Lease) {
    let scratch = Place::unmade().table;
    let other = wire.store(&scratch);
    other.initialise().await.unwrap();
    let same = prepare(&other).await;
    wire.arm(0, None);
    other.prune(&same, (9, moment(9)), "bob").await.unwrap();
    let (_, asked) = wire.disarm();
    let number = 1 + asked.iter().position(|kind| kind == "BatchWriteItem").unwrap();
    let long = FAULTS.into_iter().find(|fault| fault.name == "throttled for ten minutes");
    wire.arm(number, long);
    let cut_off = store.prune(lease, (9, moment(9)), "bob").await;
    assert!(matches!(cut_off, Err(StoreError::Unusable { transient: true, .. })), "{cut_off:?}");
    wire.disarm();
}

/// An execution `w` of another table, with so many entries. Made once: parcels are the same every time.
async fn arriving(wire: &Wire, length: u64, is_pruned: bool) -> Parcel {
    static MADE: Mutex<BTreeMap<(u64, bool), Parcel>> = Mutex::new(BTreeMap::new());
    if let Some(parcel) = MADE.lock().unwrap().get(&(length, is_pruned)) {
        return parcel.clone();
    }
    let parcel = arrives(wire, length, is_pruned).await;
    MADE.lock().unwrap().insert((length, is_pruned), parcel.clone());
    parcel
}

async fn arrives(wire: &Wire, length: u64, is_pruned: bool) -> Parcel {
    let elsewhere = wire.store(&Place::unmade().table);
    elsewhere.initialise().await.unwrap();
    elsewhere.create(&execution("w")).await.unwrap();
    let lease = elsewhere.take("w", "alice", None).await.unwrap();
    for first in (1..=length).step_by(1_000) {
        let last = (first + 999).min(length);
        elsewhere.append(&lease, &entries(&lease, first..=last)).await.unwrap();
    }
    elsewhere.send("w", &signal("ann")).await.unwrap();
    if is_pruned {
        elsewhere.prune(&lease, (9, moment(9)), "bob").await.unwrap();
    }
    elsewhere.export("w").await.unwrap()
}

/// Moves `x` to another table, where it goes on; returns it on its way back.
async fn coming_back(wire: &Wire, store: &DynamoStore, lease: &Lease) -> Parcel {
    let parcel = store.export("x").await.unwrap();
    store.part(lease, &moved()).await.unwrap();
    let elsewhere = wire.store(&Place::unmade().table);
    elsewhere.initialise().await.unwrap();
    elsewhere.import(&parcel).await.unwrap();
    let seen = elsewhere.lease("x").await.unwrap();
    let lease = elsewhere.take("x", "carol", seen.as_ref()).await.unwrap();
    let standing = Standing { status: ExecutionStatus::Paused, seen: 1 };
    elsewhere.append_standing(&lease, &entries(&lease, [5, 6]), Some(standing)).await.unwrap();
    elsewhere.send("x", &signal("dora")).await.unwrap();
    Parcel { moves: true, ..elsewhere.export("x").await.unwrap() }
}
