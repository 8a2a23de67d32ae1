//! Folding: changes of facts leave the log and go into the rollups, in one transaction.
//!
//! An organisation is folded by one session at a time: the locks are taken before the statement that folds, so
//! that its snapshot shows all that the fold before wrote. Writers of facts only append to the log, and never
//! wait; readers see what was before until the fold commits.

use crate::error::Error;
use crate::gucs;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::tenancy;
use crate::timestamps::{self, Timestamptz};
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const FOLD: &str = include_str!("../sql/reporting/fold.sql");
const LOCK_ORGS: &str = include_str!("../sql/reporting/lock_orgs.sql");
const LOCK_ORG: &str = include_str!("../sql/reporting/lock_org.sql");
const LAST_ACTIVITY: &str = include_str!("../sql/reporting/last_activity_after_removals.sql");
const LAST_ATTEMPTED: &str = include_str!("../sql/reporting/last_attempted_after_removals.sql");
const REMOVE_EMPTY: &str = include_str!("../sql/reporting/remove_empty.sql");
const RECORD: &str = include_str!("../sql/reporting/record_fold.sql");

/// Brings the reports up to date: folds what changed in the facts since, and returns how many changes.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn refresh_reporting(fcinfo: pg_sys::FunctionCallInfo) -> Result<i64, ErrorReport> {
    Ok(fold(Schema::of_call(fcinfo), None, None)?)
}

/// The same for the first so many changes, which bounds the transaction. 22023 below 0.
#[pg_extern(name = "refresh_reporting", volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn refresh_reporting_by(max_changes: i32, fcinfo: pg_sys::FunctionCallInfo) -> Result<i64, ErrorReport> {
    Ok(fold(Schema::of_call(fcinfo), None, Some(max_changes))?)
}

/// The same as refresh_reporting(), under its older name.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn refresh_reporting_views(fcinfo: pg_sys::FunctionCallInfo) -> Result<i64, ErrorReport> {
    Ok(fold(Schema::of_call(fcinfo), None, None)?)
}

/// Brings the reports of the current organisation up to date, for its admins; returns how many changes were
/// folded. 42501 without an organisation, and for everyone else.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn refresh_my_reporting(fcinfo: pg_sys::FunctionCallInfo) -> Result<i64, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let org = gucs::org_claim().ok_or(Error::NoOrg)?;
    // The server passes row level security anyway, whoever it acts for.
    if !tenancy::acting(schema)?.is("admin") && !tenancy::bypasses_rls(tenancy::outer_user()) {
        return Err(Error::OrgDenied.into());
    }
    Ok(fold(schema, Some(pgrx::Uuid::from_bytes(*org.as_bytes())), None)?)
}

/// Folds one organisation's changes, at most so many; NULL stands for all of either.
#[pg_extern(volatile, parallel_unsafe, security_definer, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
fn fold_reporting(org_id: Option<pgrx::Uuid>, max_changes: Option<i32>) -> Result<i64, ErrorReport> {
    Ok(fold(Schema::home()?, org_id, max_changes)?)
}

fn fold(schema: Schema, org: Option<pgrx::Uuid>, max_changes: Option<i32>) -> Result<i64, Error> {
    if max_changes.is_some_and(|most| most < 0) {
        return Err(Error::NegativeLimit("max_changes"));
    }
    let orgs = match org {
        None => {
            lock(schema, Folds::All)?;
            rows::first(schema, LOCK_ORGS, &[], Mode::Lock, |row| row.get::<Vec<pgrx::Uuid>>(1))?
        }
        Some(org) => {
            lock(schema, Folds::One)?;
            rows::first(schema, LOCK_ORG, &[org.into()], Mode::Lock, |row| row.get::<Vec<pgrx::Uuid>>(1))?
        }
    };
    let began = timestamps::clock();
    let args = [orgs.flatten().unwrap_or_default().into(), max_changes.map(i64::from).into()];
    let folded = rows::first(schema, FOLD, &args, Mode::Lock, |row| {
        Ok(Folded {
            changes: row.get(1)?.unwrap_or(0),
            emptied: row.get(2)?,
            last_of_orgs: row.get(3)?,
            last_of_scenario_orgs: row.get(4)?,
            last_of_scenarios: row.get(5)?,
        })
    })?;
    let folded = folded.ok_or_else(|| Error::Internal("a fold gave no row".into()))?;
    if let Some(orgs) = folded.last_of_orgs {
        rows::execute(schema, LAST_ACTIVITY, &[orgs.into()])?;
    }
    if let Some(orgs) = folded.last_of_scenario_orgs {
        rows::execute(schema, LAST_ATTEMPTED, &[orgs.into(), folded.last_of_scenarios.into()])?;
    }
    if let Some(orgs) = folded.emptied {
        rows::execute(schema, REMOVE_EMPTY, &[orgs.into()])?;
    }
    record(schema, org, "fold", began, folded.changes)?;
    Ok(folded.changes)
}

/// What a fold did, and what it leaves to do.
struct Folded {
    changes: i64,
    /// Organisations with rollup rows that stand for no attempt any more.
    emptied: Option<Vec<pgrx::Uuid>>,
    /// Organisations, and organisations beside scenarios, whose latest attempt is gone.
    last_of_orgs: Option<Vec<pgrx::Uuid>>,
    last_of_scenario_orgs: Option<Vec<pgrx::Uuid>>,
    last_of_scenarios: Option<Vec<Option<pgrx::Uuid>>>,
}

/// What the lock on reporting_folds lets happen at the same time.
#[derive(Clone, Copy)]
pub enum Folds {
    /// A fold of one organisation: other organisations' and one for all, which leaves it out.
    One,
    /// A fold for all: those of one organisation.
    All,
    /// A rebuild: nothing.
    Rebuild,
}

/// Waits until nobody does what must not happen beside this, and keeps it so until the transaction ends. A
/// table's lock and no advisory one: whoever may connect could hold those for ever.
pub fn lock(schema: Schema, folds: Folds) -> Result<(), Error> {
    let table = schema.table(c"reporting_folds");
    if table == pg_sys::InvalidOid {
        return Err(Error::Internal("the table reporting_folds is missing".into()));
    }
    let mode = match folds {
        Folds::One => pg_sys::RowExclusiveLock,
        Folds::All => pg_sys::ShareUpdateExclusiveLock,
        Folds::Rebuild => pg_sys::ShareRowExclusiveLock,
    };
    // SAFETY: locks by oid; readers of the table do not wait.
    unsafe { pg_sys::LockRelationOid(table, mode as _) };
    Ok(())
}

/// Notes what was done, for reporting_status.
pub fn record(
    schema: Schema,
    org: Option<pgrx::Uuid>,
    kind: &str,
    began: Timestamptz,
    changes: i64,
) -> Result<(), Error> {
    let args: [DatumWithOid; 4] = [org.into(), kind.into(), began.into(), changes.into()];
    rows::execute(schema, RECORD, &args).map(|_| ())
}
