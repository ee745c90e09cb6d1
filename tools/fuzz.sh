#!/usr/bin/env bash
# Builds the fuzz targets of tests/fuzz and runs them under the address, leak and undefined-behaviour sanitizers (clang with
# libFuzzer). Each begins from the seeds that tools/fuzz_seeds.py writes and from what earlier runs found in
# build-fuzz/corpus. A finding ends a target; its input lies in build-fuzz/found, the log in build-fuzz/logs.
# usage: tools/fuzz.sh [--runs N] [--seconds N] [TARGET...]   all targets, each until one of the limits (default: 100000 runs)
set -euo pipefail
cd "$(dirname "$0")/.."

runs=100000 seconds=0
while [[ "${1:-}" == --* ]]; do
    case $1 in
    --runs) runs=$2 ;;
    --seconds) seconds=$2 runs=-1 ;;
    *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift 2
done
here=build-fuzz
targets=${*:-$(basename -a -s .c tests/fuzz/fuzz_*.c | sed 's/^fuzz_//')}

cmake -S . -B $here -DCMAKE_C_COMPILER=clang -DVKR1_FUZZ=ON >/dev/null
# shellcheck disable=SC2086
cmake --build $here -j"$(nproc)" --target $(printf 'fuzz_%s ' $targets) >$here/build.log || { tail -n 30 $here/build.log; exit 1; }
mkdir -p $here/logs $here/found
rm -rf $here/seeds
tools/fuzz_seeds.py $here/seeds

# The longest input of a target, in bytes: short ones are many a second, and parsers have no state that takes more.
longest() {
    case $1 in
    regex) echo 48 ;;
    encode) echo 64 ;;
    chat | config | dataset | safetensors) echo 400 ;;
    model_config) echo 800 ;;
    gguf | model_dir | tokenizer) echo 1200 ;;
    *) echo 128 ;;
    esac
}

# Reports what target $1 did; false when it found something.
report() {
    local log=$here/logs/$1.log
    if grep -q '^Done' "$log"; then
        sed -n "s|.*DONE *cov: \([0-9]*\).*|\1|p" "$log" | tail -n 1 | {
            read -r edges
            sed -n "s/^Done \([0-9]*\) runs in \([0-9]*\) second.*/$1: \1 inputs in \2 s, $edges edges/p" "$log" | tail -n 1
        }
    else
        echo "$1: FAILED; the end of $log:"
        grep -a -A 12 -E 'ERROR:|runtime error:' "$log" || tail -n 20 "$log"
        return 1
    fi
}

failed=0
fuzz() { # target $1; stdout and stderr of the code under test are closed, libFuzzer's log is not
    mkdir -p "$here/corpus/$1" "$here/seeds/$1"
    # small quarantine and short stacks: twice the inputs a second
    ASAN_OPTIONS=quarantine_size_mb=2:malloc_context_size=2 "$here/fuzz_$1" -runs="$runs" -max_total_time="$seconds" \
        -max_len="$(longest "$1")" -timeout=10 -rss_limit_mb=2048 -close_fd_mask=3 -print_final_stats=1 \
        -dict="$here/seeds/$1.dict" -artifact_prefix="$here/found/$1-" "$here/corpus/$1" "$here/seeds/$1" >"$here/logs/$1.log" 2>&1 ||
        true # report says so
}
for target in $targets; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    fuzz "$target" &
done
wait
for target in $targets; do report "$target" || failed=1; done
exit $failed
