//! Waves in layers: each stands behind all that it waits for, as far to the front as it can.

use std::collections::HashMap;

use moontide_runtime::plan::Wave;

/// The places of the waves, layer by layer, each layer in the order of the file.
///
/// A checked plan has neither circles nor unknown names; what is left of either is put into the last layer.
pub fn layers(waves: &[Wave]) -> Vec<Vec<usize>> {
    let place: HashMap<&str, usize> =
        waves.iter().enumerate().map(|(at, wave)| (wave.name.as_str(), at)).collect();
    let mut depth: Vec<Option<usize>> = vec![None; waves.len()];
    let mut layers: Vec<Vec<usize>> = Vec::new();
    loop {
        // What waits only for what is placed comes next: its longest way is known.
        let ready = |at: &usize| {
            let mut behind = waves[*at].depends_on.iter().filter_map(|it| place.get(it.as_str()));
            depth[*at].is_none() && behind.all(|it| depth[*it].is_some())
        };
        let layer: Vec<usize> = (0..waves.len()).filter(ready).collect();
        if layer.is_empty() {
            break;
        }
        for at in &layer {
            depth[*at] = Some(layers.len());
        }
        layers.push(layer);
    }
    let left: Vec<usize> = (0..waves.len()).filter(|at| depth[*at].is_none()).collect();
    layers.extend((!left.is_empty()).then_some(left));
    layers
}
