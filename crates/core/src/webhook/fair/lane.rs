//! One endpoint's deliveries, and what it may be sent.

use std::collections::VecDeque;
use std::num::{NonZeroU32, NonZeroUsize};

use uuid::Uuid;

use crate::webhook::breaker::{Breaker, Permit};
use crate::webhook::rate::Bucket;

/// What an endpoint's settings say. The default: the scheduler's limit, and no rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointLimits {
    /// The requests in flight at once, instead of [`super::Limits::endpoint`].
    pub concurrency: Option<NonZeroUsize>,
    /// The requests begun in a second, and so many at once after a rest.
    pub per_second: Option<NonZeroU32>,
}

/// Where a lane waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: it has nothing to start, or no room until something comes back.
    Idle,
    /// Among its organisation's turns.
    Turn,
    /// For this time.
    Asleep(i64),
}

/// The queue of one endpoint.
#[derive(Debug)]
pub(super) struct Lane<T> {
    pub organisation: Uuid,
    pub queue: VecDeque<T>,
    pub in_flight: usize,
    pub place: Place,
    pub breaker: Breaker,
    concurrency: Option<NonZeroUsize>,
    bucket: Option<Bucket>,
}

impl<T> Lane<T> {
    pub fn new(organisation: Uuid) -> Self {
        Self {
            organisation,
            queue: VecDeque::new(),
            in_flight: 0,
            place: Place::Idle,
            breaker: Breaker::default(),
            concurrency: None,
            bucket: None,
        }
    }

    /// Takes the limits; whether they are others than before. Another rate begins with a full
    /// bucket.
    pub fn set(&mut self, limits: EndpointLimits) -> bool {
        let rate = self.bucket.map(|bucket| bucket.per_second());
        if (self.concurrency, rate) == (limits.concurrency, limits.per_second) {
            return false;
        }
        self.concurrency = limits.concurrency;
        if rate != limits.per_second {
            self.bucket = limits.per_second.map(Bucket::new);
        }
        true
    }

    /// Whether one more request may be in flight.
    pub fn has_room(&self, most: usize) -> bool {
        self.in_flight < self.concurrency.map_or(most, NonZeroUsize::get)
    }

    /// When breaker and rate allow a request: now, or later.
    pub fn ready_at(&self, now: i64) -> i64 {
        let rate = self.bucket.map_or(now, |bucket| bucket.ready_at(now));
        self.breaker.ready_at(now).max(rate)
    }

    /// Starts the first delivery, if that is allowed now.
    pub fn start(&mut self, now: i64, most: usize) -> Option<(T, Permit)> {
        if self.queue.is_empty() || !self.has_room(most) || self.ready_at(now) > now {
            return None;
        }
        let permit = self.breaker.admit(now)?;
        if let Some(bucket) = &mut self.bucket {
            bucket.take(now);
        }
        let item = self.queue.pop_front()?;
        self.in_flight += 1;
        Some((item, permit))
    }

    /// Whether a new lane would do as well.
    pub fn is_forgettable(&self, now: i64) -> bool {
        self.in_flight == 0
            && self.queue.is_empty()
            && self.place == Place::Idle
            && self.breaker.is_forgettable(now)
            && self.bucket.is_none_or(|bucket| bucket.is_full(now))
    }
}
