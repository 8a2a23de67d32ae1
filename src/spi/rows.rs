//! Statements with values, planned once and run with PostgreSQL's own choice of snapshot.
//!
//! pgrx's client assigns a transaction id to whoever may write, and moves the command counter on: a read in a
//! STABLE function or in a row trigger must do neither (a GET runs read only, a parallel worker and a standby
//! have no ids to give).

use super::Schema;
use crate::error::Error;
use pgrx::datum::DatumWithOid;
use pgrx::{FromDatum, IntoDatum, Spi, pg_sys};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CString;

/// How a statement sees and treats what it reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What the calling statement sees; nothing is written.
    Read,
    /// What is committed by now; rows may be locked and written.
    Lock,
    /// What is committed by now, also where the transaction's isolation would show what was there at its start;
    /// nothing is written.
    Latest,
}

/// One row of a result.
pub struct Row {
    tuple: pg_sys::HeapTuple,
    descriptor: pg_sys::TupleDesc,
}

impl Row {
    /// Column `number`, from 1. What it points into lasts as long as the closure that reads the row.
    pub fn get<T: FromDatum + IntoDatum>(&self, number: i32) -> Result<Option<T>, Error> {
        let mut is_null = false;
        // SAFETY: a tuple of this descriptor, and a column of T's type.
        unsafe {
            if pg_sys::SPI_gettypeid(self.descriptor, number) != T::type_oid() {
                return Err(Error::Internal(format!("column {number} of a result is of another type")));
            }
            let datum = pg_sys::SPI_getbinval(self.tuple, self.descriptor, number, &mut is_null);
            Ok(T::from_datum(datum, is_null))
        }
    }
}

/// By the statement's text, which is one `const` each, and the schema's name.
type Key = (*const u8, usize, String);

thread_local! {
    /// Plans are kept for the session and never freed.
    static PLANS: RefCell<HashMap<Key, pg_sys::SPIPlanPtr>> = RefCell::default();
}

/// Runs `sql` and hands its first row to `read`; `None` without a row.
pub fn first<R>(
    schema: Schema,
    sql: &'static str,
    args: &[DatumWithOid],
    mode: Mode,
    read: impl FnOnce(Row) -> Result<R, Error>,
) -> Result<Option<R>, Error> {
    Spi::connect(|_| {
        if run(schema, sql, args, mode, 1)? == 0 {
            return Ok(None);
        }
        // SAFETY: the result belongs to this connection, which outlasts `read`, and has a row.
        unsafe {
            let table = pg_sys::SPI_tuptable;
            if table.is_null() {
                return Ok(None);
            }
            read(Row { tuple: *(*table).vals, descriptor: (*table).tupdesc }).map(Some)
        }
    })
}

/// Runs `sql` and hands each of its rows to `read`.
pub fn all<R>(
    schema: Schema,
    sql: &'static str,
    args: &[DatumWithOid],
    mode: Mode,
    mut read: impl FnMut(Row) -> Result<R, Error>,
) -> Result<Vec<R>, Error> {
    Spi::connect(|_| {
        let found = run(schema, sql, args, mode, 0)?;
        // SAFETY: the result belongs to this connection, which outlasts `read`, and has so many rows.
        unsafe {
            let table = pg_sys::SPI_tuptable;
            if table.is_null() {
                return Ok(Vec::new());
            }
            (0..usize::try_from(found).unwrap_or(0))
                .map(|n| read(Row { tuple: *(*table).vals.add(n), descriptor: (*table).tupdesc }))
                .collect()
        }
    })
}

/// Runs `sql` to its end, and tells how many rows it wrote or gave.
pub fn execute(schema: Schema, sql: &'static str, args: &[DatumWithOid]) -> Result<u64, Error> {
    Spi::connect(|_| run(schema, sql, args, Mode::Lock, 0))
}

/// Runs a kept plan up to `limit` rows; 0: all of them. Connected to SPI.
fn run(
    schema: Schema,
    sql: &'static str,
    args: &[DatumWithOid],
    mode: Mode,
    limit: i64,
) -> Result<u64, Error> {
    let plan = plan(schema, sql, args)?;
    let mut values: Vec<_> = args
        .iter()
        .map(|arg| arg.datum().map_or(pg_sys::Datum::from(0), |datum| datum.sans_lifetime()))
        .collect();
    let nulls: Vec<_> = args.iter().map(|arg| if arg.datum().is_some() { b' ' } else { b'n' } as _).collect();
    // SAFETY: connected to SPI; a kept plan with as many parameters as there are values, of their types.
    unsafe { execute_plan(plan, values.as_mut_ptr(), nulls.as_ptr(), mode, limit) }
}

/// Runs a plan up to `limit` rows, and tells how many it wrote or gave.
///
/// # Safety
/// Connected to SPI; the values are as many as the plan's parameters, and of their types.
pub unsafe fn execute_plan(
    plan: pg_sys::SPIPlanPtr,
    values: *mut pg_sys::Datum,
    nulls: *const std::ffi::c_char,
    mode: Mode,
    limit: i64,
) -> Result<u64, Error> {
    // SAFETY: as the caller promises.
    unsafe {
        let status = match mode {
            Mode::Read => pg_sys::SPI_execute_plan(plan, values, nulls, true, limit),
            Mode::Lock => pg_sys::SPI_execute_plan(plan, values, nulls, false, limit),
            Mode::Latest => {
                // As foreign keys look: this transaction's own changes are visible from here on.
                pg_sys::CommandCounterIncrement();
                let now = pg_sys::GetLatestSnapshot();
                let crosscheck = std::ptr::null_mut();
                pg_sys::SPI_execute_snapshot(plan, values, nulls, now, crosscheck, true, false, limit)
            }
        };
        if status < 0 {
            return Err(Error::Internal(format!("SPI_execute_plan: {status}")));
        }
        Ok(pg_sys::SPI_processed)
    }
}

fn plan(schema: Schema, sql: &'static str, args: &[DatumWithOid]) -> Result<pg_sys::SPIPlanPtr, Error> {
    let key = (sql.as_ptr(), sql.len(), schema.name()?);
    if let Some(kept) = PLANS.with_borrow(|plans| plans.get(&key).copied()) {
        return Ok(kept);
    }
    let text =
        CString::new(schema.qualify(sql)?).map_err(|_| Error::Internal("NUL in a statement".into()))?;
    let mut types: Vec<_> = args.iter().map(DatumWithOid::oid).collect();
    // Planned once: these look rows up by key, and a plan for each value would cost more than it saves.
    // SAFETY: connected to SPI; the types are as many as the length says.
    let plan = unsafe {
        let options = pg_sys::CURSOR_OPT_GENERIC_PLAN as _;
        pg_sys::SPI_prepare_cursor(text.as_ptr(), types.len() as _, types.as_mut_ptr(), options)
    };
    if plan.is_null() {
        return Err(Error::Internal("SPI_prepare gave no plan".into()));
    }
    // SAFETY: a plan that was just made and is not kept yet.
    unsafe { pg_sys::SPI_keepplan(plan) };
    PLANS.with_borrow_mut(|plans| plans.insert(key, plan));
    Ok(plan)
}
