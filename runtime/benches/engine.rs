//! What a VM costs, and an effect on its way out of one and back.
//!
//! `cargo bench -p moontide-runtime --bench engine`

mod support;

use std::hint::black_box;
use std::rc::Rc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use moontide_runtime::effect::{Lane, Outcome};
use moontide_runtime::sandbox::{Unit, Vm};
use serde_json::json;
use support::{FLAGSHIP, READ, asking, bundle, limits};

fn a_vm_opened(c: &mut Criterion) {
    let bundle = bundle(FLAGSHIP);
    c.bench_function("a sandboxed VM, opened", |bench| {
        bench.iter(|| black_box(Vm::open(&bundle, &limits(), 7).expect("it opens")));
    });
}

fn a_vm_with_the_flagship_loaded(c: &mut Criterion) {
    let bundle = bundle(FLAGSHIP);
    c.bench_function("a sandboxed VM with three_tier loaded", |bench| {
        bench.iter(|| {
            let vm = Vm::open(&bundle, &limits(), 7).expect("it opens");
            black_box(vm.declare().expect("it declares"))
        });
    });
}

fn a_yielded_effect(c: &mut Criterion) {
    const EFFECTS: u32 = 10_000;
    let bundle = bundle(&asking(READ, EFFECTS));
    let lane = Lane::of_wave("w", 1);
    let outcome = Outcome::Ok { value: json!({ "job_id": "drsjob-1" }) };
    let mut group = c.benchmark_group("effects");
    group.throughput(Throughput::Elements(EFFECTS.into())).sample_size(20);
    group.bench_function("a yielded effect, both conversions", |bench| {
        let program = || {
            let vm = Vm::open(&bundle, &limits(), 7).expect("it opens");
            vm.start(Unit::Wave(0), lane.clone(), &json!({}), Rc::new(|_| ())).expect("it starts")
        };
        bench.iter_batched(
            program,
            |mut program| {
                let mut progress = program.begin(false);
                while progress.ended.is_none() {
                    progress = program.deliver(&lane, &outcome, false);
                }
                progress
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, a_vm_opened, a_vm_with_the_flagship_loaded, a_yielded_effect);
criterion_main!(benches);
