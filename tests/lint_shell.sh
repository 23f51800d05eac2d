#!/usr/bin/env bash
# The scripts parse, and shellcheck finds nothing in them; batch files start mpirun in the same way.
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

# sbatch runs a copy of a batch file in another folder, so each file contains what it needs; what several contain is the
# same text.
how_mpirun_starts()
{
    sed -n '/^mpirun)$/,/^    esac$/p' "scripts/slurm/$1.sh"
}
for batch in array requeue; do
    tap_empty "shell: $batch.sh starts mpirun as train.sh does" "$(
        [ -n "$(how_mpirun_starts train)" ] || echo 'scripts/slurm/train.sh does not start mpirun'
        diff <(how_mpirun_starts train) <(how_mpirun_starts "$batch"))"
done
tap_done
