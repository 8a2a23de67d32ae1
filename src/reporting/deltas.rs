//! What changes in the facts is logged, for the next fold: a row for each changed fact, as it was and as it is.
//! Natively, since every completed attempt pays for it: rows go from the transition tables straight to the end
//! of a table without indexes.

use crate::error::{self, Error};
use crate::rows::{StoredRows, same_datum};
use crate::spi::Schema;
use pgrx::AllocatedByPostgres;
use pgrx::direct_function_call_as_datum;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::ffi::CStr;

/// AFTER INSERT, UPDATE or DELETE on fact_scenario_attempts FOR EACH STATEMENT, with its transition tables.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.log_fact_changes() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn log_fact_changes<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    log(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

fn log(trigger: &PgTrigger) -> Result<(), Error> {
    const EXPECTED: &str = "It belongs in AFTER … FOR EACH STATEMENT triggers of fact_scenario_attempts.";
    let event = trigger.event();
    let table = trigger.table_name().map_err(|e| Error::Internal(e.to_string()))?;
    if event.fired_by_truncate() {
        return Err(Error::FactsTruncated);
    }
    if !event.fired_for_statement() || !event.fired_after() || table != "fact_scenario_attempts" {
        return Err(Error::WrongTrigger(EXPECTED));
    }
    let schema = Schema::of_definer_trigger(trigger)?;
    let data = trigger.trigger_data();
    // SAFETY: the relation and the statement's tuplestores are there while its trigger runs.
    let (log, mut old, mut new) = unsafe {
        let facts = (*data.tg_relation).rd_att;
        let rows =
            |store: *mut pg_sys::Tuplestorestate| (!store.is_null()).then(|| StoredRows::of(store, facts));
        (Log::open(schema, facts)?, rows(data.tg_oldtable), rows(data.tg_newtable))
    };
    let advance = |rows: &mut Option<StoredRows>| rows.as_mut().is_some_and(StoredRows::advance);
    loop {
        pgrx::check_for_interrupts!();
        // An update's rows come in the same order before and after.
        let (was, is) = (advance(&mut old), advance(&mut new));
        match (old.as_ref().filter(|_| was), new.as_ref().filter(|_| is)) {
            (None, None) => return Ok(()),
            (Some(old), Some(new)) if log.same(old, new) => {}
            (Some(old), Some(new)) if !log.same_org(old, new) => {
                log.append(Some(old), None);
                log.append(None, Some(new));
            }
            (old, new) => log.append(old, new),
        }
    }
}

/// A column of the facts: its number, its type's length, and whether it is by value.
#[derive(Clone, Copy)]
struct Column {
    number: i32,
    length: i16,
    by_value: bool,
}

/// What a column of the log holds.
enum Logged {
    Id,
    At,
    Org,
    Old(Column),
    New(Column),
}

/// The log, open for writing.
struct Log {
    relation: pg_sys::Relation,
    ids: pg_sys::Oid,
    org: Column,
    columns: Vec<Logged>,
}

impl Log {
    /// # Safety
    /// `facts` describes an open relation.
    unsafe fn open(schema: Schema, facts: pg_sys::TupleDesc) -> Result<Self, Error> {
        let [table, ids] = [c"reporting_deltas", c"reporting_deltas_id_seq"].map(|name| schema.table(name));
        if table == pg_sys::InvalidOid || ids == pg_sys::InvalidOid {
            return Err(Error::Internal("the table reporting_deltas is missing".into()));
        }
        // SAFETY: as the caller promises; the relation is locked until the transaction ends.
        unsafe {
            let org = column_of(facts, c"org_id", pg_sys::UUIDOID)?;
            let relation = pg_sys::table_open(table, pg_sys::RowExclusiveLock as _);
            let mut log = Self { relation, ids, org, columns: vec![] };
            if (*(*relation).rd_rel).relkind as u8 != pg_sys::RELKIND_RELATION {
                return Err(Error::Internal("reporting_deltas is no table".into()));
            }
            let descriptor = (*relation).rd_att;
            for number in 1..=(*descriptor).natts {
                log.columns.push(logged(descriptor, number, facts)?);
            }
            Ok(log)
        }
    }

    fn same(&self, old: &StoredRows, new: &StoredRows) -> bool {
        let all = |logged: &Logged| match logged {
            Logged::Old(column) => same_value(*column, old, new),
            _ => true,
        };
        self.same_org(old, new) && self.columns.iter().all(all)
    }

    fn same_org(&self, old: &StoredRows, new: &StoredRows) -> bool {
        same_value(self.org, old, new)
    }

    fn append(&self, old: Option<&StoredRows>, new: Option<&StoredRows>) {
        let nothing = (pg_sys::Datum::from(0), true);
        let value =
            |row: Option<&StoredRows>, column: &Column| row.map_or(nothing, |row| row.value(column.number));
        // SAFETY: as many values as the relation has columns, of their types; the sequence is the table's own,
        // and the tuple ours.
        unsafe {
            let (mut values, mut nulls): (Vec<_>, Vec<_>) = self
                .columns
                .iter()
                .map(|logged| match logged {
                    Logged::Id => (next_id(self.ids), false),
                    Logged::At => (pg_sys::GetCurrentTransactionStartTimestamp().into(), false),
                    Logged::Org => value(new.or(old), &self.org),
                    Logged::Old(column) => value(old, column),
                    Logged::New(column) => value(new, column),
                })
                .unzip();
            let descriptor = (*self.relation).rd_att;
            let tuple = pg_sys::heap_form_tuple(descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
            let command = pg_sys::GetCurrentCommandId(true);
            pg_sys::heap_insert(self.relation, tuple, command, 0, std::ptr::null_mut());
            pg_sys::heap_freetuple(tuple);
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // SAFETY: ours, and closed once; the lock stays, as after any write.
        unsafe { pg_sys::table_close(self.relation, pg_sys::NoLock as _) };
    }
}

/// The next number of a sequence.
fn next_id(sequence: pg_sys::Oid) -> pg_sys::Datum {
    // SAFETY: nextval() takes a sequence's oid and gives a bigint, or raises.
    let id = unsafe { direct_function_call_as_datum(pg_sys::nextval_oid, &[sequence.into_datum()]) };
    id.unwrap_or(pg_sys::Datum::from(0))
}

/// What column `number` of the log holds: by its name, that of the facts' column behind `old_` or `new_`.
///
/// # Safety
/// Two valid descriptors.
unsafe fn logged(log: pg_sys::TupleDesc, number: i32, facts: pg_sys::TupleDesc) -> Result<Logged, Error> {
    // SAFETY: as the caller promises; the name is palloc'ed.
    unsafe {
        let type_oid = pg_sys::SPI_gettypeid(log, number);
        let name = pg_sys::SPI_fname(log, number);
        if type_oid == pg_sys::InvalidOid || name.is_null() {
            return Err(Error::Internal("a column of reporting_deltas is gone".into()));
        }
        let name = CStr::from_ptr(name);
        let of_type =
            |wanted, logged| if type_oid == wanted { Ok(logged) } else { Err(Error::not_ours(name)) };
        match name.to_bytes() {
            b"id" => of_type(pg_sys::INT8OID, Logged::Id),
            b"logged_at" => of_type(pg_sys::TIMESTAMPTZOID, Logged::At),
            b"org_id" => of_type(pg_sys::UUIDOID, Logged::Org),
            [b'o', b'l', b'd', b'_', ..] => Ok(Logged::Old(column_of(facts, behind(name), type_oid)?)),
            [b'n', b'e', b'w', b'_', ..] => Ok(Logged::New(column_of(facts, behind(name), type_oid)?)),
            _ => Err(Error::not_ours(name)),
        }
    }
}

/// The name without its first four characters.
fn behind(name: &CStr) -> &CStr {
    name.to_bytes_with_nul().get(4..).and_then(|rest| CStr::from_bytes_with_nul(rest).ok()).unwrap_or(name)
}

/// # Safety
/// A valid descriptor.
unsafe fn column_of(
    descriptor: pg_sys::TupleDesc,
    name: &CStr,
    type_oid: pg_sys::Oid,
) -> Result<Column, Error> {
    // SAFETY: as the caller promises; then a syscache look-up.
    unsafe {
        let number = pg_sys::SPI_fnumber(descriptor, name.as_ptr());
        if number < 1 || pg_sys::SPI_gettypeid(descriptor, number) != type_oid {
            return Err(Error::not_ours(name));
        }
        let (mut length, mut by_value) = (0, false);
        pg_sys::get_typlenbyval(type_oid, &mut length, &mut by_value);
        Ok(Column { number, length, by_value })
    }
}

fn same_value(column: Column, old: &StoredRows, new: &StoredRows) -> bool {
    match (old.value(column.number), new.value(column.number)) {
        ((_, true), (_, true)) => true,
        // SAFETY: two values of the column's own type.
        ((old, false), (new, false)) => unsafe { same_datum(old, new, column.length, column.by_value) },
        _ => false,
    }
}
