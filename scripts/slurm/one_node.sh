#!/bin/bash
# One node: a rank a socket (or NUMA region), and the cores of it as threads.
#   sbatch scripts/slurm/one_node.sh my.ini [option of fcnn-train…]
#   LAUNCHER=mpirun sbatch …           by mpirun instead of srun
# Fill in your site's account, partition and modules, and as --cpus-per-task the cores of a socket.
#SBATCH --job-name=fcnn
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
set -u

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_PLACES=cores
export SLURM_MPI_TYPE=${SLURM_MPI_TYPE:-pmix} # how srun starts MPI: pmi2 for MPICH; see srun --mpi=list

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
