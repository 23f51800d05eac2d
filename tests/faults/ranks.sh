#!/usr/bin/env bash
# One rank of three is killed, stopped, leaves, or fails to read: all processes are gone soon after, with a code that
# is not 0 and with words on which rank it was.  A rank that is slow at first, and a job that is stopped as a whole,
# are no reason to end it.  FCNN_FAULTS=long: 20 random instants of each; FCNN_SEED chooses others.
set -u
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"
# shellcheck source=library.sh
. "$here/faults/library.sh"
# shellcheck disable=SC2154 # of system.sh
if [ "$fcnn_mpi" = other ]; then
    printf '1..0 # SKIP needs Open MPI or MPICH, whose words are compared\n'
    exit 0
fi
limit=${FCNN_TEST_TIMEOUT:-120}
library=$(fault_library failing_rank) || {
    tap_not_ok 'ranks: the library that fails'
    tap_done
    exit
}

"$bin/fcnn-import" all.h5 --csv "$configs/data/digits.csv" >import.log || cat import.log
data=$(pwd -P)/all.h5
# two steps an epoch, of which the calculation takes some of the time; all else is about the ranks
printf '%s\n' '[data]' "train=$data" 'validation=0.2' 'normalize=standardize' 'read_retries=0' '[model]' \
    'hidden=200,200' '[train]' 'epochs=40' 'batch_size=720' 'exchange=allreduce' 'watchdog=2' '[output]' \
    'directory=out' >"$work/run.ini"
elements=50000 # fewer than the sum of a step has, more than any other has
train 0 --set output.directory=whole run.ini || said
whole=$(weights whole/model.h5)
tap_run 'ranks: a run without failures' test -n "$whole"

has_done()
{
    grep -qx "$FCNN_FAULT_DOES" log 2>/dev/null
}

# run_with RANK DOES [NAME=VALUE…]: starts a run in which a rank does that, without an end by itself, and waits for it
run_with()
{
    rm -rf out log
    : >log
    preload=$library
    export FCNN_FAULT_RANK=$1 FCNN_FAULT_DOES=$2 FCNN_FAULT_LOG=$PWD/log FCNN_FAULT_FILE=$data
    unset FCNN_FAULT_AT FCNN_FAULT_COUNT FCNN_FAULT_THEN FCNN_FAULT_DELAY
    shift 2
    [ $# = 0 ] || export "${@?}"
    start 3 --set train.epochs=1000000 "$work/run.ini"
    wait_until 60000 has_done
}

has_gone()
{
    [ -z "$(members "$session")" ]
}

# wait_gone MILLISECONDS: until no process of the session is left
wait_gone()
{
    local deadline
    look_at_clock
    deadline=$((now + $1))
    until has_gone; do
        look_at_clock
        [ "$now" -lt "$deadline" ] || return 1
        doze 50
    done
}

# launcher_says DOES RANK: sets $words to what mpirun says of it, as one line, and $expected to its code.  Open MPI 4
# calls itself mpirun and a rank [[JOB,1],RANK], 5 and 6 prterun and [prterun-HOST-PID@1,RANK]; MPICH names a process,
# if any.
launcher_says()
{
    local self='(mpirun|prterun)'
    expected=9 # of MPICH, for what it has to kill
    case $fcnn_mpi,$1 in
    openmpi,kill) words="$self noticed that process rank $2 .* signal 9" expected=137 ;;
    openmpi,leave) words="$self has exited due to process rank $2 " expected=1 ;;
    openmpi,exit) words="Process name: \[[^ ]*,$2\] Exit code: 3" expected=3 ;;
    *,kill) words="BAD TERMINATION .* PID $(sed -n 's/^process //p' log) .* EXIT CODE: 9" ;;
    *,leave) words='BAD TERMINATION .* EXIT CODE: 9' ;;
    *,exit) words='' expected=3 ;;
    esac
}

# fails WHAT RANK DOES [NAME=VALUE…]: adds to $wrong if that does not end as it should
fails()
{
    local what=$1 rank=$2 does=$3 found='' time=5000 words='' expected='' status=''
    shift 2
    case $does in
    stop)
        # the ranks tell each other, then mpirun has to kill the one that is stopped
        time=10000
        words="fcnn-train: error: hung: .*; rank $rank on [^ ]* does not respond" expected=70
        [ "$fcnn_mpi" = openmpi ] || expected='70|9' # MPICH's code is that of the last one
        status="^failed: hung: .*; rank $rank on [^ ]* does not respond"
        ;;
    read)
        words="fcnn-train: error: .*rank $rank.*: Input/output error" expected=65\|66
        status='^failed: .*Input/output error'
        ;;
    esac
    code=none
    run_with "$rank" "$@"
    if has_done; then
        wait_end "$time" || found=" not ended after $time ms"
    else
        found=" it did not do it"
        kill_session "$session"
        wait "$session"
    fi
    [ -n "$expected" ] || launcher_says "$does" "$rank"
    wait_gone "$time" || found+=" left behind: $(members "$session")"
    kill_session "$session"
    [[ $code =~ ^($expected)$ ]] || found+=" code $code, not $expected"
    # the launcher breaks its lines where it likes; MPICH's speaks on standard output
    cat stdout stderr | tr -s ' \n=' ' ' | grep -Eq "$words" || found+=" not named: $words"
    [ -z "$status" ] || grep -Eq "$status" out/status || found+=" status: $(cat out/status 2>&1)"
    runs=$((runs + 1))
    [ -z "$found" ] || wrong+="$what, $*:$found"$'\n'$(said)$'\n'
}

# ---- an end to all ----

# where PLACE: how the library finds it.  The call after the last sum of an epoch is for the loss, the next ones for
# the scores, one more; then come the four of a checkpoint.
where()
{
    # shellcheck disable=SC2031 # a lane's RANDOM is its own
    case $1 in
    start-up) places=(FCNN_FAULT_AT=25) ;;
    forward) places=(FCNN_FAULT_COUNT="$elements" FCNN_FAULT_AT=7 FCNN_FAULT_DELAY=6) ;;
    exchange) places=(FCNN_FAULT_COUNT="$elements" FCNN_FAULT_AT=7) ;;
    evaluation) places=(FCNN_FAULT_COUNT="$elements" FCNN_FAULT_AT=8 FCNN_FAULT_THEN=2) ;;
    checkpoint) places=(FCNN_FAULT_COUNT="$elements" FCNN_FAULT_AT=8 FCNN_FAULT_THEN=$((5 + RANDOM % 4))) ;;
    # some 7 calls an epoch; the first 15 are before the ranks watch each other
    random) places=(FCNN_FAULT_AT=$((16 + RANDOM % 150)) FCNN_FAULT_DELAY=$((RANDOM % 30))) ;;
    esac
}

# ends DOES RANK PLACE…
ends()
{
    local does=$1 rank=$2 place wrong='' runs=0
    shift 2
    for place; do
        where "$place"
        fails "$place" "$rank" "$does" "${places[@]}"
    done
    [ "$1" != random ] || set -- 'any place'
    tap_empty "ranks: rank $rank, $does, in $* ($runs)" "$wrong"
}

# reads AT…: the read of that number and all after it fail, on one rank
reads()
{
    local at wrong='' runs=0
    for at; do
        fails 'a read' 1 read FCNN_FAULT_AT="$at"
    done
    tap_empty "ranks: rank 1 cannot read, from read $* on" "$wrong"
}

# Sets $count to the number of reads of the data by one rank.
count_reads()
{
    rm -rf out log
    preload=$library
    unset FCNN_FAULT_COUNT FCNN_FAULT_THEN FCNN_FAULT_DELAY
    export FCNN_FAULT_RANK=1 FCNN_FAULT_DOES=read FCNN_FAULT_LOG=$PWD/log FCNN_FAULT_FILE=$data FCNN_FAULT_AT=1000000
    start 3 "$work/run.ini"
    wait_end 60000
    count=$(grep -c 'a read' log)
}

# Rows that stay in the file: the last read of some 200 windows of each rank fails, once or for good.
streamed()
{
    local found=
    rm -rf out log
    preload=$library
    unset FCNN_FAULT_COUNT FCNN_FAULT_THEN FCNN_FAULT_DELAY
    export FCNN_FAULT_RANK=1 FCNN_FAULT_DOES=read FCNN_FAULT_LOG=$PWD/log FCNN_FAULT_FILE=$data FCNN_FAULT_AT=400
    local options=(--set data.memory=stream --set data.shuffle_window=80 --set train.batch_size=240)
    start 3 "${options[@]}" "$work/run.ini"
    wait_end 60000
    [ "$code" = 65 ] && grep -q 'error: rank 1 on .*all.h5: .* cannot be read: Input/output error' stderr &&
        [ -n "$(newest_step out)" ] || found="code $code"
    tap_empty 'ranks: rank 1 cannot read in mid-training: all end, and it is named' "$found"
    export FCNN_FAULT_AT=10 FCNN_FAULT_TIMES=1
    start 3 "${options[@]}" --set data.read_retries=1 "$work/run.ini"
    wait_end 60000
    unset FCNN_FAULT_TIMES
    cp out/model.h5 streamed.h5 2>/dev/null
    preload=
    start 3 --set data.memory=resident "${options[@]:2}" --set output.directory=resident "$work/run.ini"
    wait_end 60000
    found=
    [ "$code" = 0 ] && has_done && [ "$(weights streamed.h5)" = "$(weights resident/model.h5)" ] || found="code $code"
    tap_empty 'ranks: it goes on, past a read that fails once, to the same bits' "$found"
    # where ranks read together, one that cannot open a dataset, which is read outside of MPI-IO, must not leave the
    # others in the reading, whichever of its reads fails
    found='' stopped=0
    preload=$library
    options+=(--set data.read=collective)
    rm -rf out log
    FCNN_FAULT_AT=1000000
    start 3 "${options[@]}" "$work/run.ini"
    wait_end 60000
    count=$(grep -c 'a read' log)
    for FCNN_FAULT_AT in $((count - 35)) $((count - 16)) $((count - 5)) $((count - 1)) "$count"; do
        rm -rf out log
        start 3 "${options[@]}" "$work/run.ini"
        wait_end 60000
        [ "$code" = 0 ] || [ "$code" = 65 ] || found+="read $FCNN_FAULT_AT: code $code"$'\n'
        ! grep -q 'error: rank 1 on ' stderr || stopped=$((stopped + 1))
    done
    [ $stopped -gt 0 ] || found+='no read failed while ranks read together'
    tap_empty 'ranks: rank 1 cannot open what ranks read together' "$found"
}

# ---- no end ----

# is_whole NAME REASON: the run has just ended as one without failures does
is_whole()
{
    if [ -z "$2" ] && [ "$code" = 0 ] && [ "$(weights out/model.h5)" = "$whole" ] && ! grep -q hung stderr; then
        tap_ok "$1"
    else
        tap_not_ok "$1" "$2" "$(said_all out)"
    fi
}

# slow [NAME=VALUE…]: rank 1 takes 8 seconds for what it does first
slow()
{
    local begin found=
    rm -rf out log
    preload=$library
    unset FCNN_FAULT_AT FCNN_FAULT_COUNT FCNN_FAULT_THEN FCNN_FAULT_DELAY
    export FCNN_FAULT_RANK=1 FCNN_FAULT_DOES=sleep FCNN_FAULT_LOG=$PWD/log FCNN_FAULT_AT=1
    [ $# = 0 ] || export "${@?}"
    look_at_clock
    begin=$now
    start 3 "$work/run.ini"
    wait_end 90000
    look_at_clock
    has_done || found='it was not slow'
    [ $((now - begin)) -ge 8000 ] || found='it was fast'
    is_whole "ranks: a first batch of 8 s is no hang" "$found"
}

has_checkpoint()
{
    compgen -G "out/checkpoint-*.h5" >names
}

# The states of some processes, without repetition: T if all are stopped.
states()
{
    local pid
    for pid; do
        sed 's/.*) //' "/proc/$pid/stat" | cut -c 1
    done | sort -u | tr -d '\n'
}

# paused [launcher]: all ranks are stopped for 6 seconds, or mpirun too
paused()
{
    local found=
    rm -rf out
    preload=
    start 3 "$work/run.ini"
    wait_until 60000 has_checkpoint
    has_checkpoint && find_ranks 3 || found='it did not begin'
    # shellcheck disable=SC2154 # of find_ranks
    [ $# = 0 ] || rank_pids+=("$launcher")
    kill -STOP "${rank_pids[@]}"
    doze 6000
    [ "$(states "${rank_pids[@]}")" = T ] && [ "$(cat out/status)" = running ] || found+=' it was not stopped'
    kill -CONT "${rank_pids[@]}"
    wait_end 90000
    is_whole "ranks: a job stopped for 6 s${1:+, mpirun too,} goes on" "$found"
}

all_places='start-up forward exchange evaluation checkpoint'

if is_long; then
    many=$(printf 'random %.0s' {1..20})
    for does in kill stop leave exit; do
        # shellcheck disable=SC2086 # words
        ends $does 1 $all_places
        # shellcheck disable=SC2086 # words
        ends $does 0 $all_places
        # shellcheck disable=SC2086 # words
        ends $does 1 $many
    done
    count_reads
    # shellcheck disable=SC2046 # words
    reads $(seq 1 "$count")
    streamed
    slow
    slow FCNN_FAULT_COUNT="$elements"
    paused
    paused launcher
else
    kills()
    {
        ends kill 1 forward checkpoint
        ends leave 1 start-up
        ends exit 2 evaluation
        reads 1
        streamed
    }
    stops()
    {
        ends stop 1 exchange
        paused launcher
    }
    lane 1 kills
    lane 2 slow FCNN_FAULT_COUNT="$elements"
    lane 3 stops
    join_lanes
fi
tap_done
