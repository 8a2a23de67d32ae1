//! Dimensions follow their core tables.

use crate::error::{self, Error};
use crate::spi::{self, Schema};
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// AFTER INSERT, UPDATE or DELETE FOR EACH STATEMENT, with the rows as new_rows: brings the dimension that
/// the trigger's argument names in step with them.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.sync_dimension() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn sync_dimension<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    sync(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

fn sync(trigger: &PgTrigger) -> Result<(), Error> {
    const EXPECTED: &str = "Its argument is dim_orgs, dim_users, dim_scenarios or dim_tracks.";
    let arguments = trigger.extra_args().map_err(|e| Error::Internal(e.to_string()))?;
    let table = trigger.table_name().map_err(|e| Error::Internal(e.to_string()))?;
    let statements: &[&'static str] = match (arguments.first().map(String::as_str), table.as_str()) {
        (Some("dim_orgs"), _) => &[include_str!("../sql/dim_orgs.sql")],
        (Some("dim_users"), _) => &[include_str!("../sql/dim_users.sql")],
        (Some("dim_scenarios"), _) => &[include_str!("../sql/dim_scenarios.sql")],
        (Some("dim_tracks"), "tracks") => &[include_str!("../sql/dim_tracks.sql")],
        (Some("dim_tracks"), _) => &[
            include_str!("../sql/lock_tracks_of_scenarios.sql"),
            include_str!("../sql/dim_tracks_of_scenarios.sql"),
        ],
        _ => return Err(Error::WrongTrigger(EXPECTED)),
    };
    let schema = Schema::of_definer_trigger(trigger)?;
    let rows = spi::rows_of(trigger);
    spi::with_transition_tables(trigger, |client| {
        statements.iter().try_for_each(|sql| spi::run_for_rows(client, schema, sql, rows).map(|_| ()))
    })
}
