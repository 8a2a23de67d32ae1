//! What a change of a scenario's scores and its median cost, and how many bytes the scores take:
//! 700 distinct ones (one decimal, 30 to 100) and 7,000 (two decimals), each several times.

#![allow(missing_docs)]

use std::hint::black_box;

use callcoach_core::jsonb::{Numeric, Value, encode::encode, root};
use callcoach_core::scores;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::Number;

/// PostgreSQL's binary form of `hundredths` / 100, inside a jsonb.
fn encoded(hundredths: u32) -> Vec<u8> {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    encode(&serde_json::Value::Number(Number::from_string_unchecked(text)))
}

fn number(bytes: &[u8]) -> Option<Numeric<'_>> {
    match root(bytes) {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    }
}

fn bench(c: &mut Criterion) {
    for (distinct, step) in [(700, 10), (7_000, 1)] {
        let bytes: Vec<Vec<u8>> = (0..distinct).map(|at| encoded(3_000 + step * at)).collect();
        let numbers: Vec<Numeric<'_>> = bytes.iter().filter_map(|bytes| number(bytes)).collect();
        let counts = numbers.iter().zip((1..=13).cycle());
        let Ok(stored) = scores::apply(&[], counts.map(|(number, count)| (*number, count))) else { return };
        assert_eq!(numbers.len(), distinct as usize);
        println!("{distinct} distinct scores: {} bytes", stored.len());

        // Scattered as attempts are; every second one takes a score away and brings another.
        let scattered = numbers.iter().cycle().step_by(397).zip([1, 1, -1, 1].into_iter().cycle());
        let thousand: Vec<(Numeric<'_>, i64)> =
            scattered.map(|(number, by)| (*number, by)).take(1_000).collect();
        let one: Vec<_> = thousand.iter().copied().take(1).collect();
        assert!(scores::apply(&stored, thousand.iter().copied()).is_ok());

        let mut group = c.benchmark_group(format!("{distinct} distinct scores"));
        group.bench_function("apply one change", |b| {
            b.iter(|| scores::apply(black_box(&stored), one.iter().copied()));
        });
        group.bench_function("apply 1,000 changes", |b| {
            b.iter(|| scores::apply(black_box(&stored), thousand.iter().copied()));
        });
        group.bench_function("median", |b| b.iter(|| scores::median(black_box(&stored))));
        group.bench_function("count", |b| b.iter(|| scores::count(black_box(&stored))));
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
