#!/usr/bin/env bash
# 10^9 rows that stay in their file, most of which were never written and have the dataset's fill value: their scores,
# and a training that begins on them and is stopped.  The right scores follow from the few rows that were written.
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
need_python numpy h5py
# shellcheck source=large.sh
. "$here/large/large.sh"
need_room 2 4

# y = 2 x + 1 holds in rows that were never written (1, 3); in those that were, x = 3 and y = 8 or 5: 1 too much or
# 2 too little
"$python" - <<'END_OF_PYTHON' || exit 1
import h5py
import numpy as np

ROWS, CHUNK = 1000000000, 1 << 20
with h5py.File("model.h5", "w") as file:
    file["/model/W1"], file["/model/b1"] = np.array([[2.0]]), np.array([1.0])
with h5py.File("rows.h5", "w") as file:
    x = file.create_dataset("x", (ROWS, 1), "u1", chunks=(CHUNK, 1), fillvalue=1)
    y = file.create_dataset("y", (ROWS, 1), "u1", chunks=(CHUNK, 1), fillvalue=3)
    for first, value in ((5, 8), (ROWS // 2, 5), (1 << 29, 8), (ROWS - 2000, 5)):
        x[first:first + 1000] = 3
        y[first:first + 1000] = value
END_OF_PYTHON

# scored NP: 2000 rows of error 1 and 2000 of error 2 make the mean of the squares 10^4 / 10^9; the targets' mean is
# 3.000014, the sum of their squares around it 57999.804
scored()
{
    ranks "$1" "$bin/fcnn-predict" model.h5 rows.h5 --targets /y >stdout 2>stderr
    code=$?
    cat stdout stderr
    [ $code -eq 0 ] && grep -q 'loss 1e-05, 1000000000 rows' stdout &&
        grep -qE '^ +1 +0\.827586 +0\.00316228 +2$' stdout
}

# stopped NP: training on windows of the file begins, and stops by itself after some steps
stopped()
{
    ranks "$1" "$bin/fcnn-train" --overwrite rows.ini >stdout 2>stderr &
    local run=$! before
    while kill -0 $run 2>/dev/null && ! grep -qE '^ +0 +0 ' stdout; do
        sleep 1
    done
    before=$SECONDS
    : >run/STOP
    wait $run
    code=$?
    cat stdout stderr run/status
    [ $code -eq 75 ] && [ $((SECONDS - before)) -lt 300 ] && grep -qE '^stopped .* at step [1-9]' run/status
}

cat >rows.ini <<'END_OF_CONFIG'
[data]
train = rows.h5
memory = stream
[model]
hidden = 4
output = linear
[train]
batch_size = 65536
[output]
directory = run
END_OF_CONFIG
timed '10^9 rows are scored' scored 0
timed 'a training on 10^9 rows begins and is stopped, ranks 2' stopped 2
tap_done
