#!/usr/bin/env bash
# Each public header compiles alone, in C and in C++, without a warning.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
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
tap_done
