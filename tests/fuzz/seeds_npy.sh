#!/usr/bin/env bash
# Seeds of fuzz_npy: arrays of each version and order, a packed one, an archive.
#   seeds_npy.sh FOLDER
set -eu
folder=$1/fuzz_npy
mkdir -p "$folder"
# array VERSION DESCRIPTION ELEMENTS
array() {
    local header="{'descr': '$2', 'fortran_order': $3, 'shape': (2, 3), }"
    # shellcheck disable=SC2059 # escapes are meant
    case $1 in
    1) printf "\\223NUMPY\\1\\0$(printf '\\%o\\0' ${#header})%s" "$header" ;;
    *) printf "\\223NUMPY\\$1\\0$(printf '\\%o\\0\\0\\0' ${#header})%s" "$header" ;;
    esac
    head -c 48 /dev/zero
}
array 1 '<f8' False >"$folder/double"
array 2 '>i8' True >"$folder/turned"
array 3 '|O' False >"$folder/objects"
gzip -c "$folder/double" >"$folder/packed"
cp "$folder/double" "$folder/x.npy"
cp "$folder/turned" "$folder/y.npy"
if command -v zip >/dev/null; then
    (cd "$folder" && zip -q archive x.npy y.npy)
fi
