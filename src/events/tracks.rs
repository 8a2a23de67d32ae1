//! track.completed: a person has completed the last active scenario of a track that is assigned to them or to
//! their team.
//!
//! Raised once for each assignment, track and person, which track_completion_events records. Tracks that may be
//! complete are locked first and looked at with the latest snapshot then: of two sessions that complete the
//! last two scenarios at once, the second sees what the first did, under REPEATABLE READ too.

use super::are_wanted;
use crate::error::Error;
use crate::lookup::{Key, Table};
use crate::rows::TriggerRow;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode, Row};
use crate::worker;
use callcoach_core::webhook::Event;
use pgrx::spi::SpiClient;
use uuid::Uuid;

const OPEN_OF_ONE: &str =
    concat!(include_str!("../sql/events/finished_one.sql"), include_str!("../sql/events/open_tracks.sql"));
const DONE: &str = include_str!("../sql/events/done_tracks.sql");
const RAISE: &str =
    concat!(include_str!("../sql/events/track_completed.sql"), include_str!("../sql/deliver.sql"));
/// Few organisations want to hear of tracks: the others' many attempts should not pay for it.
const ANY_WANTS: &str = "select exists (
  select from {schema}.webhooks w
   where w.enabled and 'track.completed' = any (w.events) and w.org_id in (select org_id from new_rows))";

/// Assignments, and beside each the person.
type Pairs = (Vec<pgrx::Uuid>, Vec<String>);

/// The attempt of this row has become completed.
pub fn completed_one(schema: Schema, row: &TriggerRow) -> Result<(), Error> {
    let org: Option<pgrx::Uuid> = row.get(c"org_id")?;
    let scenario: Option<pgrx::Uuid> = row.get(c"scenario_id")?;
    let (Some(org), Some(scenario)) = (org, scenario) else {
        return Ok(());
    };
    let [org_id, scenario_id] = [org, scenario].map(|id| Uuid::from_bytes(*id.as_bytes()));
    if !are_wanted(schema, org_id, &[Event::TrackCompleted])? || !is_assigned(schema, org_id, scenario_id)? {
        return Ok(());
    }
    let args = [
        row.get::<pgrx::Uuid>(c"id")?.into(),
        org.into(),
        row.get::<&str>(c"user_id")?.into(),
        scenario.into(),
    ];
    let open = rows::first(schema, OPEN_OF_ONE, &args, Mode::Lock, pairs)?;
    raise(schema, open.flatten())
}

/// Is the scenario in a track that is assigned to anybody? Most are in none, and need no statement to tell.
fn is_assigned(schema: Schema, org: Uuid, scenario: Uuid) -> Result<bool, Error> {
    let tracks = Table::by_index(schema, c"track_scenarios", c"track_scenarios_org_id_scenario_id_idx")?;
    let assignments = Table::by_index(schema, c"assignments", c"assignments_org_id_track_id_idx")?;
    let org = (c"org_id", Key::Uuid(org));
    tracks.any(&[org, (c"scenario_id", Key::Uuid(scenario))], |place| {
        let track = place.get::<pgrx::Uuid>(c"track_id")?;
        track.map_or(Ok(false), |track| {
            assignments.has(&[org, (c"track_id", Key::Uuid(Uuid::from_bytes(*track.as_bytes())))])
        })
    })
}

/// Does any organisation of the trigger's rows want to hear of tracks?
pub fn are_wanted_by_any(client: &SpiClient, schema: Schema) -> Result<bool, Error> {
    let answer = client.select(schema.qualify(ANY_WANTS)?.as_str(), None, &[])?;
    Ok(answer.first().get_one::<bool>()? == Some(true))
}

/// Attempts have become completed; `open` is a statement that finds their tracks by the trigger's transition
/// tables.
pub fn completed_many(client: &mut SpiClient, schema: Schema, open: &str) -> Result<(), Error> {
    // As what writes: it locks, and sees what the statements before it wrote.
    let answer = client.update(schema.qualify(open)?.as_str(), None, &[])?;
    let (assignments, users) = answer.first().get_two::<Vec<pgrx::Uuid>, Vec<String>>()?;
    raise(schema, assignments.zip(users))
}

fn raise(schema: Schema, open: Option<Pairs>) -> Result<(), Error> {
    let Some((assignments, users)) = open else {
        return Ok(());
    };
    let done = rows::first(schema, DONE, &[assignments.into(), users.into()], Mode::Latest, pairs)?;
    let Some((assignments, users)) = done.flatten() else {
        return Ok(());
    };
    if rows::execute(schema, RAISE, &[assignments.into(), users.into()])? > 0 {
        worker::wake_at_commit();
    }
    Ok(())
}

fn pairs(row: Row) -> Result<Option<Pairs>, Error> {
    Ok(row.get::<Vec<pgrx::Uuid>>(1)?.zip(row.get::<Vec<String>>(2)?))
}
