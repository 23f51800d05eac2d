#!/bin/bash
# One rank on one node, with a terminal: under gdb, or a short try.
#   scripts/slurm/debug.sh my.ini                          trains
#   scripts/slurm/debug.sh --gdb my.ini                    stops in gdb
#   LAUNCHER=mpirun scripts/slurm/debug.sh my.ini          by mpirun instead of srun
# It is no batch file: run it where you work.  Add your site's account and partition in SALLOC_ACCOUNT and so on.
set -u

debugger=()
if [ "${1:-}" = --gdb ]; then
    debugger=(gdb -ex 'set breakpoint pending on' -ex 'break fcnn_fail' --args)
    shift
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

# no watchdog: a person who looks at a breakpoint is not a rank that hangs
command=(${debugger[@]+"${debugger[@]}"} fcnn-train --set train.watchdog=0 "$@")
allocation=(--nodes=1 --ntasks=1 --cpus-per-task="$OMP_NUM_THREADS" --time=00:30:00)
case ${LAUNCHER:-srun} in
srun)
    terminal=()
    [ ! -t 0 ] || terminal=(--pty)
    exec srun "${allocation[@]}" -K --mpi="${SLURM_MPI_TYPE:-pmix}" ${terminal[@]+"${terminal[@]}"} "${command[@]}"
    ;;
mpirun) exec salloc "${allocation[@]}" mpirun -np 1 --bind-to none "${command[@]}" ;;
esac
