//! Whether a sentence asks a question.
//!
//! With a question mark it does, unless nothing but lead-ins (so, and, okay, um …) and at
//! most one tag ("right?", "okay?", "yeah?") is in it; "Why?" and "Ready?" ask.
//!
//! An utterance without any mark that ends a sentence counts as unpunctuated. It asks, once,
//! when after its lead-ins it begins with an auxiliary and a pronoun ("do you", "isn't it")
//! or with a wh-word and an auxiliary ("what is", "how's" and more). "do it" and "have this"
//! command.

mod open;

use super::lexicon::Lex;
use super::sentence::{Ending, Lexeme, Sentence};

/// What a question leaves to the one who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuestionType {
    /// It asks for a story, a reason, a description.
    Open,
    /// It asks for yes or no, a choice, a number or one fact.
    Closed,
}

/// Which question `sentence` is, if it is one.
pub(super) fn kind(sentence: &Sentence<'_>) -> Option<QuestionType> {
    asks(sentence)
        .then(|| if open::is_open(sentence.lexemes) { QuestionType::Open } else { QuestionType::Closed })
}

fn asks(sentence: &Sentence<'_>) -> bool {
    match sentence.ending {
        Ending::Question => match after_lead_ins(sentence.lexemes) {
            [] => false,
            [only] => !only.lex.is(Lex::TAG),
            _ => true,
        },
        Ending::Unpunctuated => opens_question(after_lead_ins(sentence.lexemes)),
        Ending::Statement | Ending::Open => false,
    }
}

fn after_lead_ins(lexemes: &[Lexeme]) -> &[Lexeme] {
    let first = lexemes.iter().position(|lexeme| !lexeme.lex.is(Lex::LEAD_IN));
    first.and_then(|first| lexemes.get(first..)).unwrap_or_default()
}

fn opens_question(body: &[Lexeme]) -> bool {
    let [first, second, ..] = body else {
        return false;
    };
    let commands = first.lex.is(Lex::COMMAND) && second.lex.is(Lex::OBJECT);
    first.lex.is(Lex::WH_AUXILIARY)
        || (first.lex.is(Lex::WH) && second.lex.is(Lex::AUXILIARY))
        || (first.lex.is(Lex::AUXILIARY) && second.lex.is(Lex::PRONOUN) && !commands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::tokens::Tokenizer;
    use crate::transcript::Ticker;

    fn questions(text: &str) -> usize {
        let mut count = 0;
        Tokenizer::default().sentences(text, &mut Ticker::new(&mut || ()), |sentence| {
            count += usize::from(asks(sentence));
        });
        count
    }

    #[test]
    fn marks_ask_and_runs_are_one() {
        assert_eq!(questions("What is your name? How are you??? You did what?!"), 3);
        assert_eq!(questions("Really good ? ? So why?"), 2);
        assert_eq!(questions("你好吗？我很好。 كيف حالك؟"), 2);
        assert_eq!(questions("\"Do you smoke?\" he asked. Is it 3.5? No."), 2);
        assert_eq!(questions("See x?y=1 for more. It is so!"), 0);
    }

    #[test]
    fn one_word_tags_do_not_ask() {
        assert_eq!(questions("That is it, right? Right? Okay? So, yeah? No? Hello? And?"), 1);
        assert_eq!(questions("Why? Ready? And you?"), 3);
    }

    #[test]
    fn unpunctuated_text_asks_by_its_opening() {
        for text in [
            "do you smoke at all",
            "so um what is your name",
            "okay and how's that",
            "isn't it nice",
            "what’s up",
            "And, can i help",
            "who did that",
        ] {
            assert_eq!(questions(text), 1, "{text}");
        }
        for text in [
            "what a day",
            "do it now",
            "have that ready",
            "i do you know",
            "how about you",
            "is",
            "okay",
            "what's",
            "do you smoke. no",
            "No. do you smoke",
        ] {
            assert_eq!(questions(text), 0, "{text}");
        }
    }
}
