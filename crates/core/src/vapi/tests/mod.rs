//! Calls as Vapi reports them, every malformed message, every way to lack a time.

mod properties;

use super::*;
use crate::jsonb::encode::encode;
use serde_json::{Value as Json, json};

fn converted(messages: &Json) -> String {
    convert(&encode(messages), &mut || ()).unwrap()
}

/// The converted text, parsed.
fn rows(messages: &Json) -> Vec<Json> {
    serde_json::from_str(&converted(messages)).unwrap()
}

/// Start and end of one message with these fields, as the transcript has them.
fn at(fields: &str) -> Option<(u64, u64)> {
    let message = format!(r#"[{{"role": "user", "message": "a", {fields}}}]"#);
    let row = rows(&serde_json::from_str(&message).unwrap()).remove(0);
    let times = (row["start_ms"].as_u64(), row["end_ms"].as_u64());
    assert_eq!(row.as_object().unwrap().len(), if times.0.is_some() { 4 } else { 2 }, "{row}");
    times.0.zip(times.1)
}

#[test]
fn a_call_to_the_byte() {
    let messages = json!([
        {"role": "system", "message": "You are Dana, who buys for a clinic.", "time": 1760000000118u64,
         "secondsFromStart": 0},
        {"role": "bot", "message": "Hello, this is Dana.", "time": 1760000001482u64,
         "endTime": 1760000003522.001f64, "secondsFromStart": 1.1999999, "duration": 2040.000732421875,
         "source": ""},
        {"role": "user", "message": "Hi Dana, \"Ann\" here. Is now a good time?", "time": 1760000004705.004f64,
         "endTime": 1760000007115u64, "secondsFromStart": 4.4230003, "duration": 2409.99609375,
         "metadata": {"wordLevelConfidence": [{"word": "hi", "start": 4.4, "end": 4.6}]}},
        {"role": "tool_calls", "message": "", "time": 1760000007201u64, "secondsFromStart": 6.919,
         "toolCalls": [{"id": "call_1", "type": "function",
                        "function": {"name": "look_up", "arguments": "{}"}}]},
        {"role": "tool_call_result", "time": 1760000007810u64, "secondsFromStart": 7.528,
         "name": "look_up", "result": "Success.", "toolCallId": "call_1"},
        {"role": "bot", "message": "It is.\nGo on.", "time": 1760000008122u64, "endTime": 1760000009642u64,
         "secondsFromStart": 7.84, "duration": 1160},
        {"role": "user", "message": "Great.", "time": 1760000010000u64, "endTime": 1760000010512.5f64,
         "secondsFromStart": 9.718},
    ]);
    assert_eq!(
        converted(&messages),
        concat!(
            r#"[{"speaker":"assistant","text":"Hello, this is Dana.","start_ms":1200,"end_ms":3240},"#,
            r#"{"speaker":"user","text":"Hi Dana, \"Ann\" here. Is now a good time?","#,
            r#""start_ms":4423,"end_ms":6833},"#,
            r#"{"speaker":"assistant","text":"It is.\nGo on.","start_ms":7840,"end_ms":9000},"#,
            r#"{"speaker":"user","text":"Great.","start_ms":9718,"end_ms":10231}]"#,
        )
    );
}

#[test]
fn the_guides_own_example_is_read_untimed() {
    let messages = json!([
        {"role": "assistant", "message": "How can I help?"},
        {"role": "user", "message": "What's the weather?"}
    ]);
    assert_eq!(
        rows(&messages),
        [
            json!({"speaker": "assistant", "text": "How can I help?"}),
            json!({"speaker": "user", "text": "What's the weather?"})
        ]
    );
}

#[test]
fn what_nobody_said_is_skipped() {
    let messages = json!([
        7, null, true, "bot", [], [{"role": "bot", "message": "nested"}], {},
        {"role": "bot"},
        {"message": "no role"},
        {"role": null, "message": "a"},
        {"role": 1, "message": "a"},
        {"role": ["bot"], "message": "a"},
        {"role": "bot", "message": null},
        {"role": "bot", "message": 1},
        {"role": "bot", "message": ["a"]},
        {"role": "bot", "message": {"text": "a"}},
        {"role": "assistant", "content": "OpenAI's form"},
        {"role": "system", "message": "a"},
        {"role": "tool", "message": "a"},
        {"role": "tool_calls", "message": "a"},
        {"role": "tool_call_result", "message": "a"},
        {"role": "function_call", "message": "a"},
        {"role": "", "message": "a"},
        {"role": "bots", "message": "a"},
        {"role": " Bot ", "message": ""},
    ]);
    assert_eq!(rows(&messages), [json!({"speaker": "assistant", "text": ""})]);
    assert_eq!(converted(&json!([])), "[]");
    assert_eq!(converted(&json!([{"role": "system", "message": "a"}])), "[]");
}

#[test]
fn the_order_is_kept() {
    let message = |text: &str, seconds: u32| json!({"role": "user", "message": text, "secondsFromStart": seconds, "duration": 1});
    let texts: Vec<Json> = rows(&json!([message("c", 3), message("a", 1), message("b", 2)]))
        .iter()
        .map(|row| row["text"].clone())
        .collect();
    assert_eq!(texts, ["c", "a", "b"]);
}

#[test]
fn seconds_and_duration_come_first() {
    let both = r#""secondsFromStart": 1.5, "duration": 250, "time": 9000, "endTime": 9999"#;
    assert_eq!(at(both), Some((1500, 1750)));
    assert_eq!(at(r#""secondsFromStart": 0, "duration": 0"#), Some((0, 0)));
    // 1.0005 · 1000 is 1000.4999999999999 in doubles.
    assert_eq!(at(r#""secondsFromStart": 1.0005, "duration": 0.5"#), Some((1001, 1002)));
    assert_eq!(at(r#""secondsFromStart": 0.00049999999999999999999, "duration": 0.4999"#), Some((0, 0)));
    assert_eq!(at(r#""secondsFromStart": 2e0, "duration": 1.5E+3"#), Some((2000, 3500)));
    assert_eq!(at(r#""secondsFromStart": 9007199254740.990, "duration": 5"#), Some((MAX_MS - 2, MAX_MS)));
}

#[test]
fn what_is_missing_comes_from_time_and_end_time() {
    let length = r#""secondsFromStart": 1.5, "time": 9000.25, "endTime": 9999.75"#;
    assert_eq!(at(length), Some((1500, 2500)), "999.5 ms long");
    assert_eq!(at(r#""time": 1760000000000.5, "duration": 70"#), Some((0, 70)), "itself the first");
    assert_eq!(at(r#""time": 1760000000000.5, "endTime": 1760000000001.5"#), Some((0, 1)));
    assert_eq!(at(r#""secondsFromStart": null, "duration": "5", "time": 1, "endTime": 3"#), Some((0, 2)));
}

#[test]
fn the_origin_is_the_first_time_of_any_role() {
    let messages = json!([
        5,
        {"role": "bot", "message": "a", "endTime": 1700},
        {"role": "bot", "message": "b", "time": "1600", "endTime": 1700},
        {"role": "system", "time": 1000.75},
        {"role": "bot", "message": "c", "time": 1500.25, "endTime": 2500.25},
        {"role": "tool_calls", "time": 1},
        {"role": "user", "message": "d", "time": 900, "endTime": 1100},
        {"role": "user", "message": "e", "time": 1000.75, "endTime": 1000.75},
    ]);
    let times: Vec<_> = rows(&messages)
        .iter()
        .map(|row| (row["text"].clone(), row["start_ms"].as_u64(), row["end_ms"].as_u64()))
        .collect();
    assert_eq!(
        times,
        [
            (json!("a"), None, None),
            (json!("b"), None, None),
            (json!("c"), Some(500), Some(1500)),
            (json!("d"), Some(0), Some(200)),
            (json!("e"), Some(0), Some(0)),
        ]
    );
}

#[test]
fn without_both_or_reversed_it_is_untimed() {
    for fields in [
        r#""source": """#,
        r#""secondsFromStart": 1"#,
        r#""duration": 1"#,
        r#""time": 1"#,
        r#""endTime": 1"#,
        r#""secondsFromStart": 1, "endTime": 2"#,
        r#""secondsFromStart": 1, "time": 2"#,
        r#""duration": 1, "endTime": 2"#,
        r#""secondsFromStart": "1", "duration": 5"#,
        r#""secondsFromStart": 1, "duration": true"#,
        r#""secondsFromStart": {"a": 1}, "duration": [5]"#,
        r#""secondsFromStart": 1, "duration": -0.25"#,
        r#""secondsFromStart": 1, "duration": -1e131071"#,
        r#""secondsFromStart": 1, "duration": -1, "time": 1, "endTime": 2"#,
        r#""secondsFromStart": 1, "time": 2, "endTime": 1"#,
        r#""time": 2, "endTime": 1"#,
        r#""time": 2.00000000000000000002, "endTime": 2.00000000000000000001"#,
    ] {
        assert_eq!(at(fields), None, "{fields}");
    }
}

#[test]
fn times_are_clamped() {
    for (seconds, start) in [
        ("-5", 0),
        ("-0.0001", 0),
        ("-1e300", 0),
        ("9007199254740.9915", MAX_MS),
        ("1e13", MAX_MS),
        ("1e300", MAX_MS),
    ] {
        let fields = format!(r#""secondsFromStart": {seconds}, "duration": 10"#);
        assert_eq!(at(&fields), Some((start, (start + 10).min(MAX_MS))), "{seconds}");
    }
    assert_eq!(at(r#""secondsFromStart": 1, "duration": 1e131071"#), Some((1000, MAX_MS)));
    assert_eq!(at(r#""secondsFromStart": 1e-16000, "duration": 1e-16000"#), Some((0, 0)));
    assert_eq!(at(r#""time": -5, "endTime": 1e300"#), Some((0, MAX_MS)));
    assert_eq!(at(r#""time": 1e300, "endTime": 2e300"#), Some((0, 0)), "both clamped");
}

#[test]
fn other_roots_are_named() {
    for (value, found) in [
        (json!({"messages": []}), "object"),
        (json!("[]"), "string"),
        (json!(1), "number"),
        (json!(null), "null"),
        (json!(true), "boolean"),
    ] {
        let error = convert(&encode(&value), &mut || ()).unwrap_err();
        assert_eq!(error, VapiError::NotAnArray { found });
        assert_eq!(error.to_string(), format!("messages must be an array, not {found}"));
    }
    assert_eq!(convert(&[], &mut || ()), Err(VapiError::Corrupt));
    assert_eq!(VapiError::Corrupt.to_string(), "binary jsonb is damaged");
}

#[test]
fn a_hundred_thousand_messages() {
    let messages: Vec<Json> = (0..100_000u32)
        .map(|i| match i % 4 {
            0 => json!({"role": "system", "message": "a", "time": i}),
            1 => json!({"role": "bot", "message": "a", "secondsFromStart": i, "duration": 5.5}),
            2 => json!({"role": "user", "message": "a", "time": i, "endTime": i + 1}),
            _ => json!(i),
        })
        .collect();
    let bytes = encode(&json!(messages));
    let mut ticks = 0;
    let text = convert(&bytes, &mut || ticks += 1).unwrap();
    assert_eq!(ticks, 100_000 / TICK_EVERY);
    let rows: Vec<Json> = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.len(), 50_000);
    assert_eq!(
        rows[49_998],
        json!({"speaker": "assistant", "text": "a", "start_ms": 99_997_000, "end_ms": 99_997_006})
    );
    assert_eq!(rows[49_999], json!({"speaker": "user", "text": "a", "start_ms": 99_998, "end_ms": 99_999}));
}

#[test]
fn wide_messages_tick_too() {
    let fields: serde_json::Map<String, Json> = (0..5_000).map(|i| (format!("key{i}"), json!(i))).collect();
    let bytes = encode(&json!([fields]));
    let mut ticks = 0;
    assert_eq!(convert(&bytes, &mut || ticks += 1), Ok("[]".into()));
    assert!(ticks >= 4, "{ticks}");
}
