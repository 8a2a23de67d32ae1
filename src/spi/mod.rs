//! SQL from native code: statements are prepared once for each schema, with the tables' names
//! qualified, and kept.
//!
//! Statements name their tables as `{schema}.orgs`: the schema is the one the calling function or the
//! triggering table lives in, never what the caller's search_path says.

pub mod rows;
pub mod text;

use crate::error::Error;
use crate::lookup::{Key, Table};
use pgrx::PgTrigger;
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys;
use pgrx::spi::{OwnedPreparedStatement, SpiClient, SpiTupleTable, quote_identifier};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CStr;
use std::rc::Rc;

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
        let extension = [(c"extname", Key::Name(c"callcoach"))];
        Ok(Table::extensions().find::<pg_sys::Oid>(&extension, c"extnamespace")?.map(Self))
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

    /// `sql` with its placeholders replaced.
    pub fn qualify(self, sql: &str) -> Result<String, Error> {
        Ok(sql
            .replace("{assignment_data}", include_str!("../sql/events/assignment_data.sql"))
            .replace("{added_data}", include_str!("../sql/events/added_data.sql"))
            .replace("{fact_values}", include_str!("../sql/fact_values.sql"))
            .replace("{fact_changes}", include_str!("../sql/fact_changes.sql"))
            .replace("{schema}", &quote_identifier(self.name()?)))
    }

    fn name(self) -> Result<String, Error> {
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

/// A statement is known by its text's address (each is one `const`) and the schema's name: after
/// ALTER SCHEMA … RENAME the kept text would no longer parse.
type PlanKey = (*const u8, usize, String);

thread_local! {
    static PLANS: RefCell<HashMap<PlanKey, Rc<OwnedPreparedStatement>>> = RefCell::default();
}

/// Runs `sql` with a kept plan.
pub fn run<'conn>(
    client: &mut SpiClient<'conn>,
    schema: Schema,
    sql: &'static str,
    args: &[DatumWithOid],
) -> Result<SpiTupleTable<'conn>, Error> {
    let key = (sql.as_ptr(), sql.len(), schema.name()?);
    let kept = PLANS.with_borrow(|plans| plans.get(&key).cloned());
    let plan = match kept {
        Some(plan) => plan,
        None => {
            let types: Vec<_> = args.iter().map(|a| pg_sys::PgOid::from(a.oid())).collect();
            let plan = Rc::new(client.prepare_mut(schema.qualify(sql)?.as_str(), &types)?.keep());
            PLANS.with_borrow_mut(|plans| plans.insert(key, plan.clone()));
            plan
        }
    };
    Ok(client.update(&*plan, None, args)?)
}

/// Runs `body` where SQL can name the trigger's transition tables.
pub fn with_transition_tables<R>(
    trigger: &PgTrigger,
    body: impl FnOnce(&mut SpiClient) -> Result<R, Error>,
) -> Result<R, Error> {
    let data = trigger.trigger_data();
    pgrx::Spi::connect_mut(|client| {
        // SAFETY: the trigger's own data, for as long as its SPI connection lasts.
        let status = unsafe { pg_sys::SPI_register_trigger_data(std::ptr::from_ref(data).cast_mut()) };
        if status < 0 {
            return Err(Error::Internal(format!("SPI_register_trigger_data: {status}")));
        }
        body(client)
    })
}

/// How many rows a statement wrote, by the trigger's transition tables.
pub fn rows_of(trigger: &PgTrigger) -> usize {
    let data = trigger.trigger_data();
    let stores = [data.tg_oldtable, data.tg_newtable].into_iter().filter(|store| !store.is_null());
    // SAFETY: the statement's tuplestores, which are only counted.
    let rows = stores.map(|store| unsafe { pg_sys::tuplestore_tuple_count(store) }).max();
    rows.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(0)
}

/// Runs a statement over transition tables of `rows` rows. The plan for one row is kept; for more it is made
/// anew, since a plan kept from one row would join 20,000 old rows to 20,000 new ones one by one.
pub fn run_for_rows<'conn>(
    client: &mut SpiClient<'conn>,
    schema: Schema,
    sql: &'static str,
    rows: usize,
) -> Result<SpiTupleTable<'conn>, Error> {
    if rows == 1 {
        return run(client, schema, sql, &[]);
    }
    Ok(client.update(schema.qualify(sql)?.as_str(), None, &[])?)
}
