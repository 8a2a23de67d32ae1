//! `compute_kpis`: a transcript's KPIs, read straight from binary jsonb.

use crate::error::Error;
use crate::jsonb::Jsonb;
use callcoach_core::kpis::{self, Kpis};
use callcoach_core::transcript::Transcript;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// What a call's transcript says about how the trainee spoke: talk_ms, listen_ms, talk_listen_ratio,
/// words_per_minute, filler_words, interruptions, questions_asked, sentiment_score, and more (docs/kpis.md).
/// 22023 for a transcript that is not an array.
// A call of a quarter of an hour takes a thousand times what an operator takes: worth parallel workers.
#[pg_extern(immutable, strict, parallel_safe, cost = 1000)]
fn compute_kpis(transcript: Jsonb) -> Result<Jsonb, ErrorReport> {
    Ok(Jsonb::from_bytes(&of_transcript(&transcript)?.to_jsonb()))
}

/// The KPIs of a transcript; a cancelled query stops it.
pub fn of_transcript(transcript: &Jsonb) -> Result<Kpis, Error> {
    let mut tick = || {
        pgrx::check_for_interrupts!();
    };
    let transcript = Transcript::from_jsonb(transcript.bytes(), &mut tick)?;
    Ok(kpis::compute(&transcript, &mut tick))
}
