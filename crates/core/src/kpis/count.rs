//! How many words a text has, where nothing else of it matters: as many as the tokenizer
//! finds, at a fraction of the price.

use super::runs::{BLOCK, bits, is_alphanumeric};
use super::tokens::Tokenizer;
use crate::transcript::{Text, Ticker};
use std::ops::ControlFlow;

/// The words of `text`.
pub(super) fn words(text: Text<'_>, tokenizer: &mut Tokenizer, ticker: &mut Ticker<'_>) -> u64 {
    ascii_words(text.as_bytes(), ticker).unwrap_or_else(|| {
        let mut words = 0;
        tokenizer.plain_sentences(text, ticker, |sentence| {
            words += sentence.words;
            ControlFlow::Continue(())
        });
        words
    })
}

/// The white-space tokens with a letter or digit. None for text that may hold noise, and
/// outside ASCII.
///
/// Each byte is a bit of one long integer, the first one lowest, and a token is a run of ones.
/// A one that is added at a letter carries out of the run, into the space behind it: once for
/// each token that has any.
fn ascii_words(text: &[u8], ticker: &mut Ticker<'_>) -> Option<u64> {
    let (mut words, mut carry) = (0, false);
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    for block in blocks.iter().chain([&last]) {
        ticker.step();
        if block.iter().fold(false, |unfit, &byte| unfit | (byte == b'[') | !byte.is_ascii()) {
            return None;
        }
        let spaces = bits(block, |byte| (byte == b' ') | (byte.wrapping_sub(b'\t') < 5));
        let (sum, beyond) = (!spaces).overflowing_add(bits(block, is_alphanumeric));
        let (sum, still_beyond) = sum.overflowing_add(u64::from(carry));
        words += u64::from((sum & spaces).count_ones());
        carry = beyond | still_beyond;
    }
    Some(words + u64::from(carry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(text: &str) -> (u64, u64) {
        let mut tick = || ();
        let (tokenizer, ticker) = (&mut Tokenizer::default(), &mut Ticker::new(&mut tick));
        let mut found = 0;
        tokenizer.sentences(text, ticker, |sentence| found += sentence.words);
        (words(text.into(), tokenizer, ticker), found)
    }

    #[test]
    fn words_are_white_space_tokens() {
        for (text, expected) in [
            ("", 0),
            ("  - ... '", 0),
            ("a b-c d/e um...no 'tis 3.5\t1,000\n", 7),
            ("[noise] hi", 1),
            ("caf\u{e9}s 我有 👍", 3),
        ] {
            assert_eq!(counted(text), (expected, expected), "{text}");
        }
        for length in [63, 64, 65, 127, 128, 129, 1_000] {
            let word = "-".repeat(length - 1) + "x";
            assert_eq!(counted(&word), (1, 1));
            assert_eq!(counted(&format!("{word} {word}")), (2, 2));
            assert_eq!(counted(&" y".repeat(length)), (length as u64, length as u64));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn as_many_as_the_tokenizer_finds(ascii in "[a-z. \\x00-\\x7f-]{0,200}", any in "[a-z好é \\[\\]‹›.]{0,80}") {
            for text in [ascii, any] {
                let (words, found) = counted(&text);
                prop_assert_eq!(words, found, "{:?}", text);
            }
        }
    }
}
