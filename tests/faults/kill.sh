#!/usr/bin/env bash
# A job that is killed as a whole, at any instant, goes on: from its newest checkpoint, on other ranks, to the same
# bits.
#
# Jobs are started, killed, started again and again killed, then left to end.  What counts:
#   - a kill: if the job was unfinished, by its file status;
#   - a kill during a write: if a temporary of a checkpoint was left;
#   - a restart: if it printed "resumed at step S", where S > 0 is the step of the newest checkpoint that the kill left.
# A restart that is killed before it has printed that proves nothing: neither the restart nor that kill is counted.
set -u
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

wanted=$(short_or_long 12 200) # kills, each with its restart
lanes_wanted=2
chain=$(short_or_long 3 8) # kills of one job

"$bin/fcnn-import" digits.h5 --csv <(sed -n '1,251p' "$configs/data/digits.csv") >import.log || cat import.log
slow=$work/slow_write.so
# shellcheck disable=SC2086 # CC may have options
if ! ${CC:-cc} -shared -fPIC -o "$slow" "$here/faults/slow_write.c" -ldl 2>compiler.log; then
    printf '1..0 # SKIP no preloaded libraries here\n'
    exit 0
fi

# Two kinds of jobs, by the interval between two checkpoints: a step, or an epoch of 5 steps, the last of them shorter.
cat >steps.ini <<'END'
[data]
train = digits.h5
normalize = standardize
validation = 0.1
[model]
hidden = 33,17
activation = relu,gelu
[train]
epochs = 20
batch_size = 50
[output]
directory = out
checkpoint_minutes = 1e-9
END
sed -e 's/^epochs = .*/epochs = 60/' -e '/^checkpoint_minutes/d' steps.ini >epochs.ini
declare -A interval=([steps]=1 [epochs]=5) total=([steps]=100 [epochs]=300) expected
for kind in steps epochs; do
    train 0 --set output.directory=whole --set output.checkpoint_minutes=0 --overwrite $kind.ini
    expected[$kind]=$(sign whole)
    if [ -z "${expected[$kind]}" ] || [ "$(newest_step whole)" != "${total[$kind]}" ]; then
        tap_not_ok "kill: a run of $kind that nobody kills" "$(said)"
        tap_done
        exit 0
    fi
done

# ---- one job ----

fail()
{
    failures+="$kind, start $starts on $np ranks: $1; $(said_all out | tr '\n' '|')"$'\n'
}

# Begins on other ranks than the start before.  Ranks that run alone and under mpirun are both jobs.
cycle=(2 3 1 3 2 0)
begin()
{
    np=${cycle[starts % ${#cycle[@]}]}
    starts=$((starts + 1))
    from=$(newest_step out)
    left=$(temporaries out)
    start "$np" ${options[@]+"${options[@]}"} "../$kind.ini" --set data.train=../digits.h5
}

# Whether something of this start is being written.
has_new_temporary()
{
    local file
    for file in out/.checkpoint-*.tmp; do
        [ ! -e "$file" ] || [[ $left = *"${file##*/}"* ]] || return 0
    done
    return 1
}

has_begun()
{
    has_new_temporary || has_text 'resumed at step' stdout
}

# Waits for a random instant: one in five is anywhere, the start of MPI included, the others where training goes on; as
# long as less than two thirds of the kills came during a write, they wait for the next one.  Sets victims to the
# processes, if it has found them already: to look for them takes as long as a write.
# shellcheck disable=SC2031 # the lane's own RANDOM
wait_for_instant()
{
    victims=
    if [ $((starts % 5)) = 0 ]; then
        doze $((RANDOM % 1500))
        return
    fi
    wait_until 60000 has_begun || return
    victims=$(members "$session" | cut -d ' ' -f 1)
    doze $((RANDOM % 500))
    if [ $((3 * writing)) -lt $((2 * kills + 2)) ]; then
        wait_until 60000 has_new_temporary && doze $((RANDOM % 50))
    fi
}

# Compares what a start has printed with what there was.  Adds the kill before it to the counts.
check_restart()
{
    local printed one
    printed=$(resumed_step)
    if [ -z "$from" ]; then
        [ -z "$printed" ] || fail "resumed at step $printed without a checkpoint"
        return
    fi
    if [ -z "$printed" ]; then
        unseen=$((unseen + 1))
        return
    fi
    [ "$printed" = "$from" ] || fail "resumed at step $printed, not $from"
    for one in $left; do
        [ ! -e "out/$one" ] || fail "the temporary $one is still there"
    done
    if [ "$pending" = yes ]; then
        kills=$((kills + 1))
        writing=$((writing + was_writing))
        pending=no
    fi
}

# What a kill has left.
look_at_remains()
{
    local file written now_newest line
    now_newest=$(newest_step out)
    was_writing=0
    for file in $(temporaries out); do
        was_writing=1
        written=${file#.checkpoint-}
        written=${written%%.*}
        if [ -n "$now_newest" ] && [ $((written - now_newest)) -gt "${interval[$kind]}" ]; then
            fail "the checkpoint of step $written was begun when the newest was that of step $now_newest"
        fi
    done
    # The table's last line is of an epoch that is done: one interval may be lost, and one that was being written.
    line=$(awk '$1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ && NF > 4 { step = $2 } END { print step + 0 }' stdout)
    if [ $((line - ${now_newest:-0})) -gt $((2 * interval[$kind])) ]; then
        fail "step $line was done when the newest checkpoint was that of step ${now_newest:-none}"
    fi
    for file in out/checkpoint-*.h5; do
        [ ! -e "$file" ] || "$bin/fcnn-info" --hash "$file" >/dev/null 2>&1 || fail "$file is damaged"
    done
    if [ -z "$now_newest" ]; then
        fruitless=$((fruitless + 1))
    else
        pending=yes
    fi
}

# The job has come to its end: how?
check_end()
{
    local steps=$((total[$kind] - ${from:-0}))
    if [ "$code" != 0 ]; then
        fail "ended with code $code"
    elif [ "$(cat out/status)" != "finished at step ${total[$kind]}, $steps steps in this run" ]; then
        fail "not the remaining $steps steps alone"
    elif [ "$(sign out)" != "${expected[$kind]}" ]; then
        fail "$(sign out), not ${expected[$kind]}"
    elif [ -n "$(temporaries out)" ]; then
        fail 'temporaries are left'
    elif [ "$(resumed_step)" != "$from" ]; then
        fail "it does not say that it goes on from step $from"
    fi
    check_restart
    jobs_done=$((jobs_done + 1))
    [ $jobs_done -le "$wanted" ] || fail 'the kills come too late'
}

# Starts and kills a job, and lets it end at last.
run_job()
{
    local killed=0
    rm -rf out
    pending=no
    while :; do
        preload=
        options=(--set output.checkpoint_minutes=0)
        if [ $killed -lt "$chain" ]; then
            preload=$slow
            options=()
        fi
        begin
        if [ -n "$preload" ]; then
            wait_for_instant
            # shellcheck disable=SC2086 # words
            [ -z "$victims" ] || kill -KILL $victims 2>/dev/null
            kill_session "$session"
            wait_end 10000
            rm -rf "${memory:?}/lane$number"/*
        else
            wait_end 60000
        fi
        case $(cat out/status 2>/dev/null) in
        running | '')
            if [ -z "$preload" ] || [ "$code" != 137 ]; then
                fail "ended by itself, with code $code"
                return
            fi
            check_restart
            look_at_remains
            killed=$((killed + 1))
            ;;
        *)
            # a kill that came when all was done
            [ -z "$preload" ] || code=0
            check_end
            return
            ;;
        esac
        [ -z "$failures" ] || return
    done
}

kill_jobs()
{
    number=$1
    # one job's leftovers are removed while the other lane's job runs
    mkdir -p "$memory/lane$number"
    export OMPI_MCA_btl_vader_backing_directory="$memory/lane$number" \
        OMPI_MCA_btl_sm_backing_directory="$memory/lane$number" OMPI_MCA_osc_sm_backing_directory="$memory/lane$number"
    export FCNN_SLOW_MS=25
    failures='' starts=0 kills=0 writing=0 unseen=0 fruitless=0 jobs_done=0 kind=steps
    # a machine that is busy hits fewer writes: then it takes more kills, but no more than three times as many
    while { [ $kills -lt $((wanted / lanes_wanted)) ] || [ $((2 * writing)) -lt $kills ]; } &&
        [ $kills -lt $((3 * wanted / lanes_wanted)) ] && [ -z "$failures" ]; do
        run_job
        if [ $kind = steps ]; then kind=epochs; else kind=steps; fi
    done
    printf '%s %s %s %s %s\n' $kills $writing $unseen $fruitless $jobs_done >counts
    tap_empty "kill: every restart goes on from the newest checkpoint and ends with the same bits, lane $number" \
        "$failures"
}

look_at_clock
begun=$now
for ((k = 1; k <= lanes_wanted; k++)); do
    lane $k kill_jobs $k
done
join_lanes
read -r kills writing unseen fruitless jobs_done < <(cat lane*/counts |
    awk '{ for (i = 1; i <= NF; i++) n[i] += $i } END { print n[1], n[2], n[3], n[4], n[5] }')
look_at_clock
printf '# %s kills, %s during a write, in %s jobs; not counted: %s whose restart was killed before it said a word, %s' \
    "$kills" "$writing" "$jobs_done" "$unseen" "$fruitless"
printf ' before the first checkpoint; %s s, FCNN_SEED=%s\n' $(((now - begun) / 1000)) "$seed"
if [ "$kills" -ge "$wanted" ]; then
    tap_ok "kill: $wanted kills count"
else
    tap_not_ok "kill: $wanted kills count"
fi
if [ $((2 * writing)) -ge "$kills" ] && [ "$kills" -gt 0 ]; then
    tap_ok 'kill: at least half of them came during a write'
else
    tap_not_ok 'kill: at least half of them came during a write'
fi
tap_done
