#!/usr/bin/env bash
# A disk with room for 0 to 120 % of a checkpoint beside a good one: whatever does not fit, the good one stays, the
# message says why, and with room the run goes on.  FCNN_FAULTS=long goes in steps of 2 %, else of 20 %.
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=library.sh
. "$here/faults/library.sh"
limit=${FCNN_TEST_TIMEOUT:-60}
mkdir disk elsewhere
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work" "$mpi_folder"' EXIT
if ! mount -t tmpfs -o size=1m fcnn-test disk 2>mount.log; then
    tap_skip 'full disk: a small file system' "mount: $(tr '\n' ' ' <mount.log)"
    tap_done
    exit
fi
umount disk

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
# a checkpoint has some 50 pages, so that 2 % are one
printf '%s\n' '[data]' 'train=digits.h5' 'normalize=standardize' '[model]' 'hidden=300,100' '[train]' 'epochs=2' \
    'batch_size=50' '[output]' 'directory=disk/out' 'log_every=2' >run.ini
train 0 --set output.directory=whole run.ini || said
first=$(weights whole/checkpoint-6.h5) second=$(weights whole/checkpoint-12.h5)
page=$(getconf PAGESIZE)
bytes=$(stat -c %s whole/checkpoint-12.h5)
pages=$(((bytes + page - 1) / page))
if [ -n "$first" ] && [ -n "$second" ] && [ "$first" != "$second" ] && [ "$(weights whole/model.h5)" = "$second" ] &&
    [ "$pages" -ge 50 ]; then
    tap_ok 'full disk: a run with room'
else
    tap_not_ok 'full disk: a run with room' "$(said)" "$bytes bytes in pages of $page"
    tap_done
    exit
fi

# on_disk PERCENT [file]: a disk with the first checkpoint and so much room; the run goes on from there.  The model
# goes elsewhere by a symbolic link, so that the room is for one checkpoint; with "file" it goes there too.
on_disk()
{
    local used
    mount -t tmpfs fcnn-test disk || return 1
    mkdir disk/out
    cp whole/checkpoint-6.h5 disk/out
    if [ "${2:-}" != file ]; then
        : >elsewhere/model.h5
        ln -s "$work/elsewhere/model.h5" disk/out/model.h5
    fi
    used=$(($(stat -f -c '%b - %f' disk)))
    mount -o "remount,nr_blocks=$((used + pages * $1 / 100))" disk || return 1
    train 0 run.ini
    return 0
}

# What is wrong: expected codes, words of the error
judge()
{
    local file rest
    [[ " $1 " == *" $code "* ]] || echo "code $code"
    if [ "$code" = 74 ]; then
        grep '^fcnn-train: error: ' stderr | grep -F "$2" | grep -q 'No space left on device$' || echo 'the error'
        [ "$(grep -c '^fcnn-train: error: ' stderr)" = 1 ] || echo 'not one error'
        # with no room at all the status has none either, as there was no old one to be written over
        grep -qs '^failed: .*No space left on device' disk/out/status ||
            grep -q '^fcnn-train: warning: .*/status could not be written: No space' stderr || echo 'the status'
    else
        [ "$(weights disk/out/checkpoint-12.h5)" = "$second" ] || echo 'the new checkpoint'
        [ "$(weights disk/out/model.h5)" = "$second" ] || echo 'the model'
    fi
    [ "$(weights disk/out/checkpoint-6.h5)" = "$first" ] || echo 'the good checkpoint is damaged'
    file=disk/out/checkpoint-12.h5
    [ ! -e $file ] || [ "$(weights $file)" = "$second" ] || echo "$file is damaged"
    rest=$(find disk/out -name '.*')
    [ -z "$rest" ] || echo "left over: $rest"
}

# What is wrong with the run after it, with room.
judge_restart()
{
    mount -o remount,nr_blocks=100000 disk
    train 0 run.ini || said
    grep -Eq '^(resumed at step|already finished:) ' stdout || echo "not resumed: $(said)"
    [ "$(weights disk/out/model.h5)" = "$second" ] && [ "$(weights disk/out/checkpoint-12.h5)" = "$second" ] ||
        echo 'other weights than with room'
}

wrong='' runs=0
try()
{
    local found
    if on_disk "$1" "${4:-}"; then
        found=$(judge "$2" "$3")
        [ -z "$found" ] || found+=$'\n'$(said)
        found+=$(judge_restart)
    else
        found='no such disk'
    fi
    umount disk
    runs=$((runs + 1))
    [ -z "$found" ] || wrong+="$1 %: $found"$'\n'
}

by=20
[ "${FCNN_FAULTS:-}" != long ] || by=2
for ((percent = 0; percent <= 120; percent += by)); do
    # the lock and the status take some pages
    if [ $percent -le 100 ]; then
        try $percent 74 checkpoint-12.h5
    elif [ $percent -lt 112 ]; then
        try $percent '0 74' checkpoint-12.h5
    else
        try $percent 0 -
    fi
done
tap_empty "full disk: room for 0 to 120 % of a checkpoint, in steps of $by %" "$wrong"
wrong=
try 120 74 model.h5 file
tap_empty 'full disk: room for the checkpoint, not for the model' "$wrong"

# ---- room for the checkpoint, not for best.h5: training goes on, the end says so, a restart writes it ----

sed 's/^train=.*/&\nvalidation=0.2/' run.ini >best.ini
rm -rf whole
train 0 --set output.directory=whole best.ini || said
best=$(weights whole/best.h5)
size() {
    echo $((($(stat -c %s "whole/$1") + page - 1) / page))
}
best_is_missing()
{
    local used
    mount -t tmpfs fcnn-test disk || return 1
    mkdir disk/out
    cp whole/checkpoint-5.h5 disk/out
    : >elsewhere/model.h5
    ln -s "$work/elsewhere/model.h5" disk/out/model.h5
    used=$(($(stat -f -c '%b - %f' disk)))
    mount -o "remount,nr_blocks=$((used + $(size checkpoint-10.h5) + $(size best.h5) / 2))" disk || return 1
    train 0 best.ini
}
# What is wrong with the run
judge_best()
{
    [ "$code" = 74 ] || echo "code $code"
    grep -q '^fcnn-train: warning: best.h5 could not be written, training continues: .*No space left' stderr ||
        echo 'the warning'
    grep -q '^fcnn-train: error: .*/best.h5.*No space left on device$' stderr || echo 'the error'
    [ ! -e disk/out/best.h5 ] || echo 'a part of best.h5'
    [ "$(weights disk/out/checkpoint-10.h5)" = "$(weights whole/checkpoint-10.h5)" ] || echo 'the checkpoint'
    [ "$(weights elsewhere/model.h5)" = "$(weights whole/model.h5)" ] || echo 'the model'
    [ -z "$(find disk/out -name '.*')" ] || echo "left over: $(find disk/out -name '.*')"
    mount -o remount,nr_blocks=100000 disk
    train 0 best.ini || said
    [ "$(weights disk/out/best.h5)" = "$best" ] || echo "the best model after a restart: $(said)"
}
best_is_missing
found=$(judge_best)
[ -z "$found" ] || found+=$'\n'$(said)
umount disk
[ -n "$best" ] && [ -n "$(weights whole/checkpoint-10.h5)" ] || found+=$'\n'"no best.h5"
tap_empty 'full disk: room for the checkpoint, not for best.h5' "$found"
tap_done
