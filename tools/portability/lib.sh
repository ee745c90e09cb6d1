# Sourced by the scripts beside it: where things are cached, retries, and Debian 13 roots.
#
# VKR1_CI_CACHE holds what is slow to fetch or build: the SwiftShader driver, a Debian 13 base system, downloaded packages, a
# root with the vendors' compilers. All of it is made anew when it is not there; removing the directory is always safe.
cache=${VKR1_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vkr1/ci}
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suite=trixie
mirror=http://deb.debian.org/debian
mkdir -p "$cache/archives"
trap '[ -z "${scratch:-}" ] || rm -rf "$scratch"' EXIT

stop() {
    echo "$0: $*" >&2
    exit 1
}

# retry COMMAND...: up to four times, with growing pauses; for whatever goes over the network.
retry() {
    local pause
    for pause in 5 20 60; do
        "$@" && return 0
        echo "failed, again in $pause s: $*" >&2
        sleep $pause
    done
    "$@"
}

# host_packages NAME...: installs what is missing on this machine (root, Debian or Ubuntu).
host_packages() {
    local missing=() p
    for p in "$@"; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
    done
    [ ${#missing[@]} = 0 ] && return 0
    retry apt-get update -qq
    DEBIAN_FRONTEND=noninteractive retry apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# in_root ROOT COMMAND...: runs a command in the root with /proc, /dev/shm, the package cache and the checkout (read-only, at
# /checkout). The mounts live in a namespace of their own and vanish with the command.
in_root() {
    local root=$1
    shift
    mkdir -p "$root/checkout" "$root/dev/shm"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    # shellcheck disable=SC2016
    unshare --mount --propagation private bash -c '
        set -e
        root=$1 cache=$2 checkout=$3
        shift 3
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/dev/shm"
        mount --bind "$cache/archives" "$root/var/cache/apt/archives"
        mount --bind "$checkout" "$root/checkout"
        mount -o remount,bind,ro "$root/checkout"
        exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb "$@"
    ' in_root "$root" "$cache" "$checkout" "$@"
}

# base_root: makes the Debian 13 base system when it is not cached. Sets `base`.
base_root() {
    base=$cache/$suite-base
    [ -e "$base/.complete" ] && return 0
    [ "$(id -u)" = 0 ] || stop "a Debian 13 root is made by debootstrap and chroot, which need root; run this as root"
    host_packages debootstrap debian-archive-keyring
    rm -rf "$base"
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    local new=$base.new
    make_base() {
        rm -rf "$new"
        debootstrap --variant=minbase --keyring=$keyring $suite "$new" $mirror >"$cache/debootstrap.log" 2>&1
    }
    retry make_base || stop "debootstrap failed, see $cache/debootstrap.log"
    # The host's way to its packages (proxy, a clock that is off) holds in the root too.
    apt-config dump Acquire | grep -E '^Acquire::(http|https|Check)' >"$new/etc/apt/apt.conf.d/01host" || true
    echo 'APT::Keep-Downloaded-Packages "true";' >"$new/etc/apt/apt.conf.d/02keep"
    echo force-unsafe-io >"$new/etc/dpkg/dpkg.cfg.d/unsafe-io"
    echo "deb-src $mirror $suite main" >>"$new/etc/apt/sources.list"
    touch "$new/.complete"
    mv "$new" "$base"
}

# copy_root TO: a new root like the base.
copy_root() {
    base_root
    rm -rf "$1"
    cp -a --reflink=auto "$base" "$1"
    rm -f "$1/.complete"
}
