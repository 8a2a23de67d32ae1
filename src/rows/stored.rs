//! The rows of transition tables.

use crate::error::Error;
use pgrx::{FromDatum, IntoDatum, pg_sys};
use std::ffi::CStr;
use std::marker::PhantomData;

/// A column of such rows that is known to hold `T`s.
pub struct Column<T> {
    number: i32,
    kind: PhantomData<T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Column<T> {}

/// The rows of a transition table, one after the other.
pub struct StoredRows {
    store: *mut pg_sys::Tuplestorestate,
    pointer: i32,
    slot: *mut pg_sys::TupleTableSlot,
}

impl StoredRows {
    /// # Safety
    /// `store` holds rows of `descriptor`, and both outlast the result.
    pub unsafe fn of(store: *mut pg_sys::Tuplestorestate, descriptor: pg_sys::TupleDesc) -> Self {
        // SAFETY: read through a pointer of our own, as the executor's scans of transition tables do, so that
        // nobody else's position moves.
        unsafe {
            let slot = pg_sys::MakeSingleTupleTableSlot(descriptor, &raw const pg_sys::TTSOpsMinimalTuple);
            let pointer = pg_sys::tuplestore_alloc_read_pointer(store, pg_sys::EXEC_FLAG_REWIND as _);
            pg_sys::tuplestore_select_read_pointer(store, pointer);
            pg_sys::tuplestore_rescan(store);
            Self { store, pointer, slot }
        }
    }

    /// Goes to the next row, the first one at first; false after the last.
    pub fn advance(&mut self) -> bool {
        // SAFETY: the store's own pointer and a slot for its rows.
        unsafe {
            pg_sys::tuplestore_select_read_pointer(self.store, self.pointer);
            pg_sys::tuplestore_gettupleslot(self.store, true, false, self.slot)
        }
    }

    /// Back to before the first row.
    pub fn rewind(&mut self) {
        // SAFETY: the store's own pointer.
        unsafe {
            pg_sys::tuplestore_select_read_pointer(self.store, self.pointer);
            pg_sys::tuplestore_rescan(self.store);
        }
    }

    /// A copy of the first row, in the current memory context; null where there is none.
    pub fn first(mut self) -> pg_sys::HeapTuple {
        self.rewind();
        if !self.advance() {
            return std::ptr::null_mut();
        }
        let mut is_copy = false;
        // SAFETY: a slot for minimal tuples, with a row in it; it hands out a copy.
        unsafe { pg_sys::ExecFetchSlotHeapTuple(self.slot, true, &mut is_copy) }
    }

    /// The column of that name, if it is of `T`'s type.
    pub fn column<T: IntoDatum>(&self, name: &CStr) -> Result<Column<T>, Error> {
        // SAFETY: the slot's descriptor, and syscache look-ups.
        unsafe {
            let descriptor = (*self.slot).tts_tupleDescriptor;
            let number = pg_sys::SPI_fnumber(descriptor, name.as_ptr());
            if number < 1 || pg_sys::getBaseType(pg_sys::SPI_gettypeid(descriptor, number)) != T::type_oid() {
                return Err(Error::not_ours(name));
            }
            Ok(Column { number, kind: PhantomData })
        }
    }

    /// The value of a column; what it points into is valid until the next row.
    pub fn get<T: FromDatum>(&self, column: Column<T>) -> Option<T> {
        let (datum, is_null) = self.value(column.number);
        // SAFETY: the column is of that type.
        unsafe { T::from_datum(datum, is_null) }
    }

    /// The value of a column of text.
    pub fn text(&self, column: Column<String>) -> Option<&str> {
        let (datum, is_null) = self.value(column.number);
        // SAFETY: the column is of that type; until the next row, for which this must be borrowed anew.
        unsafe { FromDatum::from_datum(datum, is_null) }
    }

    /// The same as it is stored; `None` for NULL.
    pub fn datum<T>(&self, column: Column<T>) -> Option<pg_sys::Datum> {
        let (datum, is_null) = self.value(column.number);
        (!is_null).then_some(datum)
    }

    /// Column `number`, from 1, of the row, and whether it is NULL; valid until the next one.
    pub fn value(&self, number: i32) -> (pg_sys::Datum, bool) {
        let mut is_null = false;
        // SAFETY: a slot with a row in it.
        let datum = unsafe { pg_sys::slot_getattr(self.slot, number, &mut is_null) };
        (datum, is_null)
    }
}

impl Drop for StoredRows {
    fn drop(&mut self) {
        // SAFETY: ours, and dropped once.
        unsafe { pg_sys::ExecDropSingleTupleTableSlot(self.slot) };
    }
}
