#!/usr/bin/env bash
# The best model and the early end: what is said and written, what a later command does, and the same bits on any ranks,
# threads and instruction sets, from rows in memory and from files.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
cat >run.ini <<'END'
[data]
train = digits.h5
validation = 0.2
test = digits.h5
normalize = minmax
[model]
hidden = 9
[train]
epochs = 60
batch_size = 25
stop_patience = 3
[optimizer]
learning_rate = 0.5
[output]
log_every = 4
END

# fact FILE: the epoch and the reason that fcnn-info prints
fact()
{
    "$bin/fcnn-info" "$1" | sed -n 's/^epoch  *//p'
}

# weights FILE: the digest of the weights
weights()
{
    "$bin/fcnn-info" --hash "$1"
}

# ---- what is said ----

train 2 run.ini
tap_run 'best: an early end is a run that has finished' test "$code:$(cut -d' ' -f1 run/status)" = 0:finished
tap_run 'best: an early end is said' grep -q \
    '^training ended early, after 3 epochs in a row without a better validation loss$' stdout
last=$(fact run/model.h5) best=$(fact run/best.h5)
tap_run 'best: model.h5 says why it is of its epoch' test "${last#*: }" = \
    'training ended early, after 3 epochs in a row without a better validation loss'
tap_run 'best: best.h5 says why it is of its epoch' \
    grep -q '^[0-9]*, step [0-9]*: the lowest validation loss, [0-9.]*$' <<<"$best"
tap_run 'best: the end comes three epochs after the best one' test "${last%%,*}" = $((${best%%,*} + 3))
tap_run 'best: the report names best.h5' grep -q "^best: run/best.h5, epoch ${best%%,*}, ${best#*: }$" stdout
# the lowest validation loss of a run that logs each epoch
train 1 --set output.directory=each --set output.log_every=1 run.ini
lowest=$(awk '$1 ~ /^[1-9][0-9]*$/ && NF > 6 { print $4, $1 }' stdout | sort -g | head -n 1)
tap_run 'best: its epoch has the lowest loss of the table' test "${lowest#* }" = "${best%%,*}"
tap_run 'best: what is logged changes no weights' test "$(weights run/best.h5)$(weights run/model.h5)" = \
    "$(weights each/best.h5)$(weights each/model.h5)"
tap_run 'best: its history ends with it' test "$("$bin/fcnn-info" each/best.h5 | sed -n '/^history/,/^$/p' |
    awk 'NF > 3 { last = $1 } END { print last }')" = "${best%%,*}"

# ---- the same command again, and others ----

stamp=$(weights run/model.h5)
train 3 run.ini
tap_run 'best: the same command again has nothing to do' \
    test "$code:$(grep -c '^already finished: training ended early' stdout):$(weights run/model.h5)" = "0:1:$stamp"
rm run/best.h5
train 1 --set train.epochs=80 run.ini
tap_run 'best: more epochs do not take back an early end' grep -q 'increase train.stop_patience to continue' stdout
tap_run 'best: a best.h5 that is lost comes back from the checkpoint' test "$(weights run/best.h5)" = \
    "$(weights each/best.h5)"
train 2 --set train.stop_patience=7 run.ini
tap_run 'best: more patience continues' grep -q '^resumed at step' stdout
train 1 --set output.directory=patient --set train.stop_patience=7 run.ini
tap_run 'best: more patience later or from the start is the same' \
    test "$(weights run/model.h5)$(weights run/best.h5)" = \
    "$(weights patient/model.h5)$(weights patient/best.h5)"

# ---- restore_best ----

train 2 --set output.directory=back --set train.restore_best=yes run.ini
tap_run 'best: restore_best makes model.h5 the best one' test "$(weights back/model.h5)" = "$(weights each/best.h5)"
tap_run 'best: restore_best is said in the model' \
    grep -q "^${best%,*}, [0-9.]*, of [0-9]* epochs$" <<<"$(fact back/model.h5)"
grep '^test:' stdout >test.log
run_program 1 fcnn-predict each/best.h5 digits.h5 --targets /y --output p.h5
tap_run 'best: restore_best tests the best one' grep -q "loss $(sed 's/.*loss \([0-9.]*\).*/\1/' test.log)" stdout
train 1 --overwrite --set output.directory=back --set train.keep_best=no run.ini
tap_run 'best: keep_best = no writes none, and --overwrite removes an old one' test ! -e back/best.h5

# ---- the same bits ----

for np in 1 2 3; do
    for options in 'data.memory=stream train.threads=2' 'data.memory=resident train.threads=1'; do
        # shellcheck disable=SC2086 # two words
        set -- $options
        FCNN_ISA=plain train $np --overwrite --set output.directory=other --set "$1" --set "$2" run.ini
        tap_run "best: $np ranks, $options" \
            test "$(weights other/best.h5)$(fact other/best.h5)$(fact other/model.h5)" = \
            "$(weights each/best.h5)$best$last"
    done
done
train 2 --overwrite --set output.directory=other --set train.stop_metric=accuracy run.ini
tap_run 'best: the highest accuracy' grep -q ': the highest accuracy, 0\.[0-9]*$' <<<"$(fact other/best.h5)"

# ---- an average of the parameters ----

# parts FILE GROUP: a digest of the bits of W1, b1, W2 and b2
parts()
{
    local part
    for part in W1 b1 W2 b2; do
        h5dump -d "$2/$part" -b LE -o part.bin "$1" >part.log && cat part.bin
    done | sha256sum | cut -c 1-16
}

cat >average.ini <<'END'
[data]
train = digits.h5
validation = 0.2
normalize = minmax
[model]
hidden = 9
[train]
epochs = 6
batch_size = 25
[optimizer]
name = adam
learning_rate = 0.02
max_norm = 2
END
train 1 --set output.directory=none average.ini
train 1 --set output.directory=mean --set train.ema=0.9 average.ini
table=$(awk '$1 == 6 && NF > 6 { print $4 }' stdout)
tap_run 'best: an average changes no training' test "$(parts mean/checkpoint-54.h5 /state/optimizer/trained)" = \
    "$(parts none/model.h5 /model)"
tap_run 'best: an average is another model' test "$(weights mean/model.h5)" != "$(weights none/model.h5)"
tap_run 'best: a checkpoint has the average as its model' test "$(weights mean/checkpoint-54.h5)" = \
    "$(weights mean/model.h5)"
train 1 --set output.directory=again --set model.init=mean/model.h5 --set train.epochs=0 average.ini
tap_run 'best: the table is about the average' test "$(awk '$1 == 0 && NF > 4 { print $4 }' stdout)" = "$table"
train 1 --overwrite --set output.directory=again --set model.init=mean/best.h5 --set train.epochs=0 average.ini
tap_run 'best: best.h5 is the average, of which its loss is' grep -q ": the lowest validation loss, $(
    awk '$1 == 0 && NF > 4 { print $4 }' stdout)" <<<"$(fact mean/best.h5)"
for np in 1 2 3; do
    FCNN_ISA=plain OMP_NUM_THREADS=2 train $np --overwrite --set output.directory=other --set train.ema=0.9 \
        --set train.threads=2 --set train.epochs=3 average.ini
    train 2 --set output.directory=other --set train.ema=0.9 average.ini
    tap_run "best: an average on $np ranks, then on 2" test "$(weights other/model.h5)$(weights other/best.h5)" = \
        "$(weights mean/model.h5)$(weights mean/best.h5)"
done
train 1 --set output.directory=mean --set train.ema=0.5 average.ini
tap_run 'best: the average cannot change on resume' test "$code:$(grep -c 'train.ema cannot change' stderr)" = 78:1

# ---- a value that is not defined ----

# a class so rare that no row is predicted as it: no precision in any epoch
{
    echo x,y
    for i in $(seq 99); do
        echo "$i,$((i % 33 == 0))"
    done
} >rare.csv
"$bin/fcnn-import" rare.h5 --csv rare.csv --header --target-columns y >import.log || cat import.log
printf '[data]\ntrain = rare.h5\nvalidation = rare.h5\n[train]\nepochs = 9\nstop_metric = precision\n
[optimizer]\nlearning_rate = 0.001\n[model]\noutput = sigmoid\n[metrics]\nlist = precision, roc_auc\n' >rare.ini
train 2 --set train.stop_patience=4 rare.ini
tap_run 'best: an epoch without a precision is a bad epoch' test \
    "$code:$(grep -c '^training ended early, after 4 epochs' stdout)" = 0:1
tap_run 'best: that none is the best is said' grep -q \
    '^best: none, because the precision was not defined and finite after any epoch$' stdout
sed -n '1p; /,0$/p' rare.csv >none.csv
"$bin/fcnn-import" none.h5 --csv none.csv --header --target-columns y >import.log || cat import.log
train 1 --overwrite --set data.validation=none.h5 --set train.stop_metric=roc_auc rare.ini
tap_run 'best: a value that rows lack is an error' test \
    "$code:$(grep -c 'roc_auc after epoch 1 is not defined for the validation rows' stderr)" = 65:1

# ---- a divergence ----

train 2 --overwrite --set output.directory=other --set optimizer.learning_rate=1e30 --set model.activation=linear \
    run.ini
tap_run 'best: a divergence is an error' test "$code" = 70
tap_done
