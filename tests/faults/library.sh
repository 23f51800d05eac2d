# tests/faults/library.sh — sourced, after system.sh, by tests that preload a library of their own.
# shellcheck shell=bash

# fault_library NAME: prints the path of a library made of tests/faults/NAME.c: the one that make check has built,
# or one of its own where installed programs are tested
fault_library()
{
    # shellcheck disable=SC2154 # of system.sh
    local library=$built/.libs/lib$1.so made=$work/lib$1.so source=$here/faults/$1.c
    if [ -e "$library" ]; then
        preloadable "$library"
    elif [ -e "$made" ] || ${CC:-mpicc} -std=gnu11 -O2 -shared -fPIC -o "$made" "$source" -ldl -lpthread >&2; then
        printf '%s\n' "$made"
    else
        return 1
    fi
}

# weights FILE: the hash of its weights, or nothing
weights()
{
    # shellcheck disable=SC2154 # of system.sh
    "$bin/fcnn-info" --hash "$1" 2>/dev/null
}
