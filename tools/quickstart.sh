#!/usr/bin/env bash
# Sets a machine up, builds, and trains the quickstart model on the default device. It ends with the held-out accuracy before
# and after, the time, and where the metrics lie. Arguments go to vkr1 train: --device cpu, --set seed=2, ...
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh
cmake -S . -B build
cmake --build build -j"$(nproc)"
run=runs/quickstart # a run directory holds one run: later ones are numbered
for ((n = 2; ; n++)); do
    [ -e "$run" ] || break
    run=runs/quickstart-$n
done
build/vkr1 train configs/quickstart.json --set "output_dir=\"$run\"" "$@"
