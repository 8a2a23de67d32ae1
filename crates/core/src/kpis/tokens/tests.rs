//! Words, lexemes and sentences of given texts.

use super::*;
use proptest::prelude::*;

/// Calls a function with each sentence.
pub(in crate::kpis) struct All<F>(pub(in crate::kpis) F);

impl<F: FnMut(&Sentence<'_>)> Visit for All<F> {
    const SENTIMENT: bool = true;

    fn visit(&mut self, sentence: &Sentence<'_>) -> ControlFlow<()> {
        (self.0)(sentence);
        ControlFlow::Continue(())
    }
}

/// Each sentence as (text without noises, lexemes, words, ending).
fn read(text: &str) -> Vec<(String, Vec<String>, u64, Ending)> {
    let mut sentences = Vec::new();
    Tokenizer::default().sentences(text, &mut Ticker::new(&mut || ()), |sentence| {
        let spoken = sentence.spoken(&mut String::new()).trim().to_owned();
        let lexemes = sentence.lexemes.iter().map(|l| text[l.start..l.end].to_owned());
        sentences.push((spoken, lexemes.collect(), sentence.words, sentence.ending));
    });
    sentences
}

fn split(text: &str) -> Vec<String> {
    read(text).into_iter().map(|(spoken, ..)| spoken).collect()
}

fn words(text: &str) -> u64 {
    read(text).iter().map(|(_, _, words, _)| words).sum()
}

#[test]
fn sentences_end_at_marks() {
    assert_eq!(split("One. Two! Three? Four"), ["One.", "Two!", "Three?", "Four"]);
    assert_eq!(
        split("Um... well…no?! \"So.\" (Yes.) A ? ! B"),
        ["Um...", "well…", "no?!", "\"So.\"", "(Yes.)", "A ?", "B"]
    );
    assert_eq!(split("你好。再见！ كيف؟ نعم۔"), ["你好。", "再见！", "كيف؟", "نعم۔"]);
    assert!(split("... ?! [noise]. — 👍").is_empty());
}

#[test]
fn dots_inside_and_after_abbreviations_do_not_end() {
    for text in [
        "It is 3.5% at example.com now.",
        "A P. O. Box?",
        "Fruit, e.g. apples.",
        "At 3 p.m. sharp",
        "Ask Dr. Smith.",
        "At 3 p.m.",
        "plan B.",
        "x?y!z",
    ] {
        assert_eq!(split(text), [text]);
    }
    assert_eq!(split("So do I. Next."), ["So do I.", "Next."]);
    assert_eq!(split("At 3. Then"), ["At 3.", "Then"]);
}

#[test]
fn endings_tell_punctuated_text() {
    let endings = |text| read(text).into_iter().map(|(.., ending)| ending).collect::<Vec<_>>();
    assert_eq!(endings("do you, or not"), [Ending::Unpunctuated]);
    assert_eq!(endings("no. do you"), [Ending::Statement, Ending::Open]);
    assert_eq!(endings("you?! what!? go!!"), [Ending::Question, Ending::Question, Ending::Statement]);
    assert_eq!(endings("好吗？真。"), [Ending::Question, Ending::Statement]);
}

#[test]
fn words_are_white_space_tokens() {
    assert_eq!(words("a b-c d/e f—g um...no 'tis 3.5 1,000"), 8);
    assert_eq!(words("- -- ... ' \u{3000}\u{a0}"), 0);
    assert_eq!(words("Hello。World"), 1, "one token, two sentences");
    assert_eq!(words("我有iPhone手机"), 5);
    assert_eq!(words("これは本です"), 2, "one ideograph, the kana around it one word");
    assert_eq!(words("한국어 단어"), 2);
}

#[test]
fn noise_is_no_word() {
    assert_eq!(words("[PII] hi [PII] I'm [PII]. [PII]'s (‹UNSURE›) [background noise] x"), 3);
    assert_eq!(words("hello[laughs] [laughs]hello [no end"), 3, "only where it opens a token");
    let far = format!("[{}]", "a ".repeat(70));
    assert_eq!(words(&far), 70, "too long for noise");
    assert_eq!(split("So [happy laugh] it is. [x] Then"), ["So  it is.", "Then"]);
}

#[test]
fn lexemes_are_split_finer_than_words() {
    let lexemes = |text| read(text).into_iter().flat_map(|(_, lexemes, ..)| lexemes).collect::<Vec<_>>();
    assert_eq!(
        lexemes("um—I mm-hmm. uh...no don't it’s a/b end-"),
        ["um", "I", "mm-hmm", "uh", "no", "don't", "it’s", "a", "b", "end"]
    );
}

#[test]
fn commas_are_remembered() {
    let mut commas = Vec::new();
    Tokenizer::default().sentences("a, b c ، d", &mut Ticker::new(&mut || ()), |sentence| {
        commas.extend(sentence.lexemes.iter().map(|l| (l.comma_before, l.comma_after)));
    });
    assert_eq!(commas, [(false, true), (true, false), (false, true), (true, false)]);
}

#[test]
fn long_sentences_are_cut() {
    let text = "word ".repeat(3 * SENTENCE_MAX + 1);
    let cut = read(&text);
    assert_eq!(cut.len(), 4);
    assert_eq!(cut.iter().map(|(_, _, words, _)| words).sum::<u64>(), 3 * SENTENCE_MAX as u64 + 1);
    assert_eq!((cut[0].3, cut[1].3), (Ending::Unpunctuated, Ending::Open));
}

/// Words and what may stand between them, mostly blanks.
fn any_speech() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "great",
        "hate",
        "GOOD",
        "no",
        "No",
        "so",
        "I",
        "don't",
        "Can't",
        "very",
        "kind",
        "of",
        "but",
        "not",
        "never",
        "the",
        "shit",
        "love",
        "ok",
        "yeah",
        "right",
        ":)",
        "a/b",
        "mm-hmm",
        "U.S.",
        "e.g",
        "3.5",
        "catastrophically",
        "unsatisfactorily",
        "[noise]",
        "good’s",
        "naïve",
        "😀",
        "bad",
        "least",
        "at",
    ]);
    let between = prop_oneof![
        12 => Just(" "),
        6 => prop::sample::select(vec![
            ", ", ". ", "! ", "? ", "?! ", "... ", ".", "!", "-", "'", " (", ") ", "\"", "\t", "  ", "*", "", "\u{1c}",
            "\0", "\u{a0}", "—", "…", "[", "]",
        ]),
    ];
    prop::collection::vec((word, between), 0..25)
        .prop_map(|all| all.into_iter().flat_map(|(word, between)| [word, between]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn without_sentiment_the_sentences_are_the_same(text in any_speech(), last in 1usize..9) {
        let show = |s: &Sentence<'_>| format!("{:?}", Sentence { compound: 0, ..*s });
        let (mut all, mut plain) = (Vec::new(), Vec::new());
        let mut tokenizer = Tokenizer::default();
        let mut tick = || ();
        let ticker = &mut Ticker::new(&mut tick);
        tokenizer.sentences(&text, ticker, |sentence| all.push(show(sentence)));
        tokenizer.plain_sentences(text.as_str().into(), ticker, |sentence| {
            plain.push(show(sentence));
            if plain.len() == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        all.truncate(last);
        prop_assert_eq!(plain, all);
    }

    #[test]
    fn sentiment_is_that_of_the_sentence_as_text(text in any_speech()) {
        let mut analyzer = Analyzer::new();
        let mut sentences = Vec::new();
        Tokenizer::default().sentences(&text, &mut Ticker::new(&mut || ()), |sentence| {
            let spoken = sentence.spoken(&mut String::new()).to_owned();
            let expected = if sentence.words > 0 { analyzer.ten_thousandths(&spoken) } else { 0 };
            sentences.push((spoken, sentence.compound, expected));
        });
        for (spoken, compound, expected) in sentences {
            prop_assert_eq!(compound, expected, "{:?} in {:?}", spoken, text);
        }
    }
}
