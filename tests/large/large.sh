# tests/large/large.sh — sourced by the tests that need gigabytes: they run in the long form alone, where there is room.
# shellcheck shell=bash
# shellcheck disable=SC2154 # work comes from system.sh
if [ "${FCNN_FAULTS:-}" != long ]; then
    printf '1..0 # SKIP scripts/test.sh --large runs it\n'
    exit 0
fi
export FCNN_TEST_TIMEOUT="${FCNN_TEST_TIMEOUT:-7200}"
# shellcheck disable=SC2034 # of ranks()
limit=$FCNN_TEST_TIMEOUT

# need_room DISK MEMORY: gigabytes that the test takes at once
need_room()
{
    local disk memory
    disk=$(df -Pk "$work" | awk 'NR == 2 { print int($4 / 1048576) }')
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
    if [ "$disk" -lt "$1" ] || [ "$memory" -lt "$2" ]; then
        printf '1..0 # SKIP needs %s GB of disk in %s, where %s are free (TMPDIR names another folder), ' \
            "$1" "${TMPDIR:-/tmp}" "$disk"
        printf 'and %s GB of memory, of which %s are free\n' "$2" "$memory"
        exit 0
    fi
}

# timed NAME COMMAND…: a test that passes if the command does, and tells its seconds
timed()
{
    local begin=$SECONDS
    local name=$1
    shift
    tap_run "large: $name" "$@"
    printf '# %d s\n' $((SECONDS - begin))
}
