//! See `callcoach_core_fuzz::guard`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| callcoach_core_fuzz::guard(bytes));
