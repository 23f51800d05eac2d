#!/usr/bin/env bash
# Writes hashes.txt anew, by the programs in $FCNN_BIN.  README.md says when.
set -eu
# shellcheck source=../system.sh
. "$(dirname "$0")/../system.sh"
# shellcheck source=train.sh
. "$here/golden/train.sh"
golden_hashes 1 1 >hashes
mv hashes "$here/golden/hashes.txt"
