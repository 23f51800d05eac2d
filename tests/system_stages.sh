#!/usr/bin/env bash
# Stages from the config to the model file: the same bits on any ranks, threads, instruction sets and sizes, with
# streamed rows and after stops at any step; what is printed, stored and refused, and what may change on resume.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
cat >a.ini <<'END'
[data]
train = digits.h5
validation = 0.2
normalize = minmax
shuffle_window = 60
[model]
hidden = 40, 9
dropout = 0.1
[train]
batch_size = 70
blocks = 6
ema = 0.8
[stage.1]
train.epochs = 2
optimizer.name = adam
optimizer.learning_rate = 0.01
schedule.kind = cosine
[stage.2]
train.epochs = 1
train.batch_size = 0
optimizer.name = adam
optimizer.learning_rate = 0.02
[stage.3]
train.epochs = 2
train.batch_size = 30
optimizer.momentum = 0.9
schedule.kind = plateau
schedule.patience = 1
END

# hash NP OPTION…: of the model of a run from the start
hash()
{
    local np=$1
    shift
    train "$np" --overwrite --set output.directory=out "$@" a.ini
    "$bin/fcnn-info" --hash out/model.h5 2>&1
}

# same NAME EXPECTED ACTUAL
same()
{
    if [ -n "$2" ] && [ "$2" = "$3" ]; then
        tap_ok "stages: $1"
    else
        tap_not_ok "stages: $1" "$2, $3; $(said)"
    fi
}

# ---- the same bits ----

for precision in single double; do
    set -- --set model.precision=$precision
    first=$(FCNN_ISA=plain hash 0 "$@")
    for isa in avx2 avx512 avx512bf16 neon; do
        if FCNN_ISA=$isa "$bin/fcnn-bench" --network 4-4 --seconds 0.01 >/dev/null 2>&1; then
            same "the same bits with $isa, $precision" "$first" "$(FCNN_ISA=$isa hash 0 "$@")"
        fi
    done
    for np in 1 2 3; do
        for threads in 1 2; do
            same "the same bits, np=$np, threads=$threads, $precision" "$first" \
                "$(hash $np "$@" --set train.threads=$threads)"
        done
    done
    same "the same bits from streamed rows, $precision" "$first" "$(hash 2 "$@" --set data.memory=stream)"
    same "the same bits in tiny pieces, $precision" "$first" "$(FCNN_SIZES=tiny hash 2 "$@")"

    # 3 + 3, 1, 7 + 7 steps: a run that stops after each step is started again on another number of ranks
    rm -rf out
    runs=0
    while [ ! -e out/model.h5 ] && [ $runs -lt 30 ]; do
        mkdir -p out && touch out/STOP
        OMP_NUM_THREADS=$((1 + runs % 2)) train $((runs % 4)) --set output.directory=out "$@" a.ini
        runs=$((runs + 1))
    done
    same "the same bits after stops and restarts, $precision" "$first" "$("$bin/fcnn-info" --hash out/model.h5)"
    tap_run "stages: there were many runs, $precision" test $runs -gt 15
done

# Each checkpoint, one of each epoch, continues to the same model.
train 2 --overwrite --set output.directory=all --set output.keep=10 a.ini
whole=$("$bin/fcnn-info" --hash all/model.h5)
np=0
for step in 3 6 7 14; do
    rm -rf part && mkdir part && cp "all/checkpoint-$step.h5" part
    np=$((np % 3 + 1))
    train $np --set output.directory=part a.ini
    same "the checkpoint of step $step continues on $np ranks" "resumed at step $step: $whole" \
        "$(sed -n 's/^\(resumed at step [0-9]*\) .*/\1/p' stdout): $("$bin/fcnn-info" --hash part/model.h5)"
done

# ---- what is printed and stored ----

train 2 --overwrite --set output.directory=out a.ini
tap_run 'stages: each one is announced where it begins' test "$(grep -E '^(stage| +[0-9])' stdout |
    awk '{ printf "%s ", $1 == "stage" ? "stage" $2 : $1 }')" = 'stage1 0 1 2 stage2 3 stage3 4 5 '
tap_run 'stages: a line says what it is' grep -q '^stage       3 of 3, epochs 4 to 5, optimizer sgd$' stdout
tap_run 'stages: a line says that the optimizer continues' grep -q \
    '^stage       2 of 3, epochs 3 to 3, optimizer adam, which continues$' stdout
"$bin/fcnn-info" out/model.h5 >info
tap_run 'stages: fcnn-info prints them' test "$(sed -n '/^\[stage.2\]/,/^$/p' info)" = '[stage.2]
train.epochs = 1
train.batch_size = 0
optimizer.name = adam
optimizer.learning_rate = 0.02'
sed -n '/^\[data\]/,$p' info >again.ini
train 1 --set output.directory=out again.ini
tap_run 'stages: the config of fcnn-info is the config of the run' grep -q '^already finished' stdout
tap_run 'stages: the end says how to continue' grep -q \
    '^already finished: .* has all 5 epochs; add a stage, or increase train.epochs of the last one, to continue$' stdout

train 2 --check --set output.directory=none a.ini
cp stdout checked
tap_run 'stages: --check prints the batches of each' test \
    "$(sed -n 's/^batches *\([0-9]* rows in [0-9]* blocks, [0-9]* steps\).*/\1/p' checked | tr '\n' ';')" = \
    '70 rows in 6 blocks, 3 steps;201 rows in 6 blocks, 1 steps;30 rows in 6 blocks, 7 steps;'
tap_run 'stages: --check prints the learning rates of each' test "$(grep -c '^schedule' checked)" = 3
# the memory is that of the largest: of stage 2, whose batch has all rows, with the arrays of adam
train 2 --check --set output.directory=none --set stage.1.train.batch_size=0 a.ini
same '--check prints the memory of the largest' "$(grep '^memory' stdout)" "$(grep '^memory' checked)"
train 2 --check --set output.directory=none --set stage.2.train.batch_size=70 a.ini
tap_run 'stages: without it, the memory is another' test "$(grep '^memory' stdout)" != "$(grep '^memory' checked)"

# ---- what is refused ----

# refused NAME WORDS OPTION…
refused()
{
    local name=$1 words=$2
    shift 2
    train 2 --set output.directory=none "$@" a.ini
    if { [ "$code" = 78 ] || [ "$code" = 64 ]; } && [ "$(grep -c error: stderr)" = 1 ] &&
        grep -qF -- "$words" stderr; then
        tap_ok "stages: $name is refused"
    else
        tap_not_ok "stages: $name is refused" "$(said)"
    fi
}
refused 'another sum of epochs' 'train.epochs is 4, but the stages have 5 epochs together' --set train.epochs=4
refused 'a stage without epochs' 'a.ini: [stage.3] never begins' --set stage.3.train.epochs=0
refused 'a number that is not the next' 'there is no [stage.4] before [stage.5]' --set stage.5.train.epochs=1
refused 'a key of all stages' 'train.seed is the same in all stages' --set stage.1.train.seed=3
refused 'no number' 'expected stage.NUMBER.section.key=value' --set stage.train.epochs=1
refused 'a key without use' 'a.ini:18: [stage.2]: schedule.milestones is for schedule.kind = multistep' \
    --set stage.2.schedule.milestones=5
refused 'a schedule that does not fit' 'a.ini:18: [stage.2]: schedule.kind = one_cycle rises' \
    --set stage.2.schedule.kind=one_cycle
refused 'a batch of fewer rows than blocks' 'a.ini:23: [stage.3]: train.blocks = 6, but a batch has only 5 rows' \
    --set stage.3.train.batch_size=5
train 2 --check --set output.directory=none --set stage.3.optimizer.learning_rate=1000 \
    --set stage.2.schedule.warmup=4 a.ini
warnings=$(grep -c -e 'warm-up.*the end of stage 2, ' -e 'rate = 1000 is' stderr)
tap_run 'stages: --check warns of each' test "$warnings" = 2

# ---- what may change on resume ----

# changed STEP EXPECTED WORDS OPTION…: from the checkpoint of a step, with other options
changed()
{
    local step=$1 expected=$2 words=$3
    shift 3
    rm -rf part && mkdir part && cp "all/checkpoint-$step.h5" part
    train 2 --set output.directory=part "$@" a.ini
    if [ "$code" = "$expected" ] && grep -qF -- "$words" stdout stderr; then
        tap_ok "stages: after step $step, $*: $words"
    else
        tap_not_ok "stages: after step $step, $*: $words" "$(said)"
    fi
}
changed 3 78 '[stage.1]: optimizer.learning_rate cannot change on resume' --set stage.1.optimizer.learning_rate=0.1
changed 3 78 '[stage.1]: train.epochs cannot change on resume from 2 to 3' --set stage.1.train.epochs=3
changed 14 78 'train.epochs cannot change on resume from 1 to 2, because epoch 4' --set stage.2.train.epochs=2
changed 14 78 '[stage.3]: train.batch_size cannot change on resume' --set stage.3.train.batch_size=20
# a stage that has not begun is that of the new config, as if the training had begun with it
changed 6 0 'resumed at step 6' --set stage.2.optimizer.learning_rate=0.01 --set stage.3.train.batch_size=50
other=$("$bin/fcnn-info" --hash part/model.h5)
same 'what has not begun may change' "$other" \
    "$(hash 3 --set stage.2.optimizer.learning_rate=0.01 --set stage.3.train.batch_size=50)"
changed 21 0 'resumed at step 21' --set stage.3.train.epochs=3 --set stage.4.train.epochs=1
other=$("$bin/fcnn-info" --hash part/model.h5)
same 'the last stage may be longer, and others follow' "$other" \
    "$(hash 1 --set stage.3.train.epochs=3 --set stage.4.train.epochs=1)"
tap_done
