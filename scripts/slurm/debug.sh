#!/bin/bash
# One rank on one node, with a terminal: for gdb, or for a short test.
#   scripts/slurm/debug.sh my.ini                          trains
#   scripts/slurm/debug.sh --gdb my.ini                    stops in gdb
#   LAUNCHER=mpirun scripts/slurm/debug.sh my.ini          uses mpirun instead of srun
# This is not a batch file: run it in your terminal.  Set the account and partition of your site in SALLOC_ACCOUNT etc.
set -u

debugger=()
if [ "${1:-}" = --gdb ]; then
    debugger=(gdb -ex 'set breakpoint pending on' -ex 'break fcnn_fail' --args)
    shift
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

# The watchdog is switched off, because a rank that waits at a breakpoint does not hang.
command=(${debugger[@]+"${debugger[@]}"} fcnn-train --set train.watchdog=0 "$@")
allocation=(--nodes=1 --ntasks=1 --cpus-per-task="$OMP_NUM_THREADS" --time=00:30:00)
case ${LAUNCHER:-srun} in
srun)
    terminal=()
    [ ! -t 0 ] || terminal=(--pty)
    exec srun "${allocation[@]}" -K --mpi="${SLURM_MPI_TYPE:-pmix}" ${terminal[@]+"${terminal[@]}"} "${command[@]}"
    ;;
mpirun) exec salloc "${allocation[@]}" mpirun -np 1 --bind-to none "${command[@]}" ;;
*)
    echo "LAUNCHER must be srun or mpirun, not $LAUNCHER" >&2
    exit 64
    ;;
esac
