//! What a drill's instances have cost, at the prices of the operator. What is not known is left out, and said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cleanups::Cleanups;
use super::effects::{items, text};
use super::known::Known;
use super::leftovers::Lived;
use super::subject::Subject;
use crate::settings::{Price, Prices};
use crate::words;

/// An estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Cost {
    /// How much: `1.29`.
    pub amount: String,
    /// Of which currency.
    pub currency: String,
    /// For how many instances.
    pub instances: usize,
    /// For how many seconds of all instances together.
    pub instance_seconds: u64,
    /// How many of the instances are not known to be gone: they cost more by now.
    pub still_there: usize,
    /// What is in it, and what is not.
    pub note: String,
}

/// The cost of instances until they were gone, or until `now`.
pub(super) fn of(
    subject: &Subject<'_>,
    (lived, cleanups): (&[Lived], &Cleanups),
    prices: Option<&Prices>,
    now: Timestamp,
) -> Known<Cost> {
    let Some(prices) = prices else {
        return Known::unknown("moontide.toml has no [prices]");
    };
    if let Some(why) = why_unknown(subject, lived, cleanups) {
        return Known::unknown(why);
    }
    let types = types(subject);
    let (mut amount, mut seconds, mut still_there) = (0_u128, 0_u64, 0);
    for instance in lived {
        let until = instance.gone.unwrap_or_else(|| {
            still_there += 1;
            now.max(instance.from)
        });
        let lived = words::between(instance.from, until).as_secs();
        let named = types.get(&instance.instance).and_then(|it| prices.types.get(it));
        let Price(hour) = named.copied().unwrap_or(prices.instance_hour);
        amount += u128::from(hour) * u128::from(lived);
        seconds += lived;
    }
    Known::Known(Cost {
        amount: Price::shown(amount / 3600),
        currency: prices.currency.clone(),
        instances: lived.len(),
        instance_seconds: seconds,
        still_there,
        note: "an estimate, of recovery instances only: without disks, data transfer, conversion servers \
               and the fee of DRS"
            .to_owned(),
    })
}

/// Why it cannot be known for how long which instances lived.
fn why_unknown(
    subject: &Subject<'_>,
    lived: &[Lived],
    cleanups: &Cleanups,
) -> Option<&'static str> {
    let is_left = cleanups.leave(subject);
    match subject.gone() {
        // When its jobs ended is what was only looked at.
        Some(gone) if !lived.is_empty() || is_left => Some(gone),
        _ if lived.is_empty() && is_left => Some("a launch is left of which no instance is known"),
        _ if !cleanups.unreadable.is_empty() => {
            Some("a cleanup cannot be read, and how long its instances lived is not known")
        }
        _ => None,
    }
}

/// The types of instances, as far as the runbook has looked at them.
fn types(subject: &Subject<'_>) -> BTreeMap<String, String> {
    let looked = subject.effects.iter().filter(|it| it.operation() == "ec2.describe_instances");
    let found = looked.filter_map(|effect| effect.value()).flat_map(|page| items(page, "items"));
    found.filter_map(|it| Some((text(it, "instance_id")?, text(it, "instance_type")?))).collect()
}
