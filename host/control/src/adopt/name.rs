//! The execution that is to be adopted, among those that tags name.

use super::traces::{Launch, Traces};
use crate::error::{CommandError, Hint, Result, code};
use crate::ids;
use crate::next::Next;

/// Which execution is wanted.
pub struct Name {
    /// Its id.
    pub id: String,
    /// What tells it from others of the same id.
    nonce: Option<String>,
}

impl Name {
    /// Reads `ID` or `ID@NONCE`.
    pub fn read(text: &str) -> Result<Name> {
        let (id, nonce) = match text.split_once('@') {
            Some((id, nonce)) => (id, Some(nonce.to_owned())),
            None => (text, None),
        };
        ids::check(id)?;
        Ok(Name { id: id.to_owned(), nonce })
    }

    /// The launches of just this one.
    pub fn among<'t>(&self, traces: &'t Traces, regions: &[String]) -> Result<Vec<&'t Launch>> {
        let executions = traces.executions();
        let is_it = |nonce: &str| self.nonce.as_ref().is_none_or(|wanted| wanted == nonce);
        let mut found = executions.iter().filter(|(it, _)| it.id == self.id && is_it(&it.nonce));
        let Some((_, launches)) = found.next() else {
            let place = regions.join(", ");
            let message =
                format!("no launch in {place} bears the tag of an execution `{}`", self.id);
            return Err(CommandError::new(code::NO_EXECUTION, message)
                .hint(Hint::step("`", Next::FindLost, "` shows those that there are"))
                .hint(
                    "`--region` names the Region that it launched in; may be given several times",
                ));
        };
        if found.next().is_some() {
            let message = format!("several executions go by the id `{}`", self.id);
            let names = executions.keys().filter(|it| it.id == self.id);
            let error = CommandError::new(code::BAD_ARGUMENT, message);
            return Err(names.fold(error, |error, it| {
                let (execution, regions) = (it.exactly(), Vec::new());
                error.hint(Next::Adopt { execution, regions, elsewhere: false })
            }));
        }
        Ok(launches.clone())
    }
}
