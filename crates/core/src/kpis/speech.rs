//! What the user's words amount to: one pass over each text serves all of it.

use super::questions::QuestionType;
use super::sentence::{Lexeme, Sentence};
use super::tokens::{Tokenizer, Visit};
use super::{backchannel, fillers, questions};
use crate::transcript::{Ticker, Utterance};
use std::ops::ControlFlow;

/// Who wants to know what exactly is counted. Counts and events come from the same calls, so
/// that they cannot differ.
pub(super) trait Sink {
    /// Whether sentiment is wanted.
    const SENTIMENT: bool;

    /// A filler, unless its utterance turns out to be nothing but backchannels.
    fn filler(&mut self, sentence: &Sentence<'_>, filler: &[Lexeme]);

    /// A sentence that asks.
    fn question(&mut self, sentence: &Sentence<'_>, kind: QuestionType);

    /// Every sentence, after what it holds.
    fn sentence(&mut self, sentence: &Sentence<'_>);
}

/// Wants totals only.
pub(super) struct Totals;

impl Sink for Totals {
    const SENTIMENT: bool = true;

    fn filler(&mut self, _: &Sentence<'_>, _: &[Lexeme]) {}
    fn question(&mut self, _: &Sentence<'_>, _: QuestionType) {}
    fn sentence(&mut self, _: &Sentence<'_>) {}
}

/// Wants totals only, and no sentiment.
#[cfg(feature = "testing")]
pub(super) struct Plain;

#[cfg(feature = "testing")]
impl Sink for Plain {
    const SENTIMENT: bool = false;

    fn filler(&mut self, _: &Sentence<'_>, _: &[Lexeme]) {}
    fn question(&mut self, _: &Sentence<'_>, _: QuestionType) {}
    fn sentence(&mut self, _: &Sentence<'_>) {}
}

/// Totals over the utterances heard so far.
#[derive(Debug, Default)]
pub(super) struct Speech {
    pub(super) words: u64,
    pub(super) fillers: u64,
    pub(super) open_questions: u64,
    pub(super) closed_questions: u64,
    /// Those of the timed utterances.
    pub(super) timed_words: u64,
    pub(super) timed_fillers: u64,
    /// The sum of each sentence's compound times its words, in ten-thousandths: what VADER
    /// rounds to, so that sums are exact in any order.
    compounds: i128,
}

impl Speech {
    /// Adds one utterance, and tells whether it is nothing but backchannels.
    pub(super) fn hear<S: Sink>(
        &mut self,
        utterance: &Utterance<'_>,
        tokenizer: &mut Tokenizer,
        ticker: &mut Ticker<'_>,
        sink: &mut S,
    ) -> bool {
        let mut hearing = Hearing { speech: self, sink, words: 0, fillers: 0, listening: true };
        tokenizer.read(utterance.text, ticker, &mut hearing);

        let Hearing { words, mut fillers, listening, .. } = hearing;
        if listening {
            fillers = 0;
        }
        self.words += words;
        self.fillers += fillers;
        if utterance.span.is_some() {
            self.timed_words += words;
            self.timed_fillers += fillers;
        }
        listening
    }

    /// The mean compound of the sentences by their words, in hundredths, rounded half away
    /// from zero: −100 to 100.
    pub(super) fn sentiment_hundredths(&self) -> i128 {
        let words = i128::from(self.words);
        let half = 50 * words * self.compounds.signum();
        (self.compounds + half).checked_div(100 * words).unwrap_or(0)
    }
}

/// One utterance, as far as it is heard.
struct Hearing<'h, S> {
    speech: &'h mut Speech,
    sink: &'h mut S,
    words: u64,
    fillers: u64,
    listening: bool,
}

impl<S: Sink> Visit for Hearing<'_, S> {
    const SENTIMENT: bool = S::SENTIMENT;

    fn visit(&mut self, sentence: &Sentence<'_>) -> ControlFlow<()> {
        self.words += sentence.words;
        fillers::each(sentence.lexemes, sentence.any, |filler| {
            self.fillers += 1;
            self.sink.filler(sentence, filler);
        });
        self.listening = self.listening && backchannel::only(sentence.lexemes);
        if let Some(kind) = questions::kind(sentence) {
            match kind {
                QuestionType::Open => self.speech.open_questions += 1,
                QuestionType::Closed => self.speech.closed_questions += 1,
            }
            self.sink.question(sentence, kind);
        }
        if S::SENTIMENT {
            self.speech.compounds += i128::from(sentence.compound) * i128::from(sentence.words);
        }
        self.sink.sentence(sentence);
        ControlFlow::Continue(())
    }
}
