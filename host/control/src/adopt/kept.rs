//! What was rebuilt goes into the store: as a new execution, or, where it was adopted before, behind what is there.
//!
//! All of an adoption is one write, and what is there already is told by its jobs: after a crash the same command
//! goes on. An execution that has a journal of its own is never touched.

use std::sync::Arc;

use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Parcel, Standing, Store, StoreError};

use super::rebuilt::{Adopter, Rebuilt};
use super::traces::{Launch, Traces};
use super::unknown;
use crate::environment::Environment;
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::Listener;
use crate::next::Next;
use crate::target::Target;
use crate::view::adopted;
use crate::{leases, reached, words};

/// An execution that is adopted, and where to.
pub struct Keeping<'k> {
    /// The environment of the operator.
    pub environment: &'k Environment,
    /// What the operator hears meanwhile.
    pub listener: &'k dyn Listener,
    /// Where AWS is.
    pub target: &'k Target,
    /// The store.
    pub store: &'k Arc<dyn Store>,
    /// The store's address.
    pub place: &'k str,
    /// The operator who adopts.
    pub adopter: &'k Adopter<'k>,
    /// What the execution has launched.
    pub launches: &'k [&'k Launch],
    /// Everything that was found.
    pub traces: &'k Traces,
}

impl Keeping<'_> {
    /// Writes it; returns what is to be said of that.
    pub async fn keep(&self) -> Result<String> {
        match self.store.execution(&self.launches[0].whose.id).await {
            Ok(here) => return self.complete(&here).await,
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let Rebuilt { execution, entries } = self.adopter.rebuild(self.launches, self.traces);
        let standing = Standing { status: ExecutionStatus::Cancelled, seen: 0 };
        let parcel = Parcel::of(&execution, &entries, standing).map_err(|error| {
            CommandError::new(code::INTERNAL, format!("the execution cannot be written: {error}"))
        })?;
        let archive = self.store.archive().ok_or_else(|| {
            CommandError::new(code::STORE_UNUSABLE, "this store takes no executions from elsewhere")
        })?;
        match archive.import(&parcel).await {
            Ok(()) => Ok(format!("is adopted: it is in {} now", self.place)),
            // It was adopted at the same moment.
            Err(StoreError::Exists(_)) => {
                let here = self.store.execution(&execution.id).await?;
                self.complete(&here).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Adds what it has launched and was not found before, under its lease.
    async fn complete(&self, here: &Execution) -> Result<String> {
        let id = &here.id;
        if !here.is_adopted() || here.nonce != self.launches[0].whose.nonce {
            return Err(self.refused(here).await?);
        }
        self.target.of(self.environment, here)?;
        reached::check_account(here, self.adopter.account.as_deref())?;
        let known = (self.environment, self.adopter.settings);
        let renewal = leases::acquire(known, self.listener, self.store, id).await?;
        let added = async {
            let entries = self.store.journal(id, 1).await?;
            let new = unknown::to(here, &entries, self.launches);
            let known = adopted::regions(here, &entries);
            let looked = |region: &&String| !known.contains(*region);
            let regions: Vec<String> =
                self.adopter.regions.iter().filter(looked).cloned().collect();
            if new.is_empty() && regions.is_empty() {
                return Ok::<_, StoreError>((new, regions));
            }
            let epoch = renewal.lease().epoch;
            let more = self.adopter.more(here, &entries, (&new, &regions), (self.traces, epoch));
            self.store.append(renewal.lease(), &more).await?;
            Ok((new, regions))
        };
        let added = added.await;
        renewal.release().await;
        let (new, regions) = added?;
        Ok(match (new.is_empty(), regions.is_empty()) {
            (true, true) => "was adopted before, and nothing new was found".to_owned(),
            (true, false) => format!(
                "was adopted before, and nothing new was found; noted is that {} was looked in too",
                regions.join(", ")
            ),
            (false, _) => format!(
                "was adopted before; {} more of it {} in {} now",
                words::count(new.len(), "job"),
                if new.len() == 1 { "is" } else { "are" },
                self.place
            ),
        })
    }

    /// The complaint that the store has it, with its own journal, or another one of its id.
    async fn refused(&self, here: &Execution) -> Result<CommandError> {
        let id = &here.id;
        let message = format!("`{id}` is in this store already");
        let error = CommandError::new(code::EXECUTION_EXISTS, message).hint(Hint::step(
            "`",
            Next::status(id),
            "` shows it: only what a store has lost is adopted",
        ));
        if here.nonce != self.launches[0].whose.nonce {
            return Ok(error.hint("what DRS shows was launched by another execution of that id"));
        }
        let entries = self.store.journal(id, 1).await?;
        let new = unknown::to(here, &entries, self.launches);
        let hint = |error: CommandError, launch: &&Launch| {
            let Launch { job_id, region, .. } = launch;
            error.hint(format!(
                "its journal does not know {job_id} in {region}, which bears its tag: no cleanup looks at that, \
                 so look at it in DRS"
            ))
        };
        Ok(new.iter().fold(error, hint))
    }
}
