#!/usr/bin/env bash
# Installs what the tests need, builds, runs all tests and counts the results.  The last line is
# "P passed, F failed, K skipped".
set -eu
cd "$(dirname "$0")/.."
. scripts/common.sh

usage() {
    cat <<'END'
usage: scripts/test.sh [--sanitize] [--tiny] [TEST…]
       scripts/test.sh --exact | --faults | --slurm | --hosts | --large | --packaging
       scripts/test.sh --fuzz [FUZZER…]
       scripts/test.sh --system SYSTEM [--short] [TEST…]
Installs missing packages (apt), builds in build-test/, and runs all tests, or the given ones (tests/test_csv, for
example): one for each core at a time, at most four.  If it runs all tests, it also runs the short form on Debian 13,
if that system can be created here.
  --sanitize  builds in build-sanitize/ with the address, leak and undefined behaviour sanitizers
  --tiny      makes every block, round and buffer tiny (FCNN_SIZES, docs/debugging.md), so that a few rows reach code
              that otherwise only large data reaches
  --exact     runs the long form of tests/system_exact.sh: every config with every pair of numbers of ranks and
              threads
  --faults    runs the long form of the fault injection, tests/faults/, which takes about an hour
              (docs/reliability.md)
  --large     runs the long form of tests/large/: gigabytes of rows and predictions, and 10^9 rows; it takes half an
              hour, and needs 14 GB in TMPDIR
  --packaging runs the long form of tests/packaging/: builds the Debian packages, and checks them with lintian
  --slurm     runs the long form of tests/slurm/: the batch files in their own SLURM on this machine; needs root
  --hosts     runs the long form of tests/hosts/, in which network namespaces act as hosts; needs root
  --fuzz      builds in build-fuzz/ and runs all fuzzers tests/fuzz/fuzz_*.c, or the given ones (fuzz_csv, for
              example), for one minute each (FCNN_FUZZ_SECONDS)
  --system    runs the tests on another system, which it creates in a folder: trixie, sid, mpich, serial-hdf5, clang,
              arm64, s390x, … (--system --help); needs root
Environment variables:
  FCNN_NO_INSTALL=1    do not install packages
  FCNN_TEST_TIMEOUT    seconds after which one run of a unit test is ended
  FCNN_SYSTEM_TIMEOUT  seconds after which a system test is ended
  FCNN_FUZZ_SECONDS    how long each fuzzer runs
The last line of the output is "P passed, F failed, K skipped".
END
}

folder=build-test
options=()
tests=()
# Tests run at the same time, one for each core.
jobs=$(fcnn_cores)
[ "$jobs" -le 4 ] || jobs=4
for argument; do
    case $argument in
    -h | --help)
        usage
        exit 0
        ;;
    --sanitize)
        folder=build-sanitize
        options=(--enable-asan --enable-ubsan)
        export FCNN_TEST_TIMEOUT="${FCNN_TEST_TIMEOUT:-600}" FCNN_SYSTEM_TIMEOUT="${FCNN_SYSTEM_TIMEOUT:-5400}"
        # Tests preload their own libraries before that of the sanitizer, and suppressions are found in complete stacks.
        # detect_stack_use_after_return is off: GCC 12 misaligns the 64-byte variables that it moves off the stack.
        export ASAN_OPTIONS="verify_asan_link_order=0:fast_unwind_on_malloc=0"
        # use_tls is off: its search sometimes crashes while a thread of MPI is ending.
        export LSAN_OPTIONS="suppressions=$PWD/tests/sanitize.supp:print_suppressions=0:use_tls=0"
        export UBSAN_OPTIONS="print_stacktrace=1"
        # Open MPI 5 and 6 replace the memory hooks of the sanitizer by their own.
        export OMPI_MCA_memory="${OMPI_MCA_memory:-^patcher}"
        ;;
    --tiny)
        export FCNN_SIZES=tiny
        export FCNN_TEST_TIMEOUT="${FCNN_TEST_TIMEOUT:-600}" FCNN_SYSTEM_TIMEOUT="${FCNN_SYSTEM_TIMEOUT:-5400}"
        ;;
    --exact)
        tests+=(tests/system_exact.sh)
        jobs=1
        export FCNN_FAULTS=long FCNN_SYSTEM_TIMEOUT="${FCNN_SYSTEM_TIMEOUT:-14400}"
        ;;
    --fuzz)
        shift
        # shellcheck disable=SC2086 # lists of words
        fcnn_install $fcnn_build_packages $fcnn_fuzz_packages
        exec bash tests/fuzz/run.sh "$@"
        ;;
    --system)
        shift
        exec bash tests/systems.sh "$@"
        ;;
    --faults | --slurm | --hosts | --large | --packaging)
        for test in tests/"${argument#--}"/*.sh; do
            case $test in
            # These files are sourced by the tests there.
            */faults.sh | */large.sh | */library.sh | */cluster.sh | */namespaces.sh) ;;
            *) tests+=("$test") ;;
            esac
        done
        if [ "$argument" = --packaging ]; then
            fcnn_test_packages+=" $fcnn_packaging_packages"
        fi
        jobs=1
        export FCNN_FAULTS=long FCNN_SYSTEM_TIMEOUT="${FCNN_SYSTEM_TIMEOUT:-14400}"
        ;;
    -*)
        usage >&2
        exit 64
        ;;
    *) tests+=("$argument") ;;
    esac
done

# shellcheck disable=SC2086 # lists of words
fcnn_install $fcnn_build_packages $fcnn_test_packages

# Prints the end of the log of the build, and ends.
build_failed() {
    tail -n 60 "$folder/build.log"
    fcnn_say "The build failed: $folder/build.log"
    fcnn_say "0 passed, 1 failed, 0 skipped"
    exit 1
}

fcnn_say "== Building in $folder/"
mkdir -p $folder
: >$folder/build.log
[ -x configure ] || ./autogen.sh >>$folder/build.log 2>&1 || build_failed
if [ ! -f $folder/Makefile ]; then
    (cd $folder && ../configure --quiet ${options[@]+"${options[@]}"}) >>$folder/build.log 2>&1 || build_failed
fi
# fcnn has no warnings.  If a newer compiler finds some, this is one failed test, and the other tests still run.
flags='-O2 -g'
passed=0 failed=0 skipped=0
build() {
    # TESTS= builds the test programs without running them.
    make -C $folder -s -j "$(fcnn_cores)" CFLAGS="$1" check TESTS= >>$folder/build.log 2>&1
}
if [ ${#options[@]} -gt 0 ]; then
    # With sanitizers GCC prints false warnings.
    build "$flags" || build_failed
elif build "$flags -Werror"; then
    passed=1
elif build "$flags"; then
    failed=1
    fcnn_say "FAILED: the build has warnings"
    grep -E 'error:|warning:' $folder/build.log | head -n 40
else
    build_failed
fi

fcnn_say "== Running the tests"
find $folder -name '*.trs' -delete
code=0
if [ ${#tests[@]} -gt 0 ]; then
    logs=("${tests[@]%.sh}")
    make -C $folder -s -k -j "$jobs" check CFLAGS="$flags" TEST_LOGS="${logs[*]/%/.log}" || code=$?
else
    make -C $folder -s -k -j "$jobs" check CFLAGS="$flags" || code=$?
fi

# One line a TAP test in the .trs files, ":test-result: PASS", or FAIL, SKIP, XFAIL, XPASS, ERROR; its name is in
# the .log.
while IFS= read -r trs; do
    counts=$(awk '/^:test-result:/ { n[$2]++ }
        END { print n["PASS"] + n["XFAIL"], n["FAIL"] + n["XPASS"] + n["ERROR"], n["SKIP"] + 0 }' "$trs")
    read -r p f k <<<"$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
    if [ "$f" -gt 0 ]; then
        printf '\nFAILED in %s, which ends:\n' "${trs%.trs}.log"
        # the driver repeats each line that the test printed
        grep -vE '^(PASS|SKIP|FAIL): ' "${trs%.trs}.log" | tail -n 40 | sed 's/^/    /'
        sed -nE 's/^(FAIL|XPASS|ERROR): /FAILED: /p' "${trs%.trs}.log"
    fi
done < <(find $folder -name '*.trs' | sort)
find $folder -name '*.trs' | sort | sed 's/trs$/log/' | xargs -r sed -n 's/^SKIP: /skipped: /p'

if [ $code -ne 0 ] && [ $failed -eq 0 ]; then
    fcnn_say "FAILED: make check ended with code $code"
    failed=1
elif [ -z "$(find $folder -name '*.trs')" ] && [ $failed -eq 0 ]; then
    fcnn_say "FAILED: no test ran"
    failed=1
fi

# add_system SYSTEM: runs the short form there and adds its results
add_system() {
    local log=$folder/$1.log code=0 p f k
    bash tests/systems.sh "$1" --short >"$log" 2>&1 || code=$?
    if [ $code -eq 69 ]; then
        fcnn_say "skipped: $(tail -n 1 "$log")"
        p=0 f=0 k=1
    elif ! read -r p f k < <(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log"); then
        p=0 f=1 k=0
    fi
    if [ "$f" -gt 0 ]; then
        fcnn_say "FAILED on $1: $log ends:"
        tail -n 40 "$log" | sed 's/^/    /'
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
}

if [ ${#tests[@]} -eq 0 ] && [ ${#options[@]} -eq 0 ] && [ -z "${FCNN_SYSTEM:-}${FCNN_SIZES:-}" ]; then
    fcnn_say "== The short form on Debian 13"
    add_system trixie
fi
fcnn_say "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
