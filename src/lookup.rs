//! Single rows by a unique index, without SPI.
//!
//! Tenancy checks run before every request and inside policies' queries, where SPI would cost more than
//! the rest of the call, and where row level security (which asks us) must not be asked in turn. So they
//! read the index directly, as PostgreSQL's own foreign key and catalog code does: no privileges, no
//! policies, no planner; the caller decides what may leave.

use crate::error::Error;
use crate::majors;
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

    /// That of the columns: text columns have the database's own, names C.
    fn collation(self) -> pg_sys::Oid {
        match self {
            Key::Uuid(_) => pg_sys::InvalidOid,
            Key::Text(_) => pg_sys::DEFAULT_COLLATION_OID,
            Key::Name(_) => pg_sys::C_COLLATION_OID,
        }
    }

    fn type_oid(self) -> pg_sys::Oid {
        match self {
            Key::Uuid(_) => pg_sys::UUIDOID,
            Key::Text(_) => pg_sys::TEXTOID,
            Key::Name(_) => pg_sys::NAMEOID,
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
    index: Index,
}

enum Index {
    PrimaryKey,
    Of(pg_sys::Oid),
}

impl Table {
    /// The table of this name, by its primary key.
    pub fn by_primary_key(schema: Schema, table: &CStr) -> Result<Self, Error> {
        Ok(Self { relation: relation(schema, table)?, index: Index::PrimaryKey })
    }

    /// The table and index of these names. Without the index rows are still found, by reading them all.
    pub fn by_index(schema: Schema, table: &CStr, index: &CStr) -> Result<Self, Error> {
        // SAFETY: a syscache look-up by C string and oid.
        let index = unsafe { pg_sys::get_relname_relid(index.as_ptr(), schema.oid()) };
        Ok(Self { relation: relation(schema, table)?, index: Index::Of(index) })
    }

    /// The catalog of extensions, by name.
    pub fn extensions() -> Self {
        Self {
            relation: pg_sys::ExtensionRelationId,
            index: Index::Of(pg_sys::Oid::from(pg_sys::ExtensionNameIndexId)),
        }
    }

    /// Is there a row whose columns equal the keys?
    pub fn has(&self, keys: &[(&CStr, Key)]) -> Result<bool, Error> {
        Ok(self.scan(keys, |_, _| ())?.is_some())
    }

    /// Column `want` of the row whose columns equal the keys; `None` where there is no such row.
    pub fn find<T: FromDatum + IntoDatum>(
        &self,
        keys: &[(&CStr, Key)],
        want: &CStr,
    ) -> Result<Option<T>, Error> {
        self.read(keys, want, |value| Ok(value))
    }

    /// The same, handed to `read` while the row is held: for values that point into it.
    pub fn read<T: FromDatum + IntoDatum, R>(
        &self,
        keys: &[(&CStr, Key)],
        want: &CStr,
        read: impl FnOnce(T) -> Result<R, Error>,
    ) -> Result<Option<R>, Error> {
        self.datum(keys, want, |datum, is_null, type_oid| {
            if type_oid != T::type_oid() {
                return Err(Error::not_ours(want));
            }
            // SAFETY: a datum of T's type.
            unsafe { T::from_datum(datum, is_null) }.map(read).transpose()
        })
    }

    /// The label of the enum in column `want` of that row.
    pub fn find_label(&self, keys: &[(&CStr, Key)], want: &CStr) -> Result<Option<String>, Error> {
        self.datum(keys, want, |datum, is_null, type_oid| {
            // SAFETY: a syscache look-up by oid.
            if !unsafe { pg_sys::type_is_enum(type_oid) } {
                return Err(Error::not_ours(want));
            }
            let value = pg_sys::Oid::from_u32(datum.value() as u32);
            Ok((!is_null).then(|| pgrx::enum_helper::lookup_enum_by_oid(value).0))
        })
    }

    /// Hands column `want` of that row to `read`, with its type.
    fn datum<R>(
        &self,
        keys: &[(&CStr, Key)],
        want: &CStr,
        read: impl FnOnce(pg_sys::Datum, bool, pg_sys::Oid) -> Result<Option<R>, Error>,
    ) -> Result<Option<R>, Error> {
        let found = self.scan(keys, |descriptor, tuple| {
            let mut is_null = false;
            // SAFETY: a tuple of this descriptor, while the scan that owns it lasts.
            let (datum, type_oid) = unsafe {
                let number = pg_sys::SPI_fnumber(descriptor, want.as_ptr());
                if number < 1 {
                    return Err(Error::not_ours(want));
                }
                let datum = pg_sys::SPI_getbinval(tuple, descriptor, number, &mut is_null);
                (datum, pg_sys::SPI_gettypeid(descriptor, number))
            };
            read(datum, is_null, type_oid)
        })?;
        Ok(found.transpose()?.flatten())
    }

    fn scan<R>(
        &self,
        keys: &[(&CStr, Key)],
        read: impl FnOnce(pg_sys::TupleDesc, pg_sys::HeapTuple) -> R,
    ) -> Result<Option<R>, Error> {
        // SAFETY: the relation is locked while it is read, and the keys are of the columns' types.
        unsafe {
            let relation = pg_sys::table_open(self.relation, pg_sys::AccessShareLock as _);
            // A view, or an application's own table of that name, would be a crash further down.
            if (*(*relation).rd_rel).relkind as u8 != pg_sys::RELKIND_RELATION {
                return Err(Error::Internal("an organisation is looked up in what is no table".into()));
            }
            let descriptor = (*relation).rd_att;
            let mut scan_keys = [pg_sys::ScanKeyData::default(); 2];
            for ((column, key), scan_key) in keys.iter().zip(&mut scan_keys) {
                let number = pg_sys::SPI_fnumber(descriptor, column.as_ptr());
                if number < 1 || pg_sys::SPI_gettypeid(descriptor, number) != key.type_oid() {
                    return Err(Error::not_ours(column));
                }
                let Some(datum) = key.datum() else {
                    return Err(Error::not_ours(column));
                };
                pg_sys::ScanKeyEntryInitialize(
                    scan_key,
                    0,
                    number as _,
                    pg_sys::BTEqualStrategyNumber as _,
                    pg_sys::InvalidOid,
                    key.collation(),
                    pg_sys::Oid::from(key.equals()),
                    datum,
                );
            }
            let index = match self.index {
                Index::PrimaryKey => majors::primary_key_index(relation),
                Index::Of(index) if pg_sys::IndexGetRelation(index, true) == self.relation => index,
                Index::Of(_) => pg_sys::InvalidOid,
            };
            let scan = pg_sys::systable_beginscan(
                relation,
                index,
                index != pg_sys::InvalidOid,
                pg_sys::GetActiveSnapshot(),
                keys.len().min(scan_keys.len()) as _,
                scan_keys.as_mut_ptr(),
            );
            let tuple = pg_sys::systable_getnext(scan);
            let found = (!tuple.is_null()).then(|| read(descriptor, tuple));
            pg_sys::systable_endscan(scan);
            pg_sys::table_close(relation, pg_sys::AccessShareLock as _);
            Ok(found)
        }
    }
}

fn relation(schema: Schema, table: &CStr) -> Result<pg_sys::Oid, Error> {
    // SAFETY: a syscache look-up by C string and oid.
    let relation = unsafe { pg_sys::get_relname_relid(table.as_ptr(), schema.oid()) };
    if relation == pg_sys::InvalidOid {
        let table = table.to_string_lossy();
        return Err(Error::Internal(format!("table {table} is missing: the migrations are not applied")));
    }
    Ok(relation)
}
