#!/usr/bin/env bash
# fcnn-train --verify: trains what docs/exactness.md publishes the hashes of.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
docs=$here/../docs/exactness.md
mkdir tmp empty
export TMPDIR=$work/tmp
cd empty || exit 1
verify()
{
    local np=$1
    shift
    ranks "$np" "$@" --verify >../stdout 2>../stderr
    code=$?
}

# ---- the published hashes ----

verify 0 "$bin/fcnn-train"
cp ../stdout ../alone
tap_run 'verify: every model is right' test "$code $(grep -c '^right ' ../alone) $(wc -c <../stderr)" = \
    "0 $(wc -l <../alone) 0"
# shellcheck disable=SC2016 # the quotes are those of the table
sed -n '/^<!-- begin of the published hashes/,/^<!-- end/s/^| `\(.*\)` | `\([0-9a-f]*\)` |$/\1 \2/p' "$docs" | sort \
    >../published
awk '{ print $2, $4 }' ../alone | sort -u >../trained
tap_run 'verify: docs/exactness.md has these hashes' cmp ../published ../trained
tap_run 'verify: there are some' test "$(wc -l <../published)" -ge 10
tap_run 'verify: docs/exactness.md names the version' grep -qF \
    "| $("$bin/fcnn-train" --version | awk '{ print "fcnn", $2; exit }') | SHA-256 of" "$docs"
{
    echo plain
    [ "$(uname -m)" != aarch64 ] || echo neon
    ! grep -qw '^flags.* avx2' /proc/cpuinfo || echo avx2
    ! grep -qw '^flags.* avx512vl' /proc/cpuinfo || echo avx512
    ! grep -qw '^flags.* avx512_bf16' /proc/cpuinfo || echo avx512bf16
} | sort >../sets
awk '{ print $3 }' ../alone | sort -u >../used
tap_run 'verify: every instruction set of the processor is used' cmp ../sets ../used

# ---- ranks ----

export FCNN_ISA=plain
verify 3 "$bin/fcnn-train"
awk '$3 == "plain"' ../alone >../plain
tap_run 'verify: FCNN_ISA chooses, and three ranks give the same' cmp ../plain ../stdout
tap_run 'verify: three ranks end well' test "$code" = 0

# ---- what is wrong is told: a library that expects other bits ----

program=$built/.libs/fcnn-train
library=$built/.libs/libfcnn.so.0
if [ -x "$program" ] && [ -e "$library" ]; then
    mkdir ../other
    read -r name hash <../published
    sed "s/$hash/0000${hash:4}/" "$library" >../other/libfcnn.so.0
    LD_LIBRARY_PATH=$work/other${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} verify 0 "$program"
    tap_run 'verify: a wrong model ends with 70' test "$code" = 70
    tap_run 'verify: both hashes are told' grep -q \
        "^WRONG  $name .*  plain .* $hash, expected 0000${hash:4}; .*, as expected: other parts of the file differ\$" \
        ../stdout
    tap_run 'verify: one line says how many are wrong' grep -q \
        "^fcnn-train: error: 1 of $(wc -l <../published) models" ../stderr
else
    tap_skip 'verify: what is wrong is told' 'the programs were not built here'
fi

# ---- usage, and what is left ----

verify 0 "$bin/fcnn-train" --check
tap_run 'verify: goes with nothing else' test "$code" = 64
cd .. || exit 1
tap_empty 'verify: leaves nothing where it was called' "$(ls -A empty)"
tap_empty 'verify: leaves nothing of its own in the temporary folder' "$(find tmp -name 'fcnn-verify*')"
tap_done
