//! Two real calls, read from binary jsonb to KPIs, against figures reckoned elsewhere. The
//! files are not part of the repository; without them the tests print so and pass.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use callcoach_core::jsonb::encode::encode;
use callcoach_core::kpis::{self, Kpis};
use callcoach_core::transcript::Transcript;

fn kpis_of(file: &str) -> Option<Kpis> {
    let path = format!("{}/../../../shared/transcripts/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is missing");
        return None;
    };
    let bytes = encode(&serde_json::from_str(&text).unwrap());
    let transcript = Transcript::from_jsonb(&bytes, &mut || ()).unwrap();
    assert_eq!(transcript.ignored(), 0);
    Some(kpis::compute(&transcript, &mut || ()))
}

/// Times, ratio, rate and interruptions agree with a prototype of the same definitions to the
/// last digit. Fillers, questions and sentiment had no such figures: they were counted by
/// hand in the text, and the sentiment is pinned so that it does not move unseen.
fn check(kpis: &Kpis, times: (u64, u64, &str, u64), interruptions: u64, words: (u64, u64), mood: f64) {
    let (talk, listen, ratio, rate) = times;
    assert_eq!((kpis.talk_ms, kpis.listen_ms), (talk, listen));
    assert_eq!(kpis.talk_listen_ratio(), ratio);
    assert_eq!(kpis.words_per_minute, rate);
    assert_eq!(kpis.interruptions, interruptions);
    assert_eq!((kpis.filler_words, kpis.questions_asked), words);
    assert_eq!(kpis.sentiment_score, mood);
}

#[test]
fn a_bank_call() {
    let Some(kpis) = kpis_of("aws_call_analytics.json") else { return };
    // Fillers: uh 3, um 3; the "Mm" that is an utterance of its own is a backchannel.
    check(&kpis, (114_740, 64_211, "64:36", 166), 5, (6, 12), 0.28);
}

#[test]
fn a_consultation() {
    let Some(kpis) = kpis_of("primock57_day1_consultation01.json") else { return };
    // Fillers: um 30, uh 17, er 1, you know 2, actually 1; "what kind of foods" and nine times
    // "like" are none. Questions: 38 marks less "Hello?" and "No?".
    check(&kpis, (293_454, 211_175, "58:42", 190), 16, (51, 36), -0.11);
}
