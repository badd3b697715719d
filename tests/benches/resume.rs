//! How long after `kill -9` the first new effect leaves: a real process is killed behind a journal of 10,000
//! entries, and `moontide resume` is timed from the start of its process until its request arrives at the
//! simulator, again and again.
//!
//! `cargo bench --bench resume`

#![expect(clippy::print_stdout, reason = "this is what it is for")]

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::time::{Duration, Instant};

use support::{Home, Moment, Side, Sim, repository};

/// With the entry that begins the execution, 10,000.
const RECORDED: usize = 9_999;
const TIMES: usize = 21;
/// The first new effect.
const REQUEST: &str = "DescribeSourceServers";

fn main() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let runbook = home.path().join("long.luau");
    fs::write(&runbook, source()).expect("room on the disk");
    let [endpoint, speed] = sim.flags();
    let path = runbook.to_str().expect("a readable path");
    let run = ["run", path, "--mode=drill", "--execution-id=long", &endpoint, &speed];
    let resume = ["resume", "long", &endpoint, &speed];
    // Killed when the request is on the wire, before it has any effect: so it is the first new effect of
    // every process.
    let moment = Moment { operation: Some(REQUEST), number: 1, side: Side::Before };
    let spring = |arguments: &[&str]| {
        let _how_it_ended = sim.trap.spring(home.moontide(arguments), moment);
        assert_eq!(sim.performed(REQUEST), 0, "it was not killed before its first new effect");
    };
    spring(&run);
    let entries = entries(&home);
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let start = now();
            spring(&resume);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    // Each of them got as far as that: the next one, which is not killed, gets to the end.
    home.run(&resume).expect(0);
    assert_eq!(sim.performed(REQUEST), 1);
    println!("from the start of `moontide resume` to its first new request, {entries} entries");
    println!("{:>10} {:>10} {:>10}   target", "min", "median", "max");
    let [least, middle, most] = [0, TIMES / 2, TIMES - 1].map(|at| times[at].as_secs_f64() * 1e3);
    println!("{least:>7.1} ms {middle:>7.1} ms {most:>7.1} ms   < 100 ms");
}

/// A runbook that remembers a lot before it asks for anything.
fn source() -> String {
    format!(
        "local moontide, drs = require('@moontide'), require('@moontide/drs')
        return moontide.runbook {{
            name = 'long', region = 'us-west-2',
            waves = {{ {{ name = 'w', run = function()
                for _ = 1, {RECORDED} do moontide.random() end
                drs.describe_source_servers()
            end }} }},
        }}"
    )
}

/// How many entries the journal has: one a line.
fn entries(home: &Home) -> usize {
    home.run(&["journal", "long", "--output=json"]).expect(0).stdout.lines().count()
}

#[expect(clippy::disallowed_methods, reason = "this is what a benchmark does")]
fn now() -> Instant {
    Instant::now()
}
