//! Facts by hand: triggers write them otherwise.

use crate::attempts;
use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::tenancy;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

/// Locked as its own completion locks it: whoever writes the attempt's fact does so alone.
const ATTEMPT_ORG: &str = "select org_id from {schema}.scenario_attempts where id = $1 for no key update";

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
