#!/usr/bin/env bash
# Runs the tests on another system, for scripts/test.sh --system: creates the system in a folder by debootstrap,
# emulates its processor if that is another one, clones this checkout into it, and builds and tests there as a new user
# would.  The last line is that of scripts/test.sh.  docs/systems.md contains the results.
set -eu
cd "$(dirname "$0")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: scripts/test.sh --system SYSTEM [--short] [TEST…]
Creates the system in a folder, clones this checkout into it, builds there, runs all tests or the given ones, and
removes the system.  Needs root, and a Debian with debootstrap.
  bookworm     Debian 12 with only the packages that it needs
  trixie       Debian 13
  sid          Debian unstable
  mpich        Debian 12 with MPICH and its HDF5
  serial-hdf5  Debian 12 with Open MPI and an HDF5 without MPI
  clang        Debian 12 with clang and libomp
  arm64, ppc64el, s390x   Debian 12 for these processors, emulated by qemu; always the short form
  riscv64                 Debian 13 for this processor, likewise
  --short      runs only the commands of README.md, the unit tests, the golden hashes and those of --verify
Environment variables:
  FCNN_SYSTEM_KEEP=DIR  create the system in DIR, or use the one that is there, and keep it; the clone is always new
  FCNN_SYSTEM_MIRROR    the Debian mirror [the one that apt uses on this machine]
END
}

# describe SYSTEM: sets suite, architecture, replace (a sed command for the packages of the build), more (packages),
# environment and, for a processor that is not this one, emulated and short
describe() {
    local own
    own=$(dpkg --print-architecture)
    suite=bookworm architecture=$own replace='' more='' emulated='' environment=("FCNN_SYSTEM=$1")
    case $1 in
    bookworm | trixie | sid) suite=$1 ;;
    mpich)
        replace='s/openmpi-bin/mpich/; s/libopenmpi-dev/libmpich-dev/; s/libhdf5-openmpi-dev/libhdf5-mpich-dev/'
        ;;
    serial-hdf5) replace='s/libhdf5-openmpi-dev/libhdf5-dev/' ;;
    clang)
        more='clang libomp-dev'
        environment+=(OMPI_CC=clang)
        ;;
    arm64 | ppc64el | s390x) architecture=$1 ;;
    riscv64) suite=trixie architecture=$1 ;;
    *) fcnn_stop 64 "unknown system $1; see scripts/test.sh --system --help" ;;
    esac
    if [ "$architecture" != "$own" ]; then
        emulated=yes short=yes
        # These systems are about twenty times slower.
        environment+=(FCNN_TEST_TIMEOUT=3600 FCNN_SYSTEM_TIMEOUT=14400)
    fi
}

# Makes the kernel start programs of $architecture by qemu.
emulate() {
    local processor=$architecture
    case $architecture in
    arm64) processor=aarch64 ;;
    ppc64el) processor=ppc64le ;;
    esac
    [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
    [ -e "/proc/sys/fs/binfmt_misc/qemu-$processor" ] || update-binfmts --enable "qemu-$processor"
}

# Makes the system in $root, or takes what is there, and clones the checkout into it.
make_system() {
    local mirror made=$root/etc/apt/apt.conf.d/90tests
    if [ ! -e "$made" ]; then
        # shellcheck disable=SC2016 # apt's own variables
        mirror=${FCNN_SYSTEM_MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' |
            awk '$2 !~ /security|updates/ { print $1; exit }')}
        debootstrap --variant=minbase --include=ca-certificates --arch="$architecture" "$suite" "$root" "$mirror" \
            >"$root.log" 2>&1 || fcnn_stop 70 "debootstrap failed: $(tail -n 1 "$root.log")"
        # a mirror that stands still is older than it says it may be
        printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'APT::Install-Recommends "false";' >"$made"
    fi
    # a host that does not know its own name waits for name servers
    printf '127.0.0.1 localhost %s\n::1 localhost\n' "$(uname -n)" >"$root/etc/hosts"
    # a mount of its own, in which unshare can make others private
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs none "$root/dev/shm"
    rm -rf "$root/src"
    mkdir "$root/src" "$root/src/shared"
    git -c safe.directory='*' clone -q --no-hardlinks . "$root/src/fcnn"
    [ ! -d ../shared ] || mount --bind "$(cd ../shared && pwd)" "$root/src/shared"
}

# inside COMMAND…: in the clone in the system
inside() {
    # shellcheck disable=SC2016 # expanded by that shell
    chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" \
        sh -c 'cd /src/fcnn && exec "$@"' sh "$@"
}

# install PACKAGE…: in the system, in place of what the scripts there would install
install() {
    inside apt-get update -qq
    inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >"$root.log" 2>&1 ||
        fcnn_stop 70 "apt-get install failed: $(tail -n 1 "$root.log")"
    environment+=(FCNN_NO_INSTALL=1)
}

# The pages in their long form, on a machine that has nothing yet but git, where that can be: prints their TAP lines.
follow_pages() {
    fcnn_say "== $system: README.md, from scripts/quickstart.sh on"
    inside apt-get update -qq
    inside apt-get install -y -qq git >"$root.log" 2>&1 || fcnn_stop 70 "apt-get install git failed"
    inside env FCNN_FAULTS=long FCNN_BIN=/src/fcnn bash tests/system_pages.sh
}

# count TAP: adds what its lines say to passed, failed and skipped
count() {
    local ok bad skip
    bad=$(grep -c '^not ok' "$1") || true
    skip=$(grep -c '^ok .* # SKIP ' "$1") || true
    ok=$(grep -c '^ok ' "$1") || true
    passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

run_tests() {
    local build_packages test_packages=$fcnn_test_packages passed=0 failed=0 skipped=0 p=0 f=1 k=0
    build_packages=$(sed "$replace" <<<"$fcnn_build_packages")
    [ -z "$short" ] || test_packages='libcunit1-dev hdf5-tools gzip procps'
    if [ -n "$emulated$replace$more" ]; then
        # shellcheck disable=SC2086 # lists of words
        install $build_packages $test_packages $more
    elif [ -n "$short" ]; then
        follow_pages | tee "$root.tap"
        count "$root.tap"
        # shellcheck disable=SC2086
        install $build_packages $test_packages
    fi
    if [ -n "$short" ] && [ $# -eq 0 ]; then
        # shellcheck disable=SC2046 # a list of words
        set -- $(printf '%s\n' tests/test_*.c | sed 's/\.c$//') tests/system_golden.sh tests/system_verify.sh
    fi
    fcnn_say "== $system: scripts/test.sh"
    inside scripts/test.sh "$@" | tee "$root.tap" || true
    read -r p f k < <(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$root.tap") || true
    fcnn_say "$((passed + p)) passed, $((failed + f)) failed, $((skipped + k)) skipped"
    [ $((failed + f)) -eq 0 ]
}

short=''
system=${1:-}
case $system in
-h | --help)
    usage
    exit 0
    ;;
'' | -*)
    usage >&2
    exit 64
    ;;
esac
shift
if [ "${1:-}" = --short ]; then
    short=yes
    shift
fi
describe "$system"

if [ -z "${FCNN_SYSTEM_ROOT:-}" ]; then
    [ "$(id -u)" -eq 0 ] || fcnn_stop 69 "root is needed to make another system"
    apart=(setpriv --pdeathsig KILL unshare --mount --pid --ipc --fork --kill-child --mount-proc)
    said=$("${apart[@]}" true 2>&1) || fcnn_stop 69 "no namespaces here for another system: $said"
    [ -e .git ] || fcnn_stop 69 "a git checkout is needed: what is tested is a clone of it"
    # shellcheck disable=SC2086 # a list of words
    fcnn_install debootstrap git ${emulated:+qemu-user-static binfmt-support}
    command -v debootstrap >/dev/null || fcnn_stop 69 "debootstrap is needed to make another system"
    FCNN_SYSTEM_ROOT=${FCNN_SYSTEM_KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/fcnn-$system-XXXXXX")}
    export FCNN_SYSTEM_ROOT
    [ -n "${FCNN_SYSTEM_KEEP:-}" ] || trap 'rm -rf "$FCNN_SYSTEM_ROOT"{,.log,.tap}' EXIT
    # its mounts and processes end with these namespaces
    "${apart[@]}" bash tests/systems.sh "$system" ${short:+--short} "$@"
    exit
fi
root=$FCNN_SYSTEM_ROOT
[ -z "$emulated" ] || emulate
make_system
run_tests "$@"
