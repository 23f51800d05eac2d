#!/usr/bin/env bash
# Metrics from the config to the report, the history and the files: the same on any number of ranks and threads, in
# validation and in fcnn-predict; other lists on resume; what means nothing is refused; digits and diamonds.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump

drawn='a = (i * 7919 % 1000) / 500 - 1; b = (i * 104729 % 1000) / 500 - 1'
awk "BEGIN { for (i = 0; i < 600; i++) { $drawn
     print a \",\" b \",\" int(2.999 * ((a * b + 1) / 2)) } }" >classes.csv
awk "BEGIN { print \"a,b,c,d\"; for (i = 0; i < 600; i++) { $drawn
     print a \",\" b \",\" a * b + 3 \",\" (i % 50 ? 100 * a : 0) } }" >numbers.csv
"$bin/fcnn-import" classes.h5 --csv classes.csv --split 0.8 --seed 1 >import.log || cat import.log
"$bin/fcnn-import" numbers.h5 --csv numbers.csv --header --target-columns c,d --split 0.8 --seed 1 >import.log ||
    cat import.log

cat >classes.ini <<'I'
[data]
train = classes.h5
inputs = /train/x
targets = /train/y
validation = classes.h5
validation_inputs = /test/x
validation_targets = /test/y
test = classes.h5
test_inputs = /test/x
test_targets = /test/y
[model]
hidden = 16
activation = tanh
[train]
epochs = 3
batch_size = 8
[optimizer]
learning_rate = 0.3
[metrics]
list = LISTED
k = 2
bins = 7
I
listed='roc_auc, top_k, accuracy, balanced_accuracy, precision, recall, f1, log_loss, brier, calibration_error'
sed -i "s/LISTED/$listed, average_precision, confusion/" classes.ini
sed 's/classes/numbers/; s/^learning_rate.*/learning_rate = 0.1/; s/^\[model\]/normalize_targets = standardize\n&/
    s/^list.*/list = mae, max_error, r2, rmse, mape/; /^k =/d; /^bins =/d' classes.ini >numbers.ini

# The report of the test rows, without what comes before and after.
report() { sed -n '/^test: /,/^time: /p' stdout | sed 's/^test: //; /^time: /d'; }

for kind in classes numbers; do
    OMP_NUM_THREADS=2 train 0 --overwrite $kind.ini
    report >$kind.0
    [ "$code" = 0 ] || said
    for np in 2 3; do
        OMP_NUM_THREADS=$((np - 1)) train $np --overwrite --set output.directory=$kind$np $kind.ini
        report >$kind.$np
        tap_run "metrics: $kind, $np ranks have the same report" cmp $kind.0 $kind.$np
        tap_run "metrics: $kind, $np ranks have the same history" \
            cmp <(h5dump -g /history $kind/model.h5 | sed 1d) <(h5dump -g /history $kind$np/model.h5 | sed 1d)
        FCNN_SIZES=tiny ranks $np "$bin/fcnn-predict" $kind/model.h5 $kind.h5 --inputs /test/x --targets /test/y \
            --output p$np.h5 2>&1 | sed 's/^[^ ]*: loss/loss/; /^p[0-9].h5/d' >predicted
        tap_run "metrics: $kind, fcnn-predict on $np ranks has the same report" cmp $kind.0 predicted
    done
    tap_run "metrics: $kind, files of predictions are the same" cmp p2.h5 p3.h5
    mv p2.h5 $kind.p.h5
done

# shellcheck disable=SC2317 # called by tap_run
has() { grep -qE "$1" "$2" || { cat "$2"; false; }; }
tap_run 'metrics: the numbers of the report' has '^  roc_auc_macro  +0\.[0-9]+$' classes.0
tap_run 'metrics: k is in the name' has '^  top_2 ' classes.0
tap_run 'metrics: the table of classes' \
    has '^  class +rows +roc_auc +precision +recall +f1 +average_precision$' classes.0
tap_run 'metrics: the confusion matrix' \
    has '^  rows of each class \(lines\) by predicted class \(columns\)$' classes.0
tap_run 'metrics: the table of outputs' has '^  output +mae +max_error +r2 +rmse +mape$' numbers.0
tap_run 'metrics: targets of 0' has '^  mape does not count [0-9]+ targets of 0$' numbers.0
train 0 --overwrite --set output.directory=t classes.ini
tap_run 'metrics: the progress table shows two' has 'valid. loss +roc_auc +top_k +rate' stdout
h5dump -d /history/metric_names t/model.h5 >names
tap_run 'metrics: the history has names' has calibration_error names
for object in metrics metrics_by_output; do
    h5dump -a /$object/names numbers.p.h5 >names
    tap_run "metrics: predictions have /$object" has max_error names
done
h5dump -d /confusion classes.p.h5 >confusion
tap_run 'metrics: predictions have the confusion matrix' has 'SIMPLE \{ \( 3, 3 \)' confusion
ranks 0 "$bin/fcnn-info" t/model.h5 >info
tap_run 'metrics: fcnn-info prints them' has '^metrics of the validation rows after epoch 3$' info

# The accuracy is the one that is reported without a list; the loss is not changed by a list.
usual=(--set metrics.k=5 --set metrics.bins=10)
train 0 --overwrite --set output.directory=plain --set metrics.list=auto "${usual[@]}" classes.ini
plain=$(sed -n 's/^test: loss \([0-9.]*\), accuracy \([0-9.]*\) %,.*/\1 \2/p' stdout)
listed=$(awk '/^loss/ { loss = $2 + 0 } $1 == "accuracy" { printf "%.8f %.2f\n", loss, 100 * $2 }' classes.0)
if awk -v a="$plain" -v b="$listed" 'BEGIN { split(a, x); split(b, y); d = x[1] - y[1]
    exit !(x[2] == y[2] && d < 1e-7 && d > -1e-7) }'; then
    tap_ok 'metrics: loss and accuracy are those without a list'
else
    tap_not_ok 'metrics: loss and accuracy are those without a list' "$plain" "$listed"
fi
tap_run 'metrics: weights do not depend on the list' \
    test "$("$bin/fcnn-info" --hash plain/model.h5)" = "$("$bin/fcnn-info" --hash t/model.h5)"
h5dump -n plain/model.h5 >objects
tap_run 'metrics: without a list the history has none' test -z "$(grep metrics objects)"

# A resumed run may have another list: the history keeps both.
train 0 --set output.directory=t --set train.epochs=5 --set metrics.list=f1,brier "${usual[@]}" classes.ini
h5dump -d /history/metrics t/model.h5 >history
tap_run 'metrics: another list on resume' test "$code" = 0
tap_run 'metrics: the history keeps both lists' has 'SIMPLE \{ \( 6, 16 \)' history
train 2 --overwrite --set output.directory=u classes.ini
train 3 --set output.directory=u --set train.epochs=5 --set metrics.list=f1,brier "${usual[@]}" classes.ini
tap_run 'metrics: a resumed history on other ranks' \
    cmp <(h5dump -g /history t/model.h5 | sed 1d) <(h5dump -g /history u/model.h5 | sed 1d)

# Epochs can be compared by a metric: the best one has the lowest, or the highest, of the history.
# extreme FILE NAME least|most: the number in the history, and its epoch
extreme()
{
    local column
    h5dump -d /history/metric_names "$1" | tr -d '"' | sed 's/.*(0): //' | grep -E '^ *[a-z0-9_]+ *$' >names
    column=$(grep -nE "^ *$2 *\$" names | cut -d: -f1)
    h5dump -d /history/metrics -y -w 1 -m %.17g -o values "$1" >/dev/null
    tr -d ' ,' <values | grep . | awk -v c="$column" -v want="$3" -v n="$(wc -l <names)" '
        (NR - 1) % n == c - 1 { line = int((NR - 1) / n); v = $1 + 0
            if (line > 0 && (!at || (want == "most" ? v > best : v < best))) { best = v; at = line } }
        END { printf "epoch %d, the %s validation %.6g", at, want, best }'
}
for metric in log_loss roc_auc; do
    train 2 --overwrite --set output.directory=s --set train.epochs=6 --set train.stop_metric=$metric classes.ini
    case $metric in
    log_loss) found=$(extreme s/model.h5 log_loss least) ;;
    *) found=$(extreme s/model.h5 roc_auc_macro most) ;;
    esac
    best=$(sed -n 's/^best: [^ ]* epoch \([0-9]*\), the \([a-z]*\) [a-z_]*, \(.*\)/\1 \2 \3/p' stdout)
    if awk -v f="$found" -v b="$best" 'BEGIN { split(f, x, /[ ,]+/); split(b, y, " "); d = x[6] - y[3]
        exit !(x[2] == y[1] && (x[4] == "least" ? "lowest" : "highest") == y[2] && d < 1e-5 && d > -1e-5) }'; then
        tap_ok "metrics: the best epoch by $metric"
    else
        tap_not_ok "metrics: the best epoch by $metric" "$found; $best" "$(tail -3 stdout)"
    fi
done
train 0 --set output.directory=s --set train.epochs=7 --set train.stop_metric=roc_auc --set metrics.list=f1 \
    "${usual[@]}" classes.ini
tap_run 'metrics: the metric of epochs stays in the list' has 'train.stop_metric = roc_auc requires this metric' stderr
train 2 --overwrite --set output.directory=s --set train.stop_metric=top_k classes.ini
train 0 --set output.directory=s --set train.stop_metric=top_k --set metrics.k=1 --set train.epochs=4 classes.ini
tap_run 'metrics: k stays if epochs are compared by top_k' has 'metrics.k cannot change on resume while' stderr

# Bins, and their error.
for np in 0 3; do
    FCNN_SIZES=ranked_scores=300 train $np --overwrite --set output.directory=b classes.ini
    report >bins.$np
done
tap_run 'metrics: bins are named, with their error' \
    has 'roc_auc is from 100 bins of the probability, with an error of at most [0-9.e-]+$' bins.0
tap_run 'metrics: bins are the same on 3 ranks' cmp bins.0 bins.3

# What means nothing.
# refuse NAME PATTERN OPTION…
refuse()
{
    local name=$1 pattern=$2
    shift 2
    train 2 --overwrite --check --set output.directory=r "$@"
    if [ "$code" = 78 ] && grep -qE "$pattern" stderr; then
        tap_ok "metrics: refused: $name"
    else
        tap_not_ok "metrics: refused: $name" "$(said)"
    fi
}
refuse 'classes of a regression' 'accuracy is for classifiers' --set metrics.list=accuracy numbers.ini
refuse 'numbers of a classifier' 'r2 is for regressions' --set metrics.list=r2 "${usual[@]}" classes.ini
refuse 'a k for all classes' 'top_k would be 1' --set metrics.k=3 classes.ini
refuse 'k without top_k' 'metrics.k is for the metric top_k' --set metrics.k=3 numbers.ini
refuse 'twice' 'contains mae twice' --set metrics.list=mae,mae numbers.ini
refuse 'auto with others' 'auto cannot be combined' --set metrics.list=mae,auto numbers.ini
train 2 --overwrite --check --set output.directory=r classes.ini
tap_run 'metrics: --check counts their memory' has '^memory .*, metrics [0-9.]+ [kM]B$' stdout

# Digits: ten classes, one of which is hardly confused.
"$bin/fcnn-import" digits.h5 --csv "$configs/data/digits.csv" --split 0.8 --seed 1 >import.log || cat import.log
sed "s|data/digits.h5|digits.h5|; s/^epochs.*/epochs = 10/" "$configs/digits.ini" >digits.ini
printf '[metrics]\nlist = %s\n' 'accuracy, top_k, f1, roc_auc, average_precision, log_loss, confusion' >>digits.ini
train 2 --overwrite digits.ini
report >digits.report
# shellcheck disable=SC2016 # fields of awk
tap_run 'metrics: digits' awk '$1 == "accuracy" { a = $2 } $1 == "top_5" { t = $2 } $1 == "roc_auc_macro" { r = $2 }
    $1 == "f1_macro" { f = $2 } $1 == "log_loss" { l = $2 }
    END { exit !(a > 0.93 && t > 0.99 && r > 0.995 && f > 0.93 && l < 0.3) }' digits.report

# Diamonds: the price in dollars.
if [ -n "$shared" ] && [ -f "$shared/data/diamonds.csv" ]; then
    awk -F, 'NR > 1 { print $1 "," $5 "," $6 "," $8 "," $9 "," $10 "," $7 }' "$shared/data/diamonds.csv" >d.csv
    "$bin/fcnn-import" diamonds.h5 --csv d.csv --float-targets --split 0.8 --seed 1 >import.log || cat import.log
    sed 's/numbers/diamonds/; s/^epochs.*/epochs = 4/; s/^batch_size.*/batch_size = 512/' numbers.ini >diamonds.ini
    sed -i 's/^\[model\]/normalize = standardize\n[model]/; s/^learning_rate.*/learning_rate = 0.05/' diamonds.ini
    train 2 --overwrite diamonds.ini
    report >diamonds.report
    # shellcheck disable=SC2016 # fields of awk
    tap_run 'metrics: diamonds' awk 'NF == 2 { is[$1] = $2 } END { m = is["mae"]; p = is["mape"]
        exit !(is["r2"] > 0.8 && m > 300 && m < 1200 && is["rmse"] > m && p > 0.05 && p < 0.6) }' \
        diamonds.report
else
    tap_skip 'metrics: diamonds' 'there is no diamonds.csv'
fi
tap_done
