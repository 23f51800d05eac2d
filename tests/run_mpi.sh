#!/usr/bin/env bash
# Runs a unit test under mpirun with 1, 2 and 3 ranks and merges what they print into one TAP stream.
#   FCNN_TEST_RANKS    other numbers of ranks ("1 2 3")
#   FCNN_TEST_TIMEOUT  seconds for one run (300: it is there for what hangs, and ranks may be many for the cores)
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../scripts/common.sh
. "$here/../scripts/common.sh"
# shellcheck source=tap.sh
. "$here/tap.sh"

# shellcheck source=quick_starts.sh
. "$here/quick_starts.sh"

program=$1
shift
name=$(basename "$program")
limit=${FCNN_TEST_TIMEOUT:-300}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-run-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch
fcnn_find_mpi
export fcnn_mpi fcnn_mpi_release

for ranks in ${FCNN_TEST_RANKS:-1 2 3}; do
    output=$scratch/output
    # timeout runs programs, not functions
    # shellcheck disable=SC2016 # expanded by that bash
    timeout -k 10 "$limit" bash -c '. "$0"; fcnn_mpirun "$@"' "$here/../scripts/common.sh" \
        "$ranks" "$program" "$@" >"$output" </dev/null
    code=$?
    # the plan is printed once, at the end
    grep -v '^1\.\.' "$output"
    tests=$(grep -cE '^(not )?ok\b' "$output")
    failed=$(grep -c '^not ok\b' "$output")
    tap_count=$((tap_count + tests))
    if [ $code -eq 124 ] || [ $code -eq 137 ]; then
        tap_not_ok "$name: not done after $limit s (np=$ranks)"
    elif [ $code -ne 0 ] && { [ $code -ne 1 ] || [ "$failed" -eq 0 ]; }; then
        tap_not_ok "$name: ended with code $code (np=$ranks)"
    elif [ $code -eq 0 ] && [ "$failed" -gt 0 ]; then
        tap_not_ok "$name: reported failures but ended with code 0 (np=$ranks)"
    elif [ "$tests" -eq 0 ] && [ $# -eq 0 ]; then
        tap_not_ok "$name: ran no test (np=$ranks)"
    fi
done
tap_done
