#![no_main]

#[path = "../checks/converter.rs"]
mod converter;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = converter::passes(data);
});
