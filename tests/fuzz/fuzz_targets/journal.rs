#![no_main]

#[expect(dead_code, reason = "here it only matters that nothing panics")]
#[path = "../checks/journal.rs"]
mod journal;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = journal::read(data);
});
