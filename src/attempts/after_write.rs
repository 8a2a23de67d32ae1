//! AFTER INSERT, UPDATE, DELETE and TRUNCATE on scenario_attempts, once a statement: facts follow, and
//! webhooks are queued. What a statement did to 20,000 attempts is three set-based statements here.

use crate::error::{self, Error};
use crate::spi::{self, Schema};
use pgrx::AllocatedByPostgres;
use pgrx::datum::DatumWithOid;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;

const UPSERT_FACTS: &str =
    concat!("with changed as (select * from new_rows)\n", include_str!("../sql/upsert_facts.sql"));
const UPSERT_ONE_FACT: &str = concat!(
    "with changed as (select * from {schema}.scenario_attempts where id = $1)\n",
    include_str!("../sql/upsert_facts.sql")
);
const REMOVE_FACTS: &str = include_str!("../sql/remove_facts.sql");
const REMOVE_DELETED_FACTS: &str =
    "delete from {schema}.fact_scenario_attempts f using old_rows o where f.attempt_id = o.id";
const REMOVE_ALL_FACTS: &str = "delete from {schema}.fact_scenario_attempts";
const INSERT_EVENTS: &str = concat!(
    "with changed as (select * from new_rows), before as (select * from new_rows where false)\n",
    include_str!("../sql/attempt_events.sql"),
    include_str!("../sql/deliver.sql")
);
const UPDATE_EVENTS: &str = concat!(
    "with changed as (select * from new_rows), before as (select * from old_rows)\n",
    include_str!("../sql/attempt_events.sql"),
    include_str!("../sql/deliver.sql")
);

/// Keeps facts and webhooks in step with what one statement did.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.attempt_after_write() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn attempt_after_write<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    after_write(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

fn after_write(trigger: &PgTrigger) -> Result<(), Error> {
    let event = trigger.event();
    if !event.fired_for_statement() || !event.fired_after() {
        return Err(Error::WrongTrigger("It belongs in an AFTER … FOR EACH STATEMENT trigger."));
    }
    let schema = Schema::of_trigger(trigger);
    let statements: &[&'static str] = if event.fired_by_insert() {
        &[UPSERT_FACTS, INSERT_EVENTS]
    } else if event.fired_by_update() {
        &[REMOVE_FACTS, UPSERT_FACTS, UPDATE_EVENTS]
    } else if event.fired_by_delete() {
        &[REMOVE_DELETED_FACTS]
    } else {
        &[REMOVE_ALL_FACTS]
    };
    spi::with_transition_tables(trigger, |client, rows| {
        for sql in statements {
            spi::run_for_rows(client, schema, sql, rows)?;
        }
        Ok(())
    })
}

/// Writes the fact of one attempt, if it is completed.
pub fn upsert_fact(client: &mut SpiClient, schema: Schema, attempt: pgrx::Uuid) -> Result<(), Error> {
    spi::run(client, schema, UPSERT_ONE_FACT, &[DatumWithOid::from(attempt)])?;
    Ok(())
}
