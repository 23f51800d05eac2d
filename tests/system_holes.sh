#!/usr/bin/env bash
# Storage that no one has written: whichever way it is read, it has the fill value, or it is an error that says how many
# rows it concerns.  Files are made by h5py and netCDF4, what has to be read from them by numpy.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py netCDF4 numpy

cat >make.py <<'P'
import sys
import h5py, numpy as np
from h5py import h5d, h5p, h5s, h5t

rows, features, chunk = 400, 3, 25
rng = np.random.default_rng(5)
whole = rng.random((rows, features))
y = np.arange(rows) % 2
written = np.arange(rows) // chunk % 4 != 2  # every fourth chunk is missing


def put(f, name, shape, chunks=None, fill=None, never=False, filters=(), type=h5t.IEEE_F64LE):
    p = h5p.create(h5p.DATASET_CREATE)
    if chunks:
        p.set_chunk(chunks)
    for one in filters:
        {'gzip': lambda: p.set_deflate(4), 'shuffle': p.set_shuffle, 'sum': p.set_fletcher32}[one]()
    if fill is not None:
        p.set_fill_value(np.asarray(fill))
    if never:
        p.set_fill_time(h5d.FILL_TIME_NEVER)
    return h5py.Dataset(h5d.create(f.id, name.encode(), type, h5s.create_simple(shape), p))


def write(name, fill, *, layout='chunks', **k):
    """What is missing in the file x of that name, and the same values written out."""
    with h5py.File(name + '.h5', 'w') as f, h5py.File(name + '_as_read.h5', 'w') as g:
        value = 0. if fill is None else fill
        full = np.where(written[:, None], whole, value)
        if layout == 'run':  # nothing of it is written
            put(f, 'x', (rows, features), fill=fill, **k)
            full = np.full((rows, features), value)
        elif layout == 'columns':
            d = put(f, 'x', (features, rows), (2, chunk), fill, **k)
            for first in range(0, rows, chunk):
                if written[first]:
                    d[:, first:first + chunk] = whole[first:first + chunk].T
        elif layout == 'records':
            record = np.dtype([('a', 'f8'), ('n', 'i2'), ('b', 'f8'), ('c', 'f8')])
            filler = np.array((value, 7, value, value), record) if fill is not None else None
            d = put(f, 'x', (rows,), (chunk,), filler, type=h5t.py_create(record), **k)
            table = np.zeros(rows, record)
            for i, member in enumerate('abc'):
                table[member] = whole[:, i]
            for first in range(0, rows, chunk):
                if written[first]:
                    d[first:first + chunk] = table[first:first + chunk]
        else:
            d = put(f, 'x', (rows, features), (chunk, 2 if layout == 'tiles' else features), fill, **k)
            for first in range(0, rows, chunk):
                if written[first]:
                    d[first:first + chunk] = whole[first:first + chunk]
        f['y'] = g['y'] = y
        g['x'] = full.T if layout == 'columns' else full
        for i, member in enumerate('abc' if layout == 'records' else ''):
            g[member] = full[:, i]


write('plain', None)
write('user', -0.5)
write('packed', -0.5, filters=['shuffle', 'gzip', 'sum'])
write('tiles', None, layout='tiles')
write('columns_packed', 0.25, layout='columns', filters=['gzip'])
write('records', 0.75, layout='records')
write('records_packed', 0.75, layout='records', filters=['gzip'])
write('run', -0.5, layout='run')
# HDF5 leaves memory as it was; the value stands for what was never written all the same
write('left', -0.5, never=True)
write('left_packed', -0.5, never=True, filters=['shuffle', 'gzip'])
write('left_run', -0.5, layout='run', never=True)
write('left_columns', 0.25, layout='columns', never=True)
write('left_records', 0.75, layout='records', never=True)
write('left_records_packed', 0.75, layout='records', never=True, filters=['gzip'])
# nothing stands for it
write('never', None, never=True)
write('never_packed', None, never=True, filters=['gzip'])
write('never_run', None, layout='run', never=True)
write('never_columns', None, layout='columns', never=True)
write('never_records', None, layout='records', never=True)
write('nan', np.nan)
write('nan_packed', np.nan, filters=['gzip'])

# several files, of which the second has holes; a column that is not read has holes of its own
with h5py.File('part_1.h5', 'w') as f:
    f['x'] = whole[:100]; f['y'] = y[:100]
with h5py.File('part_2.h5', 'w') as f:
    d = put(f, 'x', (300, features), (50, features), -0.5)
    d[:50] = whole[100:150]; d[100:200] = whole[200:300]; f['y'] = y[100:]
with h5py.File('parts_as_read.h5', 'w') as f:
    x = whole.copy(); x[150:200] = -0.5; x[300:] = -0.5
    f['x'] = x; f['y'] = y
# rows 100 to 199 of the virtual dataset are mapped to nothing, and of the file for the last ones a part is missing
with h5py.File('virtual.h5', 'w', libver='latest') as f, h5py.File('virtual_as_read.h5', 'w') as g:
    v = h5py.VirtualLayout((500, features), 'f8')
    v[:100] = h5py.VirtualSource('part_1.h5', 'x', (100, features))
    v[200:] = h5py.VirtualSource('part_2.h5', 'x', (300, features))
    f.create_virtual_dataset('x', v, fillvalue=0.5)
    x = np.full((500, features), 0.5)
    x[:100] = whole[:100]; x[200:] = -0.5; x[200:250] = whole[100:150]; x[300:400] = whole[200:300]
    g['x'] = x; f['y'] = g['y'] = np.arange(500) % 2
for name, source in (('gone', 'absent.h5'), ('short', 'part_1.h5')):
    with h5py.File(name + '.h5', 'w', libver='latest') as f:
        v = h5py.VirtualLayout((rows, features), 'f8')
        v[:] = h5py.VirtualSource(source, 'x', (rows, features))[:]
        f.create_virtual_dataset('x', v); f['y'] = y
with h5py.File('picked.h5', 'w') as f:
    d = put(f, 'x', (rows, features), (chunk, 1), never=True)
    d[:, :2] = whole[:, :2]; d[:200, 2] = whole[:200, 2]; f['y'] = y
with h5py.File('picked_as_read.h5', 'w') as f:
    f['x'] = whole; f['y'] = y
P
"$python" make.py >made 2>&1 || tap_not_ok "the files are made" "$(cat made)"

cat >small.ini <<'I'
[model]
hidden = 4
activation = tanh
[train]
epochs = 1
batch_size = 40
blocks = 4
I

# learn NP FILE [OPTION…]: trains on a file and prints a digest of the weights
learn()
{
    local np=$1 file=$2
    shift 2
    rm -rf run
    train "$np" --set data.train="$file" --set output.directory=run "$@" small.ini
    if [ "$code" = 0 ]; then
        "$bin/fcnn-info" --hash run/model.h5
    else
        said
    fi
}

ways=(--set data.memory=resident)
stream=(--set data.memory=stream --set data.shuffle_window=20)

# same_as_read NAME FILES [OPTION…]: files (NAME.h5) with holes give the weights that the values written out give,
# however they are read.
same_as_read()
{
    local name=$1 file=${2:-$1.h5} wanted got bad=
    shift 2
    wanted=$(learn 0 "${name}_as_read.h5" "$@" "${ways[@]}")
    got=$(learn 0 "$file" "$@" "${ways[@]}")
    [ "$got" = "$wanted" ] || bad+="resident: $got, not $wanted"$'\n'
    grep -q 'never written: .* rows of ' stdout || bad+="nothing is said: $(cat stdout)"$'\n'
    wanted=$(learn 0 "${name}_as_read.h5" "$@" "${stream[@]}")
    got=$(learn 0 "$file" "$@" "${stream[@]}")
    [ "$got" = "$wanted" ] || bad+="streamed: $got, not $wanted"$'\n'
    case $name in
    plain | left_packed | columns_packed | parts)
        got=$(learn 3 "$file" "$@" "${stream[@]}")
        [ "$got" = "$wanted" ] || bad+="streamed by 3 ranks: $got, not $wanted"$'\n'
        ;;
    esac
    tap_empty "$name is read as its fill value says" "$bad"
}

for name in plain packed tiles run left left_packed left_run parts; do
    file=
    [ "$name" != parts ] || file=part_1.h5,part_2.h5
    same_as_read "$name" "$file"
done
for name in columns_packed left_columns; do
    same_as_read "$name" '' --set data.order=columns
done
same_as_read virtual '' --set data.allow_external=yes
for name in records records_packed left_records left_records_packed; do
    members=$(learn 0 "${name}_as_read.h5" --set 'data.inputs=/a, /b, /c')
    got=$(learn 0 "$name.h5" --set 'data.inputs=/x:a, /x:b, /x:c')
    tap_run "$name: members have the fill value of their records" test "$got" = "$members"
done
wanted=$(learn 0 picked_as_read.h5 --set 'data.inputs=/x[0:2]')
got=$(learn 0 picked.h5 --set 'data.inputs=/x[0:2]')
tap_run 'holes in other columns are no matter' test "$got" = "$wanted"
tap_run 'nor is a word said of them' test "$(grep -c 'never written' stdout)" = 0

# ---- ranks that read together ----

for name in user left run; do
    bad=
    for way in resident stream; do
        wanted=$(learn 0 "${name}_as_read.h5" "${stream[@]}" --set data.memory=$way)
        got=$(learn 3 "$name.h5" "${stream[@]}" --set data.memory=$way --set "$together")
        [ "$got" = "$wanted" ] || bad+="$way: $got, not $wanted"$'\n'
    done
    tap_empty "$name is read alike by MPI-IO" "$bad"
done

# ---- what is said ----

learn 0 plain.h5 >/dev/null
tap_run 'the start text counts the rows' grep -qF \
    'never written: 100 of 400 rows of /x, the first is row 50 of plain.h5; they are read as the fill value 0' \
    stdout
learn 3 plain.h5 --set data.rows=60:260 --set data.validation=0.2 >/dev/null
tap_run 'of the rows that are used, once, on any ranks' test "$(grep 'never written' stdout | sed 's/^ *//')" = \
    "never written: 50 of 200 rows of /x, the first is row 60 of plain.h5; they are read as the fill value 0"
learn 0 part_1.h5,part_2.h5 >/dev/null
tap_run 'in the file that has them' grep -qF \
    'never written: 150 of 400 rows of /x, the first is row 50 of part_2.h5; they are read as the fill value -0.5' \
    stdout
train 0 --check --set data.train=columns_packed.h5 --set data.order=columns small.ini
tap_run 'with --check, of columns' grep -qF \
    '100 of 400 rows of /x, the first is row 50 of columns_packed.h5; they are read as the fill value 0.25' \
    stdout
for np in 0 3; do
    ranks $np "$bin/fcnn-predict" run/model.h5 user.h5 --output out.h5 2>stderr >stdout
    tap_run "fcnn-predict warns of them, $np ranks" \
        test "$(grep -c 'warning: never written: 100 of 400 rows' stderr)" = 1
    "$python" -c "import h5py; print(h5py.File('out.h5')['predictions'][:].tobytes().hex())" >"predicted_$np"
done
tap_run 'fcnn-predict predicts the same on 3 ranks' cmp -s predicted_0 predicted_3

for name in 'plain and are read as the fill value' 'never and have no fill value'; do
    tap_run "fcnn-info says it of ${name%% *}.h5" grep -qF "4 of 16 chunks were never written ${name#* }" \
        <("$bin/fcnn-info" "${name%% *}.h5")
done

# ---- where nothing stands for them ----

# refused NAME TEXT COMMAND…
refused()
{
    local name=$1 text=$2
    shift 2
    "$@" >stdout 2>stderr
    code=$?
    if [ "$code" = 65 ] && grep -qF -- "$text" stderr && [ "$(grep -c ': error: ' stderr)" = 1 ]; then
        tap_ok "$name"
    else
        tap_not_ok "$name" "$(said)"
    fi
}

lost='dataset /x: 100 of 400 rows were never written, the first is row 50 (counting from 0), and it has no fill value'
for name in never never_packed; do
    for memory in resident stream; do
        refused "$name is refused: $memory" "$name.h5: $lost" \
            ranks 0 "$bin/fcnn-train" --set data.train=$name.h5 --set data.memory=$memory small.ini
    done
    refused "$name is refused by fcnn-predict" "$name.h5: $lost" \
        ranks 3 "$bin/fcnn-predict" run/model.h5 $name.h5 --output out.h5
done
refused 'together as well' "never.h5: $lost" \
    ranks 3 "$bin/fcnn-train" --set data.train=never.h5 --set "$together" small.ini
refused 'columns' "never_columns.h5: $lost" \
    ranks 0 "$bin/fcnn-train" --set data.train=never_columns.h5 --set data.order=columns small.ini
refused 'records' "never_records.h5: dataset /x:b: 100 of 400 rows were never written, the first is row 50 " \
    ranks 0 "$bin/fcnn-train" --set data.train=never_records.h5 --set 'data.inputs=/x:b' small.ini
refused 'in one piece' 'never_run.h5: dataset /x: 400 of 400 rows were never written, the first is row 0 ' \
    ranks 0 "$bin/fcnn-train" --set data.train=never_run.h5 small.ini
refused 'a column that has holes' 'picked.h5: dataset /x: 200 of 400 rows were never written, the first is row 200 ' \
    ranks 0 "$bin/fcnn-train" --set data.train=picked.h5 --set 'data.inputs=/x[2]' small.ini
learn 0 never.h5 --set data.rows=:50 >/dev/null
tap_run 'rows that were written are read' test "$code" = 0

refused 'a source that is missing' 'gone.h5: dataset /x is virtual, and the file absent.h5' \
    ranks 0 "$bin/fcnn-train" --set data.train=gone.h5 --set data.allow_external=yes small.ini
refused 'a source that is too short' 'its source, dataset x of ./part_1.h5, is too short: ' \
    ranks 0 "$bin/fcnn-train" --set data.train=short.h5 --set data.allow_external=yes small.ini
refused 'a virtual dataset, together' 'virtual.h5: dataset /x is virtual, which collective reading does not support' \
    ranks 3 "$bin/fcnn-train" --set data.train=virtual.h5 --set data.allow_external=yes --set data.read=collective \
    small.ini

# ---- NaN ----

for name in nan nan_packed; do
    refused "$name: missing values" "$name.h5: /x: row 50, column 0 is NaN" \
        ranks 0 "$bin/fcnn-train" --set data.train=$name.h5 small.ini
    learn 0 $name.h5 --set data.missing=drop_row >/dev/null
    tap_run "$name: their rows are left out" grep -qF 'left out: 100 of 400 rows' stdout
done

# ---- netCDF without filling ----

"$python" - <<'P'
import netCDF4, numpy as np
with netCDF4.Dataset('nofill.nc', 'w') as d:
    d.set_fill_off()
    d.createDimension('n', 400); d.createDimension('f', 3)
    x = d.createVariable('x', 'f8', ('n', 'f'), chunksizes=(25, 3), zlib=True)
    x[:200] = np.random.default_rng(1).random((200, 3))
    d.createVariable('z', 'f8', ('n', 'f'))
    y = d.createVariable('y', 'i1', ('n',)); y[:] = np.arange(400) % 2
P
refused 'netCDF, NOFILL' 'nofill.nc: dataset /x: 200 of 400 rows were never written, the first is row 200 ' \
    ranks 0 "$bin/fcnn-train" --set data.train=nofill.nc small.ini
refused 'netCDF, NOFILL, in one piece' 'nofill.nc: dataset /z: 400 of 400 rows were never written' \
    ranks 0 "$bin/fcnn-train" --set data.train=nofill.nc --set data.inputs=/z small.ini
tap_done
