#!/usr/bin/env bash
# All tiers of tests, and the linters: core, inside a backend, SQL as a user sees it, workers, webhooks, real clients.
# A failing tier does not stop the next ones; the summary names it, and the exit status is not 0.
. "$(dirname "$0")/lib.sh"
scripts/setup.sh tests

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=()
tier() { # tier NAME COMMAND…
  say "$1"
  local start=$SECONDS
  if "${@:2}" 2>&1 | tee "$logs/$1"; then passed=$((passed + 1)); else failed+=("$1"); fi
  echo "   ($((SECONDS - start)) s)"
}
# What a failing tier said of its failures, once more: whoever has only the end of the output sees why.
failures() {
  grep -E -A8 '(\.\.\.|test .*) FAILED|^not ok|✖ |panicked at|^error|^[-+] ' "$1" | tail -25 || tail -25 "$1"
}

tier "lint" scripts/lint.sh
tier "core: unit and property tests" cargo test -p callcoach-core
tier "in the backend: #[pg_test]" scripts/test_backend.sh
tier "build and install" scripts/install.sh
tier "SQL: pg_regress" scripts/test_regress.sh
tier "background workers" scripts/test_worker.sh
tier "webhooks: delivery" scripts/test_delivery.sh
tier "SQL: random input" tests/fuzz_sql/run.sh fuzz 20 1
tier "clients: PostgREST, supabase-js" scripts/test_integration.sh
tier "systems" scripts/test_systems.sh

say "tiers"
for name in "${failed[@]}"; do echo "FAILED: $name"; failures "$logs/$name"; done
echo "$passed passed, ${#failed[@]} failed"
[ "${#failed[@]}" = 0 ]
