# scripts/common.sh — functions for the other scripts, which source it: install packages, run mpirun.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by those who source this
fcnn_build_packages="gcc libc6-dev make autoconf automake libtool pkg-config openmpi-bin libopenmpi-dev
    libhdf5-openmpi-dev libxxhash-dev libssl-dev zlib1g-dev libzip-dev"
# g++ for the public headers, which C++ programs include too; programs that examine files and processes, or use an
# installation; SLURM, its way to start MPI, and networks, for tests/slurm and tests/hosts; then the other programs
# whose files are read
# shellcheck disable=SC2034
fcnn_test_packages="libcunit1-dev hdf5-tools binutils g++ shellcheck gzip procps strace cmake mandoc gdb valgrind
    slurmctld slurmd slurm-client munge libpmix-dev iproute2
    python3-h5py python3-netcdf4 python3-pandas python3-tables"

# shellcheck disable=SC2034
fcnn_packaging_packages="build-essential debhelper dpkg-dev fakeroot libhdf5-mpi-dev lintian
    mpi-default-bin mpi-default-dev"

# shellcheck disable=SC2034
fcnn_fuzz_packages="clang libclang-rt-dev libomp-dev libcunit1-dev"

fcnn_say() {
    printf '%s\n' "$*"
}

# fcnn_stop CODE MESSAGE…
fcnn_stop() {
    local code=$1
    shift
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit "$code"
}

# Runs a command as root.
fcnn_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# fcnn_install PACKAGE…: installs missing packages by apt.  FCNN_NO_INSTALL=1 skips this, for example if compilers and
# libraries come from environment modules.
fcnn_install() {
    local package missing=()
    [ -z "${FCNN_NO_INSTALL:-}" ] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        fcnn_stop 69 "there is no apt here. Install what these Debian packages hold, then run again with" \
            "FCNN_NO_INSTALL=1:" "$@"
    fi
    for package; do
        # The status of an installed package is "install ok installed".
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fcnn_stop 69 "packages are missing, and this is neither root nor is there sudo. As root: apt-get install" \
            "${missing[@]}"
    fi
    fcnn_say "Installing ${missing[*]}"
    # A new container has no package lists, and an old one may have lists of packages that no longer exist.
    if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! fcnn_apt_install "${missing[@]}"; then
        fcnn_as_root apt-get update -qq || fcnn_stop 69 "apt-get update failed; still missing:" "${missing[@]}"
        fcnn_apt_install "${missing[@]}" || fcnn_stop 69 "apt could not install" "${missing[@]}"
    fi
}

fcnn_apt_install() {
    fcnn_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Prints the number of cores that this process may use.
fcnn_cores() {
    nproc 2>/dev/null || getconf _NPROCESSORS_ONLN
}

# Sets, once, fcnn_mpi to the kind of mpirun: openmpi, mpich (and launchers derived from it) or other; and
# fcnn_mpi_release to the first number of its version, for example 5, or to 0.
fcnn_find_mpi() {
    local version
    [ -z "${fcnn_mpi_release:-}" ] || return 0
    version=$("${MPIRUN:-mpirun}" --version 2>&1) || version=
    case $version in
    # "mpirun (Open MPI) 5.0.7", "mpirun.real (OpenRTE) 4.0.3"; PRRTE is the launcher of Open MPI 5 and 6
    *"Open MPI"* | *OpenRTE* | *PRRTE*) fcnn_mpi=openmpi ;;
    # "HYDRA build details:", then "Version:  4.0.2"; "Intel(R) MPI Library for Linux* OS, Version 2021.8"
    *HYDRA* | *Intel*MPI*) fcnn_mpi=mpich ;;
    *) fcnn_mpi=other ;;
    esac
    fcnn_mpi_release=$(sed -nE '/[0-9]+\./ { s/^[^0-9]*([0-9]+)\..*/\1/p; q; }' <<<"$version")
    fcnn_mpi_release=${fcnn_mpi_release:-0}
}

# Succeeds if a kernel filter, as in containers, may forbid a rank to read the memory of another rank.
fcnn_is_confined() {
    grep -q '^Seccomp:[[:space:]]*2' /proc/self/status 2>/dev/null
}

# fcnn_mpirun RANKS [OPTION…] PROGRAM [ARGUMENT…]: runs mpirun on this machine, with the options that it needs to run
# as root, with more ranks than cores, and in a container; MPICH needs none.
# Each rank has OMP_NUM_THREADS threads, by default 1.
fcnn_mpirun() (
    ranks=$1
    shift
    export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
    if [ $((ranks * ${OMP_NUM_THREADS%%,*})) -gt "$(fcnn_cores)" ]; then
        # Otherwise a waiting thread would use the core that another thread needs.
        export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
    fi
    fcnn_find_mpi
    if [ "$fcnn_mpi" = openmpi ]; then
        if [ "$(id -u)" -eq 0 ]; then
            export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        fi
        if [ "$ranks" -gt "$(fcnn_cores)" ]; then
            export OMPI_MCA_mpi_yield_when_idle="${OMPI_MCA_mpi_yield_when_idle:-1}"
        fi
        if fcnn_is_confined; then
            # For Open MPI 4, then for 5 and 6; otherwise each large message gives "Read -1, expected N, errno = 1".
            export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism:-none}"
            export OMPI_MCA_smsc="${OMPI_MCA_smsc:-^cma}"
        fi
        if [ -z "${OMPI_MCA_btl_tcp_if_include+set}${OMPI_MCA_btl_tcp_if_exclude+set}" ] &&
            [ -e /sys/class/net/lo ]; then
            # Ranks on one machine need no network.  If an interface has IPv4 and IPv6 addresses, Open MPI 5 warns, and
            # some releases of 6 end.
            export OMPI_MCA_btl_tcp_if_include=lo
        fi
        # The default binds one or two ranks to one core each, with all of their threads.  All releases have these
        # options; the equivalent variables have different names in each release.
        set -- --oversubscribe --bind-to none "$@"
    fi
    exec "${MPIRUN:-mpirun}" -np "$ranks" "$@"
)
