#!/usr/bin/env bash
# Writes the hashes of fcnn-train --verify anew, by the program in $FCNN_BIN: into src/training/verify_cases.def, from
# which the program has to be built again, and docs/exactness.md.  README.md says when.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "${FCNN_BIN:?the folder of the built programs}" && pwd)
cases=$here/../../src/training/verify_cases.def
docs=$here/../../docs/exactness.md
found=$(mktemp)
trap 'rm -f "$found" "$found.new"' EXIT

# a wrong line: WRONG NAME ISA FILE, expected FILE; weights WEIGHTS, …
FCNN_ISA=plain "$bin/fcnn-train" --verify 2>/dev/null | tr -d ',;' |
    awk '$1 == "WRONG" { print $2, $8, $4 } $1 == "right" { print $2, "-", $4 }' >"$found"

awk -v found="$found" '
    BEGIN {
        while ((getline line <found) > 0) {
            split(line, part, " ")
            weights[part[1]] = part[2]
            file[part[1]] = part[3]
        }
    }
    /^VERIFY_CASE\(/ { name = $1; sub(/.*\(/, "", name); sub(/,/, "", name); at = NR }
    at && NR == at + 1 && weights[name] != "-" { sub(/[0-9a-f]+/, weights[name]) }
    at && NR == at + 2 && weights[name] != "-" { sub(/[0-9a-f]+/, file[name]) }
    { print }' "$cases" >"$found.new"
cat "$found.new" >"$cases"

awk -v found="$found" -v version="$("$bin/fcnn-train" --version | awk '{ print $2; exit }')" '
    /^<!-- end of the published hashes -->/ { inside = 0 }
    !inside { print }
    /^<!-- begin of the published hashes -->/ {
        inside = 1
        print "| fcnn " version " | SHA-256 of `model.h5` |\n|---|---|"
        while ((getline line <found) > 0) {
            split(line, part, " ")
            print "| `" part[1] "` | `" part[3] "` |"
        }
    }' "$docs" >"$found.new"
cat "$found.new" >"$docs"
