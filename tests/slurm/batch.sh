#!/usr/bin/env bash
# The batch files of scripts/slurm in a real SLURM, of two virtual nodes on this machine: the bits of a single rank,
# requeues, time limits, nodes that go, jobs that are cancelled.
#   FCNN_FAULTS=long   all of it (some six minutes); else what takes a minute
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=cluster.sh
. "$here/slurm/cluster.sh"
need h5dump
if [ "$(id -u)" -ne 0 ]; then
    printf '1..0 # SKIP a SLURM of its own needs root\n'
    exit 0
fi
need slurmctld slurmd munged sbatch unshare ip pgrep
batch=$here/../scripts/slurm
# shellcheck disable=SC2031 # what scripts/common.sh sets in a subshell is for its own command
export PATH=$bin:$PATH OMP_WAIT_POLICY=passive
# more ranks than cores, as root, over the only address of this machine that all nodes have
# shellcheck disable=SC2031
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
# shellcheck disable=SC2031
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_mpi_yield_when_idle=1

trap 'cluster_down; rm -rf "$work"' EXIT
trap 'exit 143' TERM INT HUP
if ! cluster_up 2 >up.log 2>&1; then
    printf '1..0 # SKIP SLURM does not start here: %s\n' "$(cat up.log "$cluster"/log/slurmctld.log | tail -n 1)"
    exit 0
fi

# ---- the data, and what one rank makes of it ----

sed -n '1,301p' "$configs/data/digits.csv" >digits.csv
fcnn-import digits.h5 --csv digits.csv >import.log || cat import.log
# config NAME EPOCHS
config()
{
    printf '[data]\ntrain = digits.h5\nnormalize = scale\nscale = 16\n[model]\nhidden = 20\n[train]\nepochs = %s
batch_size = 25\n[output]\nlog_every = 10\n' "$2" >"$1.ini"
}
config short 10
config long 1500

# sign FOLDER: weights and logged losses of a run, as one line
sign()
{
    [ -f "$1/model.h5" ] && printf '%s %s' "$(fcnn-info --hash "$1/model.h5")" "$(history "$1/model.h5")"
}
for name in short long; do
    train 0 --set output.directory="one-$name" "$name.ini"
done

# submit FOLDER SCRIPT [SBATCH-OPTION…] -- ARGUMENT…: a job whose run folder is FOLDER; its number goes to $job
submit()
{
    local folder=$1 script=$2 options=()
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    rm -rf "$folder"
    job=$(sbatch --parsable --cpus-per-task=1 --output="$folder.out" "${options[@]}" "$batch/$script" "$@" \
        --set output.directory="$folder")
}

# running FOLDER SECONDS: waits until steps are done there
running()
{
    local tries
    for ((tries = 0; tries < 5 * $2; tries++)); do
        compgen -G "$1/checkpoint-*.h5" >/dev/null && return 0
        sleep 0.2
    done
    return 1
}

# same NAME FOLDER CONFIG [WHAT]: the run left what one rank leaves
same()
{
    local now
    now=$(sign "$2")
    if [ -n "$now" ] && [ "$now" = "$(sign "one-$3")" ]; then
        tap_ok "slurm: $1"
    else
        tap_not_ok "slurm: $1" "state ${state:-?}, status: $(cat "$2/status" 2>&1)" "$(tail -n 15 "$2.out" 2>&1)"
    fi
}

# nothing_left FOLDER: no process of the run lives
nothing_left()
{
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        pgrep -f "fcnn-train.*$1" >/dev/null || return 0
        sleep 0.1
    done
    pgrep -af "fcnn-train.*$1"
    return 1
}

# ---- two nodes × two ranks ----

for launcher in srun mpirun; do
    LAUNCHER=$launcher submit "many-$launcher" many_nodes.sh -- short.ini
    job_is "$job" 60 COMPLETED FAILED TIMEOUT NODE_FAIL
    same "two nodes x two ranks by $launcher give the bits of one rank" "many-$launcher" short
    LAUNCHER=$launcher submit "node-$launcher" one_node.sh -- short.ini
    job_is "$job" 60 COMPLETED FAILED TIMEOUT NODE_FAIL
    same "one node by $launcher gives the bits of one rank" "node-$launcher" short
done

# ---- the wrong launcher ----

srun --mpi=none --nodes=2 --ntasks=2 fcnn-train --set output.directory=lonely short.ini >out 2>err
code=$?
errors=$(grep -c 'fcnn-train: error' err)
if [ $code -ne 0 ] && [ "$errors" = 1 ] && grep -q -e '--mpi=pmix' err && [ ! -e lonely ]; then
    tap_ok 'slurm: srun without PMI is refused, with the flag named'
else
    tap_not_ok 'slurm: srun without PMI is refused, with the flag named' "code $code" "$(cat err)"
fi

# ---- stopped and requeued ----

# requeued NAME FOLDER: the job was stopped with a checkpoint, put back, went on from it and came to the same end
requeued()
{
    job_is "$job" 120 COMPLETED FAILED TIMEOUT NODE_FAIL
    same "$1: the bits of a run without a stop" "$2" long
    tap_run "slurm: $1: it went on from its checkpoint" grep -E '^resumed at step [1-9]' "$2.out"
}

for launcher in srun mpirun; do
    LAUNCHER=$launcher submit "back-$launcher" requeue.sh -- long.ini
    running "back-$launcher" 60
    scancel --batch --signal=USR1 "$job"
    requeued "USR1 and requeue by $launcher" "back-$launcher"
    tap_run "slurm: USR1 and requeue by $launcher: stopped with a checkpoint" \
        grep -E 'code 75: stopped with a checkpoint|: stopped with a checkpoint' "back-$launcher.out"
done

# ---- cancelled, crashed ----

for launcher in srun mpirun; do
    LAUNCHER=$launcher submit "gone-$launcher" many_nodes.sh -- long.ini
    running "gone-$launcher" 60
    scancel "$job"
    job_is "$job" 30 CANCELLED
    tap_run "slurm: scancel leaves no process by $launcher" nothing_left "gone-$launcher"
done
for launcher in srun mpirun; do
    LAUNCHER=$launcher submit "crash-$launcher" many_nodes.sh -- long.ini
    running "crash-$launcher" 60
    victim=$(pgrep -f "fcnn-train.*crash-$launcher" | while read -r pid; do
        tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qE '^(OMPI_COMM_WORLD_RANK|PMIX_RANK)=1$' && echo "$pid"
    done | tail -n 1)
    kill -SEGV "$victim"
    # mpirun gives the others 10 s, on each node after the other
    tap_run "slurm: a rank that crashes ends the job by $launcher" job_is "$job" 60 FAILED CANCELLED
    tap_run "slurm: a rank that crashes leaves no process by $launcher" nothing_left "crash-$launcher"
done

# ---- an array ----

for name in a b c; do
    cp short.ini "$name.ini"
done
job=$(sbatch --parsable --array=1-3 --cpus-per-task=1 --output=array-%a.out "$batch/array.sh" a.ini b.ini c.ini)
for task in 1 2 3; do
    job_is "${job}_$task" 60 COMPLETED FAILED
    name=$(printf 'abc' | cut -c $task)
    cp "array-$task.out" "$name.out"
    same "task $task of an array has its own folder" "$name" short
done

if [ "${FCNN_FAULTS:-}" = long ]; then
    # ---- a job's limit of one minute: 30 s are kept free ----
    config limited 100000
    submit limited requeue.sh --time=1 --signal=B:USR2@1 -- limited.ini
    running limited 60
    for ((i = 0; i < 300; i++)); do
        grep -q 'stopped by the time limit' limited.out && break
        sleep 0.2
    done
    tap_run 'slurm: time_limit = auto stops with a checkpoint' grep 'stopped by the time limit after step' limited.out
    tap_run 'slurm: time_limit = auto: the job comes back' job_is "$job" 60 PENDING RUNNING
    running=$(for ((i = 0; i < 200; i++)); do
        grep -E '^resumed at step [1-9]' limited.out && break
        sleep 0.2
    done)
    tap_run 'slurm: time_limit = auto: it goes on' test -n "$running"
    scancel "$job"
    job_is "$job" 30 CANCELLED

    # ---- a node that goes ----
    submit down requeue.sh --nodes=1-2 --ntasks-per-node=1 -- long.ini
    running down 60
    scontrol update nodename=n2 state=down reason=test
    requeued 'a node set down in mid-run' down

    # ---- an ordinary user ----
    if runuser -u nobody -- test -x "$bin/fcnn-train" 2>/dev/null && chmod 777 "$work"; then
        rm -rf many-user
        chmod 644 digits.h5 short.ini
        job=$(runuser -u nobody -- sbatch --parsable --cpus-per-task=1 --output=many-user.out "$batch/many_nodes.sh" \
            short.ini --set output.directory=many-user)
        job_is "$job" 60 COMPLETED FAILED
        same 'as an ordinary user' many-user short
    else
        tap_skip 'slurm: as an ordinary user' "nobody may not read $bin"
    fi
fi
tap_done
