//! Time to check a webhook's signature and to sign a URL. The payload is 1 KiB; the header
//! has the right signature and, as while a secret is being replaced, a wrong one before it.

#![allow(missing_docs)]

use callcoach_core::signatures::{hex, hmac_sha256, stripe, svix};
use callcoach_core::signed_url::ObjectPath;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const AT: i64 = 1_614_265_330;
const PATH: &str = "recordings/7b1c8f0e-0000-4000-8000-000000000001/2025/09/call-0001.mp3";

fn signatures(c: &mut Criterion) {
    let payload = format!(r#"{{"text":"{}"}}"#, "x".repeat(1013));
    assert_eq!(payload.len(), 1024);
    let timestamp = AT.to_string();
    let mut group = c.benchmark_group("signatures");

    let key = svix::key(SECRET).unwrap_or_default();
    let signature =
        format!("{} {}", svix::sign("", "msg_1", AT, &key), svix::sign(&payload, "msg_1", AT, &key));
    let message =
        svix::Message { payload: &payload, id: "msg_1", timestamp: &timestamp, signature: &signature };
    assert!(svix::verify(&message, SECRET, 300, AT));
    group.bench_function("svix::verify", |b| {
        b.iter(|| svix::verify(black_box(&message), SECRET, 300, AT));
    });
    group.bench_function("svix::sign", |b| b.iter(|| svix::sign(black_box(&payload), "msg_1", AT, &key)));

    let sign = |payload: &str| {
        hex(&hmac_sha256(SECRET.as_bytes(), &[timestamp.as_bytes(), b".", payload.as_bytes()]))
    };
    let header = format!("t={AT},v1={},v1={}", sign(""), sign(&payload));
    assert!(stripe::verify(&payload, &header, SECRET, 300, AT));
    group.bench_function("stripe::verify", |b| {
        b.iter(|| stripe::verify(black_box(&payload), &header, SECRET, 300, AT));
    });

    let sign = |path: &str| {
        ObjectPath::parse(path)
            .ok()
            .and_then(|path| path.sign("https://project.supabase.co/storage/v1", SECRET, AT, 3600).ok())
    };
    assert!(sign(PATH).is_some());
    group.bench_function("parse a path and sign its URL", |b| b.iter(|| sign(black_box(PATH))));
    group.finish();
}

criterion_group!(benches, signatures);
criterion_main!(benches);
