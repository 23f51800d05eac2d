#!/usr/bin/env bash
# Numbers whose meaning stands beside them: what netCDF4 for Python reads of scale factors, fill values and ranges, and
# what rhdf5, hdf5r, pandas and AnnData mean by their codes, is what a network is given.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need_python h5py netCDF4 numpy
make() { "$python" "$here/make_decode.py" "$@"; }
variables=$(make files) || exit 1
columns=$(tr ',' '\n' <<<"$variables" | wc -l)

# is WHAT GOT WANTED, holds WHAT TEXT PART: a test each
is()
{
    local wrong=''
    [ "$2" = "$3" ] || wrong="it is '$2', not '$3'; $(said 2>&1)"
    tap_empty "decode: $1" "$wrong"
}
holds()
{
    local wrong=''
    [[ $2 == *"$3"* ]] || wrong="no '$3' in: $2"
    tap_empty "decode: $1" "$wrong"
}

# config NAME LINE…: NAME.ini, a [data] section of these lines, for one epoch of a linear model
config()
{
    local name=$1
    shift
    {
        printf '[data]\n'
        printf '%s\n' "$@"
        printf '[model]\nprecision = double\n[train]\nepochs = 1\nbatch_size = 16\n[output]\nlog_every = 1\n'
    } >"$name.ini"
}

# predict NP ARGUMENT…: keeps standard output, standard error and code
predict()
{
    local np=$1
    shift
    ranks "$np" "$bin/fcnn-predict" "$@" >stdout 2>stderr
    code=$?
}

# gives WHAT EXPECTED COMMAND…: the command prints that
gives()
{
    local what=$1 expected=$2
    shift 2
    is "$what" "$("$@" 2>&1)" "$expected"
}

# fails WHAT PATTERN CONFIG [OPTION…]: training ends with bad data and says it
fails()
{
    local what=$1 pattern=$2
    shift 2
    train 0 --overwrite "$@"
    local wrong=''
    [[ $code = 65 || $code = 78 ]] && grep -qE -- "$pattern" stderr || wrong=$(said)
    tap_empty "decode: $what" "$wrong"
}

# says WHAT TEXT FILE: it is there
says() { holds "$1" "$(cat "$3")" "$2"; }

# ---- netCDF and the CF conventions ----

config id 'train = cf_*.nc' "inputs = $variables" 'targets = /zz' 'missing = mean'
train 0 --set train.epochs=0 id.ini && make model id/model.h5 "$columns" id.h5
predict 0 id.h5 'cf_*.nc' --inputs "$variables" --output one.h5
gives 'each value of each variable is what netCDF4 reads' "$columns variables compared, 0 wrong" make compare one.h5
predict 3 id.h5 'cf_*.nc' --inputs "$variables" --output three.h5
gives 'and on three ranks' '' h5diff one.h5 three.h5 /predictions

config climate 'train = cf_*.nc' 'inputs = /t2m, /missing_scaled' 'targets = /zz' 'missing = drop_row' \
    'normalize = standardize' 'normalize_targets = standardize'
# of 40 rows of each file 8 have no t2m and 14 no missing_scaled, 3 of them neither
train 0 climate.ini
says 'rows with a missing value are left out' 'left out: 38 of 80 rows' stdout
says 'the start text tells what is decoded' \
    '/t2m: value*0.001 + 280.1, -32767 (_FillValue) is missing; other files' stdout
digest=$("$bin/fcnn-info" --hash climate/model.h5)
for how in '3' '1 --set data.memory=stream' '3 --set data.memory=stream' "2 --set $together" \
    "3 --set $together --set data.memory=stream --set data.shuffle_window=3"; do
    # shellcheck disable=SC2086 # options
    train ${how%% *} --overwrite ${how#"${how%% *}"} --set output.directory=other climate.ini
    case $how in
        *window*) is "the same bits: $how" "$code" 0 ;;
        *) is "the same bits: $how" "$("$bin/fcnn-info" --hash other/model.h5)" "$digest" ;;
    esac
done
says 'the model keeps it' '/t2m: value*0.001 + 280.1, -32767' <("$bin/fcnn-info" climate/model.h5)
train 0 --set train.epochs=2 climate.ini
is 'the run is resumed' "$code" 0
train 0 --set data.decode=no climate.ini
holds 'not without decoding' "$(cat stderr)" 'data.decode cannot change on resume'
train 0 --set data.missing_values=5 climate.ini
holds 'nor with other codes' "$(cat stderr)" 'data.missing_values cannot change on resume'
fails 'an error names the code and what says so' \
    'cf_0.nc: /t2m, /missing_scaled: row 0, column 0 is -32767, which is a missing value according to _FillValue' \
    --set data.missing=error climate.ini
fails 'a target that is out of range is told' \
    'row 0, column 0 is -1, which is a missing value: it is below the 0 of valid_range' \
    --set data.missing=error --set data.inputs=/zz --set data.targets=/range climate.ini
fails 'missing targets have no mean' 'is -1, which is a missing value' \
    --set data.missing=mean --set data.inputs=/zz --set data.targets=/range climate.ini
train 0 --overwrite --set data.decode=no --set data.missing=error climate.ini
is 'without decoding nothing is missing' "$code $(grep -c decoded stdout)" '0 0'
predict 0 climate/model.h5 cf_0.nc --inputs '/t2m, /missing_scaled' --output raw.h5
says 'such a model predicts from the numbers as they are stored' \
    "is used as it is stored, as in the training of the model" stderr
train 0 --overwrite climate.ini
predict 0 climate/model.h5 cf_0.nc --inputs '/t2m, /missing_scaled' --rows 1:2 --output p.h5
is 'a model that was decoded decodes' "$code $(cat stderr)" '0 '
predict 0 climate/model.h5 cf_0.nc --inputs '/t2m, /missing_scaled' --output p.h5
says 'and knows what is missing' 'row 0, column 0 is -32767, which is a missing value according to _FillValue' stderr
predict 0 climate/model.h5 cf_0.nc --inputs '/zz, /bytes' --rows 1:2 --output p.h5
says 'a side without a scale is told' 'is not scaled, but the inputs in the training of the model' stderr
predict 0 climate/model.h5 cf_0.nc --no-decode --inputs '/t2m, /missing_scaled' --output p.h5
says '--no-decode is told' 'as it is stored (--no-decode), but the model was trained with decoded values' stderr
fails 'a dimension is no data' 'dataset /without is a netCDF dimension without values' \
    --set data.inputs=/without climate.ini
is 'nor is it listed' "$("$bin/fcnn-info" cf_0.nc | grep -c without)" 0

# ---- codes of other programs ----

# missing NAME KEY=VALUE…: how many of the 40 values are, by the rows that are left out
missing()
{
    local name=$1 setting options=()
    shift
    for setting; do options+=(--set "$setting"); done
    train 0 --overwrite --check "${options[@]}" --set "data.inputs=$name" codes.ini
    [ "$code" = 0 ] || said
    sed -n 's/.*left out: \([0-9]*\) of 40 rows.*/\1/p' stdout
}

config codes 'train = codes.h5' 'inputs = /x' 'targets = /y' 'missing = drop_row'
gives "R's integers, rhdf5" 13 missing /r_integer
gives "R's logicals, rhdf5" 13 missing /r_logical
gives 'int32 without a mark has no code' '' missing /plain_integer
gives 'unless it is given one' 13 missing /plain_integer data.missing_values=-2147483648
gives 'integer64 and NaT' 13 missing /integer64
gives 'categories of AnnData' 13 missing /category/codes
gives 'categories of pandas' 13 missing /table:c
gives 'another member of that table' '' missing /table:a
gives 'sentinels' 20 missing /sentinels 'data.missing_values=-999, -9999'
gives 'sentinels among whole numbers' 20 missing /sentinels_i2 'data.missing_values=-9999,-999.0, 0.5'
gives 'sentinels in half precision, where -9999 is -10000' 20 missing /sentinels_f2 'data.missing_values=-999, -9999'
gives '1e20 in float32' 14 missing /big 'data.missing_values=1e20'
gives 'one of two columns' 20 missing '/sentinels, /x[0]' 'data.missing_values=-999, -9999'
gives 'an enumeration as an input' 12 missing /cloud
gives 'nothing of it with decode = no' '' missing '/r_integer, /integer64, /cloud, /table:c' data.decode=no
fails 'a list that is none' 'data.missing_values = x is not a list of at most' --set data.missing_values=x codes.ini
fails 'values with a mask' "the dataset 'mask' next to it" --set data.inputs=/nullable/values codes.ini
fails 'a scale_factor that is a text' 'attribute scale_factor is not a single number' \
    --set data.inputs=/bad_scale codes.ini
fails 'an empty array of MATLAB' 'is an empty MATLAB array' --set data.inputs=/empty codes.ini

# ---- what looks like a code ----

"$bin/fcnn-info" cf_0.nc >info
says 'fcnn-info tells what the numbers mean' '/scale_only: value*0.1, -32767 (the default fill value of netCDF' info
is 'and points out what is left of codes' "$(sed -n 's/: .* values are.*//p' info | tr '\n' ' ')" \
    '/default_i2 /default_i4 /fill_replaces_default '
"$bin/fcnn-info" codes.h5 >info
says 'fcnn-info points a lonely code out' '/sentinels: 10 values are -9999, the next value is -999' info
says 'also where R left no mark' '/plain_integer: 13 values are -2147483648, the next value is 1' info
says 'and among the members of records' '/table:c: -1 (the codes of categories) is missing' info
is 'not where its values are missing anyway' "$(grep -cE '/(r_integer|r_logical|integer64).*values are' info)" 0
train 3 --overwrite --set 'data.inputs=/big, /plain_integer' --set data.targets=/y codes.ini
says 'fcnn-train points it out' 'big is 1.0000000200408773e+20 in 14 rows, and the next value is 6' stderr
says 'in each column' 'plain_integer is -2147483648 in 13 rows' stderr
train 0 --overwrite --set 'data.inputs=/big, /plain_integer' --set 'data.missing_values=1e20, -2147483648' codes.ini
is 'and says no more once that is settled' "$(grep -c 'data.missing_values' stderr)" 0

# ---- names of classes ----

# classes: of the model, one line
classes() { "$bin/fcnn-info" "$1" | sed -n '/^classes/,/^$/p' | tr -s ' \n' ' '; }

config sky 'train = codes.h5' 'inputs = /x' 'targets = /cloud' 'missing = drop_row'
train 0 sky.ini
says 'names are numbered in the order of the values' 'cumulus = 0, none = 1, stratus = 2, NA = missing' stdout
says 'NA, and what has no name, is missing' 'left out: 12 of 40 rows' stdout
says 'and they make the network' '2-3, double' stdout
holds 'the model has the names' "$(classes sky/model.h5)" 'cumulus 1 none 2 stratus'
fails 'a label without a name is told' \
    'row 4, column 0 is 100, which is a missing value: its name in the enumeration is NA' \
    --set data.missing=error sky.ini
predict 0 sky/model.h5 codes.h5 --targets /factor
says 'they are matched by name' 'of 40 rows right' stdout
cp stdout factor
predict 0 sky/model.h5 codes.h5 --targets /factor_otherwise
gives 'whatever their values' '' diff factor stdout
predict 3 sky/model.h5 codes.h5 --targets /factor_otherwise
gives 'on three ranks' '' diff factor stdout
predict 0 sky/model.h5 codes.h5 --targets /factor_more
says 'a name that training did not have is an error' \
    "row 1 (counting from 0) has the label 'fog', which is not one of" stderr
train 0 --overwrite --set data.targets=/factor --set data.test=codes.h5 \
    --set data.test_targets=/factor_otherwise sky.ini
says 'values from 1 make no class of their own' '2-3, double' stdout
holds 'and are in their order' "$(classes sky/model.h5)" '0 none 1 cumulus 2 stratus'
train 0 --overwrite --set data.decode=no --set data.targets=/factor sky.ini
says 'without decoding they are numbers' '2-4, double' stdout
train 0 --overwrite --set data.targets=/boolean sky.ini
says 'booleans stay 0 and 1' 'sigmoid output' stdout

fails "R's NA among labels without a mark is recognized" "the label -2147483648, which is R's NA for integers" \
    --set data.targets=/plain_integer sky.ini
config netcdf 'train = cf_*.nc' 'inputs = /zz' 'targets = /sky' 'missing = drop_row'
train 0 netcdf.ini
says 'the fill value of an enumeration is no class' 'clear = 0, cumulus = 1, fog = 2, unknown = missing' stdout
says 'and its rows are left out' 'left out: 20 of 80 rows' stdout

# ---- words ----

config words 'train = codes.h5' 'inputs = /x' 'targets = /words' 'missing = drop_row'
train 0 words.ini
says 'words for nothing are no classes' 'left out: 20 of 40 rows' stdout
holds 'the others are' "$(classes words/model.h5)" '0 hi 1 lo '
digest=$("$bin/fcnn-info" --hash words/model.h5)
train 3 --overwrite --set data.memory=stream words.ini
is 'the same on three ranks, streamed' "$("$bin/fcnn-info" --hash words/model.h5)" "$digest"
fails 'a missing label is told' "the label of row 2 .counting from 0. is missing, because '' does not name a class" \
    --set data.missing=error words.ini
fails 'it has no mean' 'the label of row 2' --set data.missing=mean words.ini
train 0 --overwrite --set data.decode=no words.ini
holds 'without decoding they are names' "$(classes words/model.h5)" 'NA'

# ---- names that files number in their own way ----

"$python" - <<'END'
import h5py, numpy as np
x = np.random.default_rng(4).normal(size=(40, 1))
for name, numbers, categories in (('f0', {'a': 1, 'b': 2}, ['lo', 'hi']), ('f1', {'b': 1, 'c': 2}, ['hi', 'lo']),
                                  ('f2', {'a': 1, 'b': 2}, ['lo', 'hi'])):
    with h5py.File(name + '.h5', 'w') as f:
        f['x'] = f['z'] = x
        kinds = h5py.enum_dtype(numbers, basetype='u1')
        f.create_dataset('k', data=np.full(40, numbers['b'], 'u1'), dtype=kinds)
        f.create_dataset('two', data=np.full((40, 2), numbers['b'], 'u1'), dtype=kinds)
        group = f.create_group('kind')
        group.attrs['encoding-type'] = 'categorical'
        group['categories'] = categories
        group['codes'] = (x[:, 0] > 0).astype('i1')
END
config numbered 'train = f0.h5, f2.h5' 'inputs = /x, /k' 'targets = /z'
train 0 numbered.ini
is 'the numbers of an enumeration are inputs' "$code" 0
says 'and it is said that they must be the same elsewhere' \
    '/k is an enumeration whose numbers are used as values' stderr
other='is an enumeration with other names or numbers than in the first file'
fails 'a file with other numbers is an error' "f1.h5: /k $other" --set data.train=f0.h5,f1.h5 numbered.ini
fails 'of targets in several columns, too' "f1.h5: /two $other" --set data.train=f0.h5,f1.h5 --set data.inputs=/x \
    --set data.targets=/two numbered.ini
train 0 --overwrite --set data.inputs=/x --set data.targets=/kind/codes numbered.ini
says 'places among categories are told' 'whose names are not read' stderr
tap_done
