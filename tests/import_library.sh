# tests/import_library.sh — sourced by the tests of fcnn-import, behind tap.sh: a folder to work in, ways to call the
# program and to look at what it wrote.  Needs $FCNN_BIN, the folder of the built programs.
# shellcheck shell=bash

import=$(cd "${FCNN_BIN:?the folder of the built programs}" && pwd)/fcnn-import
work=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-import-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# same WHAT ACTUAL EXPECTED
same()
{
    if [ "$2" = "$3" ]; then
        tap_ok "import: $1"
    else
        tap_not_ok "import: $1" "$(printf 'got      %.900s\nexpected %.900s' "$2" "$3")"
    fi
}

# holds WHAT COMMAND…: passes if the command does
holds()
{
    local what=$1
    shift
    tap_run "import: $what" "$@"
}

skip()
{
    tap_skip "import: $1" "$2"
}

# run ARGUMENTS: keeps code, standard output and standard error; no file may grow beyond $limit blocks of 1 kB
limit=unlimited
run()
{
    (
        ulimit -f "$limit"
        exec "$import" "$@"
    ) >stdout 2>stderr
    code=$?
}

# fails WHAT CODE MESSAGE ARGUMENTS: one line on standard error, nothing on standard output, no file out.h5, no
# temporary, and kept.h5 as it was
fails()
{
    local what=$1 expected=$2 message=$3
    shift 3
    rm -f out.h5
    run "$@"
    local lines temporaries
    lines=$(wc -l <stderr)
    temporaries=$(find . -name '.*.tmp' | wc -l)
    if [ "$code" = "$expected" ] && [ "$lines" = 1 ] && [ ! -s stdout ] && [ ! -e out.h5 ] &&
        [ "$temporaries" = 0 ] && [ "$(cksum <kept.h5)" = "$kept" ] &&
        [ "$(head -c 20 stderr)" = 'fcnn-import: error: ' ] && grep -qF -- "$message" stderr; then
        tap_ok "import: $what"
    else
        tap_not_ok "import: $what" "exit code $code, $lines lines, $temporaries temporaries: $(head -c 500 stderr)"
    fi
}

# values FILE DATASET: the numbers, a row of N a line as in CSV
values()
{
    h5dump -d "$2" -y -w 0 -m %.17g -o values "$1" >/dev/null 2>&1
    tr -d ' \n' <values | tr ',' '\n' | paste -sd, | awk -v n="$3" -F, \
        '{ for (i = 1; i <= NF; i++) printf "%s%s", $i, i % n == 0 || i == NF ? "\n" : "," }'
}

has_h5dump=$(command -v h5dump)

# contents WHAT FILE DATASET COLUMNS EXPECTED
contents()
{
    if [ -n "$has_h5dump" ]; then
        same "$1" "$(values "$2" "$3" "$4")" "$5"
    else
        skip "$1" "no h5dump"
    fi
}

# keep TABLE: makes kept.h5 of a table, which fails() compares
keep()
{
    "$import" kept.h5 --csv "$1" >/dev/null
    kept=$(cksum <kept.h5)
}
