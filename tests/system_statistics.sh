#!/usr/bin/env bash
# Columns that are constant, tiny or huge, as inputs and as targets: what the model keeps of them, and the scores.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py numpy

# Columns: ordinary, constant 0.11, near 1e-200, near 1e200, one with holes whose other values are 0.11, a constant byte
# that a table of its own has.  Targets: near 1e-200, constant 0.11, near 1e200.
"$python" - <<'P' || exit 1
import h5py, numpy as np
rng = np.random.default_rng(0)
n = 1797
z = rng.normal(size=(n, 3))
holes = np.where(np.arange(n) % 3 == 0, np.nan, 0.11)
x = np.column_stack([z[:, 0], np.full(n, 0.11), 1e-200 * (3 + z[:, 1]), 1e200 * (2 + z[:, 2]), holes])
y = np.column_stack([1e-200 * (1 + z[:, 0]), np.full(n, 0.11), 1e200 * z[:, 1]])
for name, constant in (('train.h5', 0.11), ('later.h5', 0.12)):
    x[:, 1] = constant
    with h5py.File(name, 'w') as f:
        f['x'] = x
        f['k'] = np.full(n, 7, np.uint8)
        f['y'] = y
        f['one'] = y[:, 1]
with h5py.File('wide.h5', 'w') as f:
    f['x'] = np.array([-1e308, 1e308, 0.0, 1.0])
    f['tiny'] = np.array([5e-324, 1e-310, 0.0, 1e-315])
    f['y'] = np.array([1.0, 2.0, 3.0, 5.0])
with h5py.File('plain.h5', 'w') as f:
    f['x'] = z
    f['nearly'] = np.where(np.arange(n) % 2 == 0, 0.3, 3 * 0.1)
    f['y'] = z.sum(1)
with h5py.File('zero.h5', 'w') as f:  # the largest and the smallest value are 0 in some rows, -0 in others
    zero = np.where(np.arange(90) % 60 < 30, 0.0, -0.0)
    f['x'] = np.column_stack([zero, -zero, np.minimum(z[:90, 0], zero), np.maximum(z[:90, 0], -zero)])
    f['y'] = z[:90, 1]
P
cat >s.ini <<'I'
[data]
train = train.h5
inputs = /x, /k
validation = ./train.h5
missing = mean
normalize = standardize
normalize_targets = standardize
[model]
hidden = 6
activation = tanh
[train]
epochs = 3
batch_size = 32
[optimizer]
learning_rate = 0.05
I

# ---- the model, on any ranks, resident and streamed ----

for precision in double single; do
    : >hashes
    for pair in 0,resident 3,resident 3,stream 0,stream; do
        train "${pair%,*}" --overwrite --set data.memory="${pair#*,}" --set model.precision=$precision s.ini ||
            said
        printf '%s %s %s\n' "$("$bin/fcnn-info" --hash s/model.h5)" "$(history s/model.h5)" \
            "$("$bin/fcnn-info" --columns s/model.h5 | sha256sum)" >>hashes
    done
    tap_run "statistics: one model of $precision precision on any ranks, resident or streamed" \
        test "$(sort -u hashes | wc -l)" = 1
done
said='/x, /k: 3 of 6 columns have the same value in all training rows (x[1] is 0.11, x[4] is 0.11, k is 7)'
tap_run 'statistics: the start names constant columns' grep -qF "warning: train.h5: $said" stderr

# What numpy's longdouble and exact fractions give.
cat >check.py <<'P'
import sys
from fractions import Fraction
import h5py, numpy as np

def root(fraction):
    shift = 0
    while fraction < 1: fraction *= 2**64; shift -= 32
    while fraction > 2**128: fraction /= 2**64; shift += 32
    return float(np.sqrt(np.longdouble(fraction.numerator / fraction.denominator))) * 2.0**shift

def expected(column, kind):
    values = [Fraction(float(v)) for v in column]
    low, high = min(values), max(values)
    if low == high:
        return float(low), 1.0
    if kind == 'minmax':
        return float(low), float(high - low)
    mean = sum(values) / len(values)
    return float(mean), root(sum((v - mean)**2 for v in values) / len(values))

kind, path = sys.argv[1:]
with h5py.File('train.h5') as f:
    x, y = np.column_stack([f['x'], f['k']]), f['y'][()]
x[np.isnan(x)] = 0.11
with h5py.File(path) as f:
    for side, table in (('inputs', x), ('targets', y)):
        shifts, scales = f[f'normalizer/{side}_shift'][()], f[f'normalizer/{side}_scale'][()]
        means = f[f'{side}/mean'][()]
        for i in range(table.shape[1]):
            shift, scale = expected(table[:, i], kind)
            exact = table[:, i].min() == table[:, i].max()
            close = lambda a, b: a == b if exact else abs(a / b - 1) < 1e-12
            if not (close(shifts[i], shift) and close(scales[i], scale)):
                print(side, i, shifts[i], shift, scales[i], scale)
            if exact and means[i] != table[0, i]:
                print(side, i, 'mean', means[i])
P
tap_empty 'statistics: standardize' "$("$python" check.py standardize s/model.h5 2>&1)"
train 0 --overwrite --set data.normalize=minmax --set data.normalize_targets=minmax --set train.epochs=1 \
    --set output.directory=m s.ini
tap_empty 'statistics: minmax' "$("$python" check.py minmax m/model.h5 2>&1)"

# ---- scores ----

tap_run 'statistics: R2 of a constant target is a dash' grep -qE '^ +y\[1\] +- +[0-9.e-]+ +[0-9.e-]+$' <(
    "$bin/fcnn-predict" s/model.h5 train.h5 --inputs '/x, /k' --targets /y 2>/dev/null
)
"$bin/fcnn-predict" s/model.h5 train.h5 --inputs '/x, /k' --targets /y --output p.h5 >scores 2>/dev/null
tap_run 'statistics: and it is said' grep -qF \
    'R2 is - if the target is the same in all rows; the mean R2 does not include this output' scores
cat >scores.py <<'P'
import h5py, numpy as np
with h5py.File('train.h5') as f, h5py.File('p.h5') as g, h5py.File('s/model.h5') as m:
    t, p = f['y'][()], g['predictions'][()]
    metric = m['history/validation_metric'][-1]
lines = [line.split() for line in open('scores') if line.startswith('  y')]
r2 = []
for i, unit in ((0, 2.0**-664), (2, 2.0**664)):
    a, b = t[:, i] / unit, p[:, i] / unit
    rmse = np.sqrt(np.mean((a - b)**2)) * unit
    r2.append(1 - np.sum((a - b)**2) / np.sum((a - a.mean())**2))
    if abs(float(lines[i][1]) - r2[-1]) > 2e-6 or abs(float(lines[i][2]) / rmse - 1) > 1e-5:
        print(lines[i], r2[-1], rmse)
if abs(metric - np.mean(r2)) > 1e-9:
    print('mean', metric, np.mean(r2))
P
tap_empty 'statistics: R2 and RMSE of targets near 1e-200 and 1e200' "$("$python" scores.py 2>&1)"

train 0 --overwrite --set data.targets=/one --set output.directory=one --set data.test=./train.h5 s.ini
tap_run 'statistics: training on a constant target ends well' test "$code" = 0
tap_run 'statistics: the table has a dash for the R2 of nothing' grep -qE '^ +3 +171 +[0-9.e-]+ +[0-9.e-]+ +- ' stdout
tap_run 'statistics: so has the test' grep -qE '^ +one +- ' stdout
tap_run 'statistics: so has the history' \
    grep -qE '^ +3 +171 +[0-9.e-]+ +[0-9.e-]+ +- +[0-9.e-]+$' <("$bin/fcnn-info" one/model.h5)

# ---- later rows ----

# 0.12 where 0.11 was differs by 0.01: a linear network moves by that, times a start weight.
train 0 --overwrite --set model.hidden= --set data.normalize_targets=none --set data.targets=/one \
    --set output.directory=linear --set model.precision=double s.ini
for file in train later; do
    "$bin/fcnn-predict" linear/model.h5 $file.h5 --inputs '/x, /k' --output "$file.p.h5" >/dev/null 2>&1
done
tap_run 'statistics: a later value in a constant column is not blown up' "$python" -c '
import h5py, numpy as np
a, b = (h5py.File(n + ".p.h5")["predictions"][:, 0] for n in ("train", "later"))
w = h5py.File("linear/model.h5")["model/W1"][0, 1]
assert np.allclose(b - a, 0.01 * w, rtol=1e-9, atol=0), (b - a, w)'

# ---- 0 and -0 ----

for ranks in 1 3; do
    train $ranks --overwrite --set data.train=zero.h5 --set data.inputs=/x --set data.validation= \
        --set data.targets=/y s.ini
    mv s/model.h5 zero-$ranks.h5
done
tap_run 'statistics: ranges have no sign of 0 that depends on ranks' cmp zero-1.h5 zero-3.h5

# ---- what has no scale, and no warning ----

for pair in x,-1e+308 tiny,0; do
    train 0 --overwrite --set data.train=wide.h5 --set data.inputs="/${pair%,*}" --set data.normalize=minmax \
        --set data.validation= --set data.targets=/y s.ini
    tap_run "statistics: minmax of ${pair%,*} is refused" test "$code" = 65
    tap_run "statistics: by its column, ${pair%,*}" grep -qF "column ${pair%,*} has values from ${pair#*,} to " stderr
done
train 0 --overwrite --set data.train=plain.h5 --set data.inputs=/x --set data.validation= --set data.targets=/y \
    --set data.scale=1e-310 --set data.normalize=scale s.ini
tap_run 'statistics: a divisor without an inverse is refused' grep -qF 'data.scale = 1e-310 is too small' stderr
train 0 --overwrite --set data.train=plain.h5 --set data.inputs=/x --set data.validation= --set data.targets=/y s.ini
tap_run 'statistics: no warning where all columns vary' test ! -s stderr
train 0 --overwrite --set data.train=plain.h5 --set data.inputs=/x,/nearly --set data.validation= \
    --set data.targets=/y s.ini
tap_run 'statistics: a column that rounding alone moves is told' \
    grep -qF '1 of 4 columns have the same value except for rounding in all training rows (nearly is 0.3)' stderr
tap_done
