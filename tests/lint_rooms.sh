#!/usr/bin/env bash
# The rooms of src/: who may include whom, and which room alone does a thing (docs/design.md).
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

rooms="core config parallel files hdf5 formats compute data model methods"
rooms="$rooms import inspect run predict training bench programs"

# All of our C as file:line:text, without comments; texts in quotes are emptied but for those of #include.
# shellcheck disable=SC2016 # the $ are awk's
code=$(find src include -name '*.[chS]' -o -name '*.def' | sort | xargs awk '
    FNR == 1 { inside = 0 }
    {
        line = $0; out = ""
        include = line ~ /^[ \t]*#[ \t]*include/
        while (line != "") {
            if (inside) {
                at = index(line, "*/")
                if (!at) { line = ""; break }
                line = substr(line, at + 2); inside = 0; out = out " "
            } else if (substr(line, 1, 2) == "/*") {
                inside = 1; line = substr(line, 3)
            } else if (substr(line, 1, 2) == "//") {
                break
            } else if (!include && match(line, /^"(\\.|[^"\\])*"/)) {
                out = out "\"\""; line = substr(line, RLENGTH + 1)
            } else if (match(line, /^\047(\\.|[^\047\\])+\047/)) {
                out = out "0"; line = substr(line, RLENGTH + 1)
            } else if (match(line, /^[^"\047\/]+/)) {
                out = out substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1)
            } else {
                out = out substr(line, 1, 1); line = substr(line, 2)
            }
        }
        sub(/^[ \t]*#[ \t]*/, "#", out)
        print FILENAME ":" FNR ":" out
    }')

# hits PATTERN [FILES]: lines of code that match, in files that match
hits() {
    printf '%s\n' "$code" | grep -E "^(${2:-(src|include)/}).*:[0-9]+:.*$1"
}

outside() { # outside PATTERN FILES-WHERE-ALLOWED
    hits "$1" | grep -vE "^($2)"
}

# ---- includes ----

wrong=$(printf '%s\n' "$code" | awk -v rooms="$rooms" '
    BEGIN { n = split(rooms, list, " "); for (i = 1; i <= n; i++) rank[list[i]] = i }
    match($0, /^src\/[a-z_]+\//) {
        room = substr($0, 5, RLENGTH - 5)
        if (!(room in rank)) { print $0 ": a room that is not in the list"; next }
        if (!match($0, /:[ \t]*#[ \t]*include[ \t]*"[^"]*"/)) next
        name = substr($0, RSTART, RLENGTH); gsub(/^[^"]*"|"$/, "", name)
        if (name == "config.h") {
            if (room == "config") print $0 ": takes src/config/config.h: write <config.h> here"
            next
        }
        # what the programs share lies beside them
        if (room == "programs" && index(name, "/") == 0) next
        used = name; sub(/\/.*/, "", used)
        if (index(name, "/") == 0 || !(used in rank)) print $0 ": not of the form room/name.h"
        else if (rank[used] > rank[room]) print $0 ": " used " lies below " room
    }')
tap_empty "rooms: each uses only rooms above it" "$wrong"

plain='<(ctype|errno|inttypes|limits|locale|math|std[a-z]*|string|sys/types|zip|zlib|fcnn/status)\.h>'
tap_empty "rooms: formats knows no MPI, no HDF5 and no room but core" \
    "$(hits '#include' src/formats/ | grep -vE "\"(core|formats)/|$plain")"

tap_empty "rooms: programs use the public headers alone" \
    "$(hits '#include[[:space:]]*("|<(mpi|hdf5|omp|core|config|parallel|files|hdf5|formats|compute)\b)' src/programs/ |
        grep -vE '"[a-z_]+\.h"')"

# ---- one room alone ----

tap_empty "rooms: MPI is called in src/parallel alone" \
    "$(outside '\bP?MPI_[A-Z][A-Za-z_]*[[:space:]]*\(' src/parallel/)"
tap_empty "rooms: <mpi.h> is in include/fcnn/comm.h alone" \
    "$(outside '#include[[:space:]]*[<"]mpi' include/fcnn/comm.h)"

worlds=$(hits '\bMPI_COMM_WORLD\b' src/)
function=$(printf '%s\n' "$code" | awk -v at="$worlds" '
    BEGIN { split(at, part, ":") }
    { split($0, here, ":"); text = substr($0, length(here[1] ":" here[2] ":") + 1) }
    here[1] == part[1] && here[2] <= part[2] + 0 && text ~ /^[A-Za-z].*\(/ { name = text }
    END { print name }')
case $(printf '%s' "$worlds" | grep -c .):$function in
1:*fcnn_comm_start\(*) tap_ok "rooms: MPI_COMM_WORLD appears once, in fcnn_comm_start" ;;
*) tap_not_ok "rooms: MPI_COMM_WORLD appears once, in fcnn_comm_start" "${worlds:-it does not appear}" ;;
esac

tap_empty "rooms: HDF5 is called in src/hdf5 alone" \
    "$(outside '\bH5[A-Z]{1,2}[a-z_][A-Za-z0-9_]*[[:space:]]*\(|#include[[:space:]]*[<"]hdf5\.h' src/hdf5/)"
tap_empty "rooms: OpenMP is in src/compute alone" \
    "$(outside '#pragma[[:space:]]+omp|\b_Pragma\b|\bomp_[a-z_]+[[:space:]]*\(|<omp\.h>' src/compute/)"
tap_empty "rooms: pthread_create is in src/core/worker.c alone" \
    "$(outside '\b(pthread|thrd)_create\b' src/core/worker.c)"

# ---- the library ----

tap_empty "rooms: the library neither exits nor aborts" \
    "$(outside '\b(exit|_exit|_Exit|quick_exit|abort)[[:space:]]*\(' 'src/programs/|src/run/watchdog\.c')"
# where the main thread hangs there is nobody to return a status to: the watchdog may end the process, in one place
tap_empty "rooms: the watchdog ends the process by _exit, once" \
    "$(hits '\b(exit|_Exit|quick_exit|abort)[[:space:]]*\(' src/run/watchdog\.c
       hits '\b_exit[[:space:]]*\(' src/run/watchdog\.c | tail -n +2)"
tap_empty "rooms: the library does not name stdout" \
    "$(outside '\bstdout\b|\b(printf|vprintf|puts|putchar)[[:space:]]*\(|\bSTDOUT_FILENO\b' src/programs/)"

# ---- exact arithmetic ----

loose='-f(fast-math|unsafe-math-optimizations|associative-math|reciprocal-math|finite-math-only|no-signed-zeros)\b'
loose="$loose|-f(fp-contract=(fast|on)|single-precision-constant|approx-func|fp-model=)\\b|-Ofast\\b"
# m4/compiler.m4 refuses these flags: there they stand between *" and "*
tap_empty "rooms: no flag lets the compiler change results" \
    "$(grep -nE -e "$loose" Makefile.am configure.ac m4/compiler.m4 m4/hdf5.m4 m4/mpi.m4 \
        m4/mpi_flags.m4 fcnn.pc.in scripts/*.sh |
        grep -vE '\*" -|tests_fast_host_CFLAGS')"
# core/exact.h stops a compiler that was given such flags: it has to come before every source
# shellcheck disable=SC2016 # the $ are make's
tap_empty "rooms: the build puts core/exact.h before every source" "$(
    grep -q '^AM_CPPFLAGS = -include $(top_srcdir)/src/core/exact\.h ' Makefile.am || echo 'AM_CPPFLAGS is without it'
    grep -n '_CPPFLAGS = ' Makefile.am | grep -vF -e ':AM_CPPFLAGS = ' -e '_CPPFLAGS = $(AM_CPPFLAGS)' \
        -e tests_fast_host_CPPFLAGS)"
tap_empty "rooms: no pragma or attribute changes how a function is compiled" \
    "$(hits '#pragma[[:space:]]+(GCC[[:space:]]+optimize|STDC|clang[[:space:]]+fp)|\b__attribute__.*\boptimize\b')"

# ---- the build ----

# a unit test stands there as its program, tests/test_X, and so does a fuzzer
missing=$({
    find src include -name '*.[chS]' -o -name '*.def'
    find tests -name '*.[ch]' -o -name '*.sh'
} | sed -E 's#^(tests/(test_|fuzz/fuzz_).*)\.c$#\1#' | sort | while read -r file; do
    grep -qE "(^|[[:space:]=])$file([[:space:]]|\$)" Makefile.am || echo "$file"
done)
tap_empty "rooms: Makefile.am lists every source and test" "$missing"
tap_done
