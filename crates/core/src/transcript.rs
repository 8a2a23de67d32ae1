//! The utterances of a call, read from a transcript in binary jsonb.
//!
//! A transcript is `[{speaker, text, start_ms, end_ms}, …]`. The trainee is `user`; the AI is
//! `assistant`, `bot` or `ai`; the case of a speaker and the space around it do not matter.
//! - An element that is no object, or whose speaker or text is missing or no string, is
//!   skipped and counted in [`Transcript::ignored`].
//! - An element of any other speaker (system, tool …) is well formed but nobody's speech: it
//!   is left out and not counted.
//! - Times are JSON numbers, rounded half away from zero and clamped to 0..=2^53. An utterance
//!   that lacks one, or ends before it starts, is untimed.
//! - Utterances are sorted by (start, end, position); untimed ones come last, in their order.

mod text;

use crate::jsonb::{self, Corrupt, Node, Value};
pub use text::Text;

/// The latest time, 2^53 ms: what a double, and so JavaScript, still holds exactly.
pub const MAX_MS: u64 = 1 << 53;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The trainee.
    User,
    /// The AI that plays the customer.
    Assistant,
}

impl Speaker {
    /// The speaker that a transcript means by `name`, if it is one of the two sides.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("user") {
            Some(Speaker::User)
        } else if is("assistant") || is("bot") || is("ai") {
            Some(Speaker::Assistant)
        } else {
            None
        }
    }
}

/// One turn at speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utterance<'a> {
    /// Whose it is.
    pub speaker: Speaker,
    /// What was said.
    pub text: Text<'a>,
    /// Start and end in ms, start ≤ end ≤ [`MAX_MS`]; None when untimed.
    pub span: Option<(u64, u64)>,
}

/// A call: its utterances in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript<'a> {
    utterances: Vec<Utterance<'a>>,
    timed: usize,
    ignored: u64,
}

/// Why a jsonb is no transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptError {
    /// The root is something else; `found` is its type as `jsonb_typeof` names it.
    NotAnArray {
        /// The type of the root.
        found: &'static str,
    },
    /// The bytes are damaged.
    Corrupt,
}

impl std::fmt::Display for TranscriptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TranscriptError::NotAnArray { found } => {
                write!(f, "transcript must be an array, not {found}")
            }
            TranscriptError::Corrupt => Corrupt.fmt(f),
        }
    }
}

impl std::error::Error for TranscriptError {}

impl From<Corrupt> for TranscriptError {
    fn from(_: Corrupt) -> Self {
        TranscriptError::Corrupt
    }
}

impl<'a> Transcript<'a> {
    /// Reads a transcript from the bytes after a jsonb's varlena header. `tick` is called
    /// about every 1,024 elements, for the caller to look for interrupts.
    ///
    /// # Errors
    /// When the root is no array, or the bytes are damaged.
    pub fn from_jsonb(bytes: &'a [u8], tick: &mut dyn FnMut()) -> Result<Self, TranscriptError> {
        let elements = match jsonb::root(bytes)? {
            Value::Array(elements) => elements,
            other => return Err(TranscriptError::NotAnArray { found: other.type_name() }),
        };
        let mut ticker = Ticker::new(tick);
        let mut utterances = Vec::with_capacity(elements.len().min(4096));
        let mut ignored = 0;
        for element in elements.iter() {
            ticker.step();
            match Element::read(element?, ticker.tick)? {
                Element::Speech(utterance) => utterances.push(utterance),
                Element::Other => {}
                Element::Malformed => ignored += 1,
            }
        }
        Ok(Self::sorted(utterances, ignored, &mut ticker))
    }

    /// A transcript of `utterances` in any order. A span that ends before it starts is
    /// dropped, and times beyond [`MAX_MS`] are clamped.
    pub fn new(mut utterances: Vec<Utterance<'a>>) -> Self {
        for utterance in &mut utterances {
            utterance.span = utterance.span.and_then(|(start, end)| span(start, end));
        }
        Self::sorted(utterances, 0, &mut Ticker::new(&mut || ()))
    }

    fn sorted(mut utterances: Vec<Utterance<'a>>, ignored: u64, ticker: &mut Ticker<'_>) -> Self {
        // Untimed ones come last: None would sort first.
        let key = |u: &Utterance<'_>| u.span.unwrap_or((u64::MAX, u64::MAX));
        if !utterances.is_sorted_by_key(key) {
            utterances.sort_by(|a, b| {
                ticker.step();
                key(a).cmp(&key(b))
            });
        }
        let timed = utterances.partition_point(|u| u.span.is_some());
        Self { utterances, timed, ignored }
    }

    /// Every utterance of the two sides, sorted; the untimed ones last.
    pub fn utterances(&self) -> &[Utterance<'a>] {
        &self.utterances
    }

    /// The utterances with times, as (utterance, start, end), sorted.
    pub fn timed(&self) -> impl Iterator<Item = (&Utterance<'a>, u64, u64)> {
        let timed = self.utterances.iter().take(self.timed);
        timed.filter_map(|u| u.span.map(|(start, end)| (u, start, end)))
    }

    /// How many elements were malformed and skipped.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }
}

/// What an element of the array turns out to be.
enum Element<'a> {
    Speech(Utterance<'a>),
    Other,
    Malformed,
}

impl<'a> Element<'a> {
    fn read(node: Node<'a>, tick: &mut dyn FnMut()) -> Result<Self, Corrupt> {
        let Value::Object(object) = node.value()? else {
            return Ok(Element::Malformed);
        };
        let [text, end, speaker, start] = object.fields(["text", "end_ms", "speaker", "start_ms"], tick)?;
        let (Some(speaker), Some(text)) = (speaker, text) else {
            return Ok(Element::Malformed);
        };
        let (Some(speaker), Some(text)) = (side(speaker)?, text.as_string()) else {
            return Ok(Element::Malformed);
        };
        let Some(speaker) = speaker else {
            return Ok(Element::Other);
        };
        let span = match (time(start)?, time(end)?) {
            (Some(start), Some(end)) => span(start, end),
            _ => None,
        };
        Ok(Element::Speech(Utterance { speaker, text: Text::from_bytes(text), span }))
    }
}

/// Whose the utterance is, with `Some(None)` for neither side's, or `None` if it is no string.
#[inline]
fn side(node: Node<'_>) -> Result<Option<Option<Speaker>>, Corrupt> {
    // Nearly all are written so.
    if node.is_str("user") {
        Ok(Some(Some(Speaker::User)))
    } else if node.is_str("assistant") {
        Ok(Some(Some(Speaker::Assistant)))
    } else {
        Ok(node.as_str()?.map(Speaker::parse))
    }
}

fn time(node: Option<Node<'_>>) -> Result<Option<u64>, Corrupt> {
    node.map_or(Ok(None), |node| node.as_clamped(MAX_MS))
}

fn span(start: u64, end: u64) -> Option<(u64, u64)> {
    (start <= end).then_some((start.min(MAX_MS), end.min(MAX_MS)))
}

/// Calls the caller back once in a while, so that long loops can be interrupted.
pub(crate) struct Ticker<'t> {
    steps: u32,
    tick: &'t mut dyn FnMut(),
}

impl<'t> Ticker<'t> {
    pub(crate) fn new(tick: &'t mut dyn FnMut()) -> Self {
        Self { steps: 0, tick }
    }

    /// One step of a loop; every 1,024th ticks.
    #[inline]
    pub(crate) fn step(&mut self) {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(1024) {
            (self.tick)();
        }
    }
}

#[cfg(test)]
mod tests;
