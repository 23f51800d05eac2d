#!/usr/bin/env bash
# 5.2 GB of rows in, of 5.2 * 10^9 elements, and 3.2 GB of predictions out, all of them one rank's, then of three: rows
# around every edge of 2^31 and 2^32 bytes and elements, and many between, are those of numpy.
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
need_python numpy h5py
# shellcheck source=large.sh
. "$here/large/large.sh"
need_room 14 4

# the inputs are made up by the numbers of row and column, so that none need be kept
cat >rows.py <<'END_OF_PYTHON'
import sys
import h5py
import numpy as np

ROWS, INPUTS, OUTPUTS, PART = 50000000, 104, 8, 100000
random = np.random.default_rng(7)
weights, biases = random.standard_normal((OUTPUTS, INPUTS)) / 100, random.standard_normal(OUTPUTS)
drawn = random.integers(0, 256, (PART, INPUTS), "u1")


def inputs(first, last):
    rows = np.arange(first, last)
    return drawn[rows % PART] ^ (rows // PART * 37 % 256).astype("u1")[:, None]


def make():
    with h5py.File("model.h5", "w") as model:
        model["/model/W1"], model["/model/b1"] = weights, biases
    with h5py.File("rows.h5", "w") as file:
        x = file.create_dataset("x", (ROWS, INPUTS), "u1")
        for first in range(0, ROWS, PART):
            x[first:first + PART] = inputs(first, first + PART)


def compare(path):
    edges = [0, ROWS]
    for edge in (2**31, 2**32):
        edges += [edge // INPUTS, edge // (OUTPUTS * 8), edge // OUTPUTS, edge // 4 // OUTPUTS]
    firsts = [max(0, min(ROWS - 2000, edge - 1000)) for edge in edges] + list(range(0, ROWS - 2000, 49999))
    wrong = 0
    with h5py.File(path, "r") as file:
        predictions = file["predictions"]
        assert predictions.shape == (ROWS, OUTPUTS) and predictions.dtype == "f8", predictions
        for first in firsts:
            wanted = inputs(first, first + 2000).astype("f8") @ weights.T + biases
            wrong += int((~(np.abs(predictions[first:first + 2000] - wanted) < 1e-9)).any(axis=1).sum())
    print(wrong, "rows of", 2000 * len(firsts), "are wrong")
    return wrong


sys.exit(make() if sys.argv[1] == "make" else compare(sys.argv[2]) > 0)
END_OF_PYTHON
"$python" rows.py make || exit 1

for np in 0 3; do
    timed "5.2 GB of rows are predicted, ranks $np" ranks $np "$bin/fcnn-predict" model.h5 rows.h5 --output out$np.h5
    timed "the predictions are those of numpy, ranks $np" "$python" rows.py compare out$np.h5
done
tap_run 'large: ranks write the same bytes' cmp out0.h5 out3.h5
tap_done
