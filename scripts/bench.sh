#!/usr/bin/env bash
# callcoach and a plpgsql reference side by side: the same data, one private cluster, run by run in turn.
# See bench/README.md.
#   RUNS=3  runs of every case (the median counts)      SIZE=20000  attempts of the bulk case; scales the others
#   CASES="kpis bulk one enqueue claim tenant signatures reporting webhooks"   TENANT_ROWS=1000000  facts of the tenant cases
#   DELIVERIES=60000  webhooks of the delivery case (LARGE=1: 360,000, a minute's)   BURST=10000  of the burst to one endpoint
#   REPORT_FACTS=1000000  facts of the reporting cases (LARGE=1: five millions)
#   BENCH_SKIP_INSTALL=1  use the extension that is installed   KEEP=1  leave the cluster running
. "$(dirname "$0")/lib.sh"
RUNS=${RUNS:-3}
SIZE=${SIZE:-20000}
CASES=${CASES:-kpis bulk one enqueue claim tenant signatures reporting webhooks}
DELIVERIES=${DELIVERIES:-$([ "${LARGE:-0}" = 1 ] && echo 360000 || echo 60000)}
BURST=${BURST:-10000}
RECEIVER_PORT=${RECEIVER_PORT:-8490}
TENANT_ROWS=${TENANT_ROWS:-1000000}
REPORT_FACTS=${REPORT_FACTS:-$([ "${LARGE:-0}" = 1 ] && echo 5000000 || echo 1000000)}
SHORT=60 MEDIUM=50 LONG=50 # different transcripts of 150, 300 and 600 utterances
EACH=2           # seconds of the cases that run for a time
[ "$RUNS" -ge 1 ] && [ "$SIZE" -ge 1000 ] || die "RUNS must be at least 1, SIZE at least 1000"
[ "$TENANT_ROWS" -ge 100000 ] && [ $((TENANT_ROWS % 1000)) = 0 ] || die "TENANT_ROWS must be whole thousands, at least 100"
ONE=$((SIZE * 3 / 20 / 2 * 2)) # attempts completed one by one, in each run of each of two cases

[ "${BENCH_SKIP_INSTALL:-0}" = 1 ] || scripts/install.sh
started=$(date +%s)
work=$(mktemp -d)
receiver=
trap 'kill $receiver 2>/dev/null; rm -rf "$work"; [ "${KEEP:-0}" = 1 ] || scripts/cluster.sh remove bench' EXIT
secret='the secret that signed URLs of the benchmark are signed with'
scripts/cluster.sh fresh bench shared_buffers=1GB max_wal_size=16GB checkpoint_timeout=1h autovacuum=off jit=off \
  callcoach.storage_url=https://project.supabase.co/storage/v1 "callcoach.storage_jwt_secret=$secret"
eval "$(scripts/cluster.sh env bench)"
out=bench/results/$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p bench/results
printf 'case\tside\trun\tvalue\tunit\n' >"$out.runs.tsv"

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }
reset_deliveries() { sql -d "bench_$1" -c 'truncate webhook_deliveries'; }
wanted() { [ "$2" = "$3" ] || die "$1: expected '$2', found '$3'"; }
# A user id as Clerk makes them.
user() { printf 'user_2%.26s' "$(printf %s "$1" | md5sum)"; }

prepare() {
  # Completing one by one uses attempts up: these come after the bulk case's.
  local attempts=$((SIZE + RUNS * 2 * ONE))
  say "generating $attempts attempts, $SHORT + $MEDIUM + $LONG transcripts"
  createdb bench_data
  PGOPTIONS="-c bench.attempts=$attempts -c bench.short=$SHORT -c bench.medium=$MEDIUM -c bench.long=$LONG" \
    sql -d bench_data -f bench/data.sql >/dev/null
  createdb -T bench_data bench_reference
  createdb -T bench_data bench_callcoach
  local part
  for part in tables compute_kpis tenancy webhooks completion; do
    sql -d bench_reference -f "bench/reference/$part.sql"
  done
  install_callcoach bench_callcoach
  sql -d bench_reference -f bench/load.sql
  sql -d bench_callcoach -f bench/load.sql
  sql -d bench_callcoach -v sub="$(user member)" -f bench/callcoach.sql
  sql -d bench_data -c checkpoint
  payload=$(sql -d bench_data -c 'select payload from bench.payload')
  case " $CASES " in *' tenant '*) prepare_tenant ;; esac
  case " $CASES " in *' reporting '*) prepare_reporting ;; esac
  case " $CASES " in *' webhooks '*) prepare_webhooks ;; esac
}

# The roles come first, so that the policies are theirs.
install_callcoach() { sql -d "$1" -f scripts/supabase_roles.sql -f sql/install.sql; }

prepare_tenant() {
  say "generating $TENANT_ROWS facts"
  createdb bench_tenant
  install_callcoach bench_tenant
  sql -d bench_tenant -v rows="$TENANT_ROWS" -v manager="$(user manager)" -f bench/tenant.sql
}

prepare_reporting() {
  say "generating $REPORT_FACTS facts for the reports"
  createdb bench_reporting
  install_callcoach bench_reporting
  sql -d bench_reporting -v facts="$REPORT_FACTS" -f bench/reporting.sql
}

# A receiver on loopback, and a worker that may send to it.
prepare_webhooks() {
  say "starting a receiver and a worker"
  rustc -O --edition 2024 -o "$work/receiver" bench/receiver.rs
  "$work/receiver" serve "$RECEIVER_PORT" &
  receiver=$!
  createdb bench_webhooks
  install_callcoach bench_webhooks
  sql -d bench_webhooks -c "alter system set callcoach.databases = 'bench_webhooks'" \
    -c "alter system set callcoach.webhook_allow_http = on" -c "alter system set callcoach.webhook_ports = '$RECEIVER_PORT'" \
    -c "alter system set callcoach.webhook_allowed_networks = '127.0.0.1'" -c "alter system set autovacuum = on" \
    -c 'select pg_reload_conf()' >/dev/null
  # Sessions from now on know the settings.
  for _ in $(seq 100); do [ "$(sql -d bench_webhooks -c 'show callcoach.webhook_allow_http')" = off ] || break; sleep 0.1; done
  sql -d bench_webhooks -v port="$RECEIVER_PORT" -f bench/webhooks.sql
  for _ in $(seq 100); do
    [ "$(sql -d bench_webhooks -c "select count(*) from callcoach.workers() where state = 'idle'")" = 0 ] || return 0
    sleep 0.1
  done
  die "the worker did not start: $(tail -3 "$PGHOST/server.log")"
}

# record CASE SIDE RUN VALUE
record() {
  local unit
  unit=$(awk -F'\t' -v c="$1" '$1 == c {print $3}' bench/cases.tsv)
  [ -n "$unit" ] || die "bench/cases.tsv has no $1"
  awk -v v="$4" 'BEGIN {exit !(v + 0 > 0)}' || die "$1, $2: no figure ('$4')"
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$unit" >>"$out.runs.tsv"
  printf '   %-16s run %s  %-9s %12.0f %s\n' "$1" "$3" "$2" "$4" "$unit"
}

# timed SIDE FILE DONE [psql option …]: milliseconds of the timed statement, after the check of what was done.
timed() {
  local side=$1 file=$2 done=$3
  shift 3
  sql -d "bench_$side" "$@" -f "bench/cases/$file.sql" >"$work/output"
  wanted "$file, $side" "$done" "$(sed -n 's/^done //p' "$work/output")"
  awk '/^Time:/ {print $2}' "$work/output"
}

# clients SIDE FILE [pgbench option …]: transactions a second; their number is left in $work/transactions.
clients() {
  local side=$1 file=$2
  shift 2
  pgbench -n -f "bench/cases/$file.sql" "$@" "bench_$side" >"$work/output" 2>"$work/errors" ||
    die "$file, $side: $(tail -3 "$work/errors")"
  sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/output" >"$work/transactions"
  awk '/^tps/ {print $3}' "$work/output"
}

# As a member of organisations: psql's arguments.
member() { echo "-U authenticator -v sub=$1"; }

# agreed WHAT: did this run find what the first one found, on whichever side?
agreed() {
  local digest
  digest=$(sed -n 's/^digest //p' "$work/output")
  [ -f "$work/digest.$1" ] || echo "$digest" >"$work/digest.$1"
  wanted "$1: what both sides and all runs found" "$(cat "$work/digest.$1")" "$digest"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
rate() { awk -v n="$1" -v ms="$2" 'BEGIN {printf "%.1f", n / ms * 1000}'; }

# What a case family does in one run of one side: case_FAMILY SIDE RUN
case_kpis() {
  local ms
  ms=$(timed "$1" kpis $((SHORT * 40)) -v utterances=150 -v repeat=40)
  record kpis_150 "$1" "$2" "$(rate $((SHORT * 40)) "$ms")"
  ms=$(timed "$1" kpis $((LONG * 10)) -v utterances=600 -v repeat=10)
  record kpis_600 "$1" "$2" "$(rate $((LONG * 10)) "$ms")"
  [ "$1" = callcoach ] || return 0
  ms=$(timed "$1" kpis $((MEDIUM * 40)) -v utterances=300 -v repeat=40)
  record kpis_300 "$1" "$2" "$(rate $((MEDIUM * 40)) "$ms")"
  # What PostgreSQL itself takes to walk over the same values, on the same side.
  record iterate_300 "$1" "$2" "$(rate $((MEDIUM * 40)) "$ms")"
  ms=$(timed "$1" iterate $((MEDIUM * 40)) -v utterances=300 -v repeat=40)
  record iterate_300 reference "$2" "$(rate $((MEDIUM * 80)) "$ms")"
}

case_bulk() {
  local ms
  ms=$(timed "$1" "bulk.$1" "$SIZE $SIZE $((SIZE * 3))" -v size="$SIZE")
  agreed bulk
  record bulk "$1" "$2" "$(rate "$SIZE" "$ms")"
  # What the rollback left behind.
  sql -d "bench_$1" -c 'vacuum scenario_attempts, fact_scenario_attempts, webhook_deliveries'
}

case_one() {
  local sync base tps before
  for sync in off on; do
    base=$((100000000000 + SIZE + ($2 - 1) * 2 * ONE - 1 + ($([ $sync = on ] && echo 1 || echo 0)) * ONE))
    before=$(sql -d "bench_$1" -c 'select count(*) from fact_scenario_attempts')
    tps=$(PGOPTIONS="-c synchronous_commit=$sync" clients "$1" "one.$1" -c 2 -j 2 -t $((ONE / 2)) -D i=0 -D "base=$base")
    wanted "one, $1" "$ONE $((ONE * 3))" "$(sql -d "bench_$1" -F ' ' -c "select (select count(*) from fact_scenario_attempts
      where score is not null and talk_ms > 0) - $before, (select count(*) from webhook_deliveries)")"
    record "one_$sync" "$1" "$2" "$tps"
    reset_deliveries "$1"
  done
}

case_enqueue() {
  local n tps ms calls=4000
  for n in 1 2; do
    tps=$(PGOPTIONS='-c synchronous_commit=off' clients "$1" enqueue -c $n -j $n -T $EACH -D "payload=$payload")
    wanted "enqueue, $1" $((3 * $(cat "$work/transactions"))) \
      "$(sql -d "bench_$1" -c "select count(*) from webhook_deliveries where event = 'scenario.completed'")"
    record "enqueue_$n" "$1" "$2" "$tps"
    reset_deliveries "$1"
  done
  ms=$(timed "$1" enqueue_many "$((3 * calls)) $((3 * calls))" -v calls=$calls)
  record enqueue_many "$1" "$2" "$(rate $calls "$ms")"
  reset_deliveries "$1"
}

case_claim() {
  local tps ms calls=200000
  tps=$(clients "$1" claim -c 1 -T $EACH)
  record claim_one "$1" "$2" "$tps"
  ms=$(timed "$1" claim_many "$calls 1" -v calls=$calls)
  record claim_many "$1" "$2" "$(rate $calls "$ms")"
  [ "$1" = callcoach ] || return 0
  ms=$(timed "$1" claim_member "$calls 1 refused" $(member "$(user member)") -v calls=$calls)
  record claim_member "$1" "$2" "$(rate $calls "$ms")"
}

# tenant_reads SIDE RUN CASE on|off REPEAT OWN: index or no index, the member whose own rows are read, or 'all'.
tenant_reads() {
  local side=$1 run=$2 case=$3 index=$4 repeat=$5 own=$6 sub found visited scans and='' ms
  found=$((TENANT_ROWS / 20))
  sub=$(user manager)
  if [ "$own" != all ]; then
    found=$((TENANT_ROWS / 1000))
    sub=$(user "$own")
    and=" and user_id = '$sub'"
  fi
  if [ "$index" = on ]; then visited=$found scans="0 $((repeat + 1))"; else visited=$TENANT_ROWS scans="$((repeat + 1)) 0"; fi
  ms=$(timed "$side" "tenant.$side" "$found $scans" -d bench_tenant \
    $([ "$side" = reference ] || member "$sub") -v index="$index" -v repeat="$repeat" -v and="$and" \
    -v org=00000001-0000-4000-8000-100000000007 -v read='select count(*) as attempts, avg(score) as score,
      sum(duration_seconds) as seconds from fact_scenario_attempts' | sed '$d' | median)
  agreed "$case"
  record "$case" "$side" "$run" "$(rate "$visited" "$ms")"
}

case_tenant() {
  tenant_reads "$1" "$2" tenant_index on 51 all
  tenant_reads "$1" "$2" tenant_seq off 15 all
  tenant_reads "$1" "$2" tenant_own_index on 501 'trainee 7'
  tenant_reads "$1" "$2" tenant_own_seq off 15 'trainee 7'
}

# report RUN CASE DONE FILE [psql option …]: the rate of what is done.
report() {
  local run=$1 case=$2 done=$3 file=$4 ms
  shift 4
  ms=$(timed callcoach "$file" "$done" -d bench_reporting "$@")
  record "$case" callcoach "$run" "$(rate "$done" "$ms")"
}

# slowest_reader ORGANISATION FACTS RUN: reads a second, by the slowest of those that a fold of 10,000 changes overlaps.
slowest_reader() {
  local ms began reader
  (cd "$work" && rm -f reads.*) 
  pgbench -n -f bench/cases/reader.sql -D org="$1" -c 1 -T 120 -l --log-prefix="$work/reads" bench_reporting >/dev/null 2>&1 &
  reader=$!
  ms=$(timed callcoach fold 10000 -d bench_reporting -v changes=10000 -v facts="$2" -v seed="0.3$3")
  began=$(sed -n 's/^fold //p' "$work/output")
  kill -INT $reader
  wait $reader || true
  awk -v began="$began" -v ms="$ms" '
    { ended = $5 + $6 / 1e6; if (ended >= began && ended - $3 / 1e6 <= began + ms / 1e3) { n++; if ($3 > worst) worst = $3 } }
    END { if (n > 10) printf "%.1f", 1e6 / worst }' "$work"/reads.*
}

# writers RUN: the same facts with the log and without, in turn: single ones differ by half.
writers() {
  local turn side ms
  for turn in 1 2 3 4 5; do
    for side in reference callcoach; do
      ms=$(timed "$side" facts 1 -d bench_reporting -v log="$([ "$side" = reference ] && echo disable || echo enable)")
      record report_writers "$side" "$1" "$(rate 20000 "$ms")"
    done
  done
}

case_reporting() {
  local side=$1 run=$2 ms changes org facts
  facts=$(sql -d bench_reporting -c 'select count(*) from fact_scenario_attempts')
  ms=$(timed "$side" "rebuild.$side" "$facts" -d bench_reporting)
  record report_rebuild "$side" "$run" "$(rate "$facts" "$ms")"
  [ "$side" = callcoach ] || return 0
  writers "$run"
  for changes in 1 1000 10000; do
    report "$run" "report_fold_$changes" "$changes" fold -v changes=$changes -v facts="$facts" -v seed="0.$run$((changes % 7))"
  done
  report "$run" report_fold_first 1 fold -v changes=1 -v facts="$facts" -v seed="0.$run" -v first=true
  # The largest organisation's.
  org=$(sql -d bench_reporting -c 'select quote_literal(org_id) from rollup_orgs order by attempts desc limit 1')
  record report_reader callcoach "$run" "$(slowest_reader "$org" "$facts" "$run")"
  sql -d bench_reporting -c 'vacuum (analyze)'
  wanted "rows in which reports differ from the facts" 0 "$(sql -d bench_reporting -c 'select count(*) from check_reporting()')"
  report "$run" report_leaderboard 1 report -v read="select * from mv_leaderboard_month where org_id = $org
    and month = date_trunc('month', now(), 'UTC') order by avg_score desc limit 20"
  report "$run" report_overview 1 report -v read="select * from mv_org_overview where org_id = $org"
  report "$run" report_insights 1 report -v read="select * from mv_scenario_insights where org_id = $org"
}

# arrivals RUN CASE [pgbench option …]: what the receiver saw of events that were queued for the time of the case.
arrivals() {
  local run=$1 case=$2 requests ids p50 p99 worst
  shift 2
  curl -s "http://127.0.0.1:$RECEIVER_PORT/stats" >/dev/null
  clients webhooks arrival "$@" >/dev/null
  # On a busy machine the last ones take longer than the case; the figures say so.
  for _ in $(seq 60); do
    sleep 1
    [ "$(sql -d bench_webhooks -c "select count(*) from webhook_deliveries where status = 'pending'")" != 0 ] || break
  done
  read -r requests ids p50 p99 worst <<<"$(curl -s "http://127.0.0.1:$RECEIVER_PORT/stats")"
  wanted "$case: arrivals, different ones" "$((2 * $(cat "$work/transactions"))) $((1 * $(cat "$work/transactions")))" "$requests $ids"
  [ "$case" != webhook_idle ] || record "${case}_p50" callcoach "$run" "$(rate 1 "$p50")"
  record "${case}_p99" callcoach "$run" "$(rate 1 "$p99")"
}

# endpoints NAME PATH: one more for each organisation, for a while; the others wait.
endpoints() {
  sql -d bench_webhooks -c "update webhooks set enabled = false" -c "insert into webhooks (org_id, name, url, events)
    select org_id, '$1', replace(url, '/ok', '$2'), events from webhooks where name = 'Endpoint 1'"
}
no_endpoints() {
  sql -d bench_webhooks -c "delete from webhooks where name = '$1'" -c 'delete from webhook_deliveries' \
    -c 'update webhooks set enabled = true' -c 'vacuum webhook_deliveries'
}
# limits [N]: so many requests in flight of one database, organisation and endpoint; without: the defaults.
limits() {
  local what
  for what in concurrency organisation_concurrency endpoint_concurrency; do
    sql -d bench_webhooks -c "alter system $([ -n "${1:-}" ] && echo "set callcoach.webhook_$what = $1" || echo "reset callcoach.webhook_$what")"
  done
  sql -d bench_webhooks -c 'select pg_reload_conf()' >/dev/null
  sleep 6 # the worker has looked once more
}

# memory RUN CASE NAME PATH N: the most memory that is the worker's alone, from N requests in flight to the last one's end.
memory() {
  local run=$1 case=$2 name=$3 path=$4 count=$5 pid most=0 now seen=0 more
  endpoints "$name" "$path"
  limits "$count"
  pid=$(sql -d bench_webhooks -c "select pid from pg_stat_activity where backend_type = 'callcoach worker'")
  curl -s "http://127.0.0.1:$RECEIVER_PORT/stats" >/dev/null
  sql -d bench_webhooks -c "insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, next_retry_at)
      select org_id, id, 'scenario.completed', '{}', repeat('x', 1000), 'pending', now()
        from webhooks, generate_series(1, $count / 5) where name = '$name'" -c 'vacuum (analyze) webhook_deliveries'
  while [ "$(sql -d bench_webhooks -c "select exists (select from webhook_deliveries where status = 'pending')")" = t ]; do
    now=$(awk '/^RssAnon:/ {print $2}' "/proc/$pid/status")
    [ "$now" -le "$most" ] || most=$now
    if [ "$seen" -lt "$count" ]; then
      read -r more _ <<<"$(curl -s "http://127.0.0.1:$RECEIVER_PORT/stats")"
      seen=$((seen + more))
      # All of them at once: none has been answered yet.
      [ "$path" = /huge ] || [ "$seen" -lt "$count" ] ||
        wanted "$case: answered, when $count had come" 0 "$(sql -d bench_webhooks -c "select count(*) from webhook_deliveries where status <> 'pending'")"
    fi
    sleep 0.02
  done
  wanted "$case: delivered, more than once tried" "$((count * 2)) 0" "$(sql -d bench_webhooks -F ' ' -c "select count(*) filter (where status = 'success'),
    count(*) filter (where retry_count > 0) from webhook_deliveries")"
  record "$case" callcoach "$run" "$(awk -v kb="$most" 'BEGIN {printf "%.1f", kb / 1024}')"
  limits
  no_endpoints "$name"
}

case_webhooks() {
  local side=$1 run=$2 ms each=$((DELIVERIES / 20)) watch
  if [ "$side" = callcoach ]; then
    record receiver callcoach "$run" "$("$work/receiver" load "$RECEIVER_PORT" 32 2 1000)"
    ms=$(timed webhooks backlog $((each * 20)) -v each="$each")
    record webhook_rate callcoach "$run" "$(rate $((each * 20)) "$ms")"
    # Once more, watched: looking takes its share of the processors.
    sql -d bench_webhooks -c 'truncate bench_phase'
    sql -d bench_webhooks -f bench/cases/ages.sql >"$work/ages" &
    watch=$!
    timed webhooks backlog $((each * 20)) -v each="$each" >/dev/null
    sql -d bench_webhooks -c "insert into bench_phase values ('over')"
    wait $watch
    record webhook_age callcoach "$run" "$(cat "$work/ages")"
    sql -d bench_webhooks -c 'delete from webhook_deliveries' -c 'vacuum webhook_deliveries'
    arrivals "$run" webhook_idle -c 1 -T 8 -D pause=30
    arrivals "$run" webhook_1000 -c 8 -j 2 -R 1000 -T 10 -D pause=0
    endpoints Slow /slow/50
    sql -d bench_webhooks -c "delete from webhooks where name = 'Slow' and org_id <> md5('org 1')::uuid"
    # Its check finds every one delivered; a timeout would have been tried again.
    ms=$(timed webhooks burst "$BURST 0" -v count="$BURST")
    record webhook_burst callcoach "$run" "$(rate "$BURST" "$ms")"
    no_endpoints Slow
    memory "$run" webhook_memory Slow /slow/8000 1000
    memory "$run" webhook_memory_huge Huge /huge 200
    sql -d bench_webhooks -c "insert into webhooks (org_id, name, url, events)
      select org_id, 'Hangs', replace(url, '/ok', '/hang'), events from webhooks where name = 'Endpoint 2'"
  fi
  # One endpoint of each organisation, with another that hangs beside it or without.
  sql -d bench_webhooks -c "update webhooks set enabled = false where name = 'Endpoint 2'"
  ms=$(timed webhooks backlog $((each * 10)) -v each="$each")
  record webhook_hanging "$side" "$run" "$(rate $((each * 10)) "$ms")"
  sql -d bench_webhooks -c "delete from webhooks where name = 'Hangs'" -c 'delete from webhook_deliveries' \
    -c "update webhooks set enabled = true where name = 'Endpoint 2'" -c 'vacuum webhook_deliveries'
}

case_signatures() {
  [ "$1" = callcoach ] || return 0
  local ms which calls=200000
  for which in svix stripe; do
    ms=$(timed "$1" verify_$which "$calls $calls 0" -v calls=$calls)
    record verify_$which "$1" "$2" "$(rate $calls "$ms")"
  done
  ms=$(timed "$1" signed_url "$calls 1000 refused" $(member "$(user member)") -v calls=$calls -v secret="$secret")
  record signed_url "$1" "$2" "$(rate $calls "$ms")"
}

summary() {
  awk -F'\t' -v size="$SIZE" -v rows="$TENANT_ROWS" -v facts="$REPORT_FACTS" -v deliveries="$DELIVERIES" -v burst="$BURST" '
    function sorted(key, n,   i, j, t) {
      for (i = 2; i <= n; i++) for (j = i; j > 1 && v[key, j - 1] > v[key, j]; j--) {
        t = v[key, j]; v[key, j] = v[key, j - 1]; v[key, j - 1] = t } }
    function median(key,   n) {
      n = count[key]; sorted(key, n)
      return n % 2 ? v[key, (n + 1) / 2] : (v[key, n / 2] + v[key, n / 2 + 1]) / 2 }
    FNR == 1 { file++ }
    file == 1 { if (FNR > 1) { key = $1 SUBSEP $2; v[key, ++count[key]] = $4 + 0 } next }
    /^#/ { next }
    {
      if (!(($1 SUBSEP "callcoach") in count)) next
      what = $2; sub(/SIZE/, size, what); sub(/ROWS/, rows, what); sub(/FACTS/, facts, what); sub(/DELIVERIES/, deliveries, what); sub(/BURST/, burst, what)
      b = median($1 SUBSEP "callcoach")
      if ($4 ~ /^<=/) { # so much at the most
        most = substr($4, 3) + 0
        printf "%s\t-\t%.0f\t-\t%s\t%s\t%s\n", what, b, $3, $4, (b <= most ? "met" : "MISSED")
        next
      }
      if ($4 ~ /^>=/) { # a rate of its own, without a reference
        least = substr($4, 3) + 0
        printf "%s\t-\t%.0f\t-\t%s\t%s\t%s\n", what, b, $3, $4, (b >= least ? "met" : "MISSED")
        printf "  the same as time\t-\t%.1f\t-\tus/call\t<=%.1f\t%s\n", 1e6 / b, 1e6 / least, (b >= least ? "met" : "MISSED")
        next
      }
      a = median($1 SUBSEP "reference")
      printf "%s\t%.0f\t%.0f\t%.2f\t%s\t%s\t%s\n", what, a, b, b / a, $3, $4, (b / a >= $4 ? "met" : "MISSED")
      if ($1 == "bulk")
        printf "  the same as time\t%.0f\t%.0f\t%.2f\tms\t%s\t%s\n", size / a * 1000, size / b * 1000, b / a, $4,
          (b / a >= $4 ? "met" : "MISSED")
    }' "$out.runs.tsv" bench/cases.tsv
}

prepare
for family in $CASES; do
  say "$family"
  for run in $(seq "$RUNS"); do
    # The first place goes round.
    if [ $((run % 2)) = 1 ]; then sides='reference callcoach'; else sides='callcoach reference'; fi
    for side in $sides; do "case_$family" "$side" "$run"; done
  done
done

{
  printf 'what\treference\tcallcoach\tratio\tunit\ttarget\t\n'
  summary
} >"$out.tsv"
say "$(postgres --version), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), median of $RUNS, $(($(date +%s) - started)) s"
awk -F'\t' '{ ratio = $4; target = $6
  if (NR > 1 && $4 == "-") target = substr($6, 1, 2) " " substr($6, 3) " " $7
  else if (NR > 1) { ratio = $4 "x"; target = ">= " $6 "x " $7 }
  printf "%-62s %11s %11s %7s  %-10s %s\n", $1, $2, $3, ratio, $5, target }' "$out.tsv"
echo "rows: $out.tsv, every run: $out.runs.tsv"
