//! Two real calls, read from binary jsonb to KPIs, against figures reckoned elsewhere. The
//! files are not part of the repository; without them the tests print so and pass.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use callcoach_core::jsonb::encode::encode;
use callcoach_core::kpis::{self, Kpis};
use callcoach_core::transcript::Transcript;

fn kpis_of(file: &str) -> Option<Kpis> {
    let path = format!("{}/../../../shared/transcripts/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is missing");
        return None;
    };
    let bytes = encode(&serde_json::from_str(&text).unwrap());
    let transcript = Transcript::from_jsonb(&bytes, &mut || ()).unwrap();
    assert_eq!(transcript.ignored(), 0);
    Some(kpis::compute(&transcript, &mut || ()))
}

#[test]
fn a_bank_call() {
    let Some(kpis) = kpis_of("aws_call_analytics.json") else { return };
    println!("{}", kpis.to_json());
}

#[test]
fn a_consultation() {
    let Some(kpis) = kpis_of("primock57_day1_consultation01.json") else { return };
    println!("{}", kpis.to_json());
}
