//! The events of small calls, and that they are as many as the KPIs count.

use super::*;
use Speaker::{Assistant, User};

/// Each event as "type value@ms".
fn events_of(utterances: Vec<Utterance<'_>>, keywords: &[&str], objections: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |event: Event<'_>| {
        let time = event.timestamp_ms.map_or("null".to_owned(), |ms| ms.to_string());
        let (key, value) = event.kind.field();
        all.push(format!("{} {{\"{key}\": \"{value}\"}} @{time}", event.kind.event_type()));
    };
    super::events(&Transcript::new(utterances), keywords, objections, &mut || (), &mut add).unwrap();
    all
}

#[test]
fn a_call_as_events() {
    let call = vec![
        // 40 bytes in 4 s: 100 ms each.
        at(Assistant, "The price is too high, says my husband. ", 1_000, 5_000),
        // 30 bytes in 3 s.
        at(User, "Um, a rate lock. Why too high?", 4_000, 7_000),
        at(Assistant, "No, um, wait", 5_000, 6_000),
        untimed(User, "ummm do you want the RATE-LOCK"),
        untimed(Assistant, "the price"),
    ];
    assert_eq!(
        events_of(call, &["rate", "rate lock", "price"], &["price", "too high", "rate"]),
        [
            r#"objection_raised {"objection": "price"} @1400"#,
            r#"objection_raised {"objection": "too high"} @2300"#,
            r#"interruption {"speaker": "user"} @4000"#,
            r#"filler_word {"word": "um"} @4000"#,
            r#"keyword_mentioned {"keyword": "rate lock"} @4600"#,
            r#"question_asked {"type": "open"} @5700"#,
            r#"interruption {"speaker": "assistant"} @5000"#,
            r#"filler_word {"word": "um"} @null"#,
            r#"question_asked {"type": "closed"} @null"#,
            r#"keyword_mentioned {"keyword": "rate lock"} @null"#,
            r#"objection_raised {"objection": "price"} @null"#,
        ]
    );
}

#[test]
fn times_are_rounded_down_and_by_bytes() {
    // 7 bytes: é is two of them.
    let one = |start, end| events_of(vec![at(User, "é, um a", start, end)], &["a"], &[]);
    assert_eq!(
        one(0, 10),
        [r#"filler_word {"word": "um"} @5"#, r#"keyword_mentioned {"keyword": "a"} @8"#],
        "4 of 8 bytes and 7 of 8"
    );
    assert_eq!(one(3, 3), [r#"filler_word {"word": "um"} @3"#, r#"keyword_mentioned {"keyword": "a"} @3"#]);
    let half = (1u64 << 52).to_string();
    assert!(one(0, u64::MAX)[0].ends_with(&half));
}

#[test]
fn backchannels_make_no_events_but_keywords() {
    let call = vec![at(Assistant, "The card", 0, 5_000), at(User, "Hmm. Uh huh, right", 1_000, 3_000)];
    assert_eq!(events_of(call, &["right"], &["right"]), [r#"keyword_mentioned {"keyword": "right"} @2444"#]);
}

#[test]
fn nothing_gives_nothing() {
    assert!(events_of(Vec::new(), &["a"], &["a"]).is_empty());
    assert!(events_of(vec![at(User, "", 0, 1), untimed(Assistant, "Hello?")], &[""], &["?"]).is_empty());
}

#[test]
fn too_many_phrases_are_refused_before_the_first_event() {
    let transcript = call(&[(Assistant, 0, 5_000), (User, 1_000, 9_000)]);
    let many = vec!["a"; PHRASES_MAX + 1];
    for (keywords, objections) in [(&many[..], &[][..]), (&[], &many)] {
        let refused =
            super::events(&transcript, keywords, objections, &mut || (), &mut |event| panic!("{event:?}"));
        assert_eq!(refused, Err(PhraseError::TooMany { found: PHRASES_MAX + 1 }));
    }
}
