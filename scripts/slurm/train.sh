#!/bin/bash
# A job on one node or on many nodes: one rank for each socket (or NUMA region), with one thread per core.
#   sbatch scripts/slurm/train.sh my.ini [option of fcnn-train…]             on one node
#   sbatch --nodes=8 scripts/slurm/train.sh my.ini [option of fcnn-train…]   on eight
#   LAUNCHER=mpirun sbatch …                                                 uses mpirun instead of srun
# fcnn-train --check my.ini lists the numbers of ranks that share the work evenly.
# Fill in your site's account, partition and modules.  Set --cpus-per-task to the number of cores of a socket.
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

# fcnn-train stops with a checkpoint before the time of the job is over (output.time_limit = auto); the same command
# then continues the run.
case ${LAUNCHER:-srun} in
srun)
    # -K: a rank that crashes ends the step; without it the other ranks would wait forever
    exec srun -K --cpus-per-task="$OMP_NUM_THREADS" --hint=nomultithread --distribution=block:block \
        fcnn-train "$@"
    ;;
mpirun)
    # Each rank gets the cores of its threads.  Open MPI 4 also waits ten seconds instead of one for the checkpoint
    # after a SIGTERM, and as long after a crash; 5 and 6 have no such option (docs/cluster.md).
    case $(mpirun --version 2>&1) in
    *HYDRA*) options=(-bind-to "core:$OMP_NUM_THREADS") ;;
    *'Open MPI) 4'*) options=(--map-by "slot:pe=$OMP_NUM_THREADS" --mca odls_base_sigkill_timeout 10) ;;
    *) options=(--map-by "slot:pe=$OMP_NUM_THREADS") ;;
    esac
    exec mpirun -np "$SLURM_NTASKS" "${options[@]}" fcnn-train "$@"
    ;;
*)
    echo "LAUNCHER must be srun or mpirun, not $LAUNCHER" >&2
    exit 64
    ;;
esac
