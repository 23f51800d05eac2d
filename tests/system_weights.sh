#!/usr/bin/env bash
# Weights of rows and classes in evaluations, and negative weights.  A row of weight 2 counts as two rows of weight 1,
# and a row of weight 2 with a copy of weight -1 as one.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

# Columns x, weight, target.  Each file has its weights as numbers or as repeated rows.
rows='for (i = 0; i < 120; i++) { x = i % 20 / 10 - 1; w = i % 4; y = 2 * x + (i % 7 == 0); k = i % 3'
awk "BEGIN { $rows; print x \",\" w \",\" y } }" >weighted.csv
awk "BEGIN { $rows; for (j = 0; j < w; j++) print x \",1,\" y } }" >repeated.csv
awk "BEGIN { $rows; print x \",\" w \",\" k } }" >classes.csv
awk "BEGIN { $rows; for (j = 0; j < w; j++) print x \",1,\" k } }" >classes_repeated.csv
awk "BEGIN { $rows; print x \",\" w + 1 \",\" y; print x \",-1,\" y } }" >negative.csv
awk "BEGIN { $rows; print x \",\" w \",\" y; print x \",0,\" y } }" >zero.csv
awk 'BEGIN { for (i = 0; i < 120; i++) print i % 20 "," (i % 2 ? 1 : -1) "," i % 3 + 0.5 }' >balanced.csv
for name in weighted repeated negative zero balanced; do
    "$bin/fcnn-import" $name.h5 --csv $name.csv --float-targets
done >import.log || cat import.log
for name in classes classes_repeated; do
    "$bin/fcnn-import" $name.h5 --csv $name.csv
done >import.log || cat import.log

cat >a.ini <<'I'
[data]
train = weighted.h5
inputs = /x[0]
weights = /x[1]
[model]
hidden = 4
activation = tanh
[train]
epochs = 3
batch_size = 50
[optimizer]
learning_rate = 0.05
[output]
directory = out
I

# scores NP OPTION…: trains and prints the lines of the table, without times, and the scores of the test rows
scores()
{
    train "$1" --overwrite "${@:2}" a.ini
    awk '/valid. loss/ { validates = 1 }
        $1 ~ /^[0-9]+$/ && NF > 6 { print $3, validates ? $4 " " $5 : "" }
        /^test:/, 0 { print }' stdout | sed '/^model:/,$d;/^time:/,$d'
}

# alike NAME FILE FILE: the numbers of two files are the same but for rounding; other words are not compared
alike()
{
    if paste <(grep -oE '[0-9]+\.[0-9e+-]+' "$2") <(grep -oE '[0-9]+\.[0-9e+-]+' "$3") | awk '
        { d = $1 - $2; bad += NF != 2 || d * d > 1e-10 * $1 * $1 } END { exit !(NR > 3 && bad == 0) }'; then
        tap_ok "weights: $1"
    else
        tap_not_ok "weights: $1" "$(paste "$2" "$3") $(said)"
    fi
}

# ---- in evaluations ----

parts() { echo --set data.validation="$1" --set data.test="$1"; }
yes=(--set data.weights_in_evaluation=yes)
for np in 0 3; do
    # shellcheck disable=SC2046 # words
    scores $np $(parts weighted.h5) "${yes[@]}" >a
    # shellcheck disable=SC2046
    scores 2 $(parts repeated.h5) >b
    alike "a weight of 2 in an evaluation is a row twice, np=$np" a b
    tap_run "weights: the R2 is called weighted, np=$np" grep -q 'output .*weighted R2 weighted RMSE' a
    # shellcheck disable=SC2046
    scores $np $(parts weighted.h5) >c
    tap_run "weights: without the key they do not count, np=$np" test "$(cat a)" != "$(cat c)"
done
classes=(--set data.train=classes.h5)
# shellcheck disable=SC2046
scores 2 "${classes[@]}" $(parts classes.h5) "${yes[@]}" >a
tap_run 'weights: the table calls the accuracy weighted' grep -q ' valid. loss weighted accuracy ' stdout
tap_run 'weights: the start report says so' grep -q '^weights .*to a mean of 1; also in evaluations' stdout
# shellcheck disable=SC2046
scores 2 "${classes[@]}" $(parts classes_repeated.h5) >b
alike 'classes: a weight of 2 in an evaluation is a row twice' <(grep -v class a | grep -v '^ ') \
    <(grep -v class b | grep -v '^ ')
tap_run 'weights: the test calls the accuracy weighted' grep -q '^test: weighted loss .* weighted accuracy ' a

# shellcheck disable=SC2046
scores 3 "${classes[@]}" $(parts classes.h5) "${yes[@]}" --set train.threads=2 >b
tap_run 'classes: the same scores with other ranks and threads' cmp a b

# Targets that vary only in rows whose weight is 0 have no R2.
awk "BEGIN { $rows; print x \",\" (w > 0) \",\" (w > 0 ? 3 : i) } }" >still.csv
"$bin/fcnn-import" still.h5 --csv still.csv --float-targets >import.log || cat import.log
# shellcheck disable=SC2046
scores 2 $(parts still.h5) "${yes[@]}" >c
tap_run 'weights: rows of weight 0 give no variation' test "$(awk '$1 == "y" { print $2 }' c)" = -
# shellcheck disable=SC2046
scores 2 $(parts still.h5) >c
tap_run 'weights: without the key they do' test "$(awk '$1 == "y" { print $2 }' c)" != -

# Weights of classes: class k counts 1, 2, 3; and the same as weights of rows, which are balanced from 1, 2, 3.
awk "BEGIN { $rows; print x \",\" k + 1 \",\" k } }" >by_class.csv
"$bin/fcnn-import" by_class.h5 --csv by_class.csv >import.log || cat import.log
# shellcheck disable=SC2046
scores 2 --set data.train=by_class.h5 $(parts by_class.h5) "${yes[@]}" >a
# shellcheck disable=SC2046
scores 2 --set data.train=by_class.h5 $(parts by_class.h5) "${yes[@]}" --set data.weights= \
    --set data.class_weight=1,2,3 >b
tap_run 'weights: those of classes apply too' cmp a b

# ---- the same bits in each case ----

options=(--set data.validation=0.25 --set data.train=negative.h5 --set data.negative_weights=keep "${yes[@]}"
    --set data.test=weighted.h5)
expected=$(scores 0 "${options[@]}"; "$bin/fcnn-info" --hash out/model.h5)
# case NAME NP OPTION…
case_of()
{
    tap_run "weights: the same bits, $1" test "$expected" = \
        "$(scores "$2" "${options[@]}" "${@:3}"; "$bin/fcnn-info" --hash out/model.h5)"
}
case_of 'streamed, np=3' 3 --set data.memory=stream
case_of 'threads' 2 --set train.threads=2
FCNN_ISA=plain case_of 'plain kernels' 2
train 2 --overwrite "${options[@]}" --set train.epochs=2 a.ini
train 3 "${options[@]}" a.ini
tap_run 'weights: the same bits, resumed' test "$("$bin/fcnn-info" --hash out/model.h5)" = "${expected##*$'\n'}"
train 2 "${options[@]}" --set train.epochs=4 --set data.weights_in_evaluation=no a.ini
tap_run 'weights: fixed on resume' grep -q 'data.weights_in_evaluation cannot change on resume' stderr

# ---- negative weights ----

full=(--set train.batch_size=0 --set train.epochs=8)
scores 2 "${full[@]}" --set data.test=weighted.h5 >a
scores 2 "${full[@]}" --set data.test=weighted.h5 --set data.train=negative.h5 --set data.negative_weights=keep >b
tap_run 'weights: negative ones are counted' grep -q '^weights .*to a mean of 1; 120 negative$' stdout
alike 'a row of 3 and one of -1 are a row of 2' a b
awk "BEGIN { $rows; print x \",\" w \",\" y; print x \",-5,\" y } }" >below.csv
"$bin/fcnn-import" below.h5 --csv below.csv --float-targets >import.log || cat import.log
scores 2 --set data.train=zero.h5 --set data.test=weighted.h5 >a
scores 2 --set data.train=below.h5 --set data.test=weighted.h5 --set data.negative_weights=zero >b
tap_run 'weights: zero is a weight of 0' cmp a b
tap_run 'weights: and is said' grep -q '^weights .*to a mean of 1; 120 negative, used as 0$' stdout

# refused NAME TEXT OPTION…
refused()
{
    train 2 --overwrite "${@:3}" a.ini
    tap_run "weights: $1" grep -qF -- "$2" stderr
}
refused 'negative ones are an error' 'row 1 (counting from 0) has the weight -1: weights must be 0 or greater, unless' \
    --set data.train=negative.h5
refused 'a sum of 0' 'the weights of all rows add up to 0: their sum must be above 0' --set data.train=balanced.h5 \
    --set data.negative_weights=keep
refused 'a sum of 0 in validation' 'balanced.h5: the weights of all rows add up to 0' \
    --set data.validation=balanced.h5 \
    --set data.negative_weights=keep "${yes[@]}"
refused 'negative ones of nothing' 'data.negative_weights = keep is for weights of rows, but data.weights is empty' \
    --set data.weights= --set data.negative_weights=keep
refused 'evaluations without weights' 'data.weights_in_evaluation = yes requires data.weights or data.class_weight' \
    --set data.weights= "${yes[@]}"
tap_done
