//! The calls of examples/, read from binary jsonb to KPIs, against the values that their
//! WORKED.md works out by hand: every key, to the last digit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use callcoach_core::jsonb::encode::encode;
use callcoach_core::kpis;
use callcoach_core::transcript::Transcript;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// What expected.json has beside the KPIs: they are scoring's.
const NO_KPIS: [&str; 2] = ["score", "score_breakdown"];

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of examples/ that hold a call, in order.
fn calls() -> Vec<PathBuf> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut calls: Vec<_> = std::fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("transcript.json").exists())
        .collect();
    calls.sort();
    calls
}

fn computed(call: &Path) -> Map<String, Value> {
    let bytes = encode(&read(&call.join("transcript.json")));
    let transcript = Transcript::from_jsonb(&bytes, &mut || ()).unwrap();
    serde_json::from_str(&kpis::compute(&transcript, &mut || ()).to_json()).unwrap()
}

fn by_hand(call: &Path) -> Map<String, Value> {
    let Value::Object(mut keys) = read(&call.join("expected.json")) else { panic!("{}", call.display()) };
    keys.retain(|key, _| !NO_KPIS.contains(&key.as_str()));
    keys
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("missing".into(), Value::to_string)
}

#[test]
fn every_key_of_every_example_is_as_worked_out_by_hand() {
    let mut differences = Vec::new();
    let calls = calls();
    for call in &calls {
        let name = call.file_name().unwrap().to_string_lossy();
        let (by_hand, computed) = (by_hand(call), computed(call));
        for key in by_hand.keys().chain(computed.keys().filter(|key| !by_hand.contains_key(*key))) {
            let (hand, computed) = (by_hand.get(key), computed.get(key));
            if hand != computed {
                differences.push(format!(
                    "{name}: {key} is {} by hand, {} computed",
                    shown(hand),
                    shown(computed)
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(calls.len(), 4, "the calls that examples/README.md lists");
}
