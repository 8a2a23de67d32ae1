//! Whether a question is open.
//!
//! It is where one of its clauses, the parts between commas, begins (after lead-ins, softeners
//! and prepositions: "so", "please", "in") with
//! - what, how or why ("what's" and such, too), unless narrow: "how" and a measure ("how
//!   many", "how long"), or "what" and one fact ("what time", "what's your name");
//! - describe, explain, "tell me", "walk me through", "help me understand", also after "can
//!   you", "could you", "will you", "would you"; but not where "tell me" goes on with
//!   if, whether, when, where, who, which, a narrow what or how, or one fact.
//!
//! "you know" and "I mean" between commas are no clauses, and "is that, um, what you want" is one.
//!
//! A fact is meant where its noun comes at once ("what city were you born in"), or after a
//! form of "be", a definite word and at most two others, and ends the phrase ("what was the
//! billing zip code for that card", not "what is your email strategy").

use super::Lexeme;
use crate::kpis::lexicon::Lex;

/// How many words may stand between a definite word and its noun.
const ADJECTIVES_MAX: usize = 2;

/// Whether the question of these lexemes is open.
pub(super) fn is_open(lexemes: &[Lexeme]) -> bool {
    let mut unfinished = false;
    lexemes.chunk_by(|_, next| !next.comma_before).any(|clause| {
        let clause = without(clause, Lex::LEAD_IN.or(SOFT));
        if is_aside(clause) {
            return false;
        }
        let ends_other = unfinished && !is_inverted(clause);
        unfinished = matches!(clause, [be, it] if be.lex.is(Lex::BE) && it.lex.is(Lex::PRONOUN));
        !ends_other && wants_more(clause).unwrap_or_else(|| requests(clause))
    })
}

/// Whether nothing is left of a clause, or "you know" or "i mean", which stand between the parts
/// of another.
fn is_aside(clause: &[Lexeme]) -> bool {
    let is = |a: Lex, b: Lex| matches!(clause, [one, other] if one.lex.is(a) && other.lex.is(b));
    clause.is_empty() || is(Lex::YOU, Lex::KNOW) || is(Lex::I, Lex::MEAN)
}

/// Whether a clause asks by its order ("what are you"). "what you want" does not: it ends
/// what "is that" began.
fn is_inverted(clause: &[Lexeme]) -> bool {
    match clause {
        [wh, ..] if wh.lex.is(Lex::WH_AUXILIARY) => true,
        [_, second, ..] => !second.lex.is(Lex::PRONOUN),
        _ => true,
    }
}

/// What may stand before the words that decide.
const SOFT: Lex = Lex::SOFTENER.or(Lex::PREPOSITION);

fn without(clause: &[Lexeme], words: Lex) -> &[Lexeme] {
    let first = clause.iter().position(|lexeme| !lexeme.lex.is(words));
    first.and_then(|first| clause.get(first..)).unwrap_or_default()
}

/// Whether a clause that begins with a wh-word is open; None where another word begins it.
fn wants_more(clause: &[Lexeme]) -> Option<bool> {
    let (wh, rest) = clause.split_first()?;
    let next = rest.first().map_or(Lex::NONE, |next| next.lex);
    if wh.lex.is(Lex::WHY) {
        Some(true)
    } else if wh.lex.is(Lex::HOW) {
        Some(!next.is(Lex::MEASURE))
    } else if wh.lex.is(Lex::WHAT) {
        let after_be = match rest {
            _ if wh.lex.is(Lex::WH_AUXILIARY) => rest,
            [be, rest @ ..] if be.lex.is(Lex::BE) => rest,
            _ => &[],
        };
        Some(!next.is(Lex::FACT) && !is_fact(after_be))
    } else {
        wh.lex.is(Lex::WH.or(Lex::WH_AUXILIARY)).then_some(false)
    }
}

/// Whether "your name", "the billing zip code for …" opens `phrase`.
fn is_fact(phrase: &[Lexeme]) -> bool {
    const AFTER: Lex = Lex::PREPOSITION.or(Lex::SOFTENER).or(Lex::LEAD_IN).or(Lex::PRONOUN);
    let Some((_, nouns)) = phrase.split_first().filter(|(first, _)| first.lex.is(Lex::DEFINITE)) else {
        return false;
    };
    (0..=ADJECTIVES_MAX).any(|at| {
        nouns.get(at).is_some_and(|noun| noun.lex.is(Lex::FACT))
            && nouns.get(at + 1).is_none_or(|next| next.lex.is(AFTER))
    })
}

/// Whether a clause asks to tell: "tell me about", "could you please walk me through".
fn requests(clause: &[Lexeme]) -> bool {
    let clause = match clause {
        [can, you, rest @ ..] if can.lex.is(Lex::REQUEST) && you.lex.is(Lex::YOU) => without(rest, SOFT),
        _ => clause,
    };
    match clause {
        [describe, ..] if describe.lex.is(Lex::DESCRIBE) => true,
        [tell, me, rest @ ..] if tell.lex.is(Lex::TELL) && me.lex.is(Lex::ME) => {
            let rest = without(rest, Lex::SOFTENER);
            let asks = rest.first().is_none_or(|first| !first.lex.is(Lex::WHETHER));
            asks && wants_more(rest).unwrap_or_else(|| !is_fact(rest))
        }
        [walk, me, through, ..] if walk.lex.is(Lex::WALK) && me.lex.is(Lex::ME) => {
            through.lex.is(Lex::THROUGH)
        }
        [help, me, understand, ..] if help.lex.is(Lex::HELP) && me.lex.is(Lex::ME) => {
            understand.lex.is(Lex::UNDERSTAND)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::kpis::questions::{QuestionType, kind};
    use crate::kpis::tokens::Tokenizer;
    use crate::transcript::Ticker;

    fn is_open(question: &str) -> bool {
        let mut kinds = Vec::new();
        Tokenizer::default().sentences(question, &mut Ticker::new(&mut || ()), |sentence| {
            kinds.extend(kind(sentence));
        });
        let [kind] = kinds[..] else { panic!("{question}: {kinds:?}") };
        kind == QuestionType::Open
    }

    #[test]
    fn what_how_and_why_are_open() {
        for question in [
            "What are you hoping to change?",
            "So, um, how do you handle that today?",
            "Why?",
            "And why not?",
            "What?",
            "What else?",
            "How’s that working for you?",
            "When you say often, what'd you mean by often?",
            "In what way has it been affecting you?",
            "I can do Tuesday, how does that sound?",
            "What kind of loan do you have now?",
            "What is your email strategy?",
            "what would you prefer",
            "okay and how's that going",
            "Exactly what happened?",
            "Are you, um, what are you looking for?",
            "Hey Alex, how you doing?",
            "Is it, well, what happened?",
        ] {
            assert!(is_open(question), "{question}");
        }
    }

    #[test]
    fn one_number_or_fact_is_narrow() {
        for question in [
            "How many people are on the team?",
            "How much of that do you use?",
            "And how long have you been there?",
            "How often?",
            "For how long?",
            "About how big is it?",
            "How about Tuesday?",
            "What time works for you?",
            "What city were you born in?",
            "What's your name?",
            "What was your name again?",
            "What was the billing zip code for that card?",
            "What’s the best phone number to reach you?",
            "what's your name",
        ] {
            assert!(!is_open(question), "{question}");
        }
    }

    #[test]
    fn requests_to_tell_are_open() {
        for question in [
            "Tell me about your team?",
            "Tell me about the day you joined?",
            "Can you tell me more?",
            "Could you please just tell us what happened?",
            "Would you be able to walk me through it?",
            "Okay, so can you describe the pain to me?",
            "Will you explain?",
            "Would you mind explaining that?",
            "Can you help me understand the process?",
            "Could you, please, tell me why?",
        ] {
            assert!(is_open(question), "{question}");
        }
        for question in [
            "Can you tell me if it is on?",
            "Could you tell me whether they agreed?",
            "Can you tell me when you are free?",
            "Can you tell me your date of birth?",
            "Can you tell me how many there are?",
            "Did you explain it to her?",
            "Would you like me to explain?",
            "Can you walk there?",
            "Can you help me?",
        ] {
            assert!(!is_open(question), "{question}");
        }
    }

    #[test]
    fn all_others_are_closed() {
        for question in [
            "Do you know what it costs?",
            "Is that what you want?",
            "Which one?",
            "Where are you based?",
            "When's that?",
            "You agree?",
            "do you smoke at all",
            "Do you have time, or not?",
            "Did you actually see the phone, or is that, you know, what you figured?",
            "Is that, um, what you want?",
        ] {
            assert!(!is_open(question), "{question}");
        }
    }
}
