//! The log beside an audited table: audit_log, or else activity_log, of the same schema.

use super::{Table, base_type, column, qualified, references};
use crate::error::Error;
use crate::majors;
use pgrx::pg_sys;
use std::ffi::CStr;
use std::rc::Rc;

/// What a log calls its columns.
pub struct Names {
    pub table: &'static CStr,
    pub record: &'static CStr,
    pub operation: &'static CStr,
    pub old: &'static CStr,
    pub new: &'static CStr,
}

const AUDIT_LOG: Names = Names {
    table: c"table_name",
    record: c"record_id",
    operation: c"operation",
    old: c"old_data",
    new: c"new_data",
};
const ACTIVITY_LOG: Names = Names {
    table: c"entity_type",
    record: c"entity_id",
    operation: c"action",
    old: c"old_values",
    new: c"new_values",
};

/// A log, and what of it is there.
pub struct Log {
    pub oid: pg_sys::Oid,
    pub owner: pg_sys::Oid,
    pub names: &'static Names,
}

impl Log {
    /// The one beside this table. It must have the table's owner: somebody else's would be handed rows that are not
    /// theirs to see, and somebody else's table would write into this one.
    pub fn beside(table: &Table) -> Result<Self, Error> {
        // SAFETY: syscache look-ups.
        let schema = unsafe { pg_sys::get_rel_namespace(table.root) };
        let find = |name: &CStr| {
            // SAFETY: as above.
            let oid = unsafe { pg_sys::get_relname_relid(name.as_ptr(), schema) };
            (oid != pg_sys::InvalidOid).then_some(oid)
        };
        let found = find(c"audit_log").map(|oid| (oid, &AUDIT_LOG));
        let found = found.or_else(|| find(c"activity_log").map(|oid| (oid, &ACTIVITY_LOG)));
        let Some((oid, names)) = found.filter(|(oid, _)| super::is_table(*oid)) else {
            return Err(Error::NoLog(qualified(table.root)?));
        };
        let owner = majors::table_owner(oid).unwrap_or(pg_sys::InvalidOid);
        if majors::table_owner(table.root) != Some(owner) {
            return Err(Error::LogOwner(qualified(oid)?, qualified(table.root)?));
        }
        if oid == table.root {
            return Err(Error::WrongTrigger("A log does not log itself."));
        }
        Ok(Self { oid, owner, names })
    }

    /// The base type of one of its columns, if it has it.
    pub fn column(&self, name: &CStr) -> Option<pg_sys::Oid> {
        column(self.oid, name).map(|(_, kind)| base_type(kind))
    }

    /// What this column alone refers to: the table, and its column.
    pub fn refers(&self, name: &CStr) -> Result<Option<(pg_sys::Oid, String)>, Error> {
        Ok(self.key(name)?.map(|key| (key.table, key.column.clone())))
    }

    /// Would the foreign key of this column find the value? Where there is none, it finds everything.
    pub fn takes(&self, name: &CStr, value: pg_sys::Datum) -> Result<bool, Error> {
        let Some(kind) = column(self.oid, name).map(|(_, kind)| kind) else { return Ok(false) };
        match self.key(name)? {
            Some(key) => key.finds(&[(Some(value), kind)]),
            None => Ok(true),
        }
    }

    fn key(&self, name: &CStr) -> Result<Option<Rc<references::ForeignKey>>, Error> {
        let Some((number, _)) = column(self.oid, name) else { return Ok(None) };
        let keys = references::of(self.oid)?;
        Ok(keys.iter().find(|key| key.columns == [number]).cloned())
    }
}
