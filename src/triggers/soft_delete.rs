//! `callcoach.soft_delete`: a DELETE marks the row and leaves it; one that comes from a parent's ON DELETE CASCADE, or
//! from a purge, deletes it.

use super::{Table, deleted_at, deleted_at_column, purge, qualified, references};
use crate::as_role::as_owner;
use crate::error::{self, Error};
use crate::majors;
use crate::rows::TriggerRow;
use crate::spi::rows::Mode;
use crate::spi::text::{self, Param};
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::tupdesc::PgTupleDesc;

/// BEFORE DELETE FOR EACH ROW, on a table with deleted_at.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.soft_delete() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn soft_delete<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    let table = Table::of(trigger);
    let row = TriggerRow::any(trigger).tuples().0;
    if keeps(trigger, &table, row).unwrap_or_else(|e| error::raise(e)) {
        return Ok(None);
    }
    // SAFETY: the trigger's own tuple, of this table.
    Ok(Some(unsafe { PgHeapTuple::from_heap_tuple(PgTupleDesc::from_pg_copy(table.descriptor()), row) }))
}

/// Does the row stay? Then it is marked.
fn keeps(trigger: &PgTrigger, table: &Table, row: pg_sys::HeapTuple) -> Result<bool, Error> {
    let event = trigger.event();
    if !event.fired_for_row() || !event.fired_before() || !event.fired_by_delete() {
        return Err(Error::WrongTrigger("It belongs in a BEFORE DELETE … FOR EACH ROW trigger."));
    }
    let deleted = deleted_at(table, row)?;
    if purge::takes(table.root, deleted) || is_orphan(table, row)? {
        return Ok(false);
    }
    if deleted.is_none() {
        mark(table, row)?;
    }
    Ok(true)
}

/// Is a row gone that this one refers to, and that it is deleted with? By looking, and not by the trigger's depth: an
/// application's own function that deletes is no cascade.
fn is_orphan(table: &Table, row: pg_sys::HeapTuple) -> Result<bool, Error> {
    for key in references::of(table.oid())?.iter().filter(|key| key.cascades) {
        let values: Vec<Param> = key.columns.iter().map(|number| super::param(table, row, *number)).collect();
        if values.iter().all(|(value, _)| value.is_some()) && !key.finds(&values)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An UPDATE with the rights of the table's owner: whoever may delete the row need not be allowed to update it. By the
/// table's name at the top, so that its statement-level triggers see it, too.
fn mark(table: &Table, row: pg_sys::HeapTuple) -> Result<(), Error> {
    deleted_at_column(table.root)?;
    let owner = majors::table_owner(table.root).unwrap_or(pg_sys::InvalidOid);
    let only = if table.is_partition() { "" } else { "only " };
    let text = format!(
        "update {only}{} set deleted_at = now() where ctid = $1 and tableoid = $2",
        qualified(table.root)?
    );
    // SAFETY: the tuple lives as long as its trigger runs.
    let place = unsafe { pg_sys::Datum::from(&raw mut (*row).t_self) };
    let params = [(Some(place), pg_sys::TIDOID), (table.oid().into_datum(), pg_sys::OIDOID)];
    as_owner(owner, || text::run(text, &params, Mode::Lock, 0, None))?;
    Ok(())
}
