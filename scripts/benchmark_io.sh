#!/usr/bin/env bash
# Compares streamed with resident training: rows per second of an epoch, and the memory of a rank.
set -eu
cd "$(dirname "$0")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: scripts/benchmark_io.sh [--rounds N] [--small] [--folder FOLDER] [wide|narrow]
Installs missing packages (apt), builds in build-bench/, and trains two networks, or the given one: wide has two hidden
layers of 512 units, 64 columns and batches of 1024; narrow has two hidden layers of 50 units, 20 million rows of 10
columns and batches of 10000.  Each is trained with its rows in memory, and from a file of four times
data.memory_limit, with a warm and with a cold page cache.  Prints a table of the speeds, their ratios and the memory.
  --rounds N       number of runs of each kind; the table has their medians [3]
  --small          use half of the rows
  --folder FOLDER  where the files are created, which need 2.5 GB [$TMPDIR or /tmp]
FCNN_NO_INSTALL=1 prevents the installation of packages.
END
}

rounds=3
scale=10
folder=
kinds='wide narrow'
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=$2 && shift ;;
    --small) scale=5 ;;
    --folder) folder=$2 && shift ;;
    wide | narrow) kinds=$1 ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
    esac
    shift
done

# shellcheck disable=SC2086 # a list of words
fcnn_install $fcnn_build_packages time
build=$PWD/build-bench
mkdir -p "$build"
[ -x configure ] || ./autogen.sh >/dev/null
[ -f "$build/Makefile" ] || (cd "$build" && ../configure --quiet)
make -C "$build" -s -j "$(fcnn_cores)" CFLAGS='-O2 -g' >/dev/null
work=$(mktemp -d "${folder:-${TMPDIR:-/tmp}}/fcnn-io-XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2046 # options
mpicc -O2 scripts/benchmark/make_table.c -o "$work/make_table" $(pkg-config --cflags --libs hdf5-openmpi)
cd "$work"
# shellcheck disable=SC2031 # of another shell
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}"

# config NAME HIDDEN BATCH
config() {
    cat >"$1.ini" <<END
[data]
train = $work/$1.h5
[model]
hidden = $2
output = linear
[train]
epochs = 3
batch_size = $3
[optimizer]
learning_rate = 0.001
[output]
directory = $work/out
checkpoint_every = 0
END
}

# drop FILE: removes the file from the page cache
drop() {
    sync
    dd if="$1" iflag=nocache count=0 status=none
}

# run NAME MEMORY LIMIT CACHE: prints the rows per second of the second epoch, and the megabytes of the process
run() {
    rm -rf out
    [ "$4" = warm ] || drop "$1.h5"
    /usr/bin/time -f '%M' -o memory "$build/fcnn-train" --set "data.memory=$2" --set "data.memory_limit=$3" "$1.ini" \
        >table 2>errors || { cat errors >&2 && exit 1; }
    awk '$1 ~ /^[1-9][0-9]*$/ && NF >= 5 { rates[++n] = $(NF - 2) } END { print (n > 1 ? rates[2] : rates[1]) }' table
    awk '{ printf "%d\n", $1 / 1024 }' memory
}

# median NUMBER…
median() {
    printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# compare NAME ROWS COLUMNS BYTES
compare() {
    local name=$1 limit=$(($4 / 4 / 1048576)) cache round resident streamed ratios=() memory=0 rates=()
    ./make_table "$name.h5" "$2" "$3"
    for cache in warm cold; do
        ratios=() rates=() memory=0
        for ((round = 0; round < rounds; round++)); do
            mapfile -t resident < <(run "$name" resident 100G "$cache")
            mapfile -t streamed < <(run "$name" stream "${limit}M" "$cache")
            ratios+=("$(awk "BEGIN { print ${streamed[0]} / ${resident[0]} }")")
            rates+=("${streamed[0]}")
            [ "${streamed[1]}" -le "$memory" ] || memory=${streamed[1]}
        done
        printf '| %s | %d MB | %d MB | %s | %.0f | %.2f | %d MB |\n' "$name" $(($4 / 1048576)) "$limit" "$cache" \
            "$(median "${rates[@]}")" "$(median "${ratios[@]}")" "$memory"
    done
    rm -f "$name.h5"
}

config wide 512,512 1024
config narrow 50,50 10000
echo '| network | file | limit | page cache | rows/s streamed | streamed / resident | memory |'
echo '|---|---:|---:|---|---:|---:|---:|'
for kind in $kinds; do
    case $kind in
    wide) compare wide $((400000 * scale)) 64 $((400000 * scale * 65 * 4)) ;;
    narrow) compare narrow $((2000000 * scale)) 10 $((2000000 * scale * 11 * 4)) ;;
    esac
done
