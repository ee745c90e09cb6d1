#!/usr/bin/env bash
# Builds every pipeline that the check cases and the benchmark shapes select on each device below, with the real compilers of
# Mesa for AMD, Intel and NVIDIA, no hardware needed. Fails when one spills registers to memory or does not compile, and on
# NVIDIA when one loads past the caches what it only reads (tools/strong_loads.py).
# usage: tools/vendor_compilers.sh [TARGET...]     root, on Debian; targets as in the list, e.g. navi31 dg2 turing
# Writes build-ci/compilers.tsv: a line for every device, kernel and specialisation.
set -euo pipefail
. "$(dirname "$0")/portability/lib.sh"

# target: what makes the driver believe in the device
icd=/usr/share/vulkan/icd.d
targets="polaris10 vega10 navi10 navi21 rembrandt navi31 gfx1151 gfx1201 skl tgl dg2 mtl bmg turing ampere"
environment() {
    case $1 in
    polaris10 | vega10 | navi* | rembrandt | gfx*)
        echo "RADV_FORCE_FAMILY=$1 VK_ICD_FILENAMES=$icd/radeon_icd.json" ;;
    skl | tgl | dg2 | mtl | lnl | bmg)
        echo "LD_PRELOAD=/opt/shims/libintel_noop_drm_shim.so INTEL_STUB_GPU_PLATFORM=$1 VK_ICD_FILENAMES=$icd/intel_icd.json" ;;
    turing) echo "LD_PRELOAD=/opt/shims/libnouveau_noop_drm_shim.so NOUVEAU_CHIPSET=162 VK_ICD_FILENAMES=/opt/mesa26$icd/nouveau_icd.json" ;;
    ampere) echo "LD_PRELOAD=/opt/shims/libnouveau_noop_drm_shim.so NOUVEAU_CHIPSET=172 VK_ICD_FILENAMES=/opt/mesa26$icd/nouveau_icd.json" ;;
    *) stop "no target \"$1\"; there are: $targets" ;;
    esac
}
for target in "$@"; do environment "$target" >/dev/null; done

root=$("$checkout/tools/portability/compilers_root.sh")
in_root "$root" sh -c 'cmake -S /checkout -B /build && cmake --build /build -j"$(nproc)" --target compile_report' \
    >"$cache/compilers_build.log" 2>&1 || stop "the build failed:
$(tail -30 "$cache/compilers_build.log")"

out=$checkout/build-ci
mkdir -p "$out"
scratch=$(mktemp -d)
one() { # the drivers talk on stderr about what the missing hardware does not answer; shown when the tool fails
    local code=()
    case $1 in turing | ampere) code=(--code "/tmp/$1.code") ;; esac
    # shellcheck disable=SC2046
    in_root "$root" env $(environment "$1") XDG_CACHE_HOME=/tmp /build/compile_report "$1" "${code[@]}" >"$scratch/$1.tsv" \
        2>"$scratch/$1.err" || echo "$?" >"$scratch/$1.failed"
    [ ${#code[@]} = 0 ] || "$checkout/tools/strong_loads.py" "$root${code[1]}" >"$scratch/$1.loads" 2>&1 ||
        echo "$?" >"$scratch/$1.failed"
}
for target in ${*:-$targets}; do # two at a time
    while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    one "$target" &
done
wait

failed=0
printf 'target\tkernel\tconstants\tsubgroup\tregisters\tspills\tscratch_bytes\toccupancy\tinstructions\tcycles\n' >"$out/compilers.tsv"
printf '%-10s %9s %9s %9s %9s %11s  %s\n' target pipelines registers spilling occupancy '10^6 cycles' device
for target in ${*:-$targets}; do
    grep -v '^#' "$scratch/$target.tsv" >>"$out/compilers.tsv" || true
    awk -F '\t' -v target="$target" '
        /^#/ { device = substr($0, 3); next }
        { n++; if ($5 > most) most = $5; if ($6 > 0 || $7 > 0) spilling++; if ($8 >= 0 && (least == "" || $8 < least)) least = $8
          if ($10 > 0) cycles += $10 }
        END { printf "%-10s %9d %9d %9d %9s %11.3f  %s\n", target, n, most, spilling, least == "" ? "-" : least, cycles / 1e6, device }
    ' "$scratch/$target.tsv"
    if [ -e "$scratch/$target.failed" ]; then
        failed=1
        awk -F '\t' '!/^#/ && ($6 > 0 || $7 > 0) { print "    spills: " $2 " " $3 " (" $6 " spills, " $7 " bytes of scratch)" }' "$scratch/$target.tsv"
        [ ! -e "$scratch/$target.loads" ] || sed 's/^/    /' "$scratch/$target.loads"
        grep -E '^compile_report' "$scratch/$target.err" || tail -5 "$scratch/$target.err"
    fi
done
exit $failed
