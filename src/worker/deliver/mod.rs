//! Sending webhooks: claim what is due, send it with no transaction open, settle what came of it. What decides
//! (what follows from an outcome, whose turn it is, what may be sent to) is callcoach-core's.
//!
//! | file | what |
//! | --- | --- |
//! | `stock` | what waits for its turn, and what else is to be claimed |
//! | `claim` | taking due deliveries, and giving them back |
//! | `settle` | writing what came of them, and endpoints' records |
//! | `client` | the client that the settings allow |
//! | `http` | one attempt |
//! | `failure` | what an attempt without a response failed of |
//! | `pause` | sending less where sockets or memory are missing |
//! | `descriptors` | how many requests the limit of open files has room for |
//! | `resolver` | receivers' names, and which addresses may be connected to |

pub mod claim;
mod client;
mod descriptors;
mod failure;
mod http;
mod pause;
mod resolver;
mod settle;
mod stock;

use super::shared::{Slot, State};
use super::transaction::Failure;
use crate::gucs;
use crate::timestamps;
use callcoach_core::webhook::delivery::{Outcome, Verdict, settle as decide};
use callcoach_core::webhook::fair::{Limits, Scheduler, Ticket};
use callcoach_core::webhook::signing::{self, Message};
use callcoach_core::webhook::{Event, SECOND};
use claim::Claimed;
use client::Client;
use http::{Answer, Request};
use pause::Pause;
use settle::{Endings, Records};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use stock::Stock;
use tokio::task::{Id, JoinError, JoinSet};
use uuid::Uuid;

/// Claimed and not started within so long: given back, and claimed again as the endpoint is by then.
const FRESH: Duration = Duration::from_secs(10);
/// How long the first of several endings may wait to be written: so many share a commit's wait for the disk.
const GATHER: Duration = Duration::from_millis(5);
/// As many endings as are written at once at most: some milliseconds' work.
const MOST_ENDINGS: usize = 256;
/// As many endings as may wait to be written before nothing more is sent.
const MOST_WAITING: usize = 4 * MOST_ENDINGS;
const MOST_BACKOFF: Duration = Duration::from_secs(60);

/// A database's sender.
pub struct Sender {
    /// What this process claims by.
    claim: Uuid,
    client: Client,
    pause: Pause,
    /// What was not tried, and is to be given back.
    untried: Vec<Uuid>,
    limits: Limits,
    scheduler: Scheduler<Claimed>,
    attempts: JoinSet<Answer>,
    in_flight: HashMap<Id, InFlight>,
    endings: Endings,
    records: Records,
    stock: Stock,
    /// Endpoints that have answered 410, until that is written down: nothing more is sent to them.
    gone: HashSet<Uuid>,
    /// More was due in all than was taken.
    is_truncated: bool,
    is_installed: bool,
    is_woken: bool,
    /// Of a worker before this one, claims may be left.
    is_first: bool,
    looked_at: Option<Instant>,
    /// When something becomes due that was not when we looked.
    next_due: Option<Instant>,
    failures: u32,
}

struct InFlight {
    claimed: Claimed,
    ticket: Ticket,
    /// Microseconds since 1970.
    began: i64,
}

impl Sender {
    pub fn new() -> Self {
        let limits = gucs::webhooks::limits();
        Self {
            claim: Uuid::now_v7(),
            client: Client::default(),
            pause: Pause::default(),
            untried: Vec::new(),
            limits,
            scheduler: Scheduler::new(limits),
            attempts: JoinSet::new(),
            in_flight: HashMap::new(),
            endings: Endings::default(),
            records: Records::default(),
            stock: Stock::default(),
            gone: HashSet::new(),
            is_truncated: false,
            is_installed: false,
            is_woken: false,
            is_first: true,
            looked_at: None,
            next_due: None,
            failures: 0,
        }
    }

    /// Are the extension and its tables there?
    pub fn is_installed(&self) -> bool {
        self.is_installed
    }

    /// Is something being sent?
    pub fn is_sending(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Does what there is to do. Returns for how long there is nothing, unless it is woken or an attempt ends.
    pub fn turn(&mut self, slot: &Slot) -> Duration {
        self.is_woken |= slot.take_wake();
        while let Some(ended) = self.attempts.try_join_next_with_id() {
            self.take_note(ended);
        }
        if !self.untried.is_empty() {
            let untried = std::mem::take(&mut self.untried);
            self.give_back(untried);
        }
        if self.endings.are_due(self.in_flight.is_empty()) || self.records.are_due() {
            slot.set_state(State::Working);
            self.settle();
        }
        if self.is_to_claim() {
            slot.set_state(State::Working);
            self.look();
        }
        self.start();
        self.rest()
    }

    /// Waits for an attempt to end.
    pub async fn ended(&mut self) {
        match self.attempts.join_next_with_id().await {
            Some(ended) => self.take_note(ended),
            None => std::future::pending().await,
        }
    }

    /// Writes what has come of what was sent, before the process ends. What is still in flight is sent again by the
    /// next worker.
    pub fn close(&mut self) {
        while let Some(ended) = self.attempts.try_join_next_with_id() {
            self.take_note(ended);
        }
        self.attempts.abort_all();
        if self.is_installed && !self.endings.is_empty() {
            self.settle();
        }
    }

    fn is_to_claim(&self) -> bool {
        let since = self.looked_at.map_or(Duration::MAX, |time| time.elapsed());
        if self.failures > 0 {
            return since >= self.backoff();
        }
        let is_due = self.next_due.is_some_and(|time| Instant::now() >= time);
        let has_room = self.has_room();
        since >= gucs::poll_interval()
            || has_room
                && (self.is_woken
                    || is_due
                    || self.is_truncated
                    || self.stock.is_short(&self.scheduler, &self.limits))
    }

    /// Would more be taken?
    fn has_room(&self) -> bool {
        self.endings.len() < MOST_WAITING && self.stock.has_room(&self.scheduler, &self.limits)
    }

    /// May anything be sent? Not while what came of it cannot be written.
    fn may_start(&self) -> bool {
        self.client.http().is_some() && self.endings.len() < MOST_WAITING && self.pause.rest().is_none()
    }

    fn backoff(&self) -> Duration {
        Duration::from_secs(1 << self.failures.min(6)).min(MOST_BACKOFF)
    }

    fn rest(&self) -> Duration {
        let since = self.looked_at.map_or(Duration::MAX, |time| time.elapsed());
        if self.failures > 0 {
            return self.backoff().saturating_sub(since);
        }
        let mut rest = gucs::poll_interval().saturating_sub(since);
        // Without room it waits for an attempt to end.
        if let Some(due) = self.next_due.filter(|_| self.has_room()) {
            rest = rest.min(due.saturating_duration_since(Instant::now()));
        }
        if let Some(at) = self.scheduler.wake_at().filter(|_| self.may_start()) {
            let micros = u64::try_from(at.saturating_sub(timestamps::clock_micros())).unwrap_or(0);
            rest = rest.min(Duration::from_micros(micros).max(Duration::from_millis(1)));
        }
        if let Some(pause) = self.pause.rest().filter(|_| self.scheduler.queued() > 0) {
            rest = rest.min(pause);
        }
        rest.min(self.endings.rest()).min(self.records.rest())
    }

    /// Claims what is due, and what the settings allow.
    fn look(&mut self) {
        self.is_woken = false;
        self.looked_at = Some(Instant::now());
        // Until it is known better: whatever fails here is not tried again before the poll.
        self.next_due = None;
        self.is_truncated = false;
        let limits = self.client.renew();
        if limits != self.limits {
            self.limits = limits;
            self.scheduler.set_limits(limits);
        }
        self.give_back_unready();
        if self.client.http().is_none() {
            // Whether we are installed is to be known all the same.
            self.is_installed = claim::is_installed() != Err(Failure::NotInstalled);
            return;
        }
        let now = timestamps::clock_micros();
        let unready = self.scheduler.unready(now).map(|(endpoint, _)| endpoint);
        let left_out =
            self.stock.left_out(&self.scheduler, &self.limits, unready.chain(self.gone.iter().copied()));
        let wanted = self.stock.wanted(&self.scheduler, &self.limits, &left_out);
        let taken = claim::take(self.claim, &wanted, self.is_first);
        self.is_installed = !matches!(taken, Err(Failure::NotInstalled));
        let Ok(taken) = taken else {
            self.failures = if matches!(taken, Err(Failure::Failed)) { self.failures + 1 } else { 0 };
            return;
        };
        self.failures = 0;
        self.is_first = false;
        let next_ready = self.scheduler.unready(now).map(|(_, at)| at).min();
        let ready_in = next_ready.map(|at| Duration::from_micros(u64::try_from(at - now).unwrap_or(0)));
        let next = taken.next_due.into_iter().chain(ready_in).min();
        self.next_due = next.map(|time| Instant::now() + time);
        self.is_truncated = taken.is_truncated;
        self.stock.note(left_out, &taken.deliveries);
        for claimed in taken.deliveries {
            if claimed.is_failing {
                self.records.is_failing(claimed.endpoint);
            }
            self.scheduler.add(claimed.organisation, claimed.endpoint, claimed.limits, claimed);
        }
        self.scheduler.tidy(now);
    }

    /// Claims of endpoints that may not be sent anything for a while are somebody else's to have.
    fn give_back_unready(&mut self) {
        let soon = timestamps::clock_micros() + 2 * SECOND;
        let unready: Vec<Uuid> = self.scheduler.unready(soon).map(|(endpoint, _)| endpoint).collect();
        let items: Vec<Claimed> =
            unready.into_iter().flat_map(|endpoint| self.scheduler.take(endpoint)).collect();
        self.give_back(items.iter().map(|claimed| claimed.id).collect());
    }

    fn give_back(&mut self, ids: Vec<Uuid>) {
        if !ids.is_empty() {
            // If that fails, they wait until their claims expire.
            let _ = claim::release(self.claim, &ids);
        }
    }

    /// Starts what may be started.
    fn start(&mut self) {
        let Some(http) = self.client.http().cloned() else { return };
        if self.scheduler.queued() > 0 {
            self.client.make_room();
        }
        let mut stale = Vec::new();
        while self.may_start() {
            let now = timestamps::clock_micros();
            let Some(next) = self.scheduler.next(now) else { break };
            let (claimed, ticket) = (next.item, next.ticket);
            if claimed.taken_at.elapsed() > FRESH {
                self.scheduler.complete(ticket, Verdict::Unknown, now);
                // What waits behind it is as old.
                stale.extend(self.scheduler.take(claimed.endpoint).iter().map(|claimed| claimed.id));
                stale.push(claimed.id);
                continue;
            }
            let Some(event) = Event::parse(&claimed.event).ok() else {
                // The column's domain has events only.
                self.scheduler.complete(ticket, Verdict::Unknown, now);
                continue;
            };
            let message = Message { id: &claimed.key, event, body: &claimed.body, at: now };
            let headers = signing::headers(&message, &claimed.secret, claimed.previous_secret.as_ref());
            let request = Request { url: claimed.url.clone(), headers, body: claimed.body.clone() };
            let task = self.attempts.spawn(http.clone().send(request));
            self.in_flight.insert(task.id(), InFlight { claimed, ticket, began: now });
        }
        if !stale.is_empty() {
            self.is_woken = true;
            self.give_back(stale);
        }
    }

    /// An attempt has ended: what follows from that.
    fn take_note(&mut self, ended: Result<(Id, Answer), JoinError>) {
        let (id, answer) = match ended {
            Ok((id, answer)) => (id, Some(answer)),
            Err(e) => {
                if e.is_panic() {
                    pgrx::warning!("callcoach worker: an attempt panicked; it is made again");
                }
                (e.id(), None)
            }
        };
        let Some(InFlight { claimed, ticket, began }) = self.in_flight.remove(&id) else { return };
        let now = timestamps::clock_micros();
        let outcome = answer.as_ref().map_or(Outcome::Cancelled, |answer| answer.outcome);
        let settlement = decide(outcome, u32::try_from(claimed.retry_count).unwrap_or(0), now, chance());
        self.scheduler.complete(ticket, settlement.verdict, now);
        if settlement.verdict == Verdict::Gone && self.gone.insert(claimed.endpoint) {
            let items = self.scheduler.take(claimed.endpoint);
            self.give_back(items.iter().map(|claimed| claimed.id).collect());
        }
        match answer {
            Some(answer) if answer.outcome != Outcome::Cancelled => {
                self.records.note(claimed.endpoint, settlement.verdict, now);
                self.endings.add(&claimed, began, answer, settlement);
            }
            answer => {
                self.untried.push(claimed.id);
                if let Some(lack) = answer.and_then(|answer| answer.error) {
                    self.pause.take(&lack);
                    descriptors::close_files();
                    self.is_woken = true;
                }
            }
        }
    }

    fn settle(&mut self) {
        while !self.endings.is_empty() {
            let Ok(left) = self.endings.write(self.claim) else { break };
            if left {
                break;
            }
        }
        let disabled = self.records.write();
        self.gone.retain(|&endpoint| self.records.is_waiting(endpoint));
        for endpoint in disabled {
            let items = self.scheduler.take(endpoint);
            self.give_back(items.iter().map(|claimed| claimed.id).collect());
        }
    }
}

/// From 0 to 1.
pub fn chance() -> f64 {
    (Uuid::new_v4().as_u128() >> 75) as f64 / (1u64 << 53) as f64
}
