//! Transcripts of every shape, damaged ones included.

use super::*;
use crate::jsonb::encode::encode;
use proptest::prelude::*;
use serde_json::json;

fn spans(value: serde_json::Value) -> (Vec<Option<(u64, u64)>>, u64) {
    let bytes = encode(&value);
    let transcript = Transcript::from_jsonb(&bytes, &mut || ()).unwrap();
    (transcript.utterances().iter().map(|u| u.span).collect(), transcript.ignored())
}

#[test]
fn speakers_are_trimmed_and_caseless() {
    for name in ["user", " User\n", "USER", "\u{a0}user"] {
        assert_eq!(Speaker::parse(name), Some(Speaker::User), "{name:?}");
    }
    for name in ["assistant", "Bot", " AI "] {
        assert_eq!(Speaker::parse(name), Some(Speaker::Assistant), "{name:?}");
    }
    for name in ["", "agent", "system", "tool", "users", "u ser"] {
        assert_eq!(Speaker::parse(name), None, "{name:?}");
    }
}

#[test]
fn malformed_elements_are_counted_and_other_speakers_are_not() {
    let bytes = encode(&json!([
        7, null, "user", [], {},
        {"speaker": "user"},
        {"text": "no speaker"},
        {"speaker": 1, "text": "a"},
        {"speaker": "user", "text": null},
        {"speaker": "system", "text": "prompt"},
        {"speaker": "user", "text": ""},
        {"speaker": "bot", "text": "hi", "start_ms": 1, "end_ms": 2, "extra": {"a": [1]}}
    ]));
    let transcript = Transcript::from_jsonb(&bytes, &mut || ()).unwrap();
    assert_eq!(transcript.ignored(), 9);
    let [first, second] = transcript.utterances() else { panic!("two are well formed") };
    assert_eq!((first.speaker, first.text, first.span), (Speaker::Assistant, "hi".into(), Some((1, 2))));
    assert_eq!((second.speaker, second.text, second.span), (Speaker::User, "".into(), None));
}

#[test]
fn times_are_rounded_clamped_or_absent() {
    let at = |start: serde_json::Value, end: serde_json::Value| {
        spans(json!([{"speaker": "user", "text": "a", "start_ms": start, "end_ms": end}])).0[0]
    };
    assert_eq!(at(json!(0.5), json!(2.4)), Some((1, 2)));
    assert_eq!(at(json!(-9), json!(1e300)), Some((0, MAX_MS)));
    assert_eq!(at(json!(5), json!(5)), Some((5, 5)));
    assert_eq!(at(json!(6), json!(5)), None);
    assert_eq!(at(json!(5.4), json!(5.3)), Some((5, 5)), "compared once rounded");
    assert_eq!(at(json!("1"), json!(5)), None);
    assert_eq!(at(json!(1), json!(null)), None);
}

#[test]
fn sorted_by_start_end_position_with_the_untimed_last() {
    let (spans, _) = spans(json!([
        {"speaker": "user", "text": "a"},
        {"speaker": "user", "text": "b", "start_ms": 5, "end_ms": 9},
        {"speaker": "user", "text": "c", "start_ms": 5, "end_ms": 6},
        {"speaker": "user", "text": "d", "start_ms": 1, "end_ms": 99}
    ]));
    assert_eq!(spans, [Some((1, 99)), Some((5, 6)), Some((5, 9)), None]);
}

#[test]
fn other_roots_are_named() {
    for (value, found) in [
        (json!({}), "object"),
        (json!("[]"), "string"),
        (json!(1), "number"),
        (json!(null), "null"),
        (json!(true), "boolean"),
    ] {
        let bytes = encode(&value);
        let result = Transcript::from_jsonb(&bytes, &mut || ());
        assert_eq!(result, Err(TranscriptError::NotAnArray { found }));
    }
    assert_eq!(Transcript::from_jsonb(&[], &mut || ()), Err(TranscriptError::Corrupt));
}

#[test]
fn ticks_while_reading_and_sorting() {
    let rows: Vec<_> = (0..5_000u32)
        .map(|i| json!({"speaker": "user", "text": "a", "start_ms": i * 7919 % 5003, "end_ms": 9999}))
        .collect();
    let bytes = encode(&json!(rows));
    let mut ticks = 0;
    Transcript::from_jsonb(&bytes, &mut || ticks += 1).unwrap();
    assert!(ticks > 8, "{ticks}");
}

proptest! {
    #[test]
    fn the_order_of_distinct_times_does_not_matter(
        starts in prop::collection::btree_set(0u64..100_000, 1..40),
        seed in any::<u64>(),
    ) {
        let row = |&s: &u64| json!({"speaker": "user", "text": "a", "start_ms": s, "end_ms": s + 10});
        let mut rows: Vec<_> = starts.iter().map(row).collect();
        let sorted = spans(json!(rows));
        rows.sort_by_cached_key(|r| r["start_ms"].as_u64().unwrap_or(0).wrapping_mul(seed | 1));
        prop_assert_eq!(spans(json!(rows)), sorted);
    }

    #[test]
    fn damaged_transcripts_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = encode(&json!([
            {"speaker": "user", "text": "Hello there", "start_ms": 0.25, "end_ms": 2400},
            {"speaker": "assistant", "text": "Hi", "start_ms": 2500, "end_ms": 4800}
        ]));
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = Transcript::from_jsonb(&bytes, &mut || ());
    }
}
