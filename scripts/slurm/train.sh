#!/bin/bash
# One node or many: one rank for each socket (or NUMA region), with the cores of the socket as its threads.
#   sbatch scripts/slurm/train.sh my.ini [option of fcnn-train…]             on one node
#   sbatch --nodes=8 scripts/slurm/train.sh my.ini [option of fcnn-train…]   on eight
#   LAUNCHER=mpirun sbatch …                                                 by mpirun instead of srun
# fcnn-train --check my.ini tells how many ranks fit.
# Fill in your site's account, partition and modules, and as --cpus-per-task the cores of a socket.
#SBATCH --job-name=fcnn
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=04:00:00
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
set -u

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_PLACES=cores
export SLURM_MPI_TYPE=${SLURM_MPI_TYPE:-pmix} # how srun starts MPI: pmi2 for MPICH; see srun --mpi=list

# It stops itself with a checkpoint before the time is over (output.time_limit = auto); the same command goes on.
case ${LAUNCHER:-srun} in
srun)
    # -K: a rank that crashes ends the step; without it the others would wait for ever
    exec srun -K --cpus-per-task="$OMP_NUM_THREADS" --hint=nomultithread --distribution=block:block \
        fcnn-train "$@"
    ;;
mpirun)
    # the threads' cores for each rank; and after a SIGTERM Open MPI 4 gives ten seconds for the checkpoint, instead of
    # one, and waits as long after a crash (5 and 6 do not: docs/cluster.md)
    case $(mpirun --version 2>&1) in
    *HYDRA*) options=(-bind-to "core:$OMP_NUM_THREADS") ;;
    *'Open MPI) 4'*) options=(--map-by "slot:pe=$OMP_NUM_THREADS" --mca odls_base_sigkill_timeout 10) ;;
    *) options=(--map-by "slot:pe=$OMP_NUM_THREADS") ;;
    esac
    exec mpirun -np "$SLURM_NTASKS" "${options[@]}" fcnn-train "$@"
    ;;
esac
