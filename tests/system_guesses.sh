#!/usr/bin/env bash
# What the config leaves open is decided and said, or asked where it may be two things; batches that are larger than the
# data, and validation and test rows that are also training rows, are pointed out.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py numpy
# all rows are compared here, unless a test says otherwise
export FCNN_SIZES="${FCNN_SIZES:+$FCNN_SIZES,}hashed_rows=2097152"

"$python" - <<'END'
import h5py, numpy as np
n = 60
i = np.arange(n)
x = np.column_stack([np.sin(i), np.cos(3 * i), i / n])
with h5py.File('t.h5', 'w') as f:
    f['x'] = x
    f['three'] = (i % 3).astype('f8')
    f['signs'] = (2 * (i % 2) - 1).astype('f4')
    f['twenty'] = (i % 20).astype('f8') - 7
    f['twenty_one'] = (i % 21).astype('f8')
    f['whole'] = i.astype('f8')
    f['halves'] = (i % 3) / 2
    f['same'] = np.full(n, 5.0)
    f['bits'] = (i % 2).astype('f8')
    f['kinds'] = (i % 3).astype('i4')
    f['from_one'] = (i % 3 + 1).astype('i8')
    f['tens'] = (i % 3 * 10).astype('i4')
    f['named'] = (i % 3 * 10).astype('i4')
    f['named'].attrs['classes'] = [f'kind {k:02}' for k in range(21)]
    counts = np.where(i < 40, i % 4, i - 36)       # 4 … 23 once each
    f['counts'] = counts.astype('i4')
    f['rare'] = np.where(i < 56, i % 8, i - 48).astype('i4')   # 8 … 11 once each: 4 of 12
    text = h5py.string_dtype()
    f['decimals'] = np.array(['1.5', '2.7', '3'], dtype=object)[i % 3].astype(text)
    f['digits'] = np.array(['0', '1', '2'], dtype=object)[i % 3].astype(text)
    f['zero_one'] = np.array(['0', '1'], dtype=object)[i % 2].astype(text)
    f['words'] = np.array(['a', 'b', '1.5'], dtype=object)[i % 3].astype(text)
    f['hot'] = np.eye(3)[i % 3]
    f['labels'] = np.column_stack([i % 2, i % 3 == 0, i % 5 == 0]).astype('u1')
    f['two'] = x[:, :2] * 3
END
cat >c.ini <<'END'
[data]
train = t.h5
[model]
hidden = 3
[train]
epochs = 0
batch_size = 0
[output]
directory = run
END

# said TARGETS TEXT [OPTION…]: what the start text says of them
said()
{
    train "${np:-0}" --check --set "data.targets=/$1" "${@:3}" c.ini
    tap_empty "guesses: $1 ${*:3}" "$({ grep -qxF "targets     $2" stdout && [ "$code" = 0 ]; } ||
        { grep targets stdout; cat stderr; })"
}

# asked TARGETS TEXT [OPTION…]: refused, with both values that settle it
asked()
{
    train "${np:-0}" --check --set "data.targets=/$1" "${@:3}" c.ini
    tap_empty "guesses: $1 ${*:3} is a question" "$({ [ "$code" = 78 ] && grep -qF "$2" stderr &&
        grep -q 'model.output = softmax\|model.output = sigmoid' stderr && grep -q 'model.output = linear' stderr; } ||
        { echo "$code"; cat stderr; })"
}

# ---- whole numbers that are floating-point numbers ----

asked three 'only 3 different ones and all whole, from 0 to 2'
said three '3 classes, whole numbers from 0 to 2 in one column (model.output = softmax)' --set model.output=softmax
said three '3 classes, whole numbers from 0 to 2 in one column (train.loss = cross_entropy)' \
    --set train.loss=cross_entropy
said three 'amounts in 1 column, a regression (model.output = linear)' --set model.output=linear
said three 'amounts in 1 column, a regression (train.loss = mse)' --set train.loss=mse
said three 'amounts in 1 column, a regression (data.normalize_targets = standardize)' \
    --set data.normalize_targets=standardize
np=3 asked three 'only 3 different ones and all whole, from 0 to 2' --set data.memory=stream
asked signs 'only 2 different ones and all whole, from -1 to 1'
asked twenty 'only 20 different ones and all whole, from -7 to 12'
np=3 asked twenty 'only 20 different ones and all whole, from -7 to 12'
said twenty 'amounts in 1 column, a regression (model.output = auto)' --set data.rows=0:39
said twenty_one 'amounts in 1 column, a regression (model.output = auto)'
np=3 said twenty_one 'amounts in 1 column, a regression (model.output = auto)'
said whole 'amounts in 1 column, a regression (model.output = auto)'
said halves 'amounts in 1 column, a regression (model.output = auto)'
said same 'amounts in 1 column, a regression (model.output = auto)'
said bits '2 classes, 0 and 1 in one column (model.output = auto)'

# ---- integers ----

said kinds '3 classes, whole numbers from 0 to 2 in one column (model.output = auto)'
said from_one '4 classes, whole numbers from 1 to 3 in one column, 1 of which never occur (model.output = auto)'
asked tens 'of which only 3 occur'
said tens '21 classes, whole numbers from 0 to 20 in one column, 18 of which never occur (model.output = softmax)' \
    --set model.output=softmax
said tens '21 classes, whole numbers from 0 to 20 in one column, 18 of which never occur (model.output = auto)' \
    --set model.classes=21
said named '21 classes, whole numbers from 0 to 20 in one column, 18 of which never occur (model.output = auto)'
asked counts '24 different whole numbers up to 23, of which 20 are those of a single row each'
np=3 asked counts 'of which 20 are those of a single row each'
said counts 'amounts in 1 column, a regression (model.output = linear)' --set model.output=linear
said rare '12 classes, whole numbers from 0 to 11 in one column (model.output = auto)'

# ---- strings ----

asked decimals 'strings that are all numbers'
asked digits 'strings that are all numbers'
said digits '3 classes, named by strings (model.output = softmax)' --set model.output=softmax
said words '3 classes, named by strings (model.output = auto)'
said zero_one '2 classes, named by strings (model.output = auto)'
train 0 --check --set data.targets=/words --set model.output=linear c.ini
tap_run 'guesses: strings are no amounts' test $code = 78
tap_run 'guesses: and it is said what to do' grep -q 'model.output = softmax, or store them as numbers' stderr

# ---- several columns ----

said hot '3 classes, a column of 0 and 1 for each (model.output = auto)'
asked labels '3 columns of 0 and 1, of which a row may have several'
said labels '3 columns from 0 to 1, each of its own (model.output = sigmoid)' --set model.output=sigmoid
said labels 'amounts in 3 columns, a regression (model.output = linear)' --set model.output=linear
said two 'amounts in 2 columns, a regression (model.output = auto)'

# ---- batches ----

train 0 --check --set data.targets=/kinds --set train.batch_size=61 c.ini
tap_run 'guesses: a batch of more than all rows' \
    grep -q 'warning: train.batch_size = 61, but there are only 60 training rows' stderr
train 0 --check --set data.targets=/kinds --set train.batch_size=60 c.ini
tap_run 'guesses: a batch of all rows' test ! -s stderr
train 3 --check --set data.targets=/kinds --set train.batch_size=128 --set data.validation=0.5 c.ini
tap_run 'guesses: it is said once, of the rows that are left' \
    test "$(grep -c 'batch_size = 128, but there are only 30 training rows' stderr)" = 1

# ---- rows that occur again ----

"$python" - <<'END'
import h5py, numpy as np
rng = np.random.default_rng(5)
x = rng.integers(0, 1000, (100, 3)) / 4      # every type holds them
x[7] = [0.0, 0.0, 1.0]
y = rng.integers(0, 3, 100)
with h5py.File('r.h5', 'w') as f:
    f['x'] = x.astype('f4')
    f['y'] = y.astype('i4')
more = rng.integers(4000, 5000, (40, 3)) / 4
labels = rng.integers(0, 3, 40)
more[:15] = x[20:35]                         # 15 rows again, as float64 with int64 labels
labels[:15] = y[20:35]
more[15] = [-0.0, 0.0, 1.0]                  # and row 7, whose zeros are positive
labels[15] = y[7]
more[16] = more[3]                           # one of the 15 once more
labels[16] = labels[3]
more[17:20] = x[50:53]                       # three whose targets differ
labels[17:20] = (y[50:53] + 1) % 3
with h5py.File('test.h5', 'w') as f:
    f['x'] = more
    f['y'] = labels
with h5py.File('copies.h5', 'w') as f:
    f['x'] = np.tile(x[:10], (10, 1))
    f['y'] = np.tile(y[:10], 10)
with h5py.File('large.h5', 'w') as f:
    f['x'] = rng.normal(size=(4000, 3))
    f['y'] = rng.integers(0, 3, 4000)
END
sed -i 's/^train = .*/train = r.h5/' c.ini

# again NAME NP TEXT [OPTION…]: this warning, once; TEXT empty: none
again()
{
    train "$2" --check "${@:4}" c.ini
    local lines
    lines=$(grep -cF -- "${3:-occur among}" stderr)
    tap_empty "guesses: $1" "$({ [ "$code" = 0 ] && [ "$lines" = $((${#3} > 0)) ]; } ||
        { echo "$code"; cat stderr; })"
}
same='also occur among the training rows'
again 'test rows that are training rows' 0 "test.h5: 17 of the 40 test rows $same" --set data.test=test.h5
again 'on three ranks' 3 "test.h5: 17 of the 40 test rows $same" --set data.test=test.h5
again 'streamed' 3 "test.h5: 17 of the 40 test rows $same" --set data.test=test.h5 --set data.memory=stream
again 'validation rows' 0 "17 of the 40 validation rows $same" --set data.validation=test.h5
again 'other rows' 0 '' --set data.test=test.h5 --set data.test_rows=20:
again 'other rows of the same file' 3 '' --set data.validation=0.3
again 'copies on both sides of a fraction' 0 "20 of the 20 validation rows $same" --set data.train=copies.h5 \
    --set data.validation=0.2
again 'the same, streamed on two ranks' 2 "20 of the 20 validation rows $same" --set data.train=copies.h5 \
    --set data.validation=0.2 --set data.memory=stream

# of many rows a part is compared, the same on any ranks
large=(--set data.train=large.h5 --set data.validation=large.h5 --set data.validation_rows=1000:3000)
again 'all rows of many' 0 "2000 of the 2000 validation rows $same" "${large[@]}"
export FCNN_SIZES="$FCNN_SIZES,hashed_rows=1000"
train 0 --check "${large[@]}" c.ini
sampled=$(grep -o '[0-9]* of the [0-9]* validation rows that were compared (1 in 8, selected by their values)' stderr)
number=${sampled%% *}
tap_run 'guesses: it is said that a part was compared' test -n "$sampled"
# 2000 / 8 = 250, with a deviation of sqrt(2000 · 7/64) = 15
tap_run "guesses: about an eighth of the rows ($number)" test "$number" -gt 175 -a "$number" -lt 325
tap_run 'guesses: all of that part are found' test "${sampled%% validation*}" = "$number of the $number"
again 'the same part on three ranks, streamed' 3 "$sampled" "${large[@]}" --set data.memory=stream

tap_done
