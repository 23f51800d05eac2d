#!/usr/bin/env bash
# Losses with several outputs for each target, and outputs by ranges of columns: the same loss in validation and in
# fcnn-predict, names of the outputs, what is refused, models that start others, the same bits everywhere, and the band
# of quantiles of real data.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump

# Two targets whose spread grows with the input.
awk 'BEGIN { print "a,b,u,v"; for (i = 0; i < 400; i++) { x = i % 20 / 10 - 1; e = (i * 37 % 101) / 50 - 1
    print x "," i % 7 "," 5 * x + (1 + x) * e "," 1000 - 100 * e } }' >rows.csv
"$bin/fcnn-import" rows.h5 --csv rows.csv --header --target-columns u,v >import.log || cat import.log
cat >a.ini <<'I'
[data]
train = rows.h5
validation = rows.h5
normalize = standardize
normalize_targets = standardize
[model]
hidden = 6
activation = tanh
[train]
loss = quantile
quantiles = 0.1, 0.5, 0.8
epochs = 3
batch_size = 30
[optimizer]
name = adam
learning_rate = 0.01
I
gaussian=(--set train.loss=gaussian_nll --set 'train.quantiles=0.05, 0.5, 0.95')
columns=(--set train.loss=huber --set 'train.quantiles=0.05, 0.5, 0.95' --set 'model.output=linear 0, softplus 1'
    --set 'data.normalize_targets=standardize 0, none 1')

# values FILE: the numbers of /predictions, one on each line
values()
{
    h5dump -d /predictions -y -w 1 -o dumped "$1" >/dev/null && tr -d ' ,' <dumped | grep .
}

# same NAME [OPTION…]: trains, and compares the losses of validation and fcnn-predict
same()
{
    local name=$1
    shift
    train 2 --overwrite --set output.directory="$name" "$@" a.ini
    validated=$(awk '$1 == 3 && NF > 6 { print $4 }' stdout)
    metric=$(awk '$1 == 3 && NF > 6 { print $5 }' stdout)
    ranks 2 "$bin/fcnn-predict" "$name/model.h5" rows.h5 --targets /y --output "$name.h5" >scores 2>&1
    predicted=$(sed -n 's/.*: loss \([-0-9.e+]*\),.*/\1/p' scores)
    if [ -n "$validated" ] && [ "$validated" = "$predicted" ]; then
        tap_ok "distributions: $name has the same loss in validation and in fcnn-predict"
    else
        tap_not_ok "distributions: $name has the same loss in validation and in fcnn-predict" \
            "$validated, $predicted; $(said)"
    fi
}
same quantile
tap_run 'distributions: the median has an R2' test -n "$metric" -a "$metric" != -
tap_run 'distributions: each target has its scores' test "$(grep -cE '^  [uv] ' scores)" = 2
tap_run 'distributions: quantiles are named' grep -q '"u q0.1", "u q0.5", "u q0.8", "v q0.1", "v q0.5", "v q0.8"' \
    <(h5dump -a /predictions/columns quantile.h5)
"$bin/fcnn-info" quantile/model.h5 >info
tap_run 'distributions: fcnn-info names the quantiles' grep -q '^quantiles  0.1, 0.5, 0.8$' info
same one --set 'train.quantiles=0.9'
tap_run 'distributions: a quantile other than the median has no R2' test "$metric" = -
tap_run 'distributions: its report is the loss' grep -q 'rows.h5: loss [0-9.]*, 400 rows$' scores
same gaussian "${gaussian[@]}"
tap_run 'distributions: means and deviations are named' grep -q '"u", "u sigma", "v", "v sigma"' \
    <(h5dump -w 200 -a /predictions/columns gaussian.h5 | sed 's/\\000//g')

same columns "${columns[@]}"
"$bin/fcnn-info" columns/model.h5 >info
tap_run 'distributions: fcnn-info names the ranges of columns' grep -q 'linear 0:1, softplus 1:2' info

# Physical units: v is 1000 with a standard deviation of 58; deviations are positive.
train 2 --overwrite --set output.directory=long "${gaussian[@]}" --set train.epochs=60 a.ini
"$bin/fcnn-predict" long/model.h5 rows.h5 --output long.h5 >/dev/null
values long.h5 | awk '{ v = NR % 4 } v == 3 { m += $1 } v == 0 || v == 2 { bad += $1 <= 0 } v == 0 { s += $1 }
    END { n = NR / 4; print m / n, s / n, bad + 0
          exit !(n == 400 && m / n > 980 && m / n < 1020 && s / n > 45 && s / n < 70 && bad == 0) }' >units
tap_run 'distributions: means and deviations are in the units of the data' test $? = 0

# ---- what is refused ----

# refused NAME WORDS [OPTION…]
refused()
{
    local name=$1 words=$2
    shift 2
    train 2 --overwrite --set output.directory=bad "$@" a.ini
    if [ "$code" = 78 ] && [ "$(grep -c error: stderr)" = 1 ] && grep -qF -- "$words" stderr; then
        tap_ok "distributions: $name is refused"
    else
        tap_not_ok "distributions: $name is refused" "$(said)"
    fi
}
refused 'softmax' 'train.loss = quantile: this loss requires model.output = linear' --set model.output=softmax
refused 'a descending list' 'train.quantiles must ascend, but 0.5 stands before 0.5' --set 'train.quantiles=0.5, 0.5'
refused 'a quantile of 1' "'1' is out of range: expected" --set 'train.quantiles=0.5, 1'
refused 'a list for another loss' 'train.quantiles is for train.loss = quantile' --set train.loss=mae
refused 'a range without an output' 'model.output does not mention column 1 of 2' "${columns[@]}" \
    --set 'model.output=linear 0'
refused 'a normalized softplus' 'data.normalize_targets of column 1 is standardize, but its model.output is softplus' \
    "${columns[@]}" --set data.normalize_targets=standardize
refused 'a floor for another loss' 'train.variance_floor is for train.loss = gaussian_nll' \
    --set train.variance_floor=0.1
train 2 --set output.directory=bad --set train.loss=auto --set 'train.quantiles=0.05, 0.5, 0.95' \
    --set model.init=quantile/model.h5 a.ini
tap_run 'distributions: other quantiles than those of the file are refused' grep -q \
    'was trained with train.quantiles = 0.1, 0.5, 0.8, but the config specifies 0.05, 0.5, 0.95: set' stderr
train 2 --set output.directory=again --set model.init=quantile/model.h5 a.ini
tap_run 'distributions: a model with the same quantiles starts another' test "$code" = 0
train 2 --set output.directory=quantile --set 'train.quantiles=0.1, 0.5, 0.9' --set train.epochs=4 a.ini
tap_run 'distributions: quantiles are fixed' grep -q 'train.quantiles cannot change on resume' stderr
sed 1d rows.csv >plain.csv
"$bin/fcnn-import" plain.h5 --csv plain.csv --target-columns 3,4 >/dev/null
train 0 --set output.directory=plain --set data.train=plain.h5 --set data.validation= a.ini
cut -d, -f1-3 plain.csv >narrow.csv
"$bin/fcnn-import" narrow.h5 --csv narrow.csv >/dev/null
ranks 0 "$bin/fcnn-predict" plain/model.h5 narrow.h5 --targets /y >/dev/null 2>stderr
tap_run 'distributions: columns are those of the targets' \
    grep -q '/y has 1 columns, but the model plain/model.h5 has 2 targets' stderr

# ---- the same bits ----

# bits NAME NP THREADS ISA [OPTION…]: a digest of a run in one go, or in two
bits()
{
    local name=$1 np=$2 threads=$3 isa=$4
    shift 4
    export FCNN_ISA=$isa
    train "$np" --overwrite --set output.directory="$name" --set train.threads="$threads" "$@" a.ini &&
        "$bin/fcnn-info" --hash "$name/model.h5" && history "$name/model.h5"
    unset FCNN_ISA
}
for kind in quantile gaussian columns; do
    options=(--set train.epochs=4 --set train.blocks=3)
    [ $kind = gaussian ] && options+=("${gaussian[@]}" --set model.precision=double)
    [ $kind = columns ] && options+=("${columns[@]}")
    expected=$(bits first 1 1 plain "${options[@]}")
    for way in '2 1 auto' '3 2 auto' '1 2 auto' '2 2 plain'; do
        read -r np threads isa <<<"$way"
        [ "$isa" = auto ] && isa=
        actual=$(bits other "$np" "$threads" "$isa" "${options[@]}")
        tap_run "distributions: $kind has the same bits, np and threads and instruction set $way" \
            test -n "$expected" -a "$expected" = "$actual"
    done
    train 2 --overwrite --set output.directory=parts "${options[@]}" --set train.epochs=2 a.ini
    train 3 --set output.directory=parts "${options[@]}" --set train.threads=2 a.ini
    actual=$("$bin/fcnn-info" --hash parts/model.h5 && history parts/model.h5)
    tap_run "distributions: $kind has the same bits after a resume" test "$expected" = "$actual"
done

# ---- real data ----

if [ -z "$shared" ] || [ ! -e "$shared/data/diamonds.csv" ]; then
    tap_skip 'distributions: the band of quantiles of diamonds' 'no diamonds.csv'
    tap_done
    exit
fi
# The words of cut, color and clarity become their ranks, the price its logarithm.
awk -F, 'BEGIN { n = split("Fair,Good,Very Good,Premium,Ideal", cut, ","); for (i = 1; i <= n; i++) c[cut[i]] = i
                 n = split("J,I,H,G,F,E,D", color, ","); for (i = 1; i <= n; i++) k[color[i]] = i
                 n = split("I1,SI2,SI1,VS2,VS1,VVS2,VVS1,IF", clear, ","); for (i = 1; i <= n; i++) l[clear[i]] = i }
         NR == 1 { print; next }
         { print $1 "," c[$2] "," k[$3] "," l[$4] "," $5 "," $6 "," log($7) "," $8 "," $9 "," $10 }' \
    "$shared/data/diamonds.csv" >diamonds.csv
"$bin/fcnn-import" diamonds.h5 --csv diamonds.csv --header --target-columns price --split 0.8 >/dev/null
cat >a.ini <<'I'
[data]
train = diamonds.h5
inputs = /train/x
targets = /train/y
normalize = standardize
normalize_targets = standardize
[model]
hidden = 32, 32
activation = tanh
[train]
loss = quantile
epochs = 6
batch_size = 256
[optimizer]
name = adam
learning_rate = 0.002
I
h5dump -d /test/y -y -w 1 -o dumped diamonds.h5 >/dev/null
tr -d ' ,' <dumped | grep . >truth
train 0 --set output.directory=prices a.ini
"$bin/fcnn-predict" prices/model.h5 diamonds.h5 --inputs /test/x --output prices.h5 >/dev/null 2>&1
values prices.h5 | paste -d ' ' - - - | paste -d ' ' - truth | awk '
    { below += $4 < $1; middle += $4 < $2; above += $4 > $3; n++ }
    END { print below / n, middle / n, above / n
          exit !(n > 10000 && below / n > 0.035 && below / n < 0.065 && above / n > 0.035 && above / n < 0.065 &&
                 middle / n > 0.45 && middle / n < 0.55) }' >band
tap_run 'distributions: the band of quantiles of diamonds has nine tenths of the prices' test $? = 0
train 0 --set output.directory=spread --set train.loss=gaussian_nll a.ini
"$bin/fcnn-predict" spread/model.h5 diamonds.h5 --inputs /test/x --output spread.h5 >/dev/null 2>&1
values spread.h5 | paste -d ' ' - - | paste -d ' ' - truth | awk '
    { z = ($3 - $1) / $2; outside += z < -1.6449 || z > 1.6449; n++ }
    END { print outside / n; exit !(n > 10000 && outside / n > 0.06 && outside / n < 0.13) }' >band
tap_run 'distributions: the normal distributions of diamonds have nine tenths of the prices' test $? = 0
tap_done
