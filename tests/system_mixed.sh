#!/usr/bin/env bash
# model.precision = mixed from the config to the model file: the same bits on any ranks, threads, instruction sets and
# sizes, with streamed rows, after stops and after a return to a checkpoint; fcnn-predict computes what training
# evaluated; what is printed, stored, predicted and refused.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
# shellcheck source=same_bits.sh
. "$here/same_bits.sh"
subject=mixed

sed -n '1,254p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
sed -n '1,152p' "$configs/data/regression.csv" >regression.csv
"$bin/fcnn-import" regression.h5 --csv regression.csv --header --target-columns 7,8,9 >import.log || cat import.log

# Odd widths, more than a panel, leaves of odd numbers of rows, and whatever else touches a product or the weights.
cat >a.ini <<'I'
[data]
train = digits.h5
validation = digits.h5
normalize = minmax
noise = 0.01
shuffle_window = 60
[model]
precision = mixed
hidden = 67, 67, 67
activation = prelu, gelu, tanh
layer_norm = yes
residual = yes
dropout = 0.05, 0.1, 0.1, 0.1
[train]
epochs = 3
batch_size = 67
blocks = 5
ema = 0.8
restore_best = yes
[optimizer]
name = adamw
learning_rate = 0.003
weight_decay = 0.05
clip_norm = 1
max_norm = 1.5
I
hash=$(hash_of 0)
on_all_ranks 'classes' "$hash"
equal 'the same bits, streamed' "$hash" "$(hash_of 0 --set data.memory=stream)"
equal 'the same bits, streamed, 3 ranks' "$hash" "$(FCNN_SIZES=tiny hash_of 3 --set data.memory=stream)"
in_parts 'classes' "$hash" 1 2
after_stops 'classes' "$hash"
validated_as_predicted digits.h5
for precision in single double; do
    if [ "$(hash_of 0 --set model.precision=$precision)" != "$hash" ]; then
        tap_ok "mixed: other bits than $precision"
    else
        tap_not_ok "mixed: other bits than $precision" "$(said)"
    fi
done

# A regression without bends, large leaves, outputs by columns; and sums in the usual way, on one rank.
cat >b.ini <<'I'
[data]
train = regression.h5
validation = 0.2
normalize = standardize
normalize_targets = standardize 0:2, none 2
[model]
precision = mixed
hidden = 130, 9
activation = silu, linear
output = linear 0:2, softplus 2
[train]
epochs = 3
batch_size = 0
blocks = 1
loss = huber
[optimizer]
learning_rate = 0.3
momentum = 0.9
I
config=b.ini
on_all_ranks 'regression' "$(hash_of 0)"
fast=$(hash_of 0 --set train.reduction=fast)
for isa in plain avx2 avx512; do
    if has_isa $isa; then
        equal "the same bits of fast sums with $isa" "$fast" "$(FCNN_ISA=$isa hash_of 0 --set train.reduction=fast)"
    fi
done

# A learning rate at which training diverges, and returns to a checkpoint.
rates=(--set optimizer.learning_rate=10 --set optimizer.momentum=0 --set train.nonfinite=rollback
    --set train.batch_size=20 --set train.loss=mse --set model.output=linear
    --set data.normalize_targets=standardize)
returned=$(hash_of 0 "${rates[@]}")
tap_run 'mixed: training returns to a checkpoint' grep -q 'training returns to step' stderr
equal 'the same bits after a return to a checkpoint' "$returned" "$(FCNN_ISA=plain hash_of 3 "${rates[@]}")"
config=a.ini

# ---- what is said, and what is stored ----

train 0 --overwrite --set output.directory=out a.ini
tap_run 'mixed: the start report names the precision' grep -q '^network .*, mixed precision,' stdout
"$bin/fcnn-info" out/model.h5 >info
tap_run 'mixed: fcnn-info names the precision' grep -q '^model .*, mixed precision' info
train 0 --set output.directory=out --set train.epochs=4 --set model.precision=single a.ini
tap_run 'mixed: the precision is fixed' grep -q 'model.precision cannot change on resume' stderr
train 0 --set output.directory=from_mixed --set model.init=out/model.h5 --set model.precision=single \
    --set train.epochs=0 a.ini
tap_run 'mixed: another precision of the start is said' grep -qx \
    ' *it was trained in mixed precision, and training continues in single precision' stdout
equal 'weights are stored in single precision' "$("$bin/fcnn-info" --weights out/model.h5 | cksum)" \
    "$("$bin/fcnn-info" --weights from_mixed/model.h5 | cksum)"

# ---- memory and speed ----

wide=(--set 'model.hidden=1500, 1500' --set model.activation=relu --set model.dropout=0)
mixed=$(network_memory "${wide[@]}")
single=$(network_memory "${wide[@]}" --set model.precision=single)
if [ -n "$mixed" ] && [ -n "$single" ] && [ "$mixed" != "$single" ]; then
    tap_ok 'mixed: --check predicts the memory of the pairs'
else
    tap_not_ok 'mixed: --check predicts the memory of the pairs' "$mixed, $single; $(said)"
fi
for np in 0 2; do
    ranks $np "$bin/fcnn-bench" --network 1200-1300-1100-10 --precision mixed --seconds 0.1 --json out.json \
        >bench.log 2>&1
    tap_run "mixed: fcnn-bench names the precision, np=$np" grep -q '"precision": "mixed"' out.json
    tap_empty "mixed: memory is as predicted, np=$np" "$(awk -F '[:,]' '/memory_predicted/ { p = $2 }
        /memory_measured/ && $2 !~ /null/ && ($2 - p > 5e6 || p - $2 > 5e6) { print p, $2 }' out.json)"
    # shellcheck disable=SC2016 # $2 is a field of awk
    tap_run "mixed: fcnn-bench measures a peak, np=$np" awk -F '[:,]' '/"peak_gflops"/ && $2 > 0 { found = 1 }
        END { exit !found }' out.json
done
tap_done
