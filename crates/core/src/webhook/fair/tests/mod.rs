//! Turns, limits and waiting, on a scheduler that is checked after every step.

mod limits;
mod properties;
mod turns;
mod waiting;

use std::collections::HashMap;
use std::num::{NonZeroU32, NonZeroUsize};

use super::*;
use crate::webhook::breaker::{OPEN_FIRST, PROBE_LIMIT};
use crate::webhook::{DAY, SECOND};

const NOW: i64 = 1_760_000_000 * SECOND;
const NO_LIMITS: EndpointLimits = EndpointLimits { concurrency: None, per_second: None };

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// An endpoint's id says its organisation.
fn endpoint(organisation: u128, number: u128) -> Uuid {
    id(organisation * 1_000 + number)
}

struct Bed(Scheduler<u32>);

impl Bed {
    fn new(total: usize, organisation: usize, endpoint: usize) -> Self {
        Self(Scheduler::new(Limits { total, organisation, endpoint }))
    }

    fn add(&mut self, organisation: u128, number: u128, item: u32) {
        self.0.add(id(organisation), endpoint(organisation, number), NO_LIMITS, item);
    }

    /// Starts all that may be started.
    fn start(&mut self, now: i64) -> Vec<Start<u32>> {
        let started = std::iter::from_fn(|| self.0.next(now)).collect();
        self.check(now);
        started
    }

    fn items(&mut self, now: i64) -> Vec<u32> {
        self.start(now).into_iter().map(|start| start.item).collect()
    }

    /// What holds at all times.
    fn check(&self, now: i64) {
        let Bed(scheduler) = self;
        let lanes = scheduler.lanes.values();
        assert_eq!(scheduler.queued, lanes.clone().map(|lane| lane.queue.len()).sum::<usize>());
        assert_eq!(scheduler.in_flight, lanes.clone().map(|lane| lane.in_flight).sum::<usize>());
        assert!(scheduler.in_flight <= scheduler.limits.total);
        for (id, organisation) in &scheduler.organisations {
            let own = lanes.clone().filter(|lane| lane.organisation == *id);
            assert_eq!(organisation.lanes, own.clone().count());
            assert_eq!(organisation.queued, own.clone().map(|lane| lane.queue.len()).sum::<usize>());
            assert_eq!(organisation.in_flight, own.map(|lane| lane.in_flight).sum::<usize>());
            assert!(organisation.in_flight <= scheduler.limits.organisation);
            let turns = scheduler.turns.iter().filter(|turn| *turn == id).count();
            assert_eq!(turns, usize::from(organisation.has_turn));
            let could =
                !organisation.turns.is_empty() && organisation.in_flight < scheduler.limits.organisation;
            assert!(organisation.has_turn || !could, "an organisation was left out");
        }
        for (id, lane) in &scheduler.lanes {
            let turns = &scheduler.organisations[&lane.organisation].turns;
            let stands = turns.iter().filter(|turn| *turn == id).count();
            assert_eq!(stands, usize::from(lane.place == Place::Turn));
            match lane.place {
                Place::Asleep(at) => assert!(scheduler.asleep.contains(&(at, *id))),
                Place::Idle => {
                    assert!(
                        // With one in flight it may be beyond its share, until that one ends.
                        lane.queue.is_empty()
                            || !lane.has_room(scheduler.limits.endpoint)
                            || lane.in_flight > 0,
                        "a lane was left out"
                    );
                }
                Place::Turn => {}
            }
        }
        let asleep = lanes.filter(|lane| matches!(lane.place, Place::Asleep(_))).count();
        assert_eq!(scheduler.asleep.len(), asleep);
        assert!(scheduler.wake_at().is_none_or(|at| at > now || scheduler.now < at));
    }

    /// Lets all of these end.
    fn end(&mut self, started: Vec<Start<u32>>, verdict: Verdict, now: i64) {
        for start in started {
            self.0.complete(start.ticket, verdict, now);
        }
        self.check(now);
    }
}
