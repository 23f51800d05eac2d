# tests/apart.sh — sourced, after system.sh, by tests that start daemons or make networks.
# shellcheck shell=bash

# apart SCRIPT [ARGUMENT…]: runs the test once more, as the first process of namespaces of its own, and ends as that
# does.  There it sees no process, no network and no memory file but its own, so that it meets neither a SLURM of this
# machine nor another run of itself; and whichever way it or this one ends, the kernel ends all that it has started.
# In those namespaces it returns.
apart()
{
    local inside folder said
    if [ -n "${FCNN_APART:-}" ]; then
        unset FCNN_APART
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        printf '1..0 # SKIP needs root, for namespaces of its own\n'
        exit 0
    fi
    need setpriv unshare ip pgrep
    # the kernel ends what is inside when unshare ends, and unshare when this shell does
    inside=(setpriv --pdeathsig KILL unshare --net --pid --ipc --uts --mount-proc --kill-child sh -c
        'mount -t tmpfs none /run && mount -t tmpfs none /dev/shm && ip link set lo up && exec "$@"' sh)
    if ! said=$("${inside[@]}" true 2>&1); then
        printf '1..0 # SKIP no namespaces of its own here: %s\n' "$(head -n 1 <<<"$said")"
        exit 0
    fi
    folder=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-apart-XXXXXX") || exit 1
    chmod 755 "$folder"
    # shellcheck disable=SC2064,SC2154 # the folder of now; work comes from system.sh
    trap "rm -rf '$work' '$mpi_folder' '$folder'" EXIT
    # shellcheck disable=SC2154 # bin comes from system.sh
    TMPDIR=$folder FCNN_APART=yes FCNN_BIN=$built "${inside[@]}" bash "$@" </dev/null &
    unshare=$!
    # unshare itself is deaf; it ends when all that was inside has ended
    trap 'pkill -KILL -P $unshare || kill -KILL $unshare; wait $unshare; exit 143' TERM INT HUP
    wait $unshare
    exit
}
