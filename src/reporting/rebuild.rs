//! The rollups from scratch: the first time, and to repair them.

use super::fold::{Folds, lock, record};
use super::{partitions, progress};
use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::timestamps;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const EMPTY: &str = include_str!("../sql/reporting/rebuild_empty.sql");
const FILL: &str = include_str!("../sql/reporting/rebuild_fill.sql");
const ESTIMATE: &str = "select greatest(reltuples, 0)::bigint from pg_class where oid = $1";

/// Fills the rollups anew from the facts, and returns how many facts it read. Neither readers, who see what was
/// before until it commits, nor writers wait: what they change meanwhile is left to the next fold. Can be cancelled.
/// 55000 once partitions of the facts were retired: the rollups alone know what they held.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn rebuild_reporting(fcinfo: pg_sys::FunctionCallInfo) -> Result<i64, ErrorReport> {
    Ok(rebuild(Schema::of_call(fcinfo))?)
}

fn rebuild(schema: Schema) -> Result<i64, Error> {
    partitions::refuse_after_retirement(schema)?;
    lock(schema, Folds::Rebuild)?;
    let began = timestamps::clock();
    let table = schema.table(c"fact_scenario_attempts");
    let facts = rows::first(schema, ESTIMATE, &[table.into()], Mode::Read, |row| row.get::<i64>(1))?;
    let expected = facts.flatten().unwrap_or(0);
    notice!("rebuild_reporting: about {expected} facts to read");
    rows::execute(schema, EMPTY, &[])?;
    let read =
        progress::of(expected, || rows::first(schema, FILL, &[], Mode::Lock, |row| row.get::<i64>(1)))?;
    let read = read.flatten().unwrap_or(0);
    record(schema, None, "rebuild", began, read)?;
    let seconds = (timestamps::clock().0 - began.0) as f64 / 1e6;
    notice!("rebuild_reporting: {read} facts read, rollups written, {seconds:.1} s");
    Ok(read)
}
