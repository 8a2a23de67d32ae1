//! Laws that hold for any call.

use super::*;
use crate::transcript::Text;
use proptest::prelude::*;

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
        Just("what"),
        Just("how"),
        Just("many"),
        Just("your name"),
        Just("tell me"),
        Just("can you"),
        Just("I see"),
        Just("oh well"),
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

/// Whole sentences that are no backchannels.
fn said_fully() -> impl Strategy<Value = String> {
    const WORDS: [&str; 10] = [
        "um", "you know", "the card", "great", "hate it", "like,", "actually", "yeah", "what is", "how many",
    ];
    let sentence = (
        prop::collection::vec(prop::sample::select(&WORDS[..]), 0..6),
        prop::sample::select(vec![".", "?", "!"]),
    );
    let sentences = prop::collection::vec(sentence, 1..4);
    sentences.prop_map(|all| {
        let all = all.into_iter().map(|(words, mark)| format!("{} they say{mark}", words.join(" ")));
        all.collect::<Vec<_>>().join(" ")
    })
}

fn any_call() -> impl Strategy<Value = Vec<Said>> {
    let span = prop::option::of((0u64..20_000, 0u64..20_000));
    prop::collection::vec((any::<bool>(), any_text(), span), 0..30)
}

fn utterances(call: &[Said]) -> Vec<Utterance<'_>> {
    call.iter()
        .map(|(user, text, span)| Utterance {
            speaker: if *user { Speaker::User } else { Speaker::Assistant },
            text: text.as_str().into(),
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
        prop_assert_eq!(json.as_object().unwrap().len(), 21);

        let timed = || call.iter().filter_map(|(_, _, span)| span.filter(|(start, end)| start <= end));
        let span = timed().map(|(_, end)| end).max().unwrap_or(0) - timed().map(|(start, _)| start).min().unwrap_or(0);
        prop_assert_eq!(all.questions_asked, all.open_questions + all.closed_questions);
        prop_assert_eq!(all.utterances, call.len() as u64);
        prop_assert!(all.interruptions_by_assistant <= all.utterances - users);
        prop_assert!(all.talk_ms + all.silence_ms <= span && all.listen_ms + all.silence_ms <= span);
        prop_assert!(all.talk_ms + all.listen_ms + all.silence_ms >= span);
        prop_assert!(all.longest_silence_ms <= all.silence_ms && all.patience_ms <= span);
        prop_assert!(all.longest_monologue_ms <= span && all.longest_customer_story_ms <= span);
        prop_assert!(all.interactivity >= 0.0 && all.fillers_per_minute >= 0.0);
        prop_assert!(all.interactivity * span as f64 <= 120_000.0 * all.utterances as f64 + 0.01 * span as f64);
        let bytes: usize = call.iter().map(|(_, text, _)| text.len()).sum();
        // "um/uh" is one word, and two fillers.
        prop_assert!(all.words <= bytes as u64 && 2 * all.filler_words <= bytes as u64);
    }

    #[test]
    fn there_are_as_many_events_as_are_counted(call in any_call()) {
        let transcript = Transcript::new(utterances(&call));
        let all = compute(&transcript, &mut || ());
        let (mut fillers, mut by_user, mut by_assistant, mut open, mut closed) = (0, 0, 0, 0, 0);
        let mut times = Vec::new();
        super::events(&transcript, &["great", "you know"], &["hate", "what"], &mut || (), &mut |event| {
            match event.kind {
                EventKind::FillerWord { word } => {
                    assert!(!word.is_empty());
                    fillers += 1;
                }
                EventKind::Interruption { speaker: Speaker::User } => by_user += 1,
                EventKind::Interruption { speaker: Speaker::Assistant } => by_assistant += 1,
                EventKind::QuestionAsked { kind: QuestionType::Open } => open += 1,
                EventKind::QuestionAsked { kind: QuestionType::Closed } => closed += 1,
                EventKind::ObjectionRaised { .. } | EventKind::KeywordMentioned { .. } => {}
            }
            times.push(event.timestamp_ms);
        }).unwrap();
        prop_assert_eq!(fillers, all.filler_words);
        prop_assert_eq!((by_user, by_assistant), (all.interruptions, all.interruptions_by_assistant));
        prop_assert_eq!((open, closed), (all.open_questions, all.closed_questions));
        prop_assert!(times.into_iter().flatten().all(|ms| ms <= 20_000));
    }

    #[test]
    fn bytes_that_are_no_utf8_count_as_replacement_characters(
        texts in prop::collection::vec(("[a-z ,.?]{0,20}", prop::collection::vec(any::<u8>(), 0..20)), 0..6)
    ) {
        let texts: Vec<_> = texts.into_iter().map(|(text, bytes)| [text.as_bytes(), &bytes, b" um, yeah"].concat()).collect();
        let repaired: Vec<_> = texts.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect();
        for speaker in [Speaker::User, Speaker::Assistant] {
            let said = |text| Utterance { speaker, text, span: Some((1, 2)) };
            let raw = Transcript::new(texts.iter().map(|bytes| said(Text::from_bytes(bytes))).collect());
            let repaired = Transcript::new(repaired.iter().map(|text| said((&**text).into())).collect());
            prop_assert_eq!(compute(&raw, &mut || ()), compute(&repaired, &mut || ()));
            let mut found = [Vec::new(), Vec::new()];
            for (transcript, found) in [&raw, &repaired].into_iter().zip(&mut found) {
                events(transcript, &["um"], &["yeah"], &mut || (), &mut |event| found.push(event.kind)).unwrap();
            }
            prop_assert_eq!(&found[0], &found[1]);
        }
    }

    #[test]
    fn short_cuts_lead_to_the_same(text in any_text()) {
        let mut tick = || ();
        let (tokenizer, ticker) = (&mut Tokenizer::default(), &mut Ticker::new(&mut tick));
        let mut speech = Speech::default();
        let listens = speech.hear(&untimed(Speaker::User, &text), tokenizer, ticker, &mut Totals);
        prop_assert_eq!(backchannel::is_all(text.as_str().into(), tokenizer, ticker), listens);
        prop_assert_eq!(count::words(text.as_str().into(), tokenizer, ticker), speech.words);
    }

    #[test]
    fn one_utterance_more_lowers_no_count(call in any_call(), more in (any::<bool>(), any_text(), Just(None))) {
        let (without, with) = (kpis(utterances(&call)), kpis(utterances(&[call, vec![more]].concat())));
        prop_assert_eq!(with.utterances, without.utterances + 1);
        prop_assert!(with.words >= without.words && with.filler_words >= without.filler_words);
        prop_assert!(with.open_questions >= without.open_questions);
        prop_assert!(with.closed_questions >= without.closed_questions);
        prop_assert_eq!((with.talk_ms, with.silence_ms), (without.talk_ms, without.silence_ms));
    }

    #[test]
    fn a_timed_utterance_more_lowers_no_speech(call in any_call(), user in any::<bool>(), text in any_text(), from in 0u64..20_000, to in 0u64..20_000) {
        let without = kpis(utterances(&call));
        let more = vec![(user, text, Some((from.min(to), from.max(to))))];
        let with = kpis(utterances(&[call, more].concat()));
        prop_assert_eq!(with.utterances, without.utterances + 1);
        prop_assert!(with.words >= without.words);
        prop_assert!(with.talk_ms >= without.talk_ms && with.listen_ms >= without.listen_ms);
    }

    #[test]
    fn the_order_of_the_array_does_not_matter(call in any_call(), seed in any::<u64>()) {
        let mut call = call;
        for (at, (.., span)) in (0..).zip(&mut call) {
            // No two alike, of which the first one would go first.
            *span = span.map(|(start, end)| (start * 30 + at, end * 30));
        }
        let sorted = kpis(utterances(&call));
        let mut order: Vec<usize> = (0..call.len()).collect();
        order.sort_by_key(|&at| (at as u64 + 1).wrapping_mul(seed | 1));
        let all = utterances(&call);
        prop_assert_eq!(kpis(order.iter().map(|&at| all[at]).collect()), sorted);
    }

    #[test]
    fn splitting_an_utterance_keeps_talk_words_and_fillers(call in any_call(), user in any::<bool>(), first in said_fully(), second in said_fully(), at in prop::array::uniform3(0u64..20_000)) {
        let [mut start, mut middle, mut end] = at;
        [start, middle, end] = { let mut sorted = [start, middle, end]; sorted.sort_unstable(); sorted };
        let whole = vec![(user, format!("{first} {second}"), Some((start, end)))];
        let halves = vec![(user, first, Some((start, middle))), (user, second, Some((middle, end)))];
        let (whole, halves) = ([call.clone(), whole].concat(), [call, halves].concat());
        let (whole, halves) = (kpis(utterances(&whole)), kpis(utterances(&halves)));
        let kept = |k: &Kpis| (k.talk_ms, k.listen_ms, k.silence_ms, k.words, k.words_per_minute);
        prop_assert_eq!(kept(&whole), kept(&halves));
        prop_assert_eq!(whole.filler_words, halves.filler_words);
        prop_assert_eq!((whole.open_questions, whole.closed_questions), (halves.open_questions, halves.closed_questions));
        prop_assert_eq!(whole.sentiment_score, halves.sentiment_score);
    }

    #[test]
    fn speech_and_silence_are_what_each_millisecond_is(spans in prop::collection::vec((any::<bool>(), 0usize..60, 0usize..60), 0..8)) {
        let spans: Vec<_> = spans.into_iter().map(|(user, a, b)| (user, a.min(b), a.max(b))).collect();
        let first = spans.iter().map(|&(_, start, _)| start).min().unwrap_or(0);
        let last = spans.iter().map(|&(.., end)| end).max().unwrap_or(0);
        let speaks = |ms, side: Option<bool>| {
            spans.iter().any(|&(user, start, end)| side.is_none_or(|side| side == user) && (start..end).contains(&ms))
        };
        let count = |side| (first..last).filter(|&ms| speaks(ms, side)).count() as u64;
        // Stretches of silence, parted by speech and by whatever starts.
        let (mut longest, mut stretch) = (0, 0);
        for ms in first..last {
            if spans.iter().any(|&(_, start, _)| start == ms) {
                stretch = 0;
            }
            stretch = if speaks(ms, None) { 0 } else { stretch + 1 };
            longest = longest.max(stretch);
        }

        let side = |user| if user { Speaker::User } else { Speaker::Assistant };
        let call: Vec<_> = spans.iter().map(|&(user, start, end)| (side(user), start as u64, end as u64)).collect();
        let found = compute(&super::call(&call), &mut || ());
        prop_assert_eq!((found.talk_ms, found.listen_ms), (count(Some(true)), count(Some(false))));
        prop_assert_eq!(found.silence_ms, (last - first) as u64 - count(None));
        prop_assert_eq!(found.longest_silence_ms, longest);
    }

    #[test]
    fn splitting_an_interval_keeps_the_talk(spans in prop::collection::vec((0u64..9_000, 0u64..9_000), 1..20), cut in any::<prop::sample::Index>()) {
        let whole: Vec<_> = spans.iter().map(|&(a, b)| (Speaker::User, a.min(b), a.max(b))).collect();
        let mut split = Vec::new();
        for &(side, start, end) in &whole {
            let middle = start + cut.index((end - start) as usize + 1) as u64;
            split.extend([(side, start, middle), (side, middle, end)]);
        }
        let talk = |spans: &[_]| compute(&super::call(spans), &mut || ()).talk_ms;
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
        prop_assert_eq!(compute(&super::call(&spans), &mut || ()).interruptions, expected);
    }
}
