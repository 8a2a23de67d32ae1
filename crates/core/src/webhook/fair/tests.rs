use std::collections::HashMap;
use std::num::{NonZeroU32, NonZeroUsize};

use proptest::prelude::*;

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

#[test]
fn organisations_take_turns_and_within_them_endpoints() {
    let mut bed = Bed::new(100, 100, 100);
    for item in 0..3 {
        bed.add(1, 1, 110 + item);
        bed.add(1, 2, 120 + item);
        bed.add(2, 1, 210 + item);
    }
    bed.add(3, 1, 310);
    assert_eq!(bed.items(NOW), [110, 210, 310, 120, 211, 111, 212, 121, 112, 122]);
    assert_eq!((bed.0.queued(), bed.0.in_flight()), (0, 10));
}

#[test]
fn many_endpoints_are_no_more_turns() {
    let mut bed = Bed::new(100, 100, 1);
    (0..4).for_each(|number| bed.add(1, u128::from(number), number));
    (0..2).for_each(|number| bed.add(2, u128::from(number), 10 + number));
    assert_eq!(bed.items(NOW), [0, 10, 1, 11, 2, 3]);
}

#[test]
fn a_burst_delays_another_by_one_turn_at_most() {
    for (busy, capacity) in [(0, 256), (10, 10), (64, 64)] {
        let mut bed = Bed::new(capacity, capacity, capacity);
        (0..100_000).for_each(|item| bed.add(1, u128::from(item) % 7, item));
        let mut started: Vec<_> = (0..busy).map(|_| bed.0.next(NOW).unwrap()).collect();
        bed.add(2, 1, 7_777_777);
        let mut turns = 0;
        loop {
            if bed.0.in_flight() == capacity {
                bed.0.complete(started.remove(0).ticket, Verdict::Success, NOW);
            }
            let start = bed.0.next(NOW).unwrap();
            if start.item == 7_777_777 {
                break;
            }
            started.push(start);
            turns += 1;
        }
        assert!(turns <= 1, "{turns}");
    }
}

#[test]
fn many_bursts_delay_each_other_by_one_round() {
    let mut bed = Bed::new(1_000, 1_000, 1_000);
    for organisation in 1..=50 {
        (0..200).for_each(|item| bed.add(organisation, 1, item));
    }
    let organisations: Vec<_> = bed.start(NOW).iter().map(|start| start.ticket.organisation()).collect();
    assert_eq!(organisations.len(), 1_000);
    for round in organisations.chunks(50) {
        let mut round = round.to_vec();
        round.sort();
        assert!(round.iter().copied().eq((1..=50).map(id)));
    }
}

#[test]
fn hanging_endpoints_hold_their_cap_and_no_more() {
    let mut bed = Bed::new(64, 16, 4);
    for number in 0..100 {
        (0..100).for_each(|item| bed.add(1, number, item));
    }
    let hanging = bed.start(NOW);
    assert_eq!(hanging.len(), 16);
    let mut of_endpoint: HashMap<Uuid, u32> = HashMap::new();
    hanging.iter().for_each(|start| *of_endpoint.entry(start.ticket.endpoint()).or_default() += 1);
    assert!(of_endpoint.values().all(|&held| held <= 4));
    // The others go on as if it were not there.
    (0..10_000).for_each(|item| bed.add(2, 1, item));
    for _ in 0..2_500 {
        let started = bed.start(NOW);
        assert_eq!(started.len(), 4);
        bed.end(started, Verdict::Success, NOW);
    }
    assert_eq!(bed.0.queued(), 10_000 - 16);
    bed.end(hanging, Verdict::Failure, NOW);
}

#[test]
fn hanging_endpoints_leave_half_of_the_room_to_those_that_answer() {
    // Ten that hang could hold all of it; and the same within one organisation.
    for (total, organisation, organisations) in [(200, 200, 10), (200, 100, 1)] {
        let mut bed = Bed::new(total, organisation, 20);
        for number in 0..20 {
            (0..1_000).for_each(|item| bed.add(1 + number % organisations, number, item));
        }
        let is_hanging = |start: &Start<u32>| {
            (0..20).any(|n| n % 2 == 0 && start.ticket.endpoint() == endpoint(1 + n % organisations, n))
        };
        let (mut hanging, mut answered) = (Vec::new(), 0);
        for _ in 0..100 {
            let (hang, answer): (Vec<_>, Vec<_>) = bed.start(NOW).into_iter().partition(is_hanging);
            hanging.extend(hang);
            answered += answer.len();
            bed.end(answer, Verdict::Success, NOW);
        }
        assert!(hanging.len() <= organisation.min(total) / 2 + 10, "{}", hanging.len());
        assert!(answered >= 100 * 20, "{answered}");
        bed.end(hanging, Verdict::Failure, NOW);
    }
}

#[test]
fn an_endpoint_has_its_own_concurrency() {
    let mut bed = Bed::new(64, 64, 2);
    let limited = |concurrency| EndpointLimits { concurrency: NonZeroUsize::new(concurrency), ..NO_LIMITS };
    (0..20).for_each(|item| bed.0.add(id(1), endpoint(1, 1), limited(5), item));
    let mut started = bed.start(NOW);
    assert_eq!(started.len(), 5);
    // Raised, with what is queued already.
    bed.0.add(id(1), endpoint(1, 1), limited(7), 20);
    started.extend(bed.start(NOW));
    assert_eq!(started.len(), 7);
    // And lowered again: nothing until fewer are in flight.
    bed.0.add(id(1), endpoint(1, 1), NO_LIMITS, 21);
    for left in [7, 6, 5, 4, 3, 2] {
        assert_eq!((started.len(), bed.items(NOW)), (left, vec![]));
        bed.end(vec![started.remove(0)], Verdict::Success, NOW);
    }
    assert_eq!(bed.items(NOW), [7]);
}

#[test]
fn order_is_kept_within_an_endpoint() {
    let mut bed = Bed::new(64, 64, 8);
    (0..1_000).for_each(|item| bed.add(1, 1, item));
    let mut items = Vec::new();
    while bed.0.queued() > 0 {
        let started = bed.start(NOW);
        items.extend(started.iter().map(|start| start.item));
        bed.end(started, Verdict::Success, NOW);
    }
    assert!(items.into_iter().eq(0..1_000));
}

#[test]
fn a_broken_endpoint_is_probed_by_one() {
    let mut bed = Bed::new(64, 64, 8);
    (0..40).for_each(|item| bed.add(1, 1, item));
    bed.add(1, 2, 100);
    let started = bed.start(NOW);
    assert_eq!(started.len(), 9);
    bed.end(started, Verdict::Failure, NOW);
    assert!(bed.items(NOW).is_empty());
    assert_eq!(bed.0.wake_at(), Some(NOW + OPEN_FIRST));
    assert_eq!(bed.0.unready(NOW).collect::<Vec<_>>(), [(endpoint(1, 1), NOW + OPEN_FIRST)]);
    assert!(bed.items(NOW + OPEN_FIRST - 1).is_empty());

    let now = NOW + OPEN_FIRST;
    let probe = bed.start(now);
    assert_eq!(probe.len(), 1);
    assert_eq!(bed.0.wake_at(), Some(now + PROBE_LIMIT));
    bed.end(probe, Verdict::Failure, now);
    assert!(bed.items(now).is_empty());
    assert_eq!(bed.0.wake_at(), Some(now + 2 * OPEN_FIRST));

    let now = now + 2 * OPEN_FIRST;
    let probe = bed.start(now);
    assert_eq!(probe.len(), 1);
    bed.end(probe, Verdict::Success, now);
    assert_eq!(bed.start(now).len(), 8);
    assert_eq!(bed.0.wake_at(), None);
}

#[test]
fn an_endpoint_that_has_to_wait_costs_its_organisation_no_turn() {
    let mut bed = Bed::new(64, 64, 8);
    (0..5).for_each(|item| bed.add(1, 1, item));
    let started = bed.start(NOW);
    bed.end(started, Verdict::Failure, NOW);
    bed.add(1, 1, 10);
    bed.add(1, 2, 20);
    bed.add(2, 1, 30);
    assert_eq!(bed.items(NOW), [20, 30]);
}

#[test]
fn limits_that_change_count_at_once() {
    let mut bed = Bed::new(2, 2, 2);
    for number in 0..4 {
        (0..4).for_each(|item| bed.add(1, number, item));
    }
    let mut started = bed.start(NOW);
    assert_eq!(started.len(), 2);
    for (total, organisation, endpoint, in_flight) in [(9, 2, 2, 2), (9, 6, 1, 4), (9, 6, 2, 6), (9, 9, 3, 9)]
    {
        bed.0.set_limits(Limits { total, organisation, endpoint });
        started.extend(bed.start(NOW));
        assert_eq!(started.len(), in_flight);
    }
    bed.0.set_limits(Limits { total: 1, organisation: 1, endpoint: 1 });
    assert!(bed.0.next(NOW).is_none());
    for start in started {
        assert!(bed.0.next(NOW).is_none());
        bed.0.complete(start.ticket, Verdict::Success, NOW);
    }
    assert_eq!(bed.items(NOW).len(), 1);
}

#[test]
fn a_rate_spreads_requests_out() {
    let mut bed = Bed::new(64, 64, 64);
    let limits = EndpointLimits { per_second: NonZeroU32::new(5), ..NO_LIMITS };
    (0..50).for_each(|item| bed.0.add(id(1), endpoint(1, 1), limits, item));
    assert_eq!(bed.items(NOW).len(), 5);
    let (mut now, mut rest) = (NOW, 0);
    while let Some(at) = bed.0.wake_at() {
        assert_eq!(at - now, SECOND / 5);
        now = at;
        let items = bed.items(now);
        assert_eq!(items.len(), 1);
        rest += 1;
    }
    assert_eq!((rest, now - NOW), (45, 9 * SECOND));
}

#[test]
fn a_clock_set_back_wakes_what_sleeps() {
    let mut bed = Bed::new(64, 64, 8);
    (0..40).for_each(|item| bed.add(1, 1, item));
    let started = bed.start(NOW);
    bed.end(started, Verdict::Failure, NOW);
    assert!(bed.items(NOW).is_empty());
    assert_eq!(bed.items(NOW - DAY).len(), 1, "a probe");
}

#[test]
fn what_is_taken_out_is_not_started() {
    let mut bed = Bed::new(64, 64, 2);
    (0..10).for_each(|item| bed.add(1, 1, item));
    (10..14).for_each(|item| bed.add(1, 2, item));
    let started = bed.start(NOW);
    assert_eq!(bed.0.take(endpoint(1, 1)), [2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(bed.0.take(endpoint(9, 9)).is_empty());
    bed.end(started, Verdict::Success, NOW);
    assert_eq!(bed.items(NOW), [12, 13]);
    // Taken out in every place: idle, in turn, asleep.
    bed.add(1, 1, 20);
    assert_eq!(bed.0.take(endpoint(1, 1)), [20]);
    bed.add(1, 1, 21);
    assert_eq!(bed.items(NOW), [21]);
    let limits = EndpointLimits { per_second: NonZeroU32::new(1), ..NO_LIMITS };
    (30..33).for_each(|item| bed.0.add(id(3), endpoint(3, 1), limits, item));
    assert_eq!(bed.items(NOW), [30]);
    assert_eq!(bed.0.take_all(), [31, 32]);
    assert_eq!((bed.0.wake_at(), bed.0.queued()), (None, 0));
    bed.check(NOW);
}

#[test]
fn endpoints_that_are_done_are_forgotten() {
    let mut bed = Bed::new(64, 64, 64);
    let limits = EndpointLimits { per_second: NonZeroU32::new(5), ..NO_LIMITS };
    for organisation in 0..10 {
        bed.add(organisation, 1, 1);
        bed.0.add(id(organisation), endpoint(organisation, 2), limits, 2);
        bed.add(organisation, 3, 3);
    }
    for start in bed.start(NOW) {
        let verdict = if start.item == 3 { Verdict::Failure } else { Verdict::Success };
        bed.0.complete(start.ticket, verdict, NOW);
    }
    assert_eq!(bed.0.endpoints(), 20, "a rate and a failure are remembered");
    bed.0.tidy(NOW + SECOND);
    assert_eq!(bed.0.endpoints(), 10);
    bed.0.tidy(NOW + DAY);
    assert_eq!((bed.0.endpoints(), bed.0.organisations.len()), (0, 0));
}

#[test]
fn no_limit_is_nothing() {
    let mut bed = Bed::new(0, 0, 0);
    bed.add(1, 1, 1);
    assert_eq!(bed.items(NOW), [1]);
}

proptest! {
    /// Whatever happens, all that is added is started, once, and the limits are kept.
    #[test]
    fn nothing_is_lost_and_nothing_twice(
        limits in (1usize..12, 1usize..8, 1usize..5),
        steps in prop::collection::vec((0u8..10, 0u128..4, 0u128..3, 0i64..40 * SECOND, 0usize..5), 1..250),
    ) {
        let verdicts =
            [Verdict::Success, Verdict::Failure, Verdict::Failure, Verdict::Rejected, Verdict::Unknown];
        let (total, organisation, of_endpoint) = limits;
        let mut bed = Bed::new(total, organisation, of_endpoint);
        let (mut now, mut item, mut in_flight, mut seen) = (NOW, 0u32, Vec::new(), Vec::new());
        for (step, organisation, number, pause, choice) in steps {
            match step {
                0..4 => {
                    let per_second = NonZeroU32::new(number as u32);
                    let limits = EndpointLimits { per_second, ..NO_LIMITS };
                    bed.0.add(id(organisation), endpoint(organisation, number), limits, item);
                    item += 1;
                }
                4..6 => in_flight.extend(bed.start(now)),
                6..8 if !in_flight.is_empty() => {
                    let start = in_flight.swap_remove(choice % in_flight.len());
                    seen.push(start.item);
                    bed.0.complete(start.ticket, verdicts[choice], now);
                }
                8 => now += pause,
                _ if choice == 0 => now -= pause,
                _ if choice == 1 => seen.extend(bed.0.take(endpoint(organisation, number))),
                _ => bed.0.tidy(now),
            }
            bed.check(now);
        }
        // With endpoints that work, everything comes to its end.
        while bed.0.queued() > 0 || !in_flight.is_empty() {
            in_flight.extend(bed.start(now));
            for start in in_flight.drain(..) {
                seen.push(start.item);
                bed.0.complete(start.ticket, Verdict::Success, now);
            }
            bed.check(now);
            if bed.0.queued() > 0 {
                now = bed.0.wake_at().unwrap_or(now).max(now);
            }
        }
        seen.sort_unstable();
        prop_assert!(seen.into_iter().eq(0..item));
        // Lanes that were emptied by hand leave the turns at theirs.
        prop_assert!(bed.start(now).is_empty());
        bed.0.tidy(now + 2 * DAY);
        prop_assert_eq!(bed.0.endpoints(), 0);
    }
}
