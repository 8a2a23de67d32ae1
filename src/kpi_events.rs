//! `kpi_events`: what happens in a call and when; and whether an organisation wants that kept.

use crate::error::Error;
use crate::jsonb::Jsonb;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use callcoach_core::jsonb::object::{Value, object};
use callcoach_core::kpis;
use callcoach_core::transcript::Transcript;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

/// The events of a call, in the order of its utterances: filler_word {word}, interruption {speaker},
/// question_asked {type}, objection_raised {objection}, keyword_mentioned {keyword}. As many as compute_kpis
/// counts. Keywords are looked for in what the user says, objections in what the assistant says: whole words, in
/// any case. timestamp_ms is NULL in utterances without times. 22023 for a transcript that is not an array, and
/// for too many phrases; 54000 for more than ten million events.
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
    let mut found = Found::default();
    {
        let [keywords, objections] = [&keywords, &objections]
            .map(|phrases| -> Vec<&str> { phrases.iter().flatten().map(String::as_str).collect() });
        let transcript = Transcript::from_jsonb(transcript.bytes(), &mut tick).map_err(Error::Transcript)?;
        let mut emit = |event: kpis::Event<'_>| found.push(&event);
        kpis::events(&transcript, &keywords, &objections, &mut tick, &mut emit).map_err(Error::Phrases)?;
    }
    if found.dropped > 0 {
        return Err(Error::TooManyEvents(EVENTS_MAX).into());
    }
    Ok(TableIterator::new(found.into_rows()))
}

/// So many events at most: 120 MB of memory. A call of an hour has a few thousand.
const EVENTS_MAX: usize = 10_000_000;

/// Events in twelve bytes each: what is said of them repeats.
#[derive(Default)]
struct Found {
    /// Type, key and value of every kind of event.
    kinds: Vec<(&'static str, &'static str, String)>,
    /// By kind, and when.
    events: Vec<(u32, Option<i32>)>,
    dropped: usize,
}

impl Found {
    fn push(&mut self, event: &kpis::Event<'_>) {
        if self.events.len() == EVENTS_MAX {
            self.dropped += 1;
            return;
        }
        let (event_type, (key, value)) = (event.kind.event_type(), event.kind.field());
        let same = |kind: &(&str, &str, String)| kind.0 == event_type && kind.1 == key && kind.2 == value;
        let kind = self.kinds.iter().position(same).unwrap_or_else(|| {
            self.kinds.push((event_type, key, value.to_owned()));
            self.kinds.len() - 1
        });
        // The column is an int: 24 days.
        let timestamp = event.timestamp_ms.map(|ms| i32::try_from(ms).unwrap_or(i32::MAX));
        self.events.push((u32::try_from(kind).unwrap_or(u32::MAX), timestamp));
    }

    fn into_rows(self) -> impl Iterator<Item = (String, Jsonb, Option<i32>)> {
        let Found { kinds, events, .. } = self;
        events.into_iter().filter_map(move |(kind, timestamp)| {
            let (event_type, key, value) = kinds.get(kind as usize)?;
            let value = Jsonb::from_bytes(&object(&mut [(key, Value::Text(value))]));
            Some(((*event_type).to_owned(), value, timestamp))
        })
    }
}

/// Does the organisation want its calls' events kept (`orgs.metadata.kpi_events`)?
pub fn are_wanted(schema: Schema, org: Uuid) -> Result<bool, Error> {
    let orgs = Table::by_primary_key(schema, c"orgs")?;
    let wanted =
        orgs.read(&[(c"id", Key::Uuid(org))], c"metadata", |metadata: Jsonb| metadata.is_true("kpi_events"))?;
    Ok(wanted == Some(true))
}

/// Has the organisation any events that were kept?
pub fn are_kept(schema: Schema, org: Uuid) -> Result<bool, Error> {
    let events = Table::by_index(schema, c"fact_kpi_events", c"fact_kpi_events_org_id_attempt_id_idx")?;
    events.has(&[(c"org_id", Key::Uuid(org))])
}
