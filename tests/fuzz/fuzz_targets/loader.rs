#![no_main]

#[expect(dead_code, reason = "here it only matters that nothing panics")]
#[path = "../checks/loader.rs"]
mod loader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = loader::load(data);
});
