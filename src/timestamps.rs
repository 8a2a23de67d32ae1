//! updated_at, kept right by one trigger for every table.

use crate::error::{self, Error};
use crate::rows::TriggerRow;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// A timestamptz: microseconds since 2000-01-01 00:00 UTC. The ends of i64 are the infinities.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamptz(pub i64);

impl FromDatum for Timestamptz {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _: pg_sys::Oid) -> Option<Self> {
        (!is_null).then_some(Self(datum.value() as i64))
    }
}

impl IntoDatum for Timestamptz {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        self.0.into_datum()
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::TIMESTAMPTZOID
    }
}

/// The transaction's start, as SQL's now() gives it.
pub fn now() -> Timestamptz {
    // SAFETY: reads a number.
    Timestamptz(unsafe { pg_sys::GetCurrentTransactionStartTimestamp() })
}

/// The same in microseconds since 1970.
pub fn now_micros() -> i64 {
    const DAYS: i64 = (pg_sys::POSTGRES_EPOCH_JDATE - pg_sys::UNIX_EPOCH_JDATE) as i64;
    now().0 + DAYS * 86_400 * 1_000_000
}

/// BEFORE UPDATE: sets updated_at to now(), unless the update changes nothing.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.touch_updated_at() RETURNS trigger LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn touch_updated_at<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    Ok(Some(touch(trigger).unwrap_or_else(|e| error::raise(e))))
}

fn touch<'t>(trigger: &'t PgTrigger<'t>) -> Result<PgHeapTuple<'t, AllocatedByPostgres>, Error> {
    let mut row = TriggerRow::new(trigger)?;
    if row.changes_anything() {
        row.set(c"updated_at", Some(now()))?;
    }
    Ok(row.finish())
}
