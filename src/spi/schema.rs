//! The schema whose tables a call works on.

use crate::error::Error;
use crate::lookup::{Key, Table};
use pgrx::spi::quote_identifier;
use pgrx::{PgTrigger, pg_sys};
use std::cell::Cell;
use std::ffi::{CStr, c_int};

thread_local! {
    /// The extension's, as long as no function is made, changed or dropped: it cannot be moved, and so comes and goes
    /// with its functions. Triggers ask for every statement.
    static INSTALLED: Cell<Option<Schema>> = const { Cell::new(None) };
    static LISTENS: Cell<bool> = const { Cell::new(false) };
}

unsafe extern "C-unwind" fn functions_changed(_: pg_sys::Datum, _: c_int, _: u32) {
    INSTALLED.set(None);
}

/// The schema whose tables a call works on.
#[derive(Clone, Copy)]
pub struct Schema(pg_sys::Oid);

impl Schema {
    /// The schema of the function being called: the public functions live beside the tables.
    pub fn of_call(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: PostgreSQL hands every function a valid fcinfo with its flinfo; then a syscache look-up.
        Self(unsafe { pg_sys::get_func_namespace((*(*fcinfo).flinfo).fn_oid) })
    }

    /// The schema of the table a trigger fires for.
    pub fn of_trigger(trigger: &PgTrigger) -> Self {
        // SAFETY: the relation is open while its trigger runs.
        Self(unsafe { (*(*trigger.trigger_data().tg_relation).rd_rel).relnamespace })
    }

    /// The schema of a table that the caller names.
    pub fn of_table(table: pg_sys::Oid) -> Self {
        // SAFETY: a syscache look-up, which gives InvalidOid for what is not there.
        Self(unsafe { pg_sys::get_rel_namespace(table) })
    }

    /// That of a trigger function that runs with its owner's rights: only tables beside the extension's
    /// functions may lend themselves these.
    pub fn of_definer_trigger(trigger: &PgTrigger) -> Result<Self, Error> {
        let schema = Self::of_trigger(trigger);
        if schema.0 != Self::home()?.0 {
            return Err(Error::WrongTrigger("It is made for the tables of callcoach's migrations."));
        }
        Ok(schema)
    }

    /// The schema of the extension's public functions, and so of its tables; `None` where this database does
    /// not have the extension.
    pub fn installed() -> Result<Option<Self>, Error> {
        if let Some(known) = INSTALLED.get() {
            return Ok(Some(known));
        }
        if !LISTENS.replace(true) {
            let functions = pg_sys::SysCacheIdentifier::PROCOID as _;
            // SAFETY: once for the session; it only forgets what is ours.
            unsafe { pg_sys::CacheRegisterSyscacheCallback(functions, Some(functions_changed), 0.into()) };
        }
        let extension = [(c"extname", Key::Name(c"callcoach"))];
        let found = Table::extensions().find::<pg_sys::Oid>(&extension, c"extnamespace")?.map(Self);
        INSTALLED.set(found);
        Ok(found)
    }

    /// The same for functions that are there only with the extension.
    pub fn home() -> Result<Self, Error> {
        Self::installed()?.ok_or_else(|| Error::Internal("the extension callcoach is not installed".into()))
    }

    /// The table (or whatever relation) of this name in it; `InvalidOid` where there is none.
    pub fn table(self, name: &CStr) -> pg_sys::Oid {
        // SAFETY: a syscache look-up by C string and oid.
        unsafe { pg_sys::get_relname_relid(name.as_ptr(), self.0) }
    }

    /// The same for tables of the migrations: an error where it is missing.
    pub fn own_table(self, name: &CStr) -> Result<pg_sys::Oid, Error> {
        let table = self.table(name);
        if table == pg_sys::InvalidOid {
            let name = name.to_string_lossy();
            return Err(Error::Internal(format!("table {name} is missing: the migrations are not applied")));
        }
        Ok(table)
    }

    /// `sql` with its placeholders replaced.
    pub fn qualify(self, sql: &str) -> Result<String, Error> {
        Ok(sql
            .replace("{assignment_data}", include_str!("../sql/events/assignment_data.sql"))
            .replace("{added_data}", include_str!("../sql/events/added_data.sql"))
            .replace("{fact_values}", include_str!("../sql/fact_values.sql"))
            .replace("{fact_changes}", include_str!("../sql/fact_changes.sql"))
            .replace("{schema}", &quote_identifier(self.name()?)))
    }

    pub(super) fn name(self) -> Result<String, Error> {
        // SAFETY: gives a palloc'ed C string, or NULL for a schema that is gone.
        unsafe {
            let name = pg_sys::get_namespace_name(self.0);
            if name.is_null() {
                return Err(Error::Internal("the schema of the extension is gone".into()));
            }
            let owned = CStr::from_ptr(name).to_string_lossy().into_owned();
            pg_sys::pfree(name.cast());
            Ok(owned)
        }
    }
}
