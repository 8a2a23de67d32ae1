//! The tables that a score is made of and kept in, and their owner's rights.

use crate::as_role;
use crate::error::Error;
use crate::majors;
use crate::spi::Schema;
use pgrx::pg_sys;
use std::ffi::CStr;

const NAMES: [&CStr; 4] = [c"customers", c"agent_sessions", c"agent_messages", c"training_progress"];

/// customers, agent_sessions, agent_messages and training_progress of one schema, all of one owner.
pub struct Tables {
    pub schema: Schema,
    owner: pg_sys::Oid,
}

impl Tables {
    /// Those beside `customers`.
    pub fn of(customers: &pgrx::PgRelation) -> Result<Self, Error> {
        let tables = Self::in_schema(Schema::of_table(customers.oid()))?;
        if tables.schema.table(c"customers") == customers.oid() {
            Ok(tables)
        } else {
            Err(Error::NotCustomers)
        }
    }

    /// Those of a schema. Tables and not views, and nobody else's: statements over them run with their owner's
    /// rights.
    pub fn in_schema(schema: Schema) -> Result<Self, Error> {
        let mut owners = NAMES.iter().map(|name| {
            let table = schema.table(name);
            // SAFETY: a syscache look-up, which gives 0 for what is not there.
            let kind = unsafe { pg_sys::get_rel_relkind(table) } as u8;
            let is_table = kind == pg_sys::RELKIND_RELATION || kind == pg_sys::RELKIND_PARTITIONED_TABLE;
            majors::table_owner(table).filter(|_| is_table)
        });
        let owner = owners.next().flatten().ok_or(Error::NotCustomers)?;
        if owners.all(|other| other == Some(owner)) {
            Ok(Self { schema, owner })
        } else {
            Err(Error::NotCustomers)
        }
    }

    /// Runs `body` as the tables' owner.
    pub fn as_owner<R>(&self, body: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        as_role::as_owner(self.owner, body)
    }
}
