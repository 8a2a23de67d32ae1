//! The KPIs as a whole: examples, laws that must hold for any call, and input made to hurt.

use super::*;
use crate::sentiment::Analyzer;
use crate::transcript::Utterance;

mod events;
mod keys;
mod laws;

/// A transcript with these spans and a text that is no backchannel.
fn call(spans: &[(Speaker, u64, u64)]) -> Transcript<'static> {
    Transcript::new(spans.iter().map(|&(speaker, start, end)| at(speaker, "Hold on", start, end)).collect())
}

fn said<'a>(texts: &[&'a str]) -> Vec<Utterance<'a>> {
    (0..)
        .zip(texts)
        .map(|(second, text)| at(Speaker::User, text, second * 1_000, second * 1_000 + 1_000))
        .collect()
}

fn at(speaker: Speaker, text: &str, start: u64, end: u64) -> Utterance<'_> {
    Utterance { speaker, text: text.into(), span: Some((start, end)) }
}

fn untimed(speaker: Speaker, text: &str) -> Utterance<'_> {
    Utterance { speaker, text: text.into(), span: None }
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
        r#"{"talk_ms": 0, "listen_ms": 0, "talk_listen_ratio": "0:0", "words_per_minute": 0, "filler_words": 0, "interruptions": 0, "questions_asked": 0, "sentiment_score": 0.0, "interruptions_by_assistant": 0, "open_questions": 0, "closed_questions": 0, "longest_monologue_ms": 0, "longest_customer_story_ms": 0, "patience_ms": 0, "interactivity": 0.0, "silence_ms": 0, "longest_silence_ms": 0, "fillers_per_minute": 0.0, "utterances": 0, "words": 0, "ignored": 0}"#
    );
}

#[test]
fn a_call_reads_as_specified() {
    let call = kpis(vec![
        at(Speaker::User, "Hi Sarah, um, thanks for reaching out. How can I help?", 0, 4_000),
        at(Speaker::Assistant, "I'm worried about the rate going up?", 4_000, 9_000),
        at(Speaker::User, "Mm-hmm, yeah.", 5_000, 6_000),
        at(Speaker::User, "You know, that is a great question, right?", 8_000, 11_000),
        untimed(Speaker::User, "uh untimed"),
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
    for (score, text) in [(0.8, "0.8"), (-0.25, "-0.25"), (1.0, "1.0"), (0.0, "0.0")] {
        let expected = format!(r#""sentiment_score": {text}, "#);
        assert!(print(score).contains(&expected), "{}", print(score));
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
    // All of them overlap.
    let side = |i: u64| if i.is_multiple_of(2) { Speaker::User } else { Speaker::Assistant };
    let many: Vec<_> = (0..1_000_000).map(|i| (side(i), i, 2_000_000 - i)).collect();
    let mut ticks = 0;
    let result = compute(&call(&many), &mut || ticks += 1);
    assert_eq!(result.talk_ms, 2_000_000);
    assert_eq!(result.interruptions, 499_875, "the last 250 overlap for less than 500 ms");
    assert_eq!(result.interruptions_by_assistant, 499_875);
    assert_eq!((result.utterances, result.words), (1_000_000, 2_000_000));
    assert_eq!(result.interactivity, 29_999.97, "999,999 switches in 2,000 s");
    assert!(ticks > 1_900, "{ticks}");
}

#[test]
fn any_script_is_read() {
    let words = |text| {
        let (own, others) = (at(Speaker::User, text, 0, 60_000), untimed(Speaker::Assistant, text));
        let found = kpis(vec![own, others]);
        assert_eq!(found.words, 2 * found.words_per_minute);
        found.words_per_minute
    };
    assert_eq!(words("مرحبا كيف حالك؟"), 3);
    assert_eq!(words("我们开始吧。OK 吗？"), 7);
    assert_eq!(words("cafe\u{301}s e\u{301}te\u{301} 👍 👩‍👩‍👧 —"), 2);
    assert_eq!(words("שלום עולם \u{202e}abc\u{202c}"), 3);
    assert_eq!(words("½ ٣ 3.5 1,000 - … [noise] ‹UNSURE› [background noise]"), 4);
}
