# scripts/common.sh — sourced by the other scripts: installing packages, running under mpirun.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by those who source this
fcnn_build_packages="gcc libc6-dev make autoconf automake libtool pkg-config openmpi-bin libopenmpi-dev
    libhdf5-openmpi-dev libxxhash-dev libssl-dev zlib1g-dev libzip-dev"
# g++ for the public headers, which C++ programs include too; then what looks into files and processes; what uses an
# installation; a SLURM, its way to start MPI, and networks of its own, for tests/slurm and tests/hosts; then the other
# programs whose files are read
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

# fcnn_install PACKAGE…: installs those that are missing, by apt.  FCNN_NO_INSTALL=1 goes on without,
# where compilers and libraries come from environment modules, say.
fcnn_install() {
    local package missing=()
    [ -z "${FCNN_NO_INSTALL:-}" ] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        fcnn_stop 69 "there is no apt here. Install what these Debian packages hold, then run again with" \
            "FCNN_NO_INSTALL=1:" "$@"
    fi
    for package; do
        # what Status says is "install ok installed"
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fcnn_stop 69 "packages are missing, and this is neither root nor is there sudo. As root: apt-get install" \
            "${missing[@]}"
    fi
    fcnn_say "Installing ${missing[*]}"
    # a fresh container has no package lists, an old one has lists of packages that are gone
    if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! fcnn_apt_install "${missing[@]}"; then
        fcnn_as_root apt-get update -qq || fcnn_stop 69 "apt-get update failed; still missing:" "${missing[@]}"
        fcnn_apt_install "${missing[@]}" || fcnn_stop 69 "apt could not install" "${missing[@]}"
    fi
}

fcnn_apt_install() {
    fcnn_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Cores that this process may use.
fcnn_cores() {
    nproc 2>/dev/null || getconf _NPROCESSORS_ONLN
}

# Sets, once, fcnn_mpi to whose launcher mpirun is: openmpi, mpich (and what descends from it) or other; and
# fcnn_mpi_release to the first number of its version, 5, say, or 0.
fcnn_find_mpi() {
    local version
    [ -z "${fcnn_mpi_release:-}" ] || return 0
    version=$("${MPIRUN:-mpirun}" --version 2>&1) || version=
    case $version in
    # "mpirun (Open MPI) 5.0.7", "mpirun.real (OpenRTE) 4.0.3"; PRRTE's own launcher is that of Open MPI 5 and 6
    *"Open MPI"* | *OpenRTE* | *PRRTE*) fcnn_mpi=openmpi ;;
    # "HYDRA build details:", then "Version:  4.0.2"; "Intel(R) MPI Library for Linux* OS, Version 2021.8"
    *HYDRA* | *Intel*MPI*) fcnn_mpi=mpich ;;
    *) fcnn_mpi=other ;;
    esac
    fcnn_mpi_release=$(sed -nE '/[0-9]+\./ { s/^[^0-9]*([0-9]+)\..*/\1/p; q; }' <<<"$version")
    fcnn_mpi_release=${fcnn_mpi_release:-0}
}

# Whether a kernel filter may forbid one rank to read another's memory, as containers have it.
fcnn_is_confined() {
    grep -q '^Seccomp:[[:space:]]*2' /proc/self/status 2>/dev/null
}

# fcnn_mpirun RANKS [OPTION…] PROGRAM [ARGUMENT…]: mpirun on this machine, with what it needs to run
# as root, with more ranks than cores, and in a container; MPICH's needs nothing for that.
# OMP_NUM_THREADS threads a rank, 1 by default.
fcnn_mpirun() (
    ranks=$1
    shift
    export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
    if [ $((ranks * ${OMP_NUM_THREADS%%,*})) -gt "$(fcnn_cores)" ]; then
        # a waiting thread would burn the core that another one needs
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
            # Open MPI 4, then 5 and 6: else "Read -1, expected N, errno = 1" for each large message
            export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism:-none}"
            export OMPI_MCA_smsc="${OMPI_MCA_smsc:-^cma}"
        fi
        if [ -z "${OMPI_MCA_btl_tcp_if_include+set}${OMPI_MCA_btl_tcp_if_exclude+set}" ] &&
            [ -e /sys/class/net/lo ]; then
            # ranks of one machine need no network; Open MPI 5 warns where an interface has addresses of both kinds,
            # and some releases of 6 end there
            export OMPI_MCA_btl_tcp_if_include=lo
        fi
        # The default binds one or two ranks to one core each, with all of their threads.  All releases know these
        # options; the variables that stand for them have other names in each.
        set -- --oversubscribe --bind-to none "$@"
    fi
    exec "${MPIRUN:-mpirun}" -np "$ranks" "$@"
)
