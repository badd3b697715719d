//! An obligation beside its execution.

use std::time::Duration;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::{Obligation, Seal, Store, StoreError};

use crate::clocks::SystemClock;
use crate::error::Result;
use crate::view::obligation::{Stage, due};
use crate::view::time::{speed_of, time_of};
use crate::view::{ObligationView, Record};

/// An obligation beside its execution.
pub(super) struct Looked {
    /// Its execution; `None`: it is not in this store, or goes on in another.
    pub(super) record: Option<Record>,
    /// How it stands.
    pub(super) view: ObligationView,
    /// How long until it falls due, in the time of this machine; `None`: it is due, or its execution is not over.
    pub(super) due_in: Option<Duration>,
}

impl Looked {
    /// Looks at the execution, whose time runs as fast as its simulator's, if nothing else is said.
    pub(super) async fn at(
        store: &dyn Store,
        obligation: &Obligation,
        speed: Option<f64>,
    ) -> Result<Looked> {
        let bare = ObligationView::new(obligation, None, false);
        // What is over with needs no look at its execution.
        if !obligation.is_open() {
            return Ok(Looked { record: None, view: bare, due_in: None });
        }
        match store.execution(&obligation.execution).await {
            Ok(execution) if obligation.is_of(&execution) => {}
            Ok(_) | Err(StoreError::NotFound(_)) => {
                return Ok(Looked { record: None, view: bare.at(Stage::Void), due_in: None });
            }
            Err(error) => return Err(error.into()),
        }
        let record = Record::load(store, &obligation.execution).await?;
        if let Some(Seal::Moved(_)) = record.seal {
            return Ok(Looked { record: None, view: bare.at(Stage::Elsewhere), due_in: None });
        }
        let simulated = speed_of(&record);
        let speed = simulated.map(|simulated| speed.unwrap_or(simulated));
        // Of two clocks the one that is ahead: whether it is due is asked of AWS before anything is done.
        let now = match speed {
            Some(_) => time_of(&record, speed),
            None => time_of(&record, None).max(SystemClock::new().now()),
        };
        let due_at = due(obligation, &record);
        let left =
            due_at.map(|due| Duration::try_from(now.duration_until(due)).unwrap_or_default());
        let due_in = left.filter(|left| !left.is_zero());
        let due_in = due_in.map(|left| left.div_f64(speed.unwrap_or(1.0)));
        let mut view =
            ObligationView::new(obligation, due_at, due_at.is_some() && due_in.is_none())
                .beside(obligation, &record);
        view.is_left = !record.is_over() && record.runner.is_none();
        if view.is_left {
            "it is not over, and no runner drives it".clone_into(&mut view.note);
        }
        Ok(Looked { record: Some(record), view, due_in })
    }
}
