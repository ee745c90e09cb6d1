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
in_root "$root" bash -euxc 'cd /root/vkr1; for command in tools/quickstart.sh tools/test.sh; do [ ! -e $command ] || $command; done'
