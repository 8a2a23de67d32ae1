#!/usr/bin/env bash
# Delivery of webhooks: the background worker of a private cluster, and receivers on 127.0.0.1 that do whatever
# receivers do. Wants the extension installed (scripts/install.sh), Node.js, npm and openssl (scripts/setup.sh tests).
# Ends with the line "N passed, N failed". Arguments: files of tests/delivery (faults fairness …), then those of
# node --test. ROUNDS=n: how often faults kills something.
. "$(dirname "$0")/lib.sh"
# Where that is allowed (to root), with mounts of its own: then the server has a resolv.conf that a test can change.
if [ -z "${DELIVERY_MOUNTS:-}" ] && [ -f /etc/resolv.conf ] && unshare -m true 2>/dev/null; then
  DELIVERY_MOUNTS=own exec unshare -m "$ROOT/scripts/test_delivery.sh" "$@"
fi
tests=$ROOT/tests/delivery
files=()
while [ -n "${1:-}" ] && [ -f "$tests/$1.test.mjs" ]; do files+=("$tests/$1.test.mjs"); shift; done
[ "${#files[@]}" -gt 0 ] || files=("$tests"/*.test.mjs)

have node && have npm && have openssl || die "Node.js, npm or openssl is missing: run scripts/setup.sh tests"
[ -f "$("$PG_CONFIG" --sharedir)/extension/callcoach.control" ] ||
  die "the extension is not installed: run scripts/install.sh"
if ! [ "$tests/node_modules/.package-lock.json" -nt "$tests/package-lock.json" ]; then
  say "installing what verifies signatures"
  (cd "$tests" && npm ci --no-audit --no-fund --silent)
fi

work=$(mktemp -d)
chmod 755 "$work"
clean_up() {
  scripts/cluster.sh remove delivery || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Certificates: an authority that the worker trusts, one that it does not, and what they signed.
authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate() { # certificate NAME AUTHORITY SUBJECTALTNAME DAYS
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
  openssl x509 -req -in "$work/$1.csr" -CA "$work/$2.pem" -CAkey "$work/$2.key" -CAcreateserial -days "$4" \
    -extfile <(printf 'subjectAltName=%s\n' "$3") -out "$work/$1.pem" 2>/dev/null
}
authority trusted
authority unknown
certificate good trusted IP:127.0.0.1,DNS:good.test 2
certificate strange unknown IP:127.0.0.1 2
certificate other trusted DNS:other.test 2
certificate expired trusted IP:127.0.0.1 -1
cc -shared -fPIC -O1 -o "$work/clock.so" "$tests/clock.c" -ldl
echo nameserver 127.83.0.1 >"$work/resolv.conf"
chmod 644 "$work"/*
if [ "${DELIVERY_MOUNTS:-}" = own ] && mount --bind "$work/resolv.conf" /etc/resolv.conf 2>/dev/null; then
  export DELIVERY_RESOLV_CONF=$work/resolv.conf
fi

# Ports that receivers take, as far as they are free; the last two are the name server's and a proxy's.
first=$((20000 + RANDOM % 10000))
DELIVERY_PORTS=$(seq -s, "$first" $((first + 59)))
DELIVERY_DNS_PORT=$((first + 60))
DELIVERY_PROXY_PORT=$((first + 61))
DELIVERY_CERTIFICATES=$work
export DELIVERY_PORTS DELIVERY_DNS_PORT DELIVERY_PROXY_PORT DELIVERY_CERTIFICATES
# Nobody's business: requests go where their URL says.
proxy=http://127.0.0.1:$DELIVERY_PROXY_PORT
DELIVERY_PROXIES="http_proxy=$proxy HTTP_PROXY=$proxy https_proxy=$proxy HTTPS_PROXY=$proxy all_proxy=$proxy ALL_PROXY=$proxy"
export DELIVERY_PROXIES

say "a fresh cluster: Supabase's roles, the extension, its migrations, a worker"
# shellcheck disable=SC2086
env $DELIVERY_PROXIES scripts/cluster.sh fresh delivery callcoach.databases=callcoach callcoach.poll_interval=1s \
  callcoach.webhook_allow_http=on "callcoach.webhook_ports=$DELIVERY_PORTS" \
  callcoach.webhook_allowed_networks=127.0.0.1/32 "callcoach.webhook_nameservers=127.0.0.1:$DELIVERY_DNS_PORT" \
  "callcoach.webhook_ca_file=$work/trusted.pem" callcoach.webhook_timeout=3s callcoach.webhook_connect_timeout=1s \
  max_prepared_transactions=4 max_connections=60
eval "$(scripts/cluster.sh env delivery)"
export PGDATABASE=callcoach
createdb callcoach
for file in scripts/supabase_roles.sql sql/install.sql; do
  psql -X -q -v ON_ERROR_STOP=1 -f "$file" >/dev/null
done

say "tests"
status=0
touch "$work/tap"
timeout 900 node --test --test-concurrency=1 \
  --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$work/tap" \
  "$@" "${files[@]}" || status=$?
[ "$status" = 0 ] || { say "the server's last words"; grep -v 'was not properly\|FATAL' "$PGHOST/server.log" | tail -20; } >&2
count() { sed -n "s/^# $1 //p" "$work/tap"; }
passed=$(count pass)
failed=$(($(count fail) + $(count cancelled)))
[ "${passed:=0}" -gt 0 ] || { status=1; echo "no test ran" >&2; }
echo "$passed passed, $failed failed"
[ "$status" = 0 ] && [ "$failed" = 0 ]
