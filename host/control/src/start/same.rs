//! Whether an execution that has the id already is what the operator means.

use moontide_runtime::journal::Execution;
use moontide_runtime::plan::duration;
use moontide_runtime::store::Store;
use moontide_runtime::store::obligations::{Obligation, What};
use serde_json::Value;

use super::Start;
use crate::environment::Environment;
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::operator::Operator;
use crate::params::secrets;
use crate::view::adopted;
use crate::{runbook, words};

impl Start {
    /// The execution, if it is what the operator means.
    pub(super) async fn same(&self, operator: &Operator, existing: Execution) -> Result<Execution> {
        adopted::check(&existing)?;
        self.check_same(&operator.environment, &existing)?;
        self.check_same_end(operator.store.as_ref(), &existing).await?;
        Ok(existing)
    }

    fn check_same(&self, environment: &Environment, existing: &Execution) -> Result<()> {
        let (request, bound) = (&self.request, &self.request.params);
        if existing.plan.name != self.plan.name {
            return differs(existing, &format!("from the runbook `{}`", existing.plan.name));
        }
        if existing.mode != request.mode {
            return differs(existing, &format!("as a {}", words::mode(existing.mode)));
        }
        if !runbook::is_same(&existing.bundle, &self.files.bundle) {
            return differs(existing, "before the runbook was edited");
        }
        let open = |(name, value): (&String, &Value)| {
            !bound.whence.contains_key(name) && existing.params.get(name) != Some(value)
        };
        let are_same = secrets::are_same(environment, existing, bound);
        if bound.values.iter().any(open) || !are_same {
            return differs(existing, "with other params");
        }
        if existing.only != request.only || existing.excluded != request.excluded {
            return differs(existing, "with other `--only` or `--exclude`");
        }
        let newly = request.replaceable.iter().find(|it| !existing.replaceable.contains(it));
        if let Some(server) = newly {
            return differs(existing, &format!("without `--replace {server}`"));
        }
        Ok(())
    }

    /// What is to be done after its end is not changed by a second start.
    async fn check_same_end(&self, store: &dyn Store, existing: &Execution) -> Result<()> {
        let owed = Obligation::of(store, existing, What::Cleanup).await?;
        let owed = owed.map(|it| (it.terms.after, it.terms.ends()));
        if owed == self.request.cleanup_after {
            return Ok(());
        }
        let how = match owed {
            Some((after, _)) => format!("with `--cleanup-after {}`", duration::format(after)),
            None => "without `--cleanup-after`".to_owned(),
        };
        differs(existing, &how)
    }
}

fn differs(existing: &Execution, how: &str) -> Result<()> {
    let id = &existing.id;
    Err(CommandError::new(code::RUNBOOK_DIFFERS, format!("`{id}` was started {how}"))
        .hint(Hint::step("`", Next::resume(id), "` goes on with it as it was started"))
        .hint("another `--execution-id`, or none, starts a new one"))
}
