#!/usr/bin/env bash
# Names and units of columns are compared wherever two sides have them: within the training rows, for rows to validate,
# test and predict, and for a model to go on from or to start from.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python numpy h5py

# ---- the files ----

# train: inputs a, b, c and targets u, v.  The others have the same rows, with their columns called or placed otherwise:
# moved b, a, c; other c, a, d; wide d, b, e, a, c; turned has the targets v, u; plain has no names, and other datasets.
"$python" - <<'END'
import h5py, numpy as np

rng = np.random.default_rng(7)
rows = 120
column = {name: rng.normal(size=rows) for name in 'abcde'}
column['u'] = 3 * column['a'] - column['b'] + 0.5 * column['c']
column['v'] = column['b'] - 2 * column['c']


def write(path, inputs, targets, part=slice(None), x='x', y='y', names=True, units=None):
    with h5py.File(path, 'w') as file:
        for dataset, chosen in ((x, inputs), (y, targets)):
            file[dataset] = np.column_stack([column[name] for name in chosen])[part]
            if names:
                file[dataset].attrs['columns'] = list(chosen)
        if units is not None:
            file[x].attrs['units'] = units


write('train.h5', 'abc', 'uv')
write('moved.h5', 'bac', 'uv')
write('other.h5', 'cad', 'uv')
write('wide.h5', 'dbeac', 'uv')
write('turned.h5', 'abc', 'vu')
write('fewer.h5', 'ab', 'uv')
write('plain.h5', 'abc', 'uv', x='train/features', y='train/truth', names=False)
write('plain_units.h5', 'abc', 'uv', names=False, units='K')
write('celsius.h5', 'abc', 'uv', names=False, units='degC')
write('kelvin.h5', 'abc', 'uv', units=['K', 'm s-1', ' '])
write('kelvin_too.h5', 'abc', 'uv', units=[' K', 'm  s-1', 'Pa'])
write('metres.h5', 'abc', 'uv', units=['K', 'ms-1', 'Pa'])
record = np.dtype([('a', 'f8'), ('b', 'f8'), ('c', 'f8')])
with h5py.File('records.h5', 'w') as file:
    table = np.empty(rows, record)
    for name in 'abc':
        table[name] = column[name]
    file['table'] = table
    for name in 'abc':
        file['fields/' + name] = column[name]
    file['y'] = np.column_stack([column['u'], column['v']])
END

{
    printf '[data]\ntrain = train.h5\n[model]\nhidden = 5\nactivation = tanh\n'
    short_training
} >run.ini

# refused NAME PIECE COMMAND…: ends with 65, and an error that has the piece
refused()
{
    local name=$1 piece=$2
    shift 2
    "$@" >stdout 2>stderr
    code=$?
    tap_run "names: $name" grep -qF -- "$piece" stderr
    tap_run "names: $name, exit code" test "$code" = 65
}

# fits NAME COMMAND…: ends with 0, and without a word
fits()
{
    local name=$1
    shift
    "$@" >stdout 2>stderr
    code=$?
    # the rows of train.h5 are there to validate and test by as well, and that is said
    tap_run "names: $name" test "$code$(grep -v 'also occur among the training rows' stderr)" = 0
}

fit() { "$bin/fcnn-train" --overwrite "$@" run.ini; }
predict() { "$bin/fcnn-predict" run/model.h5 "$@"; }

# ---- rows of one training ----

fits 'the same columns' fit --set data.validation=./train.h5 --set data.test=train.h5
refused 'test rows with columns moved' \
    "moved.h5: /x has the columns of the training rows in another order: column 0 (counting from 0) is 'b' instead of" \
    fit --set data.test=moved.h5
refused 'validation rows with columns moved' './moved.h5: /x has the columns of the training rows in another order' \
    fit --set data.validation=./moved.h5
refused 'test rows with other columns' \
    "other.h5: /x does not have the columns of the training rows: missing: 'b'; unexpected: 'd'; specify the right" \
    fit --set data.test=other.h5
refused 'test rows with more columns' \
    "wide.h5: /x does not have the columns of the training rows: unexpected: 'd', 'e'; set data.match_columns = by_" \
    fit --set data.test=wide.h5
refused 'test rows with fewer columns' "the training rows: missing: 'c'; specify" fit --set data.test=fewer.h5
refused 'test rows with targets moved' \
    "/y has the columns of the training rows in another order: column 0 (counting from 0) is 'v' instead of" \
    fit --set data.test=turned.h5
refused 'further training rows with columns moved' \
    'moved.h5: /x has the columns of the files before this one in another' \
    fit --set data.train=train.h5,moved.h5
refused 'further training rows with other columns' "the files before this one: missing: 'b'; unexpected: 'd'" \
    fit --set data.train=train.h5,other.h5
refused 'further training rows with targets moved' \
    "turned.h5: /y has the columns of the files before this one in another" \
    fit --set data.train=train.h5,turned.h5
refused 'files after one without names' "moved.h5: /x has the columns of the files before this one in another order" \
    fit --set data.train=plain_units.h5,train.h5,moved.h5

# ---- a model and its rows ----

fits 'the model' fit
refused 'predictions with columns moved' "moved.h5: /x has the columns of run/model.h5 in another order: column 0" \
    predict moved.h5 --targets /y
refused 'predictions with other columns' "the columns of run/model.h5: missing: 'b'; unexpected: 'd'" \
    predict other.h5 --targets /y
refused 'predictions with more columns' "unexpected: 'd', 'e'; set data.match_columns = by_name (fcnn-predict: -" \
    predict wide.h5 --output none.h5
tap_run 'names: nothing is written then' test ! -e none.h5
refused 'targets moved' \
    "turned.h5: /y has the columns of run/model.h5 in another order" predict turned.h5 --targets /y
fits 'targets that nobody scores' predict turned.h5 --output ok.h5
refused 'members moved' "records.h5: /table:b, /table:a, /table:c has the columns of run/model.h5 in another order" \
    predict records.h5 --inputs '/table:b, /table:a, /table:c' --output none.h5
fits 'members in order' predict records.h5 --inputs '/table:a, /table:b, /table:c' --targets /y
cp run/model.h5 first.h5
refused 'a start from a model with columns moved' \
    'moved.h5: /x has the columns of first.h5 in another order' \
    fit --set model.init=first.h5 --set data.train=moved.h5 --set output.directory=again
refused 'a start from a model with targets moved' 'turned.h5: /y has the columns of first.h5 in another order' \
    fit --set model.init=first.h5 --set data.train=turned.h5 --set output.directory=again
fits 'a start from a model with the same columns' fit --set model.init=first.h5 --set output.directory=again
"$python" - <<'END'
import h5py

with h5py.File('train.h5', 'r') as old, h5py.File('renamed.h5', 'w') as new:
    new['x'], new['y'] = old['x'][:], old['y'][:]
    new['x'].attrs['columns'] = list('abd')
END
refused 'a run that goes on with columns renamed' \
    "renamed.h5: /x does not have the columns of run/checkpoint-18.h5: missing: 'c'; unexpected: 'd'" \
    "$bin/fcnn-train" --set train.epochs=4 --set data.train=renamed.h5 run.ini
fits 'which may be ignored' \
    "$bin/fcnn-train" --set train.epochs=4 --set data.train=renamed.h5 --set data.match_columns=ignore run.ini

# ---- names that are none ----

fits 'other datasets, without names' fit --set data.test=plain.h5 --set data.test_inputs=/train/features \
    --set data.test_targets=/train/truth
fits 'their predictions' predict plain.h5 --inputs /train/features --targets /train/truth
fits 'the model of plain tables' fit --set data.train=plain.h5 --set data.inputs=/train/features \
    --set data.targets=/train/truth
fits 'plain tables of other names' predict plain_units.h5 --targets /y
fits 'and named ones' predict train.h5 --targets /y
fits 'the model of datasets of one column' fit --set data.train=records.h5 \
    --set 'data.inputs=/fields/a, /fields/b, /fields/c'
refused 'these datasets moved' \
    "fields/a, /fields/c has the columns of run/model.h5 in another order: column 0 (counting from 0) is 'b'" \
    predict records.h5 --inputs '/fields/b, /fields/a, /fields/c' --targets /y

# ---- units ----

fits 'the same units but for blanks' fit --set data.train=kelvin.h5 --set data.test=kelvin_too.h5
refused 'a unit that differs' \
    "metres.h5: /x has other units than the training rows: column 1 (counting from 0) 'b' is in 'ms-1' instead of" \
    fit --set data.train=kelvin.h5 --set data.test=metres.h5
refused 'files of other units' "metres.h5: /x has other units than the files before this one" \
    fit --set data.train=train.h5,kelvin.h5,metres.h5
fits 'units on one side' predict train.h5 --targets /y
refused 'predictions in other units' \
    "metres.h5: /x has other units than run/model.h5: column 1 (counting from 0) 'b' is in 'ms-1' instead of 'm s-1'" \
    predict metres.h5 --targets /y
fits 'the model of kelvins' fit --set data.train=plain_units.h5
refused 'units of columns without names' "column 0 (counting from 0) 'x[0]' is in 'degC' instead of 'K'" \
    predict celsius.h5 --targets /y
cp run/model.h5 first.h5
refused 'a start from a model of other units' "celsius.h5: /x has other units than first.h5" \
    fit --set model.init=first.h5 --set data.train=celsius.h5 --set output.directory=again

# ---- ignore: by place, as it stands ----

fits 'units ignored' predict celsius.h5 --targets /y --match-columns ignore
fits 'a model again' fit
predict moved.h5 --match-columns ignore --output ignored.h5 >stdout 2>stderr
tap_run 'names: names ignored' test -s ignored.h5
"$python" - <<'END'
import h5py

with h5py.File('moved.h5', 'r') as old, h5py.File('nameless.h5', 'w') as new:
    new['x'], new['y'] = old['x'][:], old['y'][:]
END
predict nameless.h5 --output nameless_out.h5 >stdout 2>stderr
tap_run 'names: ignored names are no names' h5diff ignored.h5 nameless_out.h5 /predictions /predictions
"$bin/fcnn-predict" run/model.h5 moved.h5 --targets /y --match-columns never >stdout 2>stderr
code=$?
tap_run 'names: an unknown word is refused' grep -qF "matched by 'never': specify error, by_name or ignore" stderr
tap_run 'names: as wrong usage' test "$code" = 64

# ---- by name ----

"$python" - <<'END'
import h5py, numpy as np

with h5py.File('train.h5', 'r') as train, h5py.File('wide.h5', 'r') as wide:
    x, y, all_of = train['x'][:], train['y'][:], wide['x'][:]


def write(path, values, targets, names, targets_names='uv', turn=False):
    with h5py.File(path, 'w') as file:
        file['x'], file['y'] = (values.T, targets.T) if turn else (values, targets)
        if names:
            file['x'].attrs['columns'] = list(names)
        file['y'].attrs['columns'] = list(targets_names)


write('part_1.h5', x[:40], y[:40], 'abc')
write('part_2.h5', x[40:70][:, [2, 0, 1]], y[40:70, ::-1], 'cab', 'vu')
write('part_3.h5', all_of[70:], y[70:], 'dbeac')
write('twice.h5', x, y, 'aba')
write('two_of_b.h5', all_of, y, 'bbeac')
write('turned_over.h5', all_of, y, 'dbeac', turn=True)
write('holes.h5', np.where(all_of > 1.5, np.nan, all_of), y, 'dbeac')
write('holes_in_order.h5', np.where(x > 1.5, np.nan, x), y, 'abc')
END

# by_name COMMAND…: with the option, or the key
by_name() { "$@" --match-columns by_name; }
hash_of() { "$bin/fcnn-info" --hash "$1"; }

# warns NAME PIECE COMMAND…: ends with 0, and a warning that has the piece
warns()
{
    local name=$1 piece=$2
    shift 2
    "$@" >stdout 2>stderr
    code=$?
    tap_run "names: $name" grep -qF -- "warning: $piece" stderr
    tap_run "names: $name, exit code" test "$code" = 0
}

predict train.h5 --targets /y --output expected.h5 >scores 2>stderr
fits 'columns by name' by_name predict moved.h5 --targets /y --output moved_out.h5
tap_run 'names: give the same predictions' h5diff expected.h5 moved_out.h5
tap_run 'names: and scores' cmp <(sed 1d scores | grep -v expected.h5) <(sed 1d stdout | grep -v moved_out.h5)
warns 'columns that nobody wants' \
    "wide.h5: /x has 2 columns that are not among those of run/model.h5: 'd', 'e'; match_columns = by_name leaves" \
    by_name predict wide.h5 --targets /y --output wide_out.h5
tap_run 'names: are left out' h5diff expected.h5 wide_out.h5
fits 'targets by name' by_name predict turned.h5 --targets /y
tap_run 'names: are scored by name' cmp <(sed 1d scores | grep -v expected.h5) <(sed 1d stdout)
# shellcheck disable=SC2016 # Python's
tap_run 'names: as numpy computes them' "$python" -c '
import h5py, numpy as np
with h5py.File("run/model.h5", "r") as file:
    w1, b1, w2, b2 = (file["model/" + name][:] for name in ("W1", "b1", "W2", "b2"))
with h5py.File("wide.h5", "r") as file:
    names = list(file["x"].attrs["columns"])
    x = file["x"][:][:, [names.index(name) for name in "abc"]]
with h5py.File("wide_out.h5", "r") as file:
    found = file["predictions"][:]
assert np.allclose(np.tanh(x @ w1.T + b1) @ w2.T + b2, found, rtol=0, atol=1e-5), "other predictions"'
by_name predict turned_over.h5 --columns --targets /y --output turned_out.h5 >stdout 2>stderr
tap_run 'names: of columns that lie as rows' h5diff expected.h5 turned_out.h5
for list in '/table:c, /table:a, /table:b' '/y, /table'; do
    [ "$list" = '/y, /table' ] && list='/y[1], /table:b, /y[0], /table:c, /table:a'
    by_name predict records.h5 --inputs "$list" --output records_out.h5 >stdout 2>stderr
    tap_run "names: of $list" h5diff expected.h5 records_out.h5
done
by_name predict 'part_[12].h5, part_3.h5' --targets /y --output parts_out.h5 >stdout 2>stderr
tap_run 'names: each file in its own order' h5diff expected.h5 parts_out.h5
tap_run 'names: the file with others is named' grep -qF "part_3.h5: /x has 2 columns that are not among" stderr
ranks 3 "$bin/fcnn-predict" run/model.h5 'part_*.h5' --targets /y --output ranks_out.h5 --match-columns by_name \
    >stdout 2>stderr
tap_run 'names: on 3 ranks' h5diff expected.h5 ranks_out.h5

refused 'a name that is not there' \
    "other.h5: /x lacks columns of run/model.h5 that data.match_columns = by_name requires: 'b'; it has 'd'" \
    by_name predict other.h5 --targets /y
refused 'no names at all' "requires: 'a', 'b', 'c'; it has 'x[0]', 'x[1]', 'x[2]'" \
    by_name predict nameless.h5 --output none.h5
refused 'a name that two columns have' \
    "cannot distinguish columns 0 and 1 (counting from 0) of this file, which have the same name 'b'" \
    by_name predict two_of_b.h5 --targets /y
refused 'names do not excuse units' "column 1 (counting from 0) 'b' is in 'ms-1' instead of 'm s-1'" \
    fit --set data.match_columns=by_name --set data.train=kelvin.h5 --set data.test=metres.h5
refused 'columns of the model that are called alike' \
    "cannot distinguish columns 0 and 2 (counting from 0) of the training rows, which have the same name 'a'" \
    fit --set data.match_columns=by_name --set data.train=twice.h5 --set data.test=moved.h5
fits 'the same list needs no order' fit --set data.match_columns=by_name --set data.train=twice.h5 \
    --set data.test=twice.h5

# trained NP [OPTION…]: trains anew by name; prints weights, losses, and what is said of the test rows
trained()
{
    train "$1" --overwrite --set data.match_columns=by_name "${@:2}" run.ini || { said >&2; echo "code $code"; return; }
    printf '%s %s %s\n' "$(hash_of run/model.h5)" "$(history run/model.h5)" \
        "$(sed -n '/^test: loss/,/^time/p' stdout | grep -v ^time | sha256sum)"
}

# same NAME NP [OPTION…]
same() { tap_run "names: $1" test "$(trained "${@:2}")" = "$expected"; }

expected=$(trained 0 --set data.test=train.h5)
tap_run 'names: a run has a result' test ${#expected} -gt 64
same 'test rows by name' 0 --set data.test=wide.h5
same 'test rows in several orders' 0 --set 'data.test=part_*.h5'
for memory in resident stream; do
    same "training rows in several orders, $memory" 0 --set "data.memory=$memory" --set 'data.train=part_*.h5' \
        --set data.test=turned.h5
    same "the same on 3 ranks, $memory" 3 --set "data.memory=$memory" --set 'data.train=part_*.h5' \
        --set data.test=moved.h5
    same "read together, $memory" 3 --set "data.memory=$memory" --set 'data.train=part_*.h5' \
        --set "$together" --set data.test=wide.h5
done
expected=$(trained 0 --set data.validation=0.25)
same 'a fraction of rows in several orders' 0 --set 'data.train=part_*.h5' --set data.validation=0.25
expected=$(trained 0 --set data.validation=./train.h5 --set data.train=holes_in_order.h5 --set data.missing=mean)
same 'validation rows by name, and means of columns' 0 --set data.validation=./wide.h5 \
    --set data.train=part_1.h5,holes.h5 --set data.rows=40: --set data.missing=mean
expected=$(trained 0 --set data.train=holes_in_order.h5 --set data.missing=drop_row)
same 'missing values of columns that nobody wants' 0 --set data.train=part_1.h5,holes.h5 --set data.rows=40: \
    --set data.missing=drop_row

trained 0 >expected
cp run/model.h5 first.h5
expected=$(trained 0 --set model.init=first.h5 --set output.directory=again; hash_of again/model.h5)
for file in moved.h5 wide.h5; do
    found=$(trained 0 --set model.init=first.h5 --set output.directory=again --set data.train=$file
        hash_of again/model.h5)
    tap_run "names: a start from a model, in its order, $file" test "$found" = "$expected"
done
"$bin/fcnn-info" again/model.h5 >info
tap_run 'names: the new model has that order' grep -qzE $'\na  .*\nb  .*\nc  ' info
trained 0 --set train.epochs=4 >expected
expected="$(hash_of run/model.h5) $(history run/model.h5)"
trained 0 --set train.epochs=2 >expected
train 3 --set data.match_columns=by_name --set data.train=wide.h5 --set train.epochs=4 run.ini
tap_run 'names: a run that goes on, in the order of its checkpoint' \
    test "$(hash_of run/model.h5) $(history run/model.h5)" = "$expected"

# ---- every rank, and old models ----

fits 'the model once more' fit
ranks 3 "$bin/fcnn-predict" run/model.h5 moved.h5 --targets /y >stdout 2>stderr
tap_run 'names: 3 ranks fail alike' grep -qF 'moved.h5: /x has the columns of run/model.h5 in another order' stderr
train 3 --overwrite --set data.test=other.h5 --set data.read=collective run.ini
tap_run 'names: together, too' grep -qF "missing: 'b'; unexpected: 'd'" stderr
tap_done
