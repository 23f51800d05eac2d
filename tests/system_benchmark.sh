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
tap_empty "benchmark: wrong arguments are refused" "$(
    refused 64 --unknown
    refused 64 --rounds
    refused 64 --rounds 0
    refused 64 --seconds 0.0
    refused 64 --workloads S,U
    refused 66 --mnist missing.h5
    refused 66 --build missing --startup
)"

# The recorded figures are made up, so that each kind of cell appears: met, not met, without a target.
raw=$here/benchmark_raw.json
tables=$(python3 "$root/scripts/benchmark/compare.py" "$raw" 2>&1)
tap_empty "benchmark: tables" "$(while IFS= read -r line; do
    grep -qxF -e "$line" <<<"$tables" || printf 'missing: %s\n' "$line" "$tables"
done <<'END'
- fcnn 0.1.0: avx512 kernels; multiply-add peak of both threads 400 GFLOP/s in single precision
| S | 784-30-10 | 1000 | 1,000.0 | 3,000.0 | 2,400.0 | 3.00 | ≥ 2.8 | yes | 0.80 | ≥ 0.9 | NO, 0.8 | 600.0 | 70.0 |
| S | 400.0 | 2,400.0 | 6.00 | ≥ 4.5 | yes | 1.00 | ≥ 0.95 | yes |
| L | 1×2 exact | 0.80 | ≥ 0.85 | NO, 0.8 |
| L | 1×2 exact, double precision | 0.81 | ≥ 0.8 | yes |
| S | 1×2 exact | 0.50 | – | – |
| S | 2×1 | 1,800.0 | 2,000.0 | 0.90 | ≥ 0.85 | yes |
| digits | 0.400 | 0.250 | 0.150 | ≤ 0.3 | yes |
| S | 1×2 | 50.0 | 54.0 | 8.0 % | ≤ 5 % | NO, 0.08 |
END
)"
tap_done
