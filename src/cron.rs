//! pg_cron's jobs for those who run it in this database: the same as the background worker's upkeep.

use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode, Row};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const INSTALLED: &str = "select exists (select from pg_catalog.pg_extension where extname = 'pg_cron')";
const SCHEDULE: &str = include_str!("sql/cron/schedule.sql");
const SCHEDULED: &str = include_str!("sql/cron/scheduled.sql");
const UNSCHEDULE: &str = include_str!("sql/cron/unschedule.sql");

/// Has pg_cron do the upkeep: fold the reports each minute, look for overdue assignments every five minutes, apply
/// retention each night. A job that is there is left as it is. Returns the jobs, all of them callcoach's in that
/// database (NULL: this one). 55000 where pg_cron is not in this database. Jobs run as the caller.
#[pg_extern(volatile, parallel_unsafe, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
#[allow(clippy::type_complexity)]
fn schedule_upkeep(
    database: default!(Option<&str>, "NULL"),
) -> Result<
    TableIterator<
        'static,
        (
            name!(job_name, Option<String>),
            name!(schedule, Option<String>),
            name!(command, Option<String>),
            name!(active, Option<bool>),
        ),
    >,
    ErrorReport,
> {
    let schema = with_cron()?;
    rows::execute(schema, SCHEDULE, &[database.into()])?;
    let read = |row: Row| Ok((row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    Ok(TableIterator::new(rows::all(schema, SCHEDULED, &[database.into()], Mode::Lock, read)?))
}

/// Takes those jobs away; returns how many there were.
#[pg_extern(volatile, parallel_unsafe, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
fn unschedule_upkeep(database: default!(Option<&str>, "NULL")) -> Result<i32, ErrorReport> {
    let schema = with_cron()?;
    let jobs = rows::execute(schema, UNSCHEDULE, &[database.into()])?;
    Ok(i32::try_from(jobs).unwrap_or(i32::MAX))
}

fn with_cron() -> Result<Schema, Error> {
    let schema = Schema::home()?;
    match rows::first(schema, INSTALLED, &[], Mode::Read, |row| row.get::<bool>(1))?.flatten() {
        Some(true) => Ok(schema),
        _ => Err(Error::NoCron),
    }
}
