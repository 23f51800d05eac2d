#!/usr/bin/env bash
# Each public header compiles alone, in C and in C++, without a warning; and rooms that need neither MPI nor HDF5
# compile without them.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
cd "$root/include" || exit 1

warnings="-fsyntax-only -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror"
# the old C++ bindings that some MPI libraries still bring have warnings of their own
warnings="$warnings -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX"
have_cxx=no
# shellcheck disable=SC2086 # lists of words
echo '' | ${CXX:-mpicxx} -x c++ -fsyntax-only - 2>/dev/null && have_cxx=yes
for header in fcnn/*.h; do
    # twice: an include guard is part of it
    text=$(printf '#include <%s>\n#include <%s>\nextern int a_unit_is_not_empty;\n' "$header" "$header")
    # shellcheck disable=SC2086
    tap_run "headers: $header in C" ${CC:-mpicc} -std=c11 $warnings -I"$root/include" -x c - <<<"$text"
    if [ $have_cxx = yes ]; then
        # shellcheck disable=SC2086
        tap_run "headers: $header in C++" ${CXX:-mpicxx} -std=c++11 $warnings -I"$root/include" -x c++ - <<<"$text"
    else
        tap_skip "headers: $header in C++" "no C++ compiler: install g++"
    fi
done

# headers of those names that no source may reach
barred=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-headers-XXXXXX")
trap 'rm -rf "$barred"' EXIT
for header in mpi hdf5; do
    echo "#error this room sees <$header.h>" >"$barred/$header.h"
done
for room in core compute model methods; do
    tap_empty "headers: $room compiles without MPI and HDF5" "$(${CC:-mpicc} -std=c11 -fsyntax-only -D_GNU_SOURCE \
        -DFCNN_SIMD=0 -I"$barred" -I"$build" -I"$root/src" -I"$root/include" "$root/src/$room"/*.c 2>&1 |
        grep 'error')"
done
tap_done
