#!/usr/bin/env bash
# The batch files of scripts/slurm in a real SLURM, of three virtual nodes on this machine: the bits of a single rank,
# requeues, time limits, nodes that go, jobs that are cancelled.
#   FCNN_FAULTS=long   all of it (some five minutes); else what takes a minute
# With the name of a file it starts a job without an end, makes that file and waits: for a test of this test.
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=../apart.sh
. "$here/apart.sh"
# shellcheck source=../faults/library.sh
. "$here/faults/library.sh"
# shellcheck source=cluster.sh
. "$here/slurm/cluster.sh"
need h5dump slurmctld slurmd munged sbatch unshare ip pgrep script
apart "$here/slurm/batch.sh" "$@"
batch=$here/../scripts/slurm
start_as_user
# shellcheck disable=SC2031 # what scripts/common.sh sets in a subshell is for its own command
export PATH=$bin:$PATH OMP_WAIT_POLICY=passive
# more ranks than cores, as root; what lets there be more ranks has another name in each release, and Open MPI 6 warns
# of that of 5
# shellcheck disable=SC2031
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
case $fcnn_mpi_release in
4) export OMPI_MCA_rmaps_base_oversubscribe=1 ;;
5) export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe ;;
*) export PRTE_MCA_mapby=:oversubscribe ;;
esac
# shellcheck disable=SC2031
export OMPI_MCA_mpi_yield_when_idle=1

# config NAME EPOCHS
config()
{
    printf '[data]\ntrain = digits.h5\nnormalize = scale\nscale = 16\n[model]\nhidden = 20\n[train]\nepochs = %s
batch_size = 25\n[output]\nlog_every = 10\n' "$2" >"$1.ini"
}

# sign FOLDER: weights and logged losses of a run, as one line
sign()
{
    [ -f "$1/model.h5" ] && printf '%s %s' "$(fcnn-info --hash "$1/model.h5")" "$(history "$1/model.h5")"
}

# submit FOLDER SCRIPT [SBATCH-OPTION…] -- ARGUMENT…: a job whose run folder is FOLDER; its number goes to jobs[FOLDER]
declare -A jobs
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
    jobs[$folder]=$(sbatch --parsable --cpus-per-task=1 --output="$folder.out" "${options[@]}" "$batch/$script" "$@" \
        --set output.directory="$folder")
}

# slowly COMMAND…: what it starts takes its time to write checkpoints, so that it is not done before it is disturbed
slowly()
{
    LD_PRELOAD=$slow${LD_PRELOAD:+:$LD_PRELOAD} FCNN_SLOW_MS=20 "$@"
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

# same NAME FOLDER CONFIG: the run left what one rank leaves
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

# ends_same NAME FOLDER CONFIG SECONDS: its job ends, and left that
ends_same()
{
    job_is "${jobs[$2]}" "$4" COMPLETED FAILED TIMEOUT NODE_FAIL
    same "$1" "$2" "$3"
}

# went_on NAME FOLDER: the job was stopped with a checkpoint, put back, went on from it and came to the same end
went_on()
{
    ends_same "$1: the bits of a run without a stop" "$2" long 120
    tap_run "slurm: $1: it went on from its checkpoint" grep -E '^resumed at step [1-9]' "$2.out"
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

# ---- however this test ends, nothing that it started stays ----

# of_slurm: what there is of a SLURM and of its jobs
of_slurm()
{
    local name
    for name in slurm munged srun unshare mpirun orted fcnn-train; do
        pgrep -l $name
    done
}

# ended_by SIGNAL CODE: a run of this test, in the middle of a job, gets the signal
ended_by()
{
    local test tries live left
    mkdir "$1"
    TMPDIR=$work/$1 bash "$here/slurm/batch.sh" "$work/$1.up" >"$1.log" 2>&1 &
    test=$!
    for ((tries = 0; tries < 300; tries++)); do
        [ ! -e "$1.up" ] || break
        sleep 0.2
    done
    live=$(of_slurm)
    kill -"$1" "$test"
    wait "$test"
    code=$?
    for ((tries = 0; tries < 50; tries++)); do
        left=$(of_slurm)
        [ -n "$left" ] || break
        sleep 0.1
    done
    if [[ $live = *slurmstepd*fcnn-train* ]] && [ -z "$left" ] && [ "$code" = "$2" ]; then
        tap_ok "slurm: SIG$1 to this test leaves no process"
    else
        tap_not_ok "slurm: SIG$1 to this test leaves no process" "code $code" "$live" "left: $left" "$(cat "$1.log")"
    fi
}

if [ "${FCNN_FAULTS:-}" = long ] && [ $# = 0 ]; then
    ended_by TERM 143
    tap_run 'slurm: SIGTERM to this test leaves no file' rmdir TERM
    ended_by KILL 137
fi

# ---- the cluster, the data, and what one rank makes of it ----

if ! cluster_up 3 >up.log 2>&1; then
    printf '1..0 # SKIP SLURM does not start here: %s\n' "$(cat up.log "$cluster"/log/slurmctld.log | tail -n 1)"
    exit 0
fi
sed -n '1,301p' "$configs/data/digits.csv" >digits.csv
fcnn-import digits.h5 --csv digits.csv >import.log || cat import.log
config short 10
config long 60
config endless 1000000
if [ $# != 0 ]; then
    LAUNCHER=mpirun submit held train.sh --nodes=2 -- endless.ini
    running held 60 && : >"$1"
    sleep 600
    exit 1
fi
slow=$(fault_library slow_write) || {
    tap_not_ok 'slurm: the library that writes slowly'
    tap_done
    exit
}
for name in short long; do
    train 0 --set output.directory="one-$name" "$name.ini"
done

# ---- two nodes × two ranks, one node, an array: all at the same time ----

# By which launchers.  mpirun of Open MPI 5.0.7 crashes where a job has two nodes, whatever it starts; ranks of 6.0.0rc2
# do not reach each other where two nodes have the same address, as those here.
launchers='srun mpirun' nodes='srun' gone='mpirun' crash='srun' pmix=srun
if [ "${FCNN_FAULTS:-}" = long ]; then
    nodes='srun mpirun' gone='srun mpirun' crash='srun mpirun'
fi
if ! srun --mpi=list 2>&1 | grep -qw pmix; then
    launchers='mpirun' nodes='mpirun' gone='mpirun' crash='mpirun' pmix=''
    tap_skip 'slurm: jobs by srun' 'this SLURM has no plugin pmix'
fi
if [ "$fcnn_mpi $fcnn_mpi_release" != 'openmpi 4' ] &&
    ! salloc --nodes=2 --ntasks=2 mpirun -np 2 --bind-to none fcnn-bench --workload T --seconds 0.1 &>salloc.log; then
    launchers=$pmix gone=$pmix crash=$pmix
    tap_skip 'slurm: jobs by mpirun on two nodes' "it does not start there: $(tail -n 1 salloc.log)"
fi
for launcher in $launchers; do
    LAUNCHER=$launcher submit "many-$launcher" train.sh --nodes=2 -- short.ini
done
for launcher in $nodes; do
    LAUNCHER=$launcher submit "node-$launcher" train.sh -- short.ini
done
for name in a b c; do
    cp short.ini "$name.ini"
done
array=$(LAUNCHER=${nodes%% *} sbatch --parsable --array=1-3 --cpus-per-task=1 --output=array-%a.out \
    "$batch/array.sh" a.ini b.ini c.ini)
for launcher in $launchers; do
    ends_same "two nodes x two ranks by $launcher give the bits of one rank" "many-$launcher" short 60
done
for launcher in $nodes; do
    ends_same "one node by $launcher gives the bits of one rank" "node-$launcher" short 60
done
for task in 1 2 3; do
    name=$(printf 'abc' | cut -c $task)
    jobs[$name]=${array}_$task
    ends_same "task $task of an array has its own folder" "$name" short 60
    [ -s "array-$task.out" ] || tap_not_ok "slurm: task $task of an array has its own output"
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

# ---- cancelled, crashed; stopped and requeued ----

# rank_one FOLDER: the process of a run's rank 1, below the script of libtool
rank_one()
{
    local pid
    for pid in $(pgrep -f "fcnn-train.*$1"); do
        tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qE '^(OMPI_COMM_WORLD_RANK|PMIX_RANK)=1$' && echo "$pid"
    done | tail -n 1
}

for launcher in $gone; do
    LAUNCHER=$launcher submit "gone-$launcher" requeue.sh -- endless.ini
done
for launcher in $crash; do
    LAUNCHER=$launcher submit "crash-$launcher" train.sh --nodes=2 -- endless.ini
done
for launcher in $gone; do
    running "gone-$launcher" 60
    scancel "${jobs[gone-$launcher]}"
done
for launcher in $crash; do
    running "crash-$launcher" 60
    kill -SEGV "$(rank_one "crash-$launcher")"
done
for launcher in $launchers; do
    LAUNCHER=$launcher slowly submit "back-$launcher" requeue.sh -- long.ini
done
for launcher in $gone; do
    job_is "${jobs[gone-$launcher]}" 30 CANCELLED
    tap_run "slurm: scancel leaves no process by $launcher" nothing_left "gone-$launcher"
done
for launcher in $launchers; do
    running "back-$launcher" 60
    scancel --batch --signal=USR1 "${jobs[back-$launcher]}"
done
for launcher in $crash; do
    # mpirun gives the others 10 s, on each node after the other
    tap_run "slurm: a rank that crashes ends the job by $launcher" job_is "${jobs[crash-$launcher]}" 60 FAILED CANCELLED
    tap_run "slurm: a rank that crashes leaves no process by $launcher" nothing_left "crash-$launcher"
done
for launcher in $launchers; do
    went_on "USR1 and requeue by $launcher" "back-$launcher"
    tap_run "slurm: USR1 and requeue by $launcher: stopped with a checkpoint" \
        grep ': stopped with a checkpoint' "back-$launcher.out"
done
for launcher in $gone; do
    # by now SLURM would have started it again
    tap_run "slurm: a cancelled job does not come back by $launcher" job_is "${jobs[gone-$launcher]}" 1 CANCELLED
done

if [ "${FCNN_FAULTS:-}" = long ]; then
    # ---- a job's limit of one minute: 30 s are kept free ----
    # instead of the signal of the batch file one that does nothing
    submit limited requeue.sh --time=1 --signal=B:CONT@1 -- endless.ini
    running limited 60
    for ((i = 0; i < 300; i++)); do
        grep -q 'stopped by the time limit' limited.out && break
        sleep 0.2
    done
    tap_run 'slurm: time_limit = auto stops with a checkpoint' grep 'stopped by the time limit after step' limited.out
    tap_run 'slurm: time_limit = auto: the job comes back' job_is "${jobs[limited]}" 60 PENDING RUNNING
    running=$(for ((i = 0; i < 200; i++)); do
        grep -E '^resumed at step [1-9]' limited.out && break
        sleep 0.2
    done)
    tap_run 'slurm: time_limit = auto: it goes on' test -n "$running"
    scancel "${jobs[limited]}"
    job_is "${jobs[limited]}" 30 CANCELLED

    # ---- a node that goes ----
    slowly submit down requeue.sh -- long.ini
    running down 60
    tap_run 'slurm: a job on two nodes of three' test "$(job_nodes "${jobs[down]}")" = 'n[1-2]'
    scontrol update nodename=n2 state=down reason=test
    went_on 'a node set down in mid-run' down
    tap_run 'slurm: a node set down in mid-run: it went on on those that are left' \
        test "$(job_nodes "${jobs[down]}")" = 'n[1,3]'
    scontrol update nodename=n2 state=resume

    # ---- debug jobs: with a file or a terminal as standard input, under gdb ----
    for launcher in srun mpirun; do
        export LAUNCHER=$launcher
        "$batch/debug.sh" short.ini --set output.directory="debug-$launcher" >"debug-$launcher.out" 2>&1 </dev/null
        same "a debug job by $launcher gives the bits of one rank" "debug-$launcher" short
        script -qec "'$batch/debug.sh' short.ini --set output.directory=terminal-$launcher" /dev/null \
            >"terminal-$launcher.out" 2>&1 </dev/null
        same "a debug job by $launcher at a terminal gives the bits of one rank" "terminal-$launcher" short
        if command -v gdb >/dev/null; then
            # the program itself, below the script of libtool
            printf '%s\n' run backtrace kill quit | PATH=$bin/.libs:$PATH LD_LIBRARY_PATH=$bin/.libs \
                "$batch/debug.sh" --gdb lost.ini >gdb.out 2>&1
            tap_run "slurm: a debug job by $launcher stops in gdb at the first error" awk '
                { gsub(/\033\[[0-9;]*m/, ""); print } # colours
                /Breakpoint 1, fcnn_fail/ || /^#[0-9].* main / { n++ }
                END { exit n < 2 }' gdb.out
        else
            tap_skip "slurm: a debug job by $launcher stops in gdb" 'no gdb'
        fi
        unset LAUNCHER
    done

    # ---- an ordinary user ----
    if runuser -u nobody -- test -x "$bin/fcnn-train" 2>/dev/null && chmod 777 "$work"; then
        rm -rf many-user
        chmod 644 digits.h5 short.ini
        jobs[many-user]=$(runuser -u nobody -- sbatch --parsable --nodes=2 --cpus-per-task=1 --output=many-user.out \
            "$batch/train.sh" short.ini --set output.directory=many-user)
        ends_same 'as an ordinary user' many-user short 60
    else
        tap_skip 'slurm: as an ordinary user' "nobody may not read $bin"
    fi
fi
tap_done
