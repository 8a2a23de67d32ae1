//! updated_at, kept right by one trigger for every table.

use crate::error::{self, Error};
use crate::rows::TriggerRow;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// The transaction's start, as SQL's now() gives it.
pub fn now() -> TimestampWithTimeZone {
    // SAFETY: reads a number.
    let micros = unsafe { pg_sys::GetCurrentTransactionStartTimestamp() };
    // SAFETY: that number is a valid timestamptz.
    unsafe { TimestampWithTimeZone::from_datum(micros.into(), false) }
        .unwrap_or_else(TimestampWithTimeZone::positive_infinity)
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
    if !row.unchanged() {
        row.set(c"updated_at", Some(now()))?;
    }
    Ok(row.finish())
}
