//! `kpi_events`: what happens in a call and when; and whether an organisation wants that kept.

use crate::error::Error;
use crate::jsonb::Jsonb;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use callcoach_core::jsonb::object::{Scalar, object};
use callcoach_core::kpis;
use callcoach_core::transcript::Transcript;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

/// The events of a call, in the order of its utterances: filler_word {word}, interruption {speaker},
/// question_asked {type}, objection_raised {objection}, keyword_mentioned {keyword}. As many as compute_kpis
/// counts. Keywords are looked for in what the user says, objections in what the assistant says: whole words, in
/// any case. timestamp_ms is NULL in utterances without times. 22023 for a transcript that is not an array, and
/// for too many phrases.
#[pg_extern(immutable, strict, parallel_safe, cost = 1000)]
fn kpi_events(
    transcript: Jsonb,
    keywords: default!(Vec<Option<String>>, "'{}'"),
    objections: default!(Vec<Option<String>>, "'{}'"),
) -> Result<
    TableIterator<
        'static,
        (name!(event_type, String), name!(event_value, Jsonb), name!(timestamp_ms, Option<i32>)),
    >,
    ErrorReport,
> {
    let mut tick = || {
        pgrx::check_for_interrupts!();
    };
    let [keywords, objections] = [&keywords, &objections]
        .map(|phrases| -> Vec<&str> { phrases.iter().flatten().map(String::as_str).collect() });
    let mut found = Vec::new();
    {
        let transcript = Transcript::from_jsonb(transcript.bytes(), &mut tick).map_err(Error::Transcript)?;
        let mut emit = |event: kpis::Event<'_>| {
            let (key, value) = event.kind.field();
            found.push((event.kind.event_type(), key, value.to_owned(), event.timestamp_ms));
        };
        kpis::events(&transcript, &keywords, &objections, &mut tick, &mut emit).map_err(Error::Phrases)?;
    }
    Ok(TableIterator::new(found.into_iter().map(|(event_type, key, value, timestamp)| {
        // The column is an int: 24 days.
        let timestamp = timestamp.map(|ms| i32::try_from(ms).unwrap_or(i32::MAX));
        (event_type.to_owned(), Jsonb::from_bytes(&object(&mut [(key, Scalar::Text(&value))])), timestamp)
    })))
}

/// Does the organisation want its calls' events kept (`orgs.metadata.kpi_events`)?
pub fn are_wanted(schema: Schema, org: Uuid) -> Result<bool, Error> {
    let orgs = Table::by_primary_key(schema, c"orgs")?;
    let wanted =
        orgs.read(&[(c"id", Key::Uuid(org))], c"metadata", |metadata: Jsonb| metadata.is_true("kpi_events"))?;
    Ok(wanted == Some(true))
}
