#!/usr/bin/env bash
# Installs what is missing: PostgreSQL with its headers, cargo-pgrx; with the argument "tests" also what the tests
# need: Node.js, npm, openssl, pgbouncer, pg_partman, pg_cron, pgvector, and sudo, by which root has cargo-pgrx start
# its server as postgres. Does nothing on a machine that has it all.
. "$(dirname "$0")/lib.sh"

missing=()
[ -x "$PG_CONFIG" ] && [ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ] ||
  missing+=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR")
have cc || missing+=(gcc libc6-dev)
have make || missing+=(make)
if [ "${1:-}" = tests ]; then
  have node || missing+=(nodejs)
  have npm || missing+=(npm)
  have openssl || missing+=(openssl)
  have sudo || missing+=(sudo)
  [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
  [ -f "$("$PG_CONFIG" --sharedir)/extension/pg_partman.control" ] || missing+=("postgresql-$PG_MAJOR-partman")
  [ -f "$("$PG_CONFIG" --pkglibdir)/pg_cron.so" ] || missing+=("postgresql-$PG_MAJOR-cron")
fi
if [ "${#missing[@]}" -gt 0 ]; then
  say "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
[ "${1:-}" != tests ] || scripts/pgvector.sh

have cargo || die "Rust is missing: install it from https://rustup.rs"
if [ "$(cargo pgrx --version 2>/dev/null)" != "cargo-pgrx $PGRX_VERSION" ]; then
  say "installing cargo-pgrx $PGRX_VERSION (about four minutes on two cores)"
  cargo install cargo-pgrx --version "=$PGRX_VERSION" --locked
fi

# cargo-pgrx reads its configuration from PGRX_HOME; ours says which pg_config serves which major. One that
# somebody made is left alone, but for the major that is missing in it.
mkdir -p "$PGRX_HOME"
if [ ! -f "$PGRX_HOME/config.toml" ]; then
  cp pgrx-config.toml "$PGRX_HOME/config.toml"
elif ! grep -q "^pg$PG_MAJOR *=" "$PGRX_HOME/config.toml"; then
  sed -i "s|^\[configs\]|&\npg$PG_MAJOR = \"$PG_CONFIG\"|" "$PGRX_HOME/config.toml"
fi
