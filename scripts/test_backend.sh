#!/usr/bin/env bash
# The #[pg_test]s: cargo-pgrx builds a test library, starts a server of its own, and runs each in a transaction.
. "$(dirname "$0")/lib.sh"
scripts/setup.sh tests
# The server runs as postgres where root asks, who needs a folder of his own; otherwise as who asks. Naming a
# user also has cargo-pgrx copy the library to its place by sudo.
user=$(id -un)
[ "$user" != root ] || user=postgres
data=$RUN_DIR/pgtest
as_root rm -rf "$data"
mkdir -p -m 755 "$RUN_DIR"
as_root install -d -o "$user" -m 700 "$data"
trap 'as_root rm -rf "$data"' EXIT
cargo pgrx test --no-default-features --features "pg$PG_MAJOR" --runas "$user" --pgdata "$data" "pg$PG_MAJOR"
