//! Writing what came of attempts, the worker's and external senders': to the delivery, and to its endpoint's record.
//! What follows from an outcome is core's to decide.

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
const LOCK: &str = "select id, failing_since, failures, enabled from {schema}.webhooks
 where id = $1 and (not $2 or failing_since is not null) for no key update";
const TRY_LOCK: &str = "select id, failing_since, failures, enabled from {schema}.webhooks
 where id = $1 for no key update skip locked";

/// How an external sender's attempt ended.
pub struct Attempt {
    pub outcome: Outcome,
    pub status: Option<i32>,
    pub body: Option<String>,
    pub error: Option<String>,
    pub duration_ms: Option<i32>,
}

impl Attempt {
    /// Settles the delivery that `claim` holds, after so many retries; then its endpoint's record, where that is
    /// locked for it.
    pub fn write(
        self,
        schema: Schema,
        id: pgrx::Uuid,
        claim: pgrx::Uuid,
        retries: i32,
        endpoint: Option<Endpoint>,
    ) -> Result<State, Error> {
        let now = timestamps::clock_micros();
        let settlement = decide(self.outcome, u32::try_from(retries).unwrap_or(0), now, chance());
        let began = now - i64::from(self.duration_ms.unwrap_or(0)) * 1000;
        let ending = Ending {
            id,
            state: State::after(settlement.next, retries, now),
            response_status: self.status,
            response_body: self.body,
            attempted_at: Timestamptz::from_unix_micros(began),
            duration_ms: self.duration_ms,
            error: self.error,
        };
        match ending.write(schema, claim)? {
            Written::Settled => (),
            Written::Locked | Written::Lost => return Err(Error::ClaimLost),
        }
        if let Some(mut endpoint) = endpoint {
            endpoint.note(schema, [(settlement.verdict, now)])?;
        }
        Ok(ending.state)
    }
}

/// What a delivery has become.
pub struct State {
    pub status: String,
    pub retry_count: i32,
    pub next_retry_at: Option<Timestamptz>,
}

impl State {
    /// What it becomes after so many retries. What is released is due at `now`.
    pub fn after(next: Next, retries: i32, now: i64) -> Self {
        let (status, retry_count, next_retry_at) = match next {
            Next::Delivered => ("success", retries, None),
            Next::Failed => ("failed", retries, None),
            Next::Retry { at, retry_count } => {
                ("pending", i32::try_from(retry_count).unwrap_or(i32::MAX), Some(at))
            }
            Next::Released => ("pending", retries, Some(now)),
        };
        let next_retry_at = next_retry_at.map(Timestamptz::from_unix_micros);
        Self { status: status.to_owned(), retry_count, next_retry_at }
    }
}

/// One delivery's new state, and what its last attempt brought.
pub struct Ending {
    pub id: pgrx::Uuid,
    pub state: State,
    pub response_status: Option<i32>,
    pub response_body: Option<String>,
    pub attempted_at: Timestamptz,
    pub duration_ms: Option<i32>,
    pub error: Option<String>,
}

/// What came of writing an ending.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Settled,
    /// Somebody else has the delivery locked: to be written later.
    Locked,
    /// It is deleted, claimed anew by others or settled already.
    Lost,
}

impl Ending {
    /// Settles the delivery that `claim` holds. Waits for nobody's row.
    pub fn write(&self, schema: Schema, claim: pgrx::Uuid) -> Result<Written, Error> {
        let args = [
            self.id.into(),
            claim.into(),
            self.state.status.as_str().into(),
            self.response_status.into(),
            self.response_body.as_deref().into(),
            self.attempted_at.into(),
            self.duration_ms.into(),
            self.state.retry_count.into(),
            self.state.next_retry_at.into(),
            self.error.as_deref().into(),
        ];
        let found = rows::first(schema, SETTLE, &args, Mode::Lock, |row| {
            Ok((row.get::<bool>(1)? == Some(true), row.get::<bool>(2)? == Some(true)))
        })?;
        Ok(match found {
            Some((true, _)) => Written::Settled,
            Some((_, true)) => Written::Locked,
            _ => Written::Lost,
        })
    }
}

/// An endpoint's record. Its row is locked.
pub struct Endpoint {
    pub id: pgrx::Uuid,
    pub record: Record,
    pub is_enabled: bool,
}

impl Endpoint {
    /// Locks the endpoint, where such an attempt changes its record: before its deliveries, as a deletion does.
    pub fn lock(schema: Schema, id: pgrx::Uuid, verdict: Verdict) -> Result<Option<Self>, Error> {
        let args = [id.into(), (verdict == Verdict::Success).into()];
        Ok(rows::first(schema, LOCK, &args, Mode::Lock, Self::read)?.flatten())
    }

    /// The same without waiting for who may have it locked: the record then does without.
    pub fn try_lock(schema: Schema, id: pgrx::Uuid) -> Result<Option<Self>, Error> {
        Ok(rows::first(schema, TRY_LOCK, &[id.into()], Mode::Lock, Self::read)?.flatten())
    }

    /// Of a row: id, failing_since, failures, enabled.
    pub fn read(row: Row) -> Result<Option<Self>, Error> {
        let Some(id) = row.get(1)? else { return Ok(None) };
        let failing_since = row.get::<Timestamptz>(2)?.map(Timestamptz::unix_micros);
        let failures = row.get::<i32>(3)?.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let is_enabled = row.get::<bool>(4)? == Some(true);
        Ok(Some(Self { id, record: Record { failing_since, failures }, is_enabled }))
    }

    /// Writes down how its attempts ended, and when. Comes back with the reason, where that disables it.
    pub fn note(
        &mut self,
        schema: Schema,
        ended: impl IntoIterator<Item = (Verdict, i64)>,
    ) -> Result<Option<String>, Error> {
        let mut disabled = None;
        for (verdict, at) in ended {
            let (after, why) = self.record.after(verdict, at);
            self.record = after;
            disabled = disabled.or(why);
        }
        let reason = disabled.filter(|_| self.is_enabled).map(|why| why.reason());
        self.is_enabled &= reason.is_none();
        let args = [
            self.id.into(),
            self.record.failing_since.map(Timestamptz::from_unix_micros).into(),
            i32::try_from(self.record.failures).unwrap_or(i32::MAX).into(),
            reason.as_deref().into(),
        ];
        rows::execute(schema, RECORD, &args)?;
        Ok(reason)
    }
}
