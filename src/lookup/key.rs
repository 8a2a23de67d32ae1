//! What rows are found by.

use pgrx::{IntoDatum, pg_sys};
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
    pub(super) fn datum(self) -> Option<pg_sys::Datum> {
        match self {
            Key::Uuid(id) => pgrx::Uuid::from_bytes(*id.as_bytes()).into_datum(),
            Key::Text(text) => text.into_datum(),
            Key::Name(name) => Some(name.as_ptr().into()),
        }
    }

    /// That of the columns: text columns have the database's own, names C.
    pub(super) fn collation(self) -> pg_sys::Oid {
        match self {
            Key::Uuid(_) => pg_sys::InvalidOid,
            Key::Text(_) => pg_sys::DEFAULT_COLLATION_OID,
            Key::Name(_) => pg_sys::C_COLLATION_OID,
        }
    }

    pub(super) fn type_oid(self) -> pg_sys::Oid {
        match self {
            Key::Uuid(_) => pg_sys::UUIDOID,
            Key::Text(_) => pg_sys::TEXTOID,
            Key::Name(_) => pg_sys::NAMEOID,
        }
    }

    pub(super) fn equals(self) -> u32 {
        match self {
            Key::Uuid(_) => pg_sys::F_UUID_EQ,
            Key::Text(_) => pg_sys::F_TEXTEQ,
            Key::Name(_) => pg_sys::F_NAMEEQ,
        }
    }
}
