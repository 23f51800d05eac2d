#!/usr/bin/env bash
# What libfcnn.so takes from libm, and what it exports.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
library=${FCNN_LIBRARY:-${top_builddir:-.}/.libs/libfcnn.so}

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
if printf '%s\n' "$exports" | grep -q '^fcnn_'; then
    tap_ok "symbols: the public functions are exported"
else
    tap_not_ok "symbols: the public functions are exported" "nothing is"
fi
tap_done
