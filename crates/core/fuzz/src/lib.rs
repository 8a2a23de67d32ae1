//! What the fuzz targets do with an input: each function takes any bytes and asserts laws.
//! `crates/core/tests/fuzz_seeds.rs` includes this module, so that the seeds run everywhere.

mod calls;
mod json;
mod scoring;
mod webhook;

pub use json::json;
pub use scoring::scoring;
pub use webhook::{guard, retry_after};

use callcoach_core::jsonb::to_text;
use callcoach_core::transcript::Transcript;
use callcoach_core::vapi;

/// Bytes as binary jsonb, damaged or not: read as a transcript and as Vapi's messages, and written as text.
pub fn transcript(bytes: &[u8]) {
    let _ = to_text(bytes, &mut || ());
    if let Ok(transcript) = Transcript::from_jsonb(bytes, &mut || ()) {
        calls::check(&transcript);
    }
    if let Ok(text) = vapi::convert(bytes, &mut || ()) {
        json::check_converted(&text);
    }
}
