//! Endpoints that have to wait for a time, and what is taken out or forgotten meanwhile.

use super::*;

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
