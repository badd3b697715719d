//! A million random schedules of the state machine, on all cores.
//!
//! `cargo bench -p moontide-runtime --bench schedules`, with `-- --schedules N` for another number and
//! `-- --seed N` to play one again.

#[path = "../tests/schedules/draw.rs"]
mod draw;
#[path = "../tests/schedules/story.rs"]
mod story;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use story::Played;

const SCHEDULES: u64 = 1_000_000;
/// Seeds are handed out so many at a time.
const BATCH: u64 = 1_000;

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures and prints"
)]
fn main() -> ExitCode {
    if let Some(seed) = flag("--seed") {
        println!("seed {seed}: {:?}", story::play(seed));
        return ExitCode::SUCCESS;
    }
    let schedules = flag("--schedules").unwrap_or(SCHEDULES);
    let begun = std::time::Instant::now();
    let (next, broken) = (AtomicU64::new(0), AtomicBool::new(false));
    let total = Mutex::new(Played::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !broken.load(Ordering::Relaxed) {
                    let first = next.fetch_add(BATCH, Ordering::Relaxed);
                    if first >= schedules {
                        return;
                    }
                    for seed in first..schedules.min(first + BATCH) {
                        let Ok(played) = std::panic::catch_unwind(|| story::play(seed)) else {
                            broken.store(true, Ordering::Relaxed);
                            println!("seed {seed} breaks a promise: again with -- --seed {seed}");
                            return;
                        };
                        add(&total, played);
                    }
                }
            });
        }
    });
    let took = begun.elapsed();
    if broken.into_inner() {
        return ExitCode::FAILURE;
    }
    let Played { events, refused, signals, crashes } =
        total.into_inner().expect("no thread panics");
    println!("{schedules} schedules on {threads} threads in {:.1} s", took.as_secs_f64());
    println!("{events} events, {signals} of them signals, {refused} refused; {crashes} crashes");
    println!("every promise was kept");
    ExitCode::SUCCESS
}

fn add(total: &Mutex<Played>, played: Played) {
    let mut total = total.lock().expect("no thread panics in here");
    total.events += played.events;
    total.refused += played.refused;
    total.signals += played.signals;
    total.crashes += played.crashes;
}

/// The number behind a flag.
fn flag(name: &str) -> Option<u64> {
    let words: Vec<String> = std::env::args().collect();
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1)?.parse().ok()
}
