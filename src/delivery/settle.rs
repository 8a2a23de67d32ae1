//! What came of what an external sender has sent.

use super::outcome::{Attempt, Endpoint, State};
use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use callcoach_core::webhook::delivery::Outcome;
use callcoach_core::webhook::retry_after::RetryAfter;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const LOCK: &str = "select status::text, retry_count, next_retry_at from {schema}.webhook_deliveries
 where id = $1 for no key update";
const CLAIM: &str = "select claim = $2, settled_at is not null from {schema}.webhook_claims
 where delivery_id = $1 for update";
/// Kept for a while, so that settling may be repeated where its answer got lost.
const REMEMBER: &str =
    "insert into {schema}.webhook_claims (delivery_id, claim, by_worker, expires_at, settled_at)
 values ($1, $2, false, clock_timestamp(), clock_timestamp())";

/// The most that is kept of a response's body, and of an error, in bytes.
const BODY_BYTES: usize = 16 * 1024;
const ERROR_BYTES: usize = 1024;

/// Writes what came of an attempt that the claim allowed: the response's `status` (100 to 599, else it counts as
/// not HTTP), or, without one, the `error`. `body` is the beginning of the response's, `retry_after` its header.
/// `refused`: the sender will not send there; failed at once. Returns what has become of the delivery. Repeated, it
/// changes nothing and returns the same; PT409 where the claim is lost; PT404 where there is no such delivery.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
fn settle_webhook_delivery(
    delivery_id: Option<pgrx::Uuid>,
    claim: Option<pgrx::Uuid>,
    status: default!(Option<i32>, "NULL"),
    body: default!(Option<&str>, "NULL"),
    error: default!(Option<&str>, "NULL"),
    retry_after: default!(Option<&str>, "NULL"),
    duration_ms: default!(Option<i32>, "NULL"),
    refused: default!(Option<bool>, "false"),
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<
    TableIterator<
        'static,
        (
            name!(outcome, String),
            name!(retry_count, i32),
            name!(next_retry_at, Option<TimestampWithTimeZone>),
        ),
    >,
    ErrorReport,
> {
    let schema = Schema::of_call(fcinfo);
    let delivery = delivery_id.ok_or(Error::NullArgument("delivery_id"))?;
    let claim = claim.ok_or(Error::NullArgument("claim"))?;
    if duration_ms.is_some_and(|time| time < 0) {
        return Err(Error::NegativeLimit("duration_ms").into());
    }
    let attempt = Attempt {
        outcome: ended(status, error, retry_after, refused == Some(true))?,
        status,
        body: body.map(|text| beginning(text, BODY_BYTES)),
        error: error.map(|text| beginning(text, ERROR_BYTES)),
        duration_ms,
    };
    let (_, endpoint) = super::find(schema, delivery)?;
    let state = settle(schema, delivery, endpoint, claim, attempt)?;
    let next_retry_at = state.next_retry_at.and_then(|time| TimestampWithTimeZone::try_from(time.0).ok());
    Ok(TableIterator::once((state.status, state.retry_count, next_retry_at)))
}

fn ended(
    status: Option<i32>,
    error: Option<&str>,
    retry_after: Option<&str>,
    refused: bool,
) -> Result<Outcome, Error> {
    match status {
        _ if refused => Ok(Outcome::Refused),
        Some(status @ 0..=999) => Ok(Outcome::Response {
            status: u16::try_from(status).unwrap_or(0),
            retry_after: retry_after.and_then(RetryAfter::parse),
        }),
        Some(_) => Err(Error::OutOfRange("status", "between 0 and 999")),
        None if error.is_some() => Ok(Outcome::Connection),
        None => Err(Error::NoOutcome),
    }
}

fn settle(
    schema: Schema,
    delivery: pgrx::Uuid,
    endpoint: pgrx::Uuid,
    claim: pgrx::Uuid,
    attempt: Attempt,
) -> Result<State, Error> {
    let endpoint = Endpoint::lock(schema, endpoint, attempt.outcome.verdict())?;
    let state = rows::first(schema, LOCK, &[delivery.into()], Mode::Lock, |row| {
        Ok(State {
            status: row.get(1)?.unwrap_or_default(),
            retry_count: row.get(2)?.unwrap_or(0),
            next_retry_at: row.get(3)?,
        })
    })?
    .ok_or(Error::NoSuchDelivery)?;
    // By another statement: what was claimed while we waited for the lock is to be seen.
    let args = [delivery.into(), claim.into()];
    let held = rows::first(schema, CLAIM, &args, Mode::Lock, |row| {
        Ok((row.get::<bool>(1)? == Some(true), row.get::<bool>(2)? == Some(true)))
    })?;
    match held {
        Some((true, true)) => Ok(state),
        Some((true, false)) if state.status == "pending" => {
            let state = attempt.write(schema, delivery, claim, state.retry_count, endpoint)?;
            rows::execute(schema, REMEMBER, &args)?;
            Ok(state)
        }
        _ => Err(Error::ClaimLost),
    }
}

/// The beginning of a text, cut between characters.
fn beginning(text: &str, bytes: usize) -> String {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
