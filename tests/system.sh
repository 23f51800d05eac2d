# tests/system.sh — sourced by the tests that run the programs as a user does: a work folder, which is the working
# directory and goes away at the end; runs under mpirun; digests of models.  Needs $FCNN_BIN.
# shellcheck shell=bash
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
# shellcheck source=../scripts/common.sh
. "$here/../scripts/common.sh"
# shellcheck disable=SC2034 # these are for the tests
{
    configs=$(cd "$here/../configs" && pwd)
    shared=$(cd "${FCNN_SHARED:-$here/../../shared}" 2>/dev/null && pwd)
}
built=$(cd "${FCNN_BIN:?the folder of the built programs}" && pwd)
bin=$built
# In a build folder libtool's scripts start the programs, which takes as long as some of the runs.
if [ -x "$built/.libs/fcnn-train" ]; then
    bin=$built/.libs
    [[ ${LD_LIBRARY_PATH:-} = "$bin"* ]] || export LD_LIBRARY_PATH="$bin${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
fcnn_find_mpi
export fcnn_mpi fcnn_mpi_release
# The option by which ranks read together; where HDF5 was built without MPI, by which each reads for itself.
# shellcheck disable=SC2034 # for the tests
if grep -qsa 'this HDF5 was built without MPI' "$built"/.libs/libfcnn.so "$built/fcnn-train"; then
    together=data.read=independent
else
    together=data.read=collective
fi
# shellcheck source=quick_starts.sh
. "$here/quick_starts.sh"
# mpirun would wait two seconds after every failure, for ranks that have ended by themselves
export OMPI_MCA_odls_base_sigkill_timeout=0
work=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-system-XXXXXX") || exit 1
mpi_folder=$work.mpi
mkdir "$mpi_folder" || exit 1
trap 'rm -rf "$work" "$mpi_folder"' EXIT
# Open MPI removes its folder when no run is in it, which disturbs a run of another test that is about to use it.
export OMPI_MCA_orte_tmpdir_base="$mpi_folder" PRTE_MCA_prte_tmpdir_base="$mpi_folder"
cd "$work" || exit 1

# start_as_user: from now on the programs are those that a user starts, and installed ones find their own library
start_as_user()
{
    bin=$built
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH#"$built/.libs"}
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH#:}
    [ -n "$LD_LIBRARY_PATH" ] || unset LD_LIBRARY_PATH
}

# ranks NP COMMAND…: the command under mpirun, or without it where NP is 0; ends it after $limit seconds.
limit=${FCNN_TEST_TIMEOUT:-120}
ranks()
{
    local np=$1
    shift
    if [ "$np" = 0 ]; then
        timeout -k 5 "$limit" "$@" </dev/null
    else
        # timeout runs programs, not functions
        # shellcheck disable=SC2016 # expanded by that bash
        timeout -k 5 "$limit" bash -c '. "$0"; fcnn_mpirun "$@"' "$here/../scripts/common.sh" "$np" "$@" </dev/null
    fi
}

# run_program NP PROGRAM [OPTION…]: keeps standard output, standard error and code
run_program()
{
    local np=$1 program=$2
    shift 2
    ranks "$np" "$bin/$program" "$@" >stdout 2>stderr
    code=$?
    return $code
}

# train NP [OPTION…] CONFIG: as run_program
train()
{
    local np=$1
    shift
    run_program "$np" fcnn-train "$@"
}

# short_training: prints the end of a config, for three epochs in the folder run
short_training()
{
    printf '[train]\nepochs = 3\nbatch_size = 20\n[optimizer]\nlearning_rate = 0.05\n[output]\ndirectory = run\n'
}

# What the last run said, for a failed test.
said()
{
    printf 'exit code %s\n' "$code"
    tail -n 5 stdout
    head -n 5 stderr
}

# history FILE: a digest of the bits of the logged epochs, steps, losses and metrics
history()
{
    local array
    for array in epoch steps train_loss validation_loss validation_metric; do
        h5dump -d "/history/$array" -b LE -o history.bin "$1" >/dev/null && cat history.bin
    done | sha256sum | cut -c 1-16
    rm -f history.bin
}

# preloadable LIBRARY: prints a path for LD_PRELOAD, which knows no blanks: that of a link in the work folder
preloadable()
{
    ln -sf "$1" "$work/${1##*/}" && printf '%s\n' "$work/${1##*/}"
}

# need_python MODULE…: sets $python to an interpreter that has them; without one nothing here can be tested.
need_python()
{
    local modules="import $1"
    shift
    [ $# -eq 0 ] || modules+=$(printf ', %s' "$@")
    for python in /usr/bin/python3 python3; do
        if "$python" -c "$modules" 2>/dev/null; then
            return
        fi
    done
    printf '1..0 # SKIP no Python with %s\n' "${modules#import }"
    exit 0
}

# need PROGRAM…: without them nothing here can be tested
need()
{
    local program
    for program; do
        if ! command -v "$program" >/dev/null; then
            printf '1..0 # SKIP no %s\n' "$program"
            exit 0
        fi
    done
}
