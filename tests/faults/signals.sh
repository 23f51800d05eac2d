#!/usr/bin/env bash
# What asks a run to stop, or for a checkpoint, gets it: signals in every phase, to the launcher and to a single rank;
# the file STOP; the end of the time.  And two jobs do not share a folder.
#
# A signal counts if it came when every rank had its handlers, and before the run was done.  What comes earlier never
# reaches fcnn: mpirun forwards it to nobody, or a process that has no handler yet ends by it.
set -u
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

wanted=$(short_or_long 10 100)
lanes_wanted=2
chain=$(short_or_long 5 10) # signals to one job
patience=$((3000 * limit / 120)) # milliseconds for a step and a write

"$bin/fcnn-import" digits.h5 --csv "$configs/data/digits.csv" >import.log || cat import.log
slow=$work/slow_write.so
# shellcheck disable=SC2086 # CC may have options
if ! ${CC:-cc} -shared -fPIC -o "$slow" "$here/faults/slow_write.c" -ldl 2>compiler.log; then
    printf '1..0 # SKIP no preloaded libraries here\n'
    exit 0
fi
# A checkpoint after each step, and a step waits until the one before is written.  That takes so long, 100 ms or more,
# that the folder tells how far the run is when a signal is sent.
export FCNN_SLOW_MS=20
cat >phases.ini <<END
[data]
train = $work/digits.h5
normalize = standardize
validation = 0.1
[model]
hidden = 300,300
[train]
epochs = 34
batch_size = 550
[output]
directory = out
checkpoint_minutes = 1e-9
END
total=102
# Short steps, for longer than any test here takes.
cat >long.ini <<END
[data]
train = $work/digits.h5
normalize = standardize
[train]
epochs = 20000
batch_size = 20
[output]
directory = out
checkpoint_every = 0
log_every = 1000
END

fail()
{
    failures+="$1; $(said_all out | tr '\n' '|')"$'\n'
}

# check WHAT COMMAND…: notes a failure
check()
{
    local what=$1
    shift
    "$@" >check.log || fail "$what"
}

# status_is REGULAR-EXPRESSION
status_is()
{
    grep -qxE "$1" out/status
}

# ---- SIGUSR1 in every phase ----

# Prints the step up to which checkpoints were begun.
begun_step()
{
    local file step best
    best=$(newest_step out)
    for file in $(temporaries out); do
        step=${file#.checkpoint-}
        step=${step%%.*}
        [ "$step" -le "${best:-0}" ] || best=$step
    done
    printf '%s' "${best:-0}"
}

has_new_temporary()
{
    local file
    for file in out/.checkpoint-*.tmp; do
        [ ! -e "$file" ] || return 0
    done
    return 1
}

has_stepped()
{
    [ "$(begun_step)" -gt "$from" ]
}

# Waits until the ranks can hear, and then for a random instant.
# shellcheck disable=SC2031 # the lane's own RANDOM
wait_for_instant()
{
    wait_until 60000 find_ranks "$np" || return
    case $((starts % 4)) in
    0) ;; # MPI is just starting
    1) doze $((RANDOM % 1000)) ;;
    2) wait_until 60000 has_new_temporary && doze $((RANDOM % 20)) ;;
    *) wait_until 60000 has_stepped && doze $((RANDOM % 400)) ;;
    esac
}

# One start that gets a signal: it ends with code 75, soon.
stop_by_signal()
{
    local seen reached step target sent
    wait_for_instant
    target=$launcher
    if [ ${#rank_pids[@]} -gt 0 ]; then # a job that has ended has none
        case $((starts % 3)) in
        1) target=${rank_pids[0]} ;;
        2) target=${rank_pids[${#rank_pids[@]} - 1]} ;;
        esac
    fi
    seen=$(begun_step)
    kill -USR1 "$target" 2>/dev/null
    look_at_clock
    sent=$now
    reached=$(begun_step) # a machine that is busy may have done more steps since the first look
    # before the first step the start of MPI and the reading of data come in between
    wait_end "$(busy $((seen > from ? patience : 10 * patience)))"
    look_at_clock
    if [ "$fcnn_mpi" = mpich ] && [ "$code,$target" = "0,$launcher" ] && status_is 'stopped .*'; then
        code=75 # its mpirun makes 0 of any code after a signal to itself
    fi
    if [ "$code" = 0 ] && [ "$(cat out/status)" = "finished at step $total, $((total - from)) steps in this run" ]; then
        late=$((late + 1))
        [ $late -le "$wanted" ] || fail 'the signals come too late'
        return
    fi
    step=$(newest_step out)
    step=${step:-0}
    check "code $code, not 75" [ "$code" = 75 ]
    check "status after step $step" \
        status_is "stopped with a checkpoint at step $step, $((step - from)) steps in this run"
    check 'the signal is named' grep -qE "^fcnn-train: stopped by (SIGUSR1|another rank) after step $step," stderr
    check "the checkpoint of step $step is whole" "$bin/fcnn-info" --hash "out/checkpoint-$step.h5"
    check 'no temporary is left' [ -z "$(temporaries out)" ]
    check 'at least one step is done' [ "$step" -gt "$from" ]
    # While checkpoint K is being written, step K+1 is done and waits; if the signal comes now it is heard in step K+2.
    # One more, where K was done during the look.  Through mpirun it takes its time to be passed on.
    check "stopped at step $step, not soon after $reached" [ $((step - reached)) -le $((target == launcher ? 10 : 3)) ]
    if [ "$seen" -gt "$from" ]; then
        moving=$((moving + 1))
        [ $((now - sent)) -le "$longest" ] || longest=$((now - sent))
        [ $((step - seen)) -le "$farthest" ] || farthest=$((step - seen))
    fi
    signals=$((signals + 1))
}

send_signals()
{
    local stopped ranks_of=(2 3 1)
    failures='' starts=0 signals=0 moving=0 late=0 longest=0 farthest=0
    while [ $signals -lt $((wanted / lanes_wanted)) ] && [ -z "$failures" ]; do
        rm -rf out
        stopped=0
        code=
        while [ "$code" != 0 ] && [ -z "$failures" ]; do
            from=$(newest_step out)
            from=${from:-0}
            np=${ranks_of[(starts + $1) % 3]}
            starts=$((starts + 1))
            if [ $stopped -lt "$chain" ]; then
                preload=$slow
                start "$np" ../phases.ini
                stop_by_signal
            else
                preload=
                start "$np" ../phases.ini --set output.checkpoint_minutes=0
                wait_end 60000
            fi
            stopped=$((stopped + 1))
            if [ "$from" != 0 ]; then
                check 'it goes on from the newest checkpoint' [ "$(resumed_step)" = "$from" ]
            fi
        done
        [ -n "$failures" ] || check 'the same weights and losses' [ "$(sign out)" = "$expected" ]
    done
    printf '%s %s %s %s %s\n' $signals $moving $late $longest $farthest >counts
    tap_empty "signals: SIGUSR1 in any phase: code 75 and a checkpoint, soon, lane $1" "$failures"
}

train 0 --set output.directory=whole --set output.checkpoint_minutes=0 phases.ini
expected=$(sign whole)
if [ -z "$expected" ] || [ "$(newest_step whole)" != "$total" ]; then
    tap_not_ok 'signals: a run that nothing stops' "$(said)"
fi

# ---- others ----

# goes NP [OPTION…]: a new long run
goes()
{
    failures=
    np=$1
    shift
    rm -rf out
    start "$np" ../long.ini "$@"
}

# begins NP [OPTION…]: a new long run, which has its handlers
begins()
{
    goes "$@"
    wait_until 60000 find_ranks "$np" || fail 'it does not begin'
}

# is_stopped BY: the job ends with code 75 and a checkpoint, for that reason
is_stopped()
{
    wait_end "$(busy $((5 * patience)))"
    check "code $code, not 75" [ "$code" = 75 ]
    check 'the status' status_is 'stopped with a checkpoint at step [1-9][0-9]*, [1-9][0-9]* steps in this run'
    check "stopped by $1" grep -q "^fcnn-train: stopped by $1 after step " stderr
}

is_in_table()
{
    has_text 'train loss' stdout
}

other_ways()
{
    # the first rank stays, so that its word is the one that is printed
    begins 2
    kill -TERM "${rank_pids[0]}"
    is_stopped SIGTERM
    tap_empty 'signals: SIGTERM to one rank stops all, with a checkpoint' "$failures"

    begins 2
    wait_until 60000 is_in_table
    touch out/STOP
    is_stopped 'the file STOP'
    check 'the file STOP is gone' [ ! -e out/STOP ]
    tap_empty 'signals: the file STOP stops a run' "$failures"

    begins 0
    kill -XCPU "${rank_pids[0]}"
    is_stopped SIGXCPU
    tap_empty 'signals: SIGXCPU stops a run' "$failures"

    begins 0
    wait_until 60000 is_in_table
    kill -INT "${rank_pids[0]}"
    is_stopped SIGINT
    tap_empty 'signals: one SIGINT stops a run, with a checkpoint' "$failures"

    # Steps of some seconds: the first SIGINT waits for the end of one, the second does not.
    begins 0 --set model.hidden=3000,3000 --set train.batch_size=0
    wait_until 60000 is_in_table
    kill -INT "${rank_pids[0]}"
    wait_until 3000 status_is 'stopping by SIGINT at step [0-9]+'
    check 'one SIGINT is noted at once' status_is 'stopping by SIGINT at step [0-9]+'
    check 'one SIGINT does not end it at once' is_running
    kill -INT "${rank_pids[0]}"
    wait_end 1000
    check "code $code, not that of SIGINT" [ "$code" = 130 ]
    check 'no checkpoint' [ -z "$(newest_step out)" ]
    check 'the status of a run that did not come to write one' status_is 'stopping by SIGINT at step [0-9]+'
    tap_empty 'signals: a second SIGINT ends a run at once' "$failures"

    begins 2 --set train.epochs=300
    wait_until 60000 is_in_table
    kill -USR2 "${rank_pids[1]:-}"
    wait_end 60000
    check "code $code" [ "$code" = 0 ]
    check 'the status' status_is 'finished at step 27000, 27000 steps in this run'
    # both of the last checkpoints stay: that of the end, and the one that was asked for
    # shellcheck disable=SC2012 # plain names
    extra=$(ls out | sed -n 's/^checkpoint-\([0-9]*\)\.h5$/\1/p' | sort -n | head -n 1)
    check "SIGUSR2 writes a checkpoint, the first is $extra" [ "${extra:-27000}" -lt 27000 ]
    tap_empty 'signals: SIGUSR2 writes a checkpoint, and the run goes on' "$failures"
}

# takes BEGIN LEAST MOST: the job took between so many milliseconds
takes()
{
    look_at_clock
    [ $((now - $1)) -ge "$2" ] && [ $((now - $1)) -le "$3" ]
}

time_limits()
{
    local begin
    mkdir slurm
    # 30 s are kept free
    look_at_clock
    begin=$now
    goes 2 --set output.time_limit=00:00:31
    is_stopped 'the time limit'
    check 'in time' takes "$begin" 900 $((1000 + $(busy $((2 * patience)))))
    tap_empty 'signals: output.time_limit stops a run, some time before' "$failures"

    # SLURM's own launcher is not here, so this is a single process
    cat >slurm/squeue <<'END'
#!/bin/sh
printf '%s %s\n' "$SLURM_TIME_FORMAT" "$*" >squeue.said
date -d "@$(($(date +%s) + 32))" +%Y-%m-%dT%H:%M:%S
END
    chmod +x slurm/squeue
    look_at_clock
    begin=$now
    PATH=$PWD/slurm:$PATH SLURM_JOB_ID=4711 goes 0
    is_stopped 'the time limit'
    check 'in time' takes "$begin" 900 $((2000 + $(busy $((2 * patience)))))
    check "squeue was asked: $(cat squeue.said)" grep -qx 'standard -h -j 4711 -o %e' squeue.said
    tap_empty 'signals: the end of a SLURM job stops a run, some time before' "$failures"

    printf '#!/bin/sh\nexit 1\n' >slurm/squeue
    PATH=$PWD/slurm:$PATH SLURM_JOB_ID=4711 goes 0 --set train.epochs=2
    wait_end 60000
    check "code $code" [ "$code" = 0 ]
    check 'the status' status_is 'finished at step 180, 180 steps in this run'
    check 'one warning' [ "$(grep -c 'warning: squeue did not report when job 4711 ends' stderr)" = 1 ]
    tap_empty 'signals: a squeue that fails is warned of, and does not stop a run' "$failures"
}

two_jobs()
{
    local holder first
    begins 2
    wait_until 60000 is_in_table
    first=$session
    holder=$(cat out/lock)
    check "the lock names a rank: $holder" grep -q "^process ${rank_pids[0]} on ." out/lock
    for np in 0 2; do
        train $np ../long.ini
        check "np=$np: code $code, not 74" [ "$code" = 74 ]
        check "np=$np: it is said who has it" grep -qF "output folder out is in use by $holder: " stderr
        check "np=$np: once" [ "$(grep -c '^fcnn-train: error: ' stderr)" = 1 ]
        check "np=$np: the status is the first job's" status_is 'running.*'
    done
    session=$first
    check 'the first job goes on' is_running
    kill -USR1 "${rank_pids[0]}"
    wait_end "$(busy $((5 * patience)))"
    check "code $code of the first job" [ "$code" = 75 ]
    np=0
    train 0 --set output.time_limit=00:00:30 ../long.ini
    check "the folder is free then, code $code" [ "$code" = 75 ]
    tap_empty 'signals: a second job in a folder is refused, and the first one is named' "$failures"
}

more()
{
    time_limits
    two_jobs
}

for ((k = 1; k <= lanes_wanted; k++)); do
    lane $k send_signals $k
done
join_lanes
lane 3 other_ways
lane 4 more
join_lanes
read -r signals moving late longest farthest < <(cat lane*/counts |
    awk '{ for (i = 1; i <= 5; i++) { n[i] += $i; m[i] = $i > m[i] + 0 ? $i : m[i] + 0 } }
        END { print n[1], n[2], n[3], m[4], m[5] }')
printf '# %s signals stopped a run, %s of them between its steps, at most %s ms and %s steps after the last one' \
    "$signals" "$moving" "$longest" "$farthest"
printf ' seen; %s came too late; FCNN_SEED=%s\n' "$late" "$seed"
tap_run "signals: $wanted signals count" [ "$signals" -ge "$wanted" ]
tap_done
