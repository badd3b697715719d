//! Circles in a graph.

/// Circles of `graph` that share no node, such that without their nodes there would be none left.
/// `graph[a]` holds what `a` points to; a circle `[a, b]` says that `a` points to `b` and `b` to `a`.
/// Each begins with its smallest node.
pub(super) fn cycles(graph: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut left = vec![true; graph.len()];
    let mut cycles = Vec::new();
    loop {
        strip(graph, &mut left);
        let Some(start) = left.iter().position(|left| *left) else {
            return cycles;
        };
        let cycle = walk(graph, &left, start);
        for node in &cycle {
            left[*node] = false;
        }
        cycles.push(cycle);
    }
}

/// Takes away what points to nothing, then what pointed only to that, and so on. What stays leads
/// into a circle.
fn strip(graph: &[Vec<usize>], left: &mut [bool]) {
    let mut pointed_from = vec![Vec::new(); graph.len()];
    let mut remaining = vec![0; graph.len()];
    for node in (0..graph.len()).filter(|node| left[*node]) {
        for target in graph[node].iter().filter(|target| left[**target]) {
            pointed_from[*target].push(node);
            remaining[node] += 1;
        }
    }
    let mut free: Vec<usize> =
        (0..graph.len()).filter(|node| left[*node] && remaining[*node] == 0).collect();
    while let Some(node) = free.pop() {
        left[node] = false;
        for source in &pointed_from[node] {
            remaining[*source] -= 1;
            if remaining[*source] == 0 {
                free.push(*source);
            }
        }
    }
}

/// Follows the first arrow from node to node until one comes up again.
fn walk(graph: &[Vec<usize>], left: &[bool], start: usize) -> Vec<usize> {
    let mut step = vec![None; graph.len()];
    let mut way = Vec::new();
    let mut node = start;
    let first = loop {
        match step[node] {
            Some(first) => break first,
            None => step[node] = Some(way.len()),
        }
        way.push(node);
        match graph[node].iter().find(|target| left[**target]) {
            Some(next) => node = *next,
            None => unreachable!("every node that was not stripped points to another one"),
        }
    };
    let mut cycle = way.split_off(first);
    let smallest = (0..cycle.len()).min_by_key(|place| cycle[*place]).unwrap_or_default();
    cycle.rotate_left(smallest);
    cycle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_without_circles_has_none() {
        assert!(cycles(&[vec![], vec![0], vec![0, 1], vec![2, 0]]).is_empty());
    }

    #[test]
    fn a_circle_is_found_from_any_side() {
        // 0 → 3 → 1 → 2 → 3, and 4 only leads there.
        let graph = [vec![3], vec![2], vec![3], vec![1], vec![0]];
        assert_eq!(cycles(&graph), [[1, 2, 3]]);
    }

    #[test]
    fn two_circles_are_two() {
        let graph = [vec![1], vec![0], vec![3], vec![2, 0]];
        assert_eq!(cycles(&graph), [[0, 1], [2, 3]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let mut graph: Vec<Vec<usize>> = (1..=100_000).map(|next| vec![next]).collect();
        graph.push(vec![0]);
        assert_eq!(cycles(&graph)[0].len(), 100_001);
    }
}
