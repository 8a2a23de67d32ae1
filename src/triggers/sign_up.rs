//! `callcoach.handle_new_user`: a user who signs up gets a row among the application's users. Whatever goes wrong with
//! that is a warning: the sign-up goes on.

use super::{Table, column, qualified, table_named};
use crate::as_role::as_owner;
use crate::error::{self, Error, Shape};
use crate::majors;
use crate::rows::TriggerRow;
use crate::spi::rows::Mode;
use crate::spi::text;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport};
use pgrx::prelude::*;
use pgrx::spi::quote_identifier;
use pgrx::{AllocatedByPostgres, PgTryBuilder};
use std::ffi::CStr;
use std::panic::AssertUnwindSafe;

const NEW_USER: &str = include_str!("../sql/triggers/new_user.sql");

/// AFTER INSERT on auth.users FOR EACH ROW. Argument: the table to fill ('sales_coach.users'), with columns id, email,
/// and name or full_name as far as it has them.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.handle_new_user() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn handle_new_user<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    if let Err(shape) = in_subtransaction(|| fill(trigger)) {
        let message = format!("the new user's own row was not written: {}", shape.message);
        let mut report = ErrorReport::new(shape.code, message, "callcoach");
        if let Some(hint) = shape.hint {
            report = report.set_hint(hint);
        }
        report.report(PgLogLevel::WARNING);
    }
    // An AFTER trigger's result counts for nothing; made BEFORE by mistake, NULL would swallow the sign-up.
    Ok(trigger.new())
}

fn fill(trigger: &PgTrigger) -> Result<(), Error> {
    const EXPECTED: &str = "It belongs in an AFTER INSERT ON auth.users FOR EACH ROW trigger.";
    let event = trigger.event();
    let table = Table::of(trigger);
    // Its rows go to whatever table the trigger names, with that table's rights: no other table may send any.
    if !event.fired_for_row()
        || !event.fired_after()
        || !event.fired_by_insert()
        || super::schema_name(table.oid())? != "auth"
        || super::table_name(table.oid())? != "users"
    {
        return Err(Error::WrongTrigger(EXPECTED));
    }
    let arguments = trigger.extra_args().map_err(|e| Error::Internal(e.to_string()))?;
    let target = match arguments.as_slice() {
        [name] => table_named(name)?,
        _ => None,
    };
    let target = target.ok_or(Error::NoTarget)?;
    let owner = majors::table_owner(target).unwrap_or(pg_sys::InvalidOid);

    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (name, value) in
        [(c"id", "u.id"), (c"email", "u.email"), (c"name", "u.name"), (c"full_name", "u.name")]
    {
        if let Some(kind) = declared_type(target, name) {
            columns.push(quote_identifier(name.to_string_lossy()));
            // Explicitly, so that what is too long for varchar(n) is cut.
            values.push(format!("cast({value} as {kind})"));
        }
    }
    let text = format!(
        "insert into {} ({}) select {} from ({NEW_USER}) u on conflict do nothing",
        qualified(target)?,
        columns.join(", "),
        values.join(", ")
    );
    let row = TriggerRow::any(trigger).tuples().1;
    let params = [(table.composite(row), table.row_type())];
    as_owner(owner, || text::run(text, &params, Mode::Lock, 0, None))?;
    Ok(())
}

/// The type of a column as it was declared, with its length.
fn declared_type(table: pg_sys::Oid, name: &CStr) -> Option<String> {
    let (number, _) = column(table, name)?;
    let (mut kind, mut modifier, mut collation) = (pg_sys::InvalidOid, -1, pg_sys::InvalidOid);
    // SAFETY: syscache look-ups of a column that is there; gives a palloc'ed C string.
    unsafe {
        pg_sys::get_atttypetypmodcoll(table, number, &mut kind, &mut modifier, &mut collation);
        let flags = pg_sys::FORMAT_TYPE_TYPEMOD_GIVEN | pg_sys::FORMAT_TYPE_FORCE_QUALIFY;
        let text = pg_sys::format_type_extended(kind, modifier, flags as _);
        Some(CStr::from_ptr(text).to_string_lossy().into_owned())
    }
}

/// Runs `body` in a subtransaction, which is rolled back where it raises or fails. A cancelled statement stays so.
fn in_subtransaction<R>(body: impl FnOnce() -> Result<R, Error>) -> Result<R, Shape> {
    // SAFETY: within a transaction; memory and resources are the caller's again afterwards, as in plpgsql's blocks.
    unsafe {
        let (context, owner) = (pg_sys::CurrentMemoryContext, pg_sys::CurrentResourceOwner);
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(context);
        // The body's own state goes with the subtransaction.
        let body = AssertUnwindSafe(body);
        let done = PgTryBuilder::new(move || ({ body }.0)().map_err(error::shape))
            .catch_when(PgSqlErrorCode::ERRCODE_QUERY_CANCELED, |caught| caught.rethrow())
            .catch_others(|caught| Err(shape_of(caught)))
            .execute();
        if done.is_ok() {
            pg_sys::ReleaseCurrentSubTransaction();
        } else {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
        done
    }
}

fn shape_of(caught: CaughtError) -> Shape {
    let (CaughtError::PostgresError(report)
    | CaughtError::ErrorReport(report)
    | CaughtError::RustPanic { ereport: report, .. }) = caught;
    // PostgreSQL's details show rows.
    Shape { code: report.sql_error_code(), message: report.message().into(), detail: None, hint: None }
}
