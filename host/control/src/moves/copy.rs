//! Executions leave one store for another.

use moontide_runtime::store::{Store, Wanted};
use schemars::JsonSchema;
use serde::Serialize;

use super::import;
use super::parting::{self, Packed, To};
use super::stays::{Stays, Way};
use crate::error::code::{self, STORE_BUSY, STORE_FULL, STORE_UNUSABLE};
use crate::error::{CommandError, Result};
use crate::operator::Operator;
use crate::stores::archive;

/// Copies executions to another store.
pub struct Copier<'o> {
    /// The operator who copies; the executions are in the operator's store.
    pub operator: &'o Operator,
    /// The other store.
    pub target: &'o dyn Store,
    /// Its address, in words.
    pub to: String,
    /// Whether they go on there, and are sealed here.
    pub is_move: bool,
}

/// What became of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Copied {
    /// Where they were.
    pub from: String,
    /// Where they are.
    pub to: String,
    /// Whether they go on there.
    pub moved: bool,
    /// Their ids.
    pub executions: Vec<String>,
    /// Those that stayed where they are, only.
    pub kept: Vec<Kept>,
    /// What did not move with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stays: Vec<Stays>,
}

/// One that stayed where it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Kept {
    /// Its id.
    pub execution: String,
    /// The code of the error that kept it.
    pub error: &'static str,
    /// That error, in words.
    pub reason: String,
}

impl Copied {
    /// Whether nothing was done, and nothing refused.
    pub fn is_nothing(&self) -> bool {
        self.executions.is_empty() && self.kept.is_empty()
    }
}

impl Copier<'_> {
    /// Copies these executions; all of the store, if none is named. Also where a store goes away in the middle, what has
    /// gone by then is told: it is known from nowhere else.
    pub async fn copy(&self, executions: &[String]) -> (Copied, Result<()>) {
        let mut copied = Copied {
            from: self.operator.address.text(),
            to: self.to.clone(),
            moved: self.is_move,
            executions: Vec::new(),
            kept: Vec::new(),
            stays: Vec::new(),
        };
        let ended = self.all(executions, &mut copied).await;
        (copied, ended)
    }

    async fn all(&self, executions: &[String], copied: &mut Copied) -> Result<()> {
        let source = self.operator.store.as_ref();
        let named = if executions.is_empty() {
            let part = source.find(&Wanted::default()).await?;
            part.rows.into_iter().map(|row| row.id).collect()
        } else {
            executions.to_vec()
        };
        let mut ended = Ok(());
        for id in named {
            match self.one(&id).await {
                Ok(()) => copied.executions.push(id),
                // A store that does not answer does not for the next one either.
                Err(error)
                    if error.code.kind == code::Kind::Configuration && is_of_the_store(&error) =>
                {
                    ended = Err(parting::cut_off(source, &id, error).await);
                    break;
                }
                Err(error) => copied.kept.push(Kept {
                    execution: id,
                    error: error.code.name,
                    reason: error.message,
                }),
            }
        }
        // Cleanups that were named too have moved by now.
        let way = Way { store: source, from: &copied.from, to: &copied.to, is_store: true };
        let mut stays = Vec::new();
        for id in copied.executions.iter().filter(|_| self.is_move) {
            stays.extend(way.behind(id).await);
        }
        copied.stays = stays;
        ended
    }

    async fn one(&self, id: &str) -> Result<()> {
        let (source, target) = (self.operator.store.as_ref(), self.target);
        let to = To { text: &self.to, store: Some(target), is_move: self.is_move };
        let Packed { parcel, sealed } = parting::pack(self.operator, id, &to).await?;
        let arrived = import::arrive(target, &parcel).await;
        if let (Err(error), Some(moved)) = (&arrived, sealed)
            && import::is_refused(target, &parcel, error).await
        {
            // Nothing of it is there, and it was sealed for this just now.
            archive(source)?.lift(id, &moved).await?;
        }
        arrived
    }
}

fn is_of_the_store(error: &CommandError) -> bool {
    [STORE_BUSY, STORE_FULL, STORE_UNUSABLE].contains(&error.code)
}
