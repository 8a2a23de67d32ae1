//! What the KPIs of a call cost, from the bytes of its jsonb to the JSON of the result.
//! 150 utterances are 1,500 words, a call of a quarter of an hour.

#![allow(missing_docs)]

use std::hint::black_box;

use callcoach_core::jsonb::encode::encode;
use callcoach_core::kpis;
use callcoach_core::transcript::Transcript;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

const USER: [&str; 8] = [
    "Hi Sarah, thanks for taking the time today. How are you doing this morning?",
    "Um, so I saw that you asked about, you know, a lower rate for the new house.",
    "Mm-hmm, yeah.",
    "I completely understand, and honestly many of our buyers worry.",
    "What kind of monthly payment would feel comfortable for you?",
    "Okay, great. Let me walk you through what we can do about the down payment.",
    "So we would, like, lock it for 60 days, is that right for you?",
    "Sure. I'll send the documents over tonight.",
];

const ASSISTANT: [&str; 5] = [
    "Well, I'm really worried that the rate keeps going up.",
    "I don't know, my husband handles that, but around two thousand.",
    "That sounds better than what the bank told us last week.",
    "No.",
    "And what happens if we don't find a house in time?",
];

fn call(utterances: u64) -> Vec<u8> {
    let rows = (0..utterances).map(|i| {
        let (speaker, text) = if i % 2 == 0 {
            ("user", USER[(i / 2) as usize % USER.len()])
        } else {
            ("assistant", ASSISTANT[(i / 2) as usize % ASSISTANT.len()])
        };
        let start = i * 5_000;
        json!({"speaker": speaker, "text": text, "start_ms": start, "end_ms": start + 5_700})
    });
    encode(&rows.collect())
}

fn bench(c: &mut Criterion) {
    for utterances in [150, 600] {
        let bytes = call(utterances);
        let mut group = c.benchmark_group(format!("{utterances} utterances"));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("read", |b| {
            b.iter(|| Transcript::from_jsonb(black_box(&bytes), &mut || ()).map(|t| t.ignored()));
        });
        let Ok(transcript) = Transcript::from_jsonb(&bytes, &mut || ()) else { return };
        group.bench_function("compute", |b| {
            b.iter(|| kpis::compute(black_box(&transcript), &mut || ()));
        });
        group.bench_function("jsonb to json", |b| {
            b.iter(|| {
                Transcript::from_jsonb(black_box(&bytes), &mut || ())
                    .map(|transcript| kpis::compute(&transcript, &mut || ()).to_json())
            });
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
