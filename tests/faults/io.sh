#!/usr/bin/env bash
# Every call that writes may fail: the n-th open, write, fsync, rename, close in the run's folder, once or from then
# on.  Whatever fails, the last good checkpoint is there, the code and the messages say what happened, and the run
# goes on from there to the weights that it would have had.  FCNN_FAULTS=long tries every n with every error.
set -u
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=library.sh
. "$here/faults/library.sh"
limit=${FCNN_TEST_TIMEOUT:-60}
library=$(fault_library failing_io) || {
    tap_not_ok 'io: the library that fails'
    tap_done
    exit
}

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
printf '%s\n' '[data]' 'train=digits.h5' 'normalize=standardize' '[model]' 'hidden=32,16' '[train]' 'epochs=4' \
    'batch_size=50' '[output]' 'directory=out' 'log_every=4' >run.ini
steps='6 12 18 24' # 251 rows are 6 batches
last=24

# What is there before: checkpoints of steps 6 and 12, a model.  What is to come: those of 18 and 24, another model.
declare -A hashes
train 0 --set output.directory=base --set train.epochs=2 run.ini || said
train 0 --set output.directory=whole --set output.keep=9 run.ini || said
whole=$(weights whole/model.h5)
for step in $steps; do
    hashes[$step]=$(weights "whole/checkpoint-$step.h5")
done
old=$(weights base/model.h5)
if [ -n "$whole" ] && [ "$(printf '%s\n' "${hashes[@]}" | sort -u | grep -c .)" = 4 ] &&
    [ "$whole" = "${hashes[$last]}" ] && [ "$old" = "${hashes[12]}" ]; then
    tap_ok 'io: a run without failures'
else
    tap_not_ok 'io: a run without failures' "$(said)"
    tap_done
    exit
fi

# faulty CALL ERROR FIRST LAST: the run goes on from base, on so many ranks, and CALLs fail
ranks=0
faulty()
{
    rm -rf out calls
    cp -r base out
    FCNN_FAULT_FOLDER=$work/out FCNN_FAULT_LOG=$work/calls FCNN_FAULT_CALL=$1 FCNN_FAULT_ERROR=$2 \
        FCNN_FAULT_FIRST=$3 FCNN_FAULT_LAST=$4 LD_PRELOAD=$library${LD_PRELOAD:+:$LD_PRELOAD} train $ranks run.ini
}

# What failed, by what must come of it: the file's name, or "harmless".  A folder is synced for what was renamed last.
harmed()
{
    awk -v last="$last" '
        function name(path) { sub(/.*\//, "", path); sub(/^\./, "", path); sub(/\.[0-9]+-[0-9]+\.tmp$/, "", path)
            return path }
        { file = name($5) }
        $1 == "rename" && $3 == "ok" { renamed = file }
        $3 == "ok" { next }
        $3 == "EINTR" || $3 == "SHORT" { print "harmless"; next }
        $1 == "close" && ($4 == 0 || file == "lock") { print "harmless"; next }
        file == "out" { file = renamed }
        file == "lock" && $1 == "write" { print "holder"; next }
        file ~ /^fcnn-/ || file == "lock" { print "folder"; next }
        { print file }' calls | sort -u
}

reason()
{
    case $1 in
    ENOSPC) echo 'No space left on device' ;;
    EDQUOT) echo 'Disk quota exceeded' ;;
    EIO) echo 'Input/output error' ;;
    esac
}

# says KIND WORDS REASON: a line of stderr of that kind has both
says()
{
    grep -F "fcnn-train: $1: " stderr | grep -F -- "$2" | grep -qF -- "$3" || echo "no $1 with '$2' and '$3'"
}

# What is wrong with the messages and the code after ERROR, given what was harmed.
judge_words()
{
    local why file expected=0
    why=$(reason "$1")
    shift
    for file; do
        case $file in
        harmless) ;;
        holder) says warning 'could not be written to the file lock' "$why" ;;
        status) ;; # judged below
        "checkpoint-$last.h5")
            expected=74
            says warning "the checkpoint of step $last could not be written" "$why"
            ;;
        checkpoint-*.h5)
            file=${file#checkpoint-}
            says warning "the checkpoint of step ${file%.h5} could not be written" "$why"
            ;;
        model.h5 | folder)
            expected=74
            ;;
        *) echo "what is $file?" ;;
        esac
    done
    [ "$code" = "$expected" ] || echo "code $code, not $expected"
    if [ "$expected" = 74 ]; then
        says error out "$why"
        [ "$(grep -c '^fcnn-train: error: ' stderr)" = 1 ] || echo 'not one error'
        ! grep -q '^fcnn-train: error: out/status' stderr || echo 'the error is not what ended the run'
    elif grep -q 'error: ' stderr; then
        echo 'an error'
    fi
    [ "$*" != harmless ] || [ ! -s stderr ] || echo 'words about nothing'
    # one that cannot be replaced is written over the old one; where that fails, too, there is a warning
    if [[ " $* " != *' folder '* ]] &&
        ! grep -q "$([ $expected = 0 ] && echo "^finished at step $last," || echo "^failed: .*$why")" out/status; then
        [[ " $* " == *' status '* ]] && [ -z "$(says warning status "$why")" ] || echo "status: $(cat out/status)"
    fi
}

# What is wrong with the files: each checkpoint holds what it should, the newest two that there were are not gone.
judge_files()
{
    local file step count=0 rest
    for file in out/checkpoint-*.h5; do
        step=${file#out/checkpoint-}
        step=${step%.h5}
        [ "$(weights "$file")" = "${hashes[$step]}" ] || echo "$file is damaged"
        count=$((count + 1))
    done
    [ "$count" -ge 2 ] || echo "left: $(ls out)"
    [ "$(weights out/model.h5)" = "$([ "$code" = 0 ] && echo "$whole" || echo "$old")" ] ||
        [[ $code = 74 && $(weights out/model.h5) = "$whole" ]] || echo 'model.h5 is damaged'
    rest=$(find out -name '.*')
    [ -z "$rest" ] || echo "left over: $rest"
}

# What is wrong with the syncs: a file that failed to sync has lost bytes, and another sync would not know.
judge_syncs()
{
    awk '$1 == "fsync" && $3 != "ok" && $3 != "EINTR" && $5 ~ /tmp$/ { failed[$5] = 1; next }
        $5 in failed && $1 != "close" { print $1, $5, "after its failed fsync" }' calls
}

# What is wrong with the run after it, without failures.
judge_restart()
{
    train 0 run.ini || said
    grep -Eq '^(resumed at step|already finished:) ' stdout || echo "not resumed: $(said)"
    [ "$(weights out/model.h5)" = "$whole" ] && [ "$(weights out/checkpoint-$last.h5)" = "$whole" ] ||
        echo "other weights than without failures"
    grep -q "^finished at step $last," out/status || echo "status after it: $(cat out/status)"
}

# try CALL ERROR N [LAST]: adds what is wrong to $wrong
try()
{
    local what found
    faulty "$1" "$2" "$3" "${4:-$3}"
    mapfile -t what < <(harmed)
    if [ ${#what[@]} = 0 ]; then
        found="call $3 of $1 did not occur; $(said)"
    else
        found=$(
            judge_words "$2" "${what[@]}"
            judge_files
            judge_syncs
        )
        [ -z "$found" ] || found+=$'\n'$(said)$'\n'$(grep -v ' ok ' calls | head -n 3)
        found+=$(judge_restart)
    fi
    runs=$((runs + 1))
    [ -z "$found" ] || wrong+="$1 $3${4:+ and on}, $2: $found"$'\n'
}

# How often each call occurs when nothing fails.
declare -A counts
faulty none ENOSPC 0 0
for call in open write fsync rename close; do
    counts[$call]=$(grep -c "^$call " calls)
done
# 5 files: the status twice, by one write each; two checkpoints and the model, by two
if [ "$code" = 0 ] && [ "$(weights out/model.h5)" = "$whole" ] && [ "${counts[rename]}" = 5 ] &&
    [ "${counts[fsync]}" = 10 ] && [ "${counts[write]}" -ge 8 ]; then
    tap_ok 'io: the library under a run, counting'
else
    tap_not_ok 'io: the library under a run, counting' "$(said)" "$(cat calls)"
fi

# errors CALL: those that it may meet
errors()
{
    case $1 in
    write) echo ENOSPC EIO EDQUOT EINTR SHORT ;;
    rename) echo ENOSPC EIO EDQUOT ;;
    *) echo ENOSPC EIO EDQUOT EINTR ;;
    esac
}

if [ "${FCNN_FAULTS:-}" = long ]; then
    for call in open write fsync rename close; do
        for error in $(errors $call); do
            wrong='' runs=0
            for ((n = 1; n <= counts[$call]; n++)); do
                try $call "$error" "$n"
            done
            tap_empty "io: $error in each $call of $runs" "$wrong"
            [ "$error" != EINTR ] || continue # for ever, it may hang
            wrong='' runs=0
            for ((n = 1; n <= counts[$call]; n++)); do
                try $call "$error" "$n" 999999
            done
            tap_empty "io: $error in each $call from the n-th on, for $runs n" "$wrong"
        done
    done
else
    # one of each, in the lock, the status, the checkpoints and the model, as their order of calls is
    wrong='' runs=0
    for call in 'open ENOSPC 2' 'open EIO 8' 'open EINTR 7' 'write EDQUOT 1' 'write EIO 5' 'write SHORT 5' \
        'write EINTR 4' 'fsync EIO 1' 'fsync ENOSPC 3' 'fsync EINTR 3' 'rename EIO 3' 'close EDQUOT 10' \
        'close EINTR 3' \
        'write ENOSPC 5 999999'; do
        # shellcheck disable=SC2086 # words
        try $call
    done
    tap_empty "io: $runs of the ways to fail" "$wrong"
fi

# What fails on the rank that writes ends the others too.
ranks=2 wrong='' runs=0
try open EIO 2
try write ENOSPC 6 999999
tap_empty "io: $runs of the ways to fail, on $ranks ranks" "$wrong"
tap_done
