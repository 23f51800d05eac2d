#!/bin/sh
# Makes a manual page of what a program prints:  make_page.sh PAGE VERSION AWK PROGRAM --help
# Its date is that of the newest version in CHANGELOG.md.
set -eu
page=$1 version=$2 awk=$3
shift 3
source=$(dirname "$0")
name=$(basename "$page")
mkdir -p "$(dirname "$page")"
# where the programs have sanitizers, leaks are the business of the tests
ASAN_OPTIONS=detect_leaks=0 "$@" >"$page.text"
"$awk" -v page="${name%.[15]}" -v version="$version" \
    -v date="$(sed -n '/^## \[.*\] . /{s///p;q;}' "$source/../../CHANGELOG.md")" \
    -f "$source/man.awk" "$page.text" >"$page.new"
rm "$page.text"
mv "$page.new" "$page"
