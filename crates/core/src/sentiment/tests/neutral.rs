//! Discourse words, which the analyzer keeps neutral.

use super::super::Analyzer;
use super::super::words::DISCOURSE;
use super::{lexicon, oracle};

fn compound(sentence: &str) -> f64 {
    Analyzer::new().compound(sentence)
}

#[test]
fn discourse_words_are_rated_by_vader_and_neutral_here() {
    for word in DISCOURSE {
        assert!(lexicon().any(|(rated, _)| rated == word), "{word} is not rated");
        for text in [word.to_owned(), word.to_uppercase(), format!("{word}!! I see.")] {
            assert_eq!(compound(&text), 0.0, "{text:?}");
        }
    }
}

#[test]
fn all_other_rated_words_keep_their_ratings() {
    let mut analyzer = Analyzer::new();
    for (word, _) in lexicon().filter(|(word, _)| !DISCOURSE.contains(word)) {
        assert_eq!(analyzer.compound(word), oracle(word), "{word:?}");
    }
}

/// A word the lexicon does not have is the measure of a neutral one.
#[test]
fn discourse_words_score_like_unknown_words() {
    // "Kind" and "yeah" also have parts in phrases; the others are only rated. Two letters and
    // a comma are another token than the two letters.
    let only_rated = |word: &str| {
        let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let bare = bare.to_lowercase();
        bare.len() > 2 && bare != "kind" && bare != "yeah" && DISCOURSE.contains(&&*bare)
    };
    let unknown = |c: char| match c {
        'a'..='z' => 'q',
        'A'..='Z' => 'Q',
        other => other,
    };
    let mut generator = super::generator::Generator::new(7);
    let mut met = 0;
    for _ in 0..20_000 {
        let sentence = generator.sentence();
        let words = sentence
            .split(' ')
            .map(|word| if only_rated(word) { word.chars().map(unknown).collect() } else { word.to_owned() });
        let without: Vec<String> = words.collect();
        let without = without.join(" ");
        met += usize::from(without != sentence);
        assert_eq!(compound(&sentence), compound(&without), "{sentence:?}");
    }
    assert!(met > 500, "{met}");
}

#[test]
fn kind_of_and_sort_of_still_dampen() {
    for phrase in ["kind of", "sort of"] {
        let dampened = format!("it was {phrase} good");
        assert_eq!(compound(&dampened), 0.3832);
        assert_eq!(compound(&dampened), oracle(&dampened));
    }
    assert_eq!(compound("it is kind and good"), compound("it is qqqq and good"));
}

#[test]
fn call_sentences() {
    for neutral in [
        "Okay, yeah, sure.",
        "How can I help you today?",
        "Could you please hold the line?",
        "Well, it was like three weeks ago.",
        "What kind of phone is it?",
        "Yes! Yep. Alright.",
    ] {
        assert_eq!(compound(neutral), 0.0, "{neutral:?}");
    }
    assert_eq!(compound("Yeah, that is great."), compound("Mhmm, that is great."));
    assert!(compound("that was really helpful") > 0.4);
    // Unrated, "well" no longer shields the idiom "yeah right" from the word after it.
    assert!(compound("well yeah right good") < 0.0);
}
