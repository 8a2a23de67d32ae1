//! Rows written as INSERT writes them, without a statement: BEFORE and AFTER triggers with their transition tables,
//! defaults, generated columns, constraints, domains and indexes are all there; parser, planner and the setting up
//! of a plan are not, which cost more than the few rows that a completed attempt brings. What COPY and logical
//! replication do with their rows.
//!
//! The table's triggers run with its owner's rights, as those of foreign keys do, and not with a definer's.

use crate::error::Error;
use crate::majors;
use crate::rows::same_datum;
use crate::spi::Schema;
use crate::timestamps;
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

struct Column {
    index: usize,
    length: i16,
    by_value: bool,
    domain: Option<Domain>,
}

/// A domain, and the value that it took last: one statement's rows mostly have the same.
struct Domain {
    oid: pg_sys::Oid,
    cache: *mut std::ffi::c_void,
    taken: Value,
}

impl Insert {
    /// Begins to insert rows of these columns, each with its type, or that of which it is a domain.
    pub fn begin(schema: Schema, table: &CStr, columns: &[(&CStr, pg_sys::Oid)]) -> Result<Self, Error> {
        refuse_if_read_only();
        let oid = schema.table(table);
        if oid == pg_sys::InvalidOid {
            let table = table.to_string_lossy();
            return Err(Error::Internal(format!("table {table} is missing: the migrations are not applied")));
        }
        // SAFETY: the relation is locked as any writer locks it, until the transaction ends. What is made here lives
        // in the state's memory, a child of the caller's.
        unsafe {
            let relation = pg_sys::table_open(oid, pg_sys::RowExclusiveLock as _);
            let form = (*relation).rd_rel;
            if (*form).relkind as u8 != pg_sys::RELKIND_RELATION || (*form).relispartition {
                return Err(Error::Internal(format!("{} is no ordinary table", table.to_string_lossy())));
            }
            let state = pg_sys::CreateExecutorState();
            let callers = pg_sys::MemoryContextSwitchTo((*state).es_query_cxt);
            (*state).es_output_cid = pg_sys::GetCurrentCommandId(true);
            let target = target_of(relation);
            (*state).es_opened_result_relations =
                pg_sys::lappend((*state).es_opened_result_relations, target.cast());
            let columns = columns
                .iter()
                .map(|(name, kind)| Column::of(relation, name, *kind))
                .collect::<Result<Vec<_>, Error>>()?;
            let defaults = defaults_of(relation, &columns, state);
            let is_alone = has_before_row_triggers(target) || !defaults.is_empty();
            let mut insert = Self {
                relation,
                owner: (*form).relowner,
                state,
                target,
                capture: std::ptr::null_mut(),
                columns,
                defaults,
                slots: vec![],
                waiting: 0,
                batch: if is_alone { 1 } else { BATCH },
            };
            pg_sys::AfterTriggerBeginQuery();
            insert.capture =
                pg_sys::MakeTransitionCaptureState((*target).ri_TrigDesc, oid, pg_sys::CmdType::CMD_INSERT);
            insert.as_owner(|insert| pg_sys::ExecBSInsertTriggers(insert.state, insert.target));
            pg_sys::MemoryContextSwitchTo(callers);
            Ok(insert)
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
            let slot = self.slot();
            self.fill(slot, values);
            let inserted = self.as_owner(|insert| insert.accept(slot, only_if_new));
            if inserted {
                pg_sys::ExecMaterializeSlot(slot);
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
        crate::as_role::as_key_owner(owner, || body(self))
    }
}

impl Column {
    /// # Safety
    /// The relation is open.
    unsafe fn of(relation: pg_sys::Relation, name: &CStr, kind: pg_sys::Oid) -> Result<Self, Error> {
        // SAFETY: as the caller promises; then syscache look-ups.
        unsafe {
            let number = pg_sys::SPI_fnumber((*relation).rd_att, name.as_ptr());
            if number < 1 {
                return Err(Error::not_ours(name));
            }
            let declared = pg_sys::SPI_gettypeid((*relation).rd_att, number);
            let base = if declared == kind { declared } else { pg_sys::getBaseType(declared) };
            if base != kind {
                return Err(Error::not_ours(name));
            }
            let (mut length, mut by_value) = (0, false);
            pg_sys::get_typlenbyval(kind, &mut length, &mut by_value);
            let domain = (declared != kind).then_some(Domain {
                oid: declared,
                cache: std::ptr::null_mut(),
                taken: None,
            });
            Ok(Self { index: number as usize - 1, length, by_value, domain })
        }
    }

    /// Raises the domain's error for a value that it does not take.
    ///
    /// # Safety
    /// A value of the column's type; the memory lasts as long as the column.
    unsafe fn check(&mut self, value: Value, memory: pg_sys::MemoryContext) {
        let Some(domain) = &mut self.domain else { return };
        // SAFETY: as the caller promises.
        unsafe {
            if let (Some(value), Some(taken)) = (value, domain.taken)
                && same_datum(value, taken, self.length, self.by_value)
            {
                return;
            }
            let datum = value.unwrap_or(0.into());
            pg_sys::domain_check(datum, value.is_none(), domain.oid, &mut domain.cache, memory);
            let callers = pg_sys::MemoryContextSwitchTo(memory);
            domain.taken = value.filter(|_| self.length == -1).map(|value| {
                let copy = pg_sys::pg_detoast_datum_copy(value.cast_mut_ptr());
                pg_sys::Datum::from(copy)
            });
            pg_sys::MemoryContextSwitchTo(callers);
        }
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

/// The expressions of the columns that rows do not give.
///
/// # Safety
/// The relation is open.
unsafe fn defaults_of(
    relation: pg_sys::Relation,
    given: &[Column],
    state: *mut pg_sys::EState,
) -> Vec<(usize, *mut pg_sys::ExprState)> {
    // SAFETY: as the caller promises; columns of the relation's descriptor.
    unsafe {
        let count = (*(*relation).rd_att).natts;
        let missing = (0..count as usize).filter(|index| given.iter().all(|column| column.index != *index));
        missing
            .filter_map(|index| {
                let number = index as i32 + 1;
                let column = &*majors::column(relation, number);
                let has_default = column.atthasdef || column.attidentity != 0;
                // PostgreSQL's own types have none.
                let type_may = column.atttypid.to_u32() >= pg_sys::FirstNormalObjectId;
                if column.attisdropped || column.attgenerated != 0 || !(has_default || type_may) {
                    return None;
                }
                let default = pg_sys::build_column_default(relation, number);
                (!default.is_null()).then(|| (index, pg_sys::ExecPrepareExpr(default.cast(), state)))
            })
            .collect()
    }
}

/// # Safety
/// A target that was made here.
unsafe fn has_before_row_triggers(target: *mut pg_sys::ResultRelInfo) -> bool {
    // SAFETY: as the caller promises.
    unsafe { (*target).ri_TrigDesc.as_ref().is_some_and(|triggers| triggers.trig_insert_before_row) }
}

/// The foreign key of these columns to that table.
///
/// # Safety
/// The relation is open.
unsafe fn foreign_key(
    relation: pg_sys::Relation,
    keys: &[(&CStr, &CStr)],
    of: pg_sys::Oid,
) -> Option<pg_sys::Oid> {
    // SAFETY: as the caller promises; the list is the relation cache's, of this kind of node.
    unsafe {
        let list = pg_sys::RelationGetFKeyList(relation);
        let count = if list.is_null() { 0 } else { (*list).length };
        (0..count as usize)
            .map(|n| &*(*(*list).elements.add(n)).ptr_value.cast::<pg_sys::ForeignKeyCacheInfo>())
            .find(|key| {
                let matches = |n: usize| {
                    let (from, to) = (i32::from(key.conkey[n]), i32::from(key.confkey[n]));
                    keys.iter().any(|(column, other)| {
                        pg_sys::SPI_fnumber((*relation).rd_att, column.as_ptr()) == from
                            && i32::from(pg_sys::get_attnum(of, other.as_ptr())) == to
                    })
                };
                key.confrelid == of && key.nkeys as usize == keys.len() && (0..keys.len()).all(matches)
            })
            .map(|key| key.conoid)
    }
}

/// Takes the trigger that looks up each new row's key out of the target's own copy of the triggers.
///
/// # Safety
/// A target that was made here.
unsafe fn leave_out_check(target: *mut pg_sys::ResultRelInfo, constraint: pg_sys::Oid) {
    // SAFETY: as the caller promises; the copy has that many triggers, and fewer afterwards.
    unsafe {
        let Some(triggers) = (*target).ri_TrigDesc.as_mut() else { return };
        let count = triggers.numtriggers as usize;
        let all = std::slice::from_raw_parts_mut(triggers.triggers, count);
        let is_check = |trigger: &pg_sys::Trigger| {
            trigger.tgconstraint == constraint
                && trigger.tgfoid == pg_sys::Oid::from(pg_sys::F_RI_FKEY_CHECK_INS)
        };
        if let Some(at) = all.iter().position(is_check) {
            all[at..].rotate_left(1);
            triggers.numtriggers -= 1;
            let after_row = |trigger: &pg_sys::Trigger| {
                let kind = trigger.tgtype as u32;
                let has = |bit: u32| kind & bit != 0;
                has(pg_sys::TRIGGER_TYPE_ROW)
                    && has(pg_sys::TRIGGER_TYPE_INSERT)
                    && !has(pg_sys::TRIGGER_TYPE_BEFORE)
            };
            triggers.trig_insert_after_row = all[..count - 1].iter().any(after_row);
        }
    }
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
