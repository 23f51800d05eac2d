#!/usr/bin/env bash
# Sizes of buffers and parts stand in the one table, src/core/sizes.def, where tests can make them tiny: no source has
# one of kilobytes or more of its own.  A limit, beyond which something is refused, has MOST, MAX, LONGEST or LIMIT in
# its name; what else is no size of a part is listed here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
cd "${srcdir:-$here/..}" || exit 1

# decide bits, or how: WINDOWS_LEAST, CACHED_SUMS, DROPOUT_STEPS; limits: *_BYTES, NUMBERS; room for others: margin
others='WINDOWS_LEAST|CACHED_SUMS|CLASSES_BYTES|CONFIG_BYTES|FCNN_COLUMN_NAMES_BYTES|GOOD_BYTES|NUMBERS'
others+='|PART_BYTES|TABLE_BYTES|ALL_BYTES|margin|DROPOUT_STEPS|FCNN_DROPOUT_STEPS'
shifts='(^|[^0-9A-Za-z_])[0-9]+U?L*\)? << (1[0-9]|2[0-9]|30)([^0-9]|$)'
numbers='^[^:]*:[0-9]*:(#define|.*enum \{|    [A-Z_]+ = ).*'
numbers+='([0-9]+ \* 1024|[^0-9](4096|8192|16384|32768|65536)([^0-9]|$))'
wrong=$(grep -rnE '<<|1024|4096|8192|16384|32768|65536' src --include='*.[ch]' | grep -v '^src/compute/' |
    grep -E "$shifts|$numbers" | grep -vE "MOST|MAX|LONGEST|LIMIT|(^|[^A-Z_])($others)([^A-Z_]|$)")
tap_empty 'sizes: of buffers and parts are in src/core/sizes.def' "$wrong"
tap_done
