#!/usr/bin/env bash
# Makes the data of published recipes, trains their configs with several seeds, and prints their results
# (docs/results.md).
set -eu
export LC_ALL=C
started_in=$PWD
cd "$(dirname "$0")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: scripts/recipes.sh NAME… [OPTION…]
Builds in build/ if necessary, makes the data of a recipe, trains configs/recipes/NAME.ini once for each seed, and
prints the results on the test rows as a table in Markdown.
Names:
  digits             handwritten digits, in five folds
  fashion-mnist      pictures of clothes; installs Debian's package dataset-fashion-mnist
  mnist-dropout      MNIST; the head of configs/mnist.ini says how to get it
  diamonds           prices of diamonds; needs --diamonds
  qlknn-like         a transport model of a plasma with a threshold, computed by this script
  climsim-like       many inputs and outputs, as in an emulator of a climate model, computed by this script
Options:
  --seeds LIST       values of train.seed [1,2,3,4,5]
  --ranks N          ranks of mpirun [1]; the result has the same bits for each number
  --set KEY=VALUE    changes a key of the config, such as train.epochs=3 for a trial; can be repeated
  --build DIR        use the programs in this build folder, and build nothing
  --mnist FILE       HDF5 file of configs/mnist.ini [configs/data/mnist.h5]
  --diamonds FILE    diamonds.csv of the R package ggplot2
  --work DIR         folder of the data and of the runs [recipes/]; what is complete there is not made again
OMP_NUM_THREADS is the number of threads of a rank.  FCNN_NO_INSTALL=1 prevents the installation of packages.
END
}

# A path that the user gave, which is relative to the folder in which the script was started.
given_path() {
    case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$started_in" "$1" ;;
    esac
}

names=() settings=()
seeds=1,2,3,4,5 ranks=1 build='' mnist=$PWD/configs/data/mnist.h5 diamonds='' work=$PWD/recipes
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    digits | fashion-mnist | mnist-dropout | diamonds | qlknn-like | climsim-like) names+=("$1") ;;
    --seeds | --ranks | --set | --build | --mnist | --diamonds | --work)
        [ $# -gt 1 ] || fcnn_stop 64 "a value is missing after $1"
        case $1 in
        --seeds) seeds=$2 ;;
        --ranks) ranks=$2 ;;
        --set) settings+=(--set "$2") ;;
        --build) build=$(given_path "$2") ;;
        --mnist) mnist=$(given_path "$2") ;;
        --diamonds) diamonds=$(given_path "$2") ;;
        --work) work=$(given_path "$2") ;;
        esac
        shift
        ;;
    *) fcnn_stop 64 "unknown argument $1; see --help" ;;
    esac
    shift
done
[ ${#names[@]} -gt 0 ] || fcnn_stop 64 "the name of a recipe is missing; see --help"
[[ $seeds =~ ^[0-9]+(,[0-9]+)*$ ]] || fcnn_stop 64 "--seeds must be numbers separated by commas, not $seeds"
[[ $ranks =~ ^[1-9][0-9]*$ ]] || fcnn_stop 64 "--ranks must be an integer of 1 or more, not $ranks"

if [ -z "$build" ]; then
    build=build
    # shellcheck disable=SC2086 # a list of words
    fcnn_install $fcnn_build_packages
    [ -x configure ] || ./autogen.sh >build-autogen.log 2>&1 || fcnn_stop 70 "autogen.sh failed: see build-autogen.log"
    mkdir -p build
    [ -f build/Makefile ] || (cd build && ../configure --quiet)
    make -C build -s -j "$(fcnn_cores)"
fi
[ -x "$build/fcnn-train" ] || fcnn_stop 66 "$build has no fcnn-train"
data=$work/data
mkdir -p "$data"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

import() {
    "$build/fcnn-import" "$@" >/dev/null
}

# ---- data; each function makes the files that the config of its recipe names, unless they exist ----

# Lines of standard input in an order that is the same everywhere: that of a Lehmer generator, not of awk's rand().
shuffled() {
    awk '{ line[NR] = $0 }
        END {
            state = 20240607
            for (i = NR; i > 1; i--) {
                state = (16807 * state) % 2147483647
                j = 1 + int(i * state / 2147483647)
                t = line[i]; line[i] = line[j]; line[j] = t
            }
            for (i = 1; i <= NR; i++) print line[i]
        }'
}

data_digits() {
    local fold
    [ ! -f "$data/digits_fold4.h5" ] || return 0
    shuffled <configs/data/digits.csv >"$scratch/digits.csv"
    for fold in 0 1 2 3 4; do
        awk -v fold=$fold 'NR % 5 == fold' "$scratch/digits.csv" >"$scratch/fold.csv"
        import "$data/digits_fold$fold.h5" --csv "$scratch/fold.csv"
    done
}

data_fashion_mnist() {
    local from=${FCNN_FASHION_MNIST:-/usr/share/datasets/fashion-mnist} to=$data/fashion_mnist.h5 part
    files=(--set "data.train=$to" --set "data.test=$to")
    [ ! -f "$to" ] || return 0
    [ -d "$from" ] || fcnn_install dataset-fashion-mnist
    for part in train t10k; do
        import "$scratch/fashion.h5" --idx "$from/$part-images-idx3-ubyte.gz" "$from/$part-labels-idx1-ubyte.gz" \
            --group "/${part/t10k/test}"
    done
    mv "$scratch/fashion.h5" "$to"
}

data_mnist_dropout() {
    [ -f "$mnist" ] || fcnn_stop 66 "$mnist does not exist: the head of configs/mnist.ini says how to make it"
    files=(--set "data.train=$mnist" --set "data.test=$mnist")
}

# Texts become one column of 0 and 1 for each word, and the price its logarithm.
data_diamonds() {
    files=(--set "data.train=$data/diamonds.h5" --set "data.test=$data/diamonds.h5")
    [ ! -f "$data/diamonds.h5" ] || return 0
    [ -n "$diamonds" ] || fcnn_stop 64 "--diamonds is missing; the head of configs/recipes/diamonds.ini says what it is"
    tr -d '"' <"$diamonds" | awk -F, '
        # The words of a column of texts; names of its columns are added to the header.
        function words(column, list,   i) {
            texts[++text_count] = column
            count[column] = split(list, parts, ",")
            for (i = 1; i <= count[column]; i++) {
                word[column, i] = parts[i]
                header = header "," column " " parts[i]
            }
        }
        NR == 1 {
            for (i = 1; i <= NF; i++) at[$i] = i
            number_count = split("carat,depth,table,x,y,z", numbers, ",")
            header = "carat,depth,table,x,y,z"
            words("cut", "Fair,Good,Very Good,Premium,Ideal")
            words("color", "D,E,F,G,H,I,J")
            words("clarity", "I1,SI2,SI1,VS2,VS1,VVS2,VVS1,IF")
            print header ",log_price"
            next
        }
        {
            line = ""
            for (i = 1; i <= number_count; i++) line = line $at[numbers[i]] ","
            for (t = 1; t <= text_count; t++)
                for (i = 1; i <= count[texts[t]]; i++) line = line ($at[texts[t]] == word[texts[t], i]) ","
            printf "%s%.17g\n", line, log($at["price"])
        }' >"$scratch/diamonds.csv"
    import "$data/diamonds.h5" --csv "$scratch/diamonds.csv" --header --target-columns log_price \
        --split 0.8 --seed 1
}

# A flux that is 0 below a critical gradient and rises steeply above it, as that of ion heat in a tokamak does: the
# threshold depends on the other inputs.
data_qlknn_like() {
    files=(--set "data.train=$data/qlknn_like.h5" --set "data.test=$data/qlknn_like.h5")
    [ ! -f "$data/qlknn_like.h5" ] || return 0
    awk '
        function uniform(low, high) {
            state = (16807 * state) % 2147483647
            return sprintf("%.5g", low + (high - low) * state / 2147483647) + 0
        }
        function positive(x) { return x > 0 ? x : 0 }
        BEGIN {
            state = 20240607
            for (i = 0; i < 10; i++) uniform(0, 1)
            printf "ion_gradient,electron_gradient,density_gradient,safety_factor,shear,radius,"
            print "temperature_ratio,ion_flux"
            for (row = 0; row < 100000; row++) {
                g = uniform(0, 12); e = uniform(0, 12); n = uniform(-2, 4); q = uniform(1, 4); s = uniform(-0.5, 3)
                x = uniform(0.1, 0.9); t = uniform(0.5, 2)
                critical = positive((1 + t) * (1.3 + 1.9 * positive(s) / q) * (1 - 0.8 * x)) + 0.4 * positive(n)
                above = positive(g - critical)
                flux = q * sqrt(x) / t * above * (1 + 0.1 * e) * exp(-0.3 * (s - 0.7) * (s - 0.7))
                printf "%.5g,%.5g,%.5g,%.5g,%.5g,%.5g,%.5g,%.6g\n", g, e, n, q, s, x, t, flux
            }
        }' >"$scratch/qlknn.csv"
    import "$data/qlknn_like.h5" --csv "$scratch/qlknn.csv" --header --target-columns ion_flux --split 0.8 --seed 1
}

# 124 inputs of an air column; 120 outputs that change sign, and 8 that are never negative.
data_climsim_like() {
    files=(--set "data.train=$data/climsim_like.h5" --set "data.test=$data/climsim_like.h5")
    [ ! -f "$data/climsim_like.h5" ] || return 0
    awk '
        function uniform() {
            state = (16807 * state) % 2147483647
            return 2 * state / 2147483647 - 1
        }
        BEGIN {
            state = 20240607
            for (i = 0; i < 10; i++) uniform()
            for (row = 0; row < 20000; row++) {
                line = ""
                for (i = 0; i < 124; i++) {
                    x[i] = uniform()
                    line = line sprintf("%.4f,", x[i])
                }
                for (o = 0; o < 120; o++)
                    line = line sprintf("%.5g,", (x[o] + sin(2 * x[(o + 31) % 124])) / 2 + x[o] * x[(o + 7) % 124] / 5)
                for (o = 0; o < 8; o++) {
                    y = x[3 * o] + x[3 * o + 1] * x[3 * o + 2]
                    line = line sprintf("%.5g%s", y > 0 ? y : 0, o < 7 ? "," : "\n")
                }
                printf "%s", line
            }
        }' >"$scratch/climsim.csv"
    import "$data/climsim_like.h5" --csv "$scratch/climsim.csv" --target-columns "$(seq -s, 125 252)" \
        --split 0.8 --seed 1
}

# ---- runs ----

# train NAME RUN [OPTION…]: trains in the folder RUN, unless the run is complete; its output is RUN.log.
train() {
    local name=$1 run=$work/$2
    shift 2
    if [ ! -f "$run.log" ] || ! grep -q '^finished' "$run/status" 2>/dev/null; then
        fcnn_mpirun "$ranks" "$build/fcnn-train" --set "output.directory=$run" "${settings[@]}" "$@" \
            "configs/recipes/$name.ini" >"$run.log" 2>&1 || fcnn_stop $? "a run failed; see $run.log"
    fi
}

# Prints the score of a run and the seconds of its training: the percentage of wrong test rows of a classifier, the
# test RMSE of a regression with one output, or the mean R2 of one with several.
score() {
    awk '/^test: / && match($0, /accuracy [0-9.]+/) { result = 100 - substr($0, RSTART + 9, RLENGTH - 9); found = 1 }
        /^ *output +R2 +RMSE/ { getline; result = $(NF - 1); found = 1 }
        match($0, /mean R2 of all -?[0-9.]+/) { result = substr($0, RSTART + 15, RLENGTH - 15) }
        /^time: / { seconds = $2 }
        END { if (!found) exit 1; printf "%.6g %s\n", result, seconds }' "$work/$1.log" ||
        fcnn_stop 70 "$work/$1.log has no score"
}

# Prints the score and the seconds of one seed.
run_recipe() {
    local name=$1 seed=$2 fold other others
    if [ "$name" != digits ]; then
        train "$name" "$name-$seed" --set "train.seed=$seed" "${files[@]}"
        score "$name-$seed"
        return
    fi
    for fold in 0 1 2 3 4; do
        others=
        for other in 0 1 2 3 4; do
            [ $other = $fold ] || others+=,$data/digits_fold$other.h5
        done
        train digits "digits-$seed-$fold" --set "train.seed=$seed" --set "data.train=${others#,}" \
            --set "data.test=$data/digits_fold$fold.h5"
        score "digits-$seed-$fold"
    done | awk '{ sum += $1; seconds += $2 } END { printf "%.6g %.2f\n", sum / NR, seconds }'
}

for name in "${names[@]}"; do
    files=()
    "data_${name//-/_}"
    case $name in
    digits | *mnist*) unit='test error (%)' ;;
    climsim-like) unit='mean R2 of the test rows' ;;
    *) unit='test RMSE' ;;
    esac
    printf '\n### %s\n\n| seed | %s | seconds |\n|---:|---:|---:|\n' "$name" "$unit"
    for seed in ${seeds//,/ }; do
        result=$(run_recipe "$name" "$seed")
        printf '| %s | %s | %s |\n' "$seed" "${result% *}" "${result#* }" | tee -a "$scratch/$name.results"
    done
    awk -F'|' '{ x = $3 + 0; sum += x; if (NR == 1 || x < least) least = x; if (NR == 1 || x > most) most = x }
        END { printf "| mean, range | %.6g, %.6g to %.6g | |\n", sum / NR, least, most }' "$scratch/$name.results"
done
