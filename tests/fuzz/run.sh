#!/usr/bin/env bash
# Runs each fuzzer, tests/fuzz/fuzz_X.c, on seeds and what it makes of them, with the address, leak and undefined
# behaviour sanitizers in all but the libraries; scripts/test.sh --fuzz calls it.
#   run.sh [fuzz_X…]     these fuzzers alone
#   FCNN_FUZZ_SECONDS    how long each one runs (60)
# What they find is kept in build-fuzz/findings/, what they have learnt in build-fuzz/corpus/.  The last line is
# "P passed, F failed, K skipped".
set -eu
cd "$(dirname "$0")/../.."
. scripts/common.sh

seconds=${FCNN_FUZZ_SECONDS:-60}
folder=$PWD/build-fuzz
fuzzers=("$@")
if [ ${#fuzzers[@]} -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        fuzzers+=("$(basename "$source" .c)")
    done
fi

# ---- build ----

fcnn_say "== Building in build-fuzz/"
mkdir -p "$folder/seeds" "$folder/corpus" "$folder/findings"
export OMPI_CC=clang
sanitizers="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
build() {
    # no fuzzer runs a kernel, and with sanitizers these take minutes to compile
    local make=(make -C "$folder" -s -j "$(fcnn_cores)" kernel_flags=-fno-sanitize=all FCNN_SANITIZE="$sanitizers")
    [ -x configure ] || ./autogen.sh
    if [ ! -f "$folder/Makefile" ]; then
        (cd "$folder" && ../configure --quiet CFLAGS="-O1 -g") || return 1
    fi
    "${make[@]}" tests/make_hdf5 tests/fuzz/make_checkpoint &&
        "${make[@]}" LDFLAGS=-fsanitize=fuzzer "${fuzzers[@]/#/tests/fuzz/}"
}
if ! build >"$folder/build.log" 2>&1; then
    tail -n 40 "$folder/build.log"
    fcnn_say "The build failed: build-fuzz/build.log"
    fcnn_say "0 passed, 1 failed, 0 skipped"
    exit 1
fi

# ---- seeds: files of each kind, good and bad ----

cd "$folder"
# what a library keeps until the end is not ours, nor what HDF5 loses when it meets a damaged file
printf '%s\n' 'leak:libhdf5' 'leak:libmpi' 'leak:libopen-' >suppressions
export ASAN_OPTIONS="allocator_may_return_null=1:${ASAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$folder/suppressions:print_suppressions=0"

rm -rf seeds
mkdir -p seeds/fuzz_config seeds/fuzz_csv seeds/fuzz_idx seeds/fuzz_framed \
    seeds/fuzz_model seeds/fuzz_data seeds/fuzz_given
cp ../configs/*.ini ../tests/golden/*.ini seeds/fuzz_config/
printf '[train]\nepochs = 3 # few\nepochs = 4\n[train\n=\nx\n' >seeds/fuzz_config/odd.ini
printf '[stage.1]\ntrain.epochs = 3\n[stage.2]\ntrain.epochs = 2\noptimizer.name = adam\n' >seeds/fuzz_config/stages.ini
for table in ../configs/data/*.csv; do
    head -n 5 "$table" >"seeds/fuzz_csv/$(basename "$table")"
done
printf '\357\273\277"a ""b""", c\r\n1e3,-.5\r\n 7 ,\t8\r\n\n' >seeds/fuzz_csv/quoted.csv
printf 'nan,1e999\n0x10,;\n' >seeds/fuzz_csv/bad.csv
printf '\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\1abcd' >seeds/fuzz_idx/images
printf '\0\0\10\1\377\377\377\377ab' >seeds/fuzz_idx/huge
# a fuzzer with other files has a script of its own, which makes them in the folder that it is given
for script in ../tests/fuzz/seeds_*.sh; do
    [ ! -e "$script" ] || bash "$script" seeds
done
tests/make_hdf5 hostile seeds/fuzz_data
tests/make_hdf5 words seeds/fuzz_data/words.h5
tests/make_hdf5 named seeds/fuzz_data/named.h5
tests/make_hdf5 tables seeds/fuzz_data/tables.h5
for kind in classes values; do
    tests/fuzz/make_checkpoint $kind seeds/fuzz_framed/$kind.h5 seeds/fuzz_model/$kind.h5
done
tail -c +513 ../tests/reference/model-0.1.0.h5 >seeds/fuzz_model/model.h5
cp ../tests/reference/model-0.1.0.h5 seeds/fuzz_framed/
cp seeds/fuzz_framed/* seeds/fuzz_model/model.h5 seeds/fuzz_given/
tests/make_hdf5 given seeds/fuzz_given/given.h5
for seed in plain packed soft external raw virtual filter; do
    cp "seeds/fuzz_data/$seed.h5" seeds/fuzz_model/
done

# ---- runs ----

# files for those who read by name, away from disks where there is memory
scratch=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/fcnn-fuzz-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export FCNN_FUZZ_FOLDER=$scratch

# is_in_hdf5 FUZZER FINDING: run once more, it fails in a function of libhdf5, not in one of ours; what lies above them
# on the stack, the C library or a sanitizer, only noticed it
is_in_hdf5() {
    timeout -k 10 60 "tests/fuzz/$1" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=8192 "$2" 2>&1 |
        grep -E '^ *#[0-9]+ .*(libhdf5|/\.\./(src|tests)/)' | head -n 1 | grep -q libhdf5
}

# fuzz NAME: sets executions, and findings and foreign to the numbers of files that were kept, of these in libhdf5
fuzz() {
    local name=$1 finding
    mkdir -p "corpus/$name" "seeds/$name"
    rm -f "findings/$name"-*
    # after a finding it goes on with the next one
    timeout -k 10 $((seconds + 120)) "tests/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -malloc_limit_mb=8192 -max_len=65536 -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
        -artifact_prefix="findings/$name-" "corpus/$name" "seeds/$name" >"$name.log" 2>&1
    executions=$(sed -nE 's/^#([0-9]+): cov:.*/\1/p' "$name.log" | tail -n 1)
    findings=0 foreign=0
    for finding in findings/"$name"-*; do
        [ -e "$finding" ] || continue
        if is_in_hdf5 "$name" "$finding"; then
            foreign=$((foreign + 1))
        else
            findings=$((findings + 1))
        fi
    done
}

passed=0 failed=0
for name in "${fuzzers[@]}"; do
    code=0
    fuzz "$name" || code=$?
    fcnn_say "$name: ${executions:-0} executions in $seconds s, $findings findings, $foreign more inside of libhdf5"
    if [ $code -eq 0 ] && [ "$findings" -eq 0 ] && [ "${executions:-0}" -gt 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        fcnn_say "FAILED: $name ended with code $code: build-fuzz/$name.log, build-fuzz/findings/"
    fi
done
fcnn_say "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
