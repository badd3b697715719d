//! What a rehearsal says of faults, when it is over.

use std::collections::BTreeSet;

use super::active::ActiveFault;
use super::faults::Faults;
use crate::assumption::Assumption;
use crate::scenario::{Fault, PlacedFault};

impl Faults {
    /// Those of any Region that nothing met, or fewer events than they were meant for; launches that fail once and
    /// would not fail again; and servers whose replication had stopped. `known` are the Regions of the world, and those
    /// from which its servers come.
    pub(crate) fn assumptions(&self, known: &BTreeSet<&str>) -> Vec<Assumption> {
        let told = self.all().iter().enumerate().flat_map(|(place, active)| {
            let PlacedFault { fault, region } = &active.placed;
            let within = region.as_ref().map(|it| format!(" in {}", it.get_ref().0));
            let within = within.unwrap_or_default();
            let what = format!("[[faults]] {} ({}{within})", place + 1, fault.described());
            let sourceless = sourceless(active, known);
            let counted = match (fault, active.times_met()) {
                (_, 0) => {
                    let why = sourceless.as_ref().map(|why| format!(": {why}"));
                    let message = format!("{what} never struck{}", why.unwrap_or_default());
                    Some(Assumption { kind: "unused", message })
                }
                (Fault::RegionDown(..), _) => sourceless.map(|why| {
                    let message = format!("{what} stopped no replication: {why}");
                    Assumption { kind: "source_down", message }
                }),
                (Fault::LaunchFails(_, occasion), 1) if occasion.limit() == 1 => {
                    let message = format!(
                        "{what} struck once: a second attempt would launch; `times` says how often"
                    );
                    Some(Assumption { kind: "once", message })
                }
                (_, met) => {
                    let times = fault.occasion().and_then(|occasion| occasion.times);
                    times.filter(|times| met < *times).map(|times| {
                        let message = format!("{what} struck {met} of {times} times");
                        Assumption { kind: "fewer", message }
                    })
                }
            };
            counted.into_iter().chain(active.stopped.told(&what))
        });
        told.collect()
    }
}

/// Why a Region that is down, and in which the world has nothing, stops no replication.
fn sourceless(active: &ActiveFault, known: &BTreeSet<&str>) -> Option<String> {
    let Fault::RegionDown(..) = &active.placed.fault else { return None };
    let down = active.placed.region.as_ref()?.get_ref().0.as_str();
    (!known.contains(down)).then(|| {
        format!(
            "no server of this world comes from {down}; one without `source_region` runs on premises"
        )
    })
}
