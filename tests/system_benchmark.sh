#!/usr/bin/env bash
# scripts/benchmark.sh as far as it goes without the packages that it compares with: its options, its tables.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
export PYTHONDONTWRITEBYTECODE=1 FCNN_NO_INSTALL=1

# refused CODE ARGUMENT…: the script ends with the code before it measures anything
refused() {
    local expected=$1 code
    shift
    "$root/scripts/benchmark.sh" "$@" >/dev/null 2>&1
    code=$?
    [ $code -eq "$expected" ] || echo "$* gave $code instead of $expected"
}

tap_run "benchmark: --help" "$root/scripts/benchmark.sh" --help
command -v python3 >/dev/null || {
    tap_skip 'benchmark: arguments and tables' 'no python3'
    tap_done
    exit
}
# Whether this is root with mounts of its own, as --root needs.
mounts=$([ "$(id -u)" -eq 0 ] && unshare --mount --propagation private true 2>/dev/null && echo yes)
empty=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-root-XXXXXX")
trap 'rm -rf "$empty"' EXIT
tap_empty "benchmark: wrong arguments are refused" "$(
    refused 64 --unknown
    refused 64 --rounds
    refused 64 --rounds 0
    refused 64 --seconds 0.0
    refused 64 --workloads S,U
    refused 66 --mnist missing.h5
    refused 66 --build missing --startup
    refused 64 --optimizer adamw
    refused 64 --root / --python python3
)"

# no_system TEXT FOLDER: --root refuses the folder with this text
no_system() {
    local said
    said=$("$root/scripts/benchmark.sh" --root "$2" --build missing 2>&1 | grep '^benchmark.sh: ')
    [ -n "$mounts" ] || set -- '--root needs '
    case $said in
    *"$1"*) ;;
    *) echo "$said" ;;
    esac
}
tap_empty "benchmark: folders without a system are refused" "$(
    no_system 'missing: there is no such folder' missing
    no_system "$empty: no system to run programs in: " "$empty"
)"

# A load average of 0.3 may be passed at any time: then nothing is said here.
is_loaded() {
    awk '{ print ($1 > 0.3) }' /proc/loadavg
}
if [ -r /proc/loadavg ]; then
    tap_empty "benchmark: a load average above 0.3 gives a warning" "$(
        before=$(is_loaded)
        said=$("$root/scripts/benchmark.sh" --build missing --startup 2>&1 | grep -c '^warning: the load average is ')
        [ "$(is_loaded)" != "$before" ] || [ "$said" = "$before" ] || echo "loaded: $before, warnings: $said"
    )"
else
    tap_skip "benchmark: a load average above 0.3 gives a warning" "no load average"
fi

# in_root COMMAND: in the system in /, with the folder $empty
in_root() {
    "$root/scripts/benchmark/in_root.sh" / "$root/scripts/benchmark" "$empty" sh -c "$1" 2>&1
}
if [ -n "$mounts" ]; then
    tap_empty "benchmark: programs in another system find their folders" "$(
        in_root 'test -r /mnt/code/worker.py && echo here >/mnt/scratch/file'
        grep -qx here "$empty/file" || echo "nothing was written to the scratch folder"
        said=$(in_root 'echo >/mnt/code/file') && echo "the code can be written: $said"
        [ ! -e "$root/scripts/benchmark/file" ] || rm "$root/scripts/benchmark/file"
    )"
    tap_empty "benchmark: nothing stays mounted" "$(grep -E ' /mnt/(code|scratch) ' /proc/self/mounts)"
    # shellcheck disable=SC2016 # expanded by that shell
    "$root/scripts/benchmark/in_root.sh" / "$root/scripts/benchmark" "$empty" sh -c 'echo $$' >"$empty/inside" &
    started=$!
    wait $started
    tap_run "benchmark: their process is the one that was started" grep -qx $started "$empty/inside"
else
    tap_skip "benchmark: programs in another system" "no root, or no mounts of its own"
fi

# The recorded figures are made up, so that each kind of cell appears: met, not met, without a target.
raw=$here/benchmark_raw.json
tables=$(python3 "$root/scripts/benchmark/compare.py" "$raw" 2>&1)
tap_empty "benchmark: tables" "$(while IFS= read -r line; do
    grep -qxF -e "$line" <<<"$tables" || printf 'missing: %s\n' "$line" "$tables"
done <<'END'
- fcnn 0.1.0: avx512 kernels; multiply-add peak of both threads 400 GFLOP/s in single precision
### One process, two threads, sgd (thousands of samples a second)
| S | 784-30-10 | 1000 | 1,000.0 | 3,000.0 | 2,400.0 | 2.40 | ≥ 2.8 | NO, 2.4 | 0.80 | ≥ 0.97 | NO, 0.8 | 600.0 | 70.0 |
| L | 784-1024-1024-10 | 256 | 30.0 | 51.0 | 50.0 | 1.67 | ≥ 1.12 | yes | 0.98 | ≥ 0.95 | yes | 25.0 | 10.0 |
| S | 400.0 | 2,400.0 | 6.00 | 1.00 | ≥ 0.95 | yes |
- fcnn 0.1.0: avx512bf16 kernels; multiply-add peak of both threads 800 GFLOP/s in mixed precision
| L | double | – | 26.0 | 25.0 | – | – | – | 0.96 | ≥ 0.95 | yes |
| L | mixed | 70.0 | 80.0 | 77.0 | 1.10 | ≥ 1.15 | NO, 1.1 | 0.96 | ≥ 0.93 | yes |
| L | 1×2 exact, mixed precision | 0.75 | – | – |
| L | 1×2 exact | 0.80 | ≥ 0.84 | NO, 0.8 |
| L | 1×2 exact, double precision | 0.81 | ≥ 0.82 | NO, 0.81 |
| L | 1×2 forward passes | 0.90 | ≥ 0.88 | yes |
| S | 1×2 exact | 0.50 | ≥ 0.6 | NO, 0.5 |
| S | 1×2 fast | 0.60 | – | – |
| S | 2×1 | 1,800.0 | 2,000.0 | 0.90 | ≥ 0.85 | yes |
| digits | 0.400 | 0.250 | 0.150 | ≤ 0.3 | yes |
| S | 1×2 | 50.0 | 54.0 | 8.0 % | ≤ 5 % | NO, 0.08 |
END
)"

# Another optimizer has no targets, and fewer contenders.
sed 's/"rounds": 3,/"rounds": 3, "optimizer": "adam",/; /"numpy"/d; /"sklearn"/d' "$raw" >"$empty/adam.json"
tables=$(python3 "$root/scripts/benchmark/compare.py" "$empty/adam.json" 2>&1)
tap_empty "benchmark: tables of another optimizer" "$(while IFS= read -r line; do
    grep -qxF -e "$line" <<<"$tables" || printf 'missing: %s\n' "$line" "$tables"
done <<'END'
### One process, two threads, adam (thousands of samples a second)
| S | 784-30-10 | 1000 | 1,000.0 | 3,000.0 | 2,400.0 | 2.40 | – | – | 0.80 | – | – | – | – |
| S | 400.0 | 2,400.0 | 6.00 | 1.00 | – | – |
| L | 1×2 exact | 0.80 | – | – |
END
)"
tap_done
