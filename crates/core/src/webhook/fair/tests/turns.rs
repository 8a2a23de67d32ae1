//! Whose turn it is.

use super::*;

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
