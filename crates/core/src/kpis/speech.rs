//! What the user's words amount to: one pass over each text serves all of it.

use super::sentence::Sentence;
use super::tokens::Tokenizer;
use super::{backchannel, fillers, questions};
use crate::transcript::{Ticker, Utterance};

/// Totals over the utterances heard so far.
#[derive(Debug, Default)]
pub(super) struct Speech {
    /// Words of the timed utterances.
    pub(super) timed_words: u64,
    pub(super) fillers: u64,
    pub(super) questions: u64,
    /// Words of all sentences, and the sum of each sentence's compound times its words, in
    /// ten-thousandths: what VADER rounds to, so that sums are exact in any order.
    words: u64,
    compounds: i128,
}

impl Speech {
    /// Adds one utterance, and tells whether it is nothing but backchannels.
    pub(super) fn hear(
        &mut self,
        utterance: &Utterance<'_>,
        tokenizer: &mut Tokenizer,
        ticker: &mut Ticker<'_>,
    ) -> bool {
        let (mut words, mut found, mut listening) = (0, 0, true);
        tokenizer.sentences(utterance.text, ticker, |sentence| {
            words += sentence.words;
            fillers::each(sentence.lexemes, |_| found += 1);
            listening = listening && backchannel::only(sentence.lexemes);
            self.questions += u64::from(questions::asks(sentence));
            self.feel(sentence);
        });
        if !listening {
            self.fillers += found;
        }
        if utterance.span.is_some() {
            self.timed_words += words;
        }
        listening
    }

    fn feel(&mut self, sentence: &Sentence<'_>) {
        let compound = (sentence.compound * 1e4).round() as i64;
        self.compounds += i128::from(compound) * i128::from(sentence.words);
        self.words += sentence.words;
    }

    /// The mean compound of the sentences by their words, in hundredths, rounded half away
    /// from zero: −100 to 100.
    pub(super) fn sentiment_hundredths(&self) -> i128 {
        let words = i128::from(self.words);
        let half = 50 * words * self.compounds.signum();
        (self.compounds + half).checked_div(100 * words).unwrap_or(0)
    }
}
