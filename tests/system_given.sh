#!/usr/bin/env bash
# Normalization from a file: offsets and scales, or those of a model.  The same bits on any ranks and after a stop; a
# model has the numbers; files that do not fit are refused.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

make_hdf5=$built/tests/make_hdf5
"$make_hdf5" named rows.h5 && "$make_hdf5" turned turned.h5 && "$make_hdf5" given given.h5 || exit 1
mkdir configs && cp given.h5 configs/n.h5 # the path in a config starts in its folder
cat >configs/a.ini <<'I'
[data]
train = ../rows.h5
validation = 0.2
inputs = /x
targets = /z
normalize = file:n.h5
normalize_targets = standardize
[model]
hidden = 6
activation = tanh
[train]
epochs = 4
batch_size = 8
[optimizer]
learning_rate = 0.05
I

# hash NAME NP [OPTION…]: trains in the folder NAME; prints the hash of the model
hash()
{
    local name=$1 np=$2
    shift 2
    train "$np" --overwrite --set output.directory="$name" "$@" configs/a.ini || said >&2
    "$bin/fcnn-info" --hash "$name/model.h5"
}

# is WHAT HASH: one more check
is()
{
    if [ -n "$2" ] && [ "$2" = "$one" ]; then
        tap_ok "given: $1"
    else
        tap_not_ok "given: $1" "$2, not $one"
    fi
}

# fails WHAT PIECE CODE NP [OPTION…]: the run ends with a code and a message
fails()
{
    local what=$1 piece=$2 expected=$3 np=$4
    shift 4
    train "$np" "$@" configs/a.ini
    errors=$(grep -c '^fcnn-train: error' stderr)
    if [ "$code" = "$expected" ] && [ "$errors" = 1 ] && grep -qF -- "$piece" stderr; then
        tap_ok "given: $what"
    else
        tap_not_ok "given: $what" "$(said)"
    fi
}

one=$(hash one 0)
"$bin/fcnn-info" one/model.h5 >info
tap_run 'given: a model has the offsets and scales' test "$(grep -Ec '1\.2 +0\.75|1\.45 +-2|-1 +5' info)" = 3
is 'two ranks' "$(hash two 2)"
is 'three ranks of two threads' "$(hash three 3 --set train.threads=2)"
is 'streamed' "$(hash streamed 2 --set data.memory=stream)"
is 'plain kernels' "$(FCNN_ISA=plain hash plain 1)"
is 'columns by ranges' "$(hash ranges 2 --set 'data.normalize=file:configs/n.h5 0:2, file:given.h5 2')"
is 'a model as the file' "$(hash model 2 --set data.normalize=file:two/model.h5 \
    --set data.normalize_targets=file:two/model.h5)"
checkpoints=(two/checkpoint-*.h5)
is 'a checkpoint as the file' "$(hash checkpoint 0 --set "data.normalize=file:${checkpoints[0]}")"
other=$(hash other 2 --set 'data.normalize=file:given.h5 0:2, none 2')
tap_run 'given: other columns change the weights' test -n "$other" -a "$other" != "$one"
hash names 2 --set data.match_columns=by_name --set data.train=turned.h5 >names.hash
"$bin/fcnn-info" names/model.h5 >info
tap_run 'given: columns are found by name' grep -Eq '^depth .* -1 +5' info

# The effective config has the path, from the working directory; --check reads the file.
train 2 --check configs/a.ini
tap_run 'given: --check' test "$code" = 0
tap_run 'given: the config of a model names the file' grep -q '^normalize = file:configs/n.h5$' \
    <("$bin/fcnn-info" one/model.h5)

# A run that stops goes on without the file, on other ranks; predictions never need it.
train 2 --overwrite --set output.directory=resumed --set train.epochs=2 configs/a.ini
rm configs/n.h5
train 3 --set output.directory=resumed configs/a.ini
is 'resumed without the file' "$("$bin/fcnn-info" --hash resumed/model.h5)"
run_program 2 fcnn-predict one/model.h5 rows.h5 --inputs /x --targets /z
tap_run 'given: predictions without the file' test "$code" = 0
fails 'a file that is missing' 'data.normalize: configs/n.h5' 66 2 --overwrite --set output.directory=wrong
train 1 --overwrite --set output.directory=moved --set train.epochs=2 --set data.normalize=file:given.h5 configs/a.ini
cp given.h5 configs/n.h5
train 2 --set output.directory=moved configs/a.ini
is 'resumed with a file that was moved' "$("$bin/fcnn-info" --hash moved/model.h5)"
fails 'a run keeps its numbers' 'data.normalize: other/model.h5 gives column 2 (counting from 0) the offset 0' 78 2 \
    --set output.directory=moved --set data.normalize=file:other/model.h5 --set train.epochs=5
fails 'a run keeps its words' 'data.normalize cannot change on resume' 78 2 \
    --set output.directory=moved --set data.normalize=standardize --set train.epochs=5

# Files that do not fit.
wrong=(2 --overwrite --set output.directory=wrong)
fails 'other names' 'data.normalize: configs/n.h5: /offset' 65 "${wrong[@]}" --set data.train=turned.h5
fails 'other columns' '/offset has 3 columns, but the data has 2' 65 "${wrong[@]}" --set data.inputs=/z \
    --set data.match_columns=ignore
fails 'data' 'data.normalize: rows.h5: there are no datasets /offset and /scale' 65 "${wrong[@]}" \
    --set data.normalize=file:rows.h5
fails 'a negative scale of a target' 'is -2, but that of a target must be above 0' 65 "${wrong[@]}" \
    --set data.targets=/x --set data.normalize_targets=file:given.h5
fails 'a word without a path' "'file' must be followed by a path" 78 "${wrong[@]}" --set data.normalize=file

# With initial weights: the numbers decide, not the words.
init=(2 --overwrite --set output.directory=init --set train.epochs=0 --set data.normalize_targets=file:one/model.h5)
train "${init[@]}" --set model.init=one/model.h5 --set data.normalize=file:one/model.h5 configs/a.ini
is 'a model that gives weights and normalization' "$("$bin/fcnn-info" --hash init/model.h5)"
fails 'weights of another normalization' 'set model.init_refit = yes to use that of the file' 78 "${init[@]}" \
    --set model.init=other/model.h5
train "${init[@]}" --set model.init=other/model.h5 --set model.init_refit=yes configs/a.ini
tap_run 'given: weights of another normalization, on purpose' test "$code" = 0

# A model gives its transforms; losses that do not go with them say so.
train 0 --overwrite --set output.directory=curved --set data.normalize_targets=asinh_standardize configs/a.ini
curved=(2 --overwrite --set output.directory=wrong --set data.normalize_targets=file:curved/model.h5)
train "${curved[@]}" configs/a.ini
tap_run 'given: transforms of targets' test "$("$bin/fcnn-info" wrong/model.h5 | grep -c ' asinh$')" = 2
fails 'transforms and densities' 'cannot be combined with train.loss = gaussian_nll' 78 "${curved[@]}" \
    --set train.loss=gaussian_nll
tap_done
