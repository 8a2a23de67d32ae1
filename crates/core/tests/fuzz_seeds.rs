//! The fuzz targets of crates/core/fuzz, on each of their seeds. `UPDATE_SEEDS=1` writes those
//! seeds that are made; the others are inputs that once failed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;
#[path = "../fuzz/src/seeds.rs"]
mod seeds;

use std::fs;
use std::path::PathBuf;

fn corpus(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fuzz", "corpus", target].iter().collect()
}

fn run(target: &str, check: fn(&[u8])) {
    let mut files: Vec<_> = fs::read_dir(corpus(target)).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        println!("{}", file.display()); // shown where it fails
        let bytes = fs::read(&file).unwrap();
        check(&bytes);
        // Each cut short and with each bit of its beginning turned, as the fuzzer would.
        for length in (0..bytes.len()).step_by(1 + bytes.len() / 64) {
            check(&bytes[..length]);
        }
        let mut damaged = bytes.clone();
        for bit in 0..8 * bytes.len().min(64) {
            damaged[bit / 8] ^= 1 << (bit % 8);
            check(&damaged);
            damaged[bit / 8] = bytes[bit / 8];
        }
    }
}

#[test]
fn transcripts() {
    run("transcript", fuzz::transcript);
}

#[test]
fn json() {
    run("json", fuzz::json);
}

#[test]
fn scoring() {
    run("scoring", fuzz::scoring);
}

#[test]
fn guard() {
    run("guard", fuzz::guard);
}

#[test]
fn retry_after() {
    run("retry_after", fuzz::retry_after);
}

#[test]
fn made_seeds_are_there() {
    let example = |call: &str, file: &str| {
        let path = format!("{}/../../examples/{call}/{file}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    for (target, name, bytes) in seeds::all(example) {
        let file = corpus(target).join(name);
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            fs::create_dir_all(corpus(target)).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        assert!(fs::read(&file).unwrap() == bytes, "{}: run with UPDATE_SEEDS=1", file.display());
    }
}
