#!/usr/bin/env bash
# Prints the path of SwiftShader's driver file, for VK_ICD_FILENAMES. The driver comes from Debian's chromium-common.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
to=$cache/swiftshader
icd=$to/usr/lib/chromium/vk_swiftshader_icd.json
if [ ! -e "$icd" ]; then
    scratch=$(mktemp -d "$cache/swiftshader.XXXXXX")
    chmod 755 "$scratch"
    fetch() { (cd "$scratch" && { apt-get download -qq chromium-common || { apt-get update -qq && false; }; }) >&2; }
    retry fetch || stop "cannot download the package chromium-common, which holds SwiftShader"
    dpkg -x "$scratch"/chromium-common_*.deb "$scratch/x"
    [ -e "$scratch/x/usr/lib/chromium/vk_swiftshader_icd.json" ] || stop "chromium-common holds no vk_swiftshader_icd.json"
    mkdir -p "$to/usr/lib/chromium"
    cp "$scratch"/x/usr/lib/chromium/libvk_swiftshader.so "$scratch"/x/usr/lib/chromium/vk_swiftshader_icd.json "$to/usr/lib/chromium/"
fi
echo "$icd"
