//! Time to score one sentence, with vader-parity (the oracle of the tests) for comparison.
//! One iteration scores every sentence of the group once.

#![allow(missing_docs)]

use callcoach_core::sentiment::Analyzer;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use vader_parity::SentimentIntensityAnalyzer;

/// Ten words each, as spoken in calls.
const TEN_WORDS: [&str; 8] = [
    "So can I get your name and your number, please?",
    "I am really sorry that you had such trouble today.",
    "We can send you a replacement card by next Tuesday.",
    "That sounds great, I will put you through right now.",
    "No, it is not a problem at all for us.",
    "The price went up last month and nobody told me.",
    "Okay, let me check what kind of plan you have.",
    "Is there anything else I can do for you today?",
];

const OTHERS: [(&str, &str); 4] = [
    ("but", "The plan looks good, but the fees are a terrible surprise."),
    ("curly apostrophe", "I don’t think that it’s the right plan for us."),
    ("emoji", "Thanks, that was such a great help to me \u{1F600}"),
    ("two words", "Okay, thanks."),
];

fn sentences(c: &mut Criterion) {
    let mut analyzer = Analyzer::new();
    let oracle = SentimentIntensityAnalyzer::new();

    let mut group = c.benchmark_group("sentiment, ten words");
    group.throughput(Throughput::Elements(TEN_WORDS.len() as u64));
    group.bench_function("callcoach", |b| {
        b.iter(|| TEN_WORDS.map(|sentence| analyzer.compound(black_box(sentence))));
    });
    group.bench_function("vader-parity", |b| {
        b.iter(|| TEN_WORDS.map(|sentence| oracle.polarity_scores(black_box(sentence)).compound));
    });
    group.finish();

    let mut group = c.benchmark_group("sentiment");
    for (name, sentence) in OTHERS {
        group.bench_function(name, |b| b.iter(|| analyzer.compound(black_box(sentence))));
    }
    group.bench_function("new", |b| b.iter(Analyzer::new));
    group.finish();

    let megabyte = TEN_WORDS.join(" ").repeat(2_300);
    let mut group = c.benchmark_group("sentiment, one sentence of a megabyte");
    group.throughput(Throughput::Bytes(megabyte.len() as u64));
    group.bench_function("callcoach", |b| b.iter(|| analyzer.compound(black_box(&megabyte))));
    group.finish();
}

criterion_group!(benches, sentences);
criterion_main!(benches);
