#!/usr/bin/env bash
# Going on from a model: normalization, means, ranges and classes come with the weights of model.init.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py numpy

"$python" - <<'P' || exit 1
import h5py, numpy as np
rng = np.random.default_rng(5)
a = rng.uniform(0, 10, (800, 2))
b = np.column_stack([rng.uniform(6, 12, 120), rng.uniform(1, 2, 120)])
holes = b.copy()
holes[::7, 1] = np.nan
def put(name, x, y):
    with h5py.File(name, 'w') as f:
        f['x'] = x
        f['y'] = y
put('a.h5', a, a[:, 0] * a[:, 1])
put('b.h5', b, b[:, 0] * b[:, 1])
put('holes.h5', holes, b[:, 0] * b[:, 1])
place = {'ant': (0, 0), 'bee': (5, 0), 'cat': (0, 5), 'aye': (5, 5)}
for name, names in (('c1.h5', ['ant', 'bee', 'cat']), ('c2.h5', ['aye', 'bee', 'cat'])):
    labels = rng.choice(names, 300)
    put(name, np.array([place[k] for k in labels]) + rng.normal(size=(300, 2)) * .5, np.array(labels, 'S3'))
for name, classes in (('n5.h5', 5), ('n3.h5', 3), ('n2.h5', 2), ('n6.h5', 6)):
    labels = np.arange(300) % classes
    put(name, labels[:, None] + rng.normal(size=(300, 2)) * .1, labels)
P
cat >a.ini <<'I'
[data]
train = a.h5
normalize = standardize
normalize_targets = minmax
missing = mean
[model]
hidden = 8
activation = tanh
[train]
epochs = 20
batch_size = 32
[optimizer]
learning_rate = 0.05
I
train 0 a.ini || said
model=(--set model.init=a/model.h5 --set data.train=b.h5 --overwrite)

# from NP NAME OPTION…: goes on from a/model.h5 into the folder NAME
from()
{
    local np=$1 name=$2
    shift 2
    train "$np" "${model[@]}" --set output.directory="$name" "$@" a.ini
}

# refused NAME TEXT… -- OPTION…: the run ends by 65 or 78 and says the texts
refused()
{
    local name=$1 texts=() text
    shift
    while [ "$1" != -- ]; do
        texts+=("$1")
        shift
    done
    shift
    train 0 --overwrite --set output.directory=refused "$@"
    for text in "${texts[@]}"; do
        grep -qF -e "$text" stderr || code=0
    done
    tap_run "init: $name is refused" test "$code" = 65 -o "$code" = 78
    [ "$code" != 0 ] || said
}

# predictions MODEL FILE: a digest of their bits
predictions()
{
    "$bin/fcnn-predict" "$1" "$2" --output p.h5 >/dev/null 2>&1
    "$python" -c 'import h5py, hashlib
print(hashlib.sha256(h5py.File("p.h5")["predictions"][()].tobytes()).hexdigest())'
}

# ---- a regression ----

from 0 zero --set train.epochs=0
tap_run 'init: without a step the weights are those of the model' \
    test "$("$bin/fcnn-info" --hash zero/model.h5)" = "$("$bin/fcnn-info" --hash a/model.h5)"
tap_run 'init: and so are the predictions, to the bit' \
    test "$(predictions zero/model.h5 b.h5)" = "$(predictions a/model.h5 b.h5)"
tap_run 'init: the start says where it goes on from' grep -qx 'start       from a/model.h5' stdout
tap_run 'init: and what comes along' grep -qx ' *its normalization and means are used' stdout
cat >kept.py <<'P'
import h5py, numpy as np
a, z = h5py.File('a/model.h5'), h5py.File('zero/model.h5')
for name in ('inputs_shift', 'inputs_scale', 'targets_shift', 'targets_scale'):
    assert (a['normalizer'][name][()] == z['normalizer'][name][()]).all(), name
for side, key in (('inputs', 'x'), ('targets', 'y')):
    rows = [h5py.File(n)[key][()].reshape(-1, 2 if key == 'x' else 1) for n in ('a.h5', 'b.h5')]
    both = np.concatenate(rows)
    assert (z[side]['smallest'][()] == both.min(0)).all() and (z[side]['largest'][()] == both.max(0)).all(), side
    assert np.allclose(z[side]['mean'][()], rows[0].mean(0), rtol=1e-13), side
P
tap_run 'init: the ranges are those of old and new rows, the means stay' "$python" kept.py

: >hashes
for pair in 0,resident 3,resident 3,stream; do
    from "${pair%,*}" "r${pair%,*}" --set train.epochs=2 --set data.memory="${pair#*,}" --set data.train=holes.h5 ||
        said
    printf '%s\n' "$("$bin/fcnn-info" --hash "r${pair%,*}/model.h5")" >>hashes
done
tap_run 'init: training on is the same on any ranks, resident or streamed' test "$(sort -u hashes | wc -l)" = 1
"$python" - <<'P' || exit 1
import h5py, numpy as np
with h5py.File('holes.h5') as f, h5py.File('filled.h5', 'w') as g, h5py.File('a/model.h5') as m:
    x = f['x'][()]
    g['x'] = np.where(np.isnan(x), m['inputs/mean'][()], x)
    g['y'] = f['y'][()]
P
from 0 filled --set train.epochs=2 --set data.train=filled.h5
tap_run 'init: missing inputs become the means of the model' \
    test "$("$bin/fcnn-info" --hash filled/model.h5)" = "$(head -n 1 hashes)"

from 0 refit --set train.epochs=0 --set model.init_refit=yes
tap_run 'init: init_refit is said' \
    grep -qF 'normalization and means are computed from these rows (model.init_refit)' stdout
tap_run 'init: init_refit finds the normalization anew' "$python" -c '
import h5py, numpy as np
n, x, y = h5py.File("refit/model.h5")["normalizer"], h5py.File("b.h5")["x"][()], h5py.File("b.h5")["y"][()]
assert np.allclose(n["inputs_shift"][()], x.mean(0), rtol=1e-13)
assert np.allclose(n["inputs_scale"][()], x.std(0), rtol=1e-13)
assert n["targets_shift"][0] == y.min() and np.isclose(n["targets_scale"][0], np.ptp(y), rtol=1e-15)'
tap_run 'init: with the same weights' \
    test "$("$bin/fcnn-info" --hash refit/model.h5)" = "$("$bin/fcnn-info" --hash a/model.h5)"

# ---- what does not fit ----

refused 'another activation' 'was trained with activation tanh in hidden layer 1, but the config specifies relu' -- \
    "${model[@]}" \
    --set model.activation=relu a.ini
refused 'another width' 'has the network 2-8-1, but config and data require 2-9-1' -- "${model[@]}" \
    --set model.hidden=9 a.ini
refused 'another output' 'linear output and loss mse, but config and data result in sigmoid and mse' -- "${model[@]}" \
    --set model.output=sigmoid --set train.loss=mse --set data.normalize_targets=none --set model.init_refit=yes a.ini
refused 'another normalization' 'data.normalize = standardize, but the config specifies none' \
    'model.init_refit = yes' -- \
    "${model[@]}" --set data.normalize=none a.ini
refused 'another normalization of targets' 'data.normalize_targets = minmax, but the config specifies standardize' -- \
    "${model[@]}" --set data.normalize_targets=standardize a.ini
train 0 --overwrite --set data.normalize=scale --set data.scale=10 --set output.directory=scaled a.ini
refused 'another divisor' 'data.scale = 10, but the config specifies 5' -- --set model.init=scaled/model.h5 \
    --set data.normalize=scale --set data.scale=5 a.ini
from 0 double --set train.epochs=0 --set model.precision=double
tap_run 'init: another precision is said' grep -qx ' *its weights are converted from single to double precision' stdout

# ---- a file of another program ----

"$python" -c '
import h5py, numpy as np
with h5py.File("a/model.h5") as a, h5py.File("foreign.h5", "w") as f:
    for name in ("W1", "b1", "W2", "b2"): f[name] = a["model"][name][()]'
refused 'a file without normalization' 'foreign.h5 does not contain the normalization' -- \
    --set model.init=./foreign.h5 a.ini
train 0 --overwrite --set model.init=./foreign.h5 --set model.init_refit=yes --set output.directory=foreign a.ini
tap_run 'init: a file of another program is said' \
    grep -qF 'written by another program: the config determines activations and output' stdout

# ---- classes with names ----

cat >c.ini <<'I'
[data]
train = c1.h5
normalize = standardize
[model]
hidden = 8
activation = tanh
precision = double
[train]
epochs = 30
batch_size = 20
[optimizer]
learning_rate = 0.2
[output]
checkpoint_every = 0
I
train 0 c.ini || said
more=(--overwrite --set model.init=c/model.h5 --set data.train=c2.h5 --set output.directory=more)
refused 'a new and an absent class' "does not have the classes 'aye', and no row has the model's classes 'ant'" \
    'model.init_classes = extend' -- "${more[@]}" c.ini
train 0 "${more[@]}" --set model.init_classes=extend --set train.epochs=0 c.ini
tap_run 'init: new classes are said' grep -qF "new classes, with initial weights: 'aye'" stdout
tap_run 'init: absent ones too' grep -qF "classes without rows, whose outputs are kept: 'ant'" stdout
tap_run 'init: classes keep their numbers, new ones follow' "$python" -c '
import h5py
a, b = h5py.File("c/model.h5"), h5py.File("more/model.h5")
text = b["classes"][()]
assert (text if isinstance(text, bytes) else bytes(text)).rstrip(b"\0") == b"ant\nbee\ncat\naye\n", text
for name in ("W1", "b1"): assert (a["model"][name][()] == b["model"][name][()]).all()
for name in ("W2", "b2"): assert (a["model"][name][()] == b["model"][name][:3]).all()
assert abs(b["model"]["W2"][3]).min() > 0 and b["model"]["b2"][3] == 0'
: >hashes
for np in 0 3; do
    train $np "${more[@]}" --set model.init_classes=extend c.ini
    "$bin/fcnn-info" --hash more/model.h5 >>hashes
done
"$bin/fcnn-predict" more/model.h5 c2.h5 --targets /y >scores
tap_run 'init: training on learns the new class' \
    grep -qE '^  aye +[0-9]+ +[0-9]+ +(9|100)[0-9.]* % +(9|100)[0-9.]* %$' scores
train 0 "${more[@]}" --set model.init_classes=extend --set train.epochs=11 c.ini
train 0 --set model.init=c/model.h5 --set data.train=c2.h5 --set output.directory=more \
    --set model.init_classes=extend c.ini
"$bin/fcnn-info" --hash more/model.h5 >>hashes
tap_run 'init: the same on any ranks, and resumed' test "$(sort -u hashes | wc -l)" = 1
# ---- classes with numbers ----

train 0 --set data.train=n5.h5 --set output.directory=five c.ini
refused 'labels for fewer classes' 'the largest label is 2, but five/model.h5 has 5 classes' 'model.classes = 5' -- \
    --set model.init=five/model.h5 --set data.train=n3.h5 c.ini
refused 'names where the model has numbers' 'contains class names, but five/model.h5 was trained on class numbers' -- \
    --set model.init=five/model.h5 --set data.train=c2.h5 c.ini
refused 'a label beyond the classes' 'the largest label is 5, but five/model.h5 has 5 classes, 0 to 4' -- \
    --set model.init=five/model.h5 --set data.train=n6.h5 c.ini
for rows in n2 n3; do
    train 0 --overwrite --set model.init=five/model.h5 --set data.train=$rows.h5 --set model.classes=5 \
        --set train.epochs=0 --set output.directory=fewer c.ini
    tap_run "init: $rows: absent numbers keep their outputs, and the output is the model's" \
        test "$("$bin/fcnn-info" --hash fewer/model.h5)" = "$("$bin/fcnn-info" --hash five/model.h5)"
done
train 0 --overwrite --set model.init=five/model.h5 --set data.train=n6.h5 --set model.init_classes=extend \
    --set output.directory=six c.ini
tap_run 'init: a new number gets an output' grep -q '^network     2-8-6,' stdout
tap_done
