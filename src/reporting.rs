//! Facts by hand, dimensions, and refreshing the reporting views.

use crate::attempts;
use crate::error::{self, Error};
use crate::spi::rows::{self, Mode};
use crate::spi::{self, Schema};
use crate::tenancy;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

const ATTEMPT_ORG: &str = "select org_id from {schema}.scenario_attempts where id = $1 for share";
const FILLED_VIEWS: &str = "select relname::text, relispopulated from pg_class
 where relnamespace = $1 and relkind = 'm'
   and relname in ('mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights')
 order by relname";

/// Writes the fact of a completed attempt, as its trigger does; an attempt that is not completed has none.
/// PT404 for an attempt that is not there, or not in the current organisation.
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn populate_fact_from_attempt(
    attempt_id: pgrx::Uuid,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<(), ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let org =
        rows::first(schema, ATTEMPT_ORG, &[attempt_id.into()], Mode::Lock, |row| row.get::<pgrx::Uuid>(1))?;
    match org.flatten() {
        Some(org) if tenancy::check_handed_org(Uuid::from_bytes(*org.as_bytes())) => {
            Ok(attempts::upsert_fact(schema, attempt_id)?)
        }
        _ => Err(Error::NoSuchAttempt.into()),
    }
}

/// Brings the reporting views up to date: without blocking their readers, once they have been filled.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn refresh_reporting(fcinfo: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(refresh(Schema::of_call(fcinfo))?)
}

/// The same as refresh_reporting(), under its older name.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn refresh_reporting_views(fcinfo: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(refresh(Schema::of_call(fcinfo))?)
}

fn refresh(schema: Schema) -> Result<(), Error> {
    Spi::connect_mut(|client| {
        let mut views = Vec::new();
        for row in spi::run(client, schema, FILLED_VIEWS, &[schema.oid().into()])? {
            views.push((row.get::<String>(1)?, row.get::<bool>(2)?));
        }
        for (name, filled) in views {
            let (Some(name), Some(filled)) = (name, filled) else { continue };
            let how = if filled { "concurrently " } else { "" };
            let sql = schema.qualify(&format!("refresh materialized view {how}{{schema}}.{name}"))?;
            client.update(sql.as_str(), None, &[])?;
        }
        Ok(())
    })
}

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
        (Some("dim_orgs"), _) => &[include_str!("sql/dim_orgs.sql")],
        (Some("dim_users"), _) => &[include_str!("sql/dim_users.sql")],
        (Some("dim_scenarios"), _) => &[include_str!("sql/dim_scenarios.sql")],
        (Some("dim_tracks"), "tracks") => &[include_str!("sql/dim_tracks.sql")],
        (Some("dim_tracks"), _) => &[
            include_str!("sql/lock_tracks_of_scenarios.sql"),
            include_str!("sql/dim_tracks_of_scenarios.sql"),
        ],
        _ => return Err(Error::WrongTrigger(EXPECTED)),
    };
    let schema = Schema::of_definer_trigger(trigger)?;
    spi::with_transition_tables(trigger, |client, rows| {
        statements.iter().try_for_each(|sql| spi::run_for_rows(client, schema, sql, rows))
    })
}
