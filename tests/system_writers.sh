#!/usr/bin/env bash
# What other programs write is read as it was meant, or refused in words that say what to do: the rows of the table in
# docs/data.md, by h5py, pandas, PyTables and netCDF4 themselves; MATLAB, Octave and R as they lie in HDF5.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py netCDF4 numpy pandas tables
make() { "$python" "$here/make_writers.py" "$@"; }
make files >cases || exit 1

# ---- what is read ----

# numbers N FILE COLUMNS ORDER WIDTH: predictions of a network that gives back its inputs
numbers()
{
    local order=()
    [ "$4" = rows ] || order=(--columns)
    ranks 0 "$bin/fcnn-predict" "model_$5.h5" "$2" --inputs "$3" "${order[@]}" --output "out_$1.h5" 2>&1
}

# labels N FILE INPUTS ORDER STRINGS: how many rows a trained model finds to have which name
labels()
{
    printf '[data]\ntrain = %s\ninputs = %s\norder = %s\ntargets = %s\n' "$2" "$3" "$4" "$5" >labels.ini
    printf '[train]\nepochs = 1\n[output]\ndirectory = labels\n' >>labels.ini
    local order=()
    [ "$4" = rows ] || order=(--columns)
    ranks 0 "$bin/fcnn-train" --overwrite labels.ini >log 2>&1 || cat log
    ranks 0 "$bin/fcnn-predict" labels/model.h5 "$2" --inputs "$3" --targets "$5" "${order[@]}" >log 2>&1 || cat log
    sed -n '/^  class  */,$ s/^ *\(.*[^ ]\)  *\([0-9][0-9]*\)  *[0-9][0-9]*  .*$/\1|\2/p' log >"out_$1"
}

n=0
while IFS='|' read -r kind _ file columns order more; do
    "$kind" "$n" "$file" "$columns" "$order" "$more" >"said_$n"
    n=$((n + 1))
done <cases
make compare >differences
while IFS='|' read -r _ name _ <&3 && IFS= read -r difference <&4; do
    tap_empty "writers: $name" "$difference"
done 3<cases 4<differences
[ "$n" = "$(wc -l <differences)" ] || tap_not_ok "writers: $n cases are compared"

# ---- how they are read ----

# One table of pandas, of arrays among the members, streamed or not, on any ranks: the same network.
cat >table.ini <<'EOF'
[data]
train = pandas_table.h5
inputs = /df/table:values_block_0[0:2], /df/table:values_block_1
targets = /df/table:values_block_0[2]
normalize = standardize
normalize_targets = standardize
[train]
epochs = 3
batch_size = 8
EOF
hashes=
for way in '0 resident' '0 stream' '3 resident' '3 stream'; do
    read -r np memory <<<"$way"
    train "$np" --set data.memory="$memory" --overwrite table.ini || said
    hashes+="$("$bin/fcnn-info" --hash table/model.h5)"$'\n'
done
found=$hashes
if [ "$(sort -u <<<"$hashes" | grep -c .)" = 1 ] && [ "$(grep -c . <<<"$hashes")" = 4 ]; then
    found=
fi
tap_empty 'writers: the table of pandas trains the same network however it is read' "$found"

# Shards of a list may have no rows, and numbers of other types: the same network as from one file.
cat >shards.ini <<'EOF'
[data]
train = shard_*.h5
inputs = /x
targets = /y
normalize = standardize
normalize_targets = standardize
[train]
epochs = 3
batch_size = 8
[output]
directory = shards
EOF
train 0 --set data.train=one.h5 --overwrite shards.ini || said
expected=$("$bin/fcnn-info" --hash shards/model.h5)
for way in '0 resident independent' '0 stream independent' "3 resident ${together#*=}" "3 stream ${together#*=}" \
    '3 stream independent'; do
    read -r np memory how <<<"$way"
    train "$np" --set data.memory="$memory" --set data.read="$how" --overwrite shards.ini || said
    tap_empty "writers: shards without rows and of types that differ, $way" \
        "$([ "$("$bin/fcnn-info" --hash shards/model.h5)" = "$expected" ] || said)"
done
shown=
grep -qF '2 of 4 files have no rows; the first is shard_0.h5' stdout || shown=$(said)
grep -qF '/x: types differ between the files; all are converted to float64' stdout || shown=$(said)
tap_empty 'writers: the start text tells of files without rows and of types' "$shown"
train 0 --set data.train='none_*.h5' --overwrite shards.ini
shown=
[ $code = 65 ] || shown=$(said)
grep -qF 'none_*.h5: none of the 2 files has rows in /x' stderr || shown=$(said)
tap_empty 'writers: files without any rows are an error' "$shown"

# info FILE TEXT…: what fcnn-info prints has these texts
info()
{
    local file=$1 out text wrong=''
    shift
    out=$("$bin/fcnn-info" "$file" 2>&1)
    for text; do
        [[ $out == *"$text"* ]] || wrong+="no '$text'; "
    done
    tap_empty "writers: fcnn-info $file" "$wrong"
}
info pandas_wide.h5 'data, not a model: 1 dataset,' '/df/table:c24  float64'
info pandas_table.h5 '/df/table:values_block_0  float64 [3]' '/df/table:values_block_4  strings of 19 bytes [1]'
info h5py.h5 '/records_vlen_packed:word  strings of variable length' '/records:sub:v  int32 [1]' \
    '[23][3]  complex numbers, records of 16 bytes' '/records:pos  float64 [2][3]'
info netcdf.nc '[23]  strings of 20 characters'
info matlab.mat 'order = columns' 'inputs = /X' 'targets = /y'
info octave.h5 'order = columns' 'inputs = /X/value' 'targets = /y/value'

# ---- what is refused ----

# refused NAME PATTERN FILE COLUMNS [OPTION…]: prediction ends with bad data; a '*' stands for anything
refused()
{
    local name=$1 pattern=$2 file=$3 columns=$4 out
    shift 4
    out=$(ranks 0 "$bin/fcnn-predict" model_3.h5 "$file" --inputs "$columns" "$@" --output refused.h5 2>&1)
    code=$?
    # shellcheck disable=SC2053 # a pattern
    if [ $code = 65 ] && [[ $out == *$pattern* ]]; then
        tap_ok "writers: $name"
    else
        tap_not_ok "writers: $name" "exit code $code" "$out"
    fi
}
refused 'complex numbers as a whole' \
    'contains complex numbers: use the real and the imaginary part as columns: /z:r, /z:i' h5py.h5 /z
refused 'complex members' 'as columns: /records:z:r, /records:z:i' h5py.h5 /records:z
refused 'records as a whole' \
    'contains compound records: use the names of their members: /records:word, /records:a, /records:b' \
    h5py.h5 /records
refused 'records within records' 'use the names of their members: /table:sub:u, /table:sub:v' pytables.h5 /table:sub
refused 'dates of numpy' 'opaque bytes*NUMPY:<M8' h5py.h5 /date
refused 'lists of variable length' 'lists of variable length, not numbers' h5py.h5 /lists
refused 'references' 'references to other datasets, not numbers' h5py.h5 /references
refused 'times of PyTables' "times of HDF5's time type" pytables.h5 /table:time
refused 'lzf' 'filter 32000, lzf' h5py.h5 /lzf
refused 'blosc' 'filter 32001, blosc' pytables.h5 /blosc
refused 'strings as inputs' 'strings' netcdf.nc /words
refused 'an empty array of MATLAB' 'it contains no data' matlab.mat /empty --columns
refused 'an empty array of Octave' 'is an empty Octave array: it contains no data' octave.h5 /e/value --columns
refused 'netCDF of the classic format' 'nccopy -k nc4' classic.nc /x
refused 'a file that was not closed' 'has not closed it*h5clear -s --increment=0' unclosed.h5 /x
for part in superblock type class layout; do
    refused "a newer $part" "written by a newer HDF5*does not support*'v110'*h5repack --low=0 --high=2" \
        "newer_$part.h5" /x
done

# the advice for a file that was not closed is good
if command -v h5clear >/dev/null; then
    h5clear -s --increment=0 unclosed.h5
    tap_run 'writers: h5clear makes an unclosed file readable' \
        ranks 0 "$bin/fcnn-predict" model_3.h5 unclosed.h5 --inputs /x --output unclosed_out.h5
fi
tap_done
