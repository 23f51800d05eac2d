#!/usr/bin/env bash
# From a table to a trained network and its predictions, as a user goes: the shipped configs reach what they promise.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump
cp -r "$configs" configs
chmod -R u+w configs

# percent: the accuracy that fcnn-predict printed last
percent()
{
    sed -n 's/.*accuracy \([0-9.]*\) %.*/\1/p' stdout | tail -n 1
}

# at_least NAME WANTED NUMBER
at_least()
{
    if [ -n "$3" ] && awk -v a="$3" -v b="$2" 'BEGIN { exit !(a >= b) }'; then
        tap_ok "train: $1"
    else
        tap_not_ok "train: $1" "$3, not $2; $(said)"
    fi
}

# says NAME TEXT: the last run ended well and printed the text
says()
{
    if [ "$code" = 0 ] && grep -q -e "$2" stdout; then
        tap_ok "train: $1"
    else
        tap_not_ok "train: $1" "no '$2'" "$(said)"
    fi
}

# predict NP ARGUMENT…: as train
predict()
{
    local np=$1
    shift
    ranks "$np" "$bin/fcnn-predict" "$@" >stdout 2>stderr
    code=$?
}

import()
{
    "$bin/fcnn-import" "$@" >import.log 2>&1 || cat import.log
}

# ---- digits, from the CSV to held-out rows ----

import configs/data/digits.h5 --csv configs/data/digits.csv --split 0.8 --seed 1
train 2 configs/digits.ini
says 'digits: the test rows are scored at the end' 'test: loss .* rows right'
says 'digits: the start tells version, ranks and instruction set' 'fcnn [0-9.]*, .* kernels, 2 ranks x 1 thread'
says 'digits: the end tells where the time went' 'time: .*(compute .* exchange .* waiting .* reading .* writing '
says 'digits: the end tells where the model is' 'model: digits/model.h5'
if grep -E '^ +[0-9]+ +[0-9]+ +[0-9.]+' stdout | head -n 1 | grep -qE '^ +0 +0 '; then
    tap_ok 'train: digits: line 0 stands before the first update'
else
    tap_not_ok 'train: digits: line 0 stands before the first update' "$(said)"
fi
if grep -q $'\r' stdout; then
    tap_not_ok 'train: a file gets whole lines only' "$(head -c 2000 stdout | cat -A)"
else
    tap_ok 'train: a file gets whole lines only'
fi
predict 2 digits/model.h5 configs/data/digits.h5 --inputs /test/x --targets /test/y --output p2.h5
at_least 'digits: 96 % of the held-out rows are right' 96 "$(percent)"
predict 3 digits/model.h5 configs/data/digits.h5 --inputs /test/x --output p3.h5
if cmp -s p2.h5 p3.h5; then
    tap_ok 'train: predictions do not depend on the ranks'
else
    tap_not_ok 'train: predictions do not depend on the ranks' "$(said)"
fi
right=$(paste <(h5dump -y -w 1 -d /classes p2.h5 | grep -E '^ *[0-9]+,?$') \
    <(h5dump -y -w 1 -d /test/y configs/data/digits.h5 | grep -E '^ *[0-9]+,?$') | tr -d ', ' |
    awk '$1 == $2 { n++ } END { print n }')
tap_run 'train: /classes are what was scored' grep -q "^$right$" <(sed -n 's/.*%, \([0-9]*\) of 359.*/\1/p' \
    <("$bin/fcnn-predict" digits/model.h5 configs/data/digits.h5 --inputs /test/x --targets /test/y))

# ---- the format of what is written ----

# HDF5's first one, whatever this HDF5 writes by default; readers other than libhdf5 lose attributes beyond the eighth
import groups.h5 --csv configs/data/digits.csv --split 0.8
import groups.h5 --group /more --csv configs/data/digits.csv
"$built/tests/look_hdf5" digits/model.h5 digits/checkpoint-*.h5 configs/data/digits.h5 groups.h5 p2.h5 >formats
tap_run 'train: all files are written in the earliest format, with at most 8 attributes an object' test \
    "$(grep -cE ': superblock 0, object headers 1, attributes [0-8]$' formats):$(wc -l <formats)" = 6:6

# ---- going on ----

train 1 configs/digits.ini
says 'a finished run says so and ends well' 'already finished'
train 1 --set train.epochs=41 configs/digits.ini
says 'raised epochs go on' 'resumed at step 1800 from digits/checkpoint-1800.h5'
tap_run 'train: two checkpoints are kept' test "$(find digits -name 'checkpoint-*.h5' | wc -l)" = 2
train 2 --set train.epochs=42 --set optimizer.learning_rate=0.7 configs/digits.ini
if [ "$code" = 78 ] && grep -q 'optimizer.learning_rate.*0\.7' stderr && [ "$(grep -c error: stderr)" = 1 ]; then
    tap_ok 'train: a changed key is refused with both values'
else
    tap_not_ok 'train: a changed key is refused with both values' "$(said)"
fi
train 1 --set output.resume=no configs/digits.ini
if [ "$code" = 78 ] && grep -q -e '--overwrite' stderr; then
    tap_ok 'train: resume=no refuses a folder with checkpoints'
else
    tap_not_ok 'train: resume=no refuses a folder with checkpoints' "$(said)"
fi
truncate -s -100 digits/checkpoint-1845.h5
train 2 --set train.epochs=42 configs/digits.ini
says 'a damaged checkpoint is passed over' 'resumed at step 1800'
tap_run 'train: and named in a warning' \
    grep -q 'warning: digits/checkpoint-1845.h5: .*this checkpoint is skipped' stderr
train 1 --overwrite --set train.epochs=1 configs/digits.ini
says '--overwrite starts anew' '^ *1 *45 '
tap_run 'train: and removes the old checkpoints' test "$(find digits -name 'checkpoint-*.h5')" = digits/checkpoint-45.h5

# ---- what a user asks before training ----

train 2 --check --set output.directory=nowhere configs/digits.ini
says '--check tells memory and fitting ranks' 'ranks .* 1 2 4 8'
tap_run 'train: --check writes nothing' test ! -e nowhere
train 0 --print-config configs/digits.ini
cp stdout printed.ini
train 0 --set output.directory=printed --set train.epochs=1 printed.ini
says '--print-config prints a config that works' 'model: printed/model.h5'
tap_run 'train: and that gives the same' test "$("$bin/fcnn-info" --hash printed/model.h5)" = \
    "$("$bin/fcnn-info" --hash digits/model.h5)"
cp -r configs locked
chmod -R a-w locked
before=$(find locked -type f -exec cksum {} + | sort)
train 2 --set train.epochs=1 --set output.directory=elsewhere locked/digits.ini
says 'a config in a write-protected folder' 'model: elsewhere/model.h5'
tap_run 'train: nothing is written beside the config' test "$(find locked -type f -exec cksum {} + | sort)" = "$before"
chmod -R u+w locked
train 0 --help-config
says '--help-config names the keys' '^batch_size = 128'
train 0 --version
says '--version' '^fcnn-train [0-9]'

# ---- xor: nearly every seed ----

import configs/data/xor.h5 --csv configs/data/xor.csv --header
solved=0
for seed in $(seq 20); do
    train 0 --set train.seed="$seed" --set output.directory=xor --overwrite configs/xor.ini
    predict 0 xor/model.h5 configs/data/xor.h5 --targets /y
    grep -q '4 of 4 rows right' stdout && solved=$((solved + 1))
done
at_least 'xor: 4 of 4 right for at least 19 of 20 seeds' 19 $solved
"$bin/fcnn-info" --weights xor/model.h5 >stdout
says 'xor: fcnn-info prints the weights' 'W1'

# ---- three_layer ----

import configs/data/three_layer.h5 --csv configs/data/three_layer.csv --header
train 1 configs/three_layer.ini
tap_run 'train: three_layer: a loss at 0, 1000, … 10000' test \
    "$(awk '$1 ~ /^[0-9]+000$|^0$/ && NF >= 3 { printf "%s ", $1 }' stdout)" = \
    '0 1000 2000 3000 4000 5000 6000 7000 8000 9000 10000 '
predict 1 three_layer/model.h5 configs/data/three_layer.h5 --targets /y
at_least 'three_layer: all rows right' 100 "$(percent)"

# ---- regression in physical units ----

import configs/data/regression.h5 --csv configs/data/regression.csv --header --target-columns 7,8,9 --split 0.8 --seed 1
train 2 configs/regression.ini
predict 2 regression/model.h5 configs/data/regression.h5 --inputs /test/x --targets /test/y --output r.h5
at_least 'regression: R2 above 0.99 for each of three outputs' 3 \
    "$(awk 'NF == 4 && $1 ~ /^(pressure_drop|leakage|reynolds)$/ && $2 > 0.99' stdout | wc -l)"
# column FILE DATASET K: the K-th of three columns
column()
{
    h5dump -y -w 1 -m %.17g -d "$2" "$1" | grep -E '^ *[-+0-9.e]+,?$' | tr -d ', ' | awk -v k="$3" 'NR % 3 == k % 3'
}
# the same from the file of predictions, in the units of the table: 1e5, 1e-6 and 1e3
good=0
for k in 1 2 3; do
    paste <(column r.h5 /predictions $k) <(column configs/data/regression.h5 /test/y $k) | awk '
        { n++; sum += $2; squares += $2 * $2; errors += ($1 - $2) ^ 2 }
        END { exit !(n == 400 && 1 - errors / (squares - sum * sum / n) > 0.99) }' && good=$((good + 1))
done
at_least 'regression: /predictions are in physical units' 3 $good
tap_run 'train: regression: no classes in predictions' sh -c '! h5dump -n r.h5 | grep -q classes'

# ---- depth ----

for hidden in '' "$(printf '8,%.0s' $(seq 49))8"; do
    layers=$(printf '%s' "$hidden" | awk -F, '{ print NF }')
    train 2 --set model.hidden="$hidden" --set train.epochs=2 --set output.directory="deep-$layers" configs/digits.ini
    says "depth: ${layers:-0} hidden layers" "model: deep-$layers/model.h5"
done

# ---- MNIST, where it lies ----

if [ -f "$shared/data/mnist.h5" ]; then
    limit=600
    OMP_NUM_THREADS=$(fcnn_cores) train 0 --set data.train="$shared/data/mnist.h5" \
        --set data.test="$shared/data/mnist.h5" configs/mnist.ini
    at_least 'mnist: 97.5 % of the test rows within 10 epochs' 97.5 "$(percent)"
else
    tap_skip 'train: mnist: 97.5 % of the test rows within 10 epochs' 'no ../shared/data/mnist.h5'
fi
tap_done
