//! The breaker: every transition, reports that come late, clocks that are set.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const VERDICTS: [Verdict; 5] =
    [Verdict::Success, Verdict::Rejected, Verdict::Failure, Verdict::Gone, Verdict::Unknown];
const START: i64 = 1_760_000_000 * SECOND;

fn attempt(breaker: &mut Breaker, verdict: Verdict, now: i64) {
    let permit = breaker.admit(now).unwrap();
    breaker.complete(permit, verdict, now);
}

/// A breaker that opened at START, for the first time.
fn open() -> Breaker {
    let mut breaker = Breaker::default();
    (0..FAILURES).for_each(|_| attempt(&mut breaker, Verdict::Failure, START));
    assert!(!breaker.is_closed());
    breaker
}

#[test]
fn every_verdict_in_every_state() {
    use Verdict::{Failure, Gone, Rejected, Success, Unknown};
    let closed = |failures| State::Closed { failures };
    let opened = |length| State::Open { since: START, until: START + length };
    for failures in 0..FAILURES {
        for verdict in VERDICTS {
            let mut breaker = Breaker { state: closed(failures), ..Breaker::default() };
            let permit = breaker.admit(START).unwrap();
            breaker.complete(permit, verdict, START);
            let expected = match verdict {
                Success | Rejected | Gone => closed(0),
                Failure if failures + 1 == FAILURES => opened(OPEN_FIRST),
                Failure => closed(failures + 1),
                Unknown => closed(failures),
            };
            assert_eq!(breaker.state, expected, "{failures} {verdict:?}");
        }
    }
    let lengths = [30, 60, 120, 240, 480, 600, 600].map(|seconds| seconds * SECOND);
    for (trips, length) in (1u32..).zip(&lengths[1..]).chain([(40, &OPEN_LONGEST), (u32::MAX, &OPEN_LONGEST)])
    {
        for verdict in VERDICTS {
            let mut breaker = Breaker { state: opened(0), trips, ..Breaker::default() };
            let permit = breaker.admit(START).unwrap();
            assert_eq!(breaker.state, State::HalfOpen { since: START });
            breaker.complete(permit, verdict, START);
            let (expected, trips) = match verdict {
                Success | Rejected | Gone => (closed(0), 0),
                Failure => (opened(*length), trips.saturating_add(1)),
                Unknown => (opened(0), trips),
            };
            assert_eq!((breaker.state, breaker.trips), (expected, trips), "{trips} {verdict:?}");
        }
    }
}

#[test]
fn five_failures_in_a_row_open_it_for_thirty_seconds() {
    let mut breaker = open();
    assert_eq!(breaker.ready_at(START), START + 30 * SECOND);
    assert_eq!(breaker.admit(START + 30 * SECOND - 1), None);
    assert!(breaker.admit(START + 30 * SECOND).is_some());
}

#[test]
fn an_answer_between_begins_the_count_anew() {
    let mut breaker = Breaker::default();
    for verdict in [Verdict::Success, Verdict::Rejected] {
        for _ in 0..100 {
            (1..FAILURES).for_each(|_| attempt(&mut breaker, Verdict::Failure, START));
            attempt(&mut breaker, verdict, START);
        }
    }
    assert!(breaker.is_closed());
}

#[test]
fn each_failed_probe_doubles_the_time_up_to_ten_minutes() {
    let mut breaker = open();
    let mut now = START;
    let mut waited = Vec::new();
    for _ in 0..8 {
        let ready = breaker.ready_at(now);
        waited.push((ready - now) / SECOND);
        now = ready;
        attempt(&mut breaker, Verdict::Failure, now);
    }
    assert_eq!(waited, [30, 60, 120, 240, 480, 600, 600, 600]);
    now = breaker.ready_at(now);
    attempt(&mut breaker, Verdict::Success, now);
    assert!(breaker.is_closed());
    (0..FAILURES).for_each(|_| attempt(&mut breaker, Verdict::Failure, now));
    assert_eq!(breaker.ready_at(now), now + 30 * SECOND);
}

#[test]
fn one_probe_at_a_time() {
    let mut breaker = open();
    let now = START + OPEN_FIRST;
    let probe = breaker.admit(now).unwrap();
    assert_eq!(breaker.admit(now), None);
    assert_eq!(breaker.admit(now + PROBE_LIMIT - 1), None);
    breaker.complete(probe, Verdict::Success, now);
    assert!(breaker.admit(now).is_some() && breaker.admit(now).is_some());
}

#[test]
fn a_probe_that_was_called_off_makes_room_for_the_next() {
    let mut breaker = open();
    let now = START + OPEN_FIRST;
    let probe = breaker.admit(now).unwrap();
    breaker.complete(probe, Verdict::Unknown, now + SECOND);
    let probe = breaker.admit(now + SECOND).unwrap();
    breaker.complete(probe, Verdict::Failure, now + SECOND);
    assert_eq!(breaker.ready_at(now + SECOND), now + SECOND + 2 * OPEN_FIRST);
}

#[test]
fn a_lost_probe_is_replaced_and_its_report_is_late() {
    let mut breaker = open();
    let now = START + OPEN_FIRST;
    let lost = breaker.admit(now).unwrap();
    let probe = breaker.admit(now + PROBE_LIMIT).unwrap();
    let before = breaker;
    breaker.complete(lost, Verdict::Success, now + PROBE_LIMIT);
    assert_eq!(breaker, before);
    breaker.complete(probe, Verdict::Success, now + PROBE_LIMIT);
    assert!(breaker.is_closed());
}

#[test]
fn late_verdicts_change_nothing() {
    for verdict in VERDICTS {
        let mut breaker = Breaker::default();
        let mut late: Vec<_> = (0..3).map(|_| breaker.admit(START).unwrap()).collect();
        (0..FAILURES).for_each(|_| attempt(&mut breaker, Verdict::Failure, START));
        let mut report = |breaker: &mut Breaker, now| {
            let before = *breaker;
            breaker.complete(late.pop().unwrap(), verdict, now);
            assert_eq!(*breaker, before, "{verdict:?}");
        };
        report(&mut breaker, START + SECOND); // open
        let probe = breaker.admit(START + OPEN_FIRST).unwrap();
        report(&mut breaker, START + OPEN_FIRST); // half-open
        breaker.complete(probe, Verdict::Success, START + OPEN_FIRST);
        report(&mut breaker, START + OPEN_FIRST); // closed again
    }
}

#[test]
fn of_many_that_fail_together_the_first_five_open_it_once() {
    let mut breaker = Breaker::default();
    let permits: Vec<_> = (0..50).map(|_| breaker.admit(START).unwrap()).collect();
    for (permit, after) in permits.into_iter().zip(0..) {
        breaker.complete(permit, Verdict::Failure, START + after);
    }
    assert_eq!(breaker.ready_at(START + 50), START + 4 + OPEN_FIRST);
}

#[test]
fn a_clock_set_back_asks_early() {
    let mut breaker = open();
    assert_eq!(breaker.ready_at(START - 1), START - 1);
    assert!(breaker.admit(START - 1).is_some());
    assert_eq!(breaker.admit(START - 1), None);
}

#[test]
fn forgettable() {
    assert!(Breaker::default().is_forgettable(0));
    assert!(!open().is_forgettable(START + DAY - 1) && open().is_forgettable(START + DAY));
}

/// All sequences of events from a new breaker, as a graph of what can be: times are taken from
/// the breaker itself, so that every edge of every interval is met.
#[test]
fn every_sequence_of_events() {
    let mut seen = HashSet::new();
    let nearly_open = Breaker { state: State::Closed { failures: FAILURES - 1 }, ..Breaker::default() };
    let mut next = vec![(Breaker::default(), START, Vec::new()), (nearly_open, START, Vec::new())];
    let mut transitions = 0;
    for _ in 0..18 {
        for (breaker, now, in_flight) in std::mem::take(&mut next) {
            let ready = breaker.ready_at(now);
            assert!(ready >= now && ready <= now + OPEN_LONGEST);
            for now in HashSet::from([now, ready - 1, ready]).into_iter().filter(|&then| then >= now) {
                let mut after = breaker;
                let Some(permit) = after.admit(now) else {
                    assert!(after == breaker && ready > now);
                    continue;
                };
                let mut in_flight: Vec<u64> = in_flight.clone();
                in_flight.push(permit.generation);
                let probes = in_flight.iter().filter(|&&generation| generation == after.generation).count();
                assert!(after.is_closed() || probes == 1, "one probe at a time");
                next.push((after, now, in_flight));
            }
            for (at, &generation) in in_flight.iter().enumerate() {
                for verdict in VERDICTS {
                    let mut after = breaker;
                    after.complete(Permit { generation }, verdict, now);
                    assert!(generation == breaker.generation || after == breaker);
                    let mut in_flight = in_flight.clone();
                    in_flight.remove(at);
                    next.push((after, now, in_flight));
                }
            }
        }
        transitions += next.len();
        next.retain(|case| seen.insert(case.clone()));
        // Three in flight are enough to be late.
        next.retain(|(_, _, in_flight)| in_flight.len() <= 3);
    }
    println!("{transitions} transitions, {} states", seen.len());
    assert!(transitions > 10_000 && seen.iter().any(|(breaker, ..)| !breaker.is_closed()), "{transitions}");
}

proptest! {
    #[test]
    fn total(steps in prop::collection::vec((any::<i64>(), 0usize..5, any::<bool>()), 1..60)) {
        let mut breaker = Breaker::default();
        let mut in_flight = Vec::new();
        for (now, verdict, begins) in steps {
            let ready = breaker.ready_at(now);
            prop_assert!(ready >= now && ready <= now.saturating_add(OPEN_LONGEST));
            if begins {
                let permit = breaker.admit(now);
                prop_assert_eq!(permit.is_some(), ready == now);
                in_flight.extend(permit);
            } else if let Some(permit) = in_flight.pop() {
                breaker.complete(permit, VERDICTS[verdict], now);
            }
        }
    }
}
