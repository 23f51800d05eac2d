#!/usr/bin/env bash
# What libfcnn.so takes from libm, what it exports, and the sizes of what programs fill (docs/abi.md).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
library=${FCNN_LIBRARY:-${top_builddir:-.}/.libs/libfcnn.so}
list=scripts/packaging/debian/libfcnn0.symbols

if [ ! -e "$library" ]; then
    tap_skip "symbols: libm" "there is no shared library $library"
    tap_skip "symbols: exports" "there is no shared library $library"
    tap_done
    exit 0
fi

# Only functions whose result IEEE 754 fixes: other ones of libm differ between machines.  fe*: the
# floating-point environment, which computes nothing.
exact='(sqrt|fma|fabs|floor|rint|ldexp|frexp)f?'
environment='fe(get|set)(env|round|except)|fe(holdexcept|updateenv|clearexcept|testexcept|raiseexcept)'
libm=$(ldd "$library" | awk '$1 ~ /^libm\.so/ { print $3 }')
if [ -n "$libm" ]; then
    taken=$(comm -12 <(nm -D -u "$library" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u) \
        <(nm -D --defined-only "$libm" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u))
    tap_empty "symbols: of libm only what is exact" \
        "$(printf '%s\n' "$taken" | grep -vE "^($exact|$environment)\$" | grep .)"
else
    tap_skip "symbols: of libm only what is exact" "the library is linked with no libm.so of its own"
fi

# the sanitizers add markers of their own
exports=$(nm -D --defined-only "$library" | awk '{ print $NF }' | grep -vE '^(__asan|__odr_asan|__ubsan|_init$|_fini$)')
tap_empty "symbols: all exports begin with fcnn_" "$(printf '%s\n' "$exports" | grep -v '^fcnn_' | grep .)"
listed=$(sed -n 's/^ \(.*\)@Base .*/\1/p' "$root/$list")
tap_empty "symbols: what is exported is in $list" "$(comm -13 <(sort <<<"$listed") <(sort <<<"$exports") |
    sed 's/$/ is new: add a line with the version to come; docs\/abi.md says what else/')"
tap_empty "symbols: what is in $list is exported" "$(comm -23 <(sort <<<"$listed") <(sort <<<"$exports") |
    sed 's/$/ is gone, and programs that call it end: keep it, or raise the soname (docs\/abi.md)/')"
soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
tap_empty "symbols: the list is that of the soname" \
    "$(grep -q "^$soname libfcnn${soname##*.} " "$root/$list" || echo "$soname: see docs/abi.md")"

# a 64-bit system's sizes stand in docs/abi.md
sizes=$(awk -F '[`| ]+' '/^\| `fcnn_[a-z_]+` \| [0-9]+ \|$/ { print $2, $3 }' "$root/docs/abi.md")
tap_empty "symbols: docs/abi.md knows the structures of the headers" "$(diff <(cut -d ' ' -f 1 <<<"$sizes" | sort) \
    <(cat "$root"/include/fcnn/*.h | sed -nE 's/^typedef struct (fcnn_[a-z_]+) \{$/\1/p' | sort))"
if [ "$(getconf LONG_BIT)" = 64 ]; then
    asserted=$(awk '{ printf "_Static_assert(sizeof(%s) == %s, \"the size of %s has changed: see docs/abi.md\");\n",
        $1, $2, $1 }' <<<"$sizes")
    # shellcheck disable=SC2086 # CC may have options
    tap_run "symbols: their sizes are those of docs/abi.md" ${CC:-mpicc} -fsyntax-only -I"$root/include" -x c - \
        <<<"#include <fcnn/fcnn.h>
$asserted"
else
    tap_skip "symbols: their sizes are those of docs/abi.md" "no 64-bit system"
fi
tap_done
