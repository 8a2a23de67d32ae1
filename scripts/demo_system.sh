#!/usr/bin/env bash
# A system's main job (examples/NAME/demo.sql), on a private cluster with the extension, Supabase's stand-ins and that
# system: make demo SYSTEM=sales_coach. With --keep the cluster stays up and the script says how to connect.
. "$(dirname "$0")/lib.sh"
. scripts/lib_systems.sh
system=${1:-}; keep=${2:-}
[ -f "sql/$system/install.sql" ] && [ -f "examples/$system/demo.sql" ] ||
  die "there is no system \"$system\"; there are: $(systems | paste -sd ' ')"
scripts/install.sh
scripts/pgvector.sh || echo "going on without pgvector"
trap '[ "$keep" = --keep ] || scripts/cluster.sh remove demo' EXIT

say "a private cluster: what Supabase has, the extension, $system"
scripts/cluster.sh fresh demo
eval "$(scripts/cluster.sh env demo)"
system_database callcoach_demo "$system"
psql -Xq -v ON_ERROR_STOP=1 -P pager=off -d callcoach_demo -f "examples/$system/demo.sql"

if [ "$keep" = --keep ]; then
  say "the cluster is running"
  echo "connect:  $(pg_bin)/psql -h $PGHOST -U postgres callcoach_demo"
  echo "stop:     make cluster-stop"
fi
