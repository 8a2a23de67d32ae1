//! The KPIs of a call: integer arithmetic over times, one pass over each of the user's texts.
//!
//! Linear in the transcript, which comes sorted; no allocation per word or utterance. The
//! assistant's texts are read for two things only: their words are counted, and where the
//! times leave it open whether one is a backchannel, so is its beginning.

mod backchannel;
mod count;
mod events;
mod fillers;
mod lex;
pub(crate) mod lexicon;
mod object;
mod phrases;
mod questions;
mod rates;
mod runs;
mod sentence;
mod sixteen;
mod speech;
mod timeline;
mod tokens;
mod words;

use crate::transcript::{Speaker, Ticker, Transcript};
pub use events::{Event, EventKind, events};
pub use phrases::{PHRASE_WORDS_MAX, PHRASES_MAX, PhraseError};
pub use questions::QuestionType;
use speech::{Sink, Speech, Totals};
use timeline::Timeline;
use tokens::Tokenizer;

/// The KPIs of one call, seen from the trainee.
///
/// An utterance is timed when it has a start and an end; all that is in ms or per minute looks
/// at timed utterances only. A turn is a run of one side's timed utterances, from its start to
/// their latest end. An utterance of the other side ends it, except a backchannel that starts
/// before that end; who was still speaking when the other's utterance is over has the turn again.
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
    /// Utterances of the user that interrupt the assistant: they start strictly inside one of its
    /// utterances, overlap it by 500 ms or more, and are more than a backchannel.
    pub interruptions: u64,
    /// Questions of the user: `open_questions` + `closed_questions`.
    pub questions_asked: u64,
    /// The user's sentiment, −1 to 1 in hundredths, never −0.
    pub sentiment_score: f64,
    /// Utterances of the assistant that interrupt the user, by the same rule.
    pub interruptions_by_assistant: u64,
    /// The user's questions that ask for more than one word: with what, how or why, unless they
    /// want one number or fact ("how many", "what time"), and requests to tell, describe,
    /// explain, walk through, help understand.
    pub open_questions: u64,
    /// The user's other questions.
    pub closed_questions: u64,
    /// The user's longest turn in ms, pauses within it included.
    pub longest_monologue_ms: u64,
    /// The assistant's longest turn, likewise.
    pub longest_customer_story_ms: u64,
    /// How long the user waits before answering, in ms: the median, over the utterances with which
    /// the user takes the turn from the assistant, of the time since its latest end, 0 where
    /// they overlap; of two middle ones the mean, rounded half up; 0 without any.
    pub patience_ms: u64,
    /// How often the turn changes sides, per minute from the first start to the latest end; in
    /// hundredths, rounded half up; 0 without time.
    pub interactivity: f64,
    /// Time between the first start and the latest end in which nobody speaks, in ms.
    pub silence_ms: u64,
    /// The longest stretch of it in ms: between one utterance's end and the next one's start.
    pub longest_silence_ms: u64,
    /// The fillers of the user's timed utterances per minute of `talk_ms`; in hundredths,
    /// rounded half up; 0 without talk.
    pub fillers_per_minute: f64,
    /// Utterances of both sides, timed or not.
    pub utterances: u64,
    /// Words of both sides, timed or not.
    pub words: u64,
    /// Elements of the transcript that were malformed and left out.
    pub ignored: u64,
}

/// Computes the KPIs of a call. `tick` is called about every 1,024 utterances or sentences, for
/// the caller to look for interrupts.
pub fn compute(transcript: &Transcript<'_>, tick: &mut dyn FnMut()) -> Kpis {
    compute_with(transcript, tick, &mut Totals)
}

/// The same without the sentiment, which is 0: for benches.
#[cfg(feature = "testing")]
pub fn without_sentiment(transcript: &Transcript<'_>, tick: &mut dyn FnMut()) -> Kpis {
    compute_with(transcript, tick, &mut speech::Plain)
}

#[inline(always)]
fn compute_with<S: Sink>(transcript: &Transcript<'_>, tick: &mut dyn FnMut(), sink: &mut S) -> Kpis {
    let ticker = &mut Ticker::new(tick);
    let mut tokenizer = Tokenizer::default();

    let (mut speech, mut timeline) = (Speech::default(), Timeline::default());
    let mut words = 0;
    for utterance in transcript.utterances() {
        ticker.step();
        let text = utterance.text;
        let listens = match utterance.speaker {
            Speaker::User => Some(speech.hear(utterance, &mut tokenizer, ticker, sink)),
            Speaker::Assistant => {
                words += count::words(text, &mut tokenizer, ticker);
                None
            }
        };
        if let Some(span) = utterance.span {
            timeline.add(utterance.speaker, span, || {
                listens.unwrap_or_else(|| backchannel::is_all(text, &mut tokenizer, ticker))
            });
        }
    }
    words += speech.words;

    let (user, assistant) = (timeline.side(Speaker::User), timeline.side(Speaker::Assistant));
    Kpis {
        talk_ms: user.speech,
        listen_ms: assistant.speech,
        words_per_minute: rates::per_minute(speech.timed_words, user.speech),
        filler_words: speech.fillers,
        interruptions: user.interruptions,
        questions_asked: speech.open_questions + speech.closed_questions,
        sentiment_score: speech.sentiment_hundredths() as f64 / 100.0,
        interruptions_by_assistant: assistant.interruptions,
        open_questions: speech.open_questions,
        closed_questions: speech.closed_questions,
        longest_monologue_ms: user.longest_turn,
        longest_customer_story_ms: assistant.longest_turn,
        patience_ms: timeline.median_wait(),
        interactivity: rates::per_minute_to_hundredths(timeline.switches, timeline.span()),
        silence_ms: timeline.silence,
        longest_silence_ms: timeline.longest_silence,
        fillers_per_minute: rates::per_minute_to_hundredths(speech.timed_fillers, user.speech),
        utterances: transcript.utterances().len() as u64,
        words,
        ignored: transcript.ignored(),
    }
}

impl Kpis {
    /// The shares of speech in percent as "talk:listen", "0:0" without any.
    pub fn talk_listen_ratio(&self) -> String {
        match rates::share(self.talk_ms, self.listen_ms) {
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
                r#""questions_asked": {}, "sentiment_score": {:?}, "#,
                r#""interruptions_by_assistant": {}, "open_questions": {}, "closed_questions": {}, "#,
                r#""longest_monologue_ms": {}, "longest_customer_story_ms": {}, "patience_ms": {}, "#,
                r#""interactivity": {:?}, "silence_ms": {}, "longest_silence_ms": {}, "#,
                r#""fillers_per_minute": {:?}, "utterances": {}, "words": {}, "ignored": {}}}"#
            ),
            self.talk_ms,
            self.listen_ms,
            self.talk_listen_ratio(),
            self.words_per_minute,
            self.filler_words,
            self.interruptions,
            self.questions_asked,
            self.sentiment_score,
            self.interruptions_by_assistant,
            self.open_questions,
            self.closed_questions,
            self.longest_monologue_ms,
            self.longest_customer_story_ms,
            self.patience_ms,
            self.interactivity,
            self.silence_ms,
            self.longest_silence_ms,
            self.fillers_per_minute,
            self.utterances,
            self.words,
            self.ignored,
        )
    }
}

#[cfg(test)]
mod tests;
