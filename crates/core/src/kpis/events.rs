//! What happens in a call and when, one event for each thing that [`compute`](super::compute)
//! counts, and for each phrase that was asked for.

use super::phrases::{PhraseError, Phrases};
use super::questions::QuestionType;
use super::sentence::{Lexeme, Sentence};
use super::speech::{Sink, Speech};
use super::timeline::Timeline;
use super::tokens::Tokenizer;
use super::{backchannel, fillers};
use crate::transcript::{Speaker, Ticker, Transcript, Utterance};
use std::ops::ControlFlow;

/// Something that happens in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// What it is.
    pub kind: EventKind<'a>,
    /// When, in ms: start + (end − start) · byte offset / text length of its utterance, rounded
    /// down. None for an untimed utterance.
    pub timestamp_ms: Option<u64>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind<'a> {
    /// The user says a filler; it happens at its first word.
    FillerWord {
        /// In lower case, letters that are drawn out written once: "um", "you know".
        word: &'static str,
    },
    /// An utterance interrupts the other side; it happens at its start.
    Interruption {
        /// Who interrupts.
        speaker: Speaker,
    },
    /// The user asks a question; it happens at its first word.
    QuestionAsked {
        /// Open or closed.
        kind: QuestionType,
    },
    /// The assistant, who plays the customer, objects; it happens at its first word.
    ObjectionRaised {
        /// As it was asked for.
        objection: &'a str,
    },
    /// The user mentions a keyword; it happens at its first word.
    KeywordMentioned {
        /// As it was asked for.
        keyword: &'a str,
    },
}

impl EventKind<'_> {
    /// The name of the event's type.
    pub fn event_type(&self) -> &'static str {
        match self {
            EventKind::FillerWord { .. } => "filler_word",
            EventKind::Interruption { .. } => "interruption",
            EventKind::QuestionAsked { .. } => "question_asked",
            EventKind::ObjectionRaised { .. } => "objection_raised",
            EventKind::KeywordMentioned { .. } => "keyword_mentioned",
        }
    }

    /// What happened, as a key and its value: `word` and `um`.
    pub fn field(&self) -> (&'static str, &str) {
        match *self {
            EventKind::FillerWord { word } => ("word", word),
            EventKind::Interruption { speaker: Speaker::User } => ("speaker", "user"),
            EventKind::Interruption { speaker: Speaker::Assistant } => ("speaker", "assistant"),
            EventKind::QuestionAsked { kind: QuestionType::Open } => ("type", "open"),
            EventKind::QuestionAsked { kind: QuestionType::Closed } => ("type", "closed"),
            EventKind::ObjectionRaised { objection } => ("objection", objection),
            EventKind::KeywordMentioned { keyword } => ("keyword", keyword),
        }
    }
}

/// Calls `emit` with each event of a call: utterance by utterance in their order, and in each of
/// them in the order of the text. There are as many as [`compute`](super::compute) counts.
///
/// `keywords` are looked for in what the user says, `objections` in what the assistant says:
/// whole words in any case, of several phrases that begin at a word the longest. Phrases
/// without a word are left out. `tick` is called about every 1,024 utterances or sentences, for the
/// caller to look for interrupts.
///
/// # Errors
/// When there are more than [`PHRASES_MAX`](super::PHRASES_MAX) keywords or objections, or
/// one of them has more than [`PHRASE_WORDS_MAX`](super::PHRASE_WORDS_MAX) words; before the
/// first event.
pub fn events<'a>(
    transcript: &Transcript<'_>,
    keywords: &[&'a str],
    objections: &[&'a str],
    tick: &mut dyn FnMut(),
    emit: &mut dyn FnMut(Event<'a>),
) -> Result<(), PhraseError> {
    let ticker = &mut Ticker::new(tick);
    let mut tokenizer = Tokenizer::default();
    let keywords = Phrases::new(keywords, &mut tokenizer, ticker)?;
    let mut objections = Phrases::new(objections, &mut tokenizer, ticker)?;

    let (mut speech, mut timeline) = (Speech::default(), Timeline::default());
    let mut collector =
        Collector { span: None, length: 0, listens: false, keywords, found: Vec::new(), emit };
    for utterance in transcript.utterances() {
        ticker.step();
        let Utterance { speaker, text, span } = *utterance;
        let listens = speaker == Speaker::User && backchannel::is_all(text, &mut tokenizer, ticker);
        collector.begin(utterance, listens);
        if let Some(span) = span {
            let is_backchannel = || match speaker {
                Speaker::User => listens,
                Speaker::Assistant => backchannel::is_all(text, &mut tokenizer, ticker),
            };
            if timeline.add(speaker, span, is_backchannel) {
                collector.emit(0, EventKind::Interruption { speaker });
            }
        }
        match speaker {
            Speaker::User => {
                speech.hear(utterance, &mut tokenizer, ticker, &mut collector);
            }
            Speaker::Assistant if objections.is_empty() => {}
            Speaker::Assistant => tokenizer.plain_sentences(text, ticker, |sentence| {
                objections.each(sentence, |offset, objection| {
                    collector.emit(offset, EventKind::ObjectionRaised { objection });
                });
                ControlFlow::Continue(())
            }),
        }
    }
    Ok(())
}

/// Makes events of what is found in an utterance.
struct Collector<'e, 'a> {
    span: Option<(u64, u64)>,
    /// Of its text, in bytes.
    length: usize,
    /// Whether it is nothing but backchannels.
    listens: bool,
    keywords: Phrases<'a>,
    /// What happens in the current sentence, each with its offset in the text.
    found: Vec<(usize, EventKind<'a>)>,
    emit: &'e mut dyn FnMut(Event<'a>),
}

impl<'a> Collector<'_, 'a> {
    fn begin(&mut self, utterance: &Utterance<'_>, listens: bool) {
        (self.span, self.length, self.listens) = (utterance.span, utterance.text.as_bytes().len(), listens);
    }

    fn emit(&mut self, offset: usize, kind: EventKind<'a>) {
        let timestamp_ms = self.span.map(|(start, end)| moment(start, end, offset, self.length));
        (self.emit)(Event { kind, timestamp_ms });
    }
}

/// The time of the byte at `offset`, rounded down.
fn moment(start: u64, end: u64, offset: usize, length: usize) -> u64 {
    let passed = u128::from(end.saturating_sub(start)) * offset.min(length) as u128;
    // Less than end − start.
    start + passed.checked_div(length as u128).unwrap_or(0) as u64
}

impl Sink for Collector<'_, '_> {
    const SENTIMENT: bool = false;

    fn filler(&mut self, sentence: &Sentence<'_>, filler: &[Lexeme]) {
        if !self.listens {
            let word = fillers::name(sentence, filler);
            self.found.push((first(filler), EventKind::FillerWord { word }));
        }
    }

    fn question(&mut self, sentence: &Sentence<'_>, kind: QuestionType) {
        self.found.push((first(sentence.lexemes), EventKind::QuestionAsked { kind }));
    }

    fn sentence(&mut self, sentence: &Sentence<'_>) {
        let Collector { keywords, found, .. } = self;
        keywords.each(sentence, |offset, keyword| {
            found.push((offset, EventKind::KeywordMentioned { keyword }));
        });
        let mut found = std::mem::take(found);
        // Stable: at one place fillers, then questions, then keywords.
        found.sort_by_key(|&(offset, _)| offset);
        for (offset, kind) in found.drain(..) {
            self.emit(offset, kind);
        }
        self.found = found;
    }
}

/// Where these lexemes begin.
fn first(lexemes: &[Lexeme]) -> usize {
    lexemes.first().map_or(0, |first| first.start)
}
