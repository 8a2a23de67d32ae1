//! Filler words of one sentence.
//!
//! - Hesitations (um, uh, uhm, er, erm, ah, hm, mm, letters repeated at will) always count;
//!   "uh huh" and "mm hmm" in two words are backchannels and do not.
//! - Phrases count as one: "you know" but not in "do you know"; "i mean"; "sort of" and
//!   "kind of" but not right after what, which, this, that, some, any, a. A comma takes a
//!   phrase apart, and parts "do" or "what" from it.
//! - basically, actually, literally and honestly count; "like" counts between two commas or
//!   at the start of a sentence.
//!
//! An utterance that is a backchannel as a whole has no fillers: the caller sees to that.

use super::lexicon::Lex;
use super::sentence::{Lexeme, Sentence};

/// Calls `found` with the lexemes of each filler, in order. `any`: what any of them means.
pub(super) fn each<'s>(lexemes: &'s [Lexeme], any: Lex, mut found: impl FnMut(&'s [Lexeme])) {
    let both = |a, b| any.is(a) & any.is(b);
    let alone = Lex::HESITATION.or(Lex::SOFT).or(Lex::LIKE);
    if !(any.is(alone) | both(Lex::YOU, Lex::KNOW) | both(Lex::I, Lex::MEAN) | both(Lex::KIND, Lex::OF)) {
        return;
    }
    let mut at = 0;
    while at < lexemes.len() {
        let before = at.checked_sub(1).map(|before| &lexemes[before]);
        let length = match Match::at(before, &lexemes[at..]) {
            Match::Filler(length) => {
                found(&lexemes[at..at + length]);
                length
            }
            Match::Other(length) => length,
        };
        at += length;
    }
}

/// The filler that these lexemes of a sentence are, in lower case and as short as it is written:
/// "um" for "Ummm", "you know", "kind of".
pub(super) fn name(sentence: &Sentence<'_>, filler: &[Lexeme]) -> &'static str {
    const ALONE: [&str; 12] = [
        "um",
        "uh",
        "uhm",
        "er",
        "erm",
        "ah",
        "hm",
        "basically",
        "actually",
        "literally",
        "honestly",
        "like",
    ];
    let Some(first) = filler.first() else { return "" };
    let said = sentence.said(first);
    match filler {
        [_, _] if first.lex.is(Lex::YOU) => "you know",
        [_, _] if first.lex.is(Lex::I) => "i mean",
        [_, _] if said.starts_with(['k', 'K']) => "kind of",
        [_, _] => "sort of",
        // One letter, drawn out, is left.
        _ => ALONE.into_iter().find(|name| is_drawn_out(name, said)).unwrap_or("mm"),
    }
}

/// Whether `said` is `name`, letters repeated at will.
fn is_drawn_out(name: &str, said: &str) -> bool {
    once_each(name).eq(once_each(said))
}

/// The letters in lower case, those that repeat once.
fn once_each(word: &str) -> impl Iterator<Item = u8> {
    let mut last = None;
    let lower = word.bytes().map(|byte| byte.to_ascii_lowercase());
    lower.filter(move |&byte| last.replace(byte) != Some(byte))
}

/// What begins at a lexeme, and how many lexemes it takes.
enum Match {
    Filler(usize),
    Other(usize),
}

impl Match {
    fn at(before: Option<&Lexeme>, rest: &[Lexeme]) -> Match {
        const ANY: Lex = Lex::HESITATION.or(Lex::SOFT).or(Lex::YOU).or(Lex::I).or(Lex::KIND).or(Lex::LIKE);
        let Some(first) = rest.first().filter(|first| first.lex.is(ANY)) else {
            return Match::Other(1);
        };
        let pair = |one, two| first.pairs(rest.get(1), one, two);
        let after = |words| before.is_some_and(|before| before.pairs(Some(first), words, first.lex));

        let set_off = before.is_none() || (first.comma_before && first.comma_after);
        let filler = |yes| if yes { Match::Filler(2) } else { Match::Other(2) };
        if pair(Lex::UH, Lex::HUH) || pair(Lex::MM.or(Lex::HM), Lex::HM) {
            Match::Other(2)
        } else if pair(Lex::YOU, Lex::KNOW) {
            filler(!after(Lex::DO))
        } else if pair(Lex::I, Lex::MEAN) {
            Match::Filler(2)
        } else if pair(Lex::KIND, Lex::OF) {
            filler(!after(Lex::DETERMINER))
        } else if first.lex.is(Lex::HESITATION.or(Lex::SOFT)) || (set_off && first.lex.is(Lex::LIKE)) {
            Match::Filler(1)
        } else {
            Match::Other(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::tokens::Tokenizer;
    use crate::transcript::Ticker;

    fn fillers(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        Tokenizer::default().sentences(text, &mut Ticker::new(&mut || ()), |sentence| {
            each(sentence.lexemes, sentence.any, |filler| {
                let (first, last) = (filler.first().unwrap(), filler.last().unwrap());
                all.push(text[first.start..last.end].to_lowercase());
            });
        });
        all
    }

    #[test]
    fn hesitations_always_count() {
        assert_eq!(fillers("Um, so uh... Errr I hmmm. Mmm no"), ["um", "uh", "errr", "hmmm", "mmm"]);
        assert_eq!(fillers("um—I think uh...no"), ["um", "uh"]);
        assert!(fillers("So right, well, mhm, uh-huh, uh huh, mm hmm. Her ham").is_empty());
    }

    #[test]
    fn phrases_count_once_and_only_as_fillers() {
        assert_eq!(fillers("It was, you know, i mean, sort of good"), ["you know", "i mean", "sort of"]);
        assert!(fillers("Do you know what kind of card? Some sort of red. A kind of blue").is_empty());
        assert_eq!(fillers("We do, you know. That, kind of, works"), ["you know", "kind of"]);
        assert!(fillers("you, know").is_empty());
    }

    #[test]
    fn names_are_the_same_however_it_is_said() {
        let text = "Ummm, UHH. uhhm errr ermm Ahh hmmm Mmm. You  know, I—mean Sort of KIND of. Basically \
                    actually literally honestly. Like this";
        let mut names = Vec::new();
        Tokenizer::default().sentences(text, &mut Ticker::new(&mut || ()), |sentence| {
            each(sentence.lexemes, sentence.any, |filler| names.push(name(sentence, filler)));
        });
        let expected = "um,uh,uhm,er,erm,ah,hm,mm,you know,i mean,sort of,kind of,basically,actually,\
                        literally,honestly,like";
        assert_eq!(names.join(","), expected);
    }

    #[test]
    fn soft_words_and_like() {
        assert_eq!(
            fillers("Actually it is basically, like, honestly fine"),
            ["actually", "basically", "like", "honestly"]
        );
        assert_eq!(fillers("I like it. Like, why? I'd like, and, like that"), ["like"]);
        assert_eq!(fillers("What's it like? Like this"), ["like"]);
    }
}
