#!/usr/bin/env bash
# The plain form of the texts: no tabs, no blanks at the end of a line, 120 columns, nothing left open.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

mapfile -t code < <(find src include scripts tests docs/examples docs/man -type f |
    grep -E '\.([ch]|def|sh|py|awk|bash)$' | sort)
mapfile -t texts < <(find configs docs . -maxdepth 1 -type f | grep -E '\.(ini|md)$' | sort)
tab=$(printf '\t')

tap_empty "format: no tabs" "$(grep -nE "$tab" "${code[@]}" "${texts[@]}")"
tap_empty "format: no blanks at the end of a line" "$(grep -nE ' $' "${code[@]}" "${texts[@]}")"
# columns are characters, not bytes
tap_empty "format: lines of at most 120 columns" "$(LC_ALL=C.UTF-8 grep -nE '^.{121}' "${code[@]}")"
tap_empty "format: nothing is left open" "$(grep -nwE '[T]ODO|[F]IXME|[X]XX' "${code[@]}")"
tap_empty "format: each file ends with a newline" "$(for file in "${code[@]}" "${texts[@]}"; do
    [ -z "$(tail -c 1 "$file")" ] || echo "$file"
done)"
tap_done
