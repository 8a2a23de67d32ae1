#!/usr/bin/env bash
# The main job, on a private cluster: two organisations, calls from examples/, all that follows when an attempt
# completes, and the webhooks on their way to a receiver. With --keep the cluster stays up and the script says how to
# connect. With SYSTEM=name it is that system's main job (demo_system.sh).
. "$(dirname "$0")/lib.sh"
[ -z "${SYSTEM:-}" ] || exec scripts/demo_system.sh "$SYSTEM" "$@"
scripts/install.sh
have perl || die "perl is missing (PostgreSQL's Debian packages bring it)"
work=$(mktemp -d)
receiver=
clean_up() {
  [ -z "$receiver" ] || { kill "$receiver" && wait "$receiver"; } 2>/dev/null || true
  [ "${keep:-}" = --keep ] || scripts/cluster.sh remove demo
  rm -rf "$work"
}
keep=${1:-}
trap clean_up EXIT

say "starting a receiver of webhooks, and a private cluster"
crm='demo secret of the crm' etl='demo secret of the etl' slack='demo secret of slack'
perl examples/demo/receiver.pl "$work/port" "/busy-crm=$crm" "/warehouse=$etl" "/bridge=$slack" >"$work/received" &
receiver=$!
for _ in $(seq 100); do [ ! -s "$work/port" ] || break; sleep 0.1; done
port=$(cat "$work/port")
# Outside of demos and tests: https, public addresses, port 443.
scripts/cluster.sh fresh demo callcoach.databases=callcoach_demo callcoach.webhook_allow_http=on \
  "callcoach.webhook_ports=$port" callcoach.webhook_allowed_networks=127.0.0.1
eval "$(scripts/cluster.sh env demo)"

createdb callcoach_demo
export PGDATABASE=callcoach_demo
say "installing: roles as Supabase has them, the extension, the migrations"
psql -Xq -v ON_ERROR_STOP=1 -f scripts/supabase_roles.sql
psql -Xq -v ON_ERROR_STOP=1 -f sql/install.sql
psql -Xq -v ON_ERROR_STOP=1 -v "receiver=http://127.0.0.1:$port" -f examples/demo/seed.sql
psql -Xq -v ON_ERROR_STOP=1 -P pager=off -f examples/demo/show.sql

# settled CONDITION: no delivery is left for which it holds; within 20 s.
settled() {
  local n
  for n in $(seq 200); do
    [ "$(psql -XAtqc "select count(*) from webhook_deliveries where $1")" != 0 ] || return 0
    sleep 0.1
  done
  psql -X -f examples/demo/webhooks.sql
  die "webhooks were not sent"
}
say "webhooks: what the receiver got"
settled "attempted_at is null"
cat "$work/received"
so_far=$(wc -l <"$work/received")
say "what the sender knows: the CRM was busy, and is tried again in a minute"
psql -Xq -P pager=off -f examples/demo/webhooks.sql
say "to see that now: made due, as the minute's end would; the CRM is up again"
psql -Xqc "update webhook_deliveries set next_retry_at = now() where status = 'pending'"
settled "status = 'pending'"
tail -n "+$((so_far + 1))" "$work/received"
psql -Xq -P pager=off -f examples/demo/webhooks.sql
! grep WRONG "$work/received" || die "a signature was wrong"

if [ "$keep" = --keep ]; then
  say "the cluster is running"
  echo "connect:  $(pg_bin)/psql -h $PGHOST -U postgres callcoach_demo"
  echo "stop:     make cluster-stop"
fi
