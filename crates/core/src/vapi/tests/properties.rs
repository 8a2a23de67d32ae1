//! Arbitrary messages, texts, decimals and damage.

use super::*;
use crate::transcript::Transcript;
use bigdecimal::{BigDecimal, RoundingMode};
use proptest::prelude::*;

/// Decimals of few digits, so that halves and equal parts come up often.
fn decimal() -> impl Strategy<Value = String> {
    (0u32..3, prop::collection::vec(prop::sample::select(vec!['0', '4', '5', '9']), 0..5)).prop_map(
        |(whole, decimals)| match String::from_iter(decimals) {
            decimals if decimals.is_empty() => whole.to_string(),
            decimals => format!("{whole}.{decimals}"),
        },
    )
}

fn rounded(number: &BigDecimal) -> u64 {
    number.with_scale_round(0, RoundingMode::HalfUp).to_string().parse().unwrap()
}

/// A message that may lack any field, or have a wrong one; now and then no object.
fn message() -> impl Strategy<Value = Json> {
    let roles = prop::sample::select(vec!["bot", "user", "assistant", "AI", "system", "tool_calls"]);
    let number = || prop_oneof![-1e4..1e16, -1e2..1e2].prop_map(Json::from);
    let fields = (
        field("role", roles.prop_map(Json::from)),
        field("message", any::<String>().prop_map(Json::from)),
        field("time", number()),
        field("endTime", number()),
        field("secondsFromStart", number()),
        field("duration", number()),
    );
    let object = fields
        .prop_map(|(a, b, c, d, e, f)| Json::Object([a, b, c, d, e, f].into_iter().flatten().collect()));
    prop_oneof![9 => object, 1 => Just(json!(["bot"]))]
}

fn field(
    name: &'static str,
    value: impl Strategy<Value = Json>,
) -> impl Strategy<Value = Option<(String, Json)>> {
    let value = prop_oneof![9 => value, 1 => Just(json!(7)), 1 => Just(json!(null))];
    prop::option::weighted(0.9, value.prop_map(move |value| (name.to_owned(), value)))
}

proptest! {
    #[test]
    fn differences_are_exact(early in decimal(), late in decimal()) {
        let (from, to): (BigDecimal, BigDecimal) = (early.parse().unwrap(), late.parse().unwrap());
        let span = at(&format!(r#""secondsFromStart": {late}, "time": {early}, "endTime": {late}"#));
        if to < from {
            prop_assert_eq!(span, None);
        } else {
            let start = rounded(&(&to * 1000));
            prop_assert_eq!(span, Some((start, start + rounded(&(to - from)))));
        }
    }

    #[test]
    fn every_eligible_message_becomes_an_utterance(
        messages in prop::collection::vec(message(), 0..40),
    ) {
        let eligible: Vec<(bool, &str)> = messages
            .iter()
            .filter_map(|message| {
                let user = match message.get("role")?.as_str()? {
                    "user" => true,
                    "bot" | "assistant" | "AI" => false,
                    _ => return None,
                };
                Some((user, message.get("message")?.as_str()?))
            })
            .collect();
        let rows = rows(&json!(messages));
        let read: Vec<_> =
            rows.iter().map(|row| (row["speaker"] == "user", row["text"].as_str().unwrap())).collect();
        prop_assert_eq!(read, eligible);

        let bytes = encode(&json!(rows));
        let transcript = Transcript::from_jsonb(&bytes, &mut || ()).unwrap();
        prop_assert_eq!(transcript.ignored(), 0);
        prop_assert_eq!(transcript.utterances().len(), rows.len());
        let timed = rows.iter().filter(|row| row.get("start_ms").is_some()).count();
        prop_assert_eq!(transcript.timed().count(), timed);
    }

    #[test]
    fn text_goes_through_verbatim(text in any::<String>(), escaped in "[\"\\\\/\u{1}-\u{1f}\u{7f}\u{2028}é😀]{0,40}") {
        for text in [text, escaped] {
            let rows = rows(&json!([{"role": "bot", "message": text}]));
            prop_assert_eq!(rows, [json!({"speaker": "assistant", "text": text})]);
        }
    }

    #[test]
    fn damaged_messages_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = encode(&json!([
            {"role": "bot", "message": "Hello", "time": 1000.5, "endTime": 1500, "secondsFromStart": 1.25},
            {"role": "user", "message": "Hi", "time": 1600, "secondsFromStart": 2, "duration": 320.004}
        ]));
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(text) = convert(&bytes, &mut || ()) {
            prop_assert!(serde_json::from_str::<Vec<Json>>(&text).is_ok(), "{}", text);
        }
    }
}
