# tests/tap.sh — sourced by tests that are scripts: they print TAP lines without numbers, and the plan at the end.
# shellcheck shell=bash

tap_count=0

# tap_ok NAME; tap_not_ok NAME [REASON…]; tap_skip NAME REASON
tap_ok() {
    tap_count=$((tap_count + 1))
    printf 'ok - %s\n' "$1"
}

tap_not_ok() {
    tap_count=$((tap_count + 1))
    printf 'not ok - %s\n' "$1"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

tap_skip() {
    tap_count=$((tap_count + 1))
    printf 'ok - %s # SKIP %s\n' "$1" "$2"
}

# tap_empty NAME TEXT: passes if there is no text; the text says what is wrong
tap_empty() {
    if [ -z "$2" ]; then
        tap_ok "$1"
    else
        tap_not_ok "$1" "$2"
    fi
}

# tap_run NAME COMMAND…: passes if the command does; shows what it printed if not
tap_run() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        tap_ok "$name"
    else
        tap_not_ok "$name" "$output"
    fi
}

tap_done() {
    printf '1..%d\n' "$tap_count"
}
