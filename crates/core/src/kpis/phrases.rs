//! Finds phrases in what was said: keywords, objections.
//!
//! A phrase matches word for word, whatever the case, the white space and the punctuation
//! within a sentence. Hyphens part words and a final 's does not count, so "rate lock" is in
//! "the rate-lock's terms"; "rate" is not in "rates". Of several phrases that begin at a word
//! the longest is found, and the search goes on behind it.
//!
//! The phrases are a tree of words. Each word of a text is looked up once, and a walk through
//! the tree from each word is no longer than the longest phrase.

use super::sentence::Sentence;
use super::tokens::Tokenizer;
use crate::transcript::Ticker;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

/// The most phrases of a kind.
pub const PHRASES_MAX: usize = 1_000;
/// The most words of a phrase.
pub const PHRASE_WORDS_MAX: usize = 32;

/// Why a list of phrases is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhraseError {
    /// There are more than [`PHRASES_MAX`].
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// One has more than [`PHRASE_WORDS_MAX`] words.
    TooLong {
        /// Its position in the list, from 0.
        index: usize,
        /// How many words it has.
        words: usize,
    },
}

impl fmt::Display for PhraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PhraseError::TooMany { found } => write!(f, "{found} phrases, at most {PHRASES_MAX} are allowed"),
            PhraseError::TooLong { index, words } => {
                write!(f, "phrase {} has {words} words, at most {PHRASE_WORDS_MAX} are allowed", index + 1)
            }
        }
    }
}

impl std::error::Error for PhraseError {}

/// A word's number, and a node's.
type Id = u32;

/// The number of words that no phrase has.
const UNKNOWN: Id = Id::MAX;

/// A list of phrases, ready to be found.
#[derive(Debug, Default)]
pub(super) struct Phrases<'p> {
    words: BTreeMap<String, Id>,
    /// From a node by a word to the next one; 0 is the root.
    steps: BTreeMap<(Id, Id), Id>,
    /// The phrase that ends at each node.
    ends: Vec<Option<&'p str>>,
    /// The words of the sentence that is searched: where each begins, and its number.
    sentence: Vec<(usize, Id)>,
    folded: String,
}

impl<'p> Phrases<'p> {
    /// Phrases without a word are left out; of two that are the same the first one counts.
    pub(super) fn new(
        phrases: &[&'p str],
        tokenizer: &mut Tokenizer,
        ticker: &mut Ticker<'_>,
    ) -> Result<Self, PhraseError> {
        if phrases.len() > PHRASES_MAX {
            return Err(PhraseError::TooMany { found: phrases.len() });
        }
        let mut all = Phrases { ends: vec![None], ..Phrases::default() };
        for (index, phrase) in phrases.iter().enumerate() {
            all.add(phrase, tokenizer, ticker).map_err(|words| PhraseError::TooLong { index, words })?;
        }
        Ok(all)
    }

    /// Adds a phrase, or tells how many words too long it is.
    fn add(
        &mut self,
        phrase: &'p str,
        tokenizer: &mut Tokenizer,
        ticker: &mut Ticker<'_>,
    ) -> Result<(), usize> {
        let mut words = Vec::new();
        let mut count = 0;
        tokenizer.plain_sentences(phrase.into(), ticker, |sentence| {
            each_word(sentence, &mut self.folded, |_, word| {
                count += 1;
                if count <= PHRASE_WORDS_MAX {
                    words.push(word.to_owned());
                }
            });
            ControlFlow::Continue(())
        });
        if count > PHRASE_WORDS_MAX {
            return Err(count);
        }
        let mut node = 0;
        for word in words {
            let id = self.words.len() as Id;
            let id = *self.words.entry(word).or_insert(id);
            let next = self.ends.len() as Id;
            node = *self.steps.entry((node, id)).or_insert(next);
            if node == next {
                self.ends.push(None);
            }
        }
        if let Some(end) = self.ends.get_mut(node as usize).filter(|_| node > 0) {
            end.get_or_insert(phrase);
        }
        Ok(())
    }

    /// Whether there is nothing to find.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Calls `found` with each phrase in `sentence` and the byte of the text where it begins,
    /// in order.
    pub(super) fn each(&mut self, sentence: &Sentence<'_>, mut found: impl FnMut(usize, &'p str)) {
        if self.is_empty() {
            return;
        }
        self.sentence.clear();
        each_word(sentence, &mut self.folded, |start, word| {
            self.sentence.push((start, self.words.get(word).copied().unwrap_or(UNKNOWN)));
        });
        let mut rest = &self.sentence[..];
        while let [(start, _), behind @ ..] = rest {
            rest = match self.longest(rest) {
                Some((length, phrase)) => {
                    found(*start, phrase);
                    &rest[length..]
                }
                None => behind,
            };
        }
    }

    /// The longest phrase that these words begin with, and how many of them it is.
    fn longest(&self, words: &[(usize, Id)]) -> Option<(usize, &'p str)> {
        let (mut node, mut longest) = (0, None);
        for (length, &(_, id)) in (1..).zip(words) {
            let Some(&next) = self.steps.get(&(node, id)) else { break };
            node = next;
            let end = self.ends.get(node as usize).copied().flatten();
            longest = end.map(|phrase| (length, phrase)).or(longest);
        }
        longest
    }
}

/// Calls `found` with each word to compare, in lower case, and where it begins.
fn each_word(sentence: &Sentence<'_>, folded: &mut String, mut found: impl FnMut(usize, &str)) {
    for lexeme in sentence.lexemes {
        let mut start = lexeme.start;
        for part in sentence.said(lexeme).split('-') {
            folded.clear();
            if part.is_ascii() {
                folded.push_str(part);
                folded.make_ascii_lowercase();
            } else {
                let lower = part.chars().flat_map(char::to_lowercase);
                folded.extend(lower.map(|c| if c == '’' { '\'' } else { c }));
            }
            let word = folded.strip_suffix("'s").unwrap_or(folded);
            found(start, word);
            start += part.len() + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<(usize, String)> {
        let mut tick = || ();
        let (tokenizer, ticker) = (&mut Tokenizer::default(), &mut Ticker::new(&mut tick));
        let mut phrases = Phrases::new(phrases, tokenizer, ticker).unwrap();
        let mut found = Vec::new();
        tokenizer.plain_sentences(text.into(), ticker, |sentence| {
            phrases.each(sentence, |at, phrase| found.push((at, phrase.to_owned())));
            ControlFlow::Continue(())
        });
        found
    }

    fn names(phrases: &[&str], text: &str) -> Vec<String> {
        found(phrases, text).into_iter().map(|(_, phrase)| phrase).collect()
    }

    #[test]
    fn whole_words_in_any_case() {
        let phrases = ["Rate Lock", "price", "ÜBER", "don't"];
        assert_eq!(
            found(&phrases, "The RATE  lock, (price) über? Don’t price"),
            [(4, "Rate Lock"), (17, "price"), (24, "ÜBER"), (31, "don't"), (39, "price")]
                .map(|(at, phrase)| (at, phrase.to_owned()))
        );
        assert!(found(&phrases, "prices, pricey, repriced, rate locks, lock rate, do not").is_empty());
    }

    #[test]
    fn hyphens_part_and_a_final_s_does_not_count() {
        assert_eq!(found(&["rate lock"], "our rate-lock's terms"), [(4, "rate lock".to_owned())]);
        assert_eq!(found(&["rate-lock"], "a Rate lock."), [(2, "rate-lock".to_owned())]);
        assert_eq!(found(&["lock"], "rate-lock"), [(5, "lock".to_owned())]);
        assert_eq!(names(&["customer’s"], "the customer, customer's, customers"), ["customer’s"; 2]);
    }

    #[test]
    fn the_longest_is_found_and_the_search_goes_on_behind_it() {
        let phrases = ["rate", "rate lock", "lock", "rate lock period starts", "period of"];
        let text = "Rate lock period of a rate lock lock, rate";
        assert_eq!(names(&phrases, text), ["rate lock", "period of", "rate lock", "lock", "rate"]);
        assert_eq!(names(&["a a b"], "a a a b"), ["a a b"], "a false start");
    }

    #[test]
    fn sentences_part_and_noise_does_not() {
        assert!(found(&["rate lock"], "The rate. Lock it").is_empty());
        assert_eq!(names(&["rate lock"], "the rate [noise] lock"), ["rate lock"]);
        assert_eq!(names(&["Yes. And no."], "yes, and no"), ["Yes. And no."]);
    }

    #[test]
    fn empty_phrases_find_nothing_and_the_first_spelling_counts() {
        assert!(found(&["", " ", "?!", "[noise]"], "? [noise] !").is_empty());
        assert_eq!(names(&["Price", "PRICE", "price"], "a price"), ["Price"]);
    }

    #[test]
    fn lists_have_bounds() {
        let new = |phrases: &[&str]| {
            Phrases::new(phrases, &mut Tokenizer::default(), &mut Ticker::new(&mut || ())).map(|_| ())
        };
        assert_eq!(new(&["a"; 1_000]), Ok(()));
        assert_eq!(new(&["a"; 1_001]), Err(PhraseError::TooMany { found: 1_001 }));
        let (most, more) = ("a-a ".repeat(16), "a-a ".repeat(17));
        assert_eq!(new(&["a", &most]), Ok(()));
        assert_eq!(new(&["a", &more]), Err(PhraseError::TooLong { index: 1, words: 34 }));
    }

    /// Nothing is timed: a quadratic search would keep this from ever ending.
    #[test]
    fn phrases_that_nearly_match_take_linear_time() {
        let phrases: Vec<String> = (0..1_000).map(|at| format!("{}b{at}", "a ".repeat(31))).collect();
        let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
        assert!(found(&phrases, &"a ".repeat(200_000)).is_empty());
    }
}
