#!/usr/bin/env bash
# Blocks, rounds and runs of any size give the same: predictions over more rows than a block holds, and the same with
# every size tiny, on some ranks; the right values come from numpy.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python numpy h5py

# ---- what is refused ----

unset FCNN_SIZES

FCNN_SIZES=block_byte=3 "$bin/fcnn-info" nothing.h5 >stdout 2>stderr
code=$?
tap_run 'a size that does not exist is an error' test $code -eq 64 -a "$(cat stderr)" = \
    "fcnn-info: error: FCNN_SIZES: there is no size 'block_byte'; src/core/sizes.def lists the names"
FCNN_SIZES=block_bytes=0 ranks 2 "$bin/fcnn-train" "$configs/xor.ini" >stdout 2>stderr
code=$?
tap_run 'a value that is not allowed is an error' eval \
    "test $code -eq 64 && grep -q '^fcnn-train: error: FCNN_SIZES: block_bytes must be a whole number from 1 to' stderr"

# ---- files: more rows than a block of 16 MiB and rounds of 4096 rows, and few ----

"$python" - <<'END_OF_PYTHON' || exit 1
import h5py
import numpy as np

random = np.random.default_rng(1)
for name, rows, inputs, outputs in (("large", 10000, 784, 3), ("small", 163, 5, 2)):
    x = random.random((rows, inputs), dtype="f4")
    w, b = random.standard_normal((outputs, inputs)), random.standard_normal(outputs)
    y = x.astype("f8") @ w.T + b
    with h5py.File(name + ".h5", "w") as f:
        f["x"], f["y"], f["expected"] = x, y, y
        f["columns"] = x.T
    with h5py.File(name + "_model.h5", "w") as f:
        f["/model/W1"], f["/model/b1"] = w, b
END_OF_PYTHON

# expected NAME: the predictions in out.h5 are those of numpy, every row
expected()
{
    # shellcheck disable=SC2016 # python's
    "$python" -c '
import sys, h5py, numpy as np
wanted, here = h5py.File(sys.argv[1] + ".h5")["expected"][()], h5py.File("out.h5")["predictions"][()]
wrong = np.flatnonzero(~(np.abs(wanted - here).max(axis=1) < 1e-9))
print(len(wrong), "rows are wrong, first", wrong[:1])
sys.exit(wanted.shape != here.shape or len(wrong) > 0)' "$1"
}

# predict NP NAME [OPTION…]: its predictions are those of numpy
predict()
{
    local np=$1 name=$2
    shift 2
    rm -f out.h5
    ranks "$np" "$bin/fcnn-predict" "${name}_model.h5" "$name.h5" --output out.h5 "$@" >stdout 2>stderr &&
        expected "$name"
}

tap_run 'more rows than a block holds are predicted' predict 0 large
tap_run 'and as columns' predict 0 large --inputs /columns --columns
for sizes in tiny block_bytes=100,round_rows=3 block_bytes=60,round_bytes=80 block_bytes=100,evaluation_rows=3 \
    block_bytes=1,round_rows=1 tiny,round_rows=16,block_bytes=1000; do
    for np in 0 3; do
        export FCNN_SIZES=$sizes
        tap_run "sizes $sizes, ranks $np: predictions are those of numpy" predict $np small --targets /y
        tap_run "sizes $sizes, ranks $np: and so are the scores" grep -q '1\.0000' stdout
        unset FCNN_SIZES
    done
    export FCNN_SIZES=$sizes
    tap_run "sizes $sizes: columns alike" predict 0 small --inputs /columns --columns
    tap_run "sizes $sizes: picked columns alike" predict 0 small --inputs '/x[0:2], /x[2:5]'
    unset FCNN_SIZES
done
tap_done
