//! Waves and the waves that they wait for: every name once, every dependency known, no circle.

use std::collections::HashMap;

use super::Wave;
use super::complaint::Complaints;
use super::cycles::cycles;
use super::path::{Path, quoted};
use super::suggest::nearest;

/// So many waves of a circle are named.
const MOST_NAMED: usize = 10;

/// Complains about what is wrong between waves.
pub(super) fn check(waves: &[Wave], complaints: &Complaints) {
    let places = places(waves, complaints);
    let mut graph = Vec::with_capacity(waves.len());
    for (index, wave) in waves.iter().enumerate() {
        let mut waits_for = Vec::new();
        for (item, dependency) in wave.depends_on.iter().enumerate() {
            let path = at(index).field("depends_on").item(item + 1);
            match places.get(dependency.as_str()) {
                _ if *dependency == wave.name => {
                    complaints.add(&path, format!("{} waits for itself", quoted(dependency)));
                }
                Some(place) => waits_for.push(*place),
                // What was probably meant is looked for among all waves: not for a million of them.
                None if complaints.is_full() => complaints.add(&path, "there is no such wave"),
                None => {
                    let message = format!("there is no wave {}", quoted(dependency));
                    let others = waves.iter().map(|wave| wave.name.as_str());
                    let suggestion = nearest(dependency, others.filter(|name| *name != wave.name));
                    complaints.add_with(&path, message, suggestion.map(str::to_owned));
                }
            }
        }
        graph.push(waits_for);
    }
    for cycle in cycles(&graph) {
        let all = cycle.iter().chain(cycle.first());
        let mut names: Vec<&str> = all.map(|index| waves[*index].name.as_str()).collect();
        if names.len() > MOST_NAMED {
            names.splice(MOST_NAMED / 2..names.len() - MOST_NAMED / 2, ["…"]);
        }
        let path = at(cycle[0]).field("depends_on");
        complaints.add(&path, format!("waves wait for each other: {}", names.join(" → ")));
    }
}

/// Each name with the place of the first wave that has it.
fn places<'a>(waves: &'a [Wave], complaints: &Complaints) -> HashMap<&'a str, usize> {
    let mut places = HashMap::new();
    for (index, wave) in waves.iter().enumerate().filter(|(_, wave)| !wave.name.is_empty()) {
        let first = *places.entry(wave.name.as_str()).or_insert(index);
        if first != index {
            let message = format!("{} is already the name of {}", quoted(&wave.name), at(first));
            complaints.add(&at(index).field("name"), message);
        }
    }
    places
}

/// The path of the wave at `index`.
fn at(index: usize) -> Path {
    Path::root().field("waves").item(index + 1)
}
