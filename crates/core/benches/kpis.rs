//! What the KPIs of a call cost, from the bytes of its jsonb to the JSON of the result, and how much
//! text a second that is.
//! 150 utterances are some 1,900 words, a call of a quarter of an hour.
//!
//! Every call is another one: over a single call, however long, the processor's branch
//! predictor learns the text by heart within a few iterations, and the figures come out at
//! half of what a database pays.

#![allow(missing_docs)]

#[path = "calls/generator.rs"]
mod generator;

use std::hint::black_box;

use callcoach_core::kpis;
use callcoach_core::transcript::Transcript;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn bench(c: &mut Criterion) {
    for (utterances, calls) in [(150, 64), (300, 64), (600, 64)] {
        let calls = generator::calls(calls, utterances);
        let Ok(read) = calls.iter().map(|call| Transcript::from_jsonb(call, &mut || ())).collect() else {
            return;
        };
        let read: Vec<Transcript<'_>> = read;
        // Throughput is that of what was said.
        let texts =
            read.iter().flat_map(Transcript::utterances).map(|utterance| utterance.text.as_bytes().len());
        let bytes = texts.sum::<usize>() / calls.len();

        let mut group = c.benchmark_group(format!("{utterances} utterances"));
        group.throughput(Throughput::Bytes(bytes as u64));
        let mut call = calls.iter().cycle();
        group.bench_function("read", |b| {
            b.iter(|| {
                let bytes = call.next().map_or(&[][..], Vec::as_slice);
                Transcript::from_jsonb(black_box(bytes), &mut || ()).map(|t| t.ignored())
            });
        });
        let mut transcript = read.iter().cycle();
        group.bench_function("compute", |b| {
            b.iter(|| black_box(transcript.next()).map(|transcript| kpis::compute(transcript, &mut || ())));
        });
        let mut transcript = read.iter().cycle();
        group.bench_function("compute without sentiment", |b| {
            b.iter(|| {
                black_box(transcript.next()).map(|transcript| kpis::without_sentiment(transcript, &mut || ()))
            });
        });
        let mut call = calls.iter().cycle();
        group.bench_function("jsonb to json", |b| {
            b.iter(|| {
                let bytes = call.next().map_or(&[][..], Vec::as_slice);
                Transcript::from_jsonb(black_box(bytes), &mut || ())
                    .map(|transcript| kpis::compute(&transcript, &mut || ()).to_json())
            });
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
