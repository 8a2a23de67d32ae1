#!/usr/bin/env bash
# Fuzzing: each target of crates/core/fuzz by libFuzzer, and the SQL functions by tests/fuzz_sql.
#   fuzz.sh [SECONDS of each, 60] [transcript|json|scoring|guard|retry_after|sql|large …]      SEED=n  what sql begins with
# large is the largest inputs, once: some four minutes. sql and large want the extension installed.
# Installs what is missing: a nightly toolchain, cargo-fuzz. What the fuzzer learns is kept under target/fuzz; an
# input that fails is left in crates/core/fuzz/artifacts. Minimise it (cargo +nightly fuzz tmin), put it into
# crates/core/fuzz/corpus/TARGET, and the ordinary tests run it from then on.
. "$(dirname "$0")/lib.sh"
seconds=${1:-60}
targets=("${@:2}")
[ "${#targets[@]}" -gt 0 ] || targets=(transcript json scoring guard retry_after sql large)
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "usage: $0 [seconds] [transcript|json|scoring|guard|retry_after|sql|large …]"
CARGO_FUZZ_VERSION=0.13.2
build=${CARGO_TARGET_DIR:-$ROOT/target}/fuzz

prepare() {
  have rustup || die "fuzzing wants a nightly toolchain, and rustup to install it: https://rustup.rs"
  rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
  have c++ || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends g++
  [ "$(cargo fuzz --version 2>/dev/null)" = "cargo-fuzz $CARGO_FUZZ_VERSION" ] ||
    cargo install cargo-fuzz --version "=$CARGO_FUZZ_VERSION" --locked
}

# Without a sanitizer, which would find nothing: core forbids unsafe. The seeds are read, not written to.
fuzz() {
  local learnt=$build/corpus/$1 log=$build/$1.log status=0 largest=16384
  [ "$1" = transcript ] || largest=4096
  mkdir -p "$learnt"
  (cd crates/core/fuzz && cargo +nightly fuzz run --sanitizer none --target-dir "$build" "$1" "$learnt" "corpus/$1" -- \
    -dict=dictionary -max_len=$largest -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -max_total_time="$seconds") >"$log" 2>&1 || status=$?
  if [ "$status" != 0 ]; then
    grep -A3 -E 'panicked at|ERROR: libFuzzer' "$log" || tail -20 "$log"
    die "$1 failed; the whole log is $log"
  fi
  awk -v target="$1" '
    /^#[0-9]+.*cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
    /^stat::number_of_executed_units/ { runs = $2 }
    /^Done / { time = $(NF - 1) }
    END { printf "%s: %d executions in %d s, %d edges covered, nothing found\n", target, runs, time, edges
          exit !(runs > 0) }' "$log"
}

case " ${targets[*]} " in *' transcript '* | *' json '* | *' scoring '* | *' guard '* | *' retry_after '*) prepare ;; esac
for target in "${targets[@]}"; do
  say "fuzzing: $target"
  case $target in
    sql) tests/fuzz_sql/run.sh fuzz "$seconds" ${SEED:+"$SEED"} ;;
    large) tests/fuzz_sql/run.sh large ;;
    transcript | json | scoring | guard | retry_after) fuzz "$target" ;;
    *) die "no target $target" ;;
  esac
done
