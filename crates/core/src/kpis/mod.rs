//! The KPIs of a call: integer arithmetic over times, one pass over each of the user's texts.
//!
//! Linear in the transcript, which comes sorted; no allocation per word or utterance.

mod backchannel;
mod fillers;
mod interruptions;
mod lexicon;
mod questions;
mod runs;
mod sentence;
mod speech;
mod swar;
mod talk;
mod tokens;
mod words;

use crate::transcript::{Speaker, Ticker, Transcript};
use speech::Speech;
use talk::Talk;
use tokens::Tokenizer;

/// The KPIs of one call, seen from the trainee.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Kpis {
    /// How long the user speaks: the union of the intervals, in ms.
    pub talk_ms: u64,
    /// The same for the assistant.
    pub listen_ms: u64,
    /// The user's words per minute of `talk_ms`, timed utterances only; 0 without talk.
    pub words_per_minute: u64,
    /// The user's filler words and phrases.
    pub filler_words: u64,
    /// Utterances of the user that interrupt the assistant.
    pub interruptions: u64,
    /// Questions of the user.
    pub questions_asked: u64,
    /// The user's sentiment, −1 to 1 in hundredths, never −0.
    pub sentiment_score: f64,
}

/// Computes the KPIs of a call. `tick` is called about every 1,024 utterances or words, for
/// the caller to look for interrupts.
pub fn compute(transcript: &Transcript<'_>, tick: &mut dyn FnMut()) -> Kpis {
    let ticker = &mut Ticker::new(tick);
    let mut tokenizer = Tokenizer::default();

    let mut speech = Speech::default();
    let mut listening = vec![false; transcript.utterances().len()];
    for (utterance, listens) in transcript.utterances().iter().zip(&mut listening) {
        ticker.step();
        if utterance.speaker == Speaker::User {
            *listens = speech.hear(utterance, &mut tokenizer, ticker);
        }
    }
    let talk = Talk::of(transcript, ticker);
    let interruptions = interruptions::count(transcript, Speaker::User, ticker, |index| listening[index]);
    Kpis {
        talk_ms: talk.user,
        listen_ms: talk.assistant,
        words_per_minute: talk::per_minute(speech.timed_words, talk.user),
        filler_words: speech.fillers,
        interruptions,
        questions_asked: speech.questions,
        sentiment_score: speech.sentiment_hundredths() as f64 / 100.0,
    }
}

impl Kpis {
    /// The shares of speech in percent as "talk:listen", "0:0" without any.
    pub fn talk_listen_ratio(&self) -> String {
        match talk::share(self.talk_ms, self.listen_ms) {
            Some(talk) => format!("{talk}:{}", 100 - talk),
            None => "0:0".into(),
        }
    }

    /// The KPIs as a JSON object, in the order of their definition.
    pub fn to_json(&self) -> String {
        format!(
            concat!(
                r#"{{"talk_ms": {}, "listen_ms": {}, "talk_listen_ratio": "{}", "#,
                r#""words_per_minute": {}, "filler_words": {}, "interruptions": {}, "#,
                r#""questions_asked": {}, "sentiment_score": {:?}}}"#
            ),
            self.talk_ms,
            self.listen_ms,
            self.talk_listen_ratio(),
            self.words_per_minute,
            self.filler_words,
            self.interruptions,
            self.questions_asked,
            self.sentiment_score,
        )
    }
}

#[cfg(test)]
mod tests;
