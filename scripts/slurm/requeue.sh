#!/bin/bash
# A job that is requeued after preemption or the end of its time, until training is finished.
#   sbatch scripts/slurm/requeue.sh my.ini [option of fcnn-train…]
#   LAUNCHER=mpirun sbatch …           uses mpirun instead of srun
# SLURM sends SIGUSR1 to this script two minutes before the end of the time.  fcnn-train then writes a checkpoint and
# ends, and this script requeues the job.
# Fill in your site's account, partition and modules.  Set --cpus-per-task to the number of cores of a socket.
#SBATCH --job-name=fcnn
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
set -u

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_PLACES=cores
export SLURM_MPI_TYPE=${SLURM_MPI_TYPE:-pmix} # how srun starts MPI: pmi2 for MPICH; see srun --mpi=list

# The run folder, which contains the file status.
config=$(fcnn-train --print-config "$@") || exit
folder=$(sed -n 's/^directory = //p' <<<"$config")
if [ -z "$folder" ]; then
    echo 'fcnn-train --print-config names no output.directory' >&2
    exit 70
fi
# A status that an earlier start has left is not the status of this start, which is another file.
line()
{
    # The file is opened, so that a network file system asks its server.
    [ -r "$folder/status" ] && stat -L -c '%i %Y %Z' /dev/stdin <"$folder/status"
}
before=$(line)
printf 'job %s, start %s: %s\n' "$SLURM_JOB_ID" "${SLURM_RESTART_COUNT:-0}" "$folder"

case ${LAUNCHER:-srun} in
srun)
    # -K: a rank that crashes ends the step; without it the other ranks would wait forever
    srun -K --cpus-per-task="$OMP_NUM_THREADS" --hint=nomultithread --distribution=block:block \
        fcnn-train "$@" &
    ;;
mpirun)
    # Each rank gets the cores of its threads.  Open MPI 4 also waits ten seconds instead of one for the checkpoint
    # after a SIGTERM, and as long after a crash; 5 and 6 have no such option (docs/cluster.md).
    case $(mpirun --version 2>&1) in
    *HYDRA*) options=(-bind-to "core:$OMP_NUM_THREADS") ;;
    *'Open MPI) 4'*) options=(--map-by "slot:pe=$OMP_NUM_THREADS" --mca odls_base_sigkill_timeout 10) ;;
    *) options=(--map-by "slot:pe=$OMP_NUM_THREADS") ;;
    esac
    mpirun -np "$SLURM_NTASKS" "${options[@]}" fcnn-train "$@" &
    ;;
*)
    echo "LAUNCHER must be srun or mpirun, not $LAUNCHER" >&2
    exit 64
    ;;
esac
step=$!
# Both launchers pass SIGUSR1 on to the ranks.
trap 'kill -USR1 $step' USR1 TERM

# When a signal arrives, wait ends early, with a code above 128.
wait $step
code=$?
while kill -0 $step 2>/dev/null; do
    wait $step
    code=$?
done

# A launcher may change the exit code; the status says how the run ended.
if [ "$(line)" = "$before" ]; then
    printf 'code %s: the run did not begin: %s/status, if it is there, is that of an earlier start\n' \
        "$code" "$folder" >&2
    exit $((code == 0 ? 70 : code))
fi
if ! status=$(cat "$folder/status"); then
    exit $((code == 0 ? 70 : code))
fi
printf 'code %s: %s\n' "$code" "$status"
case $status in
finished*) exit 0 ;;
stopped*)
    # SIGTERM stops a run too.  A job that was cancelled is no longer in the state RUNNING, and is not requeued.  If
    # squeue does not answer, the job is requeued: it is easier to cancel a job again than to notice that it is lost.
    state=$(squeue -h -j "$SLURM_JOB_ID" -o %T) || state=RUNNING
    [ "$state" != RUNNING ] || exec scontrol requeue "$SLURM_JOB_ID"
    ;;
esac
# The run was killed or has failed.  If a node is lost, mpirun of Open MPI 5 may end with 0.
exit $((code == 0 ? 70 : code))
