//! assignment.overdue: a sweep over what is past due.

use crate::delivery::Queue;
use crate::error::{self, Error};
use crate::rows::TriggerRow;
use crate::spi::Schema;
use crate::timestamps::Timestamptz;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;

const CHECK_DUE: &str = include_str!("../sql/events/check_due.sql");
const RAISE: &str = include_str!("../sql/events/overdue.sql");

/// Finds assignments, of every organisation, that are past due and not completed, raises assignment.overdue for
/// each once, and returns for how many: at most `max_assignments` (NULL: all), so that less means there are no
/// more. 22023 below 0.
#[pg_extern(volatile, parallel_unsafe, security_definer, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
fn sweep_overdue_assignments(max_assignments: default!(Option<i32>, "NULL")) -> Result<i32, ErrorReport> {
    let schema = Schema::home()?;
    if max_assignments.is_some_and(|most| most < 0) {
        return Err(Error::NegativeLimit("max_assignments").into());
    }
    Ok(Spi::connect_mut(|client| sweep(client, schema, max_assignments.map(i64::from)))?)
}

fn sweep(client: &mut SpiClient, schema: Schema, most: Option<i64>) -> Result<i32, Error> {
    let mut overdue = 0;
    loop {
        let wanted = most.map(|most| most - overdue);
        let (looked_at, late) = check_due(client, schema, wanted)?;
        overdue += late;
        // Those that were looked at and are completed do not count: there may be more.
        if wanted.is_none_or(|wanted| looked_at < wanted || late == wanted) {
            return Ok(i32::try_from(overdue).unwrap_or(i32::MAX));
        }
        pgrx::check_for_interrupts!();
    }
}

/// How many were looked at, and how many of them are late. Planned anew for each sweep: there may be three of
/// them due, or a hundred thousand.
fn check_due(client: &mut SpiClient, schema: Schema, most: Option<i64>) -> Result<(i64, i64), Error> {
    let found = client.update(schema.qualify(CHECK_DUE)?.as_str(), None, &[most.into()])?.first();
    let looked_at = found.get::<i64>(1)?.unwrap_or(0);
    let late = found.get::<Vec<pgrx::Uuid>>(2)?.zip(found.get::<Vec<i32>>(3)?);
    let Some((assignments, people)) = late else {
        return Ok((looked_at, 0));
    };
    let count = assignments.len();
    let found = client.update(schema.qualify(RAISE)?.as_str(), None, &[assignments.into(), people.into()])?;
    let mut queue = Queue::new(schema);
    queue.push_found(found)?;
    queue.finish();
    Ok((looked_at, i64::try_from(count).unwrap_or(i64::MAX)))
}

/// BEFORE UPDATE FOR EACH ROW on assignments: one that is given to somebody else, asks for something else, or is
/// due later than it was, may become overdue again. The trigger's WHEN says which are looked at.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.reopen_assignment() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn reopen_assignment<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    Ok(Some(reopen(trigger).unwrap_or_else(|e| error::raise(e))))
}

fn reopen<'t>(trigger: &'t PgTrigger<'t>) -> Result<PgHeapTuple<'t, AllocatedByPostgres>, Error> {
    let mut row = TriggerRow::new(trigger)?;
    row.set(c"overdue_checked_at", None::<Timestamptz>)?;
    Ok(row.finish())
}
