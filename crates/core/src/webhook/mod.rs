//! Webhooks: their bodies, and everything about sending them that can be decided without a
//! network, a database or a clock.
//!
//! - [`Event`], [`body`]: what is sent.
//! - [`signing`]: its headers, signatures among them.
//! - [`guard`]: which URLs and which addresses it may be sent to.
//! - [`delivery`]: what follows from the outcome of an attempt; [`retry_after`] reads what a
//!   receiver asks for.
//! - [`endpoint`], [`breaker`], [`rate`]: what an endpoint's record, its state and its
//!   settings allow.
//! - [`fair`]: which of the due deliveries is next; [`connections`]: which connections are
//!   kept for those after it.
//!
//! Times are microseconds since 1970 (i64), passed in; arithmetic saturates, and a clock that
//! is set back delays nothing and loses nothing. Chance is passed in, too.

pub mod breaker;
pub mod connections;
pub mod delivery;
pub mod endpoint;
mod events;
pub mod fair;
pub mod guard;
pub mod rate;
pub mod retry_after;
pub mod signing;

pub use events::{Event, MAX_PAYLOAD_BYTES, WebhookError, body, check_binary_payload, check_payload};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day.
pub const DAY: i64 = 24 * HOUR;
