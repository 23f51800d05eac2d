#!/usr/bin/env bash
# The caller's locale changes no number and no message, and the library does not change the caller's locale: what may
# print, read or fail does so in the C locale of its thread (src/core/locale.h), and nothing else touches a locale.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

# The process's locale, what is shared with other threads, and orders that follow a language.
tap_empty "locale: the process's own is neither set nor asked for" "$(find src include -name '*.[ch]' | sort |
    xargs grep -nE '\b(setlocale|localeconv|nl_langinfo|strcoll|strxfrm|wcscoll|textdomain|gettext)[[:space:]]*\(')"
tap_empty "locale: core/locale.c alone sets a thread's" "$(find src include -name '*.[ch]' | sort |
    xargs grep -nE '\b(newlocale|uselocale|duplocale|freelocale)[[:space:]]*\(' | grep -v '^src/core/locale\.c:')"
tap_empty "locale: threads begin in core/worker.c and compute/team.c" "$(find src -name '*.c' | sort |
    xargs grep -nE '\b(pthread_create|thrd_create)[[:space:]]*\(|#pragma omp parallel' |
    grep -vE '^src/(core/worker|compute/team)\.c:')"
tap_empty "locale: a thread begins in the C locale, and in exact arithmetic" "$(
    for file in src/core/worker.c src/compute/team.c; do
        grep -A 1 '^ *FCNN_IN_C_LOCALE;$' "$file" | grep -q '^ *FCNN_IN_EXACT_ARITHMETIC;$' || echo "$file"
    done)"

# Public functions that return a status or print: their definitions, of which the first statement counts.
# shellcheck disable=SC2016 # the $ are awk's
public=$(cat include/fcnn/*.h | awk '
    /FCNN_API [a-z]/ { text = "" ; inside = 1 }
    inside { text = text " " $0 }
    inside && /;/ {
        inside = 0
        if (text ~ /FCNN_API fcnn_status / || text ~ /FILE \*/) {
            match(text, /fcnn_[a-z0-9_]+\(/)
            print substr(text, RSTART, RLENGTH - 1)
        }
    }')
# shellcheck disable=SC2016 # the $ are awk's
tap_empty "locale: public functions begin with FCNN_IN_C_LOCALE, then FCNN_IN_EXACT_ARITHMETIC" "$(
    find src -name '*.c' ! -path 'src/programs/*' | sort | xargs awk -v names="$public" '
    BEGIN { n = split(names, list, /[ \n]+/); for (i = 1; i <= n; i++) wanted[list[i] "("] = 1 }
    waits && /^\{/ { getline; locale = $0; getline
        if (locale != "    FCNN_IN_C_LOCALE;" || $0 != "    FCNN_IN_EXACT_ARITHMETIC;") print place; waits = 0 }
    /^[a-z].*fcnn_[a-z0-9_]+\(/ && !/;/ {
        match($0, /fcnn_[a-z0-9_]+\(/)
        if (substr($0, RSTART, RLENGTH) in wanted) { waits = 1; place = FILENAME ":" FNR ": " $0 }
    }')"
tap_done
