#!/usr/bin/env bash
# The integration tests: a real PostgREST and supabase-js against a private cluster. Wants the extension
# installed (scripts/install.sh), and Node.js and npm (scripts/setup.sh tests). Ends with the line
# "N passed, N failed"; arguments go to node --test, e.g. --test-name-pattern=leaderboard.
. "$(dirname "$0")/lib.sh"
. scripts/lib_tests.sh
database=callcoach

want_extension
npm_packages "$clients" "PostgREST and supabase-js"

work=$(mktemp -d)
clean_up() {
  stop_postgrest
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

start_postgrest "$database" public "$work/postgrest.log"

say "tests"
status=0
node_tests "$work" "$@" "$clients"/*.test.mjs || status=$?
[ "$status" = 0 ] || { say "PostgREST's last words"; tail -20 "$work/postgrest.log"; } >&2
echo "$passed passed, $failed failed"
[ "$status" = 0 ] && [ "$failed" = 0 ]
