//! How long a drill takes beyond its DRS jobs, in virtual time, and how often it asks about them.
//!
//! Two waves whose jobs take what two recorded jobs took, 17 min 53 s together. The orchestrator that
//! published them took 20 min 44 s. The only chance in it is the poller's jitter, so it is run with
//! several seeds.
//!
//! `cargo bench --bench overhead`

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The two jobs together: 533.335 s and 539.320 s.
const JOBS: u64 = 1_073;
/// What the published orchestrator took.
const PUBLISHED: u64 = 1_244;
const SEEDS: u64 = 20;

fn main() {
    println!("seed  drill     overhead  DescribeJobs");
    let drills: Vec<(u64, u64)> = (0..SEEDS).map(rehearse).collect();
    for (seed, (seconds, asked)) in drills.iter().enumerate() {
        println!("{seed:>4}  {}  {:>6} s  {asked:>12}", clock(*seconds), seconds - JOBS);
    }
    let worst = drills.iter().map(|(seconds, _)| *seconds).max().unwrap_or_default();
    let most = drills.iter().map(|(_, asked)| *asked).max().unwrap_or_default();
    println!("worst {}, at most {most} DescribeJobs calls", clock(worst));
    println!("published orchestrator: {}", clock(PUBLISHED));
}

/// The drill's seconds, and its `DescribeJobs` calls.
fn rehearse(seed: u64) -> (u64, u64) {
    let runbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/benches/two_waves");
    let output = Command::new(env!("CARGO_BIN_EXE_moontide"))
        .args(["rehearse", "--output=json", &format!("--seed={seed}")])
        .arg(runbook)
        .output()
        .expect("moontide starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a JSON report");
    let number = |value: &Value| value.as_u64().expect("a number");
    (number(&report["recovery_seconds"]), number(&report["calls"]["drs"]["DescribeJobs"]))
}

fn clock(seconds: u64) -> String {
    format!("{:>2} m {:02} s", seconds / 60, seconds % 60)
}
