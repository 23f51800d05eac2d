#!/usr/bin/env bash
# Functions of at most 60 lines, from { to }, and files of at most 500.  Tables, *.def, are as long as they are.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

mapfile -t files < <(find src include tests -type f | grep -E '\.([chS]|sh|py)$' | sort)
tap_empty "lengths: files of at most 500 lines" "$(awk '
    FNR == 501 { print FILENAME ":501: the file goes on" }' "${files[@]}")"

# clang-format puts the braces of a function, and no others but those of types and tables, at the start of a line;
# in scripts the first brace may end the line with the name
tap_empty "lengths: functions of at most 60 lines" "$(awk '
    FNR == 1 { begin = 0 }
    /^\{/ || /^[A-Za-z_][A-Za-z0-9_]*\(\) *[{(]$/ { begin = FNR }
    begin && FNR == begin + 60 { print FILENAME ":" FNR ": the function that begins in line " begin " goes on" }
    /^[})]/ { begin = 0 }' \
    "${files[@]}")"
tap_done
