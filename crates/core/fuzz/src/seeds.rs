//! Makes the seeds: calls of examples/, and what is known to be awkward. Compared with corpus/
//! by `crates/core/tests/fuzz_seeds.rs`, which also writes them.

use std::net::IpAddr;

use callcoach_core::jsonb::encode::encode;
use serde_json::{Value, json};

/// A seed: its target, its name, its bytes.
pub type Seed = (&'static str, String, Vec<u8>);

/// All that are made; corpus/ may hold more: what once failed.
pub fn all(example: impl Fn(&str, &str) -> Value) -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut calls = awkward();
    for (name, most) in [("short_call", 14), ("claims_intake", 9), ("saas_renewal", 9)] {
        calls.push((name, first(example(name, "transcript"), most)));
    }
    calls.push(("vapi", vapi(&example("mortgage_rate_shopper", "transcript"))));
    for (name, call) in calls {
        seeds.push(("transcript", name.to_owned(), encode(&call)));
        seeds.push(("json", name.to_owned(), call.to_string().into_bytes()));
    }
    // serde_json reads 128 levels, binary jsonb has no limit of its own.
    let deep =
        json!([{"speaker": "user", "text": "um, why?", "start_ms": 1, "end_ms": 2, "x": nested(1_000)}]);
    seeds.push(("transcript", "deep".into(), encode(&deep)));
    for name in ["short_call", "claims_intake"] {
        let scenario = example(name, "scenario");
        let input = json!({"rubric": scenario["rubric"], "evaluation": example(name, "evaluation"),
            "kpis": {"questions_asked": 4, "talk_listen_ratio": "63:37", "filler_words": 9, "words_per_minute": 162}});
        seeds.push(("scoring", name.into(), input.to_string().into_bytes()));
    }
    seeds.extend(urls());
    seeds.extend(waits());
    seeds.extend(marks().map(|(name, input)| ("scoring", name.into(), input.as_bytes().to_vec())));
    seeds
}

fn first(call: Value, most: usize) -> Value {
    call.as_array().into_iter().flatten().take(most).cloned().collect()
}

/// Arrays and objects in each other.
fn nested(levels: usize) -> Value {
    (0..levels)
        .fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({"a": inner}) })
}

/// A call as Vapi reports it, some messages without this or that.
fn vapi(call: &Value) -> Value {
    let mut messages = vec![json!({"role": "system", "message": "You are Dana.", "time": 1760000000118u64})];
    for (at, utterance) in (0u64..8).zip(call.as_array().into_iter().flatten()) {
        let start = 1_760_000_000_500 + 5_000 * at;
        let mut message = json!({"role": if at % 2 == 0 { "bot" } else { "user" }, "message": utterance["text"],
            "time": start as f64 + 0.25, "endTime": start + 3_200, "secondsFromStart": 0.3204 + 5.0 * at as f64,
            "duration": 3199.999755859375});
        let missing = ["", "duration", "secondsFromStart", "endTime", "time", "", "", ""][at as usize];
        message.as_object_mut().into_iter().for_each(|fields| drop(fields.remove(missing)));
        messages.push(message);
    }
    messages.push(json!({"role": "tool_call_result", "result": "Success."}));
    messages.into()
}

fn awkward() -> Vec<(&'static str, Value)> {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let many_keys: serde_json::Map<String, Value> = (0..40)
        .map(|at| (format!("key {at}"), json!(at)))
        .chain([("speaker".into(), json!("Bot ")), ("text".into(), json!("Why so much?"))])
        .collect();
    vec![
        ("nothing", json!([])),
        ("object", json!({"speaker": "user", "text": "Hi."})),
        ("scalar", json!("user")),
        (
            "times",
            parsed(
                r#"[{"speaker":"user","text":"um zero length","start_ms":5,"end_ms":5},
                {"speaker":"user","text":"uh, reversed","start_ms":9,"end_ms":5},
                {"speaker":"assistant","text":"beyond","start_ms":9007199254740991.5,"end_ms":1e400},
                {"speaker":"ai","text":"halves","start_ms":-0.5,"end_ms":900.5},
                {"speaker":"user","text":"I mean, tiny","start_ms":1e-300,"end_ms":12e3},
                {"speaker":"bot","text":"so small","start_ms":-1e300,"end_ms":-1},
                {"speaker":"user","text":"text for time","start_ms":"0","end_ms":[900]}]"#,
            ),
        ),
        (
            "scripts",
            json!([
                {"speaker": "user", "text": "שלום עולם, um, האם זה בסדר?", "start_ms": 0, "end_ms": 3000},
                {"speaker": "assistant", "text": "مرحبا بالعالم الجميل؟ ‏like‏ نعم", "start_ms": 1000, "end_ms": 5000},
                {"speaker": "user", "text": "你好世界。我有30年贷款吗？𠀀𪛖 ｈｏｗ", "start_ms": 2000, "end_ms": 6000},
                {"speaker": "user", "text": "e\u{301}te\u{301} ü\u{308}m Z\u{351}\u{36b}\u{343}\u{36a}\u{302} İstanbul ﬁne", "start_ms": 7000, "end_ms": 8000},
                {"speaker": "user", "text": "👨‍👩‍👧 :) great👍🏽 \u{200b}um\u{feff} \u{202e}why\u{202c}?", "start_ms": 9000, "end_ms": 9999}
            ]),
        ),
        (
            "quotes",
            json!([
                {"speaker": "user", "text": "\"why? he said 'what 5'10\" ‘is ‹that [and (then", "start_ms": 0, "end_ms": 999},
                {"speaker": "user", "text": "’tis it… ?!?! \u{1}\u{7f} ... e.g. p.m. Dr. 3.5 [noise] ‹unk› --- kind-of", "start_ms": 600, "end_ms": 4000},
                {"speaker": "assistant", "text": "«um ›‹ ] [ \\ / \u{fffd}", "start_ms": 700, "end_ms": 4000}
            ]),
        ),
        (
            "malformed",
            json!([1, null, true, "user", [], {}, [[{"speaker": "user", "text": "um"}]], {"speaker": "user"},
                {"text": "um"}, {"speaker": 1, "text": "um"}, {"speaker": "user", "text": 5},
                {"speaker": "system", "text": "um"}, many_keys, {"speaker": "user", "text": "like, yes", "x": nested(100)}]),
        ),
    ]
}

fn marks() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        (
            "scale",
            r#"{"rubric":{"criteria":[{"name":"A","weight":0.25},{"name":"é 好","weight":0.75,"critical":true}],
            "scale":{"min":1,"max":7},"threshold":60},"evaluation":{"A":6,"é 好":{"score":5.5},"B":1}}"#,
        ),
        (
            "nulls",
            r#"{"rubric":{"criteria":[{"name":"A","weight":1e-2},{"name":"B","weight":99e-2,"threshold":null}]},
            "evaluation":{"A":null,"B":{"score":null}},"score_breakdown":{"A":50.005}}"#,
        ),
        (
            "bands",
            r#"{"rubric":{"criteria":[{"name":"A","weight":1,"kpi":"talk_listen_ratio","band":[20,40,55,75]},
            {"name":"B","weight":2,"kpi":"sentiment_score","band":[-1,-0.1,0.3333333333,0.7]},{"name":"C","weight":0}]},
            "kpis":{"talk_listen_ratio":"31:69","sentiment_score":-0.33},"score_breakdown":{"C":12.345}}"#,
        ),
        (
            "numbers",
            r#"{"rubric":{"criteria":[{"name":"A","weight":1e100},{"name":"B","weight":1e-100}],"scale":{"min":-1e-99,"max":1e99}},
            "evaluation":{"A":1e-1000,"B":999999999999999999999999999999.5}}"#,
        ),
        ("refused", r#"{"rubric":{"criteria":[{"name":"A","weight":0.5},{"name":"A","weight":"0.5","kpi":"x"}],"scale":[1,2]}}"#),
        ("out_of_range", r#"{"rubric":{"criteria":[{"name":"A","weight":1}]},"evaluation":{"A":100.0000001}}"#),
    ]
    .into_iter()
}

/// A policy, a URL, and what its name resolves to.
fn urls() -> impl Iterator<Item = Seed> {
    let cases: [(&str, u8, &str, &[&str]); 8] = [
        ("public", 0, "https://hooks.example.com/in?key=1#part", &["8.8.8.8", "2606:4700::1111"]),
        ("rebound", 0, "https://bücher.example:443/", &["8.8.8.8", "10.0.0.1"]),
        ("octal", 0, "https://0177.0x0.01/", &[]),
        ("decimal", 7, "http://2130706433:8080/", &[]),
        ("mapped", 2, "https://[::ffff:127.0.0.1]/", &[]),
        ("credentials", 0, "https://user:secret@hooks.example.com:443\\@[::1]/", &[]),
        (
            "carriers",
            1,
            "http://a.example/",
            &["64:ff9b::a00:1", "2002:7f00:1::", "::ffff:0:a00:1", "::7f00:1"],
        ),
        ("private_name", 2, "https://metadata.google.internal", &["127.0.0.1", "::1"]),
    ];
    cases.into_iter().map(|(name, policy, url, answers)| {
        let answers = answers.iter().filter_map(|answer| answer.parse::<IpAddr>().ok());
        let octets = answers.flat_map(|answer| match answer {
            IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            IpAddr::V6(address) => address.octets(),
        });
        let bytes = [policy].into_iter().chain(url.bytes()).chain([b'\n']).chain(octets);
        ("guard", name.to_owned(), bytes.collect())
    })
}

/// The time now, in seconds, and a header.
fn waits() -> impl Iterator<Item = Seed> {
    let cases = [
        ("seconds", 784_111_700, "120"),
        ("many_seconds", 784_111_700, "99999999999999999999"),
        ("imf_fixdate", 784_111_700, "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("rfc850", 784_111_700, "Sunday, 06-Nov-94 08:49:37 GMT"),
        ("asctime", 784_111_700, "Sun Nov  6 08:49:37 1994"),
        ("past", i64::MAX / 1_000_000, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("no_date", i64::MIN / 1_000_000, "Sun, 31 Feb 9999 23:59:60 GMT"),
    ];
    cases.into_iter().map(|(name, seconds, header)| {
        let bytes = (seconds * 1_000_000i64).to_le_bytes().into_iter().chain(header.bytes());
        ("retry_after", name.to_owned(), bytes.collect())
    })
}
