//! What PostgreSQL's majors call or shape differently, each difference once.

use pgrx::pg_sys;
use std::ffi::{CStr, c_char};

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
