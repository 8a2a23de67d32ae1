//! Are the rollups right? The reports beside the documents' own queries over the facts.

use crate::error::Error;
use crate::spi::Schema;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const CHECK: &str = include_str!("../sql/reporting/check.sql");

/// The rows in which a report, or a rollup behind it, differs from what the facts say: none, unless a rollup was
/// damaged. Changes that are not folded yet show as differences: refresh first. Reads all facts. Where partitions of
/// the facts were retired, what stands for all times is only compared with what is left.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
#[allow(clippy::type_complexity)]
fn check_reporting(
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<
    TableIterator<
        'static,
        (
            name!(view_name, Option<String>),
            name!(org_id, Option<pgrx::Uuid>),
            name!(key, Option<String>),
            name!(expected, Option<pgrx::JsonB>),
            name!(found, Option<pgrx::JsonB>),
        ),
    >,
    ErrorReport,
> {
    let sql = Schema::of_call(fcinfo).qualify(CHECK)?;
    let rows = Spi::connect(|client| {
        let found = client.select(sql.as_str(), None, &[])?;
        found
            .map(|row| Ok((row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
            .collect::<Result<Vec<_>, Error>>()
    })?;
    Ok(TableIterator::new(rows))
}
