# Sourced by quickstart.sh and test.sh: installs what is missing (Debian and Ubuntu, by apt; with sudo when not root).
# On other distributions it prints the packages and stops.
# python3 is what the rewards `code` and `exec` and their tests run.
packages="gcc libc6-dev cmake make pkg-config glslc libvulkan1 libvulkan-dev libvulkan-volk-dev mesa-vulkan-drivers
 libpcre2-dev libgmp-dev libmpfr-dev libseccomp-dev python3 libutf8proc-dev libcjson-dev zlib1g-dev libopenblas-dev
 libshaderc-dev"

setup_missing() {
    local p
    for p in $packages; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || echo "$p"
    done
}

setup_install() {
    local missing sudo="" pause
    missing=$(setup_missing | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "vkr1 needs these packages (Debian names): $missing"
        echo "Install their counterparts of your distribution, then build by hand:"
        echo "  cmake -S . -B build && cmake --build build -j && build/vkr1 train configs/quickstart.json"
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "Run this as root, or install: $missing"; return 1; }
        sudo=sudo
    fi
    echo "installing: $missing"
    for pause in 5 20 60 0; do # a mirror may be busy for a moment
        # shellcheck disable=SC2086
        if $sudo apt-get update -qq &&
            $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
            return 0
        fi
        [ $pause = 0 ] || { echo "apt-get failed, again in $pause s" >&2; sleep $pause; }
    done
    echo "apt-get could not install: $missing" >&2
    return 1
}

setup_install || exit 1
