#!/usr/bin/env bash
# Trains a network from a new checkout: installs packages, builds in build/, imports the digits, trains and evaluates.
# Steps that are already done are skipped.
set -eu
cd "$(dirname "$0")/.."
. scripts/common.sh

case ${1:-} in
'') ;;
-h | --help)
    fcnn_say "usage: scripts/quickstart.sh"
    fcnn_say "Installs missing packages (apt), builds in build/, imports the digits, trains configs/digits.ini on two"
    fcnn_say "ranks, and scores the model on the test rows.  Steps that are already done are skipped."
    fcnn_say "FCNN_NO_INSTALL=1 prevents the installation of packages."
    exit 0
    ;;
*) fcnn_stop 64 "unknown argument $1; see --help" ;;
esac

ranks=2
data=configs/data/digits.h5
model=digits/model.h5
wanted=96

# shellcheck disable=SC2086 # a list of words
fcnn_install $fcnn_build_packages

fcnn_say "== Building in build/"
[ -x configure ] || ./autogen.sh >build-autogen.log 2>&1 || fcnn_stop 70 "autogen.sh failed: see build-autogen.log"
mkdir -p build
if [ ! -f build/Makefile ]; then
    (cd build && ../configure --quiet)
fi
make -C build -s -j "$(fcnn_cores)"

if [ ! -f "$data" ]; then
    fcnn_say "== Importing configs/data/digits.csv"
    build/fcnn-import "$data" --csv configs/data/digits.csv --split 0.8 --seed 1
fi

fcnn_say "== Training: mpirun -np $ranks build/fcnn-train configs/digits.ini"
fcnn_mpirun $ranks build/fcnn-train configs/digits.ini

fcnn_say "== Scoring the model on rows that were not used for training"
result=$(fcnn_mpirun $ranks build/fcnn-predict "$model" "$data" --inputs /test/x --targets /test/y)
printf '%s\n' "$result"
# The number that follows "accuracy", in percent or as a fraction.
percent=$(printf '%s\n' "$result" | awk '
    match($0, /[Aa]ccuracy[^0-9]*[0-9.]+ *%?/) {
        text = substr($0, RSTART, RLENGTH); fraction = text !~ /%/
        gsub(/[^0-9.]/, "", text); print fraction && text <= 1 ? 100 * text : text + 0; exit }')
[ -n "$percent" ] || fcnn_stop 70 "fcnn-predict printed no accuracy"
awk -v p="$percent" -v w="$wanted" 'BEGIN { exit !(p >= w) }' ||
    fcnn_stop 70 "only $percent % of the test digits are right; at least $wanted % were expected"

# The options that mpirun needs on this machine for these commands.
fcnn_find_mpi
mpirun="mpirun -np $ranks"
if [ "$fcnn_mpi" = openmpi ] && [ "$ranks" -gt "$(fcnn_cores)" ]; then
    mpirun="$mpirun --oversubscribe"
fi
cat <<END

$percent % of the test digits are right.  The model is in $model.  Try next:

END
if [ "$fcnn_mpi" = openmpi ] && [ "$(id -u)" -eq 0 ]; then
    fcnn_say "Open MPI runs as root only if these variables are set:"
    fcnn_say "  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
fi
cat <<END
Show what is in the model:
  build/fcnn-info $model
Train on one rank, which gives the same bits:
  build/fcnn-train --set output.directory=digits-one-rank configs/digits.ini
  build/fcnn-info --hash $model
  build/fcnn-info --hash digits-one-rank/model.h5
Continue the training run with more epochs:
  $mpirun build/fcnn-train --set train.epochs=60 configs/digits.ini
Train a regression, from its table on (the head of configs/regression.ini describes it):
  build/fcnn-import configs/data/regression.h5 --csv configs/data/regression.csv --header \\
      --target-columns 7,8,9 --split 0.8 --seed 1
  $mpirun build/fcnn-train configs/regression.ini
END
