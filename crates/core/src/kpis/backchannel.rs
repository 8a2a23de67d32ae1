//! Backchannels: what a listener says without taking the turn ("yeah", "mm-hmm", "I see").
//! The words are the lexicon's; the phrases are here.

use super::lexicon::Lex;
use super::sentence::Lexeme;

const PHRASES: [(Lex, Lex); 7] = [
    (Lex::UH, Lex::HUH),
    (Lex::GOT, Lex::IT),
    (Lex::I, Lex::SEE),
    (Lex::ALL, Lex::RIGHT),
    (Lex::OF, Lex::COURSE),
    (Lex::MAKES, Lex::SENSE),
    (Lex::FAIR, Lex::ENOUGH),
];

/// Whether these lexemes are nothing but backchannels. No lexemes at all take no turn either.
pub(super) fn only(mut lexemes: &[Lexeme]) -> bool {
    while let [first, rest @ ..] = lexemes {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::tokens::Tokenizer;
    use crate::transcript::Ticker;

    fn is_all(text: &str) -> bool {
        let mut all = true;
        Tokenizer::default().sentences(text, &mut Ticker::new(&mut || ()), |sentence| {
            all = all && only(sentence.lexemes);
        });
        all
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
