# Sourced by quickstart.sh and test.sh: installs what is missing (Debian and Ubuntu, by apt).
packages="gcc cmake make pkg-config glslc libvulkan1 libvulkan-dev libvulkan-volk-dev mesa-vulkan-drivers libpcre2-dev
 libutf8proc-dev libcjson-dev libopenblas-dev libshaderc-dev"
missing=""
for p in $packages; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "vkr1 needs these packages (Debian names):$missing"
        echo "Install their counterparts of your distribution and run this again."
        exit 1
    fi
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi
