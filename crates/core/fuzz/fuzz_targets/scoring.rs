//! See `callcoach_core_fuzz::scoring`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| callcoach_core_fuzz::scoring(bytes));
