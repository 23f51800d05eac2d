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
tap_run 'golden: every config has its hashes' test "$(wc -l <now)" = "$(wc -l <"$here/golden/hashes.txt")"
tap_done
