//! Rows written as INSERT writes them, without a statement: BEFORE and AFTER triggers with their transition tables,
//! defaults, generated columns, constraints, domains and indexes are all there; parser, planner and the setting up
//! of a plan are not, which cost more than the few rows that a completed attempt brings. What COPY and logical
//! replication do with their rows.
//!
//! What is the table's (triggers, defaults, expressions of indexes, checks of domains) runs with its owner's rights, as
//! what foreign keys do runs, and not with a definer's.

mod column;
mod keys;

use crate::as_role::as_key_owner;
use crate::error::Error;
use crate::majors;
use crate::spi::Schema;
use crate::timestamps;
use column::{Column, defaults_of};
use keys::{foreign_key, leave_out_check};
use pgrx::pg_sys;
use std::ffi::CStr;

/// So many rows are written at once, where the table allows: one record of the log for each page of them.
const BATCH: usize = 100;

/// The value of a column; `None`: NULL.
pub type Value = Option<pg_sys::Datum>;

/// A table that rows are being inserted into. Begun and finished by one caller, and no two at a time: PostgreSQL
/// keeps one list of AFTER triggers to come. An error in between ends the transaction, and cleans up.
pub struct Insert {
    relation: pg_sys::Relation,
    owner: pg_sys::Oid,
    state: *mut pg_sys::EState,
    target: *mut pg_sys::ResultRelInfo,
    capture: *mut pg_sys::TransitionCaptureState,
    /// What the rows give, in their order.
    columns: Vec<Column>,
    /// What they do not.
    defaults: Vec<(usize, *mut pg_sys::ExprState)>,
    slots: Vec<*mut pg_sys::TupleTableSlot>,
    /// How many of the slots hold rows that are not written yet.
    waiting: usize,
    batch: usize,
}

impl Insert {
    /// Begins to insert rows of these columns, each with its type, or that of which it is a domain.
    pub fn begin(schema: Schema, table: &CStr, columns: &[(&CStr, pg_sys::Oid)]) -> Result<Self, Error> {
        refuse_if_read_only();
        let oid = schema.own_table(table)?;
        // SAFETY: the relation is locked as any writer locks it, until the transaction ends.
        unsafe {
            let relation = pg_sys::table_open(oid, pg_sys::RowExclusiveLock as _);
            let form = (*relation).rd_rel;
            if (*form).relkind as u8 != pg_sys::RELKIND_RELATION || (*form).relispartition {
                return Err(Error::Internal(format!("{} is no ordinary table", table.to_string_lossy())));
            }
            let columns = columns
                .iter()
                .map(|(name, kind)| Column::of(relation, name, *kind))
                .collect::<Result<Vec<_>, Error>>()?;
            let owner = (*form).relowner;
            Ok(as_key_owner(owner, || Self::open(relation, owner, columns)))
        }
    }

    /// # Safety
    /// An ordinary table that is open and locked, its owner, and columns of it.
    unsafe fn open(relation: pg_sys::Relation, owner: pg_sys::Oid, columns: Vec<Column>) -> Self {
        // SAFETY: as the caller promises. What is made here lives in the state's memory, a child of the caller's.
        unsafe {
            let state = pg_sys::CreateExecutorState();
            let callers = pg_sys::MemoryContextSwitchTo((*state).es_query_cxt);
            (*state).es_output_cid = pg_sys::GetCurrentCommandId(true);
            let target = target_of(relation);
            (*state).es_opened_result_relations =
                pg_sys::lappend((*state).es_opened_result_relations, target.cast());
            let defaults = defaults_of(relation, &columns, state);
            let is_alone = has_before_row_triggers(target) || !defaults.is_empty();
            pg_sys::AfterTriggerBeginQuery();
            let (triggers, table) = ((*target).ri_TrigDesc, (*relation).rd_id);
            let capture = pg_sys::MakeTransitionCaptureState(triggers, table, pg_sys::CmdType::CMD_INSERT);
            pg_sys::ExecBSInsertTriggers(state, target);
            pg_sys::MemoryContextSwitchTo(callers);
            Self {
                relation,
                owner,
                state,
                target,
                capture,
                columns,
                defaults,
                slots: vec![],
                waiting: 0,
                batch: if is_alone { 1 } else { BATCH },
            }
        }
    }

    /// The rows that a foreign key of these columns refers to are held already (`Table::hold`): its own look-up of
    /// each, which would do the same again, is left out. Not where a trigger may change the rows first.
    pub fn held(&mut self, keys: &[(&CStr, &CStr)], of: pg_sys::Oid) {
        // SAFETY: the relation is open, and the triggers are a copy of our own.
        unsafe {
            if !has_before_row_triggers(self.target)
                && let Some(constraint) = foreign_key(self.relation, keys, of)
            {
                leave_out_check(self.target, constraint);
            }
        }
    }

    /// A value of a column as it will be stored: compressed, where the column says LZ4. For values that go into many
    /// rows, since each row by itself is compressed only where it is too large.
    pub fn packed(&self, column: &CStr, value: pg_sys::Datum) -> pg_sys::Datum {
        // SAFETY: the relation is open; a plain varlena of the column's type.
        unsafe {
            let number = pg_sys::SPI_fnumber((*self.relation).rd_att, column.as_ptr());
            if number < 1 || (*majors::column(self.relation, number)).attcompression as u8 != majors::LZ4 {
                return value;
            }
            majors::compress(value, majors::LZ4).unwrap_or(value)
        }
    }

    /// Inserts a row: a value for each column, in their order. False, and nothing inserted, where a BEFORE trigger
    /// says so.
    pub fn row(&mut self, values: &[Value]) -> Result<bool, Error> {
        self.insert(values, false)
    }

    /// The same; false also where a unique index has such a row already.
    pub fn row_if_new(&mut self, values: &[Value]) -> Result<bool, Error> {
        self.insert(values, true)
    }

    fn insert(&mut self, values: &[Value], only_if_new: bool) -> Result<bool, Error> {
        if values.len() != self.columns.len() {
            return Err(Error::Internal("a row of too few or too many values".into()));
        }
        pgrx::check_for_interrupts!();
        // SAFETY: a slot of the relation's own kind, with as many values as the relation has columns, of their types;
        // what they point into is copied before this returns.
        unsafe {
            let inserted = self.as_owner(|insert| {
                let slot = insert.slot();
                insert.fill(slot, values);
                let accepted = insert.accept(slot, only_if_new);
                if accepted {
                    pg_sys::ExecMaterializeSlot(slot);
                }
                accepted
            });
            if inserted {
                self.waiting += 1;
                if self.waiting == self.batch {
                    self.write();
                }
            }
            Ok(inserted)
        }
    }

    /// Writes what is waiting, and runs the triggers that come after.
    pub fn finish(mut self) {
        // SAFETY: begun, and finished once; in the order in which PostgreSQL ends an INSERT.
        unsafe {
            self.write();
            self.as_owner(|insert| {
                pg_sys::ExecASInsertTriggers(insert.state, insert.target, insert.capture);
                pg_sys::AfterTriggerEndQuery(insert.state);
            });
            pg_sys::ExecResetTupleTable((*self.state).es_tupleTable, false);
            pg_sys::ExecCloseResultRelations(self.state);
            for slot in self.slots {
                pg_sys::ExecDropSingleTupleTableSlot(slot);
            }
            pg_sys::table_close(self.relation, pg_sys::NoLock as _);
            pg_sys::FreeExecutorState(self.state);
        }
    }

    /// An empty slot.
    unsafe fn slot(&mut self) -> *mut pg_sys::TupleTableSlot {
        // SAFETY: made for the relation, which is open; in the state's memory.
        unsafe {
            let slot = match self.slots.get(self.waiting) {
                Some(slot) => *slot,
                None => {
                    let callers = pg_sys::MemoryContextSwitchTo((*self.state).es_query_cxt);
                    let slot = pg_sys::table_slot_create(self.relation, std::ptr::null_mut());
                    pg_sys::MemoryContextSwitchTo(callers);
                    self.slots.push(slot);
                    slot
                }
            };
            pg_sys::ExecClearTuple(slot)
        }
    }

    unsafe fn fill(&mut self, slot: *mut pg_sys::TupleTableSlot, values: &[Value]) {
        // SAFETY: the slot has room for each column of the relation.
        unsafe {
            let count = (*(*slot).tts_tupleDescriptor).natts as usize;
            let all = std::slice::from_raw_parts_mut((*slot).tts_values, count);
            let nulls = std::slice::from_raw_parts_mut((*slot).tts_isnull, count);
            all.fill(0.into());
            nulls.fill(true);
            for (column, value) in self.columns.iter_mut().zip(values) {
                column.check(*value, (*self.state).es_query_cxt);
                all[column.index] = value.unwrap_or(0.into());
                nulls[column.index] = value.is_none();
            }
            for (index, default) in &self.defaults {
                let context = pg_sys::MakePerTupleExprContext(self.state);
                if let Some(evaluate) = (**default).evalfunc {
                    all[*index] = evaluate(*default, context, &mut nulls[*index]);
                }
            }
            pg_sys::ExecStoreVirtualTuple(slot);
            (*slot).tts_tableOid = (*self.relation).rd_id;
        }
    }

    /// Everything that may change the row or stand against it.
    unsafe fn accept(&mut self, slot: *mut pg_sys::TupleTableSlot, only_if_new: bool) -> bool {
        // SAFETY: a filled slot of the relation's kind.
        unsafe {
            if has_before_row_triggers(self.target)
                && !pg_sys::ExecBRInsertTriggers(self.state, self.target, slot)
            {
                return false;
            }
            let constraints = (*(*self.relation).rd_att).constr;
            if !constraints.is_null() {
                if (*constraints).has_generated_stored {
                    majors::compute_stored_generated(self.target, self.state, slot);
                }
                pg_sys::ExecConstraints(self.target, slot, self.state);
            }
            !only_if_new || majors::has_no_duplicate(self.target, slot, self.state)
        }
    }

    /// Writes the rows that wait.
    unsafe fn write(&mut self) {
        if self.waiting == 0 {
            return;
        }
        // SAFETY: that many slots hold rows. What the access method and the indexes leave behind is in memory that is
        // freed at the end, as COPY has it.
        unsafe {
            self.as_owner(|insert| {
                let memory = (*pg_sys::MakePerTupleExprContext(insert.state)).ecxt_per_tuple_memory;
                let callers = pg_sys::MemoryContextSwitchTo(memory);
                let command = pg_sys::GetCurrentCommandId(true);
                let slots = &mut insert.slots[..insert.waiting];
                let nothing = std::ptr::null_mut();
                let count = slots.len() as _;
                pg_sys::table_multi_insert(insert.relation, slots.as_mut_ptr(), count, command, 0, nothing);
                pg_sys::MemoryContextSwitchTo(callers);
                for slot in slots {
                    let recheck = majors::insert_index_entries(insert.target, *slot, insert.state);
                    let (state, target) = (insert.state, insert.target);
                    pg_sys::ExecARInsertTriggers(state, target, *slot, recheck, insert.capture);
                    pg_sys::list_free(recheck);
                    pg_sys::ExecClearTuple(*slot);
                }
                pg_sys::MemoryContextReset(memory);
            });
            self.waiting = 0;
        }
    }

    /// Runs `body` with the rights that foreign keys' triggers have.
    fn as_owner<R>(&mut self, body: impl FnOnce(&mut Self) -> R) -> R {
        let owner = self.owner;
        as_key_owner(owner, || body(self))
    }
}

/// # Safety
/// The relation is open; the current memory context is the state's.
unsafe fn target_of(relation: pg_sys::Relation) -> *mut pg_sys::ResultRelInfo {
    // SAFETY: as the caller promises. It stands in no range table, as that of a trigger does not.
    unsafe {
        let target = pg_sys::palloc0(size_of::<pg_sys::ResultRelInfo>()).cast::<pg_sys::ResultRelInfo>();
        (*target).type_ = pg_sys::NodeTag::T_ResultRelInfo;
        pg_sys::InitResultRelInfo(target, relation, 0, std::ptr::null_mut(), 0);
        // With what finds rows that are there already.
        pg_sys::ExecOpenIndices(target, true);
        target
    }
}

/// # Safety
/// A target that was made here.
unsafe fn has_before_row_triggers(target: *mut pg_sys::ResultRelInfo) -> bool {
    // SAFETY: as the caller promises.
    unsafe { (*target).ri_TrigDesc.as_ref().is_some_and(|triggers| triggers.trig_insert_before_row) }
}

/// What a statement is asked before it begins: PostgreSQL writes wherever it is told to.
pub fn refuse_if_read_only() {
    // SAFETY: raises an error, or does nothing.
    unsafe { pg_sys::PreventCommandIfReadOnly(c"INSERT".as_ptr()) };
}

/// `now()`, as a default has it.
pub fn now() -> Value {
    Some(timestamps::now().0.into())
}
