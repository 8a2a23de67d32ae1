//! Writing what came of attempts: to the deliveries, and to the records of their endpoints.
//!
//! Nothing here waits for a row that somebody else has locked, as whoever deletes an endpoint has its deliveries: an
//! organisation's open transaction must not hold up the others' webhooks. It is written with a later batch.

use super::claim::{Claimed, sql_uuid};
use super::http::Answer;
use super::{GATHER, MOST_ENDINGS};
use crate::delivery::outcome::{Ending, Endpoint, State, Written};
use crate::spi::rows::{self, Mode};
use crate::timestamps::Timestamptz;
use crate::worker::transaction::{self, As, Failure, Work};
use callcoach_core::webhook::delivery::{Settlement, Verdict};
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The table of claims is small, and most of it dead: its size says little.
const BY_KEY: &str = "select pg_catalog.set_config('enable_seqscan', 'off', true),
  pg_catalog.set_config('enable_bitmapscan', 'off', true)";
const RECORDS: &str = include_str!("../../sql/deliveries/records.sql");
const STILL_THERE: &str = "select id from {schema}.webhooks where id = any ($1::uuid[])";
/// After failures, and for what is locked.
const AGAIN: Duration = Duration::from_millis(500);
/// Failures after which there is no pause: as often as `MOST_ENDINGS` can be halved, and some more.
const HURRIED: u32 = 12;
/// After a failure of records, which are tried again though nothing else is to be written.
const RECORDS_AGAIN: Duration = Duration::from_secs(10);

const SETTLING: Work = Work {
    name: c"settling webhooks",
    as_whom: As::OwnerOfTable(c"webhook_deliveries"),
    at_most: Duration::from_secs(10),
};
const RECORDING: Work =
    Work { name: c"recording endpoints' failures", as_whom: As::OwnerOfTable(c"webhooks"), ..SETTLING };

/// What is still to be written.
pub struct Endings {
    waiting: VecDeque<Ending>,
    /// How many are written at once: fewer after each failure, until the one is alone that cannot be written.
    batch: usize,
    /// The failures since something could be written.
    failures: u32,
    since: Option<Instant>,
    /// Not before.
    again: Option<Instant>,
}

impl Default for Endings {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), batch: MOST_ENDINGS, failures: 0, since: None, again: None }
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
        self.since.get_or_insert_with(Instant::now);
        self.waiting.push_back(Ending {
            id: sql_uuid(&claimed.id),
            state: State::after(settlement.next, claimed.retry_count, began),
            response_status: answer.status.map(i32::from),
            response_body: answer.body,
            attempted_at: Timestamptz::from_unix_micros(began),
            duration_ms: Some(i32::try_from(answer.took.as_millis()).unwrap_or(i32::MAX)),
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
        if written == Err(Failure::Failed) {
            self.batch = (batch.len() / 2).max(1);
            self.failures += 1;
        } else {
            self.batch = (self.batch * 2).min(MOST_ENDINGS);
            self.failures = 0;
        }
        let is_left = |n: usize| match &written {
            Ok(locked) => locked.contains(&n),
            // Not there any more: there is nothing to write to.
            Err(Failure::NotInstalled) => false,
            Err(Failure::Failed) => batch.len() > 1,
            Err(Failure::Locked) => true,
        };
        if let (Err(Failure::Failed), [ending]) = (&written, batch.as_slice()) {
            pgrx::warning!(
                "callcoach worker: what came of webhook delivery {} cannot be written; it is sent again when its claim ends",
                ending.id
            );
        }
        let left: Vec<bool> = (0..batch.len()).map(is_left).collect();
        // One that cannot be written is found without a pause; where nothing can be, nothing is hurried.
        let is_to_wait = match written {
            Err(Failure::Failed) => self.failures > HURRIED,
            _ => left.contains(&true),
        };
        self.again = is_to_wait.then(|| Instant::now() + AGAIN);
        self.waiting
            .extend(batch.into_iter().zip(left).filter(|(_, is_left)| *is_left).map(|(ending, _)| ending));
        self.since = (!self.waiting.is_empty()).then(Instant::now);
        written.map(|locked| !locked.is_empty())
    }
}

/// Comes back with those that are locked, by their place.
fn write(claim: Uuid, batch: &[Ending]) -> Result<HashSet<usize>, Failure> {
    transaction::run(SETTLING, |schema| {
        rows::execute(schema, BY_KEY, &[])?;
        let mut locked = HashSet::new();
        for (n, ending) in batch.iter().enumerate() {
            if ending.write(schema, sql_uuid(&claim))? == Written::Locked {
                locked.insert(n);
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
            let found = rows::all(schema, RECORDS, &[ids.into()], Mode::Lock, Endpoint::read)?;
            let mut done = Vec::new();
            for mut endpoint in found.into_iter().flatten() {
                let id = Uuid::from_bytes(*endpoint.id.as_bytes());
                let ended = waiting.get(&id).into_iter().flatten().copied();
                if let Some(reason) = endpoint.note(schema, ended)? {
                    pgrx::log!("callcoach worker: webhook {id} is disabled: {reason}");
                }
                done.push((id, endpoint.record, endpoint.is_enabled));
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
