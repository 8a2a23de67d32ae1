#!/usr/bin/env bash
# The main job, on a private cluster: two organisations, calls from examples/, and all that follows when an
# attempt completes. With --keep the cluster stays up and the script says how to connect.
. "$(dirname "$0")/lib.sh"
scripts/install.sh
say "starting a private cluster"
scripts/cluster.sh fresh demo
eval "$(scripts/cluster.sh env demo)"
[ "${1:-}" = --keep ] || trap 'scripts/cluster.sh remove demo' EXIT

createdb callcoach_demo
export PGDATABASE=callcoach_demo
say "installing: roles as Supabase has them, the extension, the migrations"
psql -Xq -v ON_ERROR_STOP=1 -f scripts/supabase_roles.sql
psql -Xq -v ON_ERROR_STOP=1 -f sql/install.sql
psql -Xq -v ON_ERROR_STOP=1 -f examples/demo/seed.sql
psql -Xq -v ON_ERROR_STOP=1 -P pager=off -f examples/demo/show.sql

if [ "${1:-}" = --keep ]; then
  say "the cluster is running"
  echo "connect:  $(pg_bin)/psql -h $PGHOST -U postgres callcoach_demo"
  echo "stop:     make cluster-stop"
fi
