#!/usr/bin/env bash
# Schedules of the learning rate: the table of --check, what is refused and warned of, and the same bits on any ranks
# and across resumes.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
# shellcheck source=same_bits.sh
. "$here/same_bits.sh"
subject=schedule config=run.ini

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

# table NAME EXPECTED KEY=VALUE…: --check prints these pairs of units and rates
table()
{
    local name=$1 expected=$2
    shift 2
    assign schedule "$@"
    train 2 --check "${options[@]}" run.ini
    tap_run "schedule: the table of $name" test "$(sed -n '/^schedule/,/^memory/p' stdout |
        awk '$1 ~ /^[0-9.]+$/ { printf "%s%s", separator, $1 " " $2; separator = ", " }')" = "$expected"
}

table constant ''
table cosine '0 0.001, 5 0.1, 10 0.0950484434, 20 0.0611260467, 30 0.01882550991, 39 0.0002012853002' \
    kind=cosine warmup=5
table multistep '0 0.1, 12 0.01, 30 0.001, 39 0.001' kind=multistep milestones=12,30
table 'multistep after a warm-up' '0 0.05, 4 0.1, 12 0.01, 39 0.01' kind=multistep milestones=12 warmup=4 \
    warmup_start=0.5
table 'one_cycle by step' '0 0.004, 90 0.09414393238, 107 0.1, 180 0.080684817, 270 0.02774619979, 359 4e-07' \
    kind=one_cycle unit=step
table plateau '0 0.02, 4 0.1, 39 0.1' kind=plateau warmup=4 warmup_start=0.2 patience=3
tap_run 'schedule: the table of plateau says when the rate falls' grep -q 'times 0.1 .* 3 epochs in a row' stdout

refused 'a key that the kind does not use' 'schedule.patience is for schedule.kind = plateau' \
    --set schedule.kind=cosine --set schedule.patience=3
refused 'a rise without room' 'schedule.unit = step' --set schedule.kind=one_cycle --set schedule.warmup=39

# what does not happen in a training is a warning, once
noted 1 'the warm-up of 41 epochs' --set schedule.warmup=41
noted 1 '1 of 2 schedule.milestones' --set schedule.kind=multistep --set schedule.milestones=7,50

# same NAME KEY=VALUE…: sets first to the hash of the model
same()
{
    local np
    assign schedule "${@:2}"
    first=$(hash_of 1 "${options[@]}")
    in_parts "$1" "$first" 7 19 "${options[@]}"
    for np in 2 3; do
        equal "$1 on $np ranks" "$first" "$(hash_of $np "${options[@]}")"
    done
}

same plateau kind=plateau patience=1 threshold=0.05 factor=0.5 cooldown=2
tap_run 'schedule: plateau has lowered the rate' test "$(hash_of 1)" != "$first"
same cosine kind=cosine period=360 warmup=20 unit=step

assign schedule kind=cosine
hash_of 1 "${options[@]}" >hash.log
train 1 --set output.directory=out --set train.epochs=50 "${options[@]}" run.ini
if [ "$code" = 78 ] && grep -q 'train.epochs cannot change on resume from 40 to 50' stderr; then
    tap_ok 'schedule: a cosine until the end fixes the number of epochs'
else
    tap_not_ok 'schedule: a cosine until the end fixes the number of epochs' "$(said)"
fi
tap_done
