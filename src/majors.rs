//! What PostgreSQL's majors call or shape differently, each difference once.

use pgrx::pg_sys;
use std::ffi::{CStr, c_char, c_int};
use std::time::Duration;

/// The index of a relation's primary key; `InvalidOid` where it has none.
///
/// # Safety
/// `relation` is open.
pub unsafe fn primary_key_index(relation: pg_sys::Relation) -> pg_sys::Oid {
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(not(feature = "pg18"))]
        return pg_sys::RelationGetPrimaryKeyIndex(relation);
        #[cfg(feature = "pg18")]
        return pg_sys::RelationGetPrimaryKeyIndex(relation, false);
    }
}

/// A column of a relation, by its number from 1.
///
/// # Safety
/// `relation` is open and has so many columns.
pub unsafe fn column(relation: pg_sys::Relation, number: i32) -> *const pg_sys::FormData_pg_attribute {
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(not(feature = "pg18"))]
        return (*(*relation).rd_att).attrs.as_ptr().add(number as usize - 1);
        #[cfg(feature = "pg18")]
        return pg_sys::TupleDescAttr((*relation).rd_att, number - 1);
    }
}

/// Puts a row that was inserted into the indexes; gives those that are to be checked again at the end.
///
/// # Safety
/// A relation to insert into whose indexes are open, a row of it that was written, and the state of both.
pub unsafe fn insert_index_entries(
    target: *mut pg_sys::ResultRelInfo,
    slot: *mut pg_sys::TupleTableSlot,
    state: *mut pg_sys::EState,
) -> *mut pg_sys::List {
    let (nothing, no_arbiters) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(feature = "pg15")]
        return pg_sys::ExecInsertIndexTuples(target, slot, state, false, false, nothing, no_arbiters);
        #[cfg(not(feature = "pg15"))]
        return pg_sys::ExecInsertIndexTuples(target, slot, state, false, false, nothing, no_arbiters, false);
    }
}

/// Is there no row that a unique index would not have beside this one?
///
/// # Safety
/// As above; the row is not written yet, and the indexes were opened for speculative insertion.
pub unsafe fn has_no_duplicate(
    target: *mut pg_sys::ResultRelInfo,
    slot: *mut pg_sys::TupleTableSlot,
    state: *mut pg_sys::EState,
) -> bool {
    let mut other = pg_sys::ItemPointerData::default();
    let all = std::ptr::null_mut();
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(not(feature = "pg18"))]
        return pg_sys::ExecCheckIndexConstraints(target, slot, state, &mut other, all);
        #[cfg(feature = "pg18")]
        {
            let mut none = pg_sys::ItemPointerData::default();
            none.ip_posid = 0;
            pg_sys::ExecCheckIndexConstraints(target, slot, state, &mut other, &mut none, all)
        }
    }
}

/// Fills the generated columns of a row that is to be inserted.
///
/// # Safety
/// As above.
pub unsafe fn compute_stored_generated(
    target: *mut pg_sys::ResultRelInfo,
    state: *mut pg_sys::EState,
    slot: *mut pg_sys::TupleTableSlot,
) {
    unsafe extern "C-unwind" {
        fn ExecComputeStoredGenerated(
            target: *mut pg_sys::ResultRelInfo,
            state: *mut pg_sys::EState,
            slot: *mut pg_sys::TupleTableSlot,
            command: pg_sys::CmdType::Type,
        );
    }
    // SAFETY: as the caller promises; the same on 15 to 18. An error of PostgreSQL is caught as its own functions' are.
    unsafe {
        pg_sys::ffi::pg_guard_ffi_boundary(|| {
            ExecComputeStoredGenerated(target, state, slot, pg_sys::CmdType::CMD_INSERT)
        })
    }
}

/// LZ4, among the ways in which a column's values are compressed.
pub const LZ4: u8 = b'l';

/// A varlena compressed in this way; `None` where that makes it no smaller.
///
/// # Safety
/// The datum is a varlena that is neither compressed nor stored elsewhere; the server has that compression.
pub unsafe fn compress(value: pg_sys::Datum, method: u8) -> Option<pg_sys::Datum> {
    unsafe extern "C-unwind" {
        fn toast_compress_datum(value: pg_sys::Datum, method: c_char) -> pg_sys::Datum;
    }
    // SAFETY: as the caller promises; the same on 15 to 18.
    let compressed =
        unsafe { pg_sys::ffi::pg_guard_ffi_boundary(|| toast_compress_datum(value, method as c_char)) };
    (!compressed.is_null()).then_some(compressed)
}

/// Does `role` own this table? `InvalidOid` is nobody's.
pub fn owns_table(table: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: a syscache look-up by oids; the table is there.
    table != pg_sys::InvalidOid
        && unsafe {
            #[cfg(feature = "pg15")]
            {
                pg_sys::pg_class_ownercheck(table, role)
            }
            #[cfg(not(feature = "pg15"))]
            {
                pg_sys::object_ownercheck(pg_sys::RelationRelationId, table, role)
            }
        }
}

/// A copy as settings hold their values; NULL where there is no memory. PostgreSQL frees it.
pub fn setting_copy(text: &CStr) -> *mut c_char {
    #[cfg(feature = "pg15")]
    {
        unsafe extern "C" {
            fn strdup(text: *const c_char) -> *mut c_char;
        }
        // SAFETY: copies a C string to what free() takes.
        unsafe { strdup(text.as_ptr()) }
    }
    #[cfg(not(feature = "pg15"))]
    {
        // SAFETY: as above, for guc_free(); LOG gives NULL instead of an error.
        unsafe { pg_sys::guc_strdup(pg_sys::LOG as _, text.as_ptr()) }
    }
}

/// Frees a setting's value that is replaced by another.
///
/// # Safety
/// `text` is NULL or a setting's value.
pub unsafe fn setting_free(text: *mut c_char) {
    #[cfg(feature = "pg15")]
    {
        unsafe extern "C" {
            fn free(text: *mut c_char);
        }
        // SAFETY: as the caller promises.
        unsafe { free(text) }
    }
    #[cfg(not(feature = "pg15"))]
    // SAFETY: as the caller promises.
    unsafe {
        pg_sys::guc_free(text.cast())
    }
}

/// The number of this backend's transaction, which every transaction has from its start.
pub fn local_transaction() -> u32 {
    // SAFETY: our own entry of the process array, which only we change.
    unsafe {
        #[cfg(any(feature = "pg15", feature = "pg16"))]
        return (*pg_sys::MyProc).lxid;
        #[cfg(not(any(feature = "pg15", feature = "pg16")))]
        return (*pg_sys::MyProc).vxid.lxid;
    }
}

/// Has a signal handled from here on.
///
/// # Safety
/// `handler` does only what a signal handler may.
pub unsafe fn handle_signal(signal: c_int, handler: unsafe extern "C-unwind" fn(c_int)) {
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(not(feature = "pg18"))]
        pg_sys::pqsignal(signal, Some(handler));
        #[cfg(feature = "pg18")]
        pg_sys::pqsignal_be(signal, Some(handler));
    }
}

/// STATEMENT_TIMEOUT, the same on 15 to 18.
const STATEMENT_TIMEOUT: c_int = 3;

unsafe extern "C-unwind" {
    fn enable_timeout_after(id: c_int, milliseconds: c_int);
    fn disable_timeout(id: c_int, keep_indicator: bool);
}

/// Has what runs cancelled after so long, as statement_timeout does for a client's statements (a background worker
/// has none). Connected to a database.
pub fn enable_statement_timeout(after: Duration) {
    let milliseconds = c_int::try_from(after.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: every process that is connected has this timeout registered; nothing is raised.
    unsafe { enable_timeout_after(STATEMENT_TIMEOUT, milliseconds) };
}

/// Takes it off; also where it is not on.
pub fn disable_statement_timeout() {
    // SAFETY: as above.
    unsafe { disable_timeout(STATEMENT_TIMEOUT, false) };
}

/// A row of a catalog by its oid, as its struct.
fn catalog_row<T, R>(cache: c_int, oid: pg_sys::Oid, read: impl FnOnce(&T) -> R) -> Option<R> {
    // SAFETY: a syscache look-up by oid, released after reading; `T` is the catalog's struct.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(cache, oid.into());
        if tuple.is_null() {
            return None;
        }
        let found = read(&*pg_sys::GETSTRUCT(tuple).cast::<T>());
        pg_sys::ReleaseSysCache(tuple);
        Some(found)
    }
}

/// Who owns a table; `None` where it is gone.
pub fn table_owner(table: pg_sys::Oid) -> Option<pg_sys::Oid> {
    catalog_row(pg_sys::SysCacheIdentifier::RELOID as _, table, |row: &pg_sys::FormData_pg_class| {
        row.relowner
    })
}

/// Who owns a function; `None` where it is gone.
pub fn function_owner(function: pg_sys::Oid) -> Option<pg_sys::Oid> {
    catalog_row(pg_sys::SysCacheIdentifier::PROCOID as _, function, |row: &pg_sys::FormData_pg_proc| {
        row.proowner
    })
}

/// May others than its owner copy this database?
pub fn is_template(database: pg_sys::Oid) -> bool {
    let cache = pg_sys::SysCacheIdentifier::DATABASEOID as _;
    catalog_row(cache, database, |row: &pg_sys::FormData_pg_database| row.datistemplate) == Some(true)
}

/// May this role make databases?
pub fn may_create_databases(role: pg_sys::Oid) -> bool {
    let is_marked =
        catalog_row(pg_sys::SysCacheIdentifier::AUTHOID as _, role, |row: &pg_sys::FormData_pg_authid| {
            row.rolcreatedb
        });
    // SAFETY: a look-up by oid.
    is_marked == Some(true) || unsafe { pg_sys::superuser_arg(role) }
}

/// Does `role` own this database, or is it a superuser's?
pub fn owns_database(database: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: a syscache look-up by oids; the database is there.
    unsafe {
        #[cfg(feature = "pg15")]
        {
            pg_sys::pg_database_ownercheck(database, role)
        }
        #[cfg(not(feature = "pg15"))]
        {
            pg_sys::object_ownercheck(pg_sys::DatabaseRelationId, database, role)
        }
    }
}
