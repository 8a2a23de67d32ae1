//! Which of the due deliveries is next: organisations take turns, and within each its
//! endpoints. A burst of one organisation makes another wait for one turn, and endpoints that
//! hang hold what they may hold and no more.
//!
//! Everything is in memory and belongs to one worker. What is queued here has been claimed:
//! whoever queues more than can soon be started, holds claims that others could serve.
//! Choosing takes constant time, but for an endpoint that has to wait for a time
//! (logarithmic); each waits in one place only.

mod lane;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};

use uuid::Uuid;

use self::lane::{Lane, Place};
use super::{breaker::Permit, delivery::Verdict};

pub use lane::EndpointLimits;

/// How many requests may be in flight at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub total: usize,
    /// Of one organisation, so that one with many hanging endpoints leaves room to the others.
    pub organisation: usize,
    /// Of one endpoint that sets no limit of its own.
    pub endpoint: usize,
}

impl Default for Limits {
    /// 256, a quarter of them for one organisation, 8 for one endpoint.
    fn default() -> Self {
        Self { total: 256, organisation: 64, endpoint: 8 }
    }
}

impl Limits {
    fn at_least_one(self) -> Self {
        let Self { total, organisation, endpoint } = self;
        Self { total: total.max(1), organisation: organisation.max(1), endpoint: endpoint.max(1) }
    }
}

/// A delivery to be started now.
#[derive(Debug)]
pub struct Start<T> {
    /// What was queued.
    pub item: T,
    /// To be handed back when it has ended.
    pub ticket: Ticket,
}

/// One request in flight. There is one for each, and [`Scheduler::complete`] takes it: a
/// ticket that is dropped leaves its place taken.
#[derive(Debug)]
#[must_use = "its place stays taken until the ticket is handed back"]
pub struct Ticket {
    organisation: Uuid,
    endpoint: Uuid,
    permit: Permit,
}

impl Ticket {
    /// The endpoint that the request goes to.
    pub fn endpoint(&self) -> Uuid {
        self.endpoint
    }

    /// The organisation that the endpoint belongs to.
    pub fn organisation(&self) -> Uuid {
        self.organisation
    }
}

/// The queues of all endpoints, and what is in flight.
#[derive(Debug)]
pub struct Scheduler<T> {
    limits: Limits,
    in_flight: usize,
    queued: usize,
    organisations: HashMap<Uuid, Organisation>,
    lanes: HashMap<Uuid, Lane<T>>,
    /// The organisations that have a lane to start from, and room.
    turns: VecDeque<Uuid>,
    /// The lanes that wait for a time.
    asleep: BTreeSet<(i64, Uuid)>,
    /// The latest time that was given.
    now: i64,
}

#[derive(Debug, Default)]
struct Organisation {
    in_flight: usize,
    queued: usize,
    lanes: usize,
    /// Its lanes that may be started from, as far as is known.
    turns: VecDeque<Uuid>,
    /// Whether it stands among the scheduler's turns.
    has_turn: bool,
}

impl<T> Scheduler<T> {
    /// One without deliveries. No limit is less than 1.
    pub fn new(limits: Limits) -> Self {
        let Limits { total, organisation, endpoint } = limits;
        Self {
            limits: Limits {
                total: total.max(1),
                organisation: organisation.max(1),
                endpoint: endpoint.max(1),
            },
            in_flight: 0,
            queued: 0,
            organisations: HashMap::new(),
            lanes: HashMap::new(),
            turns: VecDeque::new(),
            asleep: BTreeSet::new(),
            now: i64::MIN,
        }
    }

    /// Other limits from now on. What is in flight beyond them goes on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits.at_least_one();
        let waiting = self.lanes.iter().filter(|(_, lane)| lane.place == Place::Idle);
        let waiting: Vec<Uuid> = waiting.map(|(id, _)| *id).collect();
        waiting.into_iter().for_each(|endpoint| self.place(endpoint));
        let organisations: Vec<Uuid> = self.organisations.keys().copied().collect();
        organisations.into_iter().for_each(|organisation| self.offer(organisation, Turn::Last));
    }

    /// Queues a delivery behind its endpoint's others. The endpoint's limits are those given
    /// last; its organisation is the one given first.
    pub fn add(&mut self, organisation: Uuid, endpoint: Uuid, limits: EndpointLimits, item: T) {
        let organisations = &mut self.organisations;
        let lane = self.lanes.entry(endpoint).or_insert_with(|| {
            organisations.entry(organisation).or_default().lanes += 1;
            Lane::new(organisation)
        });
        let changed = lane.set(limits);
        lane.queue.push_back(item);
        self.queued += 1;
        if let Some(known) = self.organisations.get_mut(&lane.organisation) {
            known.queued += 1;
        }
        if changed || lane.place == Place::Idle {
            self.place(endpoint);
        }
    }

    /// The next delivery to start, if one may start now; then to be asked again. It is in
    /// flight until its ticket comes back.
    pub fn next(&mut self, now: i64) -> Option<Start<T>> {
        self.wake(now);
        while self.in_flight < self.limits.total {
            let organisation_id = self.turns.pop_front()?;
            let Some(organisation) = self.organisations.get_mut(&organisation_id) else { continue };
            organisation.has_turn = false;
            if organisation.in_flight >= self.limits.organisation {
                continue;
            }
            let Some(endpoint) = organisation.turns.pop_front() else {
                self.forget_organisation(organisation_id);
                continue;
            };
            let share = share(self.limits.total, self.in_flight, self.lanes.len()).min(share(
                self.limits.organisation,
                organisation.in_flight,
                organisation.lanes,
            ));
            let Some(lane) = self.lanes.get_mut(&endpoint) else { continue };
            lane.place = Place::Idle;
            // Beyond its share it has its turn again when one of its own ends.
            let has_share = lane.in_flight < share;
            let Some((item, permit)) = has_share.then(|| lane.start(now, self.limits.endpoint)).flatten()
            else {
                // Its turn is not used up.
                self.sleep(endpoint, now);
                self.offer(organisation_id, Turn::First);
                continue;
            };
            organisation.in_flight += 1;
            organisation.queued -= 1;
            self.in_flight += 1;
            self.queued -= 1;
            self.place(endpoint);
            self.offer(organisation_id, Turn::Last);
            return Some(Start { item, ticket: Ticket { organisation: organisation_id, endpoint, permit } });
        }
        None
    }

    /// Takes note of how a delivery ended, and makes room.
    pub fn complete(&mut self, ticket: Ticket, verdict: Verdict, now: i64) {
        let Ticket { organisation: organisation_id, endpoint, permit } = ticket;
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(organisation) = self.organisations.get_mut(&organisation_id) {
            organisation.in_flight = organisation.in_flight.saturating_sub(1);
        }
        if let Some(lane) = self.lanes.get_mut(&endpoint) {
            lane.in_flight = lane.in_flight.saturating_sub(1);
            lane.breaker.complete(permit, verdict, now);
            self.place(endpoint);
            self.forget(endpoint, now);
        }
        self.offer(organisation_id, Turn::Last);
    }

    /// When to ask [`next`](Self::next) again though nothing was added or completed: when the
    /// first of the endpoints that wait may be tried. None while nothing waits for a time.
    pub fn wake_at(&self) -> Option<i64> {
        self.asleep.first().map(|&(at, _)| at)
    }

    /// The endpoints that may not be started before a time to come, with that time, whether or
    /// not something is queued for them: nothing should be claimed for these.
    pub fn unready(&self, now: i64) -> impl Iterator<Item = (Uuid, i64)> {
        let ready = move |(id, lane): (&Uuid, &Lane<T>)| (*id, lane.ready_at(now));
        self.lanes.iter().map(ready).filter(move |&(_, at)| at > now)
    }

    /// Takes out what is queued for an endpoint that is disabled, deleted or not ready: the
    /// claims are to be given back. What is in flight goes on.
    pub fn take(&mut self, endpoint: Uuid) -> Vec<T> {
        let Some(lane) = self.lanes.get_mut(&endpoint) else { return Vec::new() };
        let items: Vec<T> = std::mem::take(&mut lane.queue).into();
        self.queued -= items.len();
        if let Some(known) = self.organisations.get_mut(&lane.organisation) {
            known.queued -= items.len();
        }
        // Where it stands among turns, it is passed over when its turn comes.
        if let Place::Asleep(at) = lane.place {
            lane.place = Place::Idle;
            self.asleep.remove(&(at, endpoint));
        }
        items
    }

    /// Takes out everything that is queued, as before the end.
    pub fn take_all(&mut self) -> Vec<T> {
        let endpoints: Vec<Uuid> = self.lanes.keys().copied().collect();
        endpoints.into_iter().flat_map(|endpoint| self.take(endpoint)).collect()
    }

    /// Forgets the endpoints of which nothing is left that matters. To be called now and then:
    /// it looks at every endpoint.
    pub fn tidy(&mut self, now: i64) {
        let endpoints: Vec<Uuid> = self.lanes.keys().copied().collect();
        endpoints.into_iter().for_each(|endpoint| self.forget(endpoint, now));
    }

    /// How many deliveries are queued.
    pub fn queued(&self) -> usize {
        self.queued
    }

    /// How many are queued for an endpoint.
    pub fn queued_for(&self, endpoint: Uuid) -> usize {
        self.lanes.get(&endpoint).map_or(0, |lane| lane.queue.len())
    }

    /// How many are queued for an organisation.
    pub fn queued_of(&self, organisation: Uuid) -> usize {
        self.organisations.get(&organisation).map_or(0, |known| known.queued)
    }

    /// The organisations that have so many queued, or more.
    pub fn organisations_with(&self, queued: usize) -> Vec<Uuid> {
        self.organisations.iter().filter(|(_, known)| known.queued >= queued).map(|(&id, _)| id).collect()
    }

    /// How many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How many endpoints are remembered.
    pub fn endpoints(&self) -> usize {
        self.lanes.len()
    }

    /// Puts the lanes among the turns whose time has come; all of them, when the clock was set
    /// back, as their times mean nothing now.
    fn wake(&mut self, now: i64) {
        let all = now < self.now;
        self.now = now;
        while self.asleep.first().is_some_and(|&(at, _)| at <= now || all) {
            if let Some((_, endpoint)) = self.asleep.pop_first() {
                self.place(endpoint);
            }
        }
    }

    /// Puts a lane where it belongs now that something has changed: among the turns when it
    /// may be started from. Whether its breaker and its rate allow that is seen at its turn.
    fn place(&mut self, endpoint: Uuid) {
        let Some(lane) = self.lanes.get_mut(&endpoint) else { return };
        match lane.place {
            Place::Turn => return,
            Place::Asleep(at) => drop(self.asleep.remove(&(at, endpoint))),
            Place::Idle => {}
        }
        lane.place = Place::Idle;
        if !lane.queue.is_empty() && lane.has_room(self.limits.endpoint) {
            lane.place = Place::Turn;
            let organisation = lane.organisation;
            if let Some(turns) = self.organisations.get_mut(&organisation).map(|known| &mut known.turns) {
                turns.push_back(endpoint);
            }
            self.offer(organisation, Turn::Last);
        }
    }

    /// Lets a lane that could not be started from wait for its time, if that is what it lacks.
    fn sleep(&mut self, endpoint: Uuid, now: i64) {
        let Some(lane) = self.lanes.get_mut(&endpoint) else { return };
        let ready = lane.ready_at(now);
        if !lane.queue.is_empty() && lane.has_room(self.limits.endpoint) && ready > now {
            lane.place = Place::Asleep(ready);
            self.asleep.insert((ready, endpoint));
        }
    }

    /// Gives an organisation a turn, when it has none but could use one.
    fn offer(&mut self, id: Uuid, turn: Turn) {
        let Some(organisation) = self.organisations.get_mut(&id) else { return };
        let has_room = organisation.in_flight < self.limits.organisation;
        if !organisation.has_turn && has_room && !organisation.turns.is_empty() {
            organisation.has_turn = true;
            match turn {
                Turn::First => self.turns.push_front(id),
                Turn::Last => self.turns.push_back(id),
            }
        }
    }

    /// Forgets an endpoint that is as a new one would be, and its organisation with the last.
    fn forget(&mut self, endpoint: Uuid, now: i64) {
        let Some(lane) = self.lanes.get(&endpoint).filter(|lane| lane.is_forgettable(now)) else { return };
        let organisation = lane.organisation;
        self.lanes.remove(&endpoint);
        if let Some(known) = self.organisations.get_mut(&organisation) {
            known.lanes = known.lanes.saturating_sub(1);
            self.forget_organisation(organisation);
        }
    }

    fn forget_organisation(&mut self, id: Uuid) {
        if self.organisations.get(&id).is_some_and(|known| known.lanes == 0 && !known.has_turn) {
            self.organisations.remove(&id);
        }
    }
}

/// How many requests an endpoint may have in flight, of so many that are allowed, when so many are: any number while
/// half of them are free, an equal share from then on. So endpoints that hang, each within its own limit, leave room
/// to those that answer.
fn share(allowed: usize, in_flight: usize, endpoints: usize) -> usize {
    if in_flight < allowed.div_ceil(2) { usize::MAX } else { allowed.div_ceil(endpoints.max(1)) }
}

enum Turn {
    First,
    Last,
}
