#!/usr/bin/env bash
# The documentation has what a config can say: each key is mentioned, and each word of the lists that it explains in
# tables stands in a row of one of them.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

# The keys, as file:line: section key
keys=$(grep -nE '^FCNN_KEY\(' src/config/keys.def |
    sed -nE 's|^([0-9]+):FCNN_KEY\([A-Z_]+, ([a-z.]+), ([a-z_0-9]+),.*|src/config/keys.def:\1: \2 \3|p')
missing=$(while read -r place section key; do
    grep -qE "\`($section\.)?$key( = [^\`]*)?\`|^$key = " README.md docs/*.md || echo "$place $section.$key"
done <<<"$keys")
tap_empty 'words: docs mention each key' "$missing"

# The words of lists that are explained, as file:line: word
lists='OPTIMIZER_WORDS|SCHEDULE_WORDS|ACTIVATION_WORDS|INIT_WORDS|LOSSES|OUTPUT_WORDS|METRICS|NORMALIZE_TARGETS_WORDS'
lists+='|NORMALIZE_WORDS|MISSING_WORDS|NEGATIVE_WORDS|MATCH_WORDS|MEMORY_WORDS'
words=$(awk -v lists="^#define FCNN_($lists)\\\\(X\\\\)" '
    $0 ~ lists { inside = 1 }
    inside && match($0, /"[a-z_0-9]+"/) {
        word = substr($0, RSTART + 1, RLENGTH - 2)
        if (word != "auto") print "src/config/words.h:" FNR ": " word
    }
    !/\\$/ { inside = 0 }' src/config/words.h)
missing=$(while read -r place word; do
    grep -qE "^\|.*\`${word}[\`:]" docs/methods.md docs/data.md || echo "$place $word"
done <<<"$words")
tap_empty 'words: docs explain each word in a table' "$missing"

# What model.init does not take for a file.
start=$(awk '/^#define FCNN_INIT_WORDS/ { inside = 1 } inside && match($0, /"[a-z]+"/) {
    printf "%s`%s`", n++ ? ", " : "", substr($0, RSTART + 1, RLENGTH - 2) } !/\\$/ { inside = 0 }' src/config/words.h)
# shellcheck disable=SC2016 # the quotes are those of the table
listed=$(sed -nE 's/^\| `model\.init` \| ([^|]*) \|.*/\1/p' docs/data.md | head -n 1)
wrong=
[ "$listed" = "$start" ] || wrong="docs/data.md: $listed, but the words are $start"
tap_empty 'words: docs list what model.init takes for a word' "$wrong"
tap_done
