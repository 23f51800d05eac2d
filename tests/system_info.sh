#!/usr/bin/env bash
# fcnn-info as its user sees it: on a model that fcnn-train wrote, on one made by other tools, and on data.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
# shellcheck source=../scripts/common.sh
. "$here/../scripts/common.sh"
# shellcheck source=quick_starts.sh
. "$here/quick_starts.sh"
bin=${FCNN_BIN:?the folder of the programs}
configs=$(cd "${srcdir:-$here/..}/configs" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-info-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/mpi"
export OMPI_MCA_orte_tmpdir_base="$scratch/mpi" PRTE_MCA_prte_tmpdir_base="$scratch/mpi"
cd "$scratch" || exit 1

# info CODE ARGUMENT…: runs fcnn-info, which must end with the code; what it prints goes to out and err
info() {
    local expected=$1 code
    shift
    "$bin/fcnn-info" "$@" >out 2>err
    code=$?
    [ $code -eq "$expected" ] || {
        echo "fcnn-info $*: code $code, not $expected"
        cat out err
    }
}

# An error is one line on stderr, and nothing on stdout.
# fails CODE TEXT ARGUMENT…
fails() {
    local code=$1 text=$2
    shift 2
    info "$code" "$@"
    [ ! -s out ] || echo "something on stdout: $(cat out)"
    [ "$(wc -l <err)" -eq 1 ] || echo "not one line: $(cat err)"
    grep -q '^fcnn-info: error: ' err || echo "no 'fcnn-info: error: ': $(cat err)"
    grep -qF -- "$text" err || echo "no '$text' in: $(cat err)"
}

# hash_of FILE GROUP LAYERS: the SHA-256 by other means, over the names and what h5dump extracts
hash_of() {
    local layer array
    for ((layer = 1; layer <= $3; layer++)); do
        for array in "W$layer" "b$layer"; do
            h5dump -d "$2/$array" -b LE -o bytes "$1" >/dev/null || echo "h5dump fails on $2/$array of $1" >&2
            printf '%s' "$array"
            cat bytes
        done
    done | sha256sum | cut -d ' ' -f 1
}

# silent NAME COMMAND…: passes if the command prints nothing; what it prints says what is wrong
silent() {
    local name=$1
    shift
    tap_empty "info: $name" "$("$@" 2>&1)"
}

# shows TEXT…: each text is in what fcnn-info printed
shows() {
    local text
    for text; do
        grep -qF -- "$text" out || echo "no '$text' in: $(cat out)"
    done
}

# ---- a model that fcnn-train wrote ----

# train PRECISION: makes PRECISION/model.h5
train() {
    fcnn_mpirun 1 "$bin/fcnn-train" --set "data.train=$scratch/xor.h5" --set train.epochs=20 --set output.log_every=1 \
        --set "model.precision=$1" --set "output.directory=$scratch/$1" "$configs/xor.ini"
}

same_hash() {
    info 0 "$1" --hash
    hash_of "$1" "$2" 2 | cmp - out
}

describes() {
    info 0 "$1/model.h5"
    shows "model      2-4-1, $1 precision" 'output     sigmoid, loss binary_cross_entropy' 'made by    fcnn ' \
        '    1  [4][2]                  tanh                 12' \
        'total                                               17' 'history, the last 10 of 21 lines' \
        'inputs are not normalized' 'epochs = 20'
}

# What a model holds besides: settings of its loss, slopes, and what its numbers mean.
describes_more() {
    fcnn_mpirun 1 "$bin/fcnn-train" --set "data.train=$scratch/xor.h5" --set train.epochs=2 --set model.output=linear \
        --set train.loss=huber --set train.huber_delta=0.25 --set model.activation=prelu --set train.ema=0.5 \
        --set data.missing=mean --set train.missing_targets=ignore --set model.layer_norm=yes \
        --set "output.directory=$scratch/more" "$configs/xor.ini" >train.log || cat train.log
    info 0 more/model.h5
    shows 'output     linear, loss huber, huber_delta = 0.25' 'layer norm before the activations' \
        'missing    inputs are replaced by the means of their columns' 'missing    targets count in no sum' \
        'average    the parameters are an average over the steps, train.ema = 0.5'
    "$bin/fcnn-info" --weights more/model.h5 | sed -n '/^slope1 /{ n; s/^/slopes     of prelu: /; p; }' >slopes
    grep -qxFf slopes out || cat slopes out
}

# same_weights FILE FORMAT: what is printed is what h5dump shows in that format
same_weights() {
    local array
    info 0 "$1" --weights
    for array in W1 b1 W2 b2; do
        sed -n "/^$array /,/^[Wb]/p" out | grep -v '^[Wb]' | tr ' ' '\n' >printed
        h5dump -d "/model/$array" -m "$2" -y -w 1 -o dumped "$1" >dump.log || cat dump.log
        tr -d ' ,' <dumped | grep . >stored
        [ -s stored ] || echo "$array: h5dump shows nothing"
        cmp stored printed
    done
}

# All that is known of the columns, and nothing else.
tells_of_columns() {
    info 0 "$1/model.h5" --columns
    shows 'inputs are not normalized' 'inputs of the training rows' 'targets of the training rows' \
        'a                          0                     1                   0.5' \
        'a_xor_b                     0                     1                   0.5'
    grep -E 'history|config|layer' out
}

is_ordinary_hdf5() {
    local name big
    [ "$(head -c 16 "$1")" = "fcnn framed file" ] || echo "no frame"
    h5ls -r "$1" >listing || echo "h5ls fails"
    for name in /config /model/W1 /model/b2 /normalizer/inputs_shift /history/train_loss; do
        grep -q "^$name  *Dataset" listing || echo "no $name in: $(cat listing)"
    done
    h5dump -H -p "$1" >headers || echo "h5dump fails"
    big=$(grep -E 'H5T_(STD_[IU]|IEEE_F)[0-9]*BE' headers)
    [ -z "$big" ] || echo "not little-endian: $big"
}

tap_run "info: import" "$bin/fcnn-import" xor.h5 --csv "$configs/data/xor.csv" --header
for precision in single double; do
    model=$precision/model.h5
    digits=%.9g
    [ $precision = single ] || digits=%.17g
    tap_run "info: train in $precision precision" train $precision
    silent "the hash of a model in $precision precision" same_hash $model /model
    silent "a model in $precision precision is described" describes $precision
    silent "its columns are told, $precision precision" tells_of_columns $precision
    silent "the weights in $precision precision are those in the file" same_weights $model $digits
    silent "HDF5's tools read the framed model in $precision precision" is_ordinary_hdf5 $model
done

both_options() {
    info 0 single/model.h5 --weights --hash
    head -n 1 out | grep -qxE '[0-9a-f]{64}' || echo "no hash first: $(cat out)"
    [ "$(sed -n 2p out)" = 'W1 [4][2]' ] || echo "no weights: $(cat out)"
}
silent "both options print the hash, then the weights" both_options

size=$(wc -c <single/model.h5)
head -c $((size - 1)) single/model.h5 >cut.h5
silent "a model that lost its last byte" fails 65 'cut.h5: damaged: the end is missing' cut.h5
for byte in '\377' '\376'; do # one of the two is another one
    {
        head -c 2000 single/model.h5
        # shellcheck disable=SC2059 # an escape is meant
        printf "$byte"
        tail -c +2002 single/model.h5
    } >flipped.h5
    cmp -s flipped.h5 single/model.h5 || break
done
silent "a model with another byte" fails 65 'flipped.h5: damaged: its checksum does not match' flipped.h5 --hash

sed 's/W1/V1/g' single/model.h5 >renamed.h5
silent "a model without its weights is not taken for data" fails 65 'renamed.h5: damaged: its checksum' renamed.h5

# ---- a model made by other tools ----

# put [ROWS,]COLUMNS NAME: makes a big-endian float32 dataset of foreign.h5 from the numbers on stdin
put() {
    local rank=1
    case $1 in *,*) rank=2 ;; esac
    cat >numbers
    printf '%s\n' "PATH $2" 'INPUT-CLASS TEXTFP' "RANK $rank" "DIMENSION-SIZES ${1/,/ }" 'OUTPUT-CLASS FP' \
        'OUTPUT-SIZE 32' 'OUTPUT-ARCHITECTURE IEEE' 'OUTPUT-BYTE-ORDER BE' >layout
    h5import numbers -c layout -o foreign.h5 >import.log 2>&1 || cat import.log
}

foreign_model() {
    echo 1 2 3 4 5 6 | put 3,2 W1
    echo 0.5 -0.25 0 | put 3 b1
    echo 0.1 0.2 0.3 | put 1,3 W2
    echo 7 | put 1 b2
    info 0 foreign.h5
    shows "model      2-3-1, single precision" "output     linear, loss mse" \
        "    1  [3][2]                  relu                  9"
    info 0 foreign.h5 --weights
    printf '%s\n' 'W1 [3][2]' '1 2' '3 4' '5 6' 'b1 [3]' '0.5 -0.25 0' 'W2 [1][3]' \
        '0.100000001 0.200000003 0.300000012' 'b2 [1]' 7 | diff - out
    same_hash foreign.h5 ''
}
silent "a model that h5import made" foreign_model

# ---- data ----

# lacks TEXT…: none of these is in what fcnn-info printed
lacks() {
    local text
    for text; do
        ! grep -qF -- "$text" out || echo "there is '$text' in: $(cat out)"
    done
}

# has_lines LINE…: these lines follow each other in out
has_lines() {
    printf '%s\n' "$@" >wanted
    awk 'NR == FNR { wanted = wanted $0 "\n"; next } { text = text $0 "\n" }
        END { exit !index("\n" text, "\n" wanted) }' wanted out || echo "no lines '$1' …: $(cat out)"
}

data_that_was_imported() {
    FCNN_SIZES='' "$bin/fcnn-import" digits.h5 --csv "$configs/data/digits.csv" --split 0.8 --seed 1 >import.log \
        || cat import.log
    info 0 digits.h5
    has_lines '/train/x  [1438][64]  float64' '          contiguous; 736 kB' '/train/y  [1438]  int32' \
        '          contiguous; 5.8 kB'
    has_lines '[data]' 'train = digits.h5' 'inputs = /train/x' 'targets = /train/y' 'normalize = standardize' \
        'test = digits.h5' \
        'test_inputs = /test/x' 'test_targets = /test/y'
    lacks 'slow to read' 'not read'
    # what is to be pasted works
    sed -n '/^\[data\]$/,$p' out >pasted.ini
    fcnn_mpirun 1 "$bin/fcnn-train" --check pasted.ini >check.log 2>&1 || cat check.log
}
silent "data that was imported, with a config that works" data_that_was_imported

data_of_all_types() {
    info 0 tables.h5
    has_lines '/big            [40][3]  float64, big-endian, in m/s' '                contiguous; 960 B'
    has_lines '/half           [40][3]  half, read as float32' '                compact; 240 B'
    has_lines '/x              [3][40]  float32, in K?[31m'
    has_lines '/y              [40]  uint8' '                contiguous; 40 B'
    has_lines '/records/table  [40]  records of 22 bytes' \
        '                chunks [16] of 352 B; 880 B, not written' \
        '                  /records/table:temperature  float64' \
        '                  /records/table:count  int32, big-endian' \
        '                  /records/table:"bad?[31m"  half, read as float32' \
        '                  /records/table:name  strings of 8 bytes'
    shows '[40]  bit fields of 8 bits, read as uint8' '[40]  bool, read as int8' \
        '[40]  an enumeration of 1 names, read as uint8' '[40]  whole numbers of 12 bits, read as uint16' \
        'chunks [40][1] of 160 B, shuffle, deflate 4; ' ' stored for 480 B, ' 'a single value  int64'
    has_lines '[data]' 'train = tables.h5' 'order = columns' 'inputs = /x' 'targets = /y'
    lacks 'slow to read'
    ! grep '[[:cntrl:]]' out || echo 'control characters'
}

slow_data() {
    info 0 slow.h5
    shows '/slow: 100000 chunks of 4 bytes: HDF5 needs about 10 us for each, about 1 s for all' \
        '/slow;reboot: 100000 chunks of 4 bytes'
    has_lines 'chunks of 1 MB that contain whole rows are faster' \
        'h5repack -l /columns:CHUNK=3x87381 -l /slow:CHUNK=100000 slow.h5 repacked.h5'
    # the command does what is said
    bash -c "$(grep '^h5repack' out)" || echo 'h5repack fails'
    info 0 repacked.h5
    lacks '/columns:' '/slow:' h5repack
    shows '/slow;reboot:'
    cp slow.h5 'a;b.h5'
    info 0 'a;b.h5'
    shows '/slow: 100000'
    lacks h5repack '[data]'
}

strings() {
    info 0 words.h5
    has_lines '/words        [40]  strings of variable length' '              contiguous; 640 B'
    info 0 odd.h5
    shows '/text          not read: strings, but not one per row' '/null          not read: has no data'
}

many_tables() {
    info 0 many.h5
    shows 'many.h5: data, not a model: 250 datasets, ' '/199  [1]  uint8'
    lacks /200
    [ "$(tail -n 1 out)" = 'and 50 more' ] || echo "no 'and 50 more': $(tail -n 1 out)"
}

deep_groups() {
    info 0 deep.h5
    shows 'deep.h5: data, not a model: at least 8 datasets, ' /g/g/g/g/g/g/g/g/x
    lacks /g/g/g/g/g/g/g/g/g/x
    [ "$(tail -n 1 out)" = \
        'not all groups were examined: there are too many, or they are nested too deeply or damaged' ] || cat out
}

# Everything that a training refuses is listed with the reason, and nothing comes of it.
hostile_data() {
    local name
    for name in soft external made_up raw virtual virtual_series filter sparse uncountable large_chunk hollow_chunk \
        wide_integer wide_float vax wide_text more_rows more_compact_rows past_the_end claim_all many_dimensions \
        stray_exponent; do
        info 0 hostile/$name.h5
        grep -q '^/x  *not read: ' out || echo "$name: no /x that is not read: $(cat out)"
        grep -q '^/y  *\[40\]  int32$' out || echo "$name: no /y: $(cat out)"
    done
    info 0 hostile/external_group.h5
    shows 'not read: a link to another file, secret.h5, dataset /'
    info 0 hostile/cycle.h5
    shows '4 datasets' '/loop/a/z'
    info 0 hostile/names.h5
    has_lines '"/?[31mred?"  [40][3]  float64'
    for name in packed scaleoffset szip nbit; do
        info 0 hostile/$name.h5
        lacks 'not read'
    done
}

make_hdf5=$bin/tests/make_hdf5
if [ -x "$make_hdf5" ]; then
    mkdir hostile
    "$make_hdf5" hostile hostile || exit 1
    for kind in tables slow words many deep odd; do
        "$make_hdf5" $kind $kind.h5 || exit 1
    done
    silent "types, members, units and chunks of data" data_of_all_types
    silent "data that is slow to read, and how to mend it" slow_data
    silent "strings" strings
    silent "more tables than are listed" many_tables
    silent "groups that are too deep" deep_groups
    silent "hostile data" hostile_data
else
    tap_skip "info: data of all kinds" "there is no $make_hdf5"
fi

mnist() {
    info 0 "$mnist"
    has_lines '/train/x  [60000][784]  uint8'
    grep -q '^          chunks .*, deflate .* stored for 47 MB, [4-9]\.[0-9]* : 1$' out || cat out
    lacks 'slow to read'
}
mnist=$here/../../shared/data/mnist.h5
if [ -r "$mnist" ]; then
    silent "MNIST" mnist
else
    tap_skip "info: MNIST" "there is no $mnist"
fi

silent "a model with more than weights is described" describes_more

for option in --hash --weights; do
    silent "$option on data" fails 65 "xor.h5 contains data, not a model, so $option does not apply" xor.h5 $option
done
head -c 1000 xor.h5 >half.h5
silent "data that lost its end" fails 65 'half.h5: cannot be opened as HDF5' half.h5
ln -s nowhere.h5 broken_link.h5
silent "a link to nowhere" fails 66 'broken_link.h5: cannot be read: No such file or directory' broken_link.h5
silent "a folder" fails 66 '.: cannot be read: it is a folder' .
: >empty.h5
silent "an empty file" fails 65 'empty.h5: damaged: it is empty' empty.h5

# ---- usage ----

help() {
    info 0 --help
    grep -q '^usage: fcnn-info MODEL.h5' out || cat out
}
version() {
    info 0 --version
    grep -qE '^fcnn-info [0-9]+\.[0-9]+\.[0-9]+' out || cat out
}
silent "--help" help
silent "--version" version
silent "an unknown option" fails 64 'unknown option --hsah; see fcnn-info --help' --hsah single/model.h5
silent "no model" fails 64 'no file is given' --hash
silent "two models" fails 64 'only one file can be given; unexpected argument b.h5' a.h5 b.h5
silent "a missing file" fails 66 'none.h5: cannot be read: No such file or directory' none.h5
silent "a CSV file" fails 65 \
    "xor.csv: is not an HDF5 file, but text: if it is a table, convert it by 'fcnn-import OUT.h5 --csv FILE'" \
    "$configs/data/xor.csv"

# full_disk [OPTION]
full_disk() {
    local code
    "$bin/fcnn-info" single/model.h5 "$@" 2>err >/dev/full
    code=$?
    [ $code -eq 74 ] || echo "code $code, not 74"
    grep -q '^fcnn-info: error: .*No space left on device' err || cat err
}
full_disk_for_data() {
    local code
    "$bin/fcnn-info" xor.h5 2>err >/dev/full
    code=$?
    [ $code -eq 74 ] || echo "code $code, not 74"
    grep -q '^fcnn-info: error: .*No space left on device' err || cat err
}
if [ -w /dev/full ]; then
    silent "a full disk behind stdout, data" full_disk_for_data
    silent "a full disk behind stdout" full_disk
    for option in --hash --weights --help; do
        silent "a full disk behind stdout, $option" full_disk $option
    done
else
    tap_skip "info: a full disk behind stdout" "there is no /dev/full"
fi
tap_done
