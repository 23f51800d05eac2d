#!/usr/bin/env bash
# Schedules of the learning rate: the table of --check, what is refused and warned of, and the same bits on any ranks
# and across resumes.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"

sed -n '1,251p' "$configs/data/digits.csv" >digits.csv
"$bin/fcnn-import" digits.h5 --csv digits.csv >import.log || cat import.log
cat >run.ini <<'END'
[data]
train = digits.h5
validation = 0.2
normalize = minmax
[model]
hidden = 9
[train]
epochs = 40
batch_size = 25
END

# set_schedule KEY=VALUE…: the options of a run with these keys
set_schedule()
{
    local key
    options=()
    for key; do
        options+=(--set "schedule.$key")
    done
}

# table NAME EXPECTED KEY=VALUE…: --check prints these pairs of units and rates
table()
{
    local name=$1 expected=$2
    shift 2
    set_schedule "$@"
    train 2 --check "${options[@]}" run.ini
    tap_run "schedule: the table of $name" test "$(sed -n '/^schedule/,/^memory/p' stdout |
        awk '$1 ~ /^[0-9.]+$/ { printf "%s%s", separator, $1 " " $2; separator = ", " }')" = "$expected"
}

table constant ''
table cosine '0 0.001, 5 0.1, 10 0.0950484434, 20 0.0611260467, 30 0.01882550991, 39 0.0002012853002' \
    kind=cosine warmup=5
table multistep '0 0.1, 12 0.01, 30 0.001, 39 0.001' kind=multistep milestones=12,30
table 'one_cycle by step' '0 0.004, 90 0.09414393238, 107 0.1, 180 0.080684817, 270 0.02774619979, 359 4e-07' \
    kind=one_cycle unit=step
table plateau '0 0.02, 4 0.1, 39 0.1' kind=plateau warmup=4 warmup_start=0.2 patience=3
tap_run 'schedule: the table of plateau says when the rate falls' grep -q 'times 0.1 .* 3 epochs in a row' stdout

# refused NAME WORDS KEY=VALUE…
refused()
{
    local name=$1 words=$2
    shift 2
    set_schedule "$@"
    train 2 "${options[@]}" run.ini
    if [ "$code" = 78 ] && [ "$(grep -c error: stderr)" = 1 ] && grep -qF -- "$words" stderr; then
        tap_ok "schedule: $name is refused"
    else
        tap_not_ok "schedule: $name is refused" "$(said)"
    fi
}

refused 'a key that the kind does not use' 'schedule.patience is for schedule.kind = plateau' kind=cosine patience=3
refused 'a rise without room' 'schedule.unit = step' kind=one_cycle warmup=39

# warned NAME WORDS KEY=VALUE…
warned()
{
    local name=$1 words=$2
    shift 2
    set_schedule "$@"
    train 2 --check "${options[@]}" run.ini
    tap_run "schedule: $name is a warning, once" test "$code:$(grep -cF -- "$words" stderr)" = 0:1
}

warned 'a warm-up longer than the training' 'the warm-up of 41 epochs' warmup=41
warned 'a milestone that is not reached' '1 of 2 schedule.milestones' kind=multistep milestones=7,50

# hash KEY=VALUE…: trains at once on one rank, in the folder whole
hash()
{
    train 1 --overwrite --set output.directory=whole "${options[@]}" run.ini
    "$bin/fcnn-info" --hash whole/model.h5
}

# same NAME KEY=VALUE…: a run that goes on with other ranks and instructions, and runs on 2 and 3, give the same bits
same()
{
    local name=$1 expected
    shift
    set_schedule "$@"
    expected=$(hash)
    rm -rf parts
    FCNN_ISA=plain train 3 --set train.epochs=7 --set output.directory=parts "${options[@]}" run.ini
    train 1 --set train.epochs=19 --set output.directory=parts "${options[@]}" run.ini
    train 2 --set output.directory=parts "${options[@]}" run.ini
    if grep -q '^resumed at step' stdout && [ "$("$bin/fcnn-info" --hash parts/model.h5)" = "$expected" ]; then
        tap_ok "schedule: $name across resumes"
    else
        tap_not_ok "schedule: $name across resumes" "$expected" "$(said)"
    fi
    for np in 2 3; do
        train "$np" --overwrite --set output.directory=parts "${options[@]}" run.ini
        tap_run "schedule: $name on $np ranks" test "$("$bin/fcnn-info" --hash parts/model.h5)" = "$expected"
    done
}

same plateau kind=plateau patience=1 threshold=0.05 factor=0.5 cooldown=2
tap_run 'schedule: plateau has lowered the rate' test "$(set_schedule && hash)" != \
    "$("$bin/fcnn-info" --hash parts/model.h5)"
same cosine kind=cosine period=360 warmup=20 unit=step

set_schedule kind=cosine
hash >hash.log
train 1 --set output.directory=whole --set train.epochs=50 "${options[@]}" run.ini
if [ "$code" = 78 ] && grep -q 'train.epochs cannot change on resume from 40 to 50' stderr; then
    tap_ok 'schedule: a cosine until the end fixes the number of epochs'
else
    tap_not_ok 'schedule: a cosine until the end fixes the number of epochs' "$(said)"
fi
tap_done
