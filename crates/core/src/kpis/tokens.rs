//! One pass over an utterance's text: words, lexemes and sentences. The other KPIs read what
//! it finds; nobody else looks at characters.
//!
//! **Words** are counted by white space: a token with a letter or digit is one word. Each
//! ideograph (Han, with 々 〆 〇) is a word of its own; kana and hangul are letters like any
//! other. A token that opens with `[` or `‹` (after punctuation at most) is noise, up to the
//! closing `]` or `›` if that follows within 128 bytes; noise may hold white space and is no
//! word. Without the closing bracket it is plain text.
//!
//! **Lexemes** are what the lexicon is asked about: runs of letters and digits, with
//! apostrophes, hyphens and dots inside, so "um—I" and "uh...no" are two each though they are
//! one word. A comma (`,` `，` `、` `،`) between two lexemes is remembered.
//!
//! **Sentences** end
//! - after `。` `．` `｡` `！` `？` `؟` `۔` `…` anywhere, and after two or more of any of these
//!   or of `.` `!` `?` in a row, so "..." ends a sentence as well;
//! - after a single `.`, `!` or `?` that white space or the text's end follows, closing quotes
//!   and brackets aside: not in 3.5 or example.com;
//! - but not after the dot of an abbreviation unless the text ends there: a single letter
//!   other than I ("P. O. Box"), single letters with dots ("e.g.", "p.m."), mr, mrs, ms, dr,
//!   prof, sr, jr, st, vs;
//! - where the text ends, and after [`SENTENCE_MAX`] lexemes, which bounds the memory.
//!
//! What holds no lexeme is no sentence: "? !" after a sentence adds nothing to it.
//!
//! **Sentiment** has other words, white-space tokens without the punctuation around them. Most
//! are a lexeme as well, which is then read once for both; the analyzer reads the other
//! tokens by itself, and sentences with noise or with characters outside ASCII as a whole. For
//! visitors that do not ask for it, all of that is compiled away.

mod lexemes;
mod marks;

use super::lexicon::Lex;
use super::runs::Runs;
use super::sentence::{Ending, Lexeme, Sentence};
use crate::sentiment::{Analyzer, Token};
use crate::transcript::{Text, Ticker};
use marks::is_mark;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// The most lexemes and noises in a sentence before it is cut.
const SENTENCE_MAX: usize = 1024;
/// How far a closing bracket may be from its opening one, in bytes.
const NOISE_MAX: usize = 128;

/// Cuts texts into sentences, keeping its buffers from one text to the next.
#[derive(Debug, Default)]
pub(super) struct Tokenizer {
    lexemes: Vec<Lexeme>,
    noises: Vec<(usize, usize)>,
    runs: Runs,
    analyzer: Analyzer,
    /// Text without its noises.
    spoken: String,
}

/// Who wants to hear a text's sentences.
pub(super) trait Visit {
    /// Whether it wants their sentiment, which is most of the work; without, it is 0.
    const SENTIMENT: bool;

    /// Hears the next sentence, and tells whether to go on.
    fn visit(&mut self, sentence: &Sentence<'_>) -> ControlFlow<()>;
}

/// Calls a function with each sentence, without sentiment.
struct Plain<F>(F);

impl<F: FnMut(&Sentence<'_>) -> ControlFlow<()>> Visit for Plain<F> {
    const SENTIMENT: bool = false;

    fn visit(&mut self, sentence: &Sentence<'_>) -> ControlFlow<()> {
        (self.0)(sentence)
    }
}

impl Tokenizer {
    /// Calls `visit` with each sentence of `text`, in order, until it breaks off; without
    /// their sentiment.
    pub(super) fn plain_sentences(
        &mut self,
        text: Text<'_>,
        ticker: &mut Ticker<'_>,
        visit: impl FnMut(&Sentence<'_>) -> ControlFlow<()>,
    ) {
        self.read(text, ticker, &mut Plain(visit));
    }

    /// Shows each sentence of `text` to `visitor`, in order, until it breaks off.
    pub(super) fn read<V: Visit>(&mut self, text: Text<'_>, ticker: &mut Ticker<'_>, visitor: &mut V) {
        self.lexemes.clear();
        self.noises.clear();
        let bytes = text.as_bytes();
        let ascii = self.runs.read(bytes);
        let text = if ascii { Cow::Borrowed("") } else { text.to_str() };
        let bytes = if let Cow::Owned(repaired) = &text {
            self.runs.read(repaired.as_bytes());
            repaired.as_bytes()
        } else {
            bytes
        };
        let mut scan = Scan {
            text: &text,
            bytes,
            at: 0,
            start: 0,
            words: 0,
            any: Lex::NONE,
            counted: false,
            comma: false,
            marked: false,
            ascii,
            plain: ascii,
            token: 0,
            heard: None,
            exclamations: 0,
            questions: 0,
            unclosed: [0; 2],
            out: self,
            ticker,
            visitor,
            stopped: false,
        };
        while scan.at < bytes.len() && !scan.stopped {
            scan.ticker.step();
            scan.next();
        }
        if !scan.stopped {
            scan.end_sentence(scan.open_ending());
        }
    }
}

/// The state of one pass.
struct Scan<'a, 't, V> {
    /// Nothing where it is ASCII: its characters are its bytes.
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the sentence begins.
    start: usize,
    /// Words of the sentence so far.
    words: u64,
    /// What any of its lexemes means.
    any: Lex,
    /// Whether the white-space token has been counted, or is not to be.
    counted: bool,
    /// Whether a comma came after the last lexeme.
    comma: bool,
    /// Whether the text had a sentence's end so far.
    marked: bool,
    ascii: bool,
    /// Whether the analyzer can have the sentence token by token.
    plain: bool,
    /// Where the sentence's last white-space token begins.
    token: usize,
    /// That token, if it is a lexeme with nothing but punctuation after it.
    heard: Option<Token>,
    /// How often the sentence has these marks, for the analyzer.
    exclamations: usize,
    questions: usize,
    /// Up to where there is no closing `]`, and no `›`.
    unclosed: [usize; 2],
    out: &'a mut Tokenizer,
    ticker: &'a mut Ticker<'t>,
    visitor: &'a mut V,
    /// Whether the visitor has broken off.
    stopped: bool,
}

impl<V: Visit> Scan<'_, '_, V> {
    fn next(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => self.lexemes(),
            b' ' | b'\t'..=b'\r' => self.see_space(1),
            b',' => self.see_comma(1),
            b'.' | b'!' | b'?' => self.mark(),
            b'[' => self.noise("[", b"]"),
            0x80.. => self.beyond_ascii(),
            _ => {
                // To the analyzer, some control characters are white space.
                self.plain &= !byte.is_ascii_control();
                self.at += 1;
            }
        }
    }

    fn beyond_ascii(&mut self) {
        match self.char_at(self.at) {
            c if c.is_alphanumeric() => self.any_lexeme(),
            c if c.is_whitespace() => self.see_space(c.len_utf8()),
            c if is_mark(c) => self.mark(),
            c @ ('，' | '、' | '،') => self.see_comma(c.len_utf8()),
            '‹' => self.noise("‹", "›".as_bytes()),
            c => self.at += c.len_utf8(),
        }
    }

    /// The character that starts at byte `at`, or NUL at the end.
    #[inline]
    fn char_at(&self, at: usize) -> char {
        match self.bytes.get(at) {
            Some(&byte) if byte.is_ascii() => char::from(byte),
            _ => self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\0'),
        }
    }

    #[inline]
    fn see_space(&mut self, length: usize) {
        self.end_token();
        self.counted = false;
        self.at += length;
        self.token = self.at;
    }

    #[inline]
    fn see_comma(&mut self, length: usize) {
        self.at += length;
        self.comma = true;
        if let Some(last) = self.out.lexemes.last_mut() {
            last.comma_after = true;
        }
    }

    fn noise(&mut self, open: &str, close: &[u8]) {
        let start = self.at;
        self.at += open.len();
        if self.counted {
            return;
        }
        // Where an earlier bracket has found none there is none: each byte is looked at once.
        let unclosed = &mut self.unclosed[usize::from(open.len() > 1)];
        let from = self.at.max((*unclosed + 1).saturating_sub(close.len()));
        let to = self.bytes.len().min(start + NOISE_MAX);
        let reach = self.bytes.get(from..to).unwrap_or_default();
        let Some(closed) = reach.windows(close.len()).position(|bytes| bytes == close) else {
            *unclosed = to;
            return;
        };
        self.counted = true;
        self.plain = false;
        self.at = from + closed + close.len();
        self.out.noises.push((start, self.at));
        self.bound();
    }

    /// Hands the white-space token that ends here to the analyzer.
    #[inline]
    fn end_token(&mut self) {
        if !V::SENTIMENT {
            return;
        }
        if let Some(token) = self.heard.take() {
            self.out.analyzer.push(token);
        } else if self.plain && self.token < self.at {
            self.out.analyzer.push_ascii_word(&self.bytes[self.token..self.at]);
        }
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.out.lexemes.len() + self.out.noises.len() >= SENTENCE_MAX
    }

    fn bound(&mut self) {
        if self.is_full() {
            let ending = self.open_ending();
            self.marked = true;
            self.end_sentence(ending);
        }
    }

    fn open_ending(&self) -> Ending {
        if self.marked { Ending::Open } else { Ending::Unpunctuated }
    }

    fn end_sentence(&mut self, ending: Ending) {
        self.end_token();
        let Tokenizer { lexemes, noises, analyzer, spoken, .. } = &mut *self.out;
        let mut sentence = Sentence {
            bytes: self.bytes,
            start: self.start,
            end: self.at,
            noises,
            lexemes,
            any: self.any,
            ending,
            words: self.words,
            compound: 0,
        };
        if V::SENTIMENT && (self.words == 0 || !self.plain) {
            analyzer.forget();
        }
        if V::SENTIMENT && self.words > 0 {
            sentence.compound = if self.plain {
                analyzer.finish(self.exclamations, self.questions)
            } else {
                analyzer.ten_thousandths(sentence.spoken(spoken))
            };
        }
        if !sentence.lexemes.is_empty() {
            self.stopped = self.visitor.visit(&sentence).is_break();
        }
        lexemes.clear();
        noises.clear();
        (self.start, self.words, self.any, self.comma) = (self.at, 0, Lex::NONE, false);
        (self.token, self.plain) = (self.at, self.ascii);
        (self.exclamations, self.questions) = (0, 0);
    }
}

#[cfg(test)]
impl Tokenizer {
    /// Calls `visit` with each sentence of `text`, in order.
    pub(super) fn sentences(
        &mut self,
        text: &str,
        ticker: &mut Ticker<'_>,
        visit: impl FnMut(&Sentence<'_>),
    ) {
        self.read(text.into(), ticker, &mut tests::All(visit));
    }
}

#[cfg(test)]
mod tests;
