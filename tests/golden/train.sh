# tests/golden/train.sh — sourced: trains the golden configs.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bin, configs and here come from system.sh

# golden_hashes NP THREADS: a line a config: its name, the weights' hash, the history's digest
golden_hashes()
{
    local config name
    {
        "$bin/fcnn-import" digits.h5 --csv "$configs/data/digits.csv"
        "$bin/fcnn-import" regression.h5 --csv "$configs/data/regression.csv" --header --target-columns 7,8,9
        "$bin/fcnn-import" three_layer.h5 --csv "$configs/data/three_layer.csv" --header
    } >import.log
    cp "$here"/golden/*.ini .
    for config in *.ini; do
        name=${config%.ini}
        OMP_NUM_THREADS=$2 train "$1" --overwrite "$config" || said >&2
        printf '%s %s %s\n' "$name" "$("$bin/fcnn-info" --hash "$name/model.h5")" "$(history "$name/model.h5")"
    done
}
