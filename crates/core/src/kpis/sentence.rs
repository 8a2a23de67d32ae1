//! A sentence as the tokenizer hands it to the KPIs.

use super::lexicon::Lex;

/// A run of letters in a sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexeme {
    /// Where it lies in the utterance's text, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) lex: Lex,
    pub(super) comma_before: bool,
    pub(super) comma_after: bool,
}

impl Lexeme {
    /// Whether this lexeme is `first` and `next` follows it as `second`, without a comma.
    pub(super) fn pairs(&self, next: Option<&Lexeme>, first: Lex, second: Lex) -> bool {
        self.lex.is(first) && next.is_some_and(|next| !next.comma_before && next.lex.is(second))
    }
}

/// How a sentence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With a question mark, or several marks with one among them.
    Question,
    /// With any other mark.
    Statement,
    /// Without a mark, in an utterance that has marks.
    Open,
    /// Without a mark, as the whole of its utterance.
    Unpunctuated,
}

/// A sentence with at least one lexeme.
#[derive(Debug)]
pub(super) struct Sentence<'s> {
    /// The utterance's text and the sentence's part of it.
    pub(super) bytes: &'s [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    /// Byte ranges within the sentence that are noise.
    pub(super) noises: &'s [(usize, usize)],
    pub(super) lexemes: &'s [Lexeme],
    /// Any of their meanings.
    pub(super) any: Lex,
    pub(super) ending: Ending,
    pub(super) words: u64,
    /// Its sentiment in ten-thousandths, −1 to 1; 0 without words.
    pub(super) compound: i64,
}

impl<'s> Sentence<'s> {
    /// A part of the utterance's text, from one character's beginning to another's.
    pub(super) fn piece(&self, start: usize, end: usize) -> &'s str {
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// What a lexeme of it is made of.
    pub(super) fn said(&self, lexeme: &Lexeme) -> &'s str {
        self.piece(lexeme.start, lexeme.end)
    }

    /// What was said, its marks included and its noises left out; `scratch` is used for those
    /// sentences that have any.
    pub(super) fn spoken<'t>(&self, scratch: &'t mut String) -> &'t str
    where
        's: 't,
    {
        if self.noises.is_empty() {
            return self.piece(self.start, self.end);
        }
        scratch.clear();
        let mut at = self.start;
        for &(start, end) in self.noises {
            scratch.push_str(self.piece(at, start));
            at = end;
        }
        scratch.push_str(self.piece(at, self.end));
        scratch
    }
}
