//! Retention: what is over goes after a while.

use crate::error::Error;
use crate::gucs::webhooks as settings;
use crate::spi::Schema;
use crate::spi::rows;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const OVER: &str = include_str!("../sql/retention/over.sql");
const SWITCHED_OFF: &str = include_str!("../sql/retention/switched_off.sql");
const CLAIMS: &str = include_str!("../sql/retention/claims.sql");

/// The most rows that one call deletes: some hundreds of milliseconds' work. As many mean that there may be more.
pub const MOST: i32 = 20_000;

/// Deletes deliveries that are over and were queued more than `callcoach.webhook_retention` days ago, the pending
/// ones of endpoints that are switched off, as old, and claims that ended; 20,000 rows at most, the oldest first.
/// Returns how many: as many mean that there may be more. What somebody else has locked is left to the next call.
#[pg_extern(volatile, parallel_unsafe, security_definer, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
fn apply_retention() -> Result<i64, ErrorReport> {
    let schema = Schema::home()?;
    let mut left = MOST;
    if let Some(days) = settings::retention_days() {
        for sql in [OVER, SWITCHED_OFF] {
            left -= delete(schema, sql, &[days.into(), left.into()])?;
        }
    }
    left -= delete(schema, CLAIMS, &[left.into()])?;
    Ok(i64::from(MOST - left))
}

fn delete(schema: Schema, sql: &'static str, args: &[pgrx::datum::DatumWithOid]) -> Result<i32, Error> {
    Ok(i32::try_from(rows::execute(schema, sql, args)?).unwrap_or(i32::MAX))
}
