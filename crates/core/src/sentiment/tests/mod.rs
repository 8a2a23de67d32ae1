//! The analyzer against vader-parity, a port of vaderSentiment 3.3.2 that reproduces the
//! reference to the last digit.

mod generator;
mod neutral;
mod sentences;

use super::Analyzer;
use super::words::{BOOSTERS, DAMPENERS, NEGATIONS};
use proptest::prelude::*;
use std::sync::OnceLock;
use vader_parity::SentimentIntensityAnalyzer;

fn oracle(sentence: &str) -> f64 {
    static ORACLE: OnceLock<SentimentIntensityAnalyzer> = OnceLock::new();
    ORACLE.get_or_init(SentimentIntensityAnalyzer::new).polarity_scores(sentence).compound
}

/// The rated words, with their ratings as written.
fn lexicon() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../../../data/vader_lexicon.tsv").lines().filter_map(|line| line.split_once('\t'))
}

fn emoji() -> impl Iterator<Item = &'static str> {
    include_str!("../../../data/vader_emoji.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(emoji, _)| emoji)
}

/// Scores each sentence with one analyzer and with the oracle; how many there were.
fn assert_agreement<S: AsRef<str>>(sentences: impl IntoIterator<Item = S>) -> usize {
    let mut analyzer = Analyzer::with_discourse_words();
    let mut count = 0;
    for sentence in sentences {
        let sentence = sentence.as_ref();
        assert_eq!(analyzer.compound(sentence), oracle(sentence), "{sentence:?}");
        count += 1;
    }
    count
}

#[test]
fn the_rules_agree() {
    assert!(assert_agreement(sentences::ALL) >= 150);
}

#[test]
fn figures_of_the_python_package_hold() {
    let mut analyzer = Analyzer::with_discourse_words();
    for (sentence, compound) in sentences::FROM_PYTHON {
        assert_eq!(analyzer.compound(sentence), compound, "{sentence:?}");
    }
}

#[test]
fn generated_sentences_agree() {
    let mut generator = generator::Generator::new(20_240_607);
    assert_eq!(assert_agreement((0..20_000).map(|_| generator.sentence())), 20_000);
}

/// Long enough for the ordered search around a "but".
#[test]
fn long_sentences_agree() {
    let mut generator = generator::Generator::new(1);
    let mut long = || {
        let parts: Vec<String> = (0..20).map(|_| generator.sentence()).collect();
        parts.join(" but ")
    };
    assert_eq!(assert_agreement((0..500).map(|_| long())), 500);
}

#[test]
fn every_word_of_the_tables_agrees() {
    let rated = lexicon()
        .flat_map(|(word, _)| [word.to_owned(), word.to_uppercase(), format!("not \"{word}\", GOOD")]);
    assert_eq!(assert_agreement(rated), 3 * 7488);
    let rules = BOOSTERS.iter().chain(&DAMPENERS).chain(&NEGATIONS);
    assert_agreement(rules.flat_map(|word| [format!("a {word} good"), format!("{word} the bad")]));
}

#[test]
fn every_emoji_agrees() {
    assert_agreement(emoji().flat_map(|e| [format!("a{e}{e} b{e}c but{e}"), format!("{e} so GOOD{e}!")]));
}

/// Casing is Unicode's, not ASCII's. The oracle's tables are those of Unicode 16.
#[test]
fn every_character_with_case_agrees() {
    let since_unicode_17 = |c: char| matches!(c, '\u{A7CE}'..='\u{A7CF}' | '\u{A7D2}' | '\u{A7D4}' | '\u{A7F1}' | '\u{16EA0}'..='\u{16ED3}');
    let cased = ('\0'..=char::MAX)
        .filter(|c| c.is_lowercase() || c.is_uppercase() || c.to_lowercase().next() != Some(*c))
        .filter(|&c| !since_unicode_17(c));
    assert_agreement(cased.flat_map(|c| [format!("{c}A bad good"), format!("GOO{c}D{c} bad")]));
}

#[test]
fn white_space_agrees() {
    let spaces = (0..0x3100).filter_map(char::from_u32);
    assert_agreement(spaces.map(|c| format!("good{c}bad{c}not{c}so{c}fun{c}")));
}

#[test]
fn state_does_not_leak_between_sentences() {
    let mut analyzer = Analyzer::with_discourse_words();
    for sentence in sentences::ALL {
        let first = analyzer.compound(sentence);
        assert_eq!(analyzer.compound(sentence), first, "{sentence:?}");
        assert_eq!(Analyzer::with_discourse_words().compound(sentence), first);
    }
}

/// Nothing is timed: a quadratic step would keep this from ever ending.
#[test]
fn huge_sentences_take_linear_time() {
    let mut analyzer = Analyzer::new();
    for unit in ["good ", "not bad, but GOOD ", "a", "! ", "\u{1F496}", "to die for the shit "] {
        let compound = analyzer.compound(&unit.repeat(2_000_000 / unit.len()));
        assert!((-1.0..=1.0).contains(&compound), "{unit:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_text_agrees(text in any::<String>()) {
        let compound = Analyzer::with_discourse_words().compound(&text);
        prop_assert!((-1.0..=1.0).contains(&compound));
        prop_assert_eq!(compound, oracle(&text));
        prop_assert!((-1.0..=1.0).contains(&Analyzer::new().compound(&text)));
    }

    #[test]
    fn arbitrary_bytes_among_words_agree(
        parts in prop::collection::vec(("[ -~\\s]{0,3}", prop::sample::select(&generator::WORDS[..])), 0..12),
    ) {
        let text: String = parts.iter().flat_map(|(noise, word)| [noise, *word]).collect();
        prop_assert_eq!(Analyzer::with_discourse_words().compound(&text), oracle(&text));
    }
}
