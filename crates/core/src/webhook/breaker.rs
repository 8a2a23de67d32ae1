//! A circuit breaker for each endpoint: one that does not work is left alone, and then asked
//! by one request at a time whether it works again.
//!
//! ```text
//!            FAILURES in a row                 time is up
//!  closed ────────────────────▶ open ────────────────────▶ half-open
//!    ▲                           ▲                             │ one probe
//!    └───────────────────────────│──────────── it answers ─────┤
//!                                └──── it fails: twice as long ┘
//! ```
//!
//! Five in a row and 30 seconds are the defaults of Envoy's outlier detection, which doubles
//! less and stops at 5 minutes; deliveries can wait longer than a mesh's requests. A delivery
//! that waits for its endpoint is not attempted, and loses no retry.

use super::{DAY, MINUTE, SECOND, delivery::Verdict};

/// The failures in a row that open a breaker.
pub const FAILURES: u32 = 5;

/// How long it is open for the first time, in microseconds; each failed probe doubles it.
pub const OPEN_FIRST: i64 = 30 * SECOND;

/// How long it is open at most, in microseconds.
pub const OPEN_LONGEST: i64 = 10 * MINUTE;

/// After how long a probe is given up that nobody reported on, in microseconds: longer than
/// any attempt may take.
pub const PROBE_LIMIT: i64 = 5 * MINUTE;

/// The breaker of one endpoint. The default is closed: all may pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Breaker {
    state: State,
    /// How often it opened since it was closed.
    trips: u32,
    /// Changes with each transition: whoever began before it has nothing to say after it.
    generation: u64,
    /// The last time that something was learnt.
    touched: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Closed {
        /// Failures in a row.
        failures: u32,
    },
    Open {
        since: i64,
        until: i64,
    },
    HalfOpen {
        /// When the probe began.
        since: i64,
    },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// Leave to make one request, to be handed back with its verdict.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the breaker waits for the verdict"]
pub struct Permit {
    generation: u64,
}

impl Breaker {
    /// When the next request may begin: now, or later. A request that comes back may change
    /// that.
    pub fn ready_at(&self, now: i64) -> i64 {
        let (since, until) = match self.state {
            State::Closed { .. } => return now,
            State::Open { since, until } => (since, until),
            State::HalfOpen { since } => (since, since.saturating_add(PROBE_LIMIT)),
        };
        // Before its beginning, too, it is over: the clock was set back, and one request
        // costs less than to wait for it to catch up.
        if (since..until).contains(&now) { until } else { now }
    }

    /// Lets a request pass, or none. The first one after an open breaker's time is the probe.
    pub fn admit(&mut self, now: i64) -> Option<Permit> {
        if self.ready_at(now) > now {
            return None;
        }
        if !self.is_closed() {
            self.enter(State::HalfOpen { since: now }, now);
        }
        Some(Permit { generation: self.generation })
    }

    /// Takes note of how a request ended. One that began before the last transition says
    /// nothing about the time after it, whatever its verdict: the probe will tell.
    pub fn complete(&mut self, permit: Permit, verdict: Verdict, now: i64) {
        if permit.generation != self.generation {
            return;
        }
        self.touched = now;
        let answers = match verdict {
            Verdict::Success | Verdict::Rejected | Verdict::Gone => Some(true),
            Verdict::Failure => Some(false),
            Verdict::Unknown => None,
        };
        match (self.state, answers) {
            (State::Closed { .. }, Some(true)) => self.state = State::Closed { failures: 0 },
            (State::Closed { failures }, Some(false)) if failures.saturating_add(1) < FAILURES => {
                self.state = State::Closed { failures: failures + 1 };
            }
            (State::Closed { .. } | State::HalfOpen { .. }, Some(false)) => self.open(now),
            (State::HalfOpen { .. }, Some(true)) => {
                self.trips = 0;
                self.enter(State::Closed { failures: 0 }, now);
            }
            // A probe that was called off: the next may follow at once.
            (State::HalfOpen { .. }, None) => self.enter(State::Open { since: now, until: now }, now),
            // Nobody has a permit of an open breaker.
            (State::Closed { .. }, None) | (State::Open { .. }, _) => {}
        }
    }

    /// Whether requests pass freely.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    /// Whether nothing is lost with it: it is as a new one, or nothing was heard for a day.
    pub fn is_forgettable(&self, now: i64) -> bool {
        self.state == State::default() || now.saturating_sub(self.touched) >= DAY
    }

    fn open(&mut self, now: i64) {
        let doubled = OPEN_FIRST.saturating_mul(1 << self.trips.min(16));
        self.trips = self.trips.saturating_add(1);
        self.enter(State::Open { since: now, until: now.saturating_add(doubled.min(OPEN_LONGEST)) }, now);
    }

    fn enter(&mut self, state: State, now: i64) {
        self.state = state;
        self.generation = self.generation.wrapping_add(1);
        self.touched = now;
    }
}

#[cfg(test)]
mod tests;
