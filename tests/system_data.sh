#!/usr/bin/env bash
# Data as users have it: in many files, in columns of several datasets, with labels that are words, larger than memory.
# However the rows lie and wherever they are kept, the same bits come out.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump h5repack
make_hdf5=$built/tests/make_hdf5

# ---- one table, cut into files ----

digits=$configs/data/digits.csv
mkdir cut
"$bin/fcnn-import" whole.h5 --csv "$digits" >import.log || cat import.log
first=1
for part in a:400 b:1 c:900 d:496; do
    lines=${part#*:}
    tail -n +"$first" "$digits" | head -n "$lines" >"part_${part%:*}.csv"
    "$bin/fcnn-import" "cut/part_${part%:*}.h5" --csv "part_${part%:*}.csv" >import.log || cat import.log
    first=$((first + lines))
done
printf '# in this order\npart_a.h5\npart_b.h5\n\n  part_c.h5\npart_d.h5' >cut/list.txt
cat >run.ini <<END
[data]
train = whole.h5
rows = 0:1500
validation = whole.h5
validation_rows = 1500:
normalize = standardize
shuffle_window = 60
[model]
hidden = 20
[train]
epochs = 3
batch_size = 64
[output]
directory = out
END

# result NP [OPTION…]: trains anew, prints weights and losses
result()
{
    train "$1" --overwrite "${@:2}" run.ini || { said >&2; echo "code $code"; return; }
    printf '%s %s\n' "$("$bin/fcnn-info" --hash out/model.h5)" "$(history out/model.h5)"
}

# same NAME NP [OPTION…]
same()
{
    tap_run "data: $1" test "$(result "${@:2}")" = "$expected"
}

expected=$(result 0 --set data.memory=resident)
tap_run 'data: a run has a result' test ${#expected} -gt 64
same 'files by a pattern, streamed, 3 ranks' 3 --set data.train='cut/part_*.h5' --set data.memory=stream
same 'files by a list, validation from them too' 2 --set data.train=@cut/list.txt \
    --set 'data.validation=cut/part_a.h5, cut/part_b.h5, cut/part_[cd].h5'
same 'streamed rows are those in memory' 0 --set data.memory=stream
same 'columns put together again' 0 --set 'data.inputs=/x[:10], /x[10], /x[11:]' --set data.memory=stream
other=$(result 0 --set data.shuffle_window=0)
tap_run 'data: another window is another order' test "$other" != "$expected"

# ---- by MPI-IO ----

same 'resident rows read together, 3 ranks' 3 --set "$together" --set data.memory=resident
same 'windows read together, 3 ranks' 3 --set "$together" --set data.memory=stream
same 'windows of several files read together' 2 --set "$together" --set data.memory=stream \
    --set data.train='cut/part_*.h5'
same 'columns read together' 3 --set "$together" --set data.memory=stream \
    --set 'data.inputs=/x[:10], /x[10], /x[11:]'

idle=$(result 3 --set train.blocks=2 --set data.memory=stream)
tap_run 'data: a rank without rows reads along' test "$idle" = \
    "$(result 3 --set train.blocks=2 --set data.memory=stream --set "$together")"
counter=$built/.libs/libpmpi_counter.so
if [ "$together" = data.read=independent ]; then
    train 2 --overwrite --set data.read=collective run.ini
    tap_run 'data: an HDF5 without MPI cannot, and says so' test "$code:$(grep -cE \
        'error: .*data.read = collective: this HDF5 was built without MPI; set data.read = independent' stderr)" = 78:1
elif [ -f "$counter" ]; then
    counter=$(preloadable "$counter")
    FCNN_COUNTS=$PWD/counts LD_PRELOAD=$counter${LD_PRELOAD:+:$LD_PRELOAD} result 2 --set "$together" \
        --set data.memory=stream >/dev/null
    tap_run 'data: it is MPI-IO that reads' grep -qE '^other File_read_at_all 0 [1-9]' counts.1
else
    tap_skip 'data: it is MPI-IO that reads' 'no preloaded libraries here'
fi
h5repack -f GZIP=1 whole.h5 packed.h5
train 2 --overwrite --set data.train=packed.h5 --set data.read=collective run.ini
tap_run 'data: packed rows are not read together' \
    grep -q 'packed.h5: dataset /x is compressed or has other filters, which collective reading does not support' stderr
if [ "$together" = data.read=collective ]; then
    train 2 --overwrite --set data.train=whole.h5,packed.h5 --set data.rows=:3000 --set data.memory=stream \
        --set data.read=collective run.ini
    tap_run 'data: nor those of a later file' grep -q 'packed.h5: dataset /[xy] is compressed, but not' stderr
fi
same 'but by each rank' 2 --set data.train=packed.h5 --set data.memory=stream

# ---- a streamed run goes on where it stopped ----

train 2 --overwrite --set train.epochs=2 --set data.memory=stream run.ini
train 3 --set data.memory=stream run.ini
tap_run 'data: a streamed run resumed on other ranks' test \
    "$("$bin/fcnn-info" --hash out/model.h5) $(history out/model.h5)" = "$expected"

# ---- a fraction for validation ----

expected=$(result 0 --set data.validation=0.2 --set data.validation_rows= --set data.memory=resident)
same 'a validation fraction of streamed files' 2 --set data.validation=0.2 --set data.validation_rows= \
    --set data.memory=stream --set 'data.train=cut/part_*.h5'

# ---- more than fits ----

train 2 --overwrite --set data.memory=stream --set data.memory_limit=1M run.ini
tap_run 'data: without room for rows nothing starts' grep -qE 'error: data.memory_limit = 1 MB is less' stderr
tap_run 'data: which is an error of the config' test "$code" = 78

# ---- words ----

"$make_hdf5" words words.h5
cat >words.ini <<END
[data]
train = words.h5
[model]
hidden = 5
[train]
epochs = 30
batch_size = 20
[output]
directory = words
END
for np in 0 3; do
    train $np --overwrite --set data.targets=/words words.ini
    named=$("$bin/fcnn-info" --hash words/model.h5)
    cp words/model.h5 named.h5
    train $np --overwrite words.ini
    tap_run "data: words are the numbers of their order, np=$np" test "$named" = \
        "$("$bin/fcnn-info" --hash words/model.h5)"
done

# ---- a column for each class ----

train 2 --overwrite --set data.targets=/hot --set data.memory=stream words.ini
tap_run 'data: one column for each class' test "$named" = "$("$bin/fcnn-info" --hash words/model.h5)"
"$bin/fcnn-predict" named.h5 words.h5 --targets /hot >scores 2>stderr
"$bin/fcnn-predict" named.h5 words.h5 --targets /y >numbers 2>stderr
tap_run 'data: predictions are scored by such columns' cmp -s scores numbers
train 0 --overwrite --set data.targets=/hot_twice --set model.output=softmax words.ini
tap_run 'data: a row with two classes is named' grep -q '/hot_twice has 3 columns, but the values of row 21 ' stderr
train 0 --overwrite --set data.targets=/hot --set model.classes=4 --set model.output=softmax words.ini
tap_run 'data: as many columns as classes' grep -q '/hot has 3 columns, but the network has 4 classes' stderr
train 0 --overwrite --set data.targets=/hot_twice words.ini
tap_run 'data: other columns of 0 and 1 are a question' grep -q '3 columns of 0 and 1, of which a row' stderr
train 0 --overwrite --set data.targets=/hot_twice --set model.output=linear words.ini
tap_run 'data: or a regression' grep -q 'linear output, mse' stdout

"$bin/fcnn-info" named.h5 >info 2>&1
tap_run 'data: fcnn-info prints the classes' grep -qx ' *1  sea, deep' info
"$bin/fcnn-predict" named.h5 words.h5 --targets /words --output predicted.h5 >scores 2>stderr
"$bin/fcnn-predict" named.h5 words.h5 --targets /y >numbers 2>stderr
tap_run 'data: predictions are scored by words' cmp -s <(sed '$d' scores) numbers
tap_run 'data: and by their names' grep -qxE ' *sea, deep +13 +5 +100.00 % +38.46 %' scores
tap_run 'data: columns of predictions are classes' grep -q '"air.*", "sea, deep",' \
    <(h5dump -a /predictions/columns predicted.h5)
tap_run 'data: predicted classes have their names' grep -q '"sea, deep",' \
    <(h5dump -a /classes/names predicted.h5)
tap_run 'data: no warning within the ranges' test ! -s stderr

train 0 --overwrite words.ini
ranks 2 "$bin/fcnn-predict" words/model.h5 words.h5 --targets /words >scores 2>stderr
code=$?
tap_run 'data: a model of numbers does not know words' grep -q \
    '^fcnn-predict: error: words.h5: /words contains class names, but the targets of the training rows were' stderr
tap_run 'data: which is an error of the data' test "$code" = 65
train 2 --overwrite --set data.test=words.h5 --set data.test_targets=/words words.ini
tap_run 'data: nor do test rows of words fit training rows of numbers' test "$code" = 65

# ---- what is missing ----

# trained NP [OPTION…]: the hash of a model of words.ini, anew
trained()
{
    train "$1" --overwrite "${@:2}" words.ini || { said >&2; echo "code $code"; return; }
    "$bin/fcnn-info" --hash words/model.h5
}

kept=$(trained 0 --set data.inputs=/x_kept --set data.targets=/y_kept --set data.validation=0.2)
completed=$(trained 0 --set data.inputs=/x_completed)
for memory in resident stream; do
    hash=$(trained 2 --set data.inputs=/x_missing --set data.missing=drop_row --set data.validation=0.2 \
        --set data.memory=$memory)
    tap_run "data: rows with missing values are left out, $memory" test "$hash" = "$kept"
    hash=$(trained 3 --set data.inputs=/x_missing --set data.missing=mean --set data.memory=$memory)
    tap_run "data: missing values become means, $memory" test "$hash" = "$completed"
done
tap_run 'data: completed values are counted' \
    grep -qx ' *replaced: 4 missing inputs in 3 rows, by the means' stdout
"$bin/fcnn-predict" words/model.h5 words.h5 --inputs /x_missing --targets /y >scores 2>stderr
tap_run 'data: and are in predictions' \
    grep -q 'warning: 4 missing inputs in 3 of 40 rows are replaced by the means of the training rows' stderr
"$bin/fcnn-predict" words/model.h5 words.h5 --inputs /x_completed --targets /y >numbers 2>stderr
tap_run 'data: with the same predictions' cmp -s scores numbers
train 2 --overwrite --set data.inputs=/x_missing --set data.missing=drop_row --set data.rows=10: words.ini
tap_run 'data: rows that are left out are counted' \
    grep -qx ' *left out: 2 of 30 rows with missing values; the first is row 17 of .*words.h5' stdout
train 2 --overwrite --set data.inputs=/x_missing words.ini
tap_run 'data: missing values are an error else' \
    grep -q '/x_missing: row 3, column 1 is NaN .*in training, data.missing = drop_row or mean does this' stderr
train 2 --overwrite --set data.inputs=/x,/x_empty --set data.missing=mean words.ini
tap_run 'data: nothing has no mean' \
    grep -q 'column 3 (counting from 0) has no value in any row, so it has no mean' stderr
train 2 --overwrite --set data.inputs=/x,/x_empty --set data.missing=drop_row words.ini
tap_run 'data: no row is left' grep -q 'each of the 40 rows has missing values' stderr

# ---- how much rows count ----

tap_run 'data: equal weights change nothing' test \
    "$(trained 2 --set data.weights=/w_alike)" = "$(trained 0)"
weighted=$(trained 0 --set data.weights=/w)
tap_run 'data: weights change something' test "$weighted" != "$(trained 0)"
tap_run 'data: weights of streamed rows, 3 ranks' test "$weighted" = \
    "$(trained 3 --set data.weights=/w --set data.memory=stream)"
tap_run 'data: weights by plain kernels' test "$weighted" = "$(FCNN_ISA=plain trained 2 --set data.weights=/w)"
tap_run 'data: weights of classes are those of their rows' test \
    "$(trained 2 --set 'data.class_weight=0.5, 3, 1')" = "$(trained 0 --set data.weights=/w_class)"
tap_run 'data: balanced classes' test "$(trained 2 --set data.class_weight=balanced --set data.memory=stream)" = \
    "$(trained 0 --set data.weights=/w_balanced)"
two=$(trained 0 --set 'data.targets=/hot[0]' --set 'data.class_weight=1, 4')
tap_run 'data: classes of one sigmoid' test "$two" != "$(trained 0 --set 'data.targets=/hot[0]')"
trained 0 --set data.weights=/w_balanced >/dev/null
tap_run 'data: weights are described' grep -qx 'weights     /w_balanced; scaled by 1 to a mean of 1' stdout

# losses NP [OPTION…]: the training losses of whole batches, one a line
losses()
{
    train "$1" --overwrite --set train.batch_size=0 --set train.epochs=8 "${@:2}" words.ini
    awk '$1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ { print $3 }' stdout
}

# nearly FILE FILE: nine losses that are the same but for rounding, and not all the same
nearly()
{
    paste "$1" "$2" | awk '
        { d = $1 - $2; n += d * d <= 1e-12 * $1 * $1; first = NR == 1 ? $1 : first; last = $1 }
        END { exit !(n == 9 && NR == 9 && last < 0.999 * first) }'
}
for loss in cross_entropy mse; do
    output=$([ $loss = mse ] && echo linear || echo softmax)
    options=(--set "train.loss=$loss" --set "model.output=$output" --set optimizer.learning_rate=0.01)
    losses 2 "${options[@]}" --set data.weights=/w >weighted.txt
    losses 2 "${options[@]}" --set data.inputs=/x_twice --set data.targets=/y_twice >twice.txt
    tap_run "data: a weight of 2 is a row twice, $loss" nearly weighted.txt twice.txt
done

# refused NAME TEXT [OPTION…]: training is, with this text
refused()
{
    train 2 --overwrite "${@:3}" words.ini
    tap_run "data: $1" grep -qF -- "$2" stderr
}
refused 'negative weights' 'row 23 (counting from 0) has the weight -1' --set data.weights=/w_negative
refused 'weights of nothing' 'the weights of all rows add up to 0' --set data.weights=/w_zero
refused 'several weights a row' '/x does not have one number per row' --set data.weights=/x
refused 'weights of other rows' '/y_twice [55] has 55' --set data.weights=/y_twice
refused 'a weight for each class' 'data.class_weight has 2 numbers, but there are 3 classes' --set data.class_weight=1,2
refused 'weights that are none' "data.class_weight = 1, -2 is neither" --set 'data.class_weight=1, -2'
refused 'classes of a regression' 'data.class_weight = balanced requires targets that are class labels' \
    --set data.class_weight=balanced --set model.output=linear

# ---- beyond what was trained on ----

train 0 --overwrite --set data.rows=:20 words.ini
"$bin/fcnn-predict" words/model.h5 words.h5 --targets /y >scores 2>stderr
tap_run 'data: rows outside of the training range are counted' \
    grep -qE '^fcnn-predict: warning: 7 of 40 rows have inputs outside .* in column x\[0\]: 7 rows' stderr
"$bin/fcnn-predict" words/model.h5 words.h5 --targets /y --rows 0:20 >scores 2>stderr
tap_run 'data: --rows takes some' test ! -s stderr

# ---- scores of classes, of a network that is often wrong ----

# by_class LABELS CLASSES: rows, right ones, precision and recall of each class, from the numbers of /classes
by_class()
{
    paste -d ' ' "$1" "$2" | awk '{ rows[$1]++; taken[$2]++; right[$1] += $1 == $2 }
        function part(some, all) { return all > 0 ? sprintf("%.2f %%", 100 * some / all) : "-" }
        END { for (k = 0; k < 3; k++)
            printf "%d %d %d %s %s\n", k, rows[k], right[k], part(right[k], taken[k]), part(right[k], rows[k]) }'
}

# numbers_of FILE DATASET: one a line
numbers_of()
{
    h5dump -d "$2" -y -w 1 -o dumped "$1" >/dev/null && tr -d ' ,' <dumped | grep .
}

train 0 --overwrite --set train.epochs=2 words.ini
for np in 0 3; do
    ranks $np "$bin/fcnn-predict" words/model.h5 words.h5 --targets /y --output wrong.h5 >scores 2>stderr
    numbers_of words.h5 /y >is
    numbers_of wrong.h5 /classes >taken
    tap_run "data: each class is counted, np=$np" cmp -s <(sed '1,2d; $d' scores | tr -s ' ' | sed 's/^ //') \
        <(by_class is taken)
done
tap_run 'data: some rows were wrong' test -n "$(diff is taken)"

# ---- numbers of classes whose names an attribute has ----

awk -F, 'BEGIN { split("zero,one,two,three,four,five,six,seven,eight,nine", words, ",") }
    { for (i = 1; i < NF; i++) printf "%s,", $i; print words[$NF + 1] }' "$digits" >digits_words.csv
"$bin/fcnn-import" worded.h5 --csv digits_words.csv --classes >import.log || cat import.log
grep -v ',zero$' digits_words.csv >nine.csv
"$bin/fcnn-import" nine.h5 --csv nine.csv --classes >import.log || cat import.log
grep -v ',eight$' digits_words.csv >others.csv
"$bin/fcnn-import" others.h5 --csv others.csv --classes >import.log || cat import.log
train 0 --overwrite --set data.train=nine.h5 --set data.rows= --set data.validation= --set data.validation_rows= run.ini
cp out/model.h5 nine_model.h5
train 3 --overwrite --set data.train=nine.h5 --set data.rows= --set data.validation= --set data.validation_rows= run.ini
tap_run 'data: names of numbers are the same on 3 ranks' cmp nine_model.h5 out/model.h5
"$bin/fcnn-info" nine_model.h5 >info 2>&1
tap_run 'data: fcnn-info prints the names of numbers' grep -qx ' *1  five' info
"$bin/fcnn-predict" nine_model.h5 nine.h5 --targets /y >scores 2>stderr
tap_run 'data: scores have the names of numbers' grep -qE '^  seven +[0-9]+ ' scores
"$bin/fcnn-predict" nine_model.h5 worded.h5 --targets /y --rows 1:8 >scores 2>stderr
tap_run 'data: more names behind the others are no trouble' test ! -s stderr
ranks 2 "$bin/fcnn-predict" nine_model.h5 others.h5 --targets /y >scores 2>stderr
code=$?
tap_run 'data: numbers that count other classes are an error' grep -q \
    "error: others.h5: /y: according to its attribute 'classes', the number 0 is 'five', but it is 'eig" \
    stderr
tap_run 'data: of the data' test "$code" = 65
train 2 --overwrite --set data.train='nine.h5, others.h5' --set data.rows= --set data.validation= \
    --set data.validation_rows= run.ini
tap_run 'data: files that count differently are no data set' grep -q \
    "others.h5: /y: according to its attribute 'classes', the number 0 is 'five', but it is 'eight' in the first file" \
    stderr

train 2 --overwrite --set data.targets=/hot words.ini
"$bin/fcnn-predict" words/model.h5 words.h5 --targets /hot --output hot.h5 >scores 2>stderr
tap_run 'data: classes are called like their columns' grep -qE '^  hot\[1\] +13 +[0-9]+ ' scores
tap_run 'data: in the predictions, too' grep -q '"hot\[0\]", "hot\[1\]", "hot\[2\]"' \
    <(h5dump -a /predictions/columns hot.h5)

# ---- columns with names ----

"$make_hdf5" named named_columns.h5
cat >columns.ini <<END
[data]
train = named_columns.h5
targets = /z
rows = :20
test = named_columns.h5
[model]
hidden = 5
[train]
epochs = 2
[output]
directory = columns
END
train 0 columns.ini
tap_run 'data: test rows are scored by names' grep -qE '^  yield \[kg\] +[0-9.-]+ ' stdout
cp columns/model.h5 one.h5
train 3 --overwrite --set train.epochs=1 columns.ini
train 3 columns.ini
tap_run 'data: the same model on 3 ranks, resumed' cmp one.h5 columns/model.h5
"$bin/fcnn-info" columns/model.h5 >info 2>&1
for line in 'wind speed +m s-1 +0.25 +2.42 +' 'depth +0.5 +2.67 +' 'yield +kg +0 +2.57999' \
    'column +unit +smallest +largest +mean$'; do
    tap_run "data: fcnn-info shows $line" grep -qE "^$line" info
done
"$bin/fcnn-predict" columns/model.h5 named_columns.h5 --targets /z --output predicted.h5 >scores 2>stderr
tap_run 'data: what is out of range is named' grep -qF 'most often in column temperature [K]: 7 rows' stderr
tap_run 'data: outputs are scored by their names' grep -qE '^  loss \[kg\]  +[0-9.-]+ ' scores
tap_run 'data: predictions have the names of targets' grep -q '"yield", "loss' \
    <(h5dump -a /predictions/columns predicted.h5)
tap_run 'data: and their units' grep -q '"kg", "kg"' <(h5dump -a /predictions/units predicted.h5)
tap_run 'data: no warning where columns are in order' bash -c '! grep -q order stderr'
"$bin/fcnn-predict" columns/model.h5 named_columns.h5 --inputs '/x[2], /x[:2]' --output moved.h5 2>stderr
tap_run 'data: columns in another order than in training' grep -qF \
    "of columns/model.h5 in another order: column 0 (counting from 0) is 'depth' instead of 'temperature'" \
    stderr
"$make_hdf5" turned turned_columns.h5
train 2 --overwrite --set data.train=named_columns.h5,turned_columns.h5 columns.ini
tap_run 'data: files with columns in another order' grep -qF \
    "column 1 (counting from 0) is 'depth' instead of 'wind speed'" stderr
tap_done
