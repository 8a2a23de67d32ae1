//! track.completed: a person has completed the last active scenario of a track that is assigned to them or to
//! their team.
//!
//! Raised once for each assignment, track and person, which track_completion_events records. Tracks that may be
//! complete are locked first and looked at with the latest snapshot then: of two sessions that complete the
//! last two scenarios at once, the second sees what the first did, under REPEATABLE READ too.

use crate::attempts::Attempt;
use crate::delivery::Queue;
use crate::error::Error;
use crate::gucs;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use crate::spi::rows::{self, Mode, Row};
use pgrx::spi::SpiClient;
use uuid::Uuid;

const OPEN_OF_ONE: &str =
    concat!(include_str!("../sql/events/finished_one.sql"), include_str!("../sql/events/open_tracks.sql"));
const DONE: &str = include_str!("../sql/events/done_tracks.sql");
const RAISE: &str = include_str!("../sql/events/track_completed.sql");

/// Assignments, and beside each the person.
type Pairs = (Vec<pgrx::Uuid>, Vec<String>);

/// This attempt has become completed, in an organisation that wants to hear of tracks.
pub fn completed_one(schema: Schema, attempt: &Attempt) -> Result<(), Error> {
    let Some(scenario) = attempt.scenario else { return Ok(()) };
    if !is_assigned(schema, attempt.org, scenario)? {
        return Ok(());
    }
    let [id, org, scenario] =
        [attempt.id, attempt.org, scenario].map(|id| pgrx::Uuid::from_bytes(*id.as_bytes()));
    let args = [id.into(), org.into(), attempt.user.into(), scenario.into()];
    gucs::with(&gucs::BY_INDEX, || {
        let open = rows::first(schema, OPEN_OF_ONE, &args, Mode::Lock, pairs)?;
        raise(schema, open.flatten())
    })
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

/// Attempts have become completed; `open` is a statement that finds their tracks by the trigger's transition
/// tables.
pub fn completed_many(client: &mut SpiClient, schema: Schema, open: &str) -> Result<(), Error> {
    gucs::with(&gucs::BY_INDEX, || {
        // As what writes: it locks, and sees what the statements before it wrote.
        let answer = client.update(schema.qualify(open)?.as_str(), None, &[])?;
        let (assignments, users) = answer.first().get_two::<Vec<pgrx::Uuid>, Vec<String>>()?;
        raise(schema, assignments.zip(users))
    })
}

fn raise(schema: Schema, open: Option<Pairs>) -> Result<(), Error> {
    let Some((assignments, users)) = open else {
        return Ok(());
    };
    let done = rows::first(schema, DONE, &[assignments.into(), users.into()], Mode::Latest, pairs)?;
    let Some((assignments, users)) = done.flatten() else {
        return Ok(());
    };
    let mut queue = Queue::new(schema);
    gucs::with(&gucs::IN_UTC, || queue.push_all(RAISE, &[assignments.into(), users.into()]))?;
    queue.finish();
    Ok(())
}

fn pairs(row: Row) -> Result<Option<Pairs>, Error> {
    Ok(row.get::<Vec<pgrx::Uuid>>(1)?.zip(row.get::<Vec<String>>(2)?))
}
