#!/usr/bin/env bash
# Runs `vkr1 check` on llvmpipe of Mesa 26.1, built with Debian 13's gcc and glslc: the newest software driver at hand, and the
# only one that executes cooperative matrices.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
root=$("$checkout/tools/portability/compilers_root.sh")
in_root "$root" sh -c 'cmake -S /checkout -B /build && cmake --build /build -j"$(nproc)" --target vkr1'
in_root "$root" env VK_ICD_FILENAMES=/opt/mesa26/usr/share/vulkan/icd.d/lvp_icd.json XDG_CACHE_HOME=/tmp \
    sh -euxc '/build/vkr1 devices; /build/vkr1 check'
