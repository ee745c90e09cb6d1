#!/usr/bin/env bash
# Prints the path of a Debian 13 root with what building vkr1 needs and Mesa's drivers twice: Debian 13's own (25.0.7; the
# last that lets RADV compile for a card that is not there) in /usr/share/vulkan/icd.d, and those of trixie-backports (26.1;
# llvmpipe and NVK with cooperative matrices, NVK with statistics) in /opt/mesa26. In /opt/shims stand the libraries that take
# the place of the kernel drivers of Intel and NVIDIA; only Mesa's source package has them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
root=$cache/$suite-compilers
mark=$root/.made-by-$(cat "$0" "$(dirname "$0")/lib.sh" "$checkout/tools/setup.sh" | sha256sum | cut -c1-16)
if [ ! -e "$mark" ]; then
    copy_root "$root" >&2
    cat >"$root/make.sh" <<'MAKE'
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
retry() { "$@" || { sleep 10; "$@"; } || { sleep 60; "$@"; }; }
retry apt-get update -qq
. /checkout/tools/setup.sh
retry apt-get install -y -qq --no-install-recommends ninja-build meson g++ bison flex python3-mako python3-yaml \
    python3-packaging python3-ply libdrm-dev zlib1g-dev libexpat1-dev libzstd-dev libelf-dev libudev-dev libpciaccess-dev \
    glslang-tools dpkg-dev
mkdir -p /tmp/mesa /opt/shims
cd /tmp/mesa
retry apt-get source -qq mesa/trixie
cd mesa-*/
common="-Dplatforms= -Dllvm=disabled -Dglx=disabled -Degl=disabled -Dgbm=disabled -Dvideo-codecs= -Dvalgrind=disabled
 -Dlibunwind=disabled -Dbuildtype=release"
meson setup n -Dtools=drm-shim -Dvulkan-drivers=amd -Dgallium-drivers=nouveau,crocus $common
ninja -C n src/nouveau/drm-shim/libnouveau_noop_drm_shim.so
meson setup i -Dtools=drm-shim,intel -Dvulkan-drivers= -Dgallium-drivers=crocus $common
ninja -C i src/intel/tools/libintel_noop_drm_shim.so
cp n/src/nouveau/drm-shim/libnouveau_noop_drm_shim.so i/src/intel/tools/libintel_noop_drm_shim.so /opt/shims/
mkdir /tmp/mesa26 /opt/mesa26
cd /tmp/mesa26
echo "deb http://deb.debian.org/debian trixie-backports main" >/etc/apt/sources.list.d/backports.list
retry apt-get update -qq
retry apt-get install -y -qq --no-install-recommends libdisplay-info2 libpng16-16t64
retry apt-get download -qq mesa-vulkan-drivers/trixie-backports
dpkg -x mesa-vulkan-drivers_*.deb /opt/mesa26
sed -i 's|"library_path": "/usr/|"library_path": "/opt/mesa26/usr/|; s|"library_path": "libvulkan_|"library_path": "/opt/mesa26/usr/lib/x86_64-linux-gnu/libvulkan_|' /opt/mesa26/usr/share/vulkan/icd.d/*.json
cd /
rm -rf /tmp/mesa /tmp/mesa26
MAKE
    in_root "$root" bash /make.sh >"$cache/compilers_root.log" 2>&1 ||
        stop "cannot make the root with the vendors' compilers, see the end of $cache/compilers_root.log:
$(tail -15 "$cache/compilers_root.log")"
    touch "$mark"
fi
echo "$root"
