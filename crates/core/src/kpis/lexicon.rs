//! What a word means to the KPIs, drawn-out letters and typographic apostrophes included.

pub(crate) use super::lex::Lex;
use super::sixteen::{self, Sixteen, WIDTH};
use super::words::WORDS;
use crate::vocabulary::{self, Entry};

/// What repeated letters may be collapsed to find.
const DRAWN_OUT: Lex =
    Lex::HESITATION.or(Lex::BACKCHANNEL).or(Lex::LEAD_IN).or(Lex::TAG).or(Lex::UH).or(Lex::HUH).or(Lex::HM);

/// "mm" and longer: collapsed to one letter it would be the letter's name.
const MM: Lex = Lex::HESITATION.or(Lex::BACKCHANNEL).or(Lex::LEAD_IN).or(Lex::TAG).or(Lex::MM);

/// What the word at `start..end` of `text` means; case, drawn-out letters and the shape of
/// apostrophes aside.
pub(super) fn look_up(text: &[u8], start: usize, end: usize) -> Lex {
    let length = end - start;
    if length == 0 {
        return Lex::NONE;
    }
    if length > WIDTH {
        return drawn_out(&text[start..end]);
    }
    let word = Sixteen::load(text, start).lowered(length);
    if word.is_ascii() { look_up_key(word.key(), length) } else { curly(&text[start..end]) }
}

/// The same for an ASCII word of 1 to 16 bytes, given as `key` in lower case.
#[inline]
pub(super) fn look_up_key(key: u128, length: usize) -> Lex {
    or_drawn_out(find(key, length), key, length, (key >> (8 * (length - 1))) as u8)
}

/// What the vocabulary's `lex` of an ASCII word of 1 to 16 bytes becomes, given as `key` in lower
/// case, and with its last letter in any: drawn out, a word it does not have can be one that it has.
#[inline]
pub(super) fn or_drawn_out(lex: Lex, key: u128, length: usize, last: u8) -> Lex {
    // Few words pass all three, but each test by itself would be a coin's toss, and costs a branch.
    let ends = may_draw_out(key as u8) & may_draw_out(last);
    if lex.or(Lex::any_if(!ends)) == Lex::NONE && sixteen::repeats(key, length) {
        drawn_out(&key.to_le_bytes()[..length])
    } else {
        lex
    }
}

/// Whether a hesitation or backchannel may begin or end with this lower-case letter.
#[inline]
const fn may_draw_out(letter: u8) -> bool {
    const LETTERS: u32 = 1 << (b'u' - b'`')
        | 1 << (b'h' - b'`')
        | 1 << (b'm' - b'`')
        | 1 << (b'e' - b'`')
        | 1 << (b'r' - b'`')
        | 1 << (b'a' - b'`');
    LETTERS >> (letter & 0x1F) & 1 != 0
}

/// Looks up a hesitation or backchannel whose letters are repeated.
fn drawn_out(word: &[u8]) -> Lex {
    let (mut key, mut length, mut last) = (0u128, 0, 0);
    for byte in word {
        let letter = byte | 0x20;
        if letter == last {
            continue;
        }
        if length == 6 || !matches!(letter, b'u' | b'h' | b'm' | b'e' | b'r' | b'a' | b'-') {
            return Lex::NONE;
        }
        key |= u128::from(letter) << (8 * length);
        length += 1;
        last = letter;
    }
    match (length, last) {
        (1, b'm') if word.len() > 1 => MM,
        (1, _) => Lex::NONE,
        _ => find(key, length).only(DRAWN_OUT),
    }
}

/// Looks up a word with a typographic apostrophe.
fn curly(word: &[u8]) -> Lex {
    let Some(at) = word.windows(3).position(|three| three == "’".as_bytes()) else {
        return Lex::NONE;
    };
    let (before, after) = (&word[..at], &word[at + 3..]);
    find(pack(before) | (u128::from(b'\'') | pack(after) << 8) << (8 * at), word.len() - 2)
}

fn find(key: u128, length: usize) -> Lex {
    vocabulary::find(key, length).0
}

/// The word's bytes in lower case as one integer. Bytes with the high bit set keep it, so no
/// word outside ASCII equals one of the table.
const fn pack(word: &[u8]) -> u128 {
    let (mut key, mut at) = (0u128, 0);
    while at < word.len() {
        key |= ((word[at] | 0x20) as u128) << (8 * at);
        at += 1;
    }
    key
}

/// How many entries the lists make.
pub(crate) const WORDS_COUNT: usize = count();

const fn count() -> usize {
    let (mut count, mut group) = (0, 0);
    while group < WORDS.len() {
        count += WORDS[group].1.len();
        group += 1;
    }
    count
}

/// The words with what they mean, some of them several times.
pub(crate) const fn entries() -> [Entry; WORDS_COUNT] {
    let mut entries = [Entry::of(&[]); WORDS_COUNT];
    let (mut used, mut group) = (0, 0);
    while group < WORDS.len() {
        let (lex, words) = WORDS[group];
        let mut at = 0;
        while at < words.len() {
            entries[used] = Entry { lex, ..Entry::of(words[at].as_bytes()) };
            used += 1;
            at += 1;
        }
        group += 1;
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Alone and inside a text, which are read in different ways.
    fn look_up(word: &[u8]) -> Lex {
        let inside = [b"so ", word, b" and what comes after it"].concat();
        let alone = super::look_up(word, 0, word.len());
        assert_eq!(super::look_up(&inside, 3, 3 + word.len()), alone);
        alone
    }

    #[test]
    fn words_are_found_in_any_case_and_length() {
        assert!(look_up(b"Basically").is(Lex::SOFT));
        assert!(look_up(b"OKAY").is(Lex::BACKCHANNEL));
        assert!(look_up("what’s".as_bytes()).is(Lex::WH_AUXILIARY));
        assert!(look_up("How’d".as_bytes()).is(Lex::WH_AUXILIARY));
        assert!(look_up("Don’t".as_bytes()).is(Lex::AUXILIARY));
        for word in ["", "m", "z", "card", "unbelievable", "ümlaut", "’", "um’", "like-minded"] {
            assert_eq!(look_up(word.as_bytes()), Lex::NONE, "{word}");
        }
    }

    #[test]
    fn every_word_is_found_with_all_its_meanings() {
        for &(meaning, words) in WORDS {
            for word in words {
                assert_eq!(look_up(word.as_bytes()).only(meaning), meaning, "{word}");
                assert_eq!(look_up(word.to_uppercase().as_bytes()), look_up(word.as_bytes()), "{word}");
            }
        }
    }

    #[test]
    fn repeated_letters_collapse() {
        for word in ["um", "Ummm", "uhhh", "errr", "hmmmmmmmmmmmmmmmmmm", "mm", "mmm", "UHM", "ahh"] {
            assert!(look_up(word.as_bytes()).is(Lex::HESITATION), "{word}");
        }
        for word in ["mhm", "mhmm", "mmhmm", "Mm-hmm", "mm-hm", "uh-huh", "Uhh-huh", "uhhuh"] {
            let lex = look_up(word.as_bytes());
            assert!(lex.is(Lex::BACKCHANNEL) && !lex.is(Lex::HESITATION), "{word}");
        }
        for word in ["her", "here", "hum", "ham", "am", "are", "uh-uh", "haha", "ma'am", "eh", "aa"] {
            assert!(!look_up(word.as_bytes()).is(Lex::HESITATION.or(Lex::BACKCHANNEL)), "{word}");
        }
    }
}
