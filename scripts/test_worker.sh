#!/usr/bin/env bash
# The background workers, on a private cluster of their own: what starts and stops them, what wakes them, what
# they survive. With names: only those checks. Nothing here asserts a time tighter than some seconds.
. "$(dirname "$0")/lib.sh"

out=$RUN_DIR/worker_output
passed=0
failed=0
clean_up() { for cluster in worker standby; do scripts/cluster.sh remove $cluster; done; }
trap clean_up EXIT
mkdir -p "$out"

settings=(callcoach.databases='one, two' callcoach.upkeep_interval=1 callcoach.poll_interval=1
  max_worker_processes=16 log_min_messages=debug1 allow_in_place_tablespaces=on max_prepared_transactions=2)
scripts/cluster.sh fresh worker "${settings[@]}"
eval "$(scripts/cluster.sh env worker)"
export PGDATABASE=one PGOPTIONS='-c client_min_messages=warning' PGCLIENTENCODING=UTF8
log=$PGHOST/server.log
sql() { psql -Xq -v ON_ERROR_STOP=1 "$@"; }
ask() { sql -At -F ' ' -d "${2:-postgres}" -c "$1"; }

# is VALUE SQL [DATABASE]: that is its answer.
is() {
  local found
  found=$(ask "$2" "${3:-postgres}")
  [ "$found" = "$1" ] || { echo "$2: '$found', not '$1'"; return 1; }
}
# soon SQL [DATABASE]: it becomes true, within 20 s. The server may be restarting meanwhile.
soon() {
  local n
  for n in $(seq 200); do
    [ "$(ask "$1" "${2:-postgres}" 2>/dev/null || true)" != t ] || return 0
    sleep 0.1
  done
  echo "never true: $1"
  ask 'table pg_stat_activity' || true
  return 1
}
# logged FROM PATTERN: a line of the log after this many lines; within 20 s.
logged() {
  local n
  for n in $(seq 200); do
    ! tail -n "+$(($1 + 1))" "$log" | grep -q "$2" || return 0
    sleep 0.1
  done
  echo "never logged: $2"
  tail -n "+$(($1 + 1))" "$log"
  return 1
}
lines() { wc -l <"$log"; }
worker() { ask "select pid from pg_stat_activity where backend_type = 'callcoach worker' and datname = '${1:-one}'"; }
has_worker="(select count(*) = 1 from pg_stat_activity where backend_type = 'callcoach worker' and datname = 'one')"
field() { ask "select $1 from callcoach.workers() where database_name = 'one'" one; }
# set NAME VALUE: and has it reread.
set_to() { sql -d postgres -c "alter system set $1 = '$2'" -c 'select pg_reload_conf()' >/dev/null; }
reset_settings() { sql -d postgres -c 'alter system reset all' -c 'select pg_reload_conf()' >/dev/null; }
install_into() {
  createdb "$1"
  sql -d "$1" -f scripts/supabase_roles.sql -f sql/install.sql
  sql -d "$1" -c "insert into orgs (id, name) values ('a0000000-0000-4000-8000-000000000000', 'One')" \
    -c "insert into webhooks (org_id, name, url, events) values ('a0000000-0000-4000-8000-000000000000',
          'CRM', 'https://crm.example/', '{user.promoted,scenario.completed}')"
}
claim="select set_org_claim('a0000000-0000-4000-8000-000000000000')"
enqueue="select enqueue_webhook('user.promoted', '{}')"
# Changes of facts, which are there to be folded.
new_fact="insert into fact_scenario_attempts (attempt_id, org_id, user_id, started_at, ended_at, score)
  select gen_random_uuid(), 'a0000000-0000-4000-8000-000000000000', 'user_1', now(), now(), 50"
is_folded='select not exists (select from reporting_deltas)'

shows_in_pg_stat_activity() {
  soon "select $has_worker"
  ask "select application_name, datname, usename, state, wait_event_type from pg_stat_activity
    where backend_type like 'callcoach %' and (datname = 'one' or datname is null) order by 1" |
    diff - <(printf '%s\n' 'callcoach launcher  postgres idle Extension' 'callcoach worker one postgres idle Extension')
  [ "$(field 'pid is not null and started_at <= now() and starts >= 1')" = t ]
  # Databases that are not named have none; one that is not there is logged once.
  is 1 "select count(*) from pg_stat_activity where backend_type = 'callcoach worker'"
  sleep 2.5
  [ "$(grep -c 'no worker for database "two"' "$log")" = 1 ]
}

folds_within_a_tick() {
  sql -c "$new_fact from generate_series(1, 5000)"
  soon "$is_folded" one
  # In batches.
  is t 'select count(*) >= 3 and max(changes) <= 2000 from reporting_folds' one
  is 0 'select count(*) from check_reporting()' one
  is 5000 'select sum(attempts) from rollup_orgs' one
  soon 'select last_upkeep is not null from callcoach.workers()' one
}

wakes_at_commit_and_only_then() {
  set_to callcoach.poll_interval 1h
  sleep 1.5
  local before
  before=$(field wakes)
  sql -1 -c "$claim" -c "$enqueue" >/dev/null
  soon "select wakes = $before + 1 and last_wake > now() - interval '1 min' from callcoach.workers()" one
  # Nothing of these.
  sql -c begin -c "$claim" -c "$enqueue" -c rollback >/dev/null
  sql -1 -c "$claim" -c "select enqueue_webhook('user.added', '{}')" >/dev/null
  sql -c begin -c "$claim" -c "$enqueue" -c "prepare transaction 'p'" >/dev/null
  sql -c "commit prepared 'p'"
  sleep 1
  [ "$(field wakes)" = $((before + 1)) ]
  # What a completion queues.
  sql -c "insert into scenarios (id, org_id, title, status) values
      ('b0000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'S', 'active')" \
    -c "insert into scenario_attempts (org_id, user_id, scenario_id, status, started_at)
      select 'a0000000-0000-4000-8000-000000000000', 'user_1', 'b0000000-0000-4000-8000-000000000000', 'in_progress', now()
        from generate_series(1, 3)"
  before=$(field wakes)
  sql -c "update scenario_attempts set status = 'completed' where id = (select min(id::text)::uuid from scenario_attempts)"
  soon "select wakes = $before + 1 from callcoach.workers()" one
  sql -c "update scenario_attempts set status = 'completed' where status <> 'completed'"
  soon "select wakes = $before + 2 from callcoach.workers()" one
  # A worker that is woken by many at once loses none: once all is quiet, it has looked after the last commit.
  printf 'begin;\n%s;\n%s;\ncommit;\n' "$claim" "$enqueue" >"$out/enqueue.sql"
  pgbench -n -f "$out/enqueue.sql" -c 4 -t 200 one >"$out/pgbench" 2>&1
  before=$(ask 'select clock_timestamp()')
  sql -1 -c "$claim" -c "$enqueue" >/dev/null
  soon "select last_wake > '$before' from callcoach.workers()" one
  reset_settings
}

comes_back_after_a_crash() {
  local pid
  soon "select $has_worker"
  pid=$(worker)
  sql -c "$new_fact"
  as_pg kill -9 "$pid"
  sleep 0.5
  soon "select $has_worker"
  [ "$(worker)" != "$pid" ]
  sql -c "$new_fact"
  soon "$is_folded" one
}

comes_back_after_being_terminated() {
  local pid launcher
  soon "select $has_worker"
  pid=$(worker)
  sql -c "select pg_terminate_backend($pid, 5000)" >/dev/null
  soon "select $has_worker and not exists (select from pg_stat_activity where pid = $pid)"
  soon 'select starts >= 2 from callcoach.workers()' one
  # Without its launcher it goes on, and the next launcher starts no second one.
  pid=$(worker)
  launcher=$(ask "select pid from pg_stat_activity where backend_type = 'callcoach launcher'")
  sql -c "select pg_terminate_backend($launcher, 5000)" >/dev/null
  soon "select exists (select from pg_stat_activity where backend_type = 'callcoach launcher' and pid <> $launcher)"
  sleep 2
  [ "$(worker)" = "$pid" ]
  # A cancel is for statements: it ends neither.
  sql -c "select pg_cancel_backend($pid)" >/dev/null
  sleep 1.5
  [ "$(worker)" = "$pid" ]
}

survives_an_error() {
  local from pid
  soon "select $has_worker"
  pid=$(worker) from=$(lines)
  sql -c "create function broken() returns trigger language plpgsql as \$\$ begin raise exception 'broken on purpose' using detail = 'secret'; end \$\$" \
    -c 'create trigger broken before insert or update on rollup_orgs for each row execute function broken()' -c "$new_fact"
  logged "$from" 'callcoach worker, folding the reports: broken on purpose'
  # Said at each tick, not in between; without its detail, which may show a row.
  sleep 2
  [ "$(tail -n "+$((from + 1))" "$log" | grep -c 'broken on purpose')" -le 6 ]
  ! tail -n "+$((from + 1))" "$log" | grep 'DETAIL:  secret'
  # Nothing was committed, and all else goes on.
  is t 'select exists (select from reporting_deltas)' one
  [ "$(worker)" = "$pid" ]
  sql -c 'drop function broken cascade' 2>/dev/null
  soon "$is_folded" one
  is 0 'select count(*) from check_reporting()' one
}

# Also in a deferred trigger.
survives_an_error_in_a_deferred_trigger() {
  local from
  from=$(lines)
  sql -c "create function broken() returns trigger language plpgsql as \$\$ begin raise exception 'broken later'; end \$\$" \
    -c 'create constraint trigger broken after insert or update on rollup_orgs deferrable initially deferred for each row execute function broken()' \
    -c "$new_fact"
  logged "$from" 'folding the reports: broken later'
  is t 'select exists (select from reporting_deltas)' one
  sql -c 'drop function broken cascade' 2>/dev/null
  soon "$is_folded" one
}

# A fold that others hold up waits two seconds, then lets the loop go on.
waits_for_no_lock_for_ever() {
  local from pid
  pid=$(worker) from=$(lines)
  (sql -c begin -c 'lock table reporting_folds in exclusive mode' -c 'select pg_sleep(6)' -c commit >/dev/null) &
  sleep 0.5
  sql -c "$new_fact"
  logged "$from" 'DEBUG:  callcoach worker, folding the reports: canceling statement due to lock timeout'
  ! tail -n "+$((from + 1))" "$log" | grep -E '(WARNING|ERROR): .*callcoach worker'
  wait
  soon "$is_folded" one
  [ "$(worker)" = "$pid" ]
}

# What the tables' owner attaches to them does not get to do what the worker could.
restricts_what_triggers_may_do() {
  local from
  sql -c 'create role owner_of_tables' -c 'create table seen (refused text)' \
    -c 'alter table webhooks owner to owner_of_tables'
  from=$(lines)
  # The loop goes on as the new owner.
  sleep 2.5
  sql -c "create function look() returns trigger language plpgsql as \$\$
      begin
        begin
          create temp table mine (); insert into public.seen values ('nothing');
        exception when others then insert into public.seen values (sqlerrm);
        end;
        return null;
      end \$\$" \
    -c 'create trigger look after insert on reporting_folds execute function look()' -c "$new_fact"
  soon 'select exists (select from seen)' one
  ask 'select distinct refused from seen' one |
    diff - <(echo 'cannot create temporary table within security-restricted operation')
  sql -c 'drop function look cascade' -c 'drop table seen' -c 'alter table webhooks owner to postgres' \
    -c 'drop role owner_of_tables' 2>/dev/null
  ! tail -n "+$((from + 1))" "$log" | grep -E 'WARNING: .*callcoach worker'
}

makes_way() {
  soon "select $has_worker"
  local began=$SECONDS
  # A copy is made of it while its worker is connected, and it is renamed, moved, dropped.
  createdb -T one copy
  soon "select $has_worker"
  sql -d postgres -c 'alter database one rename to uno'
  soon "select not $has_worker"
  sql -d postgres -c 'alter database uno rename to one'
  soon "select $has_worker"
  sql -d postgres -c "create tablespace elsewhere location ''" -c 'alter database one set tablespace elsewhere'
  soon "select $has_worker"
  sql -d postgres -c 'alter database one set tablespace pg_default' -c 'drop tablespace elsewhere'
  soon "select $has_worker"
  dropdb one
  soon "select not $has_worker"
  # It comes when its database does.
  createdb -T copy one
  soon "select $has_worker"
  sql -c "$new_fact"
  soon "$is_folded" one
  dropdb copy
  echo "$((SECONDS - began)) s"
}

# A worker that is busy is told to stop.
makes_way_when_it_is_busy() {
  createdb -T one spare
  sql -d spare -c "create function slow() returns trigger language plpgsql as \$\$ begin perform pg_sleep(60); return null; end \$\$" \
    -c 'create trigger slow after insert on reporting_folds execute function slow()' -c "$new_fact"
  set_to callcoach.databases 'one, spare'
  soon "select exists (select from pg_stat_activity where datname = 'spare' and query = 'folding the reports' and state = 'active')"
  dropdb spare
  reset_settings
}

# Who may not drop a database does not send its worker away either.
heeds_only_who_may() {
  local pid
  sql -d postgres -c 'create role stranger login'
  soon "select $has_worker"
  pid=$(worker)
  ! sql -d postgres -U stranger -c 'drop database one'
  ! sql -d postgres -U stranger -c 'create database mine template one'
  [ "$(worker)" = "$pid" ]
  # A template is for all who make databases.
  sql -d postgres -c 'alter role stranger createdb' -c 'alter database one is_template true'
  sql -d postgres -U stranger -c 'create database mine template one'
  sql -d postgres -c 'alter database one is_template false' -c 'drop database mine' -c 'drop role stranger'
}

follows_its_settings() {
  soon "select $has_worker"
  set_to callcoach.databases ''
  soon "select count(*) = 0 from pg_stat_activity where backend_type = 'callcoach worker'"
  is 0 'select count(*) from callcoach.workers()' one
  set_to callcoach.databases one
  soon "select $has_worker"
  # No upkeep: nothing is folded.
  set_to callcoach.upkeep_interval 0
  sleep 1.5
  sql -c "$new_fact"
  sleep 2.5
  is f "$is_folded" one
  set_to callcoach.upkeep_interval 1
  soon "$is_folded" one
  reset_settings
  # Neither is for a session to set.
  ! sql -c "set callcoach.databases = 'x'"
  ! sql -c 'set callcoach.poll_interval = 1'
}

notices_the_extension() {
  soon "select $has_worker"
  local pid from
  pid=$(worker) from=$(lines)
  createdb plain
  set_to callcoach.databases 'one, plain'
  soon "select exists (select from callcoach.workers() where database_name = 'plain' and state = 'not installed')" one
  sql -d plain -f sql/install.sql
  soon "select exists (select from callcoach.workers() where database_name = 'plain' and state = 'idle' and last_upkeep is not null)" one
  sql -d plain -c 'drop extension callcoach cascade'
  soon "select exists (select from callcoach.workers() where database_name = 'plain' and state = 'not installed')" one
  sql -d plain -c 'create extension callcoach'
  soon "select exists (select from callcoach.workers() where database_name = 'plain' and state = 'idle')" one
  dropdb plain
  ! tail -n "+$((from + 1))" "$log" | grep -E 'WARNING: .*callcoach worker'
  [ "$(worker)" = "$pid" ]
  reset_settings
}

# rests DATABASE: its worker does nothing but look every two seconds, and takes no processor time to speak of. That it
# looks is seen in its activity: PostgreSQL counts no transactions of who touches no table.
rests() {
  local before count pid ticks looked
  before=$(ask "select xact_commit + xact_rollback from pg_stat_database where datname = '$1'")
  pid=$(worker "$1")
  ticks=$(awk '{print $14 + $15}' "/proc/$pid/stat")
  looked=$(ask "select state_change from pg_stat_activity where pid = $pid")
  sleep 10
  ticks=$(($(awk '{print $14 + $15}' "/proc/$pid/stat") - ticks))
  count=$(($(ask "select xact_commit + xact_rollback from pg_stat_database where datname = '$1'") - before))
  echo "$1: $count transactions and $ticks hundredths of a second in 10 s"
  is t "select state_change > '$looked' from pg_stat_activity where pid = $pid"
  [ "$count" -le "${2:-7}" ] && [ "$ticks" -le 30 ]
}

rests_when_idle() {
  # Nothing of the tests before is left to be tried again.
  sql -d one -c 'delete from webhook_deliveries'
  set_to callcoach.upkeep_interval 0
  set_to callcoach.poll_interval 2
  sleep 5
  rests one
  reset_settings
}

# Nor where there is something to be sent, and the settings do not say where to.
rests_while_settings_are_wrong() {
  local from
  soon "select $has_worker"
  from=$(lines)
  set_to callcoach.upkeep_interval 0
  set_to callcoach.poll_interval 2
  set_to callcoach.webhook_ports 'https'
  logged "$from" 'WARNING:  callcoach worker: no webhooks are sent: '
  sql -1 -c "$claim" -c "$enqueue" >/dev/null
  sleep 5
  rests one
  # Said once, and sent once they are right again.
  [ "$(tail -n "+$((from + 1))" "$log" | grep -c 'no webhooks are sent')" = 1 ]
  is 0 'select count(*) from webhook_deliveries where attempted_at is not null' one
  set_to callcoach.webhook_ports ''
  soon 'select bool_and(attempted_at is not null) from webhook_deliveries' one
  sql -d one -c 'delete from webhook_deliveries'
  reset_settings
}

# Nor in a database without the extension, or with half of its migrations.
rests_without_the_extension() {
  createdb bare
  createdb half
  sql -d half -c 'create extension callcoach' -f sql/migrations/0001_init.sql
  set_to callcoach.poll_interval 2
  set_to callcoach.databases 'one, bare, half'
  soon "select count(*) = 2 from callcoach.workers() where database_name in ('bare', 'half') and state = 'not installed'" one
  sleep 3
  # Sending looks, and upkeep does.
  rests bare 15
  rests half 15
  reset_settings
  soon "select count(*) = 1 from callcoach.workers()" one
  dropdb bare
  dropdb half
}

# Programs that the server starts do not inherit the channels (the session's own socket they do, before 16).
keeps_its_channels_to_itself() {
  sql -d postgres -c 'create temp table fds (line text)' -c "copy fds from program 'ls -l /proc/self/fd'" \
    -At -c "select count(*) > 0, count(*) filter (where line like '%socket:%') <= 2 from fds" | diff - <(echo 't|t')
  # They are there to be inherited: in every process, two for each slot.
  [ "$(as_pg ls -l "/proc/$(worker)/fd" | grep -c socket:)" -gt 30 ]
}

waits_on_a_standby() {
  soon "select $has_worker"
  local standby=$RUN_DIR/standby count
  scripts/cluster.sh fresh standby "${settings[@]}" # for its folders
  scripts/cluster.sh stop standby
  rm -rf "$standby/data"
  as_pg "$(pg_bin)/pg_basebackup" -h "$PGHOST" -U postgres -D "$standby/data" -R -c fast
  echo "unix_socket_directories = '$standby'" | as_pg tee -a "$standby/data/postgresql.conf" >/dev/null
  scripts/cluster.sh start standby
  on_standby() { PGHOST=$standby ask "$@"; }
  count="select count(*) from pg_stat_activity where backend_type like 'callcoach%'"
  sleep 3
  [ "$(on_standby 'select pg_is_in_recovery()')" = t ]
  [ "$(on_standby "$count")" = 0 ]
  [ "$(on_standby 'select count(*) from callcoach.workers()' one)" = 0 ]
  sql -d postgres -c "alter system set callcoach.upkeep_interval = 0" -c 'select pg_reload_conf()' >/dev/null
  sleep 1.5
  sql -c "$new_fact"
  soon "select replay_lsn = pg_current_wal_lsn() from pg_stat_replication"
  [ "$(on_standby 'select exists (select from reporting_deltas)' one)" = t ]
  on_standby 'select pg_promote()'
  PGHOST=$standby soon "select $has_worker"
  PGHOST=$standby soon "$is_folded" one
  scripts/cluster.sh remove standby
  reset_settings
}

# The launcher may be the first process to read a catalog. Nobody connects meanwhile.
starts_without_being_asked() {
  scripts/cluster.sh stop worker
  local from
  from=$(lines)
  scripts/cluster.sh start worker
  logged "$from" 'callcoach worker: started for database "one"'
  ! tail -n "+$((from + 1))" "$log" | grep FATAL
}

stops_fast() {
  soon "select $has_worker"
  local began=$EPOCHREALTIME took
  as_pg "$(pg_bin)/pg_ctl" -D "$PGHOST/data" -w -s -m fast stop >"$out/stop" 2>&1
  took=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN {printf "%d", (b - a) * 1000}')
  echo "$took ms"
  [ "$took" -lt 2000 ]
  scripts/cluster.sh start worker
  soon "select $has_worker"
}

# Without its postmaster a process of ours ends at once.
ends_with_the_postmaster() {
  soon "select $has_worker"
  local postmaster pid launcher n
  pid=$(worker)
  launcher=$(ask "select pid from pg_stat_activity where backend_type = 'callcoach launcher'")
  postmaster=$(head -1 "$PGHOST/data/postmaster.pid")
  as_pg kill -9 "$postmaster"
  for n in $(seq 50); do
    [ -d "/proc/$pid" ] || [ -d "/proc/$launcher" ] || break
    sleep 0.1
  done
  [ ! -d "/proc/$pid" ] && [ ! -d "/proc/$launcher" ]
  sleep 1
  scripts/cluster.sh start worker
  soon "select $has_worker"
}

# All works without workers where the library is not preloaded.
does_without_being_preloaded() {
  scripts/cluster.sh fresh standby shared_preload_libraries= session_preload_libraries=callcoach
  eval "$(scripts/cluster.sh env standby)"
  install_into one
  sql -d one -1 -c "$claim" -c "$enqueue" >/dev/null
  is 1 'select count(*) from webhook_deliveries' one
  is 0 'select count(*) from callcoach.workers()' one
  createdb -T one copy
  dropdb one
  scripts/cluster.sh remove standby
}

# Overdue assignments at each tick; retention when a worker starts, until nothing is left.
sweeps_and_retains() {
  soon "select $has_worker"
  sql -d one -c "update webhooks set events = '{assignment.overdue}', enabled = true" \
    -c "insert into scenarios (id, org_id, title, status) values ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'Call', 'active')" \
    -c "insert into assignments (org_id, assignee_user_id, type, scenario_id, due_at)
        values ('a0000000-0000-4000-8000-000000000000', 'ana', 'scenario', 'a1000000-0000-4000-8000-000000000000', now() - interval '1 day')"
  soon "select exists (select from webhook_deliveries where event = 'assignment.overdue')" one
  sql -d one -c "insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, created_at)
      select org_id, id, 'user.added', jsonb_build_object(), '', 'failed', now() - interval '60 days' from webhooks, generate_series(1, 20001)"
  local pid
  pid=$(worker)
  ask "select pg_terminate_backend($pid)"
  soon "select not exists (select from webhook_deliveries where body = '')" one
  sql -d one -c 'delete from assignments' -c 'delete from scenarios' -c 'delete from webhook_deliveries' \
    -c "update webhooks set events = '{user.promoted,scenario.completed}'"
}

# pg_cron in the database itself: its jobs do the upkeep, and the worker leaves it to them. Waits for full minutes.
leaves_upkeep_to_pg_cron() {
  scripts/cluster.sh fresh standby "${settings[@]}" shared_preload_libraries=callcoach,pg_cron cron.database_name=one \
    cron.use_background_workers=on
  eval "$(scripts/cluster.sh env standby)"
  install_into one
  local jobs hint
  # Without it, a clear error that says what else there is.
  hint=$(sql -d one -c 'select callcoach.schedule_upkeep()' 2>&1 || true)
  grep -q 'ERROR:  pg_cron is not installed in this database' <<<"$hint"
  grep -q 'callcoach.databases' <<<"$hint"
  grep -q 'cron.schedule_in_database' <<<"$hint"
  sql -d one -c 'create extension pg_cron'
  jobs=$(ask 'select * from callcoach.schedule_upkeep()' one)
  diff - <(echo "$jobs") <<'JOBS'
callcoach reports * * * * * select public.refresh_reporting() t
callcoach overdue assignments */5 * * * * select callcoach.sweep_overdue_assignments() t
callcoach retention 17 3 * * * do $$ begin while callcoach.apply_retention() >= 20000 loop commit; end loop; end $$ t
JOBS
  # Once more changes nothing, not even what somebody has changed.
  local before
  sql -d one -c "select cron.alter_job(jobid, schedule => '30 2 * * *') from cron.job where jobname = 'callcoach retention'" >/dev/null
  before=$(ask 'table cron.job' one)
  [ "$(ask 'select count(*) from callcoach.schedule_upkeep()' one)" = 3 ]
  diff <(echo "$before") <(ask 'table cron.job' one)
  # The worker folds each second otherwise.
  soon "select $has_worker"
  sleep $((63 - $(date +%-S)))
  sql -d one -c "$new_fact"
  sleep 4
  is f "$is_folded" one
  # As a job, in several transactions: 20,000 rows are what one call deletes.
  sql -d one -c "insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, created_at)
      select org_id, id, 'user.added', jsonb_build_object(), '', 'failed', now() - interval '60 days' from webhooks, generate_series(1, 20001)" \
    -c "select cron.alter_job(jobid, schedule => '* * * * *') from cron.job where jobname = 'callcoach retention'" >/dev/null
  sleep $((62 - $(date +%-S)))
  soon "$is_folded" one
  soon 'select not exists (select from webhook_deliveries)' one
  soon "select count(*) >= 2 and bool_and(status = 'succeeded') from cron.job_run_details" one
  # Taken away again: the worker folds.
  is 3 'select callcoach.unschedule_upkeep()' one
  is 0 'select callcoach.unschedule_upkeep()' one
  sql -d one -c "$new_fact"
  soon "$is_folded" one
  # For another database, whose jobs have its name.
  install_into two
  sql -d one -c "select * from callcoach.schedule_upkeep('two')" >/dev/null
  is 'callcoach overdue assignments in two,callcoach reports in two,callcoach retention in two two' \
    "select string_agg(jobname, ',' order by jobname), min(database) from cron.job" one
  is 3 "select count(*) from callcoach.schedule_upkeep('two')" one
  is 0 'select callcoach.unschedule_upkeep()' one
  is 3 "select callcoach.unschedule_upkeep('two')" one
  # Not for everybody.
  ! sql -d one -c 'set role service_role' -c 'select callcoach.schedule_upkeep()'
  scripts/cluster.sh remove standby
}

# The months ahead of facts that are partitioned.
keeps_partitions() {
  install_into months
  sql -d months -f sql/optional/partition_facts.sql
  local last count
  last="select max(partition::text) from callcoach.fact_partitions()"
  count=$(ask 'select count(*) from callcoach.fact_partitions()' months)
  sql -d months -c "do \$\$ begin execute format('drop table %s', ($last)); end \$\$"
  is $((count - 1)) 'select count(*) from callcoach.fact_partitions()' months
  set_to callcoach.databases months
  soon "select count(*) = $count from callcoach.fact_partitions()" months
  reset_settings
  soon "select $has_worker"
  dropdb months
}

install_into one
names=("$@")
[ "${#names[@]}" -gt 0 ] || names=(shows_in_pg_stat_activity folds_within_a_tick wakes_at_commit_and_only_then
  comes_back_after_a_crash comes_back_after_being_terminated survives_an_error survives_an_error_in_a_deferred_trigger
  waits_for_no_lock_for_ever restricts_what_triggers_may_do makes_way makes_way_when_it_is_busy heeds_only_who_may
  follows_its_settings notices_the_extension rests_when_idle rests_while_settings_are_wrong
  rests_without_the_extension keeps_its_channels_to_itself waits_on_a_standby
  starts_without_being_asked stops_fast ends_with_the_postmaster does_without_being_preloaded
  sweeps_and_retains leaves_upkeep_to_pg_cron keeps_partitions)
for name in "${names[@]}"; do check "$name"; done
echo "worker: $passed passed, $failed failed"
[ "$failed" = 0 ]
