//! Where the values of secret params are. No head of an execution holds one: it holds a reference that any runner
//! resolves (`env:NAME`, `file:PATH`), or the value sealed with a key of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use moontide_runtime::journal::Execution;
use serde_json::Value;

use super::{given, sealed};
use crate::environment::{self, Environment};
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::{Listener, Remark};
use crate::next::Next;

/// Whence a secret comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// From the operator, once.
    Given,
    /// From a place that every runner can look into: `env:NAME` or `file:PATH`.
    Reference(String),
}

const ENV: &str = "env:";
const FILE: &str = "file:";

/// Whether this names a place instead of a value.
pub fn is_reference(text: &str) -> bool {
    text.starts_with(ENV) || text.starts_with(FILE)
}

/// The same reference from every folder.
pub fn absolute(reference: &str) -> String {
    match reference.strip_prefix(FILE) {
        Some(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
            format!("{FILE}{}", path.display())
        }
        None => reference.to_owned(),
    }
}

/// The text that a reference leads to.
pub fn resolve(name: &str, reference: &str) -> Result<String> {
    if let Some(path) = reference.strip_prefix(FILE) {
        if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let message = format!(
                "the secret `{name}` is in {path}, which is no regular file: the next runner could not read it again"
            );
            return Err(CommandError::new(code::NO_SECRET, message));
        }
        return given::file(name, Path::new(path))
            .map_err(|error| CommandError { code: code::NO_SECRET, ..error });
    }
    let variable = reference.strip_prefix(ENV).unwrap_or_default();
    environment::text(variable).ok_or_else(|| {
        let message =
            format!("the secret `{name}` is in the variable {variable}, which is not set here");
        CommandError::new(code::NO_SECRET, message)
    })
}

/// How the head of an execution says whence its secrets come.
pub fn kept(
    environment: &Environment,
    execution: &mut Execution,
    bound: &super::Bound,
) -> Result<()> {
    for (name, whence) in &bound.whence {
        let Some(value) = execution.params.remove(name) else { continue };
        let text = match whence {
            Whence::Reference(reference) => reference.clone(),
            Whence::Given => sealed::seal(environment, &execution.identity(), name, &value)?,
        };
        execution.secrets.insert(name.clone(), text);
    }
    Ok(())
}

/// Refuses a param that cannot be given again; returns whether it is secret. One that the plan does not know is told
/// when its value is read.
pub fn check_again(execution: &Execution, name: &str) -> Result<bool> {
    let param = execution.plan.params.get(name);
    if param.is_some_and(|param| !param.secret) {
        let id = &execution.id;
        let message = format!("`{name}` is no secret: its value stands since `{id}` was started");
        return Err(CommandError::new(code::BAD_PARAM, message).hint("leave `--param` away"));
    }
    Ok(param.is_some())
}

/// The value of a secret that an operator gives again.
pub fn again(
    environment: &Environment,
    listener: &dyn Listener,
    execution: &Execution,
    (name, text): (&str, &str),
) -> Result<Value> {
    let value = read(execution, name, text)?;
    if before(environment, execution, name).is_some_and(|before| before != value) {
        let (execution, param) = (execution.id.clone(), name.to_owned());
        listener.hear(&Remark::OtherSecret { execution, param });
    }
    Ok(value)
}

/// The value that a secret was given first, where this machine can read it.
fn before(environment: &Environment, execution: &Execution, name: &str) -> Option<Value> {
    let whence = execution.secrets.get(name)?;
    if is_reference(whence) {
        return read(execution, name, &resolve(name, whence).ok()?).ok();
    }
    sealed::open(environment, &execution.identity(), name, whence).ok()
}

/// The values of an execution's secrets: those that the operator gives again, and the others from where its head
/// says.
pub fn open(
    environment: &Environment,
    listener: &dyn Listener,
    execution: &Execution,
    mut values: BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>> {
    for (name, whence) in &execution.secrets {
        if let Some(given) = values.get(name) {
            // What a runner has used before is as secret as what this one uses.
            if let Some(before) = before(environment, execution, name).filter(|it| it != given) {
                values.insert(format!("{name} before"), before);
            }
            continue;
        }
        let value = if is_reference(whence) {
            resolve(name, whence).and_then(|text| read(execution, name, &text))
        } else {
            sealed::open(environment, &execution.identity(), name, whence)
        };
        let value = value.map_err(|error| {
            let (execution, param) = (execution.id.clone(), name.clone());
            let again = Next::GiveSecret { execution, param };
            error.hint(Hint::step("`", again, "` gives it again"))
        });
        values.insert(name.clone(), value?);
    }
    listener.keep_secret(&values);
    Ok(values)
}

fn read(execution: &Execution, name: &str, text: &str) -> Result<Value> {
    let read = execution.plan.value(name, text);
    read.map_err(|error| CommandError::new(code::BAD_PARAM, error.to_string()))
}

/// Whether these are the secrets that the execution was started with, as far as this machine can tell.
pub fn are_same(environment: &Environment, execution: &Execution, bound: &super::Bound) -> bool {
    bound.whence.iter().all(|(name, whence)| {
        let value = bound.values.get(name);
        match (execution.secrets.get(name), whence) {
            (None, _) => execution.params.get(name) == value,
            (Some(kept), Whence::Reference(reference)) if is_reference(kept) => kept == reference,
            (Some(kept), _) if is_reference(kept) => {
                let text = resolve(name, kept).ok();
                let kept = text.and_then(|text| execution.plan.value(name, &text).ok());
                kept.as_ref() == value
            }
            (Some(kept), _) => {
                // What another machine has sealed cannot be compared.
                let kept = sealed::open(environment, &execution.identity(), name, kept).ok();
                kept.is_none() || kept.as_ref() == value
            }
        }
    })
}

/// Whence a secret comes, for a view.
pub(super) fn shown(text: &str) -> String {
    if is_reference(text) {
        format!("(secret, from {text})")
    } else {
        "(secret, sealed)".to_owned()
    }
}
