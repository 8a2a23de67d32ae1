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
