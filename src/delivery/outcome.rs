//! What came of one attempt, decided by core and written by the worker's own statements.

use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode, Row};
use crate::timestamps::{self, Timestamptz};
use crate::worker::deliver::chance;
use callcoach_core::webhook::delivery::{Next, Outcome, Verdict, settle as decide};
use callcoach_core::webhook::endpoint::Record;

const SETTLE: &str = include_str!("../sql/deliveries/settle.sql");
const RECORD: &str = include_str!("../sql/deliveries/record.sql");
/// A success of an endpoint that is not failing changes nothing, and need not be waited for.
const LOCK_RECORD: &str = "select failing_since, failures, enabled from {schema}.webhooks
 where id = $1 and (not $2 or failing_since is not null) for no key update";
const TRY_LOCK_RECORD: &str = "select failing_since, failures, enabled from {schema}.webhooks
 where id = $1 for no key update skip locked";

/// How an attempt ended.
pub struct Attempt {
    pub outcome: Outcome,
    pub status: Option<i32>,
    pub body: Option<String>,
    pub error: Option<String>,
    pub duration_ms: Option<i32>,
}

/// What a delivery has become.
pub struct State {
    pub status: String,
    pub retry_count: i32,
    pub next_retry_at: Option<Timestamptz>,
}

/// An endpoint's record, and whether it is enabled. The row is locked.
pub type Locked = Option<(Record, bool)>;

/// Locks the endpoint, where such an attempt changes its record: before its deliveries, as a deletion does.
pub fn lock_record(schema: Schema, endpoint: pgrx::Uuid, verdict: Verdict) -> Result<Locked, Error> {
    let args = [endpoint.into(), (verdict == Verdict::Success).into()];
    rows::first(schema, LOCK_RECORD, &args, Mode::Lock, read)
}

/// The same without waiting for who may have it locked: the record then does without.
pub fn try_lock_record(schema: Schema, endpoint: pgrx::Uuid) -> Result<Locked, Error> {
    rows::first(schema, TRY_LOCK_RECORD, &[endpoint.into()], Mode::Lock, read)
}

fn read(row: Row) -> Result<(Record, bool), Error> {
    let failing_since = row.get::<Timestamptz>(1)?.map(Timestamptz::unix_micros);
    let failures = row.get::<i32>(2)?.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Ok((Record { failing_since, failures }, row.get::<bool>(3)? == Some(true)))
}

/// Settles a delivery that `claim` holds.
pub fn write(
    schema: Schema,
    id: pgrx::Uuid,
    endpoint: pgrx::Uuid,
    claim: pgrx::Uuid,
    retries: i32,
    attempt: Attempt,
    record: Locked,
) -> Result<State, Error> {
    let now = timestamps::clock_micros();
    let settlement = decide(attempt.outcome, u32::try_from(retries).unwrap_or(0), now, chance());
    let (status, retry_count, next_retry_at) = match settlement.next {
        Next::Delivered => ("success", retries, None),
        Next::Failed => ("failed", retries, None),
        Next::Retry { at, retry_count } => {
            ("pending", i32::try_from(retry_count).unwrap_or(i32::MAX), Some(at))
        }
        Next::Released => ("pending", retries, Some(now)),
    };
    let next_retry_at = next_retry_at.map(Timestamptz::from_unix_micros);
    let began = now - i64::from(attempt.duration_ms.unwrap_or(0)) * 1000;
    let args = [
        id.into(),
        claim.into(),
        status.into(),
        attempt.status.into(),
        attempt.body.into(),
        Timestamptz::from_unix_micros(began).into(),
        attempt.duration_ms.into(),
        retry_count.into(),
        next_retry_at.into(),
        attempt.error.into(),
    ];
    let settled = rows::first(schema, SETTLE, &args, Mode::Lock, |row| row.get::<bool>(1))?;
    if settled.flatten() != Some(true) {
        return Err(Error::ClaimLost);
    }
    if let Some((before, is_enabled)) = record {
        let (after, disabled) = before.after(settlement.verdict, now);
        let reason = disabled.filter(|_| is_enabled).map(|why| why.reason());
        let args = [
            endpoint.into(),
            after.failing_since.map(Timestamptz::from_unix_micros).into(),
            i32::try_from(after.failures).unwrap_or(i32::MAX).into(),
            reason.into(),
        ];
        rows::execute(schema, RECORD, &args)?;
    }
    Ok(State { status: status.to_owned(), retry_count, next_retry_at })
}
