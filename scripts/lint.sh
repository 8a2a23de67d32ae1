#!/usr/bin/env bash
# Formatting, and clippy with every warning an error.
. "$(dirname "$0")/lib.sh"
scripts/setup.sh
say "rustfmt, clippy"
cargo fmt --all --check
cargo clippy --workspace --all-targets --no-default-features --features "pg$PG_MAJOR" -- -D warnings
