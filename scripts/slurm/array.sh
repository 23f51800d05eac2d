#!/bin/bash
# A job array over configs, with one node for each config.  Every config has its own run folder.
#   sbatch --array=1-3 scripts/slurm/array.sh a.ini b.ini c.ini
#   LAUNCHER=mpirun sbatch …           uses mpirun instead of srun
# Fill in your site's account, partition and modules.  Set --cpus-per-task to the number of cores of a socket.
#SBATCH --job-name=fcnn
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
#SBATCH --output=%x-%A_%a.out
#SBATCH --open-mode=append
set -u

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_PLACES=cores
export SLURM_MPI_TYPE=${SLURM_MPI_TYPE:-pmix} # how srun starts MPI: pmi2 for MPICH; see srun --mpi=list
config=${!SLURM_ARRAY_TASK_ID:?there are fewer configs than tasks of the array}

case ${LAUNCHER:-srun} in
srun)
    exec srun -K --cpus-per-task="$OMP_NUM_THREADS" --hint=nomultithread --distribution=block:block \
        fcnn-train "$config"
    ;;
mpirun)
    # Each rank gets the cores of its threads.  Open MPI 4 also waits ten seconds instead of one for the checkpoint
    # after a SIGTERM, and as long after a crash; 5 and 6 have no such option (docs/cluster.md).
    case $(mpirun --version 2>&1) in
    *HYDRA*) options=(-bind-to "core:$OMP_NUM_THREADS") ;;
    *'Open MPI) 4'*) options=(--map-by "slot:pe=$OMP_NUM_THREADS" --mca odls_base_sigkill_timeout 10) ;;
    *) options=(--map-by "slot:pe=$OMP_NUM_THREADS") ;;
    esac
    exec mpirun -np "$SLURM_NTASKS" "${options[@]}" fcnn-train "$config"
    ;;
*)
    echo "LAUNCHER must be srun or mpirun, not $LAUNCHER" >&2
    exit 64
    ;;
esac
