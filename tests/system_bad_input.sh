#!/usr/bin/env bash
# Whatever is wrong with what fcnn-train and fcnn-predict are given: one clear message from one rank, the design's
# exit code, within seconds; no output file is harmed, no temporary and no rank is left behind.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
make_hdf5=$built/tests/make_hdf5
limit=${FCNN_BAD_INPUT_TIMEOUT:-20}

# ---- what is there: good and bad data, and a finished run in the folder kept ----

mkdir hostile
"$make_hdf5" odd odd.h5 && "$make_hdf5" broken broken.h5 && "$make_hdf5" hostile hostile &&
    "$make_hdf5" model hostile_model.h5 || exit 1
cat >good.ini <<'END'
[data]
train = odd.h5
[model]
hidden = 5
[train]
epochs = 2
batch_size = 16
END
# model OUT [OPTION…]: trains a model for the tests
model()
{
    train 0 --set output.directory=made "${@:2}" good.ini || { said; exit 1; }
    mv made "$1"
}
model kept
model regression --set data.targets=/y_wide
model deep --set model.hidden=5,5
mkdir spoilt
last=$(basename "$(find kept -name 'checkpoint-6.h5')")
# broken_copy FROM TO: with another byte in the middle
broken_copy()
{
    local half=$(($(wc -c <"$1") / 2)) byte
    for byte in '\377' '\376'; do # one of the two is another one
        {
            head -c "$half" "$1"
            # shellcheck disable=SC2059 # an escape is meant
            printf "$byte"
            tail -c +$((half + 2)) "$1"
        } >"$2"
        cmp -s "$1" "$2" || break
    done
}
broken_copy kept/model.h5 broken_model.h5
broken_copy "kept/$last" broken_checkpoint.h5
cp broken_checkpoint.h5 spoilt/checkpoint-6.h5
head -c 3000 kept/model.h5 >cut_model.h5
head -c 5000 odd.h5 >cut.h5
: >empty.h5
printf 'x,y\n1,2\n' >text.h5
mkfifo pipe.h5
mkdir folder.h5
# Checksums of all files but those in which the tests keep what they need, and those by which the folder of a run tells
# that it failed.
sums()
{
    find . -type f ! -name stdout ! -name stderr ! -name bad.ini ! -name lock ! -name status -exec cksum {} + | sort
}
existing=$(sums)

# ---- how a bad run is judged ----

# What the last run did wrong: its program, exit code, the words of the message (between bars; or others, behind OR).
faults()
{
    local program=$1 expected=$2 word parts process
    [ "$code" = "$expected" ] || printf 'exit code %s, not %s\n' "$code" "$expected"
    [ "$(grep -c "^$program: error: " stderr)" = 1 ] || printf 'not one message\n'
    [ "$(grep -c '^HDF5-DIAG\|^ *#[0-9][0-9][0-9]: ' stderr)" = 0 ] || printf 'HDF5 talks, too\n'
    IFS='|' read -r -a parts <<<"$3"
    for word in "${parts[@]}"; do
        grep "^$program: error: " stderr | grep -qF -- "${word// OR /$'\n'}" || printf "no '%s'\n" "$word"
    done
    [ -z "$(find . -name '.*.tmp' -o -name '.fcnn-*')" ] || printf 'a temporary is left behind\n'
    [ "$(sums)" = "$existing" ] || printf 'files were harmed, or made\n'
    find /proc/[0-9]*/cwd -lname "$work*" 2>/dev/null | while read -r process; do
        find "${process%cwd}exe" -lname '*fcnn-*' -printf '%h is left behind\n' 2>/dev/null
    done
}

# refused WHAT CODE WORDS COMMAND…: by the program, on each of the numbers of ranks in $counts.
# 0 is without mpirun, which gives one rank, and is much faster: one case of each kind of failure has more, since how
# the ranks end depends on the place in the program where they agree.
counts=0
refused()
{
    local what=$1 expected=$2 words=$3 program wrong='' np now
    shift 3
    program=$(basename "$1")
    for np in $counts; do
        ranks "$np" "$@" >stdout 2>stderr
        code=$?
        now=$(faults "$program" "$expected" "$words")
        [ -z "$now" ] || wrong+="np=$np: $now"$'\n'"$(head -c 1000 stderr)"$'\n'
    done
    tap_empty "bad input: $what" "$wrong"
}

# bad WHAT CODE WORDS [OPTION…]: fcnn-train on the good config and bad options, into the finished run's folder
bad()
{
    local what=$1 expected=$2 words=$3
    shift 3
    refused "$what" "$expected" "$words" \
        "$bin/fcnn-train" --set output.directory=kept --set train.epochs=3 "$@" good.ini
}

# holds_status FOLDER: it holds no file but the lock and the line of status, which says that the run failed
holds_status()
{
    [ -z "$(find "$1" -type f ! -name lock ! -name status)" ] && grep '^failed: ' "$1/status"
}

# new WHAT CODE WORDS [OPTION…]: the same into a folder that does not exist, and gets the status alone
new()
{
    rm -rf fresh
    bad "$@" --set output.directory=fresh
    tap_run "bad input: $1 leaves its status and nothing else" holds_status fresh
}

# config WHAT WORDS LINE…: lines that are no config
config()
{
    local what=$1 words=$2
    shift 2
    printf '%b\n' "$@" >bad.ini
    refused "$what" 78 "$words" "$bin/fcnn-train" --set output.directory=kept bad.ini
}

# ---- the command line ----

counts='0 3' refused 'no config' 64 'no config is given' "$bin/fcnn-train"
refused 'two configs' 64 'unexpected argument b.ini' "$bin/fcnn-train" good.ini b.ini
refused 'an unknown option' 64 'unknown option --chekc' "$bin/fcnn-train" --chekc good.ini
refused '--set without a value' 64 '--set' "$bin/fcnn-train" good.ini --set
bad '--set of no assignment' 64 '--set epochs|section.key=value' --set epochs
bad '--set without a section' 64 '--set epochs=3|section.key=value' --set epochs=3
bad '--set of an unknown key' 78 "--set train.epoch=3|'epochs'" --set train.epoch=3
bad '--set of a bad value' 78 "--set train.epochs=ten|train.epochs" --set train.epochs=ten
bad '--set of an unknown exchange' 78 "--set train.exchange=ring|train.exchange|allreduce" --set train.exchange=ring

# ---- configs ----

counts='0 2' refused 'a missing config' 66 'absent.ini|No such file' "$bin/fcnn-train" absent.ini
refused 'a folder as config' 66 'kept|Is a directory' "$bin/fcnn-train" kept
if [ "$(id -u)" != 0 ]; then
    cp good.ini secret.ini
    chmod 000 secret.ini
    existing=$(sums)
    refused 'an unreadable config' 66 'secret.ini|Permission denied' "$bin/fcnn-train" secret.ini
fi
counts='0 2' config 'an unknown key' "bad.ini:3|unknown key 'epoch'|[train]|'epochs'" '[train]' '# a comment' \
    'epoch = 3'
config 'an empty config' 'bad.ini|data.train is required' ''
config 'an unknown section' 'bad.ini:1|unknown section [trian]|[train]' '[trian]' 'epochs = 3'
config 'a key of another section' 'bad.ini:2|epochs|[train]' '[data]' 'epochs = 3'
config 'a duplicate key' 'bad.ini:3|train.epochs|line 2' '[train]' 'epochs = 3' 'epochs = 4'
config 'a duplicate section' 'bad.ini:4|[train]|line 1' '[train]' 'epochs = 3' '[data]' '[train]'
config 'trailing junk after a number' "bad.ini:2|train.epochs|'3 or 4'" '[train]' 'epochs = 3 or 4'
config 'a comment after a number' "bad.ini:2|train.epochs|'3 # few'" '[train]' 'epochs = 3 # few'
config 'trailing junk after a section' 'bad.ini:1|text follows' '[train] x'
config 'a section that is not closed' 'bad.ini:1|after the name of a section' '[train'
config 'a key before any section' 'bad.ini:1|precedes the first' 'epochs = 3'
config 'a line that is none' "bad.ini:2|'epochs 3'|key = value" '[train]' 'epochs 3'
config 'a missing value' 'bad.ini:2|train.epochs' '[train]' 'epochs ='
config 'a zero byte' 'bad.ini:2|zero byte' '[train]' 'epochs\0000 = 3'
config 'Windows line ends, and a typo' "bad.ini:2|unknown key 'epocs'" '[train]\r' 'epocs = 3\r'
for value in -1 1000000001 1e3 0x10 3.5 99999999999999999999 yes; do
    config "epochs = $value" "bad.ini:2|train.epochs|$value" '[train]' "epochs = $value"
done
for value in 0 -0.1 nan inf -inf 1e999 0.1x ''; do
    config "learning_rate = $value" "bad.ini:2|optimizer.learning_rate|$value" '[optimizer]' "learning_rate = $value"
done
for value in 0 -5 5,,5 5.5 '5;' 1000001; do
    config "hidden = $value" 'bad.ini:2|model.hidden' '[model]' "hidden = $value"
done
config 'an unknown word' "bad.ini:2|model.activation|'rleu'|relu" '[model]' 'activation = rleu'
config 'two words for three layers' 'bad.ini|model.activation|model.hidden' '[data]' 'train = odd.h5' '[model]' \
    'hidden = 1,2,3' 'activation = relu,tanh'
config 'an output and a loss that do not fit' 'model.output = softmax|train.loss = mse' '[data]' 'train = odd.h5' \
    '[model]' 'output = softmax' '[train]' 'loss = mse'
config 'validation of all rows' 'data.validation' '[data]' 'train = odd.h5' 'validation = 1.0'
bad 'validation of so few rows that none is left' 78 'data.validation|40 rows' --set data.validation=0.001 \
    --set output.directory=fresh
counts='0 3' bad 'more blocks than rows' 78 'train.blocks = 17|16 rows' --set train.blocks=17 \
    --set output.directory=fresh
counts='0 3' bad 'a network beyond all memory' 70 'out of memory' --set model.hidden=1000000,1000000,1000000 \
    --set output.directory=fresh

# ---- data files ----

counts='0 3' bad 'a missing data file' 66 'absent.h5|No such file' --set data.train=absent.h5
bad 'text as data' 65 'text.h5|not an HDF5 file' --set data.train=text.h5
bad 'a truncated data file' 65 'cut.h5' --set data.train=cut.h5
bad 'a missing test file' 66 'absent.h5|No such file' --set data.test=absent.h5
bad 'an empty data file' 65 'empty.h5|empty' --set data.train=empty.h5
bad 'a folder as data' 66 'folder.h5|folder' --set data.train=folder.h5
bad 'a pipe as data' 66 'pipe.h5|not a regular file' --set data.train=pipe.h5
bad 'a device as data' 66 '/dev/zero|not a regular file' --set data.train=/dev/zero
bad 'a missing validation file' 66 'absent.h5|No such file' --set data.validation=./absent.h5
counts='0 3' bad 'data that fails its checksum' 65 'broken.h5|/x' --set data.train=broken.h5
counts='0 3' bad 'a missing dataset' 65 'odd.h5|/inputs|/x [40][3]' --set data.inputs=/inputs
bad 'a missing dataset of targets' 65 'odd.h5|/labels' --set data.targets=/labels
bad 'a group as dataset' 65 'odd.h5|/group|a group' --set data.inputs=/group
bad 'a link to nowhere' 65 'odd.h5|/dangling|soft link to /nowhere' --set data.inputs=/dangling
bad 'a link to a file that is gone' 65 'odd.h5|/elsewhere|another file, absent.h5' --set data.inputs=/elsewhere
bad 'data in a file that is gone' 65 'odd.h5|/outside|another file, absent.raw' --set data.inputs=/outside
bad 'texts' 65 'odd.h5|/text|text' --set data.inputs=/text
bad 'complex numbers' 65 'odd.h5|/pair:re, /pair:im' --set data.inputs=/pair
bad 'a single value' 65 'odd.h5|/scalar|single value' --set data.inputs=/scalar
bad 'a dataset without data' 65 'odd.h5|/null' --set data.inputs=/null
bad 'a single value as target' 65 'odd.h5|/scalar|single value' --set data.targets=/scalar

# ---- data files from anyone: each breaks one rule of src/hdf5/check.h ----

# hostile NAME WORDS [OPTION…]
hostile()
{
    bad "hostile data: $1" 65 "hostile/$1.h5|$2" --set data.train="hostile/$1.h5" "${@:3}"
}
hostile soft '/x|soft link to /inside|use the name of the dataset itself'
hostile soft_group '/soft is a soft link to /inside' --set data.inputs=/soft/x
counts='0 3' hostile external '/x|another file, secret.h5, dataset /x|data.allow_external = yes'
hostile external_group '/far|another file, secret.h5' --set data.inputs=/far/x
hostile made_up '/x|user-defined link|hard links'
hostile cycle 'there is no dataset /x; the file has /a/z [40][3]'
hostile names 'no dataset /x; the file has "/?[31mred?" [40][3]'
hostile type '/x cannot be opened'
hostile raw '/x|secret.raw|h5repack|data.allow_external = yes'
hostile virtual '/x is virtual|data.allow_external = yes'
hostile virtual_series '/x is virtual'
hostile filter '/x|filter 32001, foreign|h5repack'
hostile sparse '/x has 17592186044416 bytes according to its shape, too many for a file'
hostile uncountable '/x has a shape of more than 2^63 bytes'
hostile large_chunk '/x has chunks of 2147483648 bytes|h5repack -l'
hostile hollow_chunk '/x has 536870912 bytes according to its shape, too many for a file'
hostile wide_integer '/x|has elements of an invalid type'
hostile wide_float '/x|has elements of an invalid type'
hostile vax '/x|has elements of an invalid type'
hostile wide_text '/x|more than 33554432 bytes'
# a newer HDF5 finds some of them by itself
first='dataset /x cannot be opened: '
hostile more_rows "/x has 96000 bytes according to its shape OR $first"
hostile more_compact_rows "/x has 96000 bytes according to its shape OR $first"
hostile past_the_end "/x has 960 bytes according to its shape, but the file has 960 for it, at byte 1048576 OR $first"
hostile claim_all "/x has 26388279066624 bytes according to its shape OR $first"
hostile many_dimensions '/x cannot be opened'
hostile stray_exponent "/x|has elements of an invalid type OR $first"
bad 'hostile data: a name without end' 65 'the name has more than 1023 bytes' \
    --set data.inputs="$(printf '%2000s' '' | tr ' ' n)"
bad 'hostile data: validation rows elsewhere' 65 'hostile/external.h5|another file' \
    --set data.validation=./hostile/external.h5
bad 'hostile data: test rows elsewhere' 65 'hostile/external.h5|another file' --set data.test=hostile/external.h5
for name in external raw virtual virtual_series; do
    train 0 --set output.directory=allowed --set data.train=hostile/$name.h5 --set data.allow_external=yes good.ini
    tap_run "bad input: with data.allow_external $name is read" test "$code" = 0
    rm -rf allowed
done
for name in plain packed; do
    train 0 --set output.directory=allowed --set data.train=hostile/$name.h5 good.ini
    tap_run "bad input: $name, which breaks no rule, is read" test "$code" = 0
    rm -rf allowed
done

# ---- shapes ----

bad 'transposed inputs' 65 'odd.h5|/x_transposed [3][40]|/y [40]|data.order = columns' --set data.inputs=/x_transposed
counts='0 2' bad 'inputs and targets of different length' 65 'odd.h5|/x [40][3]|40 rows|/y_short [39]|39' \
    --set data.targets=/y_short
bad 'order=columns where it does not fit' 65 'odd.h5|/x|data.order = rows' --set data.order=columns \
    --set output.directory=fresh
bad 'zero rows' 65 'odd.h5|/x_no_rows|[0][3]' --set data.inputs=/x_no_rows --set data.targets=/y_no_rows
bad 'zero columns' 65 'odd.h5|/x_no_columns|[40][0]' --set data.inputs=/x_no_columns
bad 'a table as class labels' 65 'odd.h5|/y_wide|3 columns' --set data.targets=/y_wide --set model.output=softmax \
    --set output.directory=fresh
bad 'other columns in the test rows' 65 'odd.h5|/x_deep|columns' --set data.test=odd.h5 \
    --set data.test_inputs=/x_deep --set data.test_targets=/y_half
bad 'another length in the test rows' 65 '/x_deep [20][3][2]|/y [40]' --set data.test=odd.h5 \
    --set data.test_inputs=/x_deep

# ---- values ----

counts='0 2 3' new 'NaN in the inputs' 65 'odd.h5|/x_nan|row 17, column 2|NaN' --set data.inputs=/x_nan
counts='0 3' new 'a negative label' 65 'odd.h5|/y_negative|row 7|-1|negative' --set data.targets=/y_negative
counts='0 3' new 'Inf in the inputs, in the last row' 65 'odd.h5|/x_inf|row 39, column 0|infinite' \
    --set data.inputs=/x_inf
new 'NaN in the targets' 65 'odd.h5|/y_nan|row 5|NaN' --set data.targets=/y_nan
counts='0 2' new 'NaN in the test rows' 65 'odd.h5|/x_nan|row 17, column 2|NaN' --set data.test=odd.h5 \
    --set data.test_inputs=/x_nan
new 'NaN behind a validation part' 65 'odd.h5|/x_nan|row 17, column 2|NaN' --set data.inputs=/x_nan \
    --set data.validation=0.3
new 'a label past the classes' 65 'odd.h5|/y_past|row 11|9|3 classes|model.classes' --set data.targets=/y_past \
    --set model.classes=3
new 'a label that is not whole' 65 'odd.h5|/y_fraction|row 3|1.5|whole|model.output = linear' \
    --set data.targets=/y_fraction --set model.output=softmax
new 'a label past the classes in the test rows' 65 'odd.h5|/y_past|row 11|9|classes' --set data.test=odd.h5 \
    --set data.test_targets=/y_past
new 'binary targets beyond 0 and 1' 65 'odd.h5|/y|row 2|0 to 1' --set model.output=sigmoid
new 'over 1000 classes by auto' 78 '5000|1000|model.output = linear' --set data.targets=/y_many
counts='0 2' bad 'inputs beyond single precision' 70 'diverged|layer 1' --set data.inputs=/x_large \
    --set output.directory=diverged
bad 'a learning rate that diverges' 70 'diverged|step|optimizer.learning_rate' --set optimizer.learning_rate=1e30 \
    --set output.directory=diverged
tap_run 'bad input: a diverged run leaves its status and nothing else' holds_status diverged
rm -rf diverged

# ---- output folders ----

counts='0 3' bad 'a file as output folder' 74 'text.h5' --set output.directory=text.h5
bad 'an output folder below a file' 74 'text.h5' --set output.directory=text.h5/run
bad 'an output folder that cannot be made' 74 '/proc/fcnn' --set output.directory=/proc/fcnn/run
if [ "$(id -u)" != 0 ]; then
    mkdir locked
    chmod 555 locked
    bad 'an output folder that is write-protected' 74 'locked|Permission denied' --set output.directory=locked
fi
# A limit on the size of a file stands for a full disk: above what MPI itself needs, below a model of 9 MB.
big=(--set output.directory=big --set "model.hidden=1500,1500" --set output.keep=9)
train 0 "${big[@]}" --set train.epochs=1 good.ini
existing=$(sums)
full=$(
    ulimit -f 8000
    train 0 "${big[@]}" --set train.epochs=2 good.ini
    faults fcnn-train 74 'big/|cannot be written'
)
rm -rf big
existing=$(sums)
tap_empty 'bad input: a full disk harms neither model nor checkpoints' "$full"

# ---- models to start from, checkpoints to go on from ----

new 'a missing init file' 66 'absent.h5|No such file' --set model.init=absent.h5
counts='0 3' new 'a damaged init file' 65 'broken_model.h5|damaged' --set model.init=broken_model.h5
new 'an init file of another shape' 65 'deep/model.h5|3-5-5-3|3-5-3' --set model.init=deep/model.h5
counts='0 2' new 'a damaged checkpoint' 65 'broken_checkpoint.h5|damaged' --set output.resume=broken_checkpoint.h5
counts='0 3' new 'a checkpoint of another shape' 78 "model.hidden|'5, 5'|'5'" --set output.resume="deep/$last"
new 'an init file that lost its end' 65 'cut_model.h5|damaged|end is missing' --set model.init=cut_model.h5
new 'a data file as init file' 65 'odd.h5|no model' --set model.init=./odd.h5
new 'text as init file' 65 'text.h5|not an HDF5 file' --set model.init=./text.h5
new 'a missing checkpoint' 66 'absent.h5|No such file' --set output.resume=absent.h5
new 'a model as checkpoint' 65 'kept/model.h5|not a checkpoint|model.init' --set output.resume=kept/model.h5
new 'a data file as checkpoint' 65 'odd.h5|not a checkpoint' --set output.resume=./odd.h5
counts='0 2' bad 'only damaged checkpoints' 65 'spoilt|damaged|--overwrite' --set output.directory=spoilt
bad 'resume=no beside checkpoints' 78 'kept|checkpoints|--overwrite' --set output.resume=no

new 'an init file whose weights lie elsewhere' 65 'hostile_model.h5|/W1|another file, secret.h5' \
    --set model.init=./hostile_model.h5

# ---- launchers ----

unset OMPI_MCA_ess_singleton_isolated

for program in fcnn-train fcnn-predict; do
    arguments=(good.ini)
    [ $program = fcnn-train ] || arguments=(kept/model.h5 odd.h5 --targets /y)
    SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0 refused "$program under srun without a PMI plugin" 64 '--mpi=pmix|2 tasks' \
        "$bin/$program" "${arguments[@]}"
    ranks 0 env SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1 "$bin/$program" "${arguments[@]}" >stdout 2>stderr
    code=$?
    tap_run "bad input: of $program's lonely processes one speaks" test "$code $(wc -c <stderr)" = '64 0'
done
SLURM_STEP_NUM_TASKS=1 train 0 --print-config good.ini
tap_run 'bad input: one task under srun is well' test "$code" = 0
SLURM_STEP_NUM_TASKS=2 train 1 --print-config good.ini
tap_run 'bad input: mpirun in a SLURM job is well' test "$code" = 0

# ---- fcnn-predict ----

# predict WHAT CODE WORDS ARGUMENT…
predict()
{
    local what=$1 expected=$2 words=$3
    shift 3
    refused "predict: $what" "$expected" "$words" "$bin/fcnn-predict" "$@"
}
"$bin/fcnn-predict" kept/model.h5 odd.h5 --output kept/predictions.h5 >/dev/null || exit 1
existing=$(sums)
out=(--output kept/predictions.h5)
predict 'a missing model' 66 'absent.h5|No such file' absent.h5 odd.h5 "${out[@]}"
counts='0 3' predict 'a damaged model' 65 'broken_model.h5|damaged' broken_model.h5 odd.h5 "${out[@]}"
predict 'wrong columns' 65 'odd.h5|/x_deep|6|kept/model.h5|3' kept/model.h5 odd.h5 --inputs /x_deep "${out[@]}"
counts='0 3' predict 'NaN' 65 'odd.h5|/x_nan|row 17, column 2' kept/model.h5 odd.h5 --inputs /x_nan "${out[@]}"
predict 'a label past the classes' 65 'odd.h5|/y_past|row 11' kept/model.h5 odd.h5 --targets /y_past "${out[@]}"
counts='0 3' predict 'an output that cannot be written' 74 'text.h5' kept/model.h5 odd.h5 --output text.h5/out.h5
predict 'no arguments' 64 'a model and a data file'
predict 'nothing to do' 64 'nothing to do' kept/model.h5 odd.h5
predict 'an unknown option' 64 'unknown option --ouput' kept/model.h5 odd.h5 --ouput x.h5
predict 'a missing value' 64 'after --output' kept/model.h5 odd.h5 --output
predict 'three files' 64 'unexpected argument third.h5' kept/model.h5 odd.h5 third.h5
predict 'a data file as model' 65 'odd.h5|no model' odd.h5 odd.h5 "${out[@]}"
predict 'a missing data file' 66 'absent.h5|No such file' kept/model.h5 absent.h5 "${out[@]}"
predict 'a truncated data file' 65 'cut.h5' kept/model.h5 cut.h5 "${out[@]}"
predict 'a missing dataset' 65 'odd.h5|/z|/x' kept/model.h5 odd.h5 --inputs /z "${out[@]}"
predict 'transposed inputs' 65 '/x_transposed|40 columns|--columns' \
    kept/model.h5 odd.h5 --inputs /x_transposed "${out[@]}"
predict 'hostile data' 65 'hostile/external.h5|/x|another file, secret.h5|--allow-external' \
    kept/model.h5 hostile/external.h5 "${out[@]}"
predict 'a hostile model' 65 'hostile_model.h5|/W1|another file, secret.h5' hostile_model.h5 odd.h5 "${out[@]}"
ranks 0 "$bin/fcnn-predict" kept/model.h5 hostile/external.h5 --allow-external --targets /y >stdout 2>stderr
code=$?
tap_run 'bad input: predict: with --allow-external it is read' test "$code" = 0
predict 'wrong columns of targets' 65 'odd.h5|/y |1|regression/model.h5|3' regression/model.h5 odd.h5 --targets /y
predict 'targets of another length' 65 '/x [40][3]|/y_short [39]' kept/model.h5 odd.h5 --targets /y_short
predict 'the data as output' 64 'odd.h5|input|output' kept/model.h5 odd.h5 --output ./odd.h5
predict 'the model as output' 64 'kept/model.h5|input|output' kept/model.h5 odd.h5 --output kept/model.h5
predict 'a folder as output' 74 'folder.h5|folder' kept/model.h5 odd.h5 --output folder.h5
tap_done
