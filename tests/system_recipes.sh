#!/usr/bin/env bash
# scripts/recipes.sh and the configs of configs/recipes: each config is valid, data is made, results are printed.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
script=$here/../scripts/recipes.sh
export FCNN_NO_INSTALL=1

# recipes ARGUMENT…: runs the script with the programs that are tested
recipes()
{
    "$script" --build "$built" --work "$work/recipes" "$@" >stdout 2>stderr
    code=$?
}

# refused CODE ARGUMENT…: the script ends with the code before it trains anything
refused()
{
    local expected=$1
    shift
    recipes "$@"
    [ $code -eq "$expected" ] || echo "$* gave $code instead of $expected"
}
tap_run 'recipes: --help' "$script" --help
tap_empty 'recipes: wrong arguments are refused' "$(
    refused 64
    refused 64 unknown
    refused 64 digits --seeds 1,x
    refused 64 digits --ranks 0
    refused 64 digits --seeds
    refused 64 diamonds
    refused 66 mnist-dropout --mnist missing.h5
)"

# A config with a wrong key would end with code 78.
tap_empty 'recipes: configs are valid' "$(
    for config in "$configs"/recipes/*.ini; do
        train 0 --set data.train=missing.h5 --set data.test=missing.h5 --set output.directory=never "$config"
        [ $code = 66 ] || said
    done
)"

recipes digits qlknn-like --seeds 1,2 --set train.epochs=2
tap_run 'recipes: two recipes run' test $code = 0
# A mean of five folds, in percent; at random 90 % of the digits are wrong.
tap_empty 'recipes: each seed has a line, and then there is the mean' "$(awk -F'|' '
    /^### / { name = substr($0, 5); lines = 0; next }
    /^\| [12] \|/ { lines++; if (!($3 > 0 && $3 < (name == "digits" ? 60 : 20) && $4 > 0)) print name ": " $0 }
    /^\| mean/ { if (lines != 2) print name ": " lines " lines"; means++ }
    END { if (means != 2) print means + 0 " means" }' stdout)"
stamp=$(sha256sum recipes/digits-1-0.log)
cp stdout first
recipes digits qlknn-like --seeds 1,2 --set train.epochs=2
tap_run 'recipes: complete runs are not repeated' cmp -s stdout first
tap_run 'recipes: their logs remain' test "$stamp" = "$(sha256sum recipes/digits-1-0.log)"

if [ -f "$shared/data/diamonds.csv" ]; then
    sed -n '1,2001p' "$shared/data/diamonds.csv" >diamonds.csv
    recipes diamonds --diamonds diamonds.csv --seeds 1 --set train.epochs=2
    tap_run 'recipes: prices of diamonds' grep -q '^| 1 | [0-9.]* | [0-9.]* |$' stdout
    tap_run 'recipes: diamonds have a column for each word' grep -q 'inputs float64\[26\]' recipes/diamonds-1.log
else
    tap_skip 'recipes: prices of diamonds' 'no diamonds.csv'
fi
tap_done
