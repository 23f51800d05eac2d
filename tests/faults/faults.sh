# tests/faults/faults.sh — sourced by the tests of this folder: jobs in the background, each with a mark of its own in
# the environment, by which all of its processes are found; lanes, which do two things at a time, as a start is mostly
# waiting.
# shellcheck shell=bash
# shellcheck source=../system.sh
. "$(dirname "${BASH_SOURCE[0]}")/../system.sh"
need h5dump setsid
if [ -z "${EPOCHREALTIME:-}" ] || [ ! -r /proc/self/stat ]; then
    printf '1..0 # SKIP needs bash 5 and /proc\n'
    exit 0
fi

# FCNN_FAULTS=long: as often as it takes for a proof; else what `make check` has the time for.
is_long()
{
    [ "${FCNN_FAULTS:-}" = long ]
}

# Prints the second number in the long form, else the first.
short_or_long()
{
    if is_long; then echo "$2"; else echo "$1"; fi
}

# What is random can be had again: FCNN_SEED.
seed=${FCNN_SEED:-$$}

# Killed jobs leave Open MPI's files behind: they go into folders that we empty, not into those of other jobs.
memory=$(mktemp -d /dev/shm/fcnn-system-XXXXXX 2>/dev/null) || memory=$work/memory
mkdir -p "$memory" "$work/mpi"
export OMPI_MCA_btl_vader_backing_directory="$memory" OMPI_MCA_btl_sm_backing_directory="$memory" \
    OMPI_MCA_osc_sm_backing_directory="$memory" \
    OMPI_MCA_orte_tmpdir_base="$work/mpi" PRTE_MCA_prte_tmpdir_base="$work/mpi"

# When a rank has ended with a code, Open MPI's mpirun asks the others to end, and ends itself 2 s later: all have
# ended by then, and a run writes its last word before any of its ranks ends.
export OMPI_MCA_odls_base_sigkill_timeout=0 PRTE_MCA_odls_base_sigkill_timeout=0

# Jobs without mpirun end as those of a user do.
unset OMPI_MCA_ess_singleton_isolated

# The sessions that run, as files that hold the job's mark: the number of one that has ended may be given to other
# processes.
sessions=$work/sessions
mkdir "$sessions"
end_all()
{
    local file
    for file in "$sessions"/*; do
        [ ! -e "$file" ] || kill_session "${file##*/}"
    done
    rm -rf "$work" "$mpi_folder" "$memory"
}
trap end_all EXIT

# ---- jobs ----

# Files of processes are read whole: where a process ends between a `read` and its seeking back, bash keeps what it has
# in its buffer, and the next `read`, of whatever file, begins with that.

# environment PID: sets $variables to what the process was started with; none where it is gone, or not ours
environment()
{
    variables=()
    { mapfile -d '' -t variables <"/proc/$1/environ"; } 2>/dev/null
}

# is_marked PID MARK: whether the process is of the job with that mark
is_marked()
{
    local variables
    environment "$1"
    [[ " ${variables[*]} " = *" FCNN_TEST_JOB=$2 "* ]]
}

# members SESSION: the live processes of the job that began as that session, one a line: PID PARENT NAME.  Those of Open
# MPI are in that session, those of MPICH each in one of its own.
members()
{
    local file lines line name session=$1 mark=${marks[$1]:-}
    [ -n "$mark" ] || { mapfile -t lines <"$sessions/$session" && mark=${lines[0]}; } 2>/dev/null
    for file in /proc/[0-9]*/stat; do
        { mapfile -t lines <"$file"; } 2>/dev/null || continue
        line=${lines[*]}
        [ -n "$line" ] || continue
        # "PID (NAME) STATE PARENT GROUP SESSION …", and the name may hold anything
        name=${line#*(}
        # shellcheck disable=SC2086 # words
        set -- ${line##*) }
        [ "$1" != Z ] || continue
        if [ "$4" != "$session" ]; then
            # the environments of few processes are looked at: that takes time from the ranks
            if [[ $fcnn_mpi = openmpi || ! $name =~ ^(.*fcnn-|hydra_|mpi|timeout|bash) ]] ||
                ! is_marked "${line%% *}" "$mark"; then
                continue
            fi
        fi
        printf '%s %s %s\n' "${line%% *}" "$2" "${name%)*}"
    done
}
declare -A marks=()

# catches PID NUMBER: whether the process has a handler for that signal
catches()
{
    local lines caught
    { mapfile -t lines <"/proc/$1/status"; } 2>/dev/null || return 1
    caught=${lines[*]}
    [[ $caught = *SigCgt:* ]] || return 1
    caught=${caught#*SigCgt:}
    # shellcheck disable=SC2086 # words
    set -- $2 $caught
    [ $((16#$2 >> ($1 - 1) & 1)) = 1 ]
}

# find_ranks NP: sets rank_pids to the NP ranks of $session, in their order, and launcher to the mpirun that has started
# them; fails until each of the ranks is there and catches SIGUSR1, the first thing that they do.
# shellcheck disable=SC2034 # for the tests
find_ranks()
{
    local pid parent name number variables variable parents=() names=()
    rank_pids=()
    launcher=
    while read -r pid parent name; do
        parents[pid]=$parent
        names[pid]=$name
        # lt-fcnn-train from a build folder
        if [[ $name != *fcnn-train ]] || ! catches "$pid" 10; then
            continue
        fi
        number=0
        environment "$pid"
        for variable in ${variables[@]+"${variables[@]}"}; do
            case $variable in
            OMPI_COMM_WORLD_RANK=* | PMI_RANK=*) number=${variable#*=} ;;
            esac
        done
        rank_pids[number]=$pid
        launcher=$parent
    done < <(members "$session")
    # MPICH's has a process between itself and its ranks
    while [[ ${names[${launcher:-0}]:-} = hydra_* ]]; do
        launcher=${parents[launcher]}
    done
    [ ${#rank_pids[@]} = $(($1 > 0 ? $1 : 1)) ] && return
    doze 50 # a look at all processes takes time from the ranks
    return 1
}

# Kills all of a session at once, and those that were just being started.
kill_session()
{
    local pids
    while pids=$(members "$1" | cut -d ' ' -f 1) && [ -n "$pids" ]; do
        # shellcheck disable=SC2086 # words
        kill -KILL $pids 2>/dev/null
    done
}

# start NP [OPTION…] CONFIG: fcnn-train in the background, in the session $session; NP 0 is without mpirun.
# It starts with the libraries $preload, or none.
session=
preload=
started=0
start()
{
    local np=$1 libraries=$preload${preload:+${LD_PRELOAD:+:}}${LD_PRELOAD:-} mark folder
    shift
    started=$((started + 1))
    mark=$BASHPID-$started
    # one of its own: the job before may be about to remove what this one makes
    folder=$work/mpi/$mark
    mkdir "$folder"
    : >stdout
    : >stderr
    # shellcheck disable=SC2016 # expanded by that bash
    LD_PRELOAD=$libraries FCNN_TEST_JOB=$mark OMPI_MCA_orte_tmpdir_base=$folder PRTE_MCA_prte_tmpdir_base=$folder \
        setsid timeout -k 5 "$limit" bash -c \
        '. "$0"; [ "$1" != 0 ] || { shift; exec "$@"; }; fcnn_mpirun "$@"' \
        "$here/../scripts/common.sh" "$np" "$bin/fcnn-train" "$@" >stdout 2>stderr </dev/null &
    session=$!
    marks[$session]=$mark
    printf '%s\n' "$mark" >"$sessions/$session"
}

# Whether the job runs.  Its end counts as soon as the system knows it: bash may not have noticed it yet.
is_running()
{
    local line
    { read -r line <"/proc/$session/stat"; } 2>/dev/null && [[ $line != *') Z '* ]]
}

# Waiting starts no processes: it would take time from the jobs.
exec {never}<> <(:)
# doze MILLISECONDS
doze()
{
    printf -v doze_seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
    read -r -t "$doze_seconds" -u "$never" || :
}

# Sets $now to milliseconds of some clock.
look_at_clock()
{
    now=$((${EPOCHREALTIME/[.,]/} / 1000))
}

# wait_until MILLISECONDS COMMAND…: until it succeeds; fails when the job ends first, or the time is over.  While this
# shell is not let run, neither is the job: that time does not count.
wait_until()
{
    local left=$1 before
    shift
    look_at_clock
    until "$@"; do
        before=$now
        look_at_clock
        left=$((left - (now - before < 100 ? now - before : 100)))
        is_running && [ $left -gt 0 ] || return 1
        doze 10
    done
    return 0
}

# busy MILLISECONDS: prints what takes so long on an idle machine: more for each process that waits for a core
busy()
{
    local load
    read -r load _ </proc/loadavg
    printf '%d\n' $(($1 + $1 * ${load%%.*} / cores))
}
cores=$(fcnn_cores)

# wait_end MILLISECONDS: until the job ends, with $code; if it does not, it is killed, and $code is "late" and names the
# processes that were left, with their states
wait_end()
{
    if wait_until "$1" false || ! is_running; then
        wait "$session"
        code=$?
        rm -f "$sessions/$session"
        return 0
    fi
    code="late ($(members "$session" | while read -r pid _ name; do
        printf '%s %s %s;' "$pid" "$name" "$(grep -hs '^State' "/proc/$pid/status" | tr -s "\t " " ")"
    done))"
    kill_session "$session"
    wait "$session"
    rm -f "$sessions/$session"
    return 1
}

# ---- what a run's folder tells ----

# The step of the newest checkpoint of a folder; nothing if there is none.
newest_step()
{
    local file best=
    for file in "$1"/checkpoint-*.h5; do
        file=${file##*/checkpoint-}
        file=${file%.h5}
        case $file in
        *[!0-9]*) ;;
        *) if [ -z "$best" ] || [ "$file" -gt "$best" ]; then best=$file; fi ;;
        esac
    done
    printf '%s' "$best"
}

# The temporaries of checkpoints in a folder, one a line.
temporaries()
{
    local file
    for file in "$1"/.checkpoint-*.tmp; do
        [ ! -e "$file" ] || printf '%s\n' "${file##*/}"
    done
}

# has_text TEXT FILE
has_text()
{
    local lines
    mapfile -t lines <"$2"
    [[ ${lines[*]} = *"$1"* ]]
}

# The step that the last start printed that it goes on from; nothing if it printed none.
resumed_step()
{
    sed -n 's/^resumed at step \([0-9]*\) from .*/\1/p' stdout
}

# sign FOLDER: weights and logged losses that a finished run left, as one line
sign()
{
    local hash
    hash=$("$bin/fcnn-info" --hash "$1/model.h5") &&
        printf 'weights %.16s, history %s\n' "$hash" "$(history "$1/model.h5")"
}

# What the last start said, as tests/system.sh has it, and its status.
said_all()
{
    said
    printf 'status: %s\n' "$(cat "$1/status" 2>&1)"
    ls -A "$1"
}

# ---- lanes ----

# lane NUMBER COMMAND…: runs it beside the others, in a folder of its own
lane()
{
    local number=$1
    shift
    mkdir -p "lane$number"
    (
        cd "lane$number" || exit 1
        RANDOM=$((seed + number)) # of a subshell, so not the other lanes'
        "$@"
    ) >"lane$number.tap" 2>"lane$number.err" &
    lanes+=("$number")
    lane_pids+=($!)
}
lanes=()
lane_pids=()

# Waits for the lanes and prints what they found.
join_lanes()
{
    local number
    wait "${lane_pids[@]}"
    for number in "${lanes[@]}"; do
        cat "lane$number.tap"
        # the shell tells of every process that a signal ended
        grep -vE '(Killed|User defined signal|Terminated|Interrupt)( |$)' "lane$number.err" | sed 's/^/# /'
        tap_count=$((tap_count + $(grep -cE '^(not )?ok' "lane$number.tap")))
    done
    lanes=()
    lane_pids=()
}
