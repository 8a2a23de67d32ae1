//! How many are in flight, and what endpoints that hang leave to the others.

use super::*;

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
fn no_limit_is_nothing() {
    let mut bed = Bed::new(0, 0, 0);
    bed.add(1, 1, 1);
    assert_eq!(bed.items(NOW), [1]);
}
