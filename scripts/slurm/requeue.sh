#!/bin/bash
# A job that is preempted, or out of time, and comes back until the training is finished.
#   sbatch scripts/slurm/requeue.sh my.ini [option of fcnn-train…]
#   LAUNCHER=mpirun sbatch …           by mpirun instead of srun
# SLURM sends USR1 to this script two minutes before the end; fcnn-train then writes a checkpoint and ends, and the job
# is put back into the queue.
# Fill in your site's account, partition and modules, and as --cpus-per-task the cores of a socket.
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

# The run's folder: where its line of status is.
config=$(fcnn-train --print-config "$@") || exit
folder=$(sed -n 's/^directory = //p' <<<"$config")
if [ -z "$folder" ]; then
    echo 'fcnn-train --print-config names no output.directory' >&2
    exit 70
fi
# What an earlier start has left there is not this one's: its line is another file.
line()
{
    # opened, so that a file server is asked
    [ -r "$folder/status" ] && stat -L -c '%i %Y %Z' /dev/stdin <"$folder/status"
}
before=$(line)
printf 'job %s, start %s: %s\n' "$SLURM_JOB_ID" "${SLURM_RESTART_COUNT:-0}" "$folder"

case ${LAUNCHER:-srun} in
srun)
    # -K: a rank that crashes ends the step; without it the others would wait for ever
    srun -K --cpus-per-task="$OMP_NUM_THREADS" --hint=nomultithread --distribution=block:block \
        fcnn-train "$@" &
    ;;
mpirun)
    # the threads' cores for each rank; and after a SIGTERM Open MPI 4 gives ten seconds for the checkpoint, instead of
    # one, and waits as long after a crash (5 and 6 do not: docs/cluster.md)
    case $(mpirun --version 2>&1) in
    *HYDRA*) options=(-bind-to "core:$OMP_NUM_THREADS") ;;
    *'Open MPI) 4'*) options=(--map-by "slot:pe=$OMP_NUM_THREADS" --mca odls_base_sigkill_timeout 10) ;;
    *) options=(--map-by "slot:pe=$OMP_NUM_THREADS") ;;
    esac
    mpirun -np "$SLURM_NTASKS" "${options[@]}" fcnn-train "$@" &
    ;;
esac
step=$!
# both launchers pass USR1 on to the ranks
trap 'kill -USR1 $step' USR1 TERM

# wait ends early when a signal comes, with a code above 128
wait $step
code=$?
while kill -0 $step 2>/dev/null; do
    wait $step
    code=$?
done

# A launcher may change the code on its way: the status says how it ended.
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
    # SIGTERM stops it too: a job that was cancelled is no longer running, and does not come back
    # where squeue does not answer it comes back: to be cancelled again costs less than to be forgotten
    state=$(squeue -h -j "$SLURM_JOB_ID" -o %T) || state=RUNNING
    [ "$state" != RUNNING ] || exec scontrol requeue "$SLURM_JOB_ID"
    ;;
esac
# killed, or failed; where a node goes Open MPI 5's mpirun may end with 0
exit $((code == 0 ? 70 : code))
