//! Backchannels: what a listener says without taking the turn ("yeah", "mm-hmm", "I see").
//! The words are the lexicon's; the phrases are here.

use super::lexicon::{Lex, look_up_key};
use super::sentence::Lexeme;
use super::sixteen::{Sixteen, WIDTH};
use super::tokens::Tokenizer;
use crate::transcript::{Text, Ticker};
use std::ops::ControlFlow;

const PHRASES: [(Lex, Lex); 7] = [
    (Lex::UH, Lex::HUH),
    (Lex::GOT, Lex::IT),
    (Lex::I, Lex::SEE),
    (Lex::ALL, Lex::RIGHT),
    (Lex::OF, Lex::COURSE),
    (Lex::MAKES, Lex::SENSE),
    (Lex::FAIR, Lex::ENOUGH),
];

/// What a backchannel can open with.
const OPENS: Lex = {
    let (mut opens, mut at) = (Lex::BACKCHANNEL, 0);
    while at < PHRASES.len() {
        opens = opens.or(PHRASES[at].0);
        at += 1;
    }
    opens
};

/// Whether these lexemes are nothing but backchannels. No lexemes at all take no turn either.
pub(super) fn only(mut lexemes: &[Lexeme]) -> bool {
    while let [first, rest @ ..] = lexemes {
        if !first.lex.is(OPENS) {
            return false;
        }
        if PHRASES.iter().any(|&(a, b)| first.pairs(rest.first(), a, b)) {
            lexemes = &rest[1..];
        } else if first.lex.is(Lex::BACKCHANNEL) {
            lexemes = rest;
        } else {
            return false;
        }
    }
    true
}

/// Whether `text` is nothing but backchannels. Reads no further than it must.
pub(super) fn is_all(text: Text<'_>, tokenizer: &mut Tokenizer, ticker: &mut Ticker<'_>) -> bool {
    let mut all = may_be(text.as_bytes());
    if all {
        tokenizer.plain_sentences(text, ticker, |sentence| {
            all = only(sentence.lexemes);
            if all { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
    }
    all
}

/// Whether the first words leave it open: those of most texts do not.
fn may_be(text: &[u8]) -> bool {
    let (mut at, mut before) = (0, Lex::NONE);
    loop {
        let bytes = Sixteen::load(text, at).lowered(WIDTH);
        let length = bytes.letters();
        // Anything else may be a part of the lexeme, or come before it.
        let (space, comma) = match text.get(at + length..) {
            Some([b' ', ..]) if length > 0 => (1, false),
            Some([b',', b' ', ..]) if length > 0 => (2, true),
            _ => return true,
        };
        let lex = look_up_key(bytes.lowered(length).key(), length);
        if !lex.is(OPENS) && !PHRASES.iter().any(|&(a, b)| before.is(a) && lex.is(b)) {
            return false;
        }
        (at, before) = (at + length + space, if comma { Lex::NONE } else { lex });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::words::WORDS;

    /// By the first word and by all of them.
    fn is_all(text: &str) -> bool {
        let mut tick = || ();
        let (tokenizer, ticker) = (&mut Tokenizer::default(), &mut Ticker::new(&mut tick));
        let mut all = true;
        tokenizer.sentences(text, ticker, |sentence| all = all && only(sentence.lexemes));
        assert_eq!(super::is_all(text.into(), tokenizer, ticker), all, "{text}");
        all
    }

    #[test]
    fn every_phrase_gets_past_its_first_word() {
        for &(first, second) in &PHRASES {
            let word = |lex| WORDS.iter().find(|&&(meaning, _)| meaning == lex).unwrap().1[0];
            assert!(is_all(&format!("{} {}", word(first), word(second))));
        }
    }

    #[test]
    fn listening_is_told_from_speaking() {
        for text in [
            "Yeah.",
            "Mhm",
            "mm-hmm, mm hmm",
            "Okay, okay. Right!",
            "Uh huh",
            "uh-huh. Yep, sure.",
            "I see. Got it",
            "Of course, makes sense",
            "All right",
            "",
            "[cough]",
            "...",
            "Oh, really?",
            "Hmmm",
            "Yeah yes.",
        ] {
            assert!(is_all(text), "{text}");
        }
        for text in [
            "Yeah, but no",
            "Uh",
            "um okay",
            "I see that card",
            "No.",
            "uh, huh?",
            "got",
            "Bye.",
            "好",
            "Mhm. Thank you for letting me know.",
        ] {
            assert!(!is_all(text), "{text}");
        }
    }
}
