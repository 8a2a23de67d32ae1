# What the other scripts share. Source it: . "$(dirname "$0")/lib.sh"
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

PG_MAJOR=${PG_MAJOR:-15}
PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/$PG_MAJOR/bin/pg_config}
PGRX_VERSION=$(sed -n 's/^pgrx = "=\(.*\)"$/\1/p' Cargo.toml)
export PGRX_HOME=${PGRX_HOME:-$HOME/.pgrx}
export PATH="$HOME/.cargo/bin:$PATH"

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: as it is, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "needs root (or sudo): $*"
  fi
}

# PostgreSQL refuses to run as root, so root's servers run as postgres.
as_pg() {
  if [ "$(id -u)" = 0 ]; then (cd /tmp && runuser -u postgres -- "$@"); else "$@"; fi
}

pg_bin() { "$PG_CONFIG" --bindir; }

# A folder for sockets and data of private clusters: short enough for a socket's path, open to postgres.
RUN_DIR=${CALLCOACH_RUN_DIR:-/tmp/callcoach-$(id -u)-$(printf %s "$ROOT" | cksum | cut -d' ' -f1)}

# check FUNCTION: one more test, passed when each of the function's commands succeeds. Not as the condition of
# an if: bash would go on after a command that fails. Counts in $passed and $failed, and writes to $out.
check() {
  local status
  set +e
  (set -e; "$1") >"$out/$1.log" 2>&1
  status=$?
  set -e
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
    echo "check $1 ... ok"
  else
    failed=$((failed + 1))
    echo "check $1 ... FAILED"
    cat "$out/$1.log"
  fi
}
