#!/usr/bin/env bash
# Normalization by columns: the same bits on any ranks, streamed and resumed; predictions in physical units; what cannot
# be transformed is named; models keep it.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

# Six inputs of 5,993 diamonds, and their prices in dollars; without them, numbers of the same kind.
if [ -r "$shared/data/diamonds.csv" ]; then
    awk -F, 'NR > 1 && NR % 9 == 0 { print $1 "," $5 "," $6 "," $8 "," $9 "," $10 "," $7 }' \
        "$shared/data/diamonds.csv" >rows.csv
else
    awk 'BEGIN { srand(1); for (i = 0; i < 5993; i++) {
        a = 0.2 + 3 * rand() ^ 3; b = 55 + 10 * rand(); c = 6.5 * a ^ (1 / 3)
        printf "%s,%s,%s,", a, b, 57 + int(5 * rand())
        print c "," c * (1 + rand() / 50) "," 0.62 * c "," int(8000 * a ^ 1.6 / b * 60) } }' \
        >rows.csv
fi
"$bin/fcnn-import" rows.h5 --csv rows.csv --float-targets --split 0.8 --seed 1 >import.log || cat import.log

cat >a.ini <<'I'
[data]
train = rows.h5
inputs = /train/x
targets = /train/y
test = rows.h5
test_inputs = /test/x
test_targets = /test/y
normalize = log_standardize 0, robust 1, quantile 2:4, power 4, asinh_standardize 5
normalize_targets = log_standardize
shuffle_window = 700
[model]
hidden = 16, 16
activation = tanh
[train]
epochs = 4
batch_size = 128
[optimizer]
name = adam
learning_rate = 0.01
I

# hash NAME NP [OPTION…]: trains in the folder NAME; prints the hash of the model
hash()
{
    local name=$1 np=$2
    shift 2
    train "$np" --overwrite --set output.directory="$name" "$@" a.ini || said >&2
    "$bin/fcnn-info" --hash "$name/model.h5"
}

one=$(hash one 0)
# same NAME NP [OPTION…]
same()
{
    local got
    got=$(hash "$@")
    if [ -n "$one" ] && [ "$got" = "$one" ]; then
        tap_ok "transforms: $1 has the same bits"
    else
        tap_not_ok "transforms: $1 has the same bits" "$got, not $one"
    fi
}
same two_ranks 2
same three_ranks 3
same streamed 2 --set data.memory=stream
FCNN_ISA=plain same plain 1
FCNN_SIZES=tiny same tiny 2

# The counts of two columns with 1000 quantiles: 2 · 2000 groups of 256 numbers of 8 bytes, and 4 more for each.
train 2 --overwrite --check --set output.directory=checked a.ini
FCNN_SIZES='' tap_run 'transforms: --check says what it takes to find quantiles' grep -Eq \
    '^memory .*, normalization at the start 8\.3 MB$' stdout
train 2 --overwrite --check --set output.directory=checked --set data.normalize=standardize a.ini
tap_run 'transforms: and nothing without quantiles' test "$(grep -c '^memory ' stdout)" = 1 -a \
    "$(grep -c 'at the start' stdout)" = 0

# A run that stops and continues on other ranks.
train 2 --overwrite --set output.directory=resumed --set train.epochs=2 a.ini
train 3 --set output.directory=resumed a.ini
tap_run 'transforms: a resumed run has the same bits' test "$("$bin/fcnn-info" --hash resumed/model.h5)" = "$one"
train 0 --set output.directory=resumed --set data.normalize=standardize --set train.epochs=5 a.ini
tap_run 'transforms: the words are fixed' grep -q 'data.normalize cannot change on resume' stderr

# Noise: the same on any ranks and after a stop, other noise with another seed, none in predictions.
noisy=$(hash noisy 0 --set data.noise=0.1)
tap_run 'noise: it changes the weights' test "$noisy" != "$one"
for options in '2' '3' '2 --set data.memory=stream' '1 --set train.threads=2'; do
    # shellcheck disable=SC2086 # several options
    got=$(hash noise $options --set data.noise=0.1)
    tap_run "noise: the same bits with $options" test "$got" = "$noisy"
done
got=$(FCNN_ISA=plain hash noise 1 --set data.noise=0.1)
tap_run 'noise: the same bits with plain kernels' test "$got" = "$noisy"
train 2 --overwrite --set output.directory=noise --set data.noise=0.1 --set train.epochs=2 a.ini
train 1 --set output.directory=noise --set data.noise=0.1 a.ini
tap_run 'noise: a resumed run has the same bits' test "$("$bin/fcnn-info" --hash noise/model.h5)" = "$noisy"
train 1 --set output.directory=noise --set data.noise=0.2 --set train.epochs=5 a.ini
tap_run 'noise: it is fixed' grep -q 'data.noise cannot change on resume' stderr
ranks 0 "$bin/fcnn-predict" noisy/model.h5 rows.h5 --inputs /test/x --output p1.h5 >/dev/null 2>&1
ranks 2 "$bin/fcnn-predict" noisy/model.h5 rows.h5 --inputs /test/x --output p2.h5 >/dev/null 2>&1
tap_run 'noise: predictions have none' cmp -s p1.h5 p2.h5

# Predictions and scores are in dollars.
ranks 2 "$bin/fcnn-predict" one/model.h5 rows.h5 --inputs /test/x --targets /test/y >scores 2>&1
r2=$(awk '$1 == "y" { print $2 }' scores)
rmse=$(awk '$1 == "y" { print $3 }' scores)
if awk -v a="$r2" -v b="$rmse" 'BEGIN { exit !(a > 0.8 && a < 1 && b > 100 && b < 3000) }'; then
    tap_ok 'transforms: scores are in physical units'
else
    tap_not_ok 'transforms: scores are in physical units' "R2 $r2, RMSE $rmse"
fi
tap_run 'transforms: training and fcnn-predict score alike' grep -q " $r2 *$rmse " <(train 0 --overwrite \
    --set output.directory=again a.ini && cat stdout)

"$bin/fcnn-info" one/model.h5 >info
tap_run 'transforms: fcnn-info names the transform of a column' grep -Eq '^x\[5\].* asinh$' info
tap_run 'transforms: fcnn-info prints lambda of a power' grep -Eq '^x\[4\]( +-?[0-9.e-]+){3} +power$' info
tap_run 'transforms: fcnn-info names the transform of a target' grep -Eq '^y .* log$' info

# What cannot be transformed is named: in training, validation and prediction.
awk -F, 'BEGIN { OFS = "," } NR == 11 { $1 = 0 } { print }' rows.csv >zero.csv
"$bin/fcnn-import" zero.h5 --csv zero.csv --float-targets >import.log || cat import.log
train 2 --overwrite --set output.directory=zero --set data.train=zero.h5 --set data.inputs=/x --set data.targets=/y \
    a.ini
tap_run 'transforms: a row that has no logarithm is named' grep -q \
    'zero.h5: /x: row 10, column 0 (counting from 0) is 0, but data.normalize = log takes numbers above 0' stderr
train 2 --overwrite --set output.directory=zero --set data.test=zero.h5 --set data.test_inputs=/x \
    --set data.test_targets=/y a.ini
tap_run 'transforms: a test row that has no logarithm is named' grep -q 'zero.h5: /x: row 10, column 0' stderr
run_program 2 fcnn-predict one/model.h5 zero.h5 --output p.h5
tap_run 'transforms: a row without prediction is named' grep -q 'zero.h5: /x: row 10, column 0' stderr

# Words and columns that do not fit.
train 0 --overwrite --set output.directory=wrong --set 'data.normalize=log 0, none 1:5' a.ini
tap_run 'transforms: a column without a word' grep -q 'data.normalize does not mention column 5 of 6' stderr
train 2 --overwrite --set output.directory=wrong --set 'data.normalize=log 0, none 1:7' a.ini
tap_run 'transforms: a column that does not exist' grep -q 'data.normalize mentions column 6, but there are 6' stderr

train 2 --overwrite --set output.directory=wrong --set 'data.normalize=none 0:5' a.ini
tap_run 'transforms: none too needs all columns' grep -q 'data.normalize does not mention column 5 of 6' stderr
train 0 --overwrite --set output.directory=wrong --set 'data.normalize_targets=none 3:' a.ini
tap_run 'transforms: none for a target that does not exist' grep -q 'data.normalize_targets mentions column 3' stderr

# A model from which another run starts gives it the transforms.
train 2 --overwrite --set output.directory=init --set model.init=one/model.h5 --set train.epochs=0 a.ini
tap_run 'transforms: model.init takes them over' \
    test "$("$bin/fcnn-info" init/model.h5 | grep -c ' asinh$\| log$\| quantile$\| power$')" = 6
train 0 --overwrite --set output.directory=init --set model.init=one/model.h5 --set data.normalize=standardize a.ini
words='log_standardize 0, robust 1, quantile 2:4, power 4, asinh_standardize 5'
tap_run 'transforms: a model with other words is refused' \
    grep -q "one/model.h5 was trained with data.normalize = $words, but" stderr
tap_done
