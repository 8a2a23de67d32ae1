//! The trigger that keeps customers.health_score: a statement's rows, of whatever number, are the customers they
//! touch; those are locked in order, counted anew and written where the score is another.

use super::tables::Tables;
use super::{id, lock, refresh_all, write_changed};
use crate::error::{self, Error};
use crate::rows::{StoredRows, same_datum};
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::timestamps;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::collections::BTreeSet;
use std::ffi::CStr;

const CUSTOMERS_OF_SESSIONS: &str = include_str!("../sql/health/customers_of_sessions.sql");
const RECENT_MICROS: i64 = 30 * 86_400 * 1_000_000;

/// AFTER INSERT, UPDATE, DELETE (with transition tables) or TRUNCATE on agent_messages, training_progress and
/// agent_sessions FOR EACH STATEMENT.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.keep_health_scores() RETURNS trigger
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn keep_health_scores<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    keep(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

/// What a table's rows say of customers.
enum Source {
    Messages,
    Training,
    Sessions,
}

fn keep(trigger: &PgTrigger) -> Result<(), Error> {
    const EXPECTED: &str = "It belongs in AFTER … FOR EACH STATEMENT triggers, with transition tables, of agent_messages, training_progress and agent_sessions.";
    let event = trigger.event();
    let table = trigger.table_name().map_err(|e| Error::Internal(e.to_string()))?;
    let source = match table.as_str() {
        "agent_messages" => Source::Messages,
        "training_progress" => Source::Training,
        "agent_sessions" => Source::Sessions,
        _ => return Err(Error::WrongTrigger(EXPECTED)),
    };
    if !event.fired_for_statement() || !event.fired_after() {
        return Err(Error::WrongTrigger(EXPECTED));
    }
    let tables = Tables::in_schema(Schema::of_trigger(trigger))?;
    if event.fired_by_truncate() {
        return tables.as_owner(|| refresh_all(&tables)).map(|_| ());
    }
    let data = trigger.trigger_data();
    let has = |store: *mut pg_sys::Tuplestorestate, needed: bool| needed != store.is_null();
    if !has(data.tg_oldtable, !event.fired_by_insert()) || !has(data.tg_newtable, !event.fired_by_delete()) {
        return Err(Error::WrongTrigger(EXPECTED));
    }
    let touched = touched(data, &source)?;
    if touched.is_empty() {
        return Ok(());
    }
    let touched: Vec<_> = touched.into_iter().map(pgrx::Uuid::from_bytes).collect();
    tables.as_owner(|| {
        let locked = match source {
            Source::Messages => lock_customers_of(&tables, touched)?,
            Source::Training | Source::Sessions => lock(&tables, touched)?,
        };
        write_changed(&tables, locked).map(|_| ())
    })
}

/// Locks the customers of sessions. Whoever moves a session locks both of its customers, so a session that is still
/// with one that is locked stays there; one that was moved meanwhile is followed.
fn lock_customers_of(tables: &Tables, sessions: Vec<pgrx::Uuid>) -> Result<Vec<pgrx::Uuid>, Error> {
    let mut locked = BTreeSet::new();
    loop {
        let args = [sessions.clone().into()];
        let customers = rows::all(tables.schema, CUSTOMERS_OF_SESSIONS, &args, Mode::Latest, id)?;
        if customers.iter().all(|customer| locked.contains(customer.as_bytes())) {
            return Ok(locked.into_iter().map(pgrx::Uuid::from_bytes).collect());
        }
        // Also those that are gone by now: they are not looked for again.
        locked.extend(customers.iter().map(|customer| *customer.as_bytes()));
        lock(tables, customers)?;
    }
}

/// The sessions (of messages) or customers whose score the statement may have changed.
fn touched(data: &pg_sys::TriggerData, source: &Source) -> Result<BTreeSet<[u8; 16]>, Error> {
    // SAFETY: the relation and the statement's tuplestores are there while its trigger runs.
    let (columns, mut old, mut new) = unsafe {
        let descriptor = (*data.tg_relation).rd_att;
        let rows = |store: *mut pg_sys::Tuplestorestate| {
            (!store.is_null()).then(|| StoredRows::of(store, descriptor))
        };
        (Columns::of(source, descriptor)?, rows(data.tg_oldtable), rows(data.tg_newtable))
    };
    let mut touched = BTreeSet::new();
    let advance = |rows: &mut Option<StoredRows>| rows.as_mut().is_some_and(StoredRows::advance);
    loop {
        pgrx::check_for_interrupts!();
        // An update's rows come in the same order before and after.
        let (was, is) = (advance(&mut old), advance(&mut new));
        match (old.as_ref().filter(|_| was), new.as_ref().filter(|_| is)) {
            (None, None) => return Ok(touched),
            (Some(old), Some(new)) if columns.same(old, new) => {}
            (old, new) => {
                touched.extend([old, new].into_iter().flatten().filter_map(|row| columns.owner(row)))
            }
        }
    }
}

/// The columns that matter: whose row it is, and what of it counts.
struct Columns {
    owner: i32,
    counts: Option<(i32, i16)>,
    /// What counts is a time, and only what is recent.
    is_time: bool,
}

impl Columns {
    /// # Safety
    /// A valid descriptor.
    unsafe fn of(source: &Source, descriptor: pg_sys::TupleDesc) -> Result<Self, Error> {
        let (owner, counts) = match source {
            Source::Messages => (c"session_id", Some((c"created_at", pg_sys::TIMESTAMPTZOID, 8))),
            Source::Training => (c"customer_id", Some((c"progress", pg_sys::INT4OID, 4))),
            Source::Sessions => (c"customer_id", None),
        };
        // SAFETY: as the caller promises.
        unsafe {
            let counts = match counts {
                Some((name, type_oid, length)) => Some((number(descriptor, name, type_oid)?, length)),
                None => None,
            };
            Ok(Self {
                owner: number(descriptor, owner, pg_sys::UUIDOID)?,
                counts,
                is_time: matches!(source, Source::Messages),
            })
        }
    }

    fn same(&self, old: &StoredRows, new: &StoredRows) -> bool {
        let same = |number, length, by_value| match (old.value(number), new.value(number)) {
            ((_, true), (_, true)) => true,
            // SAFETY: two values of the column's type, whose length that is.
            ((old, false), (new, false)) => unsafe { same_datum(old, new, length, by_value) },
            _ => false,
        };
        same(self.owner, 16, false) && self.counts.is_none_or(|(number, length)| same(number, length, true))
    }

    /// Whose row it is; `None` for nobody's, and for one too old to count.
    fn owner(&self, row: &StoredRows) -> Option<[u8; 16]> {
        if let (true, Some((number, _))) = (self.is_time, self.counts) {
            let (time, is_null) = row.value(number);
            if is_null || time.value() as i64 <= timestamps::now().0.saturating_sub(RECENT_MICROS) {
                return None;
            }
        }
        let (datum, is_null) = row.value(self.owner);
        // SAFETY: a uuid, see `of`.
        let id = unsafe { pgrx::Uuid::from_datum(datum, is_null) };
        id.map(|id| *id.as_bytes())
    }
}

/// The number of a column, which is of this type.
///
/// # Safety
/// A valid descriptor.
unsafe fn number(descriptor: pg_sys::TupleDesc, name: &CStr, type_oid: pg_sys::Oid) -> Result<i32, Error> {
    // SAFETY: as the caller promises.
    let number = unsafe { pg_sys::SPI_fnumber(descriptor, name.as_ptr()) };
    // SAFETY: the same, and a number that it has.
    if number > 0 && unsafe { pg_sys::SPI_gettypeid(descriptor, number) } == type_oid {
        Ok(number)
    } else {
        Err(Error::not_ours(name))
    }
}
