#!/usr/bin/env bash
# PostgreSQL's own pg_regress against a private cluster, then what SQL files cannot say: sessions beside each
# other (tests/isolation), installing twice and into another schema, dump and restore, a crash. With names:
# only those files of tests/pg_regress/sql.
. "$(dirname "$0")/lib.sh"
. scripts/lib_tests.sh

out=$RUN_DIR/regress_output
clean_up() { for cluster in regress restored loading; do scripts/cluster.sh remove $cluster; done; }
trap clean_up EXIT
scripts/cluster.sh fresh regress
eval "$(scripts/cluster.sh env regress)"
createdb regress
export PGDATABASE=regress PGCLIENTENCODING=UTF8
sql() { psql -Xq -v ON_ERROR_STOP=1 "$@"; }
sql -f scripts/supabase_roles.sql
sql -f sql/install.sql

names=("$@")
if [ "${#names[@]}" = 0 ]; then
  for file in tests/pg_regress/sql/*.sql; do names+=("$(basename "$file" .sql)"); done
fi
rm -rf "$out"
mkdir -p "$out"
compare "$(pgxs_tests)/regress/pg_regress" tests/pg_regress regress "$out" "${names[@]}"

# Two organisations with calls of examples/, one attempt of each completed.
with_data() {
  sql -v receiver=https://receiver.test -f examples/demo/seed.sql
  sql -c "update scenario_attempts set status = 'completed' where id in (
    'a1100000-0000-4000-8000-000000000000', 'b1100000-0000-4000-8000-000000000000')" \
    -c "select refresh_reporting()" >/dev/null
}

second_install_changes_nothing() {
  dump >"$out/before.sql"
  sql -f sql/install.sql
  dump >"$out/after.sql"
  diff "$out/before.sql" "$out/after.sql"
}

# Completing an attempt brings a fact, KPIs, a score and deliveries, whatever the search_path says.
completes() {
  sql -d "$1" -At -v schema="$2" <<'SQL' | diff - <(echo '63:37 75.13 75.13 26000 2')
update :schema.scenario_attempts set status = 'completed' where id = 'a3100000-0000-4000-8000-000000000000';
select concat_ws(' ', a.kpis ->> 'talk_listen_ratio', a.score, f.score, f.talk_ms,
         (select count(*) from :schema.webhook_deliveries d
           where d.event = 'scenario.completed' and (d.payload ->> 'attempt_id')::uuid = a.id))
  from :schema.scenario_attempts a join :schema.fact_scenario_attempts f on f.attempt_id = a.id
 where a.id = 'a3100000-0000-4000-8000-000000000000';
SQL
}

installs_into_another_schema() {
  createdb in_api
  sql -d in_api -v schema=api -f sql/install.sql
  PGDATABASE=in_api PGOPTIONS='-c search_path=api' with_data
  completes in_api api
  # Nothing of it may have landed in public.
  sql -d in_api -At -c "select relname from pg_class where relnamespace = 'public'::regnamespace
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace" | diff - /dev/null
}

installs_without_supabase() {
  scripts/cluster.sh fresh restored
  eval "$(scripts/cluster.sh env restored)"
  createdb plain
  sql -d plain -f sql/install.sql
  PGDATABASE=plain with_data
  completes plain public
  dropdb plain
}

restores_into_a_new_cluster() {
  with_data
  dump >"$out/before.sql"
  pg_dumpall --roles-only | grep -vE '(CREATE|ALTER) ROLE postgres' >"$out/roles.sql"
  scripts/cluster.sh fresh restored
  eval "$(scripts/cluster.sh env restored)"
  createdb regress
  sql -f "$out/roles.sql"
  sql -f "$out/before.sql" >/dev/null
  dump >"$out/after.sql"
  diff "$out/before.sql" "$out/after.sql"
  completes regress public
}

# kill_backend PID: as the kernel does when memory runs out; returns once the server has recovered.
kill_backend() {
  local starts
  starts=$(server_starts)
  as_pg kill -9 "$1"
  for _ in $(seq 600); do [ "$(server_starts)" = "$starts" ] || return 0; sleep 0.1; done
  return 1
}
server_starts() { grep -c 'ready to accept connections' "$PGHOST/server.log"; }

# A backend is killed with an attempt completed and not committed, so the server goes through recovery: nothing
# of it is there, what was committed is, and the attempt can be completed.
survives_a_crash() {
  createdb crashed
  sql -d crashed -f sql/install.sql
  PGDATABASE=crashed with_data
  local killed before
  before=$(sql -d crashed -At -c 'select (select count(*) from fact_scenario_attempts), (select count(*) from webhook_deliveries)')
  sql -d crashed -At >"$out/killed" 2>&1 <<'SQL' &
begin;
update scenario_attempts set status = 'completed' where id = 'a3100000-0000-4000-8000-000000000000';
select 'pid ' || pg_backend_pid() from fact_scenario_attempts where attempt_id = 'a3100000-0000-4000-8000-000000000000';
select pg_sleep(60);
SQL
  killed=
  for _ in $(seq 600); do
    killed=$(sed -n 's/^pid //p' "$out/killed")
    [ -z "$killed" ] || break
    sleep 0.1
  done
  kill_backend "$killed"
  ! wait $!
  [ "$(sql -d crashed -At -c 'select (select count(*) from fact_scenario_attempts), (select count(*) from webhook_deliveries)')" = "$before" ]
  completes crashed public
}

# Random changes of facts, folded all, in part, one organisation's, rebuilt, rolled back: whenever everything is
# folded, the reports are what the documents' own queries give.
reports_follow_random_changes() {
  createdb folded
  sql -d folded -f sql/install.sql
  for seed in 0.1 0.2; do sql -d folded -v rounds=400 -v seed=$seed -f tests/reporting/random.sql; done
}

. tests/reporting/partitions.sh

# Nobody's change is lost or counted twice: two folders and a rebuild beside writers, and folders that are killed.
reports_survive_writers_folders_and_crashes() {
  createdb beside
  sql -d beside -f sql/install.sql
  sql -d beside -c "insert into orgs (name) select 'org ' || n from generate_series(1, 6) n"
  local writers folders=() pid found
  pgbench -n -f tests/reporting/writers.sql -c 3 -T 6 beside >"$out/writers" 2>&1 &
  writers=$!
  for fold in 'refresh_reporting(50)' 'refresh_reporting()' 'rebuild_reporting()'; do
    (while kill -0 $writers 2>/dev/null; do
      PGOPTIONS='-c client_min_messages=warning' sql -d beside -At -c "select $fold" >>"$out/folds" || exit 1
    done) &
    folders+=($!)
  done
  wait $writers
  for pid in "${folders[@]}"; do wait "$pid"; done
  sql -d beside -c 'select refresh_reporting()' >/dev/null
  differing beside | diff - <(echo 0 0)
  # Folds that are killed with everything written and nothing committed; the server recovers each time.
  for _ in 1 2 3; do
    sql -d beside -c 'update fact_scenario_attempts set score = 100 - score where random() < 0.5'
    (sql -d beside -At -c 'begin' -c "select 'pid ' || pg_backend_pid()" -c 'select refresh_reporting()' \
      -c 'select pg_sleep(60)' >"$out/folding" 2>&1) &
    found=
    for _ in $(seq 600); do
      found=$(sql -d beside -At -c "select pid from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'")
      [ -z "$found" ] || break
      sleep 0.1
    done
    kill_backend "$found"
    ! wait $!
    [ "$(sql -d beside -At -c 'select count(*) > 0 from reporting_deltas')" = t ]
    sql -d beside -c 'select refresh_reporting()' >/dev/null
    differing beside | diff - <(echo 0 0)
  done
}
differing() { sql -d "$1" -At -F ' ' -c 'select (select count(*) from check_reporting()), (select count(*) from reporting_deltas)'; }

# Forging the claim, by SET and by PGOPTIONS, on clusters that load the library in different ways. What is seen:
# the claim as current_setting() gives it before anything calls the library; then the rows that the policies
# show, current_org_id(), and the claim once more.
forged() { # forged SETTING=VALUE …
  scripts/cluster.sh fresh loading "$@"
  eval "$(scripts/cluster.sh env loading)"
  createdb loading
  sql -d loading -f scripts/supabase_roles.sql -f sql/install.sql 2>/dev/null
  PGDATABASE=loading with_data
  sql -d loading -c 'create role forger login in role authenticated'
  local org claim seen
  org=$(sql -d loading -At -c 'select min(id::text) from orgs')
  claim="case current_setting('jwt.claims.org_id', true) when '$org' then 'forged' else 'nothing' end"
  seen="select (select count(*) > 0 from scenarios where org_id = '$org'), current_org_id() is not null, $claim"
  forger() { psql -XAtq -F ' ' -d loading -U forger "$@" -c "select $claim" -c "$seen" 2>&1 |
    grep -v '^WARNING' | sed 's/.*FATAL/FATAL/; s/ to set.*//' | paste -sd ' '; }
  forger -c "set jwt.claims.org_id = '$org'"
  PGOPTIONS="-c jwt.claims.org_id=$org" forger
}

guards_the_claim_however_it_is_loaded() {
  # Preloaded: refused from the first statement on.
  diff <(forged shared_preload_libraries=callcoach) - <<<'ERROR:  permission denied nothing f f nothing
FATAL:  permission denied'
  diff <(forged shared_preload_libraries= session_preload_libraries=callcoach) - <<<'ERROR:  permission denied nothing f f nothing
nothing f f nothing'
  # Loaded by its first call: what was forged before stands until then, for who reads the setting itself. The
  # policies call the library, and so see through it.
  diff <(forged shared_preload_libraries=) - <<<'forged f f nothing
forged f f nothing'
  # The guard is off at the server's start, for test suites.
  diff <(forged callcoach.guard_claim=off) - <<<'forged t t forged
forged t t forged'
  diff <(forged shared_preload_libraries= session_preload_libraries=callcoach callcoach.guard_claim=off) - <<<'forged t t forged
forged t t forged'
  # It cannot be turned off in a session, for a role or a database.
  scripts/cluster.sh fresh loading shared_preload_libraries= session_preload_libraries=callcoach
  eval "$(scripts/cluster.sh env loading)"
  for attempt in 'set callcoach.guard_claim = off' 'alter role postgres set callcoach.guard_claim = off' \
    'alter database postgres set callcoach.guard_claim = off'; do
    ! sql -d postgres -c "load 'callcoach'" -c "$attempt"
  done
  scripts/cluster.sh remove loading
}

# A reload writes the settings it changes to the server's log, but for this one.
keeps_the_storage_secret_out_of_the_log() {
  sql -c "alter system set callcoach.storage_jwt_secret = 'first-value-of-the-secret'" \
    -c "alter system set callcoach.storage_url = 'https://storage.test'" -c 'select pg_reload_conf()' >/dev/null
  sql -c "alter system set callcoach.storage_jwt_secret = 'second-value-of-the-secret'" -c 'select pg_reload_conf()' >/dev/null
  for _ in $(seq 50); do ! grep -q 'storage_url' "$PGHOST/server.log" || break; sleep 0.1; done
  grep 'parameter "callcoach.storage_url" changed' "$PGHOST/server.log"
  ! grep 'value-of-the-secret' "$PGHOST/server.log"
  sql -c 'alter system reset all' -c 'select pg_reload_conf()' >/dev/null
}

# What is refused is logged without the row it would have been, and so without its secret. The secrets are put
# together by the statements: a statement's own text is the client's, and logged as it came.
keeps_webhook_secrets_out_of_the_log() {
  createdb secrets
  sql -d secrets -f sql/install.sql
  PGDATABASE=secrets with_data
  local org='a0000000-0000-4000-8000-000000000000' secret="repeat('HuSh', 6)" refused
  refused() { ! psql -Xq -v VERBOSITY=verbose -d secrets "$@" >>"$out/refused" 2>&1; }
  for role in service_role postgres; do
    for row in "'$org', null, 'https://a.example', $secret, '{user.added}'" \
      "'$org', 'x', null, $secret, '{user.added}'" \
      "null, 'x', 'https://a.example', $secret, '{user.added}'" \
      "'$org', 'x', 'https://a.example', $secret, null" \
      "'$org', 'x', 'ftp://a.example', $secret, '{user.added}'" \
      "'$org', 'x', 'https://a.example', $secret, '{user.gone}'" \
      "'$org', 'x', 'https://a.example', 'whsec_' || $secret || '!', '{user.added}'" \
      "'f0000000-0000-4000-8000-000000000000', 'x', 'https://a.example', $secret, '{user.added}'"; do
      refused -c "set role $role" -c "insert into webhooks (org_id, name, url, secret, events) values ($row)"
    done
    refused -c "set role $role" -c "update webhooks set secret = $secret, enabled = null"
    refused -c "set role $role" -c "insert into webhooks select * from webhooks"
    refused -c "set role $role" -c "update webhooks set previous_secret = $secret"
  done
  sql -d secrets -c "set role service_role" -c "select set_org_claim('$org')" \
    -c "select rotate_webhook_secret(id) from webhooks where org_id = '$org'" >/dev/null
  sql -d secrets -At -c "select secret from webhooks union select previous_secret from webhooks where previous_secret is not null" >"$out/secrets"
  echo HuShHuSh >>"$out/secrets"
  [ "$(grep -c '^whsec_' "$out/secrets")" -ge 1 ]
  grep -c 'violates' "$out/refused"
  ! grep -Ff "$out/secrets" "$out/refused" "$PGHOST/server.log"
}

if [ $# = 0 ]; then
  specs=()
  for file in tests/isolation/specs/*.spec; do specs+=("$(basename "$file" .spec)"); done
  compare "$(pgxs_tests)/isolation/pg_isolation_regress" tests/isolation regress "$out" "${specs[@]}"
  check second_install_changes_nothing
  check installs_into_another_schema
  check installs_without_supabase
  check restores_into_a_new_cluster
  check survives_a_crash
  check reports_follow_random_changes
  check reports_survive_writers_folders_and_crashes
  check facts_become_partitions
  check completions_wait_for_the_partitions
  check reports_follow_partitioned_facts
  check writers_beside_each_other_leave_one_fact
  check partitions_are_nobodys
  check retired_partitions_stay_in_the_reports
  check partitions_are_dumped_and_restored
  check pg_partman_keeps_partitions
  check guards_the_claim_however_it_is_loaded
  check keeps_the_storage_secret_out_of_the_log
  check keeps_webhook_secrets_out_of_the_log
fi
echo "regress: $passed passed, $failed failed"
[ "$failed" = 0 ]
