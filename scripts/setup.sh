#!/usr/bin/env bash
# Installs what is missing: PostgreSQL with its headers, cargo-pgrx; with the argument "clients" also Node.js
# and the npm packages of the integration tests. Does nothing on a machine that has it all.
. "$(dirname "$0")/lib.sh"

missing=()
[ -x "$PG_CONFIG" ] && [ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ] ||
  missing+=("postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR")
have cc || missing+=(gcc libc6-dev)
have make || missing+=(make)
if [ "${1:-}" = clients ]; then
  have node || missing+=(nodejs)
  have npm || missing+=(npm)
fi
if [ "${#missing[@]}" -gt 0 ]; then
  say "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

have cargo || die "Rust is missing: install it from https://rustup.rs"
if [ "$(cargo pgrx --version 2>/dev/null)" != "cargo-pgrx $PGRX_VERSION" ]; then
  say "installing cargo-pgrx $PGRX_VERSION (about four minutes on two cores)"
  cargo install cargo-pgrx --version "=$PGRX_VERSION" --locked
fi

# cargo-pgrx reads its configuration from PGRX_HOME; ours says which pg_config serves which major.
mkdir -p "$PGRX_HOME"
if ! cmp -s pgrx-config.toml "$PGRX_HOME/config.toml"; then
  [ ! -f "$PGRX_HOME/config.toml" ] || cp "$PGRX_HOME/config.toml" "$PGRX_HOME/config.toml.before-callcoach"
  cp pgrx-config.toml "$PGRX_HOME/config.toml"
fi

if [ "${1:-}" = clients ] && [ ! -d tests/integration/node_modules ]; then
  say "installing the clients of the integration tests (PostgREST, supabase-js)"
  (cd tests/integration && npm ci --no-audit --no-fund)
fi
