//! What triggers on Supabase Auth's users share: the row of the application's own that they write, as the owner of its
//! table, and that nothing of it can fail what happens to the user.

use super::{Table, column, table_named};
use crate::as_role::as_owner;
use crate::error::{self, Error, Shape};
use crate::majors;
use crate::rows::TriggerRow;
use crate::spi::rows::Mode;
use crate::spi::text;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport};
use pgrx::prelude::*;
use pgrx::{AllocatedByPostgres, PgTryBuilder};
use std::ffi::CStr;
use std::panic::AssertUnwindSafe;

/// The table that a trigger of auth.users writes to.
pub(super) struct Target<'t> {
    trigger: &'t PgTrigger<'t>,
    table: pg_sys::Oid,
}

impl<'t> Target<'t> {
    /// The table that the trigger's argument names. `expected` says what the trigger should be where it is not.
    pub(super) fn of(
        trigger: &'t PgTrigger<'t>,
        is_its_event: bool,
        expected: &'static str,
    ) -> Result<Self, Error> {
        let event = trigger.event();
        let table = Table::of(trigger);
        // Its rows go to whatever table the trigger names, with that table's rights: no other table may send any.
        if !is_its_event
            || !event.fired_for_row()
            || !event.fired_after()
            || super::schema_name(table.oid())? != "auth"
            || super::table_name(table.oid())? != "users"
        {
            return Err(Error::WrongTrigger(expected));
        }
        let arguments = trigger.extra_args().map_err(|e| Error::Internal(e.to_string()))?;
        let named = match arguments.as_slice() {
            [name] => table_named(name)?,
            _ => None,
        };
        Ok(Self { trigger, table: named.ok_or(Error::NoTarget)? })
    }

    pub(super) fn table(&self) -> pg_sys::Oid {
        self.table
    }

    /// The type of a column as it was declared, with its length.
    pub(super) fn declared_type(&self, name: &CStr) -> Option<String> {
        let (number, _) = column(self.table, name)?;
        let (mut kind, mut modifier, mut collation) = (pg_sys::InvalidOid, -1, pg_sys::InvalidOid);
        // SAFETY: syscache look-ups of a column that is there; gives a palloc'ed C string.
        unsafe {
            pg_sys::get_atttypetypmodcoll(self.table, number, &mut kind, &mut modifier, &mut collation);
            let flags = pg_sys::FORMAT_TYPE_TYPEMOD_GIVEN | pg_sys::FORMAT_TYPE_FORCE_QUALIFY;
            let text = pg_sys::format_type_extended(kind, modifier, flags as _);
            Some(CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }

    /// Runs a statement as the table's owner; $1 is the user's row of auth.users, as it is now.
    pub(super) fn run(&self, statement: String) -> Result<(), Error> {
        let users = Table::of(self.trigger);
        let row = TriggerRow::any(self.trigger).tuples().1;
        let params = [(users.composite(row), users.row_type())];
        let owner = majors::table_owner(self.table).unwrap_or(pg_sys::InvalidOid);
        as_owner(owner, || text::run(statement, &params, Mode::Lock, 0, None))?;
        Ok(())
    }
}

/// Runs a trigger's work so that its failure is a warning, which `consequence` begins, and nothing else.
pub(super) fn without_failing<'t>(
    trigger: &'t PgTrigger<'t>,
    consequence: &str,
    work: impl FnOnce() -> Result<(), Error>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    if let Err(shape) = in_subtransaction(work) {
        let message = format!("{consequence}: {}", shape.message);
        let mut report = ErrorReport::new(shape.code, message, "callcoach");
        if let Some(hint) = shape.hint {
            report = report.set_hint(hint);
        }
        report.report(PgLogLevel::WARNING);
    }
    // An AFTER trigger's result counts for nothing; made BEFORE by mistake, NULL would swallow the user.
    Ok(trigger.new())
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
