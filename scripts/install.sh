#!/usr/bin/env bash
# Builds the extension (release) and installs it into the PostgreSQL of $PG_CONFIG.
. "$(dirname "$0")/lib.sh"
scripts/setup.sh
major=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
say "building callcoach for PostgreSQL $major (about two minutes the first time)"
sudo_flag=()
[ -w "$("$PG_CONFIG" --pkglibdir)" ] || sudo_flag=(--sudo)
cargo pgrx install --release --no-default-features --features "pg$major" --pg-config "$PG_CONFIG" "${sudo_flag[@]}"
