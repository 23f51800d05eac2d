#!/bin/bash
# One node: a rank a socket (or NUMA region), and the cores of it as threads.
#   sbatch scripts/slurm/one_node.sh my.ini [option of fcnn-train…]
#   LAUNCHER=mpirun sbatch …           by mpirun instead of srun
# Fill in your site's account, partition and modules.
#SBATCH --job-name=fcnn
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
set -u

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_PLACES=cores

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
