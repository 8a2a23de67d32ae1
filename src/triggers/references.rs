//! The foreign keys of a table, and whether what a row refers to is there: as foreign keys themselves look, with the
//! rights of the table that is referred to.

use crate::as_role::as_owner;
use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::spi::text::{self, Param};
use pgrx::pg_sys;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::c_int;
use std::rc::Rc;

const OF_TABLE: &str = include_str!("../sql/triggers/references.sql");

/// One foreign key.
pub struct ForeignKey {
    /// The numbers of its columns.
    pub columns: Vec<i16>,
    /// The table that it refers to.
    pub table: pg_sys::Oid,
    /// The first of the columns that it refers to.
    pub column: String,
    /// ON DELETE CASCADE.
    pub cascades: bool,
    owner: pg_sys::Oid,
    lookup: String,
}

impl ForeignKey {
    /// Is the row there that these values refer to, by now? One that this transaction has deleted is not.
    pub fn finds(&self, values: &[Param]) -> Result<bool, Error> {
        as_owner(self.owner, || text::run(self.lookup.clone(), values, Mode::Latest, 1, None).map(|n| n > 0))
    }
}

thread_local! {
    /// By table, until the definition of any table changes.
    static KNOWN: RefCell<HashMap<pg_sys::Oid, Rc<[Rc<ForeignKey>]>>> = RefCell::default();
    static LISTENS: Cell<bool> = const { Cell::new(false) };
}

/// The foreign keys of a table.
pub fn of(table: pg_sys::Oid) -> Result<Rc<[Rc<ForeignKey>]>, Error> {
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&table).cloned()) {
        return Ok(known);
    }
    if !LISTENS.replace(true) {
        // SAFETY: once for the session; they only empty what is ours.
        unsafe {
            pg_sys::CacheRegisterRelcacheCallback(Some(table_changed), 0.into());
            let schemas = pg_sys::SysCacheIdentifier::NAMESPACEOID as _;
            pg_sys::CacheRegisterSyscacheCallback(schemas, Some(schema_changed), 0.into());
        }
    }
    let found = rows::all(Schema::home()?, OF_TABLE, &[table.into()], Mode::Read, |row| {
        let missing = || Error::Internal("a foreign key is not as expected".into());
        Ok(Rc::new(ForeignKey {
            columns: row.get(1)?.ok_or_else(missing)?,
            table: row.get(2)?.ok_or_else(missing)?,
            owner: row.get(3)?.ok_or_else(missing)?,
            cascades: row.get(4)?.ok_or_else(missing)?,
            column: row.get(5)?.ok_or_else(missing)?,
            lookup: row.get(6)?.ok_or_else(missing)?,
        }))
    })?;
    let found: Rc<[Rc<ForeignKey>]> = found.into();
    KNOWN.with_borrow_mut(|known| known.insert(table, found.clone()));
    Ok(found)
}

unsafe extern "C-unwind" fn table_changed(_: pg_sys::Datum, _: pg_sys::Oid) {
    forget();
}

unsafe extern "C-unwind" fn schema_changed(_: pg_sys::Datum, _: c_int, _: u32) {
    forget();
}

fn forget() {
    KNOWN.with(|known| {
        if let Ok(mut known) = known.try_borrow_mut() {
            known.clear();
        }
    });
}
