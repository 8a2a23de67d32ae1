//! dim_time, the calendar.

use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const FILL: &str = include_str!("../sql/reporting/fill_dim_time.sql");
/// Some 2,700 years: enough for any calendar, and bounded.
const MOST_DAYS: i64 = 1_000_000;

/// Adds the days that dim_time does not have yet, from `first` to `last`; returns how many. 22023 for a range that
/// is reversed, infinite or of more than 1,000,000 days.
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn fill_dim_time(
    first: default!(Date, "'1970-01-01'"),
    last: default!(Date, "'2100-12-31'"),
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<i32, ErrorReport> {
    let is_infinite = |day: &Date| day.is_infinity() || day.is_neg_infinity();
    let days = i64::from(last.to_pg_epoch_days()) - i64::from(first.to_pg_epoch_days());
    if is_infinite(&first) || is_infinite(&last) || !(0..MOST_DAYS).contains(&days) {
        return Err(Error::DateRange.into());
    }
    let added = rows::execute(Schema::of_call(fcinfo), FILL, &[first.into(), last.into()])?;
    Ok(i32::try_from(added).unwrap_or(i32::MAX))
}
