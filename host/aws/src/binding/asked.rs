//! The arguments that are not a binding's own: the Region, and the page of a list. They are taken off before the
//! binding reads the rest, and put back when all are written down complete.

use moontide_runtime::effect::{EffectError, arguments};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Binding;
use crate::plug::Service;

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Paging {
    /// How many items a page holds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_results: Option<i32>,
    /// Where the page begins, as the page before has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_token: Option<String>,
}

/// The arguments of one call.
pub(super) struct Asked<A> {
    pub(super) own: A,
    pub(super) paging: Paging,
    region: Option<String>,
}

/// The Region by itself.
#[derive(Serialize, Deserialize)]
struct InRegion {
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

const PAGING: [&str; 2] = ["max_results", "next_token"];
const REGION: [&str; 1] = ["region"];

/// Reads the arguments of a call of `B`.
pub(super) fn read<B: Binding>(given: &Value) -> Result<Asked<B::Arguments>, EffectError> {
    let paging: &[&str] = if B::IS_PAGED { &PAGING } else { &[] };
    let region: &[&str] = if B::Service::IS_GLOBAL { &[] } else { &REGION };
    let (mut own, others) = (given.clone(), [paging, region].concat());
    let (paging, region) = (take(&mut own, paging), take(&mut own, region));
    let paging = arguments::read(B::NAME, &paging)?;
    let InRegion { region } = arguments::read(B::NAME, &region)?;
    let asked = Asked { own: arguments::read_beside(B::NAME, &others, &own)?, paging, region };
    if own.as_array().is_some_and(|list| !list.is_empty()) {
        // The fields in their order would be read as well, and no page and no Region.
        let message = format!("`{}`: takes a table with names, not a list", B::NAME);
        return Err(EffectError::new("InvalidArguments", message));
    }
    B::validate(&asked.own, &asked.paging)?;
    Ok(asked)
}

/// Takes these fields off.
fn take(given: &mut Value, names: &[&str]) -> Value {
    let Value::Object(fields) = given else { return Value::Null };
    let taken = names.iter().filter_map(|name| fields.remove_entry(*name));
    Value::Object(taken.collect())
}

/// Writes the arguments down complete: every default filled in.
pub(super) fn complete<B: Binding>(given: &Value) -> Result<Value, EffectError> {
    let Asked { own, paging, region } = read::<B>(given)?;
    let mut complete = Map::new();
    for part in [written::<B>(own)?, written::<B>(paging)?, written::<B>(InRegion { region })?] {
        if let Value::Object(fields) = part {
            complete.extend(fields);
        }
    }
    Ok(Value::Object(complete))
}

fn written<B: Binding>(part: impl Serialize) -> Result<Value, EffectError> {
    serde_json::to_value(part)
        .map_err(|error| EffectError::new("InvalidArguments", format!("`{}`: {error}", B::NAME)))
}
