//! updated_at, kept right by one trigger for every table.

use crate::error::{self, Error};
use crate::rows::TriggerRow;
use pgrx::AllocatedByPostgres;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable, TypeOrigin,
};
use pgrx::prelude::*;
use std::ffi::CStr;

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

// SAFETY: an argument of type timestamptz is a datum that from_polymorphic_datum() takes.
unsafe impl<'fcx> ArgAbi<'fcx> for Timestamptz {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: PostgreSQL calls with the declared types; NULL never gets here (STRICT or Option).
        match unsafe { arg.unbox_arg_using_from_datum() } {
            Some(time) => time,
            None => pgrx::error!("timestamptz argument is null"),
        }
    }
}

// SAFETY: maps to PostgreSQL's own type timestamptz.
unsafe impl SqlTranslatable for Timestamptz {
    const TYPE_IDENT: &'static str = pgrx::pgrx_resolved_type!(Timestamptz);
    const TYPE_ORIGIN: TypeOrigin = TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::literal("timestamptz"));
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> =
        Ok(ReturnsRef::One(SqlMappingRef::literal("timestamptz")));
}

/// The transaction's start, as SQL's now() gives it.
pub fn now() -> Timestamptz {
    // SAFETY: reads a number.
    Timestamptz(unsafe { pg_sys::GetCurrentTransactionStartTimestamp() })
}

/// The time it is, also within a transaction.
pub fn clock() -> Timestamptz {
    // SAFETY: reads the clock.
    Timestamptz(unsafe { pg_sys::GetCurrentTimestamp() })
}

/// From 1970 to 2000, in microseconds.
const UNIX_EPOCH: i64 =
    (pg_sys::POSTGRES_EPOCH_JDATE - pg_sys::UNIX_EPOCH_JDATE) as i64 * 86_400 * MICROS_PER_SECOND;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// The same in microseconds since 1970.
pub fn now_micros() -> i64 {
    now().0 + UNIX_EPOCH
}

/// The time it is, in microseconds since 1970.
pub fn clock_micros() -> i64 {
    clock().0 + UNIX_EPOCH
}

impl Timestamptz {
    /// From microseconds since 1970.
    pub fn from_unix_micros(micros: i64) -> Self {
        Self(micros.saturating_sub(UNIX_EPOCH))
    }

    /// As JSON has it, in UTC: 2025-01-01T08:13:00+00:00.
    pub fn to_json_text(self) -> String {
        let mut buffer = [0; pg_sys::MAXDATELEN as usize + 1];
        // SAFETY: room for any date, as jsonb_build_object has it; the offset of UTC is 0.
        let text = unsafe {
            pg_sys::JsonEncodeDateTime(buffer.as_mut_ptr(), self.0.into(), pg_sys::TIMESTAMPTZOID, &0);
            CStr::from_ptr(buffer.as_ptr())
        };
        text.to_string_lossy().into_owned()
    }

    /// As microseconds since 1970.
    pub fn unix_micros(self) -> i64 {
        self.0.saturating_add(UNIX_EPOCH)
    }
}

/// Whole seconds since 1970, rounded down; `None` for an infinite time, or one at the end of the range.
pub fn unix_seconds(time: Timestamptz) -> Option<i64> {
    let is_finite = time.0 != i64::MIN && time.0 != i64::MAX;
    is_finite
        .then(|| time.0.checked_add(UNIX_EPOCH))
        .flatten()
        .map(|micros| micros.div_euclid(MICROS_PER_SECOND))
}

/// BEFORE UPDATE: sets updated_at to now(), unless the update changes nothing. Under four names: those that the
/// systems' documents have for it, and our own.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.touch_updated_at() RETURNS trigger LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
CREATE FUNCTION callcoach.update_timestamp() RETURNS trigger LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
CREATE FUNCTION callcoach.update_updated_at_column() RETURNS trigger LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
CREATE FUNCTION callcoach.update_knowledge_base_updated_at() RETURNS trigger LANGUAGE c
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
