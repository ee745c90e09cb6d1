#!/usr/bin/env bash
# Sets a machine up, builds, and runs all tests. On Debian and Ubuntu missing packages are installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh
cmake -S . -B build
cmake --build build -j"$(nproc)"
ctest --test-dir build --output-on-failure
