#!/usr/bin/env bash
# The scripts parse, and shellcheck finds nothing in them.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

for script in autogen.sh docs/man/*.sh scripts/*.sh scripts/*.bash scripts/*/*.sh tests/*.sh tests/*/*.sh; do
    tap_run "shell: $script parses" bash -n "$script"
    if command -v shellcheck >/dev/null; then
        tap_run "shell: $script has no findings" shellcheck -x -P SCRIPTDIR:scripts "$script"
    else
        tap_skip "shell: $script has no findings" "install shellcheck"
    fi
done
tap_done
