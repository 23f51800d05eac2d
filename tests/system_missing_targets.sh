#!/usr/bin/env bash
# train.missing_targets = ignore: a missing target counts in no sum.  Weights and losses are those of a program of awk,
# scores are those of the rows that have the target; the same bits on any number of ranks and threads.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

# Columns x1, x2, target a, target b, and one that is not used.  b is missing in two of three rows, a in rows 60 to 89,
# both in a few of them.
awk 'BEGIN {
    for (i = 0; i < 120; i++) {
        x = i % 20 / 10 - 1
        y = i % 7 / 7
        a = 2 * x - y + 0.3 * (i % 5 == 0)
        b = x * y + 0.1 * (i % 4)
        print x "," y "," a "," b ",0" >"whole.csv"
        print x "," y "," (i >= 60 && i < 90 ? "nan" : a) "," (i % 3 ? "nan" : b) ",0" >"missing.csv"
        print x "," y "," (i >= 60 && i < 90 ? -999 : a) "," (i % 3 ? -999 : b) ",0" >"codes.csv"
        if (i < 60 || i >= 90) print x "," y "," a "," b ",0" >"with_a.csv"
        if (i % 3 == 0) print x "," y "," a "," b ",0" >"with_b.csv"
        print x "," y "," a ",nan,0" >"empty.csv"
        p = i % 5 > 1
        q = x > 0
        print x "," y "," (i % 4 ? p : "nan") "," (i % 8 ? q : "nan") ",0" >"bits.csv"
        if (i % 4) print x "," y "," p "," (i % 8 ? q : "nan") ",0" >"with_p.csv"
    }
}'
for name in whole missing codes with_a with_b empty bits with_p; do
    "$bin/fcnn-import" $name.h5 --csv $name.csv --missing --float-targets
done >import.log 2>&1 || cat import.log

cat >a.ini <<'I'
[data]
train = missing.h5
inputs = /x[0:2]
targets = /x[2:4]
[model]
output = linear
init = zero
precision = double
[train]
loss = mse
missing_targets = ignore
epochs = 5
batch_size = 30
blocks = 1
shuffle = no
[optimizer]
learning_rate = 0.5
[output]
directory = out
I

# ---- a derivation of its own ----

# Four batches of 30 rows, the third without any a; the means go over the targets that are there.
awk -F, '{ x[NR] = $1; y[NR] = $2; t[NR, 0] = $3; t[NR, 1] = $4 }
    END {
        for (epoch = 1; epoch <= 5; epoch++) {
            total = count = 0
            for (batch = 0; batch < 4; batch++) {
                n = 0
                split("", g)
                for (i = 30 * batch + 1; i <= 30 * batch + 30; i++) {
                    for (k = 0; k < 2; k++) {
                        if (t[i, k] == "nan") continue
                        d = w[k, 0] + w[k, 1] * x[i] + w[k, 2] * y[i] - t[i, k]
                        n++
                        total += d * d
                        g[k, 0] += 2 * d
                        g[k, 1] += 2 * d * x[i]
                        g[k, 2] += 2 * d * y[i]
                    }
                }
                count += n
                for (k = 0; k < 2; k++)
                    for (j = 0; j < 3; j++) w[k, j] -= 0.5 * g[k, j] / n
            }
            printf "%.8g\n", total / count
        }
    }' missing.csv >expected
for np in 0 3; do
    train $np --overwrite a.ini
    awk '$1 >= 1 && $1 <= 5 && $2 == 4 * $1 { print $3 }' stdout >losses
    tap_run "missing targets: losses are those of a derivation, np=$np" test "$(cat expected)" = "$(cat losses)"
done
tap_run 'missing targets: they are counted' \
    grep -q '^ *missing: 110 of 240 targets, which count in no sum; 20 rows have no target' stdout
first=$("$bin/fcnn-info" --hash out/model.h5)
train 2 --overwrite --set data.train=codes.h5 --set data.missing_values=-999 a.ini
tap_run 'missing targets: codes are missing too' test "$first" = "$("$bin/fcnn-info" --hash out/model.h5)"

# ---- data without missing targets ----

hash_of()
{
    train "$@" --overwrite a.ini
    "$bin/fcnn-info" --hash out/model.h5
    history out/model.h5
}
network=(--set 'model.hidden=5,4' --set model.activation=tanh --set model.init=auto --set train.batch_size=32
    --set train.blocks=auto --set train.shuffle=yes --set model.precision=single)
for np in 0 2; do
    a=$(hash_of $np --set data.train=whole.h5 --set data.validation=whole.h5 "${network[@]}")
    b=$(hash_of $np --set data.train=whole.h5 --set data.validation=whole.h5 "${network[@]}" \
        --set train.missing_targets=error)
    tap_run "missing targets: none missing changes no bit, np=$np" test "$a" = "$b"
done

# ---- the same bits in each case ----

for precision in single double; do
    options=("${network[@]}" --set data.validation=0.3 --set data.normalize_targets=standardize
        --set optimizer.name=adam --set optimizer.learning_rate=0.01 --set optimizer.clip_norm=1
        --set "model.precision=$precision")
    expected=$(hash_of 0 "${options[@]}")
    same() { tap_run "missing targets: the same bits, $1, $precision" test "$expected" = "$2"; }
    same 'np=2' "$(hash_of 2 "${options[@]}")"
    same 'np=3, threads, streamed' "$(hash_of 3 "${options[@]}" --set train.threads=2 --set data.memory=stream)"
    same 'np=2, allreduce' "$(hash_of 2 "${options[@]}" --set train.exchange=allreduce)"
    same 'plain kernels' "$(FCNN_ISA=plain hash_of 2 "${options[@]}")"
    train 2 --overwrite "${options[@]}" --set train.epochs=2 a.ini
    train 3 "${options[@]}" a.ini
    same 'resumed' "$("$bin/fcnn-info" --hash out/model.h5; history out/model.h5)"
done
train 2 --set train.missing_targets=error "${options[@]}" --set train.epochs=6 a.ini
tap_run 'missing targets: fixed on resume' grep -q 'train.missing_targets cannot change on resume' stderr

# ---- scores ----

# line NAME FILE: the scores of an output by fcnn-predict, without the number of targets
line()
{
    "$bin/fcnn-predict" out/model.h5 "$2" --inputs "/x[0:2]" --targets "/x[2:4]" 2>/dev/null |
        awk -v name="$1" '$1 == name { print $2, $3, $4 }'
}
train 2 --overwrite "${options[@]}" --set data.test=missing.h5 a.ini
names=$("$bin/fcnn-predict" out/model.h5 whole.h5 --inputs "/x[0:2]" --targets "/x[2:4]" 2>/dev/null |
    awk '/R2/ { getline; a = $1; getline; print a, $1 }')
read -r name_a name_b <<<"$names"
tap_run 'missing targets: scores of a are those of the rows with a' test "$(line "$name_a" missing.h5)" = \
    "$(line "$name_a" with_a.h5)"
tap_run 'missing targets: scores of b are those of the rows with b' test "$(line "$name_b" missing.h5)" = \
    "$(line "$name_b" with_b.h5)"
tap_run 'missing targets: and not those of all rows' test "$(line "$name_b" missing.h5)" != \
    "$(line "$name_b" whole.h5)"
ranks 2 "$bin/fcnn-predict" out/model.h5 missing.h5 --inputs "/x[0:2]" --targets "/x[2:4]" >scores 2>stderr
tap_run 'missing targets: fcnn-predict counts them' grep -q ', 120 rows, 130 of 240 targets, 20 rows without t' scores
# shellcheck disable=SC2016 # fields of awk
tap_run 'missing targets: by output' awk -v b="$name_b" '$1 == b && $5 == 40 { found = 1 } END { exit !found }' scores
tap_run 'missing targets: the test rows have the same scores' cmp <(sed '1s/^[^:]*//' scores) \
    <(sed -n '/^test:/,/^model\|^time/p' stdout | sed '1s/^[^:]*//;/^model\|^time/d')

sigmoid=("${network[@]}" --set data.train=bits.h5 --set model.output=sigmoid --set train.loss=binary_cross_entropy)
train 2 --overwrite "${sigmoid[@]}" --set data.test=bits.h5 a.ini
tap_run 'missing targets: of several sigmoids' grep -Eq \
    '^test: loss .*, accuracy .* of 105 rows right, 195 of 240 targets, 15 rows without targets' stdout
train 2 --overwrite "${sigmoid[@]}" --set data.test=bits.h5 --set metrics.list=accuracy,log_loss,roc_auc a.ini
tap_run 'missing targets: metrics by name are computed without them' test "$code" = 0

# The class of a single sigmoid is missing: metrics are those of the other rows.
one=("${sigmoid[@]}" --set 'data.targets=/x[2]' --set 'metrics.list=accuracy, recall, confusion')
train 2 --overwrite "${one[@]}" a.ini
for name in bits with_p; do
    "$bin/fcnn-predict" out/model.h5 $name.h5 --inputs "/x[0:2]" --targets "/x[2]" 2>/dev/null |
        grep '^  ' >$name.scores
done
tap_run 'missing targets: a missing class is in no metric' cmp bits.scores with_p.scores
tap_run 'missing targets: metrics of the others are there' grep -q '^  accuracy' bits.scores

# Transforms of targets that are there: those of b are the ones of the rows with b.
# b_of FILE: shift, scale and transform of b, fitted to the rows of a file
b_of()
{
    rm -rf out
    train 2 --set data.train="$1" \
        --set 'data.normalize_targets=asinh_standardize 0, log1p_standardize 1' a.ini
    "$bin/fcnn-info" out/model.h5 | grep 'log1p$'
}
expected=$(b_of with_b.h5)
tap_run 'missing targets: transforms are those of the targets that are there' \
    test -n "$expected" -a "$expected" = "$(b_of missing.h5)"

# ---- rows and errors ----

train 2 --overwrite --set data.missing=drop_row --set train.missing_targets=error a.ini
tap_run 'missing targets: drop_row alone leaves rows out' grep -q 'left out: 90 of 120 rows with missing' stdout
train 2 --overwrite --set data.missing=drop_row a.ini
tap_run 'missing targets: with drop_row rows without inputs only' test "$first" = \
    "$("$bin/fcnn-info" --hash out/model.h5)"
# refused NAME TEXT [OPTION…]
refused()
{
    train 2 --overwrite "${@:3}" a.ini
    tap_run "missing targets: $1" grep -qF -- "$2" stderr
}
refused 'a column without any' 'has no value in any training row' --set data.train=empty.h5
refused 'labels' 'train.missing_targets = ignore is for targets that are numbers' --set train.loss=cross_entropy \
    --set model.output=softmax
# Labels that only the data shows to be labels, none of which is missing.
awk 'BEGIN { for (i = 0; i < 60; i++) print i % 7 / 7 "," i % 3 }' >labels.csv
"$bin/fcnn-import" labels.h5 --csv labels.csv >>import.log 2>&1
refused 'labels by their values' 'train.missing_targets = ignore is for targets that are numbers' \
    --set data.train=labels.h5 --set data.inputs=/x --set data.targets=/y --set train.loss=auto \
    --set model.output=auto
tap_run 'missing targets: labels are an error of the config' test "$code" = 78
refused 'class weights' 'train.missing_targets = ignore cannot be combined with data.class_weight' \
    --set train.loss=binary_cross_entropy --set model.output=sigmoid --set data.class_weight=1,2
refused 'without the key' 'is NaN' --set train.missing_targets=error
tap_run 'missing targets: the error names the key' grep -q 'train.missing_targets = ignore leaves out only' stderr
# An infinite target is no missing one, in memory or not.
"$built/tests/make_hdf5" odd odd.h5
for memory in resident stream; do
    refused "an infinite target, $memory" 'odd.h5: /x_inf: row 39, column 0 is infinite' --set data.train=odd.h5 \
        --set data.inputs=/x --set data.targets=/x_inf --set data.memory=$memory
    tap_run "missing targets: an infinite target is bad data, $memory" test "$code" = 65
done
train 0 --overwrite --set data.train=whole.h5 --set train.missing_targets=error a.ini
run_program 2 fcnn-predict out/model.h5 missing.h5 --inputs "/x[0:2]" --targets "/x[2:4]"
tap_run 'missing targets: an error for a model without the key' grep -q 'is NaN' stderr
tap_done
