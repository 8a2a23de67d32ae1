//! A worker's transactions. Whatever goes wrong in one is written to the server's log once, aborts it, and comes
//! back as a value: the loop goes on.
//!
//! The process itself runs as the bootstrap superuser, which no statement of ours may: the tables' triggers are
//! their owner's to write. So each transaction runs as the owner of its table, within a security-restricted
//! operation as autovacuum's and REFRESH MATERIALIZED VIEW's do (SET ROLE and temporary objects are refused).

use super::process;
use crate::as_role::{become_role, restore};
use crate::error::{self, Error, Shape};
use crate::majors;
use crate::spi::Schema;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport};
use pgrx::prelude::*;
use pgrx::{PgTryBuilder, direct_function_call};
use std::ffi::CStr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// As whom a transaction runs.
#[derive(Clone, Copy)]
pub enum As {
    /// The owner of this table of the migrations.
    OwnerOfTable(&'static CStr),
    /// The owner of this function (as regprocedure reads it), which the transaction calls and nothing else.
    OwnerOf(&'static str),
}

/// What a transaction is about.
#[derive(Clone, Copy)]
pub struct Work {
    /// For pg_stat_activity and for the log.
    pub name: &'static CStr,
    pub as_whom: As,
    /// It is cancelled after so long. It waits for a lock two seconds at most (`process::SETTINGS`).
    pub at_most: Duration,
}

/// Why a transaction did not commit. What went wrong is in the log by now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The extension or its tables are not there, or the function is not: nothing wrong.
    NotInstalled,
    /// Somebody held a lock for longer than we wait: nothing wrong, for once.
    Locked,
    /// Anything else.
    Failed,
}

/// Runs `body` in a transaction of its own, which commits if and only if it returns Ok. Outside a transaction; not
/// from a task that tokio has been given to run (it would keep a panic to itself).
pub fn run<R>(work: Work, body: impl FnOnce(Schema) -> Result<R, Error>) -> Result<R, Failure> {
    process::show(Some(work.name));
    let done = guarded(work.name, || {
        begin(work.at_most);
        let Some(schema) = installed()? else {
            commit();
            return Ok(Err(Failure::NotInstalled));
        };
        let Some(owner) = owner(schema, work.as_whom)? else {
            commit();
            return Ok(Err(Failure::NotInstalled));
        };
        defer_nothing();
        let before = become_role(owner);
        let result = body(schema)?;
        commit();
        restore(before);
        Ok(Ok(result))
    });
    end();
    done.and_then(|result| result)
}

/// The same as the superuser that the process is, in whatever database or in none. For reading catalogs.
pub fn run_bare<R>(name: &'static CStr, body: impl FnOnce() -> Result<R, Error>) -> Result<R, Failure> {
    process::show(Some(name));
    let done = guarded(name, || {
        begin(Duration::from_secs(30));
        let result = body()?;
        commit();
        Ok(result)
    });
    end();
    done
}

/// Runs `body`, and takes what it raises: errors of ours and of PostgreSQL's, and panics. A transaction that is
/// open then is aborted.
pub fn guarded<R>(name: &'static CStr, body: impl FnOnce() -> Result<R, Error>) -> Result<R, Failure> {
    // The body's own state goes with the transaction.
    let body = AssertUnwindSafe(body);
    let done = PgTryBuilder::new(move || ({ body }.0)().map_err(error::shape))
        .catch_others(|caught| Err(shape_of(caught)))
        .execute();
    done.map_err(|shape| {
        // SAFETY: outside of everything that has raised; also good without a transaction.
        unsafe { pg_sys::AbortCurrentTransaction() };
        log(name, shape)
    })
}

fn shape_of(caught: CaughtError) -> Shape {
    let (CaughtError::PostgresError(report)
    | CaughtError::ErrorReport(report)
    | CaughtError::RustPanic { ereport: report, .. }) = caught;
    Shape {
        code: report.sql_error_code(),
        message: report.message().into(),
        // PostgreSQL's details show rows.
        detail: None,
        hint: report.hint().map(Into::into),
    }
}

/// Writes to the log what went wrong.
fn log(name: &CStr, shape: Shape) -> Failure {
    let is_locked = shape.code == PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE;
    let message = format!("callcoach worker, {}: {}", name.to_string_lossy(), shape.message);
    let mut report = ErrorReport::new(shape.code, message, "callcoach");
    if let Some(detail) = shape.detail {
        report = report.set_detail(detail);
    }
    if let Some(hint) = shape.hint {
        report = report.set_hint(hint);
    }
    report.report(if is_locked { PgLogLevel::DEBUG1 } else { PgLogLevel::WARNING });
    if is_locked { Failure::Locked } else { Failure::Failed }
}

fn begin(at_most: Duration) {
    // SAFETY: no transaction is open. The timeout is taken off at its end.
    unsafe {
        pg_sys::SetCurrentStatementStartTimestamp();
        pg_sys::StartTransactionCommand();
        majors::enable_statement_timeout(at_most);
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
    }
}

fn commit() {
    // SAFETY: what begin() began.
    unsafe {
        pg_sys::PopActiveSnapshot();
        pg_sys::CommitTransactionCommand();
    }
}

/// A restricted transaction must not fire deferred triggers when it commits: they fire after their statement, as
/// after SET CONSTRAINTS ALL IMMEDIATE.
fn defer_nothing() {
    let mut statement = pg_sys::ConstraintsSetStmt {
        type_: pg_sys::NodeTag::T_ConstraintsSetStmt,
        constraints: std::ptr::null_mut(),
        deferred: false,
    };
    // SAFETY: within a transaction that has done nothing yet; the statement is read only.
    unsafe { pg_sys::AfterTriggerSetState(&mut statement) };
}

/// After every transaction, however it ended.
fn end() {
    // SAFETY: no transaction is open; the context is ours, see `own_memory`.
    unsafe {
        majors::disable_statement_timeout();
        pg_sys::MemoryContextReset(own_memory());
        pg_sys::MemoryContextSwitchTo(own_memory());
    }
    process::show(None);
}

/// What is allocated between transactions, and outlives none.
fn own_memory() -> pg_sys::MemoryContext {
    use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};
    static CONTEXT: AtomicPtr<pg_sys::MemoryContextData> = AtomicPtr::new(std::ptr::null_mut());
    if CONTEXT.load(Relaxed).is_null() {
        // SAFETY: the name is a constant; it lives as long as the process.
        let made = unsafe {
            pg_sys::AllocSetContextCreateInternal(
                pg_sys::TopMemoryContext,
                c"callcoach worker".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as _,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as _,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as _,
            )
        };
        CONTEXT.store(made, Relaxed);
    }
    CONTEXT.load(Relaxed)
}

/// Where the extension and the last of its migrations that we need are.
fn installed() -> Result<Option<Schema>, Error> {
    let schema = Schema::installed()?;
    Ok(schema.filter(|schema| {
        let tables = [c"webhooks", c"webhook_deliveries", c"webhook_claims", c"reporting_deltas"];
        tables.iter().all(|table| schema.table(table) != pg_sys::InvalidOid)
    }))
}

fn owner(schema: Schema, as_whom: As) -> Result<Option<pg_sys::Oid>, Error> {
    Ok(match as_whom {
        As::OwnerOfTable(table) => majors::table_owner(schema.table(table)),
        As::OwnerOf(function) => {
            let arg = function.into_datum();
            // SAFETY: to_regprocedure(text), which gives NULL for what is not there.
            unsafe { direct_function_call::<pg_sys::Oid>(pg_sys::to_regprocedure, &[arg]) }
                .and_then(majors::function_owner)
        }
    })
}
