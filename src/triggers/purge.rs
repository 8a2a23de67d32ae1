//! `callcoach.purge_deleted`: what was soft-deleted long ago goes for good.

use super::{deleted_at_column, function_named, qualified};
use crate::as_role::as_owner;
use crate::error::Error;
use crate::majors;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::spi::text;
use crate::tenancy;
use crate::timestamps::Timestamptz;
use pgrx::datum::Interval;
use pgrx::direct_function_call;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::cell::Cell;

thread_local! {
    /// The table that is being purged, and of what was deleted before when.
    static PURGING: Cell<Option<(pg_sys::Oid, Timestamptz)>> = const { Cell::new(None) };
}

/// Does the purge that runs take a row of this table, soft-deleted then?
pub fn takes(table: pg_sys::Oid, deleted: Option<Timestamptz>) -> bool {
    matches!((PURGING.get(), deleted), (Some((purged, before)), Some(deleted)) if purged == table && deleted < before)
}

/// A purge, until it is dropped: also by an error.
struct Purging(Option<(pg_sys::Oid, Timestamptz)>);

impl Purging {
    fn begin(table: pg_sys::Oid, before: Timestamptz) -> Self {
        Self(PURGING.replace(Some((table, before))))
    }
}

impl Drop for Purging {
    fn drop(&mut self) {
        PURGING.set(self.0);
    }
}

/// Deletes the rows of a table with a soft_delete trigger that were soft-deleted longer ago, with what hangs on them
/// by ON DELETE CASCADE; returns how many. For the table's owner and service_role; 42501 for others.
#[pg_extern(sql = r#"
CREATE FUNCTION callcoach.purge_deleted(table_name regclass, older_than interval DEFAULT '90 days') RETURNS bigint
VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn purge_deleted(table_name: Option<pg_sys::Oid>, older_than: Option<Interval>) -> Result<i64, ErrorReport> {
    let table = table_name.ok_or(Error::NullArgument("table_name"))?;
    let older_than = older_than.ok_or(Error::NullArgument("older_than"))?;
    if older_than.as_micros() < 0 {
        return Err(Error::OutOfRange("older_than", "0 or more").into());
    }
    let owner = majors::table_owner(table).unwrap_or(pg_sys::InvalidOid);
    if !majors::owns_table(table, tenancy::role_in_force()) && !tenancy::is_service_role() {
        return Err(Error::NotPurger.into());
    }
    // The owner has said so by making the trigger: service_role has no business with other tables.
    if !super::is_table(table) || !deletes_softly(table) {
        return Err(Error::NotSoftlyDeleted(qualified(table)?).into());
    }
    deleted_at_column(table)?;
    let before =
        rows::first(Schema::home()?, "select now() - $1", &[older_than.into()], Mode::Read, |row| {
            row.get::<Timestamptz>(1)
        })?;
    let before = before.flatten().ok_or_else(|| Error::Internal("there is no such time".into()))?;
    let root = root(table);
    let text = format!("delete from {} where deleted_at < $1", qualified(table)?);
    let params = [(before.into_datum(), pg_sys::TIMESTAMPTZOID)];
    let _purging = Purging::begin(root, before);
    let deleted = as_owner(owner, || text::run(text, &params, Mode::Lock, 0, None))?;
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}

fn root(table: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: pg_partition_root(regclass), NULL for a table that is in no tree.
    unsafe { direct_function_call::<pg_sys::Oid>(pg_sys::pg_partition_root, &[Some(table.into())]) }
        .unwrap_or(table)
}

/// Has the table our trigger, as it is to be made, and is it on?
fn deletes_softly(table: pg_sys::Oid) -> bool {
    let ours = function_named("callcoach.soft_delete()");
    // SAFETY: the relation is locked and open while its triggers are read.
    unsafe {
        let relation = pg_sys::table_open(table, pg_sys::AccessShareLock as _);
        let described = (*relation).trigdesc;
        let triggers = if described.is_null() || (*described).numtriggers < 1 {
            &[][..]
        } else {
            std::slice::from_raw_parts((*described).triggers, (*described).numtriggers as usize)
        };
        let kind =
            (pg_sys::TRIGGER_TYPE_ROW | pg_sys::TRIGGER_TYPE_BEFORE | pg_sys::TRIGGER_TYPE_DELETE) as i16;
        let found = triggers.iter().any(|trigger| {
            trigger.tgfoid == ours
                && trigger.tgenabled as u8 != pg_sys::TRIGGER_DISABLED
                && trigger.tgtype & kind == kind
        });
        pg_sys::table_close(relation, pg_sys::AccessShareLock as _);
        found
    }
}
