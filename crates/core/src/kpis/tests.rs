//! The KPIs as a whole: examples, laws that must hold for any call, and input made to hurt.

use super::*;
use crate::sentiment::Analyzer;
use crate::transcript::Utterance;
use proptest::prelude::*;

/// A transcript with these spans and a text that is no backchannel.
pub(super) fn call(spans: &[(Speaker, u64, u64)]) -> Transcript<'static> {
    let utterance = |&(speaker, start, end)| Utterance { speaker, text: "Hold on", span: Some((start, end)) };
    Transcript::new(spans.iter().map(utterance).collect())
}

fn said<'a>(texts: &[&'a str]) -> Vec<Utterance<'a>> {
    let utterance = |(at, &text): (u64, _)| Utterance {
        speaker: Speaker::User,
        text,
        span: Some((at * 1_000, at * 1_000 + 1_000)),
    };
    (0..).zip(texts).map(utterance).collect()
}

fn kpis(utterances: Vec<Utterance<'_>>) -> Kpis {
    compute(&Transcript::new(utterances), &mut || ())
}

#[test]
fn nothing_gives_zeros() {
    let none = kpis(Vec::new());
    assert_eq!(none, Kpis::default());
    assert_eq!(
        none.to_json(),
        r#"{"talk_ms": 0, "listen_ms": 0, "talk_listen_ratio": "0:0", "words_per_minute": 0, "filler_words": 0, "interruptions": 0, "questions_asked": 0, "sentiment_score": 0.0}"#
    );
}

#[test]
fn a_call_reads_as_specified() {
    let at = |speaker, text, start, end| Utterance { speaker, text, span: Some((start, end)) };
    let call = kpis(vec![
        at(Speaker::User, "Hi Sarah, um, thanks for reaching out. How can I help?", 0, 4_000),
        at(Speaker::Assistant, "I'm worried about the rate going up?", 4_000, 9_000),
        at(Speaker::User, "Mm-hmm, yeah.", 5_000, 6_000),
        at(Speaker::User, "You know, that is a great question, right?", 8_000, 11_000),
        Utterance { speaker: Speaker::User, text: "uh untimed", span: None },
    ]);
    assert_eq!((call.talk_ms, call.listen_ms), (8_000, 5_000));
    assert_eq!(call.talk_listen_ratio(), "62:38");
    assert_eq!(call.words_per_minute, 158, "21 words in 8 s");
    assert_eq!((call.filler_words, call.interruptions, call.questions_asked), (3, 1, 2));
    assert!(call.sentiment_score > 0.1, "{}", call.sentiment_score);
}

#[test]
fn backchannels_hold_no_fillers() {
    assert_eq!(kpis(said(&["Mm", "Hmm. Yeah.", "Ah, okay"])).filler_words, 0);
    assert_eq!(kpis(said(&["Mm, the card", "Um", "Um. Yeah."])).filler_words, 3);
}

#[test]
fn sentiment_is_the_mean_by_words() {
    let mut analyzer = Analyzer::new();
    let (good, bad) = (analyzer.compound("This is wonderful."), analyzer.compound("I hate it."));
    let mean = ((good * 3.0 + bad * 3.0) / 6.0 * 100.0).round() / 100.0;
    assert_eq!(kpis(said(&["This is wonderful. I hate it."])).sentiment_score, mean);
    assert_eq!(kpis(said(&["This is wonderful.", "I hate it."])).sentiment_score, mean);
    assert_eq!(kpis(said(&["[laughs] It is a card", "..."])).sentiment_score.to_string(), "0");
}

#[test]
fn sentiment_prints_as_a_number_with_a_point() {
    let print = |sentiment_score| Kpis { sentiment_score, ..Kpis::default() }.to_json();
    for (score, text) in [(0.8, "0.8}"), (-0.25, "-0.25}"), (1.0, "1.0}"), (0.0, " 0.0}")] {
        assert!(print(score).ends_with(text), "{}", print(score));
    }
}

/// Nothing is timed: a quadratic pass would keep this from ever ending.
#[test]
fn long_texts_take_linear_time() {
    for piece in [
        "a", "a ", "!", "a.", "a. ", "[", "[ ", "...", "?!", "'", "-", "um-", "\u{301}", "好", "’", "‹ ",
        ")", "a, ", "hm",
    ] {
        let text = piece.repeat(400_000 / piece.len());
        kpis(said(&[&text]));
    }
    let text = "x".repeat(10_000_000);
    assert_eq!(kpis(said(&[&text])).words_per_minute, 60);
}

#[test]
fn a_million_utterances_take_linear_time() {
    let at = |i: u64| Utterance {
        speaker: if i.is_multiple_of(2) { Speaker::User } else { Speaker::Assistant },
        text: "Hold on",
        // All of them overlap.
        span: Some((i, 2_000_000 - i)),
    };
    let many: Vec<_> = (0..1_000_000).map(at).collect();
    let mut ticks = 0;
    let result = compute(&Transcript::new(many), &mut || ticks += 1);
    assert_eq!(result.talk_ms, 2_000_000);
    assert_eq!(result.interruptions, 499_875, "the last 250 overlap for less than 500 ms");
    assert!(ticks > 2_000, "{ticks}");
}

#[test]
fn any_script_is_read() {
    let words = |text| {
        let talk = Utterance { speaker: Speaker::User, text, span: Some((0, 60_000)) };
        kpis(vec![talk]).words_per_minute
    };
    assert_eq!(words("مرحبا كيف حالك؟"), 3);
    assert_eq!(words("我们开始吧。OK 吗？"), 7);
    assert_eq!(words("cafe\u{301}s e\u{301}te\u{301} 👍 👩‍👩‍👧 —"), 2);
    assert_eq!(words("שלום עולם \u{202e}abc\u{202c}"), 3);
    assert_eq!(words("½ ٣ 3.5 1,000 - … [noise] ‹UNSURE› [background noise]"), 4);
}

/// Whether the user says it, the text, and when.
type Said = (bool, String, Option<(u64, u64)>);

fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("um"),
        Just("uh huh"),
        Just("you know"),
        Just("do"),
        Just("like"),
        Just(","),
        Just("."),
        Just("?"),
        Just("..."),
        Just("[noise]"),
        Just("‹"),
        Just("great"),
        Just("hate"),
        Just("yeah"),
        Just("好。"),
        Just("what's"),
        Just("kind of"),
        Just("P."),
        Just("é’s"),
    ];
    prop_oneof![
        prop::collection::vec(word, 0..12).prop_map(|words| words.join(" ")),
        "\\PC{0,40}",
        any::<String>(),
    ]
}

fn any_call() -> impl Strategy<Value = Vec<Said>> {
    let span = prop::option::of((0u64..20_000, 0u64..20_000));
    prop::collection::vec((any::<bool>(), any_text(), span), 0..30)
}

fn utterances(call: &[Said]) -> Vec<Utterance<'_>> {
    call.iter()
        .map(|(user, text, span)| Utterance {
            speaker: if *user { Speaker::User } else { Speaker::Assistant },
            text,
            span: *span,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_kpi_stays_within_its_bounds(call in any_call()) {
        let all = kpis(utterances(&call));
        let users = call.iter().filter(|(user, ..)| *user).count() as u64;
        prop_assert!((-1.0..=1.0).contains(&all.sentiment_score));
        prop_assert!(all.interruptions <= users);
        prop_assert!(all.talk_ms <= 20_000 && all.listen_ms <= 20_000);
        let (talk, listen) = all.talk_listen_ratio().split_once(':').map(|(t, l)| (t.parse::<u8>().unwrap(), l.parse::<u8>().unwrap())).unwrap();
        let silent = all.talk_ms + all.listen_ms == 0;
        prop_assert_eq!(talk + listen, if silent { 0 } else { 100 });
        let json: serde_json::Value = serde_json::from_str(&all.to_json()).unwrap();
        prop_assert_eq!(json.as_object().unwrap().len(), 8);
    }

    #[test]
    fn the_order_of_the_array_does_not_matter(call in any_call(), seed in any::<u64>()) {
        let sorted = kpis(utterances(&call));
        let mut order: Vec<usize> = (0..call.len()).collect();
        order.sort_by_key(|&at| (at as u64 + 1).wrapping_mul(seed | 1));
        let all = utterances(&call);
        prop_assert_eq!(kpis(order.iter().map(|&at| all[at]).collect()), sorted);
    }

    #[test]
    fn splitting_an_interval_keeps_the_talk(spans in prop::collection::vec((0u64..9_000, 0u64..9_000), 1..20), cut in any::<prop::sample::Index>()) {
        let whole: Vec<_> = spans.iter().map(|&(a, b)| (Speaker::User, a.min(b), a.max(b))).collect();
        let mut split = Vec::new();
        for &(side, start, end) in &whole {
            let middle = start + cut.index((end - start) as usize + 1) as u64;
            split.extend([(side, start, middle), (side, middle, end)]);
        }
        let talk = |spans: &[_]| compute(&super::tests::call(spans), &mut || ()).talk_ms;
        prop_assert_eq!(talk(&whole), talk(&split));
    }

    #[test]
    fn the_sweep_agrees_with_comparing_all_pairs(spans in prop::collection::vec((any::<bool>(), 0u64..40, 0u64..40), 0..25)) {
        let side = |user| if user { Speaker::User } else { Speaker::Assistant };
        let spans: Vec<_> = spans.iter().map(|&(user, a, b)| (side(user), a.min(b) * 100, a.max(b) * 100)).collect();
        let interrupts = |&&(by, start, end): &&(Speaker, u64, u64)| {
            by == Speaker::User && spans.iter().any(|&(other, a, b)| {
                other != by && a < start && start < b && end.min(b) - start >= 500
            })
        };
        let expected = spans.iter().filter(interrupts).count() as u64;
        prop_assert_eq!(compute(&super::tests::call(&spans), &mut || ()).interruptions, expected);
    }
}
