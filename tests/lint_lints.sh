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

# Files that were broken, with their whole form beside them as FILE.whole.
broken=()

# append FILE LINE: adds the line to the file and sets $at to its number
append() {
    local file=$scratch/$1
    if [ ! -e "$file.whole" ]; then
        broken+=("$1")
        if [ -e "$file" ]; then cp "$file" "$file.whole"; else : >"$file.whole"; fi
    fi
    printf '%s\n' "$2" >>"$file"
    at=$(wc -l <"$file")
}

# mend: makes all whole again
mend() {
    local name
    for name in "${broken[@]}"; do
        mv "$scratch/$name.whole" "$scratch/$name"
        # it was not there before
        [ -s "$scratch/$name" ] || rm "$scratch/$name"
    done
    broken=()
}

# breaks "RULE" FILE "LINE": from now on, LINE is at the end of FILE, which RULE forbids
rules=() files=() numbers=() lines=()
breaks() {
    append "$2" "$3"
    rules+=("$1") files+=("$2") numbers+=("$at") lines+=("$3")
}

# notices LINT: the lint's line for each rule that was broken is not ok, and below it stands what is wrong: file and
# line, or the file alone where a whole file is meant, a unit test as its program
notices() {
    local said i
    said=$(srcdir=$scratch bash "$here/lint_$1.sh" 2>&1)
    for ((i = 0; i < ${#rules[@]}; i++)); do
        if awk -v begin="not ok - $1: ${rules[i]}" -v file="${files[i]}" -v number="${numbers[i]}" '
            /^(not )?ok / { inside = index($0, begin) == 1; next }
            inside && index($0, "# " file ":" number ":") == 1 { found = 1 }
            inside && ($0 == "# " file || $0 ".c" == "# " file) { found = 1 }
            END { exit !found }' <<<"$said"; then
            tap_ok "lints: $1 notices ${lines[i]%%$'\n'*}"
        else
            tap_not_ok "lints: $1 notices ${lines[i]%%$'\n'*}" "in ${files[i]}, by the rule '${rules[i]}'"
        fi
    done
    rules=() files=() numbers=() lines=()
    mend
}

# fails LINT "RULE" FILE "LINE": as the two together, where it is enough that the rule's line is not ok
fails() {
    append "$3" "$4"
    if srcdir=$scratch bash "$here/lint_$1.sh" 2>&1 | grep -qF "not ok - $1: $2"; then
        tap_ok "lints: $1 notices ${4%%$'\n'*}"
    else
        tap_not_ok "lints: $1 notices ${4%%$'\n'*}" "in $3, by the rule '$2'"
    fi
    mend
}

breaks "each uses only rooms above it" src/core/log.c '#include "config/config.h"'
breaks "each uses only rooms above it" src/model/network.c '#  include "training/observer.h"'
breaks "each uses only rooms above it" src/compute/kernels.c '#include "kernels.h"'
breaks "each uses only rooms above it" src/config/config.c '#include "config.h"'
breaks "formats knows" src/formats/csv.c '#include <hdf5.h>'
breaks "formats knows" src/formats/csv.c '#include "hdf5/file.h"'
breaks "programs use" src/programs/fcnn_train.c '#include "core/log.h"'
breaks "programs use" src/programs/fcnn_train.c '#include <mpi.h>'
breaks "MPI is called" src/training/trainer.c 'static void f(void) { MPI_Barrier (c); }'
breaks "<mpi.h> is in" src/training/trainer.c '#include <mpi.h>'
breaks "MPI_COMM_WORLD appears" src/parallel/exchange.c 'static MPI_Comm all = MPI_COMM_WORLD;'
breaks "HDF5 is called" src/data/dataset.c 'static void f(void) { H5Fclose(1); }'
breaks "HDF5 is called" src/model/model_file.c '#include <hdf5.h>'
breaks "OpenMP is in" src/model/network.c '# pragma omp parallel for'
breaks "OpenMP is in" src/model/network.c 'static int n(void) { return omp_get_max_threads(); }'
breaks "pthread_create is in" src/hdf5/file.c 'static void f(void) { pthread_create(&t, 0, g, 0); }'
breaks "the library neither exits" src/core/memory.c 'static void f(void) { exit(1); }'
breaks "the library neither exits" src/core/memory.c 'static void f(void) { abort (); }'
breaks "the watchdog ends" src/run/watchdog.c 'static void f(void) { _exit(1); }'
breaks "the watchdog ends" src/run/watchdog.c 'static void f(void) { exit(1); }'
breaks "the library does not name stdout" src/training/report.c 'static void f(void) { printf("x"); }'
breaks "the library does not name stdout" src/training/report.c 'static void f(void) { fputs("x", stdout); }'
breaks "no flag" Makefile.am 'AM_CFLAGS += -ffast-math'
breaks "no flag" Makefile.am 'AM_CFLAGS += -Ofast'
breaks "no pragma" src/compute/gemm.c '#pragma GCC optimize("O3")'
breaks "Makefile.am lists" src/core/forgotten.c 'int fcnn_forgotten;'
breaks "Makefile.am lists" tests/test_forgotten.c 'int main(void) { return 0; }'
notices rooms
breaks "the process's own" src/data/classes.c 'static int f(void) { return strcoll("a", "b"); }'
breaks "the process's own" src/programs/fcnn_train.c 'static void f(void) { setlocale(LC_ALL, ""); }'
breaks "core/locale.c alone" src/core/text.c 'static void f(void) { uselocale(0); }'
breaks "threads begin in" src/hdf5/file.c '#pragma omp parallel for'
notices locale
breaks "no tabs" src/core/log.c $'\tint a;'
breaks "no blanks" src/core/log.c 'int a; '
breaks "lines of at most" src/core/log.c "$(printf '/* %119s */' '')"
breaks "nothing is left open" src/core/log.c '/* TO''DO */'
notices format
breaks "of buffers and parts" src/data/reader.c '#define READ_BYTES ((int64_t)64 << 20)'
breaks "of buffers and parts" src/data/reader.c 'enum { AT_ONCE = 65536 };'
breaks "of buffers and parts" src/data/reader.c 'static char buffer[1 << 16];'
notices sizes
breaks "docs mention each key" src/config/keys.def 'FCNN_KEY(BOOLEAN, train, unheard, "no", UNBOUNDED, FIXED, "")'
breaks "docs explain each word" src/config/words.h '#define FCNN_METRICS(X) X(FCNN_METRIC_UNHEARD, "unheard", unheard)'
notices words
breaks "no header includes itself" src/core/status.h '#include "core/text.h"'
notices circles
fails lengths "functions of" src/core/log.c \
    "$(printf 'static void f(void)\n{\n'; printf '    a();\n%.0s' {1..59}; echo '}')"
fails lengths "functions of" tests/tap.sh "$(printf 'long() {\n'; printf '    a\n%.0s' {1..60}; echo '}')"
fails lengths "files of" src/core/log.c "$(printf 'extern int a;\n%.0s' {1..500})"
fails headers "fcnn/status.h in C" include/fcnn/status.h 'int64_t fcnn_undeclared(void);'
fails headers "core compiles without" src/core/log.c '#include <mpi.h>'
fails headers "model compiles without" src/model/model.h '#include "hdf5/library.h"'
fails headers "fcnn/status.h in C++" include/fcnn/status.h 'int fcnn_new(int new);'
fails locale "public functions begin" src/model/model.c $'fcnn_status fcnn_model_hash(void)\n{\n    return 0;\n}'

# What a rule speaks of may stand in a comment or a text.
printf '%s\n' '/* MPI_Barrier() here, exit(1) and' 'printf("x") there */' >>"$scratch/src/core/log.c"
printf '%s\n' 'static const char *a = "call MPI_Init(0, 0) or exit(1)"; // H5open()' >>"$scratch/src/core/log.c"
if srcdir=$scratch bash "$here/lint_rooms.sh" | grep -E '^(not ok|#)' | grep -q 'core/log.c'; then
    tap_not_ok "lints: rooms reads neither comments nor texts"
else
    tap_ok "lints: rooms reads neither comments nor texts"
fi

# the fewer scripts there are, the sooner
find "$scratch" -name '*.sh' ! -name common.sh ! -path '*/slurm/*' -delete
fails shell "scripts/common.sh parses" scripts/common.sh 'if true; then'
fails shell "array.sh starts mpirun as train.sh does" scripts/slurm/array.sh $'mpirun)\n    esac'

# A library that calls exp() and exports a foreign name.
printf '%s\n' '#include <math.h>' 'double wrong(double x) { return exp(x); }' >"$scratch/wrong.c"
# shellcheck disable=SC2086 # CC may have options
if ${CC:-mpicc} -shared -fPIC "$scratch/wrong.c" -o "$scratch/wrong.so" -lm; then
    result=$(FCNN_LIBRARY=$scratch/wrong.so bash "$here/lint_symbols.sh")
    tap_empty "lints: symbols notices exp(), a foreign export and what is gone" "$(for rule in "of libm" "all exports" \
        "what is exported" "what is in" "the list is"; do
        grep -q "^not ok - symbols: $rule" <<<"$result" || echo "not noticed: $rule"
    done)"
else
    tap_not_ok "lints: symbols could not be tried"
fi

# Two files that call each other through a third.
mkdir -p "$scratch/objects/src/core"
i=0
for next in second third first; do
    i=$((i + 1))
    name=$(cut -d ' ' -f $i <<<'first second third')
    : >"$scratch/src/core/$name.c"
    # shellcheck disable=SC2086 # CC may have options
    ${CC:-mpicc} -c -x c -o "$scratch/objects/src/core/$name.o" - \
        <<<"void fcnn_$next(void); void fcnn_$name(void); void fcnn_$name(void) { fcnn_$next(); }"
done
result=$(FCNN_OBJECTS=$scratch/objects srcdir=$scratch bash "$here/lint_circles.sh")
tap_empty "lints: circles notices calls through a third file" "$(
    grep -q '^not ok - circles: no files call' <<<"$result" || echo "not noticed"
    grep -qxF '# src/core/third.c needs fcnn_first of src/core/first.c' <<<"$result" || echo "no call is told")"
tap_done
