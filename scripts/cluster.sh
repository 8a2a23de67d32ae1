#!/usr/bin/env bash
# A private PostgreSQL cluster: a unix socket of its own, no TCP port, never the machine's.
#   cluster.sh start NAME [setting=value …]    makes and starts it
#   cluster.sh fresh NAME [setting=value …]    the same, after removing one of that name
#   cluster.sh stop NAME | remove NAME | env NAME (prints PGHOST and PGUSER for eval)
. "$(dirname "$0")/lib.sh"
verb=${1:-}; name=${2:-dev}; shift $(($# < 2 ? $# : 2))
dir=$RUN_DIR/$name
bin=$(pg_bin)

make_dirs() {
  if [ "$(id -u)" = 0 ]; then
    install -d -m 755 "$RUN_DIR"
    install -d -o postgres -g postgres -m 755 "$dir"
  else
    mkdir -p "$dir"
  fi
}

running() { [ -d "$dir/data" ] && as_pg "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; }

start() {
  make_dirs
  if [ ! -f "$dir/data/PG_VERSION" ]; then
    as_pg "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    {
      echo "listen_addresses = ''"
      echo "unix_socket_directories = '$dir'"
      echo "shared_preload_libraries = 'callcoach'"
      echo "log_line_prefix = '%m [%p] %u@%d '"
      for setting in "$@"; do echo "${setting%%=*} = '${setting#*=}'"; done
    } | as_pg tee -a "$dir/data/postgresql.conf" >/dev/null
  fi
  if ! running; then
    RUST_BACKTRACE=0 as_pg "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -s start ||
      { tail -20 "$dir/server.log" >&2; die "the cluster did not start"; }
  fi
}

stop() { if running; then as_pg "$bin/pg_ctl" -D "$dir/data" -w -s -m fast stop; fi; }

case $verb in
  start) start "$@" ;;
  fresh) stop; rm -rf "$dir"; start "$@" ;;
  stop) stop ;;
  remove) stop; rm -rf "$dir" ;;
  env) echo "export PGHOST=$dir PGUSER=postgres PGPORT=5432 PATH=$bin:\$PATH" ;;
  *) die "usage: $0 start|fresh|stop|remove|env NAME [setting=value …]" ;;
esac
