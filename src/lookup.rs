//! Single rows by a unique index, without SPI.
//!
//! Tenancy checks run before every request and inside policies' queries, where SPI would cost more than
//! the rest of the call, and where row level security (which asks us) must not be asked in turn. So they
//! read the index directly, as PostgreSQL's own foreign key and catalog code does: no privileges, no
//! policies, no planner; the caller decides what may leave.

use crate::error::Error;
use crate::spi::Schema;
use pgrx::{FromDatum, IntoDatum, pg_sys};
use std::ffi::CStr;

/// What a key column must equal.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// A uuid column.
    Uuid(uuid::Uuid),
    /// A text column.
    Text(&'a str),
    /// A name column of a catalog.
    Name(&'static CStr),
}

impl Key<'_> {
    fn datum(self) -> Option<pg_sys::Datum> {
        match self {
            Key::Uuid(id) => pgrx::Uuid::from_bytes(*id.as_bytes()).into_datum(),
            Key::Text(text) => text.into_datum(),
            Key::Name(name) => Some(name.as_ptr().into()),
        }
    }

    fn equals(self) -> u32 {
        match self {
            Key::Uuid(_) => pg_sys::F_UUID_EQ,
            Key::Text(_) => pg_sys::F_TEXTEQ,
            Key::Name(_) => pg_sys::F_NAMEEQ,
        }
    }
}

/// A table and the index to find its rows by.
pub struct Table {
    relation: pg_sys::Oid,
    index: pg_sys::Oid,
}

impl Table {
    /// The table and index of these names. Without the index rows are still found, by reading them all.
    pub fn named(schema: &Schema, table: &CStr, index: &CStr) -> Result<Self, Error> {
        // SAFETY: two syscache look-ups by C string and oid.
        let (relation, index) = unsafe {
            (
                pg_sys::get_relname_relid(table.as_ptr(), schema.oid()),
                pg_sys::get_relname_relid(index.as_ptr(), schema.oid()),
            )
        };
        if relation == pg_sys::InvalidOid {
            return Err(Error::Internal(format!(
                "table {} is missing: the migrations are not applied",
                table.to_string_lossy()
            )));
        }
        Ok(Self { relation, index })
    }

    /// The catalog of extensions.
    pub fn extensions() -> Self {
        Self {
            relation: pg_sys::Oid::from(pg_sys::ExtensionRelationId),
            index: pg_sys::Oid::from(pg_sys::ExtensionNameIndexId),
        }
    }

    /// Column `want` of the row whose columns equal the keys; `None` where there is no such row.
    pub fn find<T: FromDatum>(&self, keys: &[(&CStr, Key)], want: &CStr) -> Result<Option<T>, Error> {
        // SAFETY: the relation is locked while it is read; keys and result are of the columns' types;
        // the value is copied by T before the scan, which owns the tuple, ends.
        unsafe {
            let relation = pg_sys::table_open(self.relation, pg_sys::AccessShareLock as _);
            let descriptor = (*relation).rd_att;
            let mut scan_keys = Vec::with_capacity(keys.len());
            for (column, key) in keys {
                let (Some(datum), number) = (key.datum(), pg_sys::SPI_fnumber(descriptor, column.as_ptr()))
                else {
                    return Err(Error::Internal("look-up by nothing".into()));
                };
                if number <= 0 {
                    return Err(Error::Internal(format!("no column {}", column.to_string_lossy())));
                }
                let mut scan_key = pg_sys::ScanKeyData::default();
                pg_sys::ScanKeyEntryInitialize(
                    &mut scan_key,
                    0,
                    number as _,
                    pg_sys::BTEqualStrategyNumber as _,
                    pg_sys::InvalidOid,
                    pg_sys::get_typcollation(pg_sys::SPI_gettypeid(descriptor, number)),
                    pg_sys::Oid::from(key.equals()),
                    datum,
                );
                scan_keys.push(scan_key);
            }
            let scan = pg_sys::systable_beginscan(
                relation,
                self.index,
                self.index != pg_sys::InvalidOid,
                pg_sys::GetActiveSnapshot(),
                scan_keys.len() as _,
                scan_keys.as_mut_ptr(),
            );
            let tuple = pg_sys::systable_getnext(scan);
            let mut found = None;
            if !tuple.is_null() {
                let mut is_null = false;
                let number = pg_sys::SPI_fnumber(descriptor, want.as_ptr());
                let datum = pg_sys::SPI_getbinval(tuple, descriptor, number, &mut is_null);
                found = T::from_datum(datum, is_null);
            }
            pg_sys::systable_endscan(scan);
            pg_sys::table_close(relation, pg_sys::AccessShareLock as _);
            Ok(found)
        }
    }
}
