#!/usr/bin/env bash
# Compares the speed of fcnn with that of PyTorch, numpy and scikit-learn, and with its targets (docs/benchmarks.md).
set -eu
started_in=$PWD
cd "$(dirname "$0")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: scripts/benchmark.sh [PART…] [OPTION…]
Installs missing packages (apt), builds in build-bench/, measures, and prints tables in Markdown.
Parts (all of them if none is given):
  --speed            rows per second, compared with PyTorch, DistributedDataParallel, numpy and scikit-learn
  --train            fcnn-train on MNIST, compared with the bare step
  --startup          how much longer fcnn-train takes to start than a bare MPI program
  --memory           the memory that fcnn-bench predicts, compared with the memory that is used
Options:
  --rounds N         number of times that every contender runs, in turns [5]
  --seconds T        duration of each of these runs in seconds [0.5]
  --workloads LIST   some of S,S32,M64,M256,L,XL,T,TB [all]
  --optimizer O      sgd or adam; with adam only PyTorch is compared, and there are no targets [sgd]
  --build DIR        use the programs in this build folder, and build nothing
  --root DIR         run the contenders with PyTorch in the system in this folder (chroot), whose python3 can import
                     torch and numpy, for example a newer Debian; needs root, and changes nothing there
  --python PATH      or with this Python, which can import torch and numpy
                     [/usr/bin/python3 with Debian's packages]
  --mnist FILE       HDF5 file of configs/mnist.ini [$FCNN_MNIST, else configs/data/mnist.h5,
                     else ../shared/data/mnist.h5]
  --output FILE      also write the tables to this file
  --json FILE        write all raw values to this file
  --update-docs      replace the tables in docs/benchmarks.md
FCNN_NO_INSTALL=1 prevents the installation of packages.
END
}

# A path that the user gave, which is relative to the folder in which the script was started.
given_path() {
    case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$started_in" "$1" ;;
    esac
}

parts=()
rounds=5 seconds=0.5 workloads=S,S32,M64,M256,L,XL,T,TB
optimizer=sgd build='' torch_root='' torch_python='' output='' json='' update_docs=''
mnist=${FCNN_MNIST:-}
[ -z "$mnist" ] || mnist=$(given_path "$mnist")
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    --speed | --train | --startup | --memory) parts+=("${1#--}") ;;
    --update-docs) update_docs=yes ;;
    --rounds | --seconds | --workloads | --optimizer | --build | --root | --python | --mnist | --output | --json)
        [ $# -gt 1 ] || fcnn_stop 64 "a value is missing after $1"
        case $1 in
        --rounds) rounds=$2 ;;
        --seconds) seconds=$2 ;;
        --workloads) workloads=$2 ;;
        --optimizer) optimizer=$2 ;;
        --build) build=$(given_path "$2") ;;
        --root) torch_root=$(given_path "$2") ;;
        --python)
            case $2 in
            */*) torch_python=$(given_path "$2") ;;
            *) torch_python=$(command -v "$2") || fcnn_stop 66 "$2: there is no such program" ;;
            esac
            ;;
        --mnist) mnist=$(given_path "$2") ;;
        --output) output=$(given_path "$2") ;;
        --json) json=$(given_path "$2") ;;
        esac
        shift
        ;;
    *) fcnn_stop 64 "unknown argument $1; see --help" ;;
    esac
    shift
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fcnn_stop 64 "--rounds must be an integer of 1 or more, not $rounds"
[[ $seconds =~ ^([1-9][0-9]*(\.[0-9]+)?|0?\.[0-9]*[1-9][0-9]*)$ ]] ||
    fcnn_stop 64 "--seconds must be above 0, not $seconds"
name='(S|S32|M64|M256|L|XL|T|TB)'
[[ $workloads =~ ^$name(,$name)*$ ]] ||
    fcnn_stop 64 "--workloads must be a list such as S,S32, not $workloads; see --help"
[[ $optimizer =~ ^(sgd|adam)$ ]] || fcnn_stop 64 "--optimizer must be sgd or adam, not $optimizer"
[ -z "$torch_root" ] || [ -z "$torch_python" ] || fcnn_stop 64 "give --root or --python, not both"
[ ${#parts[@]} -gt 0 ] || parts=(speed train startup memory)
if [ -z "$mnist" ]; then
    for file in configs/data/mnist.h5 ../shared/data/mnist.h5; do
        if [ -f $file ]; then
            mnist=$PWD/$file
            break
        fi
    done
elif [ ! -f "$mnist" ]; then
    fcnn_stop 66 "$mnist: there is no such file"
fi

# A build, if there is one, increases the load average later, but has ended when the measurements begin.
load=$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null) || load=0
if awk -v load="$load" 'BEGIN { exit !(load > 0.3) }'; then
    fcnn_say "warning: the load average is $load: other programs are running, or were a minute ago. The values will" \
        "be too low and their ratios mean little, because two threads that wait for each other suffer most. Wait" \
        "until it is below 0.3." >&2
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-benchmark-XXXXXX")
measuring=''
clean_up() {
    if [ -n "$measuring" ]; then
        # It ends all processes that it has started.
        kill "$measuring" 2>/dev/null || true
        wait "$measuring" || true
    fi
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# in_root COMMAND…: in the system of --root, as the contenders are started
in_root() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin scripts/benchmark/in_root.sh "$torch_root" "$PWD/scripts/benchmark" \
        "$scratch" "$@" 2>&1
}

check_root() {
    local said
    [ "$(id -u)" -eq 0 ] || fcnn_stop 69 "--root needs root, for chroot and mounts"
    said=$(unshare --mount true 2>&1) ||
        fcnn_stop 69 "--root needs mounts of its own, which are not possible here: $said"
    [ -d "$torch_root" ] || fcnn_stop 66 "$torch_root: there is no such folder"
    said=$(in_root true) || fcnn_stop 66 "$torch_root: no system to run programs in: $(head -n 1 <<<"$said")"
    said=$(in_root python3 -c 'import torch, numpy') ||
        fcnn_stop 66 "$torch_root: python3 cannot import torch and numpy there: $(tail -n 1 <<<"$said");" \
            "docs/benchmarks.md says which packages are needed"
}
[ -z "$torch_root" ] || check_root

# find_blas ROOT: the folder, below ROOT, of one variant of OpenBLAS: the variant of Debian that shares its threads with
# PyTorch's OpenMP
find_blas() {
    local file
    for file in "$1"/usr/lib/*/openblas-openmp/libblas.so.3; do
        [ ! -e "$file" ] || dirname "${file#"$1"}"
    done
}

python=/usr/bin/python3
contender_packages=()
case " ${parts[*]} " in
*' speed '*)
    contender_packages=(python3-numpy python3-sklearn python3-threadpoolctl libopenblas0-openmp)
    # Another PyTorch may replace Debian's.
    [ -n "$torch_root$torch_python" ] || contender_packages+=(python3-torch)
    ;;
esac
# shellcheck disable=SC2086 # a list of words
fcnn_install $fcnn_build_packages python3 ${contender_packages[@]+"${contender_packages[@]}"} >&2
[ -x "$python" ] || python=$(command -v python3)

if [ -z "$build" ]; then
    build=$PWD/build-bench
    fcnn_say "== Building in build-bench/" >&2
    mkdir -p "$build"
    {
        [ -x configure ] || ./autogen.sh
        [ -f "$build/Makefile" ] || (cd "$build" && ../configure --quiet CFLAGS=-O2)
        make -C "$build" -s -j "$(fcnn_cores)"
    } >"$scratch/build.log" 2>&1 || {
        tail -n 40 "$scratch/build.log" >&2
        fcnn_stop 70 "the build in $build failed"
    }
fi
for program in fcnn-bench fcnn-train fcnn-import; do
    [ -x "$build/$program" ] || fcnn_stop 66 "$build/$program: there is no such program"
done
mpicc -O2 -o "$scratch/bare_mpi" scripts/benchmark/bare_mpi.c

PYTHONDONTWRITEBYTECODE=1 "$python" scripts/benchmark/measure.py --build "$build" --scratch "$scratch" \
    --output "$scratch/raw.json" --load "$load" --blas "$(find_blas '')" --torch-python "${torch_python:-$python}" \
    --torch-root "$torch_root" --torch-blas "$(find_blas "$torch_root")" --digits "$PWD/configs/data/digits.csv" \
    --mnist "$mnist" --rounds "$rounds" --seconds "$seconds" --workloads "$workloads" --optimizer "$optimizer" \
    "${parts[@]}" &
measuring=$!
code=0
wait $measuring || code=$?
measuring=''
[ $code -eq 0 ] || fcnn_stop 70 "the measurement ended with code $code"

PYTHONDONTWRITEBYTECODE=1 "$python" scripts/benchmark/compare.py "$scratch/raw.json" >"$scratch/tables.md"
cat "$scratch/tables.md"
[ -z "$json" ] || cp "$scratch/raw.json" "$json"
[ -z "$output" ] || cp "$scratch/tables.md" "$output"
if [ -n "$update_docs" ]; then
    awk -v tables="$scratch/tables.md" '
        /^<!-- end of the output of / { inside = 0 }
        !inside { print }
        /^<!-- begin of the output of / { inside = 1; while ((getline line < tables) > 0) print line }
        ' docs/benchmarks.md >"$scratch/benchmarks.md"
    cp "$scratch/benchmarks.md" docs/benchmarks.md
fi
