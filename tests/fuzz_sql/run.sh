#!/usr/bin/env bash
# The SQL functions against random input, on a cluster of their own. Wants the extension installed
# (scripts/install.sh) and Node.js.
#   run.sh fuzz [SECONDS, 60] [SEED, of the clock] [CASE: only this one]
#   run.sh large    a million utterances, 200 MB of text, deep nesting: time, memory, cancelling
. "$(dirname "$0")/../../scripts/lib.sh"
here=tests/fuzz_sql
what=${1:-fuzz}
[ "$what" = fuzz ] || [ "$what" = large ] || die "usage: $0 fuzz [seconds] [seed] [case] | large"

have node && have npm || die "Node.js and npm are missing: run scripts/setup.sh tests"
[ -f "$("$PG_CONFIG" --sharedir)/extension/callcoach.control" ] ||
  die "the extension is not installed: run scripts/install.sh"
# The client library is the integration tests'.
if ! [ tests/integration/node_modules/.package-lock.json -nt tests/integration/package-lock.json ]; then
  (cd tests/integration && npm ci --no-audit --no-fund --silent)
fi

cluster=fuzz_$what
trap 'scripts/cluster.sh remove "$cluster"' EXIT
trap 'exit 130' INT TERM
scripts/cluster.sh fresh "$cluster" callcoach.storage_url=https://storage.test/storage/v1 log_min_messages=log \
  callcoach.storage_jwt_secret=a-secret-of-the-fuzz-tests-that-is-long fsync=off
eval "$(scripts/cluster.sh env "$cluster")"
createdb fuzz
export PGDATABASE=fuzz
psql -Xq -v ON_ERROR_STOP=1 -f scripts/supabase_roles.sql -f sql/install.sql >/dev/null

status=0
case $what in
  fuzz) node $here/fuzz.mjs "${2:-60}" "${3:-$(date +%s)}" "${@:4:1}" || status=$? ;;
  large) node $here/large.mjs || status=$? ;;
esac
# A backend that died takes the others along; the log knows.
if grep -E 'PANIC|was terminated by signal' "$PGHOST/server.log"; then status=1; fi
exit "$status"
