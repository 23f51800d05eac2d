#!/bin/bash
# Many nodes: a rank a socket (or NUMA region) of each, and the cores of it as threads.
#   sbatch --nodes=8 scripts/slurm/many_nodes.sh my.ini [option of fcnn-train…]
#   LAUNCHER=mpirun sbatch …           by mpirun instead of srun
# How many ranks fit: fcnn-train --check my.ini.  Fill in your site's account, partition and modules.
#SBATCH --job-name=fcnn
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=04:00:00
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
set -u

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_PLACES=cores

# It stops itself with a checkpoint before the time is over (output.time_limit = auto); the same command goes on.
case ${LAUNCHER:-srun} in
srun)
    # -K: a rank that crashes ends the step; without it the others would wait for ever
    exec srun -K --mpi=pmix --cpus-per-task="$OMP_NUM_THREADS" --hint=nomultithread --distribution=block:block \
        fcnn-train "$@"
    ;;
mpirun)
    # after a SIGTERM ten seconds for the checkpoint, instead of one; after a crash mpirun waits as long
    exec mpirun -np "$SLURM_NTASKS" --map-by "slot:pe=$OMP_NUM_THREADS" --mca odls_base_sigkill_timeout 10 \
        fcnn-train "$@"
    ;;
esac
