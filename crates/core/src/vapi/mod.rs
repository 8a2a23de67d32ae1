//! Vapi's own messages of a call, as a transcript in our form.
//!
//! A call's `artifact.messages` is an array of objects: what each side said, and between
//! that the system prompt, tool calls and their results.
//!
//! | key | what Vapi's schema and payloads hold |
//! | --- | --- |
//! | role | `user`, `bot`, `system`, `tool_calls`, `tool_call_result`; the guide on server events writes `assistant` for `bot` |
//! | message | what was said; a tool call's is usually empty, a result has none |
//! | time, endTime | ms since 1970, at times with decimals |
//! | secondsFromStart | seconds since the call's start, such as 13.540001 |
//! | duration | ms of speech, such as 10240.000732421875; optional |
//!
//! The schema calls duration "in seconds". Payloads say otherwise, those in Vapi's own tests
//! included: 780 where time and endTime are 780 ms apart. Where a message holds pauses,
//! duration is the shorter of the two: it counts speech alone.
//!
//! The schema has no `content` in these messages. That is the key of
//! `artifact.messagesOpenAIFormatted`, which has no times, and it is not read.
//!
//! Sources: <https://docs.vapi.ai/server-url/events> (End of Call Report); BotMessage,
//! UserMessage, ToolCallMessage and ToolCallResultMessage in
//! <https://github.com/VapiAI/server-sdk-csharp>; Tests/MessageParsingTests.swift in
//! <https://github.com/VapiAI/client-sdk-ios>.

use crate::jsonb::{self, Corrupt, Node, Numeric, Value};
use crate::transcript::{MAX_MS, Speaker};

/// How many messages are read between two calls of the caller's `tick`. Fewer than of other
/// elements: a number of a few bytes, such as -1e131071, is 131,072 digits when printed.
const TICK_EVERY: usize = 128;

/// Why a jsonb cannot be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VapiError {
    /// The root is something else; `found` is its type as `jsonb_typeof` names it.
    NotAnArray {
        /// The type of the root.
        found: &'static str,
    },
    /// The bytes are damaged.
    Corrupt,
}

impl std::fmt::Display for VapiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VapiError::NotAnArray { found } => write!(f, "messages must be an array, not {found}"),
            VapiError::Corrupt => Corrupt.fmt(f),
        }
    }
}

impl std::error::Error for VapiError {}

impl From<Corrupt> for VapiError {
    fn from(_: Corrupt) -> Self {
        VapiError::Corrupt
    }
}

/// Converts Vapi's messages, given the bytes after a jsonb's varlena header, to the JSON text
/// of a transcript: `[{"speaker":…,"text":…,"start_ms":…,"end_ms":…},…]`, in their order.
/// `tick` is called about every 128 messages, for the caller to look for interrupts.
///
/// - Roles are read as [`Speaker::parse`] reads speakers. Messages of other roles, elements
///   that are no object, and messages whose `message` is no string are left out. Text stays
///   as it is, the empty one included.
/// - A message starts at secondsFromStart, or else at time, counted from the time of the
///   first message, of whatever role, that has one. That is the prompt as a rule, written up
///   to half a second before secondsFromStart begins to count.
/// - It lasts for duration, or else from time to endTime. Its end is start and length added.
/// - Start and length are each rounded once, half away from zero, from the exact decimals.
///   Every time is clamped to 0..=2^53 ms.
/// - A message without a start or a length, or with a length below zero, is untimed: start_ms
///   and end_ms are left out. Only numbers count: a string of digits is no time.
///
/// # Errors
/// When the root is no array, or the bytes are damaged.
pub fn convert(bytes: &[u8], tick: &mut dyn FnMut()) -> Result<String, VapiError> {
    let messages = match jsonb::root(bytes)? {
        Value::Array(messages) => messages,
        other => return Err(VapiError::NotAnArray { found: other.type_name() }),
    };
    let mut out = String::from("[");
    let mut origin = None;
    for (position, message) in messages.iter().enumerate() {
        if position % TICK_EVERY == TICK_EVERY - 1 {
            tick();
        }
        let Value::Object(message) = message?.value()? else { continue };
        let [role, time, end_time, text, duration, seconds] =
            message.fields(["role", "time", "endTime", "message", "duration", "secondsFromStart"], tick)?;
        if origin.is_none() {
            origin = number(time)?.and_then(Millis::of);
        }
        let Some(speaker) = string(role)?.and_then(Speaker::parse) else { continue };
        let Some(text) = string(text)? else { continue };
        let times = Times {
            seconds: number(seconds)?,
            duration: number(duration)?,
            time: number(time)?,
            end_time: number(end_time)?,
        };
        push(&mut out, speaker, text, times.span(origin.as_ref()));
    }
    out.push(']');
    Ok(out)
}

fn string(node: Option<Node<'_>>) -> Result<Option<&str>, Corrupt> {
    node.map_or(Ok(None), Node::as_str)
}

fn number(node: Option<Node<'_>>) -> Result<Option<Numeric<'_>>, Corrupt> {
    node.map_or(Ok(None), Node::as_number)
}

/// Appends one utterance, and the comma before it.
fn push(out: &mut String, speaker: Speaker, text: &str, span: Option<(u64, u64)>) {
    if out.len() > 1 {
        out.push(',');
    }
    let speaker = match speaker {
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    };
    let text = serde_json::Value::from(text);
    *out += &match span {
        Some((start, end)) => {
            format!(r#"{{"speaker":"{speaker}","text":{text},"start_ms":{start},"end_ms":{end}}}"#)
        }
        None => format!(r#"{{"speaker":"{speaker}","text":{text}}}"#),
    };
}

/// What a message says of when it was spoken.
struct Times<'a> {
    seconds: Option<Numeric<'a>>,
    duration: Option<Numeric<'a>>,
    time: Option<Numeric<'a>>,
    end_time: Option<Numeric<'a>>,
}

impl Times<'_> {
    /// Start and end in ms since the call's start, which `origin` is the epoch time of.
    fn span(&self, origin: Option<&Millis>) -> Option<(u64, u64)> {
        let start = match self.seconds {
            Some(seconds) => Millis::of_seconds(seconds)?.round(),
            None => Millis::of(self.time?)?.since(origin?).unwrap_or(0),
        };
        let length = match self.duration {
            Some(duration) if is_negative(&duration) => return None,
            Some(duration) => duration.round_clamped(MAX_MS)?,
            None => Millis::of(self.end_time?)?.since(&Millis::of(self.time?)?)?,
        };
        Some((start, (start + length).min(MAX_MS)))
    }
}

fn is_negative(number: &Numeric<'_>) -> bool {
    number.round_clamped(1) == Some(0) && number.to_plain_string().starts_with('-')
}

/// A time in ms, exact, and clamped to 0..=2^53.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Millis {
    whole: u64,
    /// The decimals, in ASCII, without zeros at the end: so they compare as bytes.
    decimals: Vec<u8>,
}

impl Millis {
    /// The time that is `number` ms; None for NaN.
    fn of(number: Numeric<'_>) -> Option<Self> {
        Self::scaled(number, 0)
    }

    /// The time that is `number` seconds; None for NaN.
    fn of_seconds(number: Numeric<'_>) -> Option<Self> {
        Self::scaled(number, 3)
    }

    /// `number` · 10^`places` ms.
    fn scaled(number: Numeric<'_>, places: usize) -> Option<Self> {
        // Before it is printed: a number may have 131,072 digits.
        if number.round_clamped(MAX_MS)? == MAX_MS {
            return Some(Self { whole: MAX_MS, decimals: Vec::new() });
        }
        let text = number.to_plain_string();
        if text.starts_with('-') {
            return Some(Self { whole: 0, decimals: Vec::new() });
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let (shifted, decimals) = decimals.split_at_checked(places).unwrap_or((decimals, ""));
        // At most 16 digits and `places` more.
        let whole = format!("{whole}{shifted:0<places$}").parse().unwrap_or(MAX_MS);
        if whole >= MAX_MS {
            return Some(Self { whole: MAX_MS, decimals: Vec::new() });
        }
        Some(Self { whole, decimals: decimals.trim_end_matches('0').into() })
    }

    /// Rounded half up.
    fn round(&self) -> u64 {
        self.whole + u64::from(self.decimals.first().is_some_and(|&tenth| tenth >= b'5'))
    }

    /// The ms between `earlier` and this, rounded half up; None if `earlier` is the later one.
    fn since(&self, earlier: &Self) -> Option<u64> {
        if self < earlier {
            return None;
        }
        // Between -1 and 1 the decimals differ; which half of that decides.
        let up = self.plus_tenths(0) >= earlier.plus_tenths(5);
        let down = earlier.plus_tenths(0) > self.plus_tenths(5);
        Some(self.whole - earlier.whole + u64::from(up) - u64::from(down))
    }

    /// The decimals with `more` added to the first one: what may be a digit above 9, and the
    /// digits after it.
    fn plus_tenths(&self, more: u8) -> (u8, &[u8]) {
        match self.decimals.split_first() {
            Some((tenth, rest)) => (tenth + more, rest),
            None => (b'0' + more, &[]),
        }
    }
}

#[cfg(test)]
mod tests;
