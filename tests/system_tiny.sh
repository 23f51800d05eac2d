#!/usr/bin/env bash
# Some of the tests once more, with every block, round and buffer tiny: a few rows then reach every loop over parts.
# scripts/test.sh --tiny runs all of them so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
if [ -n "${FCNN_SIZES:-}" ]; then
    printf '1..0 # SKIP all tests run with FCNN_SIZES=%s\n' "$FCNN_SIZES"
    exit 0
fi
export FCNN_SIZES=tiny FCNN_TEST_RANKS='1 3'
output=$(mktemp "${TMPDIR:-/tmp}/fcnn-tiny-XXXXXX") || exit 1
trap 'rm -f "$output"' EXIT

# again COMMAND…: runs a test and takes its lines over
again()
{
    local lines
    "$@" >"$output" 2>&1
    grep -v '^1\.\.' "$output" | sed -E 's/^((not )?ok - )/\1tiny: /'
    lines=$(grep -cE '^(not )?ok\b' "$output")
    tap_count=$((tap_count + lines))
    if [ "$lines" -eq 0 ] && ! grep -q '^1\.\.0 # SKIP' "$output"; then
        tap_not_ok "tiny: $* runs"
    fi
}

for test in test_comm test_csv test_dataset test_work_split test_exchange test_hdf5_rows test_hdf5_types test_npy \
    test_npz test_stream; do
    again bash "$here/run_mpi.sh" "$FCNN_BIN/tests/$test"
done
for test in golden import; do
    again bash "$here/system_$test.sh"
done
tap_done
