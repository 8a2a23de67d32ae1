//! `transcript_from_vapi`: the messages of a Vapi call in the form that transcripts have.

use crate::error::Error;
use crate::jsonb::Jsonb;
use callcoach_core::vapi;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Vapi's `artifact.messages` as a transcript: [{speaker, text, start_ms, end_ms}, …], the bot as assistant.
/// Messages of the system and of tools are left out. 22023 for what is not an array.
#[pg_extern(immutable, strict, parallel_safe)]
fn transcript_from_vapi(messages: Jsonb) -> Result<Jsonb, ErrorReport> {
    let mut tick = || {
        pgrx::check_for_interrupts!();
    };
    let transcript = vapi::convert(messages.bytes(), &mut tick).map_err(Error::Vapi)?;
    Ok(Jsonb::from_text(transcript)?)
}
