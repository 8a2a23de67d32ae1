//! AFTER INSERT, UPDATE, DELETE and TRUNCATE on scenario_attempts, once a statement: facts follow, and
//! webhooks are queued. What a statement did to 20,000 attempts is three set-based statements here.

use super::completed;
use crate::error::{self, Error};
use crate::events::tracks;
use crate::kpi_events;
use crate::reporting::partitions::{Form, Statement};
use crate::rows::TriggerRow;
use crate::spi::{self, Schema, rows};
use crate::timestamps::Timestamptz;
use crate::worker;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;
use uuid::Uuid;

/// What the statements below call `changed` (the attempts as they are now) and `before` (as they were).
///
/// A foreign key's ON DELETE SET NULL can write one attempt twice in one statement, and then both versions
/// are in the transition tables, in no order. Where that has happened, only the ids are believed and the
/// attempts are read again.
macro_rules! with {
    (inserted) => {
        "with changed as (select * from new_rows), before as (select * from new_rows where false)\n"
    };
    (updated once) => {
        "with changed as (select * from new_rows), before as (select * from old_rows)\n"
    };
    (updated twice) => {
        concat!(include_str!("../sql/rows_read_again.sql"), "\n")
    };
    (attempt) => {
        "with changed as (select * from {schema}.scenario_attempts where id = $1)\n"
    };
}
macro_rules! upsert_facts {
    ($($rows:tt)+) => {
        Statement::new(
            concat!(with!($($rows)+), include_str!("../sql/upsert_facts.sql")),
            concat!(with!($($rows)+), include_str!("../sql/upsert_facts_by_month.sql")),
        )
    };
}
macro_rules! deliver_events {
    ($($rows:tt)+) => {
        Statement::same(concat!(
            with!($($rows)+),
            include_str!("../sql/attempt_events.sql"),
            include_str!("../sql/deliver.sql")
        ))
    };
}
macro_rules! open_tracks {
    ($($rows:tt)+) => {
        concat!(
            with!($($rows)+),
            include_str!("../sql/events/finished.sql"),
            include_str!("../sql/events/open_tracks.sql")
        )
    };
}
macro_rules! write_kpi_events {
    ($($rows:tt)+) => {
        Statement::same(concat!(with!($($rows)+), include_str!("../sql/kpi_events.sql")))
    };
}

const REMOVE_FACTS: Statement =
    Statement::new(include_str!("../sql/remove_facts.sql"), include_str!("../sql/remove_facts_by_month.sql"));
const REMOVE_KPI_EVENTS: Statement = Statement::same(include_str!("../sql/remove_kpi_events.sql"));
const KPI_EVENTS_INSERTED: Statement = write_kpi_events!(inserted);
const KPI_EVENTS_UPDATED: Statement = write_kpi_events!(updated once);
const UPSERT_UPDATED: Statement = upsert_facts!(updated once);
const DELIVER_UPDATED: Statement = deliver_events!(updated once);
const UPSERT_INSERTED: Statement = upsert_facts!(inserted);
const DELIVER_INSERTED: Statement = deliver_events!(inserted);
const INSERTED: &[Statement] = &[UPSERT_INSERTED, DELIVER_INSERTED];
const UPDATED: &[Statement] = &[REMOVE_FACTS, UPSERT_UPDATED, DELIVER_UPDATED];
const DELIVER_UPDATED_TWICE: Statement = deliver_events!(updated twice);
const UPDATED_TWICE: &[Statement] = &[REMOVE_FACTS, upsert_facts!(updated twice), DELIVER_UPDATED_TWICE];
/// Whose rows wait for the worker.
const DELIVERS: [Statement; 3] = [DELIVER_INSERTED, DELIVER_UPDATED, DELIVER_UPDATED_TWICE];
const KPI_EVENTS_UPDATED_TWICE: Statement = write_kpi_events!(updated twice);
const TRACKS_INSERTED: &str = open_tracks!(inserted);
const TRACKS_UPDATED: &str = open_tracks!(updated once);
const TRACKS_UPDATED_TWICE: &str = open_tracks!(updated twice);
/// Few organisations want events: the others' many rows should not pay for them.
const ANY_WANTS_KPI_EVENTS: &str = "select exists (
  select from {schema}.orgs o
   where o.metadata -> 'kpi_events' = 'true' and o.id in (select org_id from new_rows))";
const ANY_HAS_KPI_EVENTS: &str = "select exists (
  select from {schema}.fact_kpi_events e where e.org_id in (select org_id from old_rows))";
const ANY_TWICE: &str = "select count(distinct id) < count(*) from new_rows";
const DELETED: &[Statement] = &[Statement::new(
    "delete from {schema}.fact_scenario_attempts f using old_rows o where f.attempt_id = o.id",
    include_str!("../sql/remove_deleted_by_month.sql"),
)];
const TRUNCATED: &[Statement] = &[Statement::same("delete from {schema}.fact_scenario_attempts")];
const UPSERT_ONE_FACT: Statement = upsert_facts!(attempt);
const REMOVE_MISPLACED_FACT: &str = include_str!("../sql/remove_misplaced_fact.sql");

/// Keeps facts and webhooks in step with what one statement did.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.attempt_after_write() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' LANGUAGE c
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
    let schema = Schema::of_definer_trigger(trigger)?;
    spi::with_transition_tables(trigger, |client, rows| {
        let one = (rows == 1).then(|| TriggerRow::of_statement(trigger));
        let statements = match &one {
            _ if event.fired_by_truncate() => TRUNCATED.to_vec(),
            _ if rows == 0 => vec![],
            Some(row) => for_one_row(trigger, row, schema)?,
            None => for_many_rows(trigger, client, schema)?,
        };
        if !statements.is_empty() {
            let form = Form::locked(schema)?;
            for sql in &statements {
                let written = spi::run_for_rows(client, schema, sql.of(form), rows)?;
                if written > 0 && DELIVERS.contains(sql) {
                    worker::wake_at_commit();
                }
            }
        }
        // A track is completed after its scenarios are.
        match &one {
            _ if rows == 0 || event.fired_by_truncate() || event.fired_by_delete() => Ok(()),
            Some(row) if is_completed(row.get(c"status")?) && !is_completed(row.get_old(c"status")?) => {
                tracks::completed_one(schema, row)
            }
            Some(_) => Ok(()),
            None => complete_tracks_of_many(trigger, client, schema),
        }
    })
}

/// What a statement that wrote several attempts has to see to.
fn for_many_rows(
    trigger: &PgTrigger,
    client: &mut SpiClient,
    schema: Schema,
) -> Result<Vec<Statement>, Error> {
    let event = trigger.event();
    let (mut statements, write_kpi_events) = if event.fired_by_insert() {
        (INSERTED.to_vec(), KPI_EVENTS_INSERTED)
    } else if event.fired_by_delete() {
        return Ok(DELETED.to_vec());
    } else if is_true(client, schema, ANY_TWICE)? {
        (UPDATED_TWICE.to_vec(), KPI_EVENTS_UPDATED_TWICE)
    } else {
        (UPDATED.to_vec(), KPI_EVENTS_UPDATED)
    };
    if event.fired_by_update() && is_true(client, schema, ANY_HAS_KPI_EVENTS)? {
        statements.push(REMOVE_KPI_EVENTS);
    }
    if is_true(client, schema, ANY_WANTS_KPI_EVENTS)? {
        statements.push(write_kpi_events);
    }
    Ok(statements)
}

/// What a statement that wrote one attempt has to see to: nothing, while the call is going on and its
/// transcript is saved every few seconds.
fn for_one_row(trigger: &PgTrigger, row: &TriggerRow, schema: Schema) -> Result<Vec<Statement>, Error> {
    let (was, is) = (is_completed(row.get_old(c"status")?), is_completed(row.get(c"status")?));
    let event = trigger.event();
    let mut statements = match (was, is) {
        (false, false) => vec![],
        (false, true) if completed::complete(schema, row)? => vec![],
        (false, true) if event.fired_by_insert() => vec![UPSERT_INSERTED, DELIVER_INSERTED],
        (false, true) => vec![UPSERT_UPDATED, DELIVER_UPDATED],
        (true, _) if event.fired_by_delete() => DELETED.to_vec(),
        (true, false) => vec![REMOVE_FACTS, REMOVE_KPI_EVENTS],
        // Completed before and after: the fact may be another one's (a changed id), or one no more.
        (true, true) if fact_stays(row)? => vec![REMOVE_KPI_EVENTS, UPSERT_UPDATED, DELIVER_UPDATED],
        (true, true) => vec![REMOVE_FACTS, REMOVE_KPI_EVENTS, UPSERT_UPDATED, DELIVER_UPDATED],
    };
    let org: Option<pgrx::Uuid> = if is { row.get(c"org_id")? } else { None };
    if let Some(org) = org
        && kpi_events::are_wanted(schema, Uuid::from_bytes(*org.as_bytes()))?
    {
        statements.push(if event.fired_by_insert() { KPI_EVENTS_INSERTED } else { KPI_EVENTS_UPDATED });
    }
    Ok(statements)
}

fn complete_tracks_of_many(trigger: &PgTrigger, client: &mut SpiClient, schema: Schema) -> Result<(), Error> {
    if !tracks::are_wanted_by_any(client, schema)? {
        return Ok(());
    }
    let open = if trigger.event().fired_by_insert() {
        TRACKS_INSERTED
    } else if is_true(client, schema, ANY_TWICE)? {
        TRACKS_UPDATED_TWICE
    } else {
        TRACKS_UPDATED
    };
    tracks::completed_many(client, schema, open)
}

fn is_completed(status: Option<String>) -> bool {
    status.as_deref() == Some("completed")
}

/// The answer to a question about the transition tables.
fn is_true(client: &SpiClient, schema: Schema, question: &str) -> Result<bool, Error> {
    let answer = client.select(schema.qualify(question)?.as_str(), None, &[])?;
    Ok(answer.first().get_one::<bool>()? == Some(true))
}

/// Has a completed attempt that is written once more the fact of before, on the day of before?
fn fact_stays(row: &TriggerRow) -> Result<bool, Error> {
    Ok(row.get::<Timestamptz>(c"ended_at")?.is_some()
        && !row.changed(c"id")?
        && !row.changed(c"started_at")?)
}

/// Writes the fact of one attempt, which is locked, if it is completed.
pub fn upsert_fact(schema: Schema, attempt: pgrx::Uuid) -> Result<(), Error> {
    let form = Form::locked(schema)?;
    if form == Form::ByMonth {
        rows::execute(schema, REMOVE_MISPLACED_FACT, &[attempt.into()])?;
    }
    rows::execute(schema, UPSERT_ONE_FACT.of(form), &[attempt.into()]).map(|_| ())
}
