#!/usr/bin/env bash
# A checkpoint with one bit flipped, or cut off: refused before HDF5 sees it, and the one before is gone on from.
# 60 of them, every 20th with a resume; FCNN_FAULTS=long: 2000.  FCNN_FAULTS_SEED chooses others.
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=library.sh
. "$here/faults/library.sh"
limit=${FCNN_TEST_TIMEOUT:-60}
trials=60
[ "${FCNN_FAULTS:-}" != long ] || trials=2000
seed=${FCNN_FAULTS_SEED:-1}
RANDOM=$seed

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
printf '%s\n' '[data]' 'train=digits.h5' 'normalize=standardize' '[model]' 'hidden=32,16' '[train]' 'epochs=3' \
    'batch_size=50' '[output]' 'directory=out' 'log_every=3' >run.ini
train 0 --set output.directory=whole run.ini || said
whole=$(weights whole/model.h5)
train 0 --set output.directory=base --set train.epochs=2 run.ini || said
good=base/checkpoint-12.h5
size=$(stat -c %s $good)
if [ -n "$whole" ] && [ -n "$(weights $good)" ] && [ -n "$(weights base/checkpoint-6.h5)" ]; then
    tap_ok 'damage: a run to damage'
else
    tap_not_ok 'damage: a run to damage' "$(said)"
    tap_done
    exit
fi

# Sets number to a random one below $1.
below()
{
    number=$(((RANDOM << 15 | RANDOM) % $1))
}

# flip AT BIT: bad.h5 is the good one but for that bit
flip()
{
    local byte
    cp $good bad.h5
    byte=$(od -An -tu1 -j "$1" -N 1 $good)
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((byte ^ 1 << $2)))" | dd of=bad.h5 bs=1 seek="$1" conv=notrunc status=none
    what="bit $2 of byte $1"
}

# Makes bad.h5, and says how in $what: a quarter is cut off, a quarter has its first 512 bytes hit, which say what the
# rest should be, half is hit anywhere.
damage()
{
    local bit
    below 4
    case $number in
    0)
        below "$size"
        head -c $number $good >bad.h5
        what="cut off at $number"
        return
        ;;
    1) below 512 ;;
    *) below "$size" ;;
    esac
    bit=$((RANDOM % 8))
    flip $number $bit
}

# all that is said without a look at the content
refusals='its header of 512 bytes is not one that fcnn writes|the end is missing|bytes follow the end'
refusals="damaged: ($refusals|its checksum does not match|it is empty|it ends within its header of 512 bytes)"
refusals+='|damaged, or written by a newer fcnn: the version of its header is'

# is_refused: what is wrong with how fcnn-info takes bad.h5
is_refused()
{
    timeout 20 "$bin/fcnn-info" --hash bad.h5 >stdout 2>stderr </dev/null
    code=$?
    if [ $code != 65 ] || [ -s stdout ] || [ "$(wc -l <stderr)" != 1 ] ||
        ! grep -Eq "^fcnn-info: error: bad.h5: ($refusals)" stderr || grep -qi 'hdf5' stderr; then
        said
    fi
}

# is_passed_over: what is wrong with a run that finds bad.h5 for its newest checkpoint
is_passed_over()
{
    rm -rf out
    cp -r base out
    cp bad.h5 out/checkpoint-12.h5
    train 0 run.ini
    if [ $code != 0 ] || [ "$(grep -Ec \
        "^fcnn-train: warning: out/checkpoint-12.h5: ($refusals).*; this checkpoint is skipped$" stderr)" != 1 ] ||
        grep -qi 'hdf5' stderr ||
        ! grep -q '^resumed at step 6 from out/checkpoint-6.h5$' stdout ||
        [ "$(weights out/model.h5)" != "$whole" ]; then
        said
    fi
}

cp $good bad.h5
if [ -n "$(is_refused)" ]; then
    tap_ok 'damage: one that is not damaged is not refused'
else
    tap_not_ok 'damage: one that is not damaged is not refused'
fi

wrong='' resumes=0 failures=0
for ((i = 1; i <= trials && failures < 20; i++)); do
    damage
    found=$(is_refused)
    if [ $((i % 20)) = 0 ]; then
        resumes=$((resumes + 1))
        found+=$(is_passed_over)
    fi
    if [ -n "$found" ]; then
        failures=$((failures + 1))
        wrong+="$what: $found"$'\n'
    fi
done
tap_empty "damage: $((i - 1)) flips and cuts, $resumes with a resume, seed $seed" "$wrong"

# ---- the ends of a file, and nothing left ----

wrong=
for cut in 0 1 23 24 511 512 513 $((size - 1)); do
    head -c "$cut" $good >bad.h5
    found=$(is_refused)
    [ -z "$found" ] || wrong+="cut off at $cut: $found"$'\n'
done
cp $good bad.h5
printf x >>bad.h5
wrong+=$(is_refused)
flip 0 0
wrong+=$(is_refused)
wrong+=$(is_passed_over)
flip $((size - 1)) 7
wrong+=$(is_refused)
tap_empty 'damage: at the ends' "$wrong"

flip 700 1
rm -rf out
cp -r base out
cp bad.h5 out/checkpoint-6.h5
cp bad.h5 out/checkpoint-12.h5
train 0 run.ini
if [ $code = 65 ] && [ "$(grep -c '; this checkpoint is skipped$' stderr)" = 2 ] &&
    grep -q '^fcnn-train: error: the folder out contains only damaged checkpoints' stderr; then
    tap_ok 'damage: of all checkpoints is the end'
else
    tap_not_ok 'damage: of all checkpoints is the end' "$(said)"
fi
tap_done
