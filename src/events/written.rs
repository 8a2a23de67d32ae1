//! What a statement wrote into assignments and org_members, told set-based: scenario.assigned, user.added,
//! user.promoted.

use crate::delivery::Queue;
use crate::error::{self, Error};
use crate::rows::TriggerRow;
use crate::spi::{self, Schema};
use callcoach_core::webhook::Event;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

/// What an assignment says to whom: another one of these makes it another assignment. The date does not.
const ASSIGNED_BY: [&std::ffi::CStr; 4] =
    [c"assignee_user_id", c"assignee_team", c"scenario_id", c"track_id"];

const ASSIGNED: &str =
    concat!("with assigned as (select * from new_rows)\n", include_str!("../sql/events/assigned.sql"));
const REASSIGNED: &str = concat!(
    "with assigned as (select n.* from new_rows n join old_rows o on o.id = n.id
       where (n.assignee_user_id, n.assignee_team, n.scenario_id, n.track_id)
             is distinct from (o.assignee_user_id, o.assignee_team, o.scenario_id, o.track_id))\n",
    include_str!("../sql/events/assigned.sql")
);
const ADDED: &str =
    concat!("with joined as (select * from new_rows)\n", include_str!("../sql/events/added.sql"));
const PROMOTED: &str = include_str!("../sql/events/promoted.sql");

const ANY_WANTS: &str = "select exists (
  select from {schema}.webhooks w
   where w.enabled and w.events && $1 and w.org_id in (select org_id from new_rows))";

/// AFTER INSERT or UPDATE FOR EACH STATEMENT on assignments and org_members: queues what it means, where
/// somebody wants to hear of it.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.raise_events() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn raise_events<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    raise(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

fn raise(trigger: &PgTrigger) -> Result<(), Error> {
    const EXPECTED: &str =
        "It belongs in an AFTER INSERT or UPDATE … FOR EACH STATEMENT trigger of assignments or org_members.";
    let event = trigger.event();
    if !event.fired_for_statement() || !event.fired_after() {
        return Err(Error::WrongTrigger(EXPECTED));
    }
    let table = trigger.table_name().map_err(|e| Error::Internal(e.to_string()))?;
    let (events, sql): (&[Event], &'static str) = match (table.as_str(), event.fired_by_insert()) {
        ("assignments", true) => (&[Event::ScenarioAssigned], ASSIGNED),
        ("assignments", false) if event.fired_by_update() => (&[Event::ScenarioAssigned], REASSIGNED),
        ("org_members", true) => (&[Event::UserAdded], ADDED),
        ("org_members", false) if event.fired_by_update() => {
            (&[Event::UserAdded, Event::UserPromoted], PROMOTED)
        }
        _ => return Err(Error::WrongTrigger(EXPECTED)),
    };
    let schema = Schema::of_definer_trigger(trigger)?;
    let rows = spi::rows_of(trigger);
    let mut queue = Queue::new(schema);
    spi::with_transition_tables(trigger, |client| {
        let to_tell = match rows {
            0 => false,
            1 => is_to_tell(trigger, &mut queue, &table, events)?,
            _ => {
                let names: Vec<_> = events.iter().map(|event| event.as_str()).collect();
                let question = schema.qualify(ANY_WANTS)?;
                let answer = client.select(question.as_str(), None, &[names.into()])?;
                answer.first().get_one::<bool>()? == Some(true)
            }
        };
        if to_tell {
            queue.push_found(spi::run_for_rows(client, schema, sql, rows)?)?;
        }
        Ok(())
    })?;
    queue.finish();
    Ok(())
}

/// One row: does it say something new, and does anyone want to hear of it?
fn is_to_tell(trigger: &PgTrigger, queue: &mut Queue, table: &str, events: &[Event]) -> Result<bool, Error> {
    let row = TriggerRow::of_statement(trigger);
    if table == "assignments" && trigger.event().fired_by_update() {
        let mut another = false;
        for column in ASSIGNED_BY {
            another |= row.changed(column)?;
        }
        if !another {
            return Ok(false);
        }
    }
    let Some(org) = row.get::<pgrx::Uuid>(c"org_id")? else { return Ok(false) };
    let org = Uuid::from_bytes(*org.as_bytes());
    for event in events {
        if queue.is_wanted(org, *event)? {
            return Ok(true);
        }
    }
    Ok(false)
}
