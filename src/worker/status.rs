//! `callcoach.workers()`: the workers, as operators see them.

use super::shared;
use pgrx::prelude::*;
use std::ffi::CStr;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;

/// The background workers of this server: of which database, their process, since when they run and what they are
/// doing, how often they were started and woken, when last woken, when last done with upkeep. No rows where the
/// library is not preloaded, or callcoach.databases is empty.
#[pg_extern(volatile, parallel_safe, schema = "callcoach")]
#[allow(clippy::type_complexity)]
fn workers() -> TableIterator<
    'static,
    (
        name!(database_name, Option<String>),
        name!(pid, Option<i32>),
        name!(state, String),
        name!(started_at, Option<TimestampWithTimeZone>),
        name!(starts, i64),
        name!(wakes, i64),
        name!(last_wake, Option<TimestampWithTimeZone>),
        name!(last_upkeep, Option<TimestampWithTimeZone>),
    ),
> {
    let rows: Vec<_> = shared::slots()
        .iter()
        .filter_map(|slot| {
            let database = slot.database()?;
            Some((
                database_name(database),
                slot.pid(),
                slot.state().name().to_owned(),
                slot.pid().and_then(|_| time(&slot.started_at)),
                i64::try_from(slot.starts.load(Relaxed)).unwrap_or(i64::MAX),
                i64::try_from(slot.wakes.load(Relaxed)).unwrap_or(i64::MAX),
                time(&slot.last_wake),
                time(&slot.last_upkeep),
            ))
        })
        .collect();
    TableIterator::new(rows)
}

fn time(number: &AtomicI64) -> Option<TimestampWithTimeZone> {
    match number.load(Relaxed) {
        0 => None,
        // SAFETY: a timestamptz is its microseconds.
        time => unsafe { TimestampWithTimeZone::from_datum(time.into(), false) },
    }
}

/// A database's name; `None` where it is gone. Within a transaction.
pub fn database_name(oid: pg_sys::Oid) -> Option<String> {
    // SAFETY: gives a palloc'ed C string or NULL.
    unsafe {
        let name = pg_sys::get_database_name(oid);
        (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
    }
}
