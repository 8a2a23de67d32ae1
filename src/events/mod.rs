//! Events that tables raise: webhooks are queued in the transaction that caused them.
//!
//! | module | events |
//! | --- | --- |
//! | `written` | scenario.assigned, user.added, user.promoted |
//! | `tracks` | track.completed |
//! | `overdue` | assignment.overdue |
//!
//! scenario.completed and attempt.scored.low are raised in `attempts`.

mod overdue;
pub mod tracks;
mod written;

use crate::error::Error;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use callcoach_core::webhook::Event;
use pgrx::Array;
use uuid::Uuid;

/// Has the organisation an enabled endpoint that wants to hear of one of these? Asked before any statement is
/// run: most organisations listen to little of what happens.
pub fn are_wanted(schema: Schema, org: Uuid, events: &[Event]) -> Result<bool, Error> {
    let endpoints = Table::by_index(schema, c"webhooks", c"webhooks_org_id_id_key")?;
    endpoints.any(&[(c"org_id", Key::Uuid(org))], |endpoint| {
        if endpoint.get::<bool>(c"enabled")? != Some(true) {
            return Ok(false);
        }
        let wanted = endpoint.get::<Array<&str>>(c"events")?;
        let is_wanted = |name: &str| events.iter().any(|event| event.as_str() == name);
        Ok(wanted.is_some_and(|names| names.iter().flatten().any(is_wanted)))
    })
}
