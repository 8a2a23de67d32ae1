#!/usr/bin/env bash
# The systems beside the training platform (sql/NAME/install.sql), each in a database of its own with the extension,
# Supabase's stand-ins and nothing else. For each: installing twice, in stages, and where something is missing;
# tests/systems/NAME/sql by pg_regress; tests/systems/NAME/*.test.mjs through PostgREST and supabase-js, in a copy;
# what callcoach.security_findings() says; dump and restore. Wants the extension installed (scripts/install.sh),
# Node.js, npm and pgvector (scripts/setup.sh tests). Ends with the line "N passed, N failed".
#   test_systems.sh [system …]            all, or those
#   test_systems.sh system --only NAME …  those files of its tests alone: NAME.sql, NAME.test.mjs
. "$(dirname "$0")/lib.sh"
. scripts/lib_tests.sh
. scripts/lib_systems.sh

only=()
names=()
while [ $# -gt 0 ]; do
  if [ "$1" = --only ]; then shift; only=("$@"); break; fi
  [ -f "sql/$1/install.sql" ] || die "there is no system $1: sql/$1/install.sql is missing"
  names+=("$1")
  shift
done
if [ "${#names[@]}" = 0 ]; then
  while read -r name; do names+=("$name"); done < <(systems)
fi
if [ "${#names[@]}" = 0 ]; then
  echo "no system is there yet (sql/NAME/install.sql)"
  echo "0 passed, 0 failed"
  exit
fi
want_extension

out=$RUN_DIR/systems_output
rm -rf "$out"
mkdir -p "$out"
clean_up() {
  stop_postgrest
  scripts/cluster.sh remove systems
}
trap clean_up EXIT
trap 'exit 130' INT TERM
say "a fresh cluster"
scripts/cluster.sh fresh systems
eval "$(scripts/cluster.sh env systems)"
export PGCLIENTENCODING=UTF8
sql() { psql -Xq -v ON_ERROR_STOP=1 "$@"; }

second_install_changes_nothing() {
  dump "$system" >"$out/before.sql"
  install_system "$system" "$system"
  dump "$system" >"$out/after.sql"
  diff "$out/before.sql" "$out/after.sql"
}

# With neither Storage nor pgvector it installs the rest, and adds what it left out once they are there: the same as if
# they had been there from the start.
installs_in_stages() {
  createdb staged
  supabase staged roles callcoach auth
  install_system staged "$system"
  supabase staged storage vector
  install_system staged "$system"
  # Where other extensions live is the database's affair: a system may have been there before Supabase's schema for them.
  local of=(--schema-only --schema "$system" --schema storage --schema auth)
  dump "${of[@]}" "$system" >"$out/whole.sql"
  dump "${of[@]}" staged >"$out/staged.sql"
  dropdb staged
  diff "$out/whole.sql" "$out/staged.sql"
}

# Without the extension, or Supabase's Auth, it says so, and leaves nothing behind.
says_what_is_missing() {
  local has
  for has in 'roles auth storage' 'roles callcoach storage'; do
    createdb lacking
    # shellcheck disable=SC2086
    supabase lacking $has
    ! install_system lacking "$system" 2>"$out/said"
    cat "$out/said"
    grep -q 'HINT' "$out/said"
    [ -z "$(sql -d lacking -Atc "select from pg_namespace where nspname = '$system'")" ]
    dropdb lacking
  done
}

# What Supabase grants on Storage is taken back by the systems that use it.
nothing_is_found() {
  local whose=true
  grep -rqs 'storage\.objects' "sql/$system" || whose="object not like 'storage.%'"
  sql -d "$system" -c "select * from callcoach.security_findings() where $whose" | tee "$out/found"
  grep -q '^(0 rows)$' "$out/found"
}

# The database that clients have worked in, where there is one.
restores() {
  dump "$filled" >"$out/before.sql"
  createdb restored
  sql -d restored -f "$out/before.sql" >/dev/null
  dump restored >"$out/after.sql"
  dropdb restored
  # Sorted: rows of several sizes may come to lie in another order.
  diff <(sort "$out/before.sql") <(sort "$out/after.sql")
}

# chosen FOLDER ENDING: the files of that ending, by their names, as far as --only says.
chosen() {
  local file name
  for file in "$1"/*"$2"; do
    [ -f "$file" ] || continue
    name=$(basename "$file" "$2")
    if [ "${#only[@]}" = 0 ] || [[ " ${only[*]} " = *" $name "* ]]; then echo "$name"; fi
  done
}

for system in "${names[@]}"; do
  say "$system"
  tests=tests/systems/$system
  system_database "$system" "$system"
  filled=$system

  mapfile -t files < <(chosen "$tests/sql" .sql)
  if [ "${#files[@]}" -gt 0 ]; then
    mkdir -p "$out/$system"
    createdb -T "$system" "${system}_sql"
    compare "$(pgxs_tests)/regress/pg_regress" "$tests" "${system}_sql" "$out/$system" "${files[@]}"
  fi

  mapfile -t files < <(chosen "$tests" .test.mjs | sed "s|.*|$tests/&.test.mjs|")
  if [ "${#files[@]}" -gt 0 ]; then
    npm_packages "$clients" "PostgREST and supabase-js"
    filled=${system}_clients
    createdb -T "$system" "$filled"
    start_postgrest "$filled" "public,$system" "$out/postgrest.log"
    SYSTEM=$system PGDATABASE=$filled node_tests "$out" "${files[@]}" ||
      { say "PostgREST's last words"; tail -20 "$out/postgrest.log"; } >&2
    stop_postgrest
  fi

  if [ "${#only[@]}" = 0 ]; then
    check second_install_changes_nothing
    check installs_in_stages
    check says_what_is_missing
    check nothing_is_found
    check restores
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
