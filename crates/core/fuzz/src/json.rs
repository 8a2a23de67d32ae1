//! JSON text, through binary jsonb, as a transcript and as Vapi's messages: what is read is
//! what the JSON says.

use bigdecimal::{BigDecimal, RoundingMode, Signed};
use callcoach_core::jsonb::encode::encode;
use callcoach_core::jsonb::to_text;
use callcoach_core::transcript::{MAX_MS, Speaker, Transcript, TranscriptError, Utterance};
use callcoach_core::vapi::{self, VapiError};
use serde_json::Value;

use super::calls;

/// Bytes as JSON text.
pub fn json(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    if !is_storable(&value) {
        return;
    }
    let jsonb = encode(&value);
    let text = to_text(&jsonb, &mut || ()).unwrap_or_default();
    let again = serde_json::from_str(&text).map(|value| encode(&value));
    assert!(again.is_ok_and(|again| again == jsonb), "{text}");
    let transcript = Transcript::from_jsonb(&jsonb, &mut || ());
    let converted = vapi::convert(&jsonb, &mut || ());
    let Some(elements) = value.as_array() else {
        assert!(matches!(transcript, Err(TranscriptError::NotAnArray { .. })));
        assert!(matches!(converted, Err(VapiError::NotAnArray { .. })));
        return;
    };

    assert!(transcript.is_ok() && converted.is_ok());
    if let Ok(transcript) = transcript {
        let (utterances, ignored) = read(elements);
        assert_eq!(transcript.utterances(), utterances);
        assert_eq!(transcript.ignored(), ignored);
        assert_eq!(Transcript::new(utterances).utterances(), transcript.utterances());
        calls::check(&transcript);
    }
    if let Ok(text) = converted {
        let texts: Vec<&str> = elements.iter().filter_map(said).collect();
        check_converted_texts(&text, Some(&texts));
    }
}

/// What `vapi::convert` makes is a transcript that can be read in full.
pub fn check_converted(text: &str) {
    check_converted_texts(text, None);
}

fn check_converted_texts(text: &str, expected: Option<&[&str]>) {
    let rows = serde_json::from_str::<Vec<Value>>(text);
    assert!(rows.is_ok(), "{text}");
    let rows = rows.unwrap_or_default();
    if let Some(expected) = expected {
        let texts: Vec<_> = rows.iter().filter_map(|row| row.get("text")?.as_str()).collect();
        assert_eq!(texts, expected);
    }
    let timed = rows.iter().filter(|row| row.get("start_ms").is_some()).count();

    let jsonb = encode(&Value::Array(rows.clone()));
    let transcript = Transcript::from_jsonb(&jsonb, &mut || ());
    assert!(transcript.is_ok());
    if let Ok(transcript) = transcript {
        assert_eq!(transcript.ignored(), 0);
        assert_eq!(transcript.utterances().len(), rows.len());
        assert_eq!(transcript.timed().count(), timed);
        calls::check(&transcript);
    }
}

/// What a Vapi message of either side says.
fn said(message: &Value) -> Option<&str> {
    Speaker::parse(message.get("role")?.as_str()?)?;
    message.get("message")?.as_str()
}

/// The definition of a transcript once more, from JSON as serde_json has it: the utterances and
/// how many elements are malformed.
fn read(elements: &[Value]) -> (Vec<Utterance<'_>>, u64) {
    let (mut utterances, mut ignored) = (Vec::new(), 0);
    for element in elements {
        let field = |key| element.get(key).and_then(Value::as_str);
        let (Some(speaker), Some(text)) = (field("speaker"), field("text")) else {
            ignored += 1;
            continue;
        };
        let Some(speaker) = Speaker::parse(speaker) else { continue };
        let time = |key| element.get(key).and_then(time);
        let span = time("start_ms").zip(time("end_ms")).filter(|(start, end)| start <= end);
        utterances.push(Utterance { speaker, text: text.into(), span });
    }
    utterances.sort_by_key(|utterance| (utterance.span.is_none(), utterance.span));
    (utterances, ignored)
}

fn time(value: &Value) -> Option<u64> {
    let Value::Number(number) = value else { return None };
    let number: BigDecimal = number.as_str().parse().ok()?;
    if number.is_negative() {
        return Some(0);
    }
    if number >= MAX_MS {
        return Some(MAX_MS);
    }
    number.with_scale_round(0, RoundingMode::HalfUp).to_string().parse().ok()
}

/// Would PostgreSQL take these numbers? Its jsonb is what the encoder writes, and that has no
/// room for larger ones.
fn is_storable(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let text = number.as_str();
            let exponent = text.split_once(['e', 'E']).map_or("0", |(_, exponent)| exponent);
            exponent.parse::<i32>().is_ok_and(|exponent| exponent.unsigned_abs() <= 4_000)
                && text.len() <= 8_000
        }
        Value::Array(elements) => elements.iter().all(is_storable),
        Value::Object(fields) => fields.values().all(is_storable),
        _ => true,
    }
}
