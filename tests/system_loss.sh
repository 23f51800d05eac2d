#!/usr/bin/env bash
# Losses from the config to the model file: the settings reach training, validation and fcnn-predict; targets that do
# not fit are refused by row; poisson predicts rates.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

awk 'BEGIN { for (i = 0; i < 400; i++) { x = i % 20 / 10 - 1; print x "," 5 * x + (i % 7 == 0) * 40 } }' >rows.csv
awk 'BEGIN { for (i = 0; i < 400; i++) { x = i % 20 / 10 - 1; print x "," int(exp(1 + x) + i % 3) } }' >counts.csv
awk 'BEGIN { for (i = 0; i < 400; i++) print i % 20 "," (i == 123 ? -1 : i % 5) }' >negative.csv
awk 'BEGIN { for (i = 0; i < 400; i++) print i % 20 "," i % 3 }' >labels.csv
for name in rows counts negative; do
    "$bin/fcnn-import" $name.h5 --csv $name.csv --float-targets
done >import.log || cat import.log
"$bin/fcnn-import" labels.h5 --csv labels.csv >import.log || cat import.log

cat >a.ini <<'I'
[data]
train = rows.h5
validation = rows.h5
[model]
hidden = 4
activation = tanh
[train]
epochs = 3
batch_size = 50
[optimizer]
learning_rate = 0.05
I

# The last validation loss that a run printed, and the loss that fcnn-predict finds on the same rows.
losses()
{
    local name=$1 data=$2
    shift 2
    train 2 --overwrite --set output.directory="$name" --set data.train="$data" --set data.validation="$data" "$@" a.ini
    validated=$(awk '$1 == 3 && NF > 6 { print $4 }' stdout)
    ranks 2 "$bin/fcnn-predict" "$name/model.h5" "$data" --targets /y >scores 2>&1
    predicted=$(sed -n 's/.*: loss \([0-9.e+-]*\),.*/\1/p' scores)
}

# same NAME DATA OPTION…
same()
{
    losses "$@"
    if [ -n "$validated" ] && [ "$validated" = "$predicted" ]; then
        tap_ok "loss: $1 is the same in validation and in fcnn-predict"
    else
        tap_not_ok "loss: $1 is the same in validation and in fcnn-predict" "$validated, $predicted; $(said)"
    fi
}
same huber rows.h5 --set train.loss=huber
one=$validated
same huber_small rows.h5 --set train.loss=huber --set train.huber_delta=0.01
if awk -v a="$one" -v b="$validated" 'BEGIN { exit !(b < 0.1 * a) }'; then
    tap_ok 'loss: huber_delta reaches the losses'
else
    tap_not_ok 'loss: huber_delta reaches the losses' "$one, $validated"
fi
same relative rows.h5 --set train.loss=relative --set train.relative_floor=1
same log_cosh rows.h5 --set train.loss=log_cosh
same mae rows.h5 --set train.loss=mae
same poisson counts.h5 --set train.loss=poisson
same smooth labels.h5 --set train.loss=cross_entropy --set train.label_smoothing=0.2
same focal labels.h5 --set train.loss=cross_entropy --set train.focal_gamma=2
focal=$validated
same focal_half labels.h5 --set train.loss=cross_entropy --set train.focal_gamma=0.5
same cross labels.h5 --set train.loss=cross_entropy
accuracy=$(awk '$1 == 3 && NF > 6 { print $5 }' stdout)
tap_run 'loss: the accuracy is that of fcnn-predict' awk -v a="$accuracy" \
    -v b="$(sed -n 's/.* accuracy \([0-9.]*\) %.*/\1/p' scores)" \
    'BEGIN { d = (a > 1 ? a : 100 * a) - b; exit !(a > 0 && d < 0.01 && d > -0.01) }'
tap_run 'loss: a larger focal_gamma gives lower losses' awk -v a="$focal" -v b="$validated" 'BEGIN { exit !(a < b) }'
awk 'BEGIN { for (i = 0; i < 400; i++) print i % 20 "," i % 2 }' >bits.csv
"$bin/fcnn-import" bits.h5 --csv bits.csv >import.log || cat import.log
same focal_sigmoid bits.h5 --set train.loss=binary_cross_entropy --set train.focal_gamma=2
for isa in plain avx2 avx512 avx512bf16 neon; do
    FCNN_ISA=$isa "$bin/fcnn-bench" --network 4-4 --seconds 0.01 >/dev/null 2>&1 || continue
    FCNN_ISA=$isa train 3 --overwrite --set output.directory=focal_again --set data.train=labels.h5 \
        --set data.validation=labels.h5 --set train.loss=cross_entropy --set train.focal_gamma=2 \
        --set train.threads=2 a.ini
    tap_run "loss: focal has the same bits, $isa" test "$("$bin/fcnn-info" --hash focal/model.h5)" = \
        "$("$bin/fcnn-info" --hash focal_again/model.h5)"
done
train 0 --set output.directory=no --set train.focal_gamma=2 a.ini
tap_run 'loss: focal_gamma is for classes' grep -q 'train.focal_gamma is for train.loss = cross_entropy or bin' stderr
train 0 --set output.directory=no --set train.loss=cross_entropy --set train.focal_gamma=2 \
    --set train.label_smoothing=0.1 a.ini
tap_run 'loss: focal_gamma and label_smoothing' grep -q 'train.focal_gamma cannot be combined with train.label' stderr

# Another delta changes the weights, and cannot change on resume.
huber=$("$bin/fcnn-info" --hash huber/model.h5)
small=$("$bin/fcnn-info" --hash huber_small/model.h5)
tap_run 'loss: huber_delta reaches the weights' test "$huber" != "$small"
train 0 --set output.directory=huber --set train.loss=huber --set train.huber_delta=2 --set train.epochs=4 a.ini
tap_run 'loss: huber_delta is fixed' grep -q 'train.huber_delta cannot change on resume' stderr

# A loss that comes from a file has its setting in the config, or is named there.
train 2 --set output.directory=again --set model.init=relative/model.h5 a.ini
tap_run 'loss: the setting of a loss from a file is asked for' grep -q \
    'relative/model.h5 was trained with train.loss = relative and train.relative_floor = 1, but the config' stderr
train 2 --set output.directory=again --set model.init=relative/model.h5 --set train.loss=relative \
    --set train.relative_floor=2 a.ini
tap_run 'loss: the setting of a loss from a file can be another one' test "$code" = 0
train 2 --set output.directory=mae_again --set model.init=mae/model.h5 a.ini
tap_run 'loss: a loss from a file without a setting' test "$code" = 0

# Rates: positive, and near the mean of the counts.
train 0 --overwrite --set output.directory=rates --set data.train=counts.h5 --set data.validation=counts.h5 \
    --set train.loss=poisson --set train.epochs=40 a.ini
# shellcheck disable=SC2016 # $1 and $5 are fields of awk
tap_run 'loss: poisson learns' awk '$1 == 40 && NF > 6 && $5 > 0.7 { found = 1 } END { exit !found }' stdout
"$bin/fcnn-predict" rates/model.h5 counts.h5 --output rates.h5 >/dev/null
"$bin/fcnn-info" rates/model.h5 >info
tap_run 'loss: the output is named' grep -q exponential info

for np in 0 3; do
    train $np --overwrite --set output.directory=bad --set data.train=negative.h5 --set data.validation= \
        --set train.loss=poisson a.ini
    if [ "$code" != 0 ] && grep -q 'negative.h5: /y: row 123, column 0 .* is -1: poisson requires' stderr; then
        tap_ok "loss: a negative target of poisson is an error, np=$np"
    else
        tap_not_ok "loss: a negative target of poisson is an error, np=$np" "$(said)"
    fi
done
tap_done
