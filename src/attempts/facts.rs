//! Facts of attempts that have become completed, written natively: nearly every call ends with one.

use super::change::{Changes, Row};
use crate::error::Error;
use crate::insert::{self, Insert, Value};
use crate::lookup::{self, Key, Table};
use crate::spi::Schema;
use callcoach_core::jsonb;
use pgrx::{IntoDatum, pg_sys};
use std::collections::HashSet;
use std::ffi::CStr;
use uuid::Uuid;

const FACTS: &CStr = c"fact_scenario_attempts";
const COLUMNS: [(&CStr, pg_sys::Oid); 11] = [
    (c"attempt_id", pg_sys::UUIDOID),
    (c"org_id", pg_sys::UUIDOID),
    (c"user_id", pg_sys::TEXTOID),
    (c"scenario_id", pg_sys::UUIDOID),
    (c"score", pg_sys::NUMERICOID),
    (c"duration_seconds", pg_sys::INT4OID),
    (c"talk_ms", pg_sys::INT4OID),
    (c"listen_ms", pg_sys::INT4OID),
    (c"started_at", pg_sys::TIMESTAMPTZOID),
    (c"ended_at", pg_sys::TIMESTAMPTZOID),
    (c"created_at", pg_sys::TIMESTAMPTZOID),
];

/// Writes the facts of completed attempts, none of which was completed before. False where one has a fact all the
/// same: those of this statement are then to be written by an upsert.
pub fn write(schema: Schema, changes: &mut Changes, orgs: &HashSet<Uuid>) -> Result<bool, Error> {
    let held = lookup::current(|| hold(schema, orgs))?;
    let mut facts = Insert::begin(schema, FACTS, &COLUMNS)?;
    if held {
        facts.held(&[(c"org_id", c"id")], schema.table(c"orgs"));
    }
    let mut all_new = true;
    changes.each(|change| {
        if let Some(attempt) =
            change.new.filter(|new| new.is_completed() && new.datum(|c| c.ended_at).is_some())
        {
            all_new &= facts.row_if_new(&values(&attempt)?)?;
        }
        Ok(())
    })?;
    facts.finish();
    Ok(all_new)
}

/// Are the organisations there, and will they stay?
fn hold(schema: Schema, orgs: &HashSet<Uuid>) -> Result<bool, Error> {
    let table = Table::by_primary_key(schema, c"orgs")?;
    let mut all = true;
    for org in orgs {
        all &= table.hold(&[(c"id", Key::Uuid(*org))], |_| Ok(()))?.is_some();
    }
    Ok(all)
}

fn values(attempt: &Row) -> Result<[Value; 11], Error> {
    let [talk_ms, listen_ms] = spoken(attempt)?;
    Ok([
        attempt.datum(|c| c.id),
        attempt.datum(|c| c.org),
        attempt.datum(|c| c.user),
        attempt.datum(|c| c.scenario),
        attempt.datum(|c| c.score),
        attempt.datum(|c| c.duration),
        talk_ms.into_datum(),
        listen_ms.into_datum(),
        attempt.datum(|c| c.started_at),
        attempt.datum(|c| c.ended_at),
        insert::now(),
    ])
}

/// talk_ms and listen_ms. KPIs may have been written by hand: what is no number, or none that fits, must not stop a
/// completion.
fn spoken(attempt: &Row) -> Result<[i32; 2], Error> {
    let Some(kpis) = attempt.get(|c| c.kpis) else { return Ok([0; 2]) };
    let jsonb::Value::Object(kpis) = jsonb::root(kpis.bytes())? else { return Ok([0; 2]) };
    let mut spoken = [0; 2];
    let found = kpis.fields(["talk_ms", "listen_ms"], &mut || ())?;
    for (ms, node) in spoken.iter_mut().zip(found) {
        let most = i32::MAX.unsigned_abs().into();
        let clamped = node.map(|node| node.as_clamped(most)).transpose()?.flatten();
        *ms = clamped.and_then(|ms| i32::try_from(ms).ok()).unwrap_or(0);
    }
    Ok(spoken)
}
