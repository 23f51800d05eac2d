#!/usr/bin/env bash
# README.md, docs/building.md and docs/debugging.md as a reader follows them: every block of commands, in order, in one
# shell.
#
# A block that begins with ```sh is run, in a folder that looks like a fresh checkout; one that begins with ```ini is
# the file whose name stands in the line of text before it.  A comment in front of a block says what else to do:
#   <!-- long -->             it is run in the long form alone (FCNN_FAULTS=long), in a clone that it may build in
#   <!-- not run: REASON -->  it is not run
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
top=$(cd "$here/.." && pwd)

# split PAGE: its blocks become block-N.sh and files of configs; prints a line "N LINE KIND REASON" for each to run
split()
{
    awk '
        /^<!-- long -->$/ { kind = "long"; next }
        /^<!-- not run: .* -->$/ { kind = "not-run"; reason = substr($0, 15, length($0) - 18); next }
        /^```/ && inside { if (listed) print ++count, line, kind, reason; close(file)
            inside = 0; kind = reason = ""; next }
        /^```(sh|ini)$/ { inside = 1; line = NR; listed = /sh$/; if (kind == "") kind = "run"
            file = listed ? sprintf("block-%d.sh", count + 1) : config
            if (file == "") { print "no name for the config" >"/dev/stderr"; exit 1 }
            printf "" >file; next }
        /^```/ { inside = 1; listed = 0; file = "/dev/null"; next }
        inside { print >file; next }
        match($0, /`[a-z_]+\.ini`/) { config = substr($0, RSTART + 1, RLENGTH - 2) }' "$1"
}

# Runs the blocks that standard input lists, all in this shell, and prints TAP lines for page $1.
# shellcheck disable=SC2034,SC2154 # the trap sets failed
cat >follow.sh <<'END'
. "$1/tap.sh"
trap 'failed=$?' ERR
while read -r -u 3 number line kind reason; do
    name="pages: $2, line $line"
    if [ "$kind" = long ] && [ "${FCNN_FAULTS:-}" != long ]; then
        kind=not-run reason="in the long form alone"
    fi
    if [ "$kind" = not-run ]; then
        printf '# %s is not run: %s\n' "$name" "$reason"
        continue
    fi
    failed=''
    . "$3/block-$number.sh" </dev/null >"$3/said-$number" 2>&1
    if [ -n "$failed" ]; then
        tap_not_ok "$name" "a command ended with code $failed" "$(tail -n 20 "$3/said-$number")"
    else
        tap_ok "$name"
    fi
done 3<"$3/blocks"
printf '%d\n' "$tap_count" >"$3/count"
END

# follow PAGE: in the working directory; what block N said is in $scratch/said-N then
follow()
{
    local page=$1
    scratch=$(mktemp -d "$work/page-XXXXXX")
    if ! (cd "$scratch" && split "$top/$page" >blocks) || [ ! -s "$scratch/blocks" ]; then
        tap_not_ok "pages: $page has blocks to run"
        return
    fi
    find "$scratch" -name '*.ini' -exec cp {} . \;
    timeout -k 10 "${FCNN_SYSTEM_TIMEOUT:-1200}" bash "$work/follow.sh" "$here" "$page" "$scratch" </dev/null
    if [ -s "$scratch/count" ]; then
        tap_count=$((tap_count + $(cat "$scratch/count")))
    else
        tap_not_ok "pages: $page was followed to its end"
    fi
}

# try_next FILE: the commands that scripts/quickstart.sh printed into FILE last, as they stand
try_next()
{
    sed -n '1,/Try next:$/d; s/^  //p' "$1" >next.sh
    tap_run "pages: what scripts/quickstart.sh advises works as it is printed" bash -e next.sh
}

# A block of C in docs/library.md is the example whose name its first line has: tests/system_install.sh builds these.
mapfile -t examples < <(cd "$top/docs/examples" && ls ./*.c)
tap_empty "pages: docs/library.md shows every example as it is" "$(for example in "${examples[@]#./}"; do
    awk -v first="/* $example " '/^```/ { inside = 0 } inside || (block && index($0, first) == 1) { inside = 1; print }
        { block = /^```c$/ }' "$top/docs/library.md" | diff "$top/docs/examples/$example" - || echo "$example"
done)"

# What a reader has: a clone to build in, or a folder with the programs that are built already.
long=''
if [ "${FCNN_FAULTS:-}" = long ] && [ -e "$top/.git" ]; then
    long=yes
    git -c safe.directory='*' clone -q --no-hardlinks "$top" checkout
    cd checkout || exit 1
else
    mkdir -p checkout/build
    cp -R "$top/configs" checkout
    chmod -R u+w checkout
    cd checkout || exit 1
    ln -s "$built"/.libs "$built"/fcnn-* build
    build/fcnn-import configs/data/digits.h5 --csv configs/data/digits.csv --split 0.8 --seed 1 >/dev/null
fi
# a reader has not set these
# shellcheck disable=SC2086 # a list of words
unset OMP_NUM_THREADS OMPI_MCA_odls_base_sigkill_timeout $quick_starts fcnn_mpi fcnn_mpi_release
start_as_user
follow README.md
if [ -n "$long" ]; then
    try_next "$scratch/said-1"
fi
follow docs/building.md
if [ -n "${LD_PRELOAD:-}" ]; then
    tap_skip "pages: docs/debugging.md" "its commands are not for a build with sanitizers"
elif ! command -v gdb >/dev/null || ! command -v valgrind >/dev/null; then
    tap_skip "pages: docs/debugging.md" "no gdb or no valgrind here"
else
    cd build || exit 1
    follow docs/debugging.md
fi
tap_done
