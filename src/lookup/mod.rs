//! Single rows by a unique index, without SPI.
//!
//! Tenancy checks run before every request and inside policies' queries, where SPI would cost more than
//! the rest of the call, and where row level security (which asks us) must not be asked in turn. So they
//! read the index directly, as PostgreSQL's own foreign key and catalog code does: no privileges, no
//! policies, no planner; the caller decides what may leave.

mod hold;
mod key;
mod snapshot;

pub use hold::Place;
pub use key::Key;
pub use snapshot::{current, latest};

use crate::error::Error;
use crate::majors;
use crate::spi::Schema;
use pgrx::{FromDatum, IntoDatum, pg_sys};
use snapshot::snapshot;
use std::ffi::CStr;

/// A table and the index to find its rows by.
pub struct Table {
    relation: pg_sys::Oid,
    index: Index,
}

enum Index {
    PrimaryKey,
    Of(pg_sys::Oid),
    Catalog(pg_sys::Oid),
}

/// A row, while the scan that found it lasts.
pub struct Found {
    descriptor: pg_sys::TupleDesc,
    tuple: pg_sys::HeapTuple,
}

impl Found {
    /// Where it is, to be locked.
    pub fn place(&self) -> Place {
        // SAFETY: a tuple that a scan has found.
        Place(unsafe { (*self.tuple).t_self })
    }

    /// The value of a column, which may be of a domain over `T`.
    pub fn get<T: FromDatum + IntoDatum>(&self, want: &CStr) -> Result<Option<T>, Error> {
        let (datum, is_null, type_oid) = self.column(want)?;
        // SAFETY: a syscache look-up; then a datum of T's type.
        unsafe {
            if type_oid != T::type_oid() && pg_sys::getBaseType(type_oid) != T::type_oid() {
                return Err(Error::not_ours(want));
            }
            Ok(T::from_datum(datum, is_null))
        }
    }

    /// The value of a column, whether it is NULL, and its type.
    fn column(&self, want: &CStr) -> Result<(pg_sys::Datum, bool, pg_sys::Oid), Error> {
        let mut is_null = false;
        // SAFETY: a tuple of this descriptor.
        unsafe {
            let number = pg_sys::SPI_fnumber(self.descriptor, want.as_ptr());
            if number < 1 {
                return Err(Error::not_ours(want));
            }
            let datum = pg_sys::SPI_getbinval(self.tuple, self.descriptor, number, &mut is_null);
            Ok((datum, is_null, pg_sys::SPI_gettypeid(self.descriptor, number)))
        }
    }
}

impl Table {
    /// The table of this name, by its primary key.
    pub fn by_primary_key(schema: Schema, table: &CStr) -> Result<Self, Error> {
        Ok(Self { relation: schema.own_table(table)?, index: Index::PrimaryKey })
    }

    /// The table and index of these names. Without the index rows are still found, by reading them all.
    pub fn by_index(schema: Schema, table: &CStr, index: &CStr) -> Result<Self, Error> {
        Ok(Self { relation: schema.own_table(table)?, index: Index::Of(schema.table(index)) })
    }

    /// The catalog of extensions, by name.
    pub fn extensions() -> Self {
        Self {
            relation: pg_sys::ExtensionRelationId,
            index: Index::Catalog(pg_sys::Oid::from(pg_sys::ExtensionNameIndexId)),
        }
    }

    /// Is there a row whose columns equal the keys?
    pub fn has(&self, keys: &[(&CStr, Key)]) -> Result<bool, Error> {
        Ok(self.scan(keys, |_, _| Some(()))?.is_some())
    }

    /// Hands each row whose columns equal the keys to `read`.
    pub fn each(
        &self,
        keys: &[(&CStr, Key)],
        mut read: impl FnMut(Found) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = self.scan(keys, |descriptor, tuple| read(Found { descriptor, tuple }).err())?;
        failed.map_or(Ok(()), Err)
    }

    /// Is there a row whose columns equal the keys, and that `accept` takes?
    pub fn any(
        &self,
        keys: &[(&CStr, Key)],
        accept: impl Fn(Found) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let answer = self.scan(keys, |descriptor, tuple| match accept(Found { descriptor, tuple }) {
            Ok(false) => None,
            answer => Some(answer),
        })?;
        answer.unwrap_or(Ok(false))
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
        let mut read = Some(read);
        let found = self.scan(keys, |descriptor, tuple| {
            let read = read.take()?;
            let value = Found { descriptor, tuple }.column(want);
            Some(value.and_then(|(datum, is_null, type_oid)| read(datum, is_null, type_oid)))
        })?;
        Ok(found.transpose()?.flatten())
    }

    /// What `read` makes of the first row that it makes something of.
    fn scan<R>(
        &self,
        keys: &[(&CStr, Key)],
        read: impl FnMut(pg_sys::TupleDesc, pg_sys::HeapTuple) -> Option<R>,
    ) -> Result<Option<R>, Error> {
        // SAFETY: the relation is locked while it is read, and closed whatever comes of it.
        unsafe {
            let relation = pg_sys::table_open(self.relation, pg_sys::AccessShareLock as _);
            let found = self.scan_open(relation, keys, read);
            pg_sys::table_close(relation, pg_sys::AccessShareLock as _);
            found
        }
    }

    /// # Safety
    /// `relation` is ours, open and locked.
    unsafe fn scan_open<R>(
        &self,
        relation: pg_sys::Relation,
        keys: &[(&CStr, Key)],
        mut read: impl FnMut(pg_sys::TupleDesc, pg_sys::HeapTuple) -> Option<R>,
    ) -> Result<Option<R>, Error> {
        // SAFETY: as the caller promises; the keys are of the columns' types, and the index holds them.
        unsafe {
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
            let scan_keys = &mut scan_keys[..keys.len().min(2)];
            let (index, snapshot) = match self.index {
                // NULL: the catalogs as they are now. A statement that takes no snapshot may ask for these.
                Index::Catalog(index) => (index, std::ptr::null_mut()),
                Index::PrimaryKey => {
                    (usable(majors::primary_key_index(relation), relation, scan_keys), snapshot())
                }
                Index::Of(index) => (usable(index, relation, scan_keys), snapshot()),
            };
            let scan = pg_sys::systable_beginscan(
                relation,
                index,
                index != pg_sys::InvalidOid,
                snapshot,
                scan_keys.len() as _,
                scan_keys.as_mut_ptr(),
            );
            let mut found = None;
            while found.is_none() {
                let tuple = pg_sys::systable_getnext(scan);
                if tuple.is_null() {
                    break;
                }
                found = read(descriptor, tuple);
            }
            pg_sys::systable_endscan(scan);
            Ok(found)
        }
    }
}

/// The index, if rows can be found in it by these keys, or else `InvalidOid`. It may have been replaced by another
/// of its name: what is not a whole b-tree over these columns is passed over, and the table read through.
///
/// # Safety
/// The table is open and locked, so that its indexes stay.
unsafe fn usable(
    index: pg_sys::Oid,
    relation: pg_sys::Relation,
    keys: &[pg_sys::ScanKeyData],
) -> pg_sys::Oid {
    if index == pg_sys::InvalidOid {
        return index;
    }
    // SAFETY: a relation is held while it is looked at; only an index has an rd_index.
    unsafe {
        let opened = pg_sys::RelationIdGetRelation(index);
        if opened.is_null() {
            return pg_sys::InvalidOid;
        }
        let form = (*opened).rd_index;
        let fits = !form.is_null()
            && (*form).indrelid == (*relation).rd_id
            && (*(*opened).rd_rel).relam == pg_sys::BTREE_AM_OID
            && (*form).indisvalid
            && pg_sys::RelationGetIndexPredicate(opened).is_null()
            && (*form).indnkeyatts as usize >= keys.len()
            && keys
                .iter()
                .zip((*form).indkey.values.as_slice(keys.len()))
                .all(|(key, column)| key.sk_attno == *column);
        pg_sys::RelationClose(opened);
        if fits { index } else { pg_sys::InvalidOid }
    }
}
