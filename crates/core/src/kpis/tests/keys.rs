//! The keys beyond the eight: small calls, worked out by hand. What only times decide is
//! worked out in the tests of the timeline.

use super::*;
use Speaker::{Assistant, User};

/// The call of docs/kpis.md.
fn example() -> Vec<Utterance<'static>> {
    vec![
        at(Assistant, "Hello?", 1_000, 1_500),
        at(User, "Hi, this is, um, Marcus. What would you like to change?", 2_000, 6_000),
        at(Assistant, "The rate. It went up twice and nobody told me why.", 6_400, 12_000),
        at(User, "Mm-hmm.", 8_000, 8_400),
        at(User, "I see. How long", 11_000, 12_500),
        at(User, "have you had it?", 13_000, 14_000),
        at(Assistant, "Yeah.", 13_900, 14_200),
        at(User, "Uh, I mean the loan.", 14_500, 16_000),
        at(Assistant, "[sighs] Six years, I think.", 18_000, 21_000),
        untimed(User, "um, okay then"),
    ]
}

#[test]
fn the_documents_example() {
    let call = kpis(example());
    assert_eq!(call.interruptions_by_assistant, 0);
    assert_eq!((call.questions_asked, call.open_questions, call.closed_questions), (2, 1, 1));
    assert_eq!(call.longest_monologue_ms, 5_000, "11000 to 16000; the yeah at 13900 is within");
    assert_eq!(call.longest_customer_story_ms, 5_600, "6400 to 12000; so is the mm-hmm");
    assert_eq!(call.patience_ms, 250, "of 500 and 0");
    assert_eq!(call.interactivity, 12.0, "4 switches in 20 s");
    // 500 + 400 + 500 + 300 + 2000
    assert_eq!((call.silence_ms, call.longest_silence_ms), (3_700, 2_000));
    // um, uh, i mean by 4000 + 400 + 1500 + 1000 + 1500 ms of talk.
    assert_eq!((call.filler_words, call.talk_ms, call.fillers_per_minute), (4, 8_400, 21.43));
    // 1 + 11 + 11 + 1 + 4 + 4 + 1 + 5 + 4 + 3
    assert_eq!((call.utterances, call.words, call.ignored), (10, 45, 0));
}

#[test]
fn interruptions_by_the_assistant_are_more_than_a_backchannel() {
    let by_assistant = |text| {
        let call = vec![at(User, "So the card", 0, 9_000), at(Assistant, text, 1_000, 2_000)];
        let found = kpis(call);
        assert_eq!(found.interruptions, 0);
        found.interruptions_by_assistant
    };
    for text in ["Yeah.", "Okay, great", "[cough]", "", "Uh huh. I see."] {
        assert_eq!(by_assistant(text), 0, "{text}");
    }
    for text in ["Yeah, but", "No", "Okay. Great. Stop.", "I want", "All of it", "¿Cómo?"] {
        assert_eq!(by_assistant(text), 1, "{text}");
    }
}

#[test]
fn every_question_is_open_or_closed() {
    let questions = |texts: &[&str]| {
        let found = kpis(said(texts));
        assert_eq!(found.questions_asked, found.open_questions + found.closed_questions);
        (found.open_questions, found.closed_questions)
    };
    assert_eq!(questions(&["Why? Really? Do you? What?! How many?", "what is it"]), (3, 2));
    assert_eq!(questions(&["Tell me about it.", "What a day.", "Describe it!"]), (0, 0), "not asked");
}

#[test]
fn the_assistants_questions_and_fillers_do_not_count() {
    let call = kpis(vec![at(Assistant, "Um, what is it? How many?", 0, 2_000)]);
    assert_eq!((call.open_questions, call.closed_questions, call.fillers_per_minute), (0, 0, 0.0));
    assert_eq!((call.words, call.utterances, call.longest_customer_story_ms), (6, 1, 2_000));
}

#[test]
fn untimed_utterances_have_words_and_no_time() {
    let call = kpis(vec![untimed(User, "Um, what is it?"), untimed(Assistant, "The card.")]);
    let expected = Kpis {
        filler_words: 1,
        questions_asked: 1,
        open_questions: 1,
        utterances: 2,
        words: 6,
        ..Kpis::default()
    };
    assert_eq!(call, expected);
    let fillers = kpis(vec![at(User, "Um, the card", 0, 30_000), untimed(User, "um, uh, no")]);
    assert_eq!((fillers.filler_words, fillers.fillers_per_minute), (3, 2.0));
}

#[test]
fn malformed_elements_are_counted_as_ignored() {
    let bytes = crate::jsonb::encode::encode(&serde_json::json!([
        1, {"speaker": "user"}, {"speaker": "system", "text": "x"}, {"speaker": "user", "text": "Hold on"},
    ]));
    let call = compute(&Transcript::from_jsonb(&bytes, &mut || ()).unwrap(), &mut || ());
    assert_eq!((call.ignored, call.utterances, call.words), (2, 1, 2));
}

#[test]
fn times_may_be_as_large_as_can_be() {
    let call = kpis(vec![
        at(User, "So, um, the card", 0, 1),
        at(Assistant, "The card", u64::MAX - 1, u64::MAX),
        at(User, "Which one?", 1 << 53, 1 << 60),
    ]);
    assert_eq!((call.silence_ms, call.longest_silence_ms), ((1 << 53) - 1, (1 << 53) - 1));
    assert_eq!((call.longest_monologue_ms, call.longest_customer_story_ms, call.patience_ms), (1, 0, 0));
    assert_eq!((call.interactivity, call.fillers_per_minute), (0.0, 60_000.0));
    let all = kpis(vec![at(User, "The card", 0, u64::MAX), at(Assistant, "No", 1, u64::MAX)]);
    assert_eq!((all.talk_ms, all.longest_monologue_ms, all.listen_ms), (1 << 53, 1 << 53, (1 << 53) - 1));
    assert_eq!((all.interruptions_by_assistant, all.silence_ms), (1, 0));
}

#[test]
fn a_hundred_thousand_turns() {
    // The assistant speaks for 600 ms of each second, the user for 200 ms after another 100.
    let spans = (0..50_000).flat_map(|i| {
        let start = 1_000 * i;
        [(Assistant, start, start + 600), (User, start + 700, start + 900)]
    });
    let call = compute(&call(&spans.collect::<Vec<_>>()), &mut || ());
    assert_eq!((call.talk_ms, call.listen_ms), (10_000_000, 30_000_000));
    assert_eq!((call.silence_ms, call.longest_silence_ms, call.patience_ms), (9_999_900, 100, 100));
    assert_eq!((call.longest_monologue_ms, call.longest_customer_story_ms), (200, 600));
    assert_eq!(call.interactivity, 120.0, "99,999 switches in 49,999.9 s");
    assert_eq!((call.utterances, call.words), (100_000, 200_000));
}

#[test]
fn the_keys_have_an_order() {
    let json = kpis(example()).to_json();
    let keys = json.split(", ").map(|pair| pair.trim_start_matches('{').split(':').next().unwrap());
    let expected = "talk_ms listen_ms talk_listen_ratio words_per_minute filler_words interruptions \
                    questions_asked sentiment_score interruptions_by_assistant open_questions \
                    closed_questions longest_monologue_ms longest_customer_story_ms patience_ms \
                    interactivity silence_ms longest_silence_ms fillers_per_minute utterances words ignored";
    assert_eq!(keys.collect::<Vec<_>>().join(" ").replace('"', ""), expected);
    assert!(json.contains(r#""interactivity": 12.0, "silence_ms": 3700, "#), "{json}");
}
