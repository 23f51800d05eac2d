#!/usr/bin/env bash
# train.output_weights: losses are those of a derivation, the weights are in the model, the bits are always the same.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

awk 'BEGIN {
    for (i = 0; i < 120; i++) {
        x = i % 20 / 10 - 1
        print x "," 2 * x + 0.3 * (i % 5 == 0) "," 100 * x * x + i % 4 "," 7
        print x "," (i % 3 > 0) "," (x > 0) "," 1 >"bits.csv"
    }
}' >rows.csv
"$bin/fcnn-import" rows.h5 --csv rows.csv --target-columns 2,3 --float-targets >import.log || cat import.log
"$bin/fcnn-import" constant.h5 --csv rows.csv --target-columns 2,4 --float-targets >import.log || cat import.log
"$bin/fcnn-import" bits.h5 --csv bits.csv --target-columns 2,3 --float-targets >import.log || cat import.log
cat >a.ini <<'I'
[data]
train = rows.h5
inputs = /x[0]
validation = rows.h5
test = rows.h5
[model]
output = linear
init = zero
precision = double
[train]
loss = mse
epochs = 5
batch_size = 0
[optimizer]
learning_rate = 0.1
[output]
directory = out
I

# derive A B: the losses of six epochs' starts of gradient descent with weights A and B of the two targets
derive()
{
    awk -F, -v a="$1" -v b="$2" '{ x[NR] = $1; t[NR, 0] = $2; t[NR, 1] = $3 }
        END {
            w[0] = 2 * a / (a + b); w[1] = 2 * b / (a + b)
            for (epoch = 0; epoch <= 4; epoch++) {
                split("", g)
                total = 0
                for (i = 1; i <= NR; i++)
                    for (k = 0; k < 2; k++) {
                        d = p[k, 0] + p[k, 1] * x[i] - t[i, k]
                        total += w[k] * d * d
                        g[k, 0] += 2 * w[k] * d
                        g[k, 1] += 2 * w[k] * d * x[i]
                    }
                for (k = 0; k < 2; k++)
                    for (j = 0; j < 2; j++) p[k, j] -= 0.1 * g[k, j] / (2 * NR)
                printf "%.8g\n", total / (2 * NR)
            }
        }' rows.csv
}
# trained NP OPTION…: the training losses, of which each is that before the epoch's step
trained()
{
    train "$1" --overwrite "${@:2}" a.ini
    awk '$1 >= 1 && $1 <= 5 && $2 == $1 && NF > 6 { print $3 }' stdout
}
for np in 0 3; do
    tap_run "output weights: losses are those of a derivation, np=$np" test "$(derive 3 1)" = \
        "$(trained $np --set train.output_weights=3,1)"
done
"$bin/fcnn-info" out/model.h5 | sed -n '/^weights of the targets in the loss$/,/^$/p' >info
tap_run 'output weights: fcnn-info prints them' test "$(awk 'NR > 2 && NF { print $NF }' info | paste -sd ,)" = 1.5,0.5
tap_run 'output weights: the report has them' grep -q '^ *in the loss: 1.5, 0.5, weights with a mean of 1$' stdout
ranks 2 "$bin/fcnn-predict" out/model.h5 rows.h5 --inputs '/x[0]' --targets /y >scores 2>&1
tap_run 'output weights: fcnn-predict has them too' test "$(sed -n 's/^test: loss \([^,]*\),.*/\1/p' stdout)" = \
    "$(sed -n 's/.*: loss \([^,]*\),.*/\1/p' scores)"

# 1/variance
variances=$(awk -F, '{ for (k = 2; k < 4; k++) { s[k] += $k; q[k] += $k * $k } }
    END { for (k = 2; k < 4; k++) printf "%.17g ", 1 / (q[k] / NR - (s[k] / NR) ^ 2) }' rows.csv)
# shellcheck disable=SC2086 # two numbers
tap_run 'output weights: inverse_variance' test "$(derive $variances)" = \
    "$(trained 2 --set train.output_weights=inverse_variance)"
# with minmax, variances are those of the normalized targets
trained 2 --set train.output_weights=inverse_variance --set data.normalize_targets=minmax >/dev/null
ranges=$(awk -F, 'NR == 1 { for (k = 2; k < 4; k++) low[k] = high[k] = $k }
    { for (k = 2; k < 4; k++) {
          s[k] += $k; q[k] += $k * $k
          low[k] = $k < low[k] ? $k : low[k]; high[k] = $k > high[k] ? $k : high[k] } }
    END { for (k = 2; k < 4; k++) w[k] = (high[k] - low[k]) ^ 2 / (q[k] / NR - (s[k] / NR) ^ 2)
          printf "%.4g, %.4g", 2 * w[2] / (w[2] + w[3]), 2 * w[3] / (w[2] + w[3]) }' rows.csv)
tap_run 'output weights: in the units of the loss' grep -q "^ *in the loss: $ranges, weights" stdout

# ---- the same bits ----

hash_of()
{
    train "$@" --overwrite a.ini
    "$bin/fcnn-info" --hash out/model.h5
    history out/model.h5
}
network=(--set model.hidden=5 --set model.activation=tanh --set model.init=auto --set train.batch_size=32
    --set model.precision=single)
same() { tap_run "output weights: the same bits, $1" test "$expected" = "$2"; }
expected=$(hash_of 0 "${network[@]}")
same 'equal ones' "$(hash_of 2 "${network[@]}" --set train.output_weights=7,7)"
weighted=("${network[@]}" --set train.output_weights=inverse_variance)
expected=$(hash_of 0 "${weighted[@]}")
same 'np=3, threads, streamed' "$(hash_of 3 "${weighted[@]}" --set train.threads=2 --set data.memory=stream)"
same 'plain kernels' "$(FCNN_ISA=plain hash_of 2 "${weighted[@]}")"
train 2 --overwrite "${weighted[@]}" --set train.epochs=2 a.ini
train 3 "${weighted[@]}" a.ini
same 'resumed' "$("$bin/fcnn-info" --hash out/model.h5; history out/model.h5)"
train 2 "${network[@]}" --set train.output_weights=1,2 --set train.epochs=6 a.ini
tap_run 'output weights: fixed on resume' grep -q 'train.output_weights cannot change on resume' stderr

# A weight of 0: the output has no gradient, as in a training without it.
bits=(--set data.train=bits.h5 --set data.validation= --set data.test= --set model.output=sigmoid
    --set train.loss=binary_cross_entropy --set model.hidden=3 --set model.init=auto)
train 2 --overwrite "${bits[@]}" --set train.output_weights=1,0 --set optimizer.learning_rate=0.1 a.ini
"$bin/fcnn-info" --weights out/model.h5 | sed -n '/^W2/,$p' >zero
train 2 --overwrite "${bits[@]}" --set train.epochs=0 a.ini
"$bin/fcnn-info" --weights out/model.h5 | sed -n '/^W2/,$p' >start
tap_run 'output weights: 0 leaves an output as it was' test "$(sed -n 3p zero)" = "$(sed -n 3p start)"
tap_run 'output weights: and changes the other' test "$(sed -n 2p zero)" != "$(sed -n 2p start)"

# refused NAME TEXT [OPTION…]
refused()
{
    train 2 --overwrite "${@:3}" a.ini
    tap_run "output weights: $1" grep -qF -- "$2" stderr
}
refused 'a number for each' 'train.output_weights has 3 numbers, but there are 2 target columns' \
    --set train.output_weights=1,2,3
refused 'no list' 'train.output_weights = 1, -2 is neither inverse_variance nor a list' \
    --set 'train.output_weights=1, -2'
refused 'all 0' 'not all 0' --set train.output_weights=0,0
refused 'standardized targets' 'means nothing with data.normalize_targets = standardize' \
    --set train.output_weights=inverse_variance --set data.normalize_targets=standardize
refused 'a constant target' 'has a variance that is 0' --set data.train=constant.h5 --set data.validation= \
    --set data.test= --set train.output_weights=inverse_variance
refused 'classes' 'train.output_weights is for losses that are a mean over the outputs' \
    --set train.loss=cross_entropy --set model.output=softmax --set train.output_weights=1,2
tap_done
