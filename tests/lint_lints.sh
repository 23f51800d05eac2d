#!/usr/bin/env bash
# A lint that cannot fail proves nothing: each rule is broken once in a copy of the tree, and must say so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-lint-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

cp -r "$root"/src "$root"/include "$root"/m4 "$root"/scripts "$root"/configs "$root"/docs "$scratch"
cp "$root"/Makefile.am "$root"/configure.ac "$root"/fcnn.pc.in "$scratch"
mkdir "$scratch/tests"
cp "$root"/tests/*.[ch] "$root"/tests/*.sh "$scratch/tests"
cp "$root/autogen.sh" "$scratch"
chmod -R u+w "$scratch"

# breaks LINT "RULE" FILE "LINE": with LINE at the end of FILE, the lint's line for RULE is not ok
breaks() {
    local lint=$1 rule=$2 file=$scratch/$3 saved=$scratch/saved
    if [ -e "$file" ]; then cp "$file" "$saved"; else rm -f "$saved"; fi
    printf '%s\n' "$4" >>"$file"
    if srcdir=$scratch bash "$here/lint_$lint.sh" 2>&1 | grep -qF "not ok - $lint: $rule"; then
        tap_ok "lints: $lint notices $4"
    else
        tap_not_ok "lints: $lint notices $4" "in $3, by the rule '$rule'"
    fi
    if [ -e "$saved" ]; then mv "$saved" "$file"; else rm "$file"; fi
}

breaks rooms "each uses only rooms above it" src/core/log.c '#include "config/config.h"'
breaks rooms "each uses only rooms above it" src/model/network.c '#  include "reporting/report.h"'
breaks rooms "each uses only rooms above it" src/compute/kernels.c '#include "kernels.h"'
breaks rooms "each uses only rooms above it" src/config/config.c '#include "config.h"'
breaks rooms "formats knows" src/formats/csv.c '#include <hdf5.h>'
breaks rooms "formats knows" src/formats/csv.c '#include "storage/hdf5.h"'
breaks rooms "programs use" src/programs/fcnn_train.c '#include "core/log.h"'
breaks rooms "programs use" src/programs/fcnn_train.c '#include <mpi.h>'
breaks rooms "MPI is called" src/training/trainer.c 'static void f(void) { MPI_Barrier (c); }'
breaks rooms "<mpi.h> is in" src/training/trainer.c '#include <mpi.h>'
breaks rooms "MPI_COMM_WORLD appears" src/parallel/exchange.c 'static MPI_Comm all = MPI_COMM_WORLD;'
breaks rooms "HDF5 is called" src/data/dataset.c 'static void f(void) { H5Fclose(1); }'
breaks rooms "HDF5 is called" src/model/model_file.c '#include <hdf5.h>'
breaks rooms "OpenMP is in" src/model/network.c '# pragma omp parallel for'
breaks rooms "OpenMP is in" src/model/network.c 'static int n(void) { return omp_get_max_threads(); }'
breaks rooms "pthread_create is in" src/storage/hdf5.c 'static void f(void) { pthread_create(&t, 0, g, 0); }'
breaks rooms "the library neither exits" src/core/memory.c 'static void f(void) { exit(1); }'
breaks rooms "the library neither exits" src/core/memory.c 'static void f(void) { abort (); }'
breaks rooms "the watchdog ends" src/training/watchdog.c 'static void f(void) { _exit(1); }'
breaks rooms "the watchdog ends" src/training/watchdog.c 'static void f(void) { exit(1); }'
breaks rooms "the library does not name stdout" src/reporting/report.c 'static void f(void) { printf("x"); }'
breaks rooms "the library does not name stdout" src/reporting/report.c 'static void f(void) { fputs("x", stdout); }'
breaks rooms "no flag" Makefile.am 'AM_CFLAGS += -ffast-math'
breaks rooms "no flag" Makefile.am 'AM_CFLAGS += -Ofast'
breaks rooms "no pragma" src/compute/gemm.c '#pragma GCC optimize("O3")'
breaks rooms "Makefile.am lists" src/core/forgotten.c 'int fcnn_forgotten;'
breaks rooms "Makefile.am lists" tests/test_forgotten.c 'int main(void) { return 0; }'
breaks headers "fcnn/status.h in C" include/fcnn/status.h 'int64_t fcnn_undeclared(void);'
breaks headers "fcnn/status.h in C++" include/fcnn/status.h 'int fcnn_new(int new);'
breaks shell "scripts/common.sh parses" scripts/common.sh 'if true; then'
breaks format "no tabs" src/core/log.c $'\tint a;'
breaks format "no blanks" src/core/log.c 'int a; '
breaks format "lines of at most" src/core/log.c "$(printf '/* %119s */' '')"
breaks format "nothing is left open" src/core/log.c '/* TO''DO */'

# What a rule speaks of may stand in a comment or a text.
printf '%s\n' '/* MPI_Barrier() here, exit(1) and' 'printf("x") there */' >>"$scratch/src/core/log.c"
printf '%s\n' 'static const char *a = "call MPI_Init(0, 0) or exit(1)"; // H5open()' >>"$scratch/src/core/log.c"
if srcdir=$scratch bash "$here/lint_rooms.sh" | grep -E '^(not ok|#)' | grep -q 'core/log.c'; then
    tap_not_ok "lints: rooms reads neither comments nor texts"
else
    tap_ok "lints: rooms reads neither comments nor texts"
fi

# A library that calls exp() and exports a foreign name.
printf '%s\n' '#include <math.h>' 'double wrong(double x) { return exp(x); }' >"$scratch/wrong.c"
# shellcheck disable=SC2086 # CC may have options
if ${CC:-mpicc} -shared -fPIC "$scratch/wrong.c" -o "$scratch/wrong.so" -lm; then
    result=$(FCNN_LIBRARY=$scratch/wrong.so bash "$here/lint_symbols.sh")
    tap_empty "lints: symbols notices exp() and a foreign export" "$(for rule in "of libm" "all exports"; do
        grep -q "^not ok - symbols: $rule" <<<"$result" || echo "not noticed: $rule"
    done)"
else
    tap_not_ok "lints: symbols could not be tried"
fi
tap_done
