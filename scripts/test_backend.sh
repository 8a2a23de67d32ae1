#!/usr/bin/env bash
# The #[pg_test]s: cargo-pgrx builds a test library, starts a server of its own, and runs each in a transaction.
. "$(dirname "$0")/lib.sh"
scripts/setup.sh tests
flags=()
if [ "$(id -u)" = 0 ]; then
  # The server runs as postgres, who needs a folder of his own.
  install -d -m 755 "$RUN_DIR"
  rm -rf "$RUN_DIR/pgtest"
  install -d -o postgres -g postgres -m 700 "$RUN_DIR/pgtest"
  trap 'rm -rf "$RUN_DIR/pgtest"' EXIT
  flags=(--runas postgres --pgdata "$RUN_DIR/pgtest")
elif [ ! -w "$("$PG_CONFIG" --pkglibdir)" ]; then
  flags=(--sudo)
fi
cargo pgrx test --no-default-features --features "pg$PG_MAJOR" "${flags[@]}" "pg$PG_MAJOR"
