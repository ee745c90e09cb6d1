#!/usr/bin/env bash
# Runs the README's two commands, as they stand, on a copy of this checkout in a fresh Debian 13 root.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
base_root
scratch=$(mktemp -d "$cache/debian13.XXXXXX")
root=$scratch/root
copy_root "$root"
# The copy is what a clone holds: files that git ignores (builds, runs) stay out.
mkdir "$root/root/vkr1"
cd "$checkout"
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
    tar --null -T - -cf - | tar -C "$root/root/vkr1" -xf -
if [ -e "$checkout/configs/quickstart.json" ]; then
    in_root "$root" bash -euc 'cd /root/vkr1 && tools/quickstart.sh' 2>&1 | tee "$scratch/quickstart.log"
    # | runs/quickstart | 14.0 % | 72.5 % | 72.5 % (60) |
    awk -F '|' '/held-out pass@1/ { table = 1 }
        table && $2 ~ /quickstart/ { sub(/ %.*/, "", $3); sub(/ %.*/, "", $4); gain = $4 - $3; found = 1
            print "RESULT quickstart: held-out pass@1" $3 " % before," $4 " % after" }
        / steps in / { print "RESULT quickstart: " $0 }
        END { if (!found || gain < 30) { print "the quickstart did not gain 30 points"; exit 1 } }' "$scratch/quickstart.log"
fi
in_root "$root" bash -euc 'cd /root/vkr1 && CTEST_PARALLEL_LEVEL=$(nproc) tools/test.sh'
