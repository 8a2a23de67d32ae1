//! Facts in one table, or partitioned by month (sql/optional/partition_facts.sql): which it is, and from what day
//! on they are there.

use crate::error::Error;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use pgrx::datum::Date;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const FACTS: &std::ffi::CStr = c"fact_scenario_attempts";

/// How the facts are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    OneTable,
    ByMonth,
}

impl Form {
    /// The form it is, and stays until the transaction ends: the table is locked as any writer locks it. Who turns
    /// it into the other meanwhile is waited for before it is looked at, not after.
    pub fn locked(schema: Schema) -> Result<Self, Error> {
        let mode = pg_sys::RowExclusiveLock as _;
        loop {
            let table = schema.table(FACTS);
            if table == pg_sys::InvalidOid {
                return Err(Error::Internal("the table fact_scenario_attempts is missing".into()));
            }
            // SAFETY: locks by oid, which also takes in what others committed before; then syscache look-ups.
            unsafe {
                pg_sys::LockRelationOid(table, mode);
                if schema.table(FACTS) == table {
                    return Ok(Self::of(table));
                }
                pg_sys::UnlockRelationOid(table, mode);
            }
        }
    }

    fn of(table: pg_sys::Oid) -> Self {
        // SAFETY: a syscache look-up.
        match unsafe { pg_sys::get_rel_relkind(table) } as u8 {
            pg_sys::RELKIND_PARTITIONED_TABLE => Form::ByMonth,
            _ => Form::OneTable,
        }
    }
}

/// A statement over the facts, in the words of each form.
#[derive(Clone, Copy)]
pub struct Statement {
    one_table: &'static str,
    by_month: &'static str,
}

impl Statement {
    pub const fn new(one_table: &'static str, by_month: &'static str) -> Self {
        Self { one_table, by_month }
    }

    /// The same for both.
    pub const fn same(sql: &'static str) -> Self {
        Self::new(sql, sql)
    }

    pub fn of(self, form: Form) -> &'static str {
        match form {
            Form::OneTable => self.one_table,
            Form::ByMonth => self.by_month,
        }
    }
}

/// The first day of facts that are still there, where earlier partitions were retired; -infinity where none was.
fn horizon(schema: Schema) -> Result<Date, Error> {
    let whole = Date::negative_infinity();
    let table = schema.table(FACTS);
    if table == pg_sys::InvalidOid || Form::of(table) == Form::OneTable {
        return Ok(whole);
    }
    // SAFETY: the relation is open and locked while it is looked at.
    let first = unsafe {
        let relation = pg_sys::table_open(table, pg_sys::AccessShareLock as _);
        let first = first_bound(relation);
        pg_sys::table_close(relation, pg_sys::NoLock as _);
        first
    };
    let Some(first) = first else { return Ok(whole) };
    let partitions = Table::by_primary_key(schema, c"fact_partitions")?;
    let key = [(c"table_name", Key::Text("fact_scenario_attempts"))];
    let began = partitions.find::<Date>(&key, c"began")?;
    Ok(if began.is_some_and(|began| began.into_inner() < first.into_inner()) { first } else { whole })
}

/// For what reads all facts in order to write the rollups anew.
pub fn refuse_after_retirement(schema: Schema) -> Result<(), Error> {
    let horizon = horizon(schema)?;
    if horizon.is_neg_infinity() { Ok(()) } else { Err(Error::FactsRetired(horizon)) }
}

/// The lower bound of the first partition; `None` without one, and where it reaches back without end.
///
/// # Safety
/// `relation` is a partitioned table, open and locked.
unsafe fn first_bound(relation: pg_sys::Relation) -> Option<Date> {
    // SAFETY: as the caller promises; a day is a number, and not followed.
    unsafe {
        let bounds = (*pg_sys::RelationGetPartitionDesc(relation, true)).boundinfo;
        if bounds.is_null() || (*bounds).ndatums < 1 || (*bounds).kind.is_null() {
            return None;
        }
        if **(*bounds).kind != pg_sys::PartitionRangeDatumKind::PARTITION_RANGE_DATUM_VALUE {
            return None;
        }
        Date::from_datum(**(*bounds).datums, false)
    }
}

/// The first day of facts that are still there, where earlier partitions were retired; -infinity where none was.
#[pg_extern(stable, parallel_restricted, schema = "callcoach")]
fn fact_horizon() -> Result<Date, ErrorReport> {
    Ok(horizon(Schema::home()?)?)
}

/// May a fact of that day be written? Not one of a month whose partition was retired: what it counted for stays in
/// the rollups, and it would count twice. One without a day (-infinity) always.
#[pg_extern(stable, strict, parallel_restricted, schema = "callcoach")]
fn takes_facts_of(date_key: Date) -> Result<bool, ErrorReport> {
    Ok(date_key.is_neg_infinity() || horizon(Schema::home()?)?.into_inner() <= date_key.into_inner())
}
