//! Time of what the worker does for each delivery: its URL, its headers, its turn. The
//! payload is 1 KiB; the scheduler has 100,000 deliveries queued, of 100 organisations.

#![allow(missing_docs)]

use callcoach_core::webhook::delivery::Verdict;
use callcoach_core::webhook::fair::{EndpointLimits, Limits, Scheduler};
use callcoach_core::webhook::guard::{Policy, Target};
use callcoach_core::webhook::signing::{Message, Secret, headers};
use callcoach_core::webhook::{Event, SECOND};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::net::IpAddr;
use uuid::Uuid;

const NOW: i64 = 1_760_000_000 * SECOND;
const URL: &str = "https://hooks.example.com/callcoach/in?key=0123456789abcdef";

fn webhooks(c: &mut Criterion) {
    let mut group = c.benchmark_group("webhook");
    let policy = Policy::default();
    let answers = [IpAddr::from([93, 184, 215, 14]), IpAddr::from([0x2606, 0x2800, 0x21f, 0, 0, 0, 0, 1])];
    let admit = |url| Target::parse(url, &policy).and_then(|target| target.admit(&answers, &policy));
    assert!(admit(URL).is_ok());
    group.bench_function("guard a URL and two answers", |b| b.iter(|| admit(black_box(URL))));

    let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(1013));
    let (secret, previous) = (Secret::generate(&[7; 32]), Secret::generate(&[8; 32]));
    let id = Uuid::from_u128(7);
    let message = Message { id: &id, event: Event::ScenarioCompleted, body: &body, at: NOW };
    group.bench_function("headers", |b| b.iter(|| headers(black_box(&message), &secret, None)));
    group.bench_function("headers with two secrets", |b| {
        b.iter(|| headers(black_box(&message), &secret, Some(&previous)));
    });

    let mut scheduler = Scheduler::new(Limits::default());
    let place = |item: u128| (Uuid::from_u128(item % 100), Uuid::from_u128(item % 1_000));
    for item in 0..100_000 {
        let (organisation, endpoint) = place(item);
        scheduler.add(organisation, endpoint, EndpointLimits::default(), item);
    }
    group.bench_function("choose, complete and queue again", |b| {
        b.iter(|| {
            let Some(start) = scheduler.next(NOW) else { return };
            scheduler.complete(start.ticket, Verdict::Success, NOW);
            let (organisation, endpoint) = place(start.item);
            scheduler.add(organisation, endpoint, EndpointLimits::default(), start.item);
        });
    });
    assert_eq!(scheduler.queued(), 100_000);
    group.finish();
}

criterion_group!(benches, webhooks);
criterion_main!(benches);
