//! Writing what came of attempts: to the deliveries, and to the records of their endpoints.
//!
//! Nothing here waits for a row that somebody else has locked, as whoever deletes an endpoint has its deliveries: an
//! organisation's open transaction must not hold up the others' webhooks. It is written with a later batch.

use super::claim::{Claimed, sql_time, sql_uuid};
use super::http::Answer;
use super::{GATHER, MOST_ENDINGS};
use crate::spi::rows::{self, Mode};
use crate::timestamps::Timestamptz;
use crate::worker::transaction::{self, As, Failure, Work};
use callcoach_core::webhook::delivery::{Next, Settlement, Verdict};
use callcoach_core::webhook::endpoint::Record;
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SETTLE: &str = include_str!("../../sql/deliveries/settle.sql");
/// The table of claims is small, and most of it dead: its size says little.
const BY_KEY: &str = "select pg_catalog.set_config('enable_seqscan', 'off', true),
  pg_catalog.set_config('enable_bitmapscan', 'off', true)";
const RECORDS: &str = include_str!("../../sql/deliveries/records.sql");
const RECORD: &str = include_str!("../../sql/deliveries/record.sql");
const STILL_THERE: &str = "select id from {schema}.webhooks where id = any ($1::uuid[])";
/// After a failure, and for what is locked.
const AGAIN: Duration = Duration::from_millis(500);
/// After a failure of records, which are tried again though nothing else is to be written.
const RECORDS_AGAIN: Duration = Duration::from_secs(10);

const SETTLING: Work = Work {
    name: c"settling webhooks",
    as_whom: As::OwnerOfTable(c"webhook_deliveries"),
    at_most: Duration::from_secs(10),
};
const RECORDING: Work =
    Work { name: c"recording endpoints' failures", as_whom: As::OwnerOfTable(c"webhooks"), ..SETTLING };

/// One delivery's new state.
struct Ending {
    id: Uuid,
    status: &'static str,
    response_status: Option<i32>,
    response_body: Option<String>,
    attempted_at: i64,
    duration_ms: i32,
    retry_count: i32,
    next_retry_at: Option<i64>,
    error: Option<String>,
}

/// What is still to be written.
pub struct Endings {
    waiting: VecDeque<Ending>,
    /// How many are written at once: fewer after a failure, until the one is alone that cannot be written.
    batch: usize,
    since: Option<Instant>,
    /// Not before.
    again: Option<Instant>,
}

impl Default for Endings {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), batch: MOST_ENDINGS, since: None, again: None }
    }
}

impl Endings {
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn add(&mut self, claimed: &Claimed, began: i64, answer: Answer, settlement: Settlement) {
        let (status, retry_count, next_retry_at) = match settlement.next {
            Next::Delivered => ("success", claimed.retry_count, None),
            Next::Failed => ("failed", claimed.retry_count, None),
            Next::Retry { at, retry_count } => {
                ("pending", i32::try_from(retry_count).unwrap_or(i32::MAX), Some(at))
            }
            Next::Released => ("pending", claimed.retry_count, Some(began)),
        };
        self.since.get_or_insert_with(Instant::now);
        self.waiting.push_back(Ending {
            id: claimed.id,
            status,
            response_status: answer.status.map(i32::from),
            response_body: answer.body,
            attempted_at: began,
            duration_ms: i32::try_from(answer.took.as_millis()).unwrap_or(i32::MAX),
            retry_count,
            next_retry_at,
            error: answer.error,
        });
    }

    /// Is it time to write? At once, where nothing else is going on that would come along.
    pub fn are_due(&self, is_idle: bool) -> bool {
        !self.waiting.is_empty()
            && self.again.is_none_or(|again| Instant::now() >= again)
            && (is_idle || self.waiting.len() >= 64 || self.rest().is_zero())
    }

    /// When it will be.
    pub fn rest(&self) -> Duration {
        let Some(since) = self.since else { return Duration::MAX };
        let again =
            self.again.map_or(Duration::ZERO, |again| again.saturating_duration_since(Instant::now()));
        GATHER.saturating_sub(since.elapsed()).max(again)
    }

    /// Writes the first of them. True, if some were locked and are left.
    pub fn write(&mut self, claim: Uuid) -> Result<bool, Failure> {
        let batch: Vec<Ending> = self.waiting.drain(..self.batch.min(self.waiting.len())).collect();
        let written = write(claim, &batch);
        self.batch = if written == Err(Failure::Failed) { (batch.len() / 2).max(1) } else { MOST_ENDINGS };
        let left: HashSet<Uuid> = match &written {
            Ok(locked) => locked.iter().copied().collect(),
            // Not there any more: there is nothing to write to.
            Err(Failure::NotInstalled) => HashSet::new(),
            Err(Failure::Failed) if batch.len() == 1 => {
                pgrx::warning!(
                    "callcoach worker: what came of webhook delivery {} cannot be written; it is sent again when its claim ends",
                    batch[0].id
                );
                HashSet::new()
            }
            Err(_) => batch.iter().map(|ending| ending.id).collect(),
        };
        self.again = (!left.is_empty()).then(|| Instant::now() + AGAIN);
        self.waiting.extend(batch.into_iter().filter(|ending| left.contains(&ending.id)));
        self.since = (!self.waiting.is_empty()).then(Instant::now);
        written.map(|locked| !locked.is_empty())
    }
}

/// Comes back with those that are locked.
fn write(claim: Uuid, batch: &[Ending]) -> Result<Vec<Uuid>, Failure> {
    transaction::run(SETTLING, |schema| {
        rows::execute(schema, BY_KEY, &[])?;
        let mut locked = Vec::new();
        for ending in batch {
            let args = [
                sql_uuid(&ending.id).into(),
                sql_uuid(&claim).into(),
                ending.status.into(),
                ending.response_status.into(),
                ending.response_body.as_deref().into(),
                sql_time(ending.attempted_at).into(),
                ending.duration_ms.into(),
                ending.retry_count.into(),
                ending.next_retry_at.map(sql_time).into(),
                ending.error.as_deref().into(),
            ];
            let is_locked = rows::first(schema, SETTLE, &args, Mode::Lock, |row| row.get::<bool>(2))?;
            if is_locked.flatten() == Some(true) {
                locked.push(ending.id);
            }
        }
        Ok(locked)
    })
}

/// What has to be added to endpoints' records.
#[derive(Default)]
pub struct Records {
    /// Those whose record is not empty, as far as we know.
    failing: HashSet<Uuid>,
    waiting: HashMap<Uuid, Vec<(Verdict, i64)>>,
    again: Option<Instant>,
}

impl Records {
    /// This endpoint's last attempt failed.
    pub fn is_failing(&mut self, endpoint: Uuid) {
        self.failing.insert(endpoint);
    }

    /// An attempt has ended so. A success of an endpoint that never fails is nothing to write.
    pub fn note(&mut self, endpoint: Uuid, verdict: Verdict, now: i64) {
        let is_news = match verdict {
            Verdict::Unknown => false,
            Verdict::Success => self.failing.contains(&endpoint) || self.waiting.contains_key(&endpoint),
            _ => true,
        };
        if is_news {
            self.waiting.entry(endpoint).or_default().push((verdict, now));
        }
    }

    /// Is there something of this endpoint to be written?
    pub fn is_waiting(&self, endpoint: Uuid) -> bool {
        self.waiting.contains_key(&endpoint)
    }

    /// Is it time to write what was locked, though nothing else is to be written?
    pub fn are_due(&self) -> bool {
        !self.waiting.is_empty() && self.again.is_some_and(|again| Instant::now() >= again)
    }

    /// When it will be.
    pub fn rest(&self) -> Duration {
        let again = self.again.filter(|_| !self.waiting.is_empty());
        again.map_or(Duration::MAX, |again| again.saturating_duration_since(Instant::now()))
    }

    /// Writes them. Comes back with endpoints that are disabled by now, by us or by others, and those gone.
    pub fn write(&mut self) -> Vec<Uuid> {
        if self.waiting.is_empty() || self.again.is_some_and(|again| Instant::now() < again) {
            return Vec::new();
        }
        let waiting = std::mem::take(&mut self.waiting);
        let written = transaction::run(RECORDING, |schema| {
            let ids: Vec<pgrx::Uuid> = waiting.keys().map(sql_uuid).collect();
            let found = rows::all(schema, RECORDS, &[ids.into()], Mode::Lock, |row| {
                let id =
                    row.get::<pgrx::Uuid>(1)?.map(|id| Uuid::from_bytes(*id.as_bytes())).unwrap_or_default();
                let failing_since = row.get::<Timestamptz>(2)?.map(Timestamptz::unix_micros);
                let failures = row.get::<i32>(3)?.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
                Ok((id, Record { failing_since, failures }, row.get::<bool>(4)? == Some(true)))
            })?;
            let mut done = Vec::new();
            for (id, mut record, mut is_enabled) in found {
                let mut disabled = None;
                for &(verdict, at) in waiting.get(&id).into_iter().flatten() {
                    let (after, why) = record.after(verdict, at);
                    record = after;
                    disabled = disabled.or(why);
                }
                let reason = disabled.filter(|_| is_enabled).map(|why| why.reason());
                if let Some(reason) = &reason {
                    is_enabled = false;
                    pgrx::log!("callcoach worker: webhook {id} is disabled: {reason}");
                }
                let args = [
                    sql_uuid(&id).into(),
                    record.failing_since.map(sql_time).into(),
                    i32::try_from(record.failures).unwrap_or(i32::MAX).into(),
                    reason.into(),
                ];
                rows::execute(schema, RECORD, &args)?;
                done.push((id, record, is_enabled));
            }
            let ids: Vec<pgrx::Uuid> = waiting.keys().map(sql_uuid).collect();
            let there = rows::all(schema, STILL_THERE, &[ids.into()], Mode::Lock, |row| {
                Ok(row.get::<pgrx::Uuid>(1)?.map(|id| Uuid::from_bytes(*id.as_bytes())))
            })?;
            Ok((done, there.into_iter().flatten().collect::<HashSet<Uuid>>()))
        });
        let pause = if written.is_ok() { AGAIN } else { RECORDS_AGAIN };
        let mut disabled = Vec::new();
        let mut waiting = waiting;
        if let Ok((_, there)) = &written {
            waiting.retain(|id, _| {
                let is_there = there.contains(id);
                if !is_there {
                    self.failing.remove(id);
                }
                is_there
            });
        }
        for (id, record, is_enabled) in written.map(|(done, _)| done).into_iter().flatten() {
            waiting.remove(&id);
            if record.failing_since.is_some() {
                self.failing.insert(id);
            } else {
                self.failing.remove(&id);
            }
            if !is_enabled {
                disabled.push(id);
            }
        }
        // Locked ones are written later.
        for verdicts in waiting.values_mut() {
            verdicts.drain(..verdicts.len().saturating_sub(1000));
        }
        self.again = (!waiting.is_empty()).then(|| Instant::now() + pause);
        self.waiting = waiting;
        disabled
    }
}
