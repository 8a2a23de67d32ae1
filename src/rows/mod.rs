//! The row a trigger fires for: read its columns and, before it is written, change some of them at once. What a
//! statement wrote is in `stored`.

mod stored;

pub use stored::{Column, StoredRows};

use crate::error::Error;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::TriggerData;
use pgrx::tupdesc::PgTupleDesc;
use pgrx::{AllocatedByPostgres, FromDatum, IntoDatum, PgTrigger, pg_sys};
use std::ffi::CStr;

/// A trigger's new row, and the old one beside it.
pub struct TriggerRow<'t> {
    data: &'t TriggerData,
    /// Null for a DELETE.
    new: pg_sys::HeapTuple,
    old: Option<pg_sys::HeapTuple>,
    columns: Vec<i32>,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
}

impl<'t> TriggerRow<'t> {
    /// The row that a row-level BEFORE INSERT or UPDATE trigger fires for.
    pub fn new(trigger: &'t PgTrigger<'t>) -> Result<Self, Error> {
        let event = trigger.event();
        let data = trigger.trigger_data();
        if !event.fired_for_row() || !event.fired_before() {
            return Err(Error::WrongTrigger("It belongs in a BEFORE … FOR EACH ROW trigger."));
        }
        let (new, old) = if event.fired_by_update() {
            (data.tg_newtuple, Some(data.tg_trigtuple))
        } else if event.fired_by_insert() {
            (data.tg_trigtuple, None)
        } else {
            return Err(Error::WrongTrigger("It belongs in an INSERT or UPDATE trigger."));
        };
        Ok(Self { data, new, old, columns: vec![], values: vec![], nulls: vec![] })
    }

    /// The row that a row-level trigger of whatever kind fires for, to be read.
    pub fn any(trigger: &'t PgTrigger<'t>) -> Self {
        let event = trigger.event();
        let data = trigger.trigger_data();
        let (new, old) = if event.fired_by_update() {
            (data.tg_newtuple, Some(data.tg_trigtuple))
        } else if event.fired_by_delete() {
            (std::ptr::null_mut(), Some(data.tg_trigtuple))
        } else {
            (data.tg_trigtuple, None)
        };
        Self { data, new, old, columns: vec![], values: vec![], nulls: vec![] }
    }

    /// The row before and after; null where there is none.
    pub fn tuples(&self) -> (pg_sys::HeapTuple, pg_sys::HeapTuple) {
        (self.old.unwrap_or(std::ptr::null_mut()), self.new)
    }

    /// The row of a statement-level AFTER trigger whose statement wrote no other.
    pub fn of_statement(trigger: &'t PgTrigger<'t>) -> Self {
        let data = trigger.trigger_data();
        // SAFETY: the relation is open while its trigger runs, and so are the statement's tuplestores.
        let [new, old] = [data.tg_newtable, data.tg_oldtable].map(|store| unsafe {
            let descriptor = (*data.tg_relation).rd_att;
            if store.is_null() { std::ptr::null_mut() } else { StoredRows::of(store, descriptor).first() }
        });
        Self {
            data,
            new,
            old: (!old.is_null()).then_some(old),
            columns: vec![],
            values: vec![],
            nulls: vec![],
        }
    }

    /// The new value of a column, before any `set`; NULL for a DELETE.
    pub fn get<T: FromDatum + IntoDatum>(&self, column: &CStr) -> Result<Option<T>, Error> {
        if self.new.is_null() { Ok(None) } else { self.read(self.new, column) }
    }

    /// The old value of a column; NULL for an INSERT.
    pub fn get_old<T: FromDatum + IntoDatum>(&self, column: &CStr) -> Result<Option<T>, Error> {
        self.old.map_or(Ok(None), |old| self.read(old, column))
    }

    /// Is this an UPDATE that gives the column another value? A value that is stored anew counts as
    /// another, even if it reads the same.
    pub fn changed(&self, column: &CStr) -> Result<bool, Error> {
        let number = self.number(column)?;
        Ok(self.old.is_some_and(|old| !self.same(old, number)))
    }

    /// Does this UPDATE change anything, by itself or by what was `set`?
    pub fn changes_anything(&self) -> bool {
        // SAFETY: the relation is open while its trigger runs.
        let columns = unsafe { (*self.descriptor()).natts };
        !self.columns.is_empty()
            || self.old.is_some_and(|old| !(1..=columns).all(|number| self.same(old, number)))
    }

    /// The first column that is NULL and must not be, of the row as it came.
    pub fn missing(&self) -> Option<String> {
        // SAFETY: the relation is open while its trigger runs.
        let columns = unsafe { PgTupleDesc::from_pg_copy(self.descriptor()) };
        let missing = columns.iter().find(|c| c.attnotnull && self.datum(self.new, i32::from(c.attnum)).1);
        missing.map(|column| column.name().to_owned())
    }

    /// Notes a new value for a column.
    pub fn set<T: IntoDatum>(&mut self, column: &CStr, value: Option<T>) -> Result<(), Error> {
        let datum = value.and_then(T::into_datum);
        self.columns.push(self.number_of::<T>(column)?);
        self.nulls.push(datum.is_none());
        self.values.push(datum.unwrap_or(pg_sys::Datum::from(0)));
        Ok(())
    }

    /// The row to write.
    pub fn finish(mut self) -> PgHeapTuple<'t, AllocatedByPostgres> {
        // SAFETY: columns, values and nulls have one length, and the values are of the columns' types;
        // the tuple lives in the trigger's memory context, as PostgreSQL expects of a trigger's result.
        unsafe {
            let tuple = if self.columns.is_empty() {
                self.new
            } else {
                pg_sys::heap_modify_tuple_by_cols(
                    self.new,
                    self.descriptor(),
                    self.columns.len() as _,
                    self.columns.as_mut_ptr(),
                    self.values.as_mut_ptr(),
                    self.nulls.as_mut_ptr(),
                )
            };
            PgHeapTuple::from_heap_tuple(PgTupleDesc::from_pg_copy(self.descriptor()), tuple)
        }
    }

    fn descriptor(&self) -> pg_sys::TupleDesc {
        // SAFETY: the relation is open while its trigger runs.
        unsafe { (*self.data.tg_relation).rd_att }
    }

    fn number(&self, column: &CStr) -> Result<i32, Error> {
        // SAFETY: a search by name in a valid descriptor; negative for system columns and misses.
        let number = unsafe { pg_sys::SPI_fnumber(self.descriptor(), column.as_ptr()) };
        if number > 0 { Ok(number) } else { Err(Error::not_ours(column)) }
    }

    fn datum(&self, tuple: pg_sys::HeapTuple, number: i32) -> (pg_sys::Datum, bool) {
        let mut is_null = false;
        // SAFETY: a valid tuple of this descriptor, and a column number that it has.
        let datum = unsafe { pg_sys::SPI_getbinval(tuple, self.descriptor(), number, &mut is_null) };
        (datum, is_null)
    }

    fn read<T: FromDatum + IntoDatum>(
        &self,
        tuple: pg_sys::HeapTuple,
        column: &CStr,
    ) -> Result<Option<T>, Error> {
        let number = self.number_of::<T>(column)?;
        let (datum, is_null) = self.datum(tuple, number);
        // SAFETY: the column is of the type asked for.
        Ok(unsafe { T::from_datum(datum, is_null) })
    }

    /// The column's number, if it is of `T`'s type: a table may have been altered since it was made, and a
    /// datum read as another type is a crash.
    fn number_of<T: IntoDatum>(&self, column: &CStr) -> Result<i32, Error> {
        let number = self.number(column)?;
        // SAFETY: a column of this descriptor; then a syscache look-up.
        let base = unsafe {
            let declared = pg_sys::SPI_gettypeid(self.descriptor(), number);
            if declared == T::type_oid() { declared } else { pg_sys::getBaseType(declared) }
        };
        if base == T::type_oid() {
            return Ok(number);
        }
        Err(Error::not_ours(column))
    }

    fn same(&self, old: pg_sys::HeapTuple, number: i32) -> bool {
        match (self.datum(old, number), self.datum(self.new, number)) {
            ((_, true), (_, true)) => true,
            ((a, false), (b, false)) => {
                let (mut length, mut by_value) = (0i16, false);
                // SAFETY: compares two values of the column's own type, by its own length.
                unsafe {
                    let type_oid = pg_sys::SPI_gettypeid(self.descriptor(), number);
                    if type_oid == pg_sys::InvalidOid {
                        return true; // a dropped column
                    }
                    pg_sys::get_typlenbyval(type_oid, &mut length, &mut by_value);
                    same_datum(a, b, length, by_value)
                }
            }
            _ => false,
        }
    }
}

/// Whether two values of one type, whose length and passing are given, are the same.
///
/// # Safety
/// Both are valid datums of that type.
pub unsafe fn same_datum(a: pg_sys::Datum, b: pg_sys::Datum, length: i16, by_value: bool) -> bool {
    if by_value {
        return a == b;
    }
    // SAFETY: as the caller promises.
    unsafe {
        match length {
            -1 => same_varlena(a.cast_mut_ptr(), b.cast_mut_ptr()),
            -2 => CStr::from_ptr(a.cast_mut_ptr()) == CStr::from_ptr(b.cast_mut_ptr()),
            fixed => bytes(a.cast_mut_ptr(), fixed as usize) == bytes(b.cast_mut_ptr(), fixed as usize),
        }
    }
}

/// Whether two varlenas hold the same, however each is stored: equal as they are, or else detoasted.
///
/// # Safety
/// Both are valid varlenas.
unsafe fn same_varlena(a: *mut pg_sys::varlena, b: *mut pg_sys::varlena) -> bool {
    // SAFETY: the sizes are the values' own.
    unsafe {
        let stored = |v: *mut pg_sys::varlena| bytes(v.cast(), pgrx::varsize_any(v));
        if stored(a) == stored(b) {
            return true;
        }
        let content = |v: *mut pg_sys::varlena| {
            let plain = pg_sys::pg_detoast_datum_packed(v);
            bytes(pgrx::vardata_any(plain).cast(), pgrx::varsize_any_exhdr(plain))
        };
        content(a) == content(b)
    }
}

/// # Safety
/// `length` bytes can be read at `start` for as long as the result is used.
unsafe fn bytes<'a>(start: *const u8, length: usize) -> &'a [u8] {
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts(start, length) }
}
