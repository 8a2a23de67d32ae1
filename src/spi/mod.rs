//! SQL from native code: statements are prepared once for each schema, with the tables' names
//! qualified, and kept.
//!
//! Statements name their tables as `{schema}.orgs`: the schema is the one the calling function or the
//! triggering table lives in, never what the caller's search_path says.

pub mod rows;
mod schema;
pub mod text;

pub use schema::Schema;

use crate::error::Error;
use pgrx::PgTrigger;
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys;
use pgrx::spi::{OwnedPreparedStatement, SpiClient, SpiTupleTable};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

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
