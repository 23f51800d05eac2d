#!/usr/bin/env bash
# Flags that let a compiler change results do not get past core/exact.h or the kernels' self-test, and a program that
# flushes subnormal numbers to zero gets the same numbers out of the library as any other.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
root=$(cd "$here/.." && pwd)
probe=$here/inexact_probe.c
unset MAKEFLAGS MAKELEVEL
folder=${top_builddir:-$built}

# ---- one file by make, with CFLAGS of its own ----

# build_with CFLAGS: an object that is in no program.  The folder's compiler and flags are as configure left them.
build_with()
{
    make -C "$folder" -s tests/inexact_probe.lo CFLAGS="$1" >make.log 2>&1
    local code=$?
    rm -f "$folder"/tests/inexact_probe.{lo,o} "$folder"/tests/{.libs,.deps}/inexact_probe.*
    return $code
}

if [ -f "$folder/Makefile" ] && [ "$(cd "$folder" && pwd)" = "$built" ]; then
    tap_run 'arithmetic: make compiles a file' build_with '-O1 -DFCNN_BITS=64 -DFCNN_SIMD=0'
    for flag in -ffast-math -ffinite-math-only; do
        if ! build_with "-O1 -DFCNN_BITS=64 -DFCNN_SIMD=0 $flag" && grep -q 'leave .* out of CFLAGS' make.log; then
            tap_ok "arithmetic: make CFLAGS=$flag says what to leave out"
        else
            tap_not_ok "arithmetic: make CFLAGS=$flag says what to leave out" "$(tail -n 5 make.log)"
        fi
    done
else
    tap_skip 'arithmetic: make CFLAGS=-ffast-math' 'the programs are not those of a build folder'
fi

# ---- what the header lets through, the self-test finds ----

sets=0
[ "$(uname -m)" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo || sets='0 2'
# compile SET BITS [FLAG…]
compile()
{
    local machine=()
    [ "$1" = 0 ] || machine=(-mavx2 -mfma)
    # shellcheck disable=SC2086 # a compiler with words of its own
    ${CC:-mpicc} -std=gnu11 -D_GNU_SOURCE -O2 -ftree-vectorize -ffp-contract=off -fno-math-errno -fno-trapping-math \
        ${machine[@]+"${machine[@]}"} -DFCNN_SIMD="$1" -DFCNN_BITS="$2" -I"$root/src" -I"$root/include" "${@:3}" \
        "$probe" -o probe -lm >compile.log 2>&1
}
for set in $sets; do
    for bits in 32 64; do
        compile "$set" "$bits"
        tap_run "arithmetic: without such flags, set $set of $bits bits is exact" ./probe
    done
    for flags in '-fassociative-math -fno-signed-zeros' -freciprocal-math -ffinite-math-only -fno-signed-zeros \
        -ffp-contract=fast; do
        name="arithmetic: the self-test of set $set finds $flags"
        # shellcheck disable=SC2086 # a list of flags
        if [ "$set$flags" = 0-ffp-contract=fast ]; then
            continue # there is nothing to fuse by
        elif ! compile "$set" 64 $flags; then
            tap_skip "$name" 'the compiler does not take it'
        elif ./probe >probe.txt; then
            tap_not_ok "$name" "$(cat probe.txt)"
        else
            tap_ok "$name"
        fi
    done
done

# ---- a host program that flushes subnormal numbers to zero ----

awk 'BEGIN {
    for (i = 0; i < 60; i++) print (i * 7 % 30 + 1) "e-309," (i * 11 % 17) / 8 (i % 2 ? ",21e-309" : ",3e-309")
}' >table.csv
"$bin/fcnn-import" data.h5 --csv table.csv --target-columns 2 >import.log 2>&1 || cat import.log
{
    printf '[data]\ntrain = data.h5\nnormalize = standardize\nnormalize_targets = standardize\n[model]\nhidden = 4\n'
    short_training
} >run.ini
# host PROGRAM: what it prints, without times
host()
{
    rm -rf run table.h5
    ranks 0 "$built/tests/$1" run.ini data.h5 >"$1.txt" 2>&1
    printf 'code %s, model %s\n' "$?" "$("$bin/fcnn-info" --hash run/model.h5)" >>"$1.txt"
    sed -E 's/ +[0-9]+ +[0-9.]+ s$//; s/^time: .*//; s/[0-9.,]+ s\b//g; /^a subnormal/d' "$1.txt"
}
host comma_host >exact.txt
host fast_host >fast.txt
tap_run 'arithmetic: a host program trains on subnormal numbers' grep -q 'code 0' exact.txt
if grep -q '^a subnormal number twice is 0$' fast_host.txt; then
    tap_run 'arithmetic: one that was linked with -ffast-math gets the same numbers' diff exact.txt fast.txt
    tap_run 'arithmetic: and its own arithmetic stays as it was' test "$(grep -c '^a subnormal.* 0$' fast_host.txt)" = 2
else
    tap_skip 'arithmetic: one that was linked with -ffast-math gets the same numbers' \
        'this compiler keeps subnormal numbers at -ffast-math'
fi
tap_done
