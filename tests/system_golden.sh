#!/usr/bin/env bash
# The bits of some trained networks do not change (golden/README.md).
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need h5dump
# shellcheck source=golden/train.sh
. "$here/golden/train.sh"
for pair in 1,1 3,2; do
    golden_hashes "${pair%,*}" "${pair#*,}" >now 2>errors
    while read -r name hash losses; do
        if grep -qx "$name $hash $losses" now; then
            tap_ok "golden: $name on ranks,threads $pair"
        else
            tap_not_ok "golden: $name on ranks,threads $pair" "$(grep "^$name " now)" "expected $hash $losses" \
                "$(cat errors)"
        fi
    done <"$here/golden/hashes.txt"
done

# ---- a model of each release ----

"$bin/fcnn-import" xor.h5 --csv "$configs/data/xor.csv" --header >import.log || cat import.log
printf '[data]\ntrain = xor.h5\n[model]\nhidden = 4\nactivation = tanh\n[train]\nepochs = 1\n' >more.ini
while read -r model hash; do
    tap_run "reference: $model has its hash" test "$("$bin/fcnn-info" --hash "$here/reference/$model")" = "$hash"
    "$bin/fcnn-predict" "$here/reference/$model" xor.h5 --targets /y >scores 2>&1
    tap_run "reference: $model knows XOR" grep 'accuracy 100.00 %, 4 of 4 rows right' scores
    train 0 --overwrite --set model.init="$here/reference/$model" more.ini
    tap_run "reference: training starts from $model" test "$code" = 0
done <"$here/reference/hashes.txt"

tap_run 'golden: every config has its hashes' test "$(wc -l <now)" = "$(wc -l <"$here/golden/hashes.txt")"
tap_done
