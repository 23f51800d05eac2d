#!/usr/bin/env bash
# A run that is stopped after every single step and goes on each time on other ranks and threads leaves what a run
# leaves that nobody stops: the weights, the logged losses.  It goes over two epoch edges, and the last batch of an
# epoch has fewer rows.
#
# What stops it is a file STOP that is there before each start: the run looks for it in its first step, stops after that
# step and removes the file.
set -u
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

{
    "$bin/fcnn-import" digits.h5 --csv <(sed -n '1,251p' "$configs/data/digits.csv")
    "$bin/fcnn-import" regression.h5 --csv <(sed -n '1,102p' "$configs/data/regression.csv") --header \
        --target-columns 7,8,9
} >import.log || cat import.log

# 251 rows, in batches of 90 with a last one of 71, or of 13 with a last one of 4
cat >single.ini <<END
[data]
train = $work/digits.h5
normalize = standardize
[model]
hidden = 33,17
activation = relu,gelu
[train]
epochs = 3
batch_size = $(short_or_long 90 13)
[output]
directory = out
END
# 81 rows and 20 to validate, in batches of 35 with a last one of 11, or of 7 with a last one of 4
cat >double.ini <<END
[data]
train = $work/regression.h5
normalize = minmax
normalize_targets = standardize
validation = 0.2
[model]
hidden = 9,70
activation = tanh,sigmoid
precision = double
[train]
epochs = 3
batch_size = $(short_or_long 35 7)
[output]
directory = out
END
declare -A total=([single]=$(short_or_long 9 60) [double]=$(short_or_long 9 36))

# check WHAT COMMAND…: notes a failure
check()
{
    local what=$1
    shift
    "$@" || failures+="$what, np=$np: $(said_all out | tr '\n' '|')"$'\n'
}

status_is()
{
    [ "$(cat out/status)" = "$1" ]
}

# stop_everywhere CONFIG
stop_everywhere()
{
    local config=$1 step=0 ranks_of=(2 3 4 0) expected digest np=1 failures=
    train 0 --set output.directory=whole "../$config.ini"
    expected=$(sign whole)
    check "the run that is not stopped has ${total[$config]} steps" [ "$(newest_step whole)" = "${total[$config]}" ]
    mkdir out
    # the last step ends the run, so it is done by a start that nothing stops
    while [ $((step += 1)) -lt "${total[$config]}" ] && [ -z "$failures" ]; do
        np=${ranks_of[step % 4]}
        touch out/STOP
        OMP_NUM_THREADS=$((1 + (step + step / 4) % 2)) train "$np" "../$config.ini"
        check "code 75 at step $step" [ "$code" = 75 ]
        check "the status at step $step" status_is "stopped with a checkpoint at step $step, 1 steps in this run"
        check "step $step is named" grep -q "^fcnn-train: stopped by the file STOP after step $step," stderr
        check "STOP is gone after step $step" [ ! -e out/STOP ]
        check "the checkpoint of step $step is the newest" [ "$(newest_step out)" = "$step" ]
        if [ $step -gt 1 ]; then
            check "resumed at step $((step - 1))" [ "$(resumed_step)" = "$((step - 1))" ]
        fi
    done
    if [ -z "$failures" ]; then
        np=3
        train $np "../$config.ini"
        check 'the end' status_is "finished at step ${total[$config]}, 1 steps in this run"
        check 'code 0' [ "$code" = 0 ]
        check "resumed at step $((step - 1))" [ "$(resumed_step)" = "$((step - 1))" ]
        check "weights and losses, $(sign out) instead of $expected" [ "$(sign out)" = "$expected" ]
    fi
    tap_empty "resume: $config: stopped at each of ${total[$config]} steps, the same bits" "$failures"
    [ -z "$failures" ] || return

    digest=$(sha256sum <out/model.h5)
    np=2
    train $np "../$config.ini"
    check 'code 0' [ "$code" = 0 ]
    check 'it says so' grep -q '^already finished: ' stdout
    check 'the status' status_is "finished at step ${total[$config]}, 0 steps in this run"
    check 'model.h5' [ "$(sha256sum <out/model.h5)" = "$digest" ]
    tap_empty "resume: $config: started once more, it is finished already and changes nothing" "$failures"
}

lane 1 stop_everywhere single
lane 2 stop_everywhere double
join_lanes
tap_done
