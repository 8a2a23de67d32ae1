# Checks of facts that are partitioned by month, for scripts/test_regress.sh: each function is one.

partition() { # partition DATABASE [psql option …]
  PGOPTIONS='-c client_min_messages=warning' sql -d "$1" "${@:2}" -f sql/optional/partition_facts.sql
}
keep_partitions() { PGOPTIONS='-c client_min_messages=warning' sql -d "$1" -At -c 'select callcoach.keep_fact_partitions()'; }
with_partitions() { # with_partitions DATABASE: with the API's roles, and the facts of many months
  createdb "$1"
  sql -d "$1" -f scripts/supabase_roles.sql -f sql/install.sql
  PGDATABASE=$1 with_data
  sql -d "$1" -f tests/reporting/partitions/months.sql
  partition "$1"
}
nothing() { diff - /dev/null; }

# Everything of the table is there afterwards: facts, definitions, rights; a second run changes nothing.
facts_become_partitions() {
  createdb by_month
  sql -d by_month -f scripts/supabase_roles.sql -f sql/install.sql
  PGDATABASE=by_month with_data
  sql -d by_month -f tests/reporting/partitions/months.sql -f tests/reporting/partitions/view.sql
  sql -d by_month -At -f tests/reporting/partitions/definitions.sql >"$out/definitions.before"
  # A session that has completed attempts goes on as if nothing had happened.
  sql -d by_month -At >"$out/one_session" 2>&1 <<SQL
update scenario_attempts set status = 'completed' where id = 'a2100000-0000-4000-8000-000000000000';
update scenario_attempts set status = 'in_progress' where id = 'a2100000-0000-4000-8000-000000000000';
\! PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -d by_month -f sql/optional/partition_facts.sql
update scenario_attempts set status = 'completed' where id = 'a2100000-0000-4000-8000-000000000000';
update scenario_attempts set started_at = started_at - interval '40 days' where id = 'a2100000-0000-4000-8000-000000000000';
update scenario_attempts set status = 'in_progress' where id = 'a2100000-0000-4000-8000-000000000000';
select count(*) from fact_scenario_attempts where attempt_id = 'a2100000-0000-4000-8000-000000000000';
SQL
  diff "$out/one_session" <(echo 0)
  sql -d by_month -At -f tests/reporting/partitions/definitions.sql | diff "$out/definitions.before" -
  # The months that have facts, those ahead, and one for the rest: no day, and 2090.
  sql -d by_month -At -c "select count(*), count(first_day), min(first_day) = date_trunc('month', now() - interval '14 months', 'UTC')::date
    from callcoach.fact_partitions()" | diff - <(echo '8|7|t')
  sql -d by_month -At -c "select date_key from only fact_scenario_attempts_default order by 1" | diff - <(printf '%s\n' -infinity 2090-01-01)
  sql -d by_month -At -c 'select * from callcoach.security_findings()' | nothing
  sql -d by_month -At -c 'select refresh_reporting()' >/dev/null
  differing by_month | diff - <(echo 0 0)
  dump by_month >"$out/before.sql"
  partition by_month
  keep_partitions by_month | diff - <(echo 0)
  dump by_month | diff "$out/before.sql" -
  completes by_month public
  # Truncating is refused, as ever; what reads one organisation and one month reads one partition.
  ! sql -d by_month -c 'truncate fact_scenario_attempts' 2>"$out/truncated"
  grep 'cannot be truncated' "$out/truncated"
  sql -d by_month -At -c "explain (costs off) select date_key, count(*), avg(score) from fact_scenario_attempts
    where org_id = 'a0000000-0000-4000-8000-000000000000' and date_key >= date_trunc('month', current_date)::date
      and date_key < (date_trunc('month', current_date) + interval '1 month')::date group by 1" >"$out/explained"
  grep -c 'Scan .*on fact_scenario_attempts' "$out/explained" | diff - <(echo 1)
}

# A completion that comes while the facts are copied waits, and then finds the partitions.
completions_wait_for_the_partitions() {
  createdb waiting
  sql -d waiting -f sql/install.sql
  PGDATABASE=waiting with_data
  sql -d waiting -f tests/reporting/partitions/months.sql
  sed 's/^commit;/select pg_sleep(3);\ncommit;/' sql/optional/partition_facts.sql >"$out/slow_partition.sql"
  PGOPTIONS='-c client_min_messages=warning' sql -d waiting -f "$out/slow_partition.sql" >/dev/null &
  local partitioning=$! seen=
  for _ in $(seq 100); do
    seen=$(sql -d waiting -At -c "select count(*) from pg_stat_activity where datname = 'waiting' and query like '%pg_sleep(3)%' and state = 'active' and pid <> pg_backend_pid()")
    [ "$seen" = 0 ] || break
    sleep 0.1
  done
  [ "$seen" = 1 ]
  sql -d waiting -At -c "select relkind from pg_class where relname = 'fact_scenario_attempts'" | diff - <(echo r)
  # Of no scenario and without a score, so that it waits for the facts and for nothing else.
  sql -d waiting -c "update scenario_attempts set status = 'completed' where id = 'd0000000-0000-4000-8000-000000000000'"
  wait $partitioning
  completes waiting public
  sql -d waiting -At -c "select relkind from pg_class where relname = 'fact_scenario_attempts'" | diff - <(echo p)
}

# Random changes of facts and of attempts, in partitions made by the script and in one whose columns are others.
reports_follow_partitioned_facts() {
  createdb folded_by_month
  sql -d folded_by_month -f sql/install.sql
  partition folded_by_month
  sql -d folded_by_month -v rounds=300 -v seed=0.3 -f tests/reporting/random.sql
  sql -d folded_by_month -f tests/reporting/partitions/odd_leaf.sql
  sql -d folded_by_month -v rounds=300 -v seed=0.4 -f tests/reporting/random.sql
  sql -d folded_by_month -c 'delete from orgs' -v rounds=300 -v seed=0.5 -f tests/reporting/random_attempts.sql
  keep_partitions folded_by_month >/dev/null
  sql -d folded_by_month -v rounds=300 -v seed=0.6 -f tests/reporting/random_attempts.sql
  # The same changes where they are not partitioned.
  createdb folded_in_one
  sql -d folded_in_one -f sql/install.sql
  sql -d folded_in_one -v rounds=300 -v seed=0.5 -f tests/reporting/random_attempts.sql
}

# Completions, moves in time and populate_fact_from_attempt of the same few attempts at once, while the upkeep makes
# the partitions that they want, and they are taken away again: one fact each, and nobody fails.
writers_beside_each_other_leave_one_fact() {
  with_partitions crowded
  sql -d crowded -c "update scenario_attempts set status = 'completed'"
  pgbench -n -f tests/reporting/partitions/crowd.sql -c 6 -j 2 -T 6 crowded >"$out/crowd" 2>&1 &
  local crowd=$!
  while kill -0 $crowd 2>/dev/null; do
    keep_partitions crowded >/dev/null
    sleep 0.2
    sql -d crowded -f tests/reporting/partitions/unmake.sql
  done
  wait $crowd
  grep 'number of failed transactions: 0 ' "$out/crowd"
  sql -d crowded -At -c "select a.id, f.attempt_id from (select * from scenario_attempts where status = 'completed') a
    full join fact_scenario_attempts f on f.attempt_id = a.id and f.started_at is not distinct from a.started_at
     where a.id is null or f.attempt_id is null" | nothing
  sql -d crowded -At -c 'select attempt_id from fact_scenario_attempts group by 1 having count(*) > 1' | nothing
  sql -d crowded -c 'select refresh_reporting()' >/dev/null
  differing crowded | diff - <(echo 0 0)
}

# An API user reads the whole table as its policies say, and no partition; nobody but the owner writes one.
partitions_are_nobodys() {
  with_partitions sealed
  sql -d sealed -c "update scenario_attempts set status = 'completed'"
  sql -d sealed -At -f tests/reporting/partitions/rights.sql >"$out/rights" 2>&1
  diff "$out/rights" tests/reporting/partitions/rights.out
}

# Months are retired; the reports keep them, the rest is checked, and nothing counts twice.
retired_partitions_stay_in_the_reports() {
  with_partitions retired
  sql -d retired -At -f tests/reporting/partitions/retire.sql >"$out/retire" 2>&1
  diff "$out/retire" tests/reporting/partitions/retire.out
}

partitions_are_dumped_and_restored() {
  with_partitions dumped
  dump dumped >"$out/before.sql"
  createdb restored
  sql -d restored -f "$out/before.sql" >/dev/null
  dump restored | diff "$out/before.sql" -
  completes restored public
  keep_partitions restored | diff - <(echo 0)
}

# In another schema, and with pg_partman: it makes the months ahead, and retires by its own setting.
pg_partman_keeps_partitions() {
  createdb partman
  sql -d partman -f scripts/supabase_roles.sql -v schema=api -f sql/install.sql
  PGDATABASE=partman PGOPTIONS='-c search_path=api' with_data
  PGOPTIONS='-c search_path=api' sql -d partman -f tests/reporting/partitions/months.sql
  sql -d partman -c 'create schema partman' -c 'create extension pg_partman schema partman'
  partition partman -v schema=api
  partition partman -v schema=api
  completes partman api
  createdb -T partman partman_changing
  PGOPTIONS='-c search_path=api' sql -d partman_changing -v rounds=200 -v seed=0.8 -f tests/reporting/random_attempts.sql
  sql -d partman -At -v schema=api -f tests/reporting/partitions/partman.sql >"$out/partman" 2>&1
  diff "$out/partman" tests/reporting/partitions/partman.out
}
