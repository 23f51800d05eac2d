#!/usr/bin/env bash
# No circles: no header includes itself through others, and no two files of src/ call each other, directly or through
# others.  Who calls whom is read from the object files: which symbols each defines, and which it needs.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tap.sh
. "$here/tap.sh"
objects=$(cd "${FCNN_OBJECTS:-${top_builddir:-.}}" && pwd)
cd "${srcdir:-$here/..}" || exit 1

# circles: of lines "FROM TO TEXT" those that are part of a circle
circles() {
    awk '
        { targets[$1] = targets[$1] " " $2; from[NR] = $1; to[NR] = $2; line[NR] = $0 }
        # what can be reached from a file
        function visit(start,    stack, depth, at, list, n, i) {
            stack[depth = 1] = start
            while (depth > 0) {
                at = stack[depth--]
                n = split(targets[at], list, " ")
                for (i = 1; i <= n; i++) {
                    if (!((start, list[i]) in reached)) {
                        reached[start, list[i]]
                        stack[++depth] = list[i]
                    }
                }
            }
        }
        END {
            for (file in targets) visit(file)
            for (i = 1; i <= NR; i++) if ((to[i], from[i]) in reached) print line[i]
        }'
}

# ---- includes ----

# of each line "FILE:NUMBER:#include …": who includes whom, and the place
wrong=$(grep -rnE '^[[:space:]]*#[[:space:]]*include' src include --include='*.h' | awk '
    match($0, /["<][a-z0-9_]+\/[a-z0-9_]+\.h[">]/) {
        split($0, place, ":"); name = substr($0, RSTART + 1, RLENGTH - 2)
        print place[1], (name ~ /^fcnn\// ? "include/" : "src/") name, place[1] ":" place[2] ": includes " name
    }' | circles | cut -d ' ' -f 3-)
tap_empty "circles: no header includes itself through others" "$wrong"

# ---- calls ----

# of an object with a twin for shared libraries, the twin; objects whose source is gone were left by an older build
mapfile -t files < <(cd "$objects" && find src -name '*.o' | awk '
    { name = $0; sub(/\.libs\//, "", name); if (!(name in path) || $0 != name) path[name] = $0 }
    END { for (name in path) print path[name] }' | sort)
# lines "FILE defines|needs SYMBOL", where the kernels, which are compiled once for each instruction set, count once
symbols=$(source=$PWD && cd "$objects" && nm -A -g "${files[@]}" 2>/dev/null | awk -v source="$source" '
    $NF ~ /^fcnn_/ {
        file = $1
        sub(/:.*/, "", file); sub(/\.libs\//, "", file); sub(/\/[a-z0-9_]*_la-/, "/", file); sub(/\.o$/, ".c", file)
        if (!(file in exists)) exists[file] = (getline line <(source "/" file)) >= 0
        if (!exists[file]) next
        print file, $(NF - 1) ~ /U$/ ? "needs" : "defines", $NF
    }')
if [ -z "$symbols" ]; then
    tap_skip "circles: no files call each other" "there are no object files with symbols in $objects/src"
    tap_done
    exit 0
fi
calls=$(awk '
    $2 == "defines" { home[$3] = $1 }
    $2 == "needs" { n++; file[n] = $1; symbol[n] = $3 }
    END {
        for (i = 1; i <= n; i++)
            if (symbol[i] in home && home[symbol[i]] != file[i])
                print file[i], home[symbol[i]], symbol[i]
    }' <<<"$symbols" | sort -u | circles)
tap_empty "circles: no files call each other" "$(awk 'NF { print $1 " needs " $3 " of " $2 }' <<<"$calls")"
tap_done
