//! The laws of a call's KPIs and events.

use callcoach_core::jsonb::encode::encode;
use callcoach_core::kpis::{self, Event, EventKind, Kpis, PHRASE_WORDS_MAX, PhraseError, QuestionType};
use callcoach_core::transcript::{MAX_MS, Speaker, Text, Transcript, Utterance};
use std::borrow::Cow;

/// Measures a call and asserts what holds for every one.
pub fn check(transcript: &Transcript<'_>) {
    let kpis = kpis::compute(transcript, &mut || ());
    check_kpis(transcript, &kpis);
    check_written(&kpis);
    check_sides(transcript, &kpis);
    check_indented(transcript, &kpis);
    let phrases = phrases(transcript);
    match events(transcript, &phrases) {
        Ok(events) => check_events(transcript, &kpis, &phrases, &events),
        // The call's own texts are phrases, too, and may be too long for that.
        Err(refused) => {
            assert!(matches!(refused, PhraseError::TooLong { words, .. } if words > PHRASE_WORDS_MAX));
            let events = events(transcript, &[]);
            assert!(events.is_ok());
            check_events(transcript, &kpis, &[], &events.unwrap_or_default());
        }
    }
}

fn check_kpis(transcript: &Transcript<'_>, kpis: &Kpis) {
    let utterances = transcript.utterances();
    let users = utterances.iter().filter(|u| u.speaker == Speaker::User).count() as u64;
    let bytes: usize = utterances.iter().map(|u| u.text.as_bytes().len()).sum();
    let (first, last) = bounds(transcript);
    let span = last - first;
    assert!(last <= MAX_MS);
    assert_eq!(kpis.ignored, transcript.ignored());
    assert_eq!(kpis.utterances, utterances.len() as u64);
    assert!(kpis.words <= bytes as u64);
    // Not as many as words at most: "um…uh…er" is one word and three fillers.
    assert!(2 * kpis.filler_words <= bytes as u64);
    assert_eq!(kpis.questions_asked, kpis.open_questions + kpis.closed_questions);
    assert!(kpis.interruptions <= users && kpis.interruptions_by_assistant <= kpis.utterances - users);
    assert!((-1.0..=1.0).contains(&kpis.sentiment_score) && !is_minus_zero(kpis.sentiment_score));
    assert!(kpis.talk_ms + kpis.silence_ms <= span && kpis.listen_ms + kpis.silence_ms <= span);
    assert!(kpis.talk_ms + kpis.listen_ms + kpis.silence_ms >= span);
    assert!(kpis.longest_silence_ms <= kpis.silence_ms && kpis.patience_ms <= span);
    assert!(kpis.longest_monologue_ms <= span && kpis.longest_customer_story_ms <= span);
    assert!(kpis.interactivity >= 0.0 && kpis.fillers_per_minute >= 0.0);
}

fn is_minus_zero(number: f64) -> bool {
    number == 0.0 && number.is_sign_negative()
}

/// The first start and the latest end.
fn bounds(transcript: &Transcript<'_>) -> (u64, u64) {
    let first = transcript.timed().map(|(_, start, _)| start).next().unwrap_or(0);
    (first, transcript.timed().map(|(.., end)| end).max().unwrap_or(0))
}

/// Both ways to write the KPIs say the same.
fn check_written(kpis: &Kpis) {
    let text = serde_json::from_str(&kpis.to_json());
    assert!(text.is_ok(), "{}", kpis.to_json());
    assert_eq!(kpis.to_jsonb(), encode(&text.unwrap_or_default()));
}

/// With the sides changed over, all that is measured of both is, too. The texts of user and
/// assistant are read by different code.
fn check_sides(transcript: &Transcript<'_>, kpis: &Kpis) {
    let other = |u: &Utterance<'_>| match u.speaker {
        Speaker::User => Speaker::Assistant,
        Speaker::Assistant => Speaker::User,
    };
    let sides: Vec<_> =
        transcript.utterances().iter().map(|u| Utterance { speaker: other(u), ..*u }).collect();
    let swapped = kpis::compute(&Transcript::new(sides), &mut || ());
    assert_eq!((swapped.listen_ms, swapped.talk_ms), (kpis.talk_ms, kpis.listen_ms));
    assert_eq!(
        (swapped.interruptions_by_assistant, swapped.interruptions),
        (kpis.interruptions, kpis.interruptions_by_assistant)
    );
    assert_eq!(
        (swapped.longest_customer_story_ms, swapped.longest_monologue_ms),
        (kpis.longest_monologue_ms, kpis.longest_customer_story_ms)
    );
    assert_eq!(
        (swapped.words, swapped.silence_ms, swapped.longest_silence_ms, swapped.interactivity),
        (kpis.words, kpis.silence_ms, kpis.longest_silence_ms, kpis.interactivity)
    );
}

/// Space before a text changes nothing, but for how the text lies in the blocks that are read.
fn check_indented(transcript: &Transcript<'_>, kpis: &Kpis) {
    let utterances = transcript.utterances();
    let indent = |u: &Utterance<'_>| " ".repeat(1 + u.text.as_bytes().len() % 67) + &u.text.to_str();
    let texts: Vec<_> = utterances.iter().map(indent).collect();
    let texts = texts.iter().map(|text| Text::from(text.as_str()));
    let indented = utterances.iter().zip(texts).map(|(u, text)| Utterance { text, ..*u }).collect();
    let indented = kpis::compute(&Transcript::new(indented), &mut || ());
    assert_eq!(Kpis { ignored: kpis.ignored, ..indented }, *kpis);
}

/// Phrases to look for that are there: beginnings of what is said, and some whole texts.
fn phrases<'t>(transcript: &Transcript<'t>) -> Vec<&'t str> {
    let mut phrases = vec!["you know", "um", "price"];
    for utterance in transcript.utterances().iter().take(8) {
        let Cow::Borrowed(text) = utterance.text.to_str() else { continue };
        let mut ends = text.match_indices(' ').map(|(at, _)| at);
        phrases.extend([ends.next(), ends.nth(1)].into_iter().flatten().map(|end| &text[..end]));
        phrases.push(text);
    }
    phrases
}

fn events<'p>(transcript: &Transcript<'_>, phrases: &[&'p str]) -> Result<Vec<Event<'p>>, PhraseError> {
    let mut all = Vec::new();
    let mut add = |event| all.push(event);
    let done = kpis::events(transcript, phrases, phrases, &mut || (), &mut add);
    assert!(done.is_ok() || all.is_empty(), "refused after the first event");
    done.map(|()| all)
}

/// As many events as are counted, each with a time within the call, and one of the phrases.
fn check_events(transcript: &Transcript<'_>, kpis: &Kpis, phrases: &[&str], events: &[Event<'_>]) {
    let count = |kind: fn(&EventKind<'_>) -> bool| events.iter().filter(|e| kind(&e.kind)).count() as u64;
    assert_eq!(count(|kind| matches!(kind, EventKind::FillerWord { .. })), kpis.filler_words);
    assert_eq!(
        count(|kind| matches!(kind, EventKind::Interruption { speaker: Speaker::User })),
        kpis.interruptions
    );
    assert_eq!(
        count(|kind| matches!(kind, EventKind::Interruption { speaker: Speaker::Assistant })),
        kpis.interruptions_by_assistant
    );
    assert_eq!(
        count(|kind| matches!(kind, EventKind::QuestionAsked { kind: QuestionType::Open })),
        kpis.open_questions
    );
    assert_eq!(
        count(|kind| matches!(kind, EventKind::QuestionAsked { kind: QuestionType::Closed })),
        kpis.closed_questions
    );

    let (first, last) = bounds(transcript);
    for event in events {
        assert!(event.timestamp_ms.is_none_or(|ms| (first..=last).contains(&ms)), "{event:?}");
        match event.kind {
            EventKind::FillerWord { word } => assert!(!word.is_empty()),
            EventKind::KeywordMentioned { keyword: phrase }
            | EventKind::ObjectionRaised { objection: phrase } => {
                assert!(phrases.contains(&phrase), "{event:?}");
            }
            EventKind::Interruption { .. } | EventKind::QuestionAsked { .. } => {}
        }
    }
}
