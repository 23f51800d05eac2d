#!/usr/bin/env bash
# Data as users have it: in many files, in columns of several datasets, with labels that are words, larger than memory.
# However the rows lie and wherever they are kept, the same bits come out.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump
make_hdf5=$bin/tests/make_hdf5

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

ranks 2 "$bin/fcnn-predict" words/model.h5 words.h5 --targets /words >scores 2>stderr
code=$?
tap_run 'data: a model of numbers does not know words' grep -q \
    '^fcnn-predict: error: words.h5: /words holds names of classes, but the targets of the training rows were' stderr
tap_run 'data: which is an error of the data' test "$code" = 65
train 2 --overwrite --set data.test=words.h5 --set data.test_targets=/words words.ini
tap_run 'data: nor do test rows of words fit training rows of numbers' test "$code" = 65

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
train 0 --overwrite --set data.train=nine.h5 --set data.rows= --set data.validation= run.ini
cp out/model.h5 nine_model.h5
train 3 --overwrite --set data.train=nine.h5 --set data.rows= --set data.validation= run.ini
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
    "^fcnn-predict: error: others.h5: /y: by its attribute 'classes' the number 0 is 'five', but 'eight' in" stderr
tap_run 'data: of the data' test "$code" = 65
train 2 --overwrite --set data.train='nine.h5, others.h5' --set data.rows= --set data.validation= run.ini
tap_run 'data: files that count differently are no data set' grep -q \
    "others.h5: /y: by its attribute 'classes' the number 0 is 'five', but 'eight' in the first file" stderr

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
tap_run 'data: what is out of range is named' grep -qF 'most of all in column temperature [K]: 7 rows' stderr
tap_run 'data: outputs are scored by their names' grep -qE '^  loss \[kg\]  +[0-9.-]+ ' scores
tap_run 'data: predictions have the names of targets' grep -q '"yield", "loss' \
    <(h5dump -a /predictions/columns predicted.h5)
tap_run 'data: and their units' grep -q '"kg", "kg"' <(h5dump -a /predictions/units predicted.h5)
tap_done
