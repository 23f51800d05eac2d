#!/usr/bin/env bash
# Which files fcnn-train and fcnn-predict open, as strace sees it: those that the user named and the output folder, and
# of the hostile files' choice none, not even for a look.  What the system and MPI open for themselves lies elsewhere.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need strace
if ! strace -o trace true 2>/dev/null; then
    printf '1..0 # SKIP strace may not trace here\n'
    exit 0
fi
# the leak sanitizer cannot look around in a process that is traced
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

# ---- files: good ones, hostile ones, and what these lead to ----

mkdir hostile plugins
"$built/tests/make_hdf5" hostile hostile && "$built/tests/make_hdf5" model hostile/model.h5 || exit 1
cp hostile/secret.h5 hostile/secret.raw .
: >plugins/libforeign.so
export HDF5_PLUGIN_PATH=$work/plugins
cat >good.ini <<'END_OF_CONFIG'
[data]
train = hostile/plain.h5
[train]
epochs = 1
[output]
directory = run
END_OF_CONFIG

# traced PROGRAM [ARGUMENT…]: its exit code; opened has the files in the work folder that it opened, or tried to
traced()
{
    local program=$1
    shift
    rm -rf run
    ranks 0 strace -f -qq -e trace=open,openat,openat2,creat -o trace "$bin/$program" "$@" >stdout 2>stderr
    code=$?
    # a relative path starts in the work folder, where UCX, a part of some MPIs, looks for settings of its own
    opened=$(sed -nE 's/^.*\bopen(at|at2)?\((AT_FDCWD, )?"([^"]*)".*/\3/p; s/^.*\bcreat\("([^"]*)".*/\1/p' trace |
        sed -E "s|^$work/||" | grep -v '^/' | grep -vE '^(run(/.*)?|\./ucx\.conf)$' | sort -u | tr '\n' ' ')
    elsewhere=$(sed -nE 's/^.*\bopen(at|at2)?\((AT_FDCWD, )?"(\/[^"]*)".*/\3/p' trace | grep -v "^$work/" |
        grep -vE '^/((bin|dev|etc|lib|lib32|lib64|opt|proc|run|sbin|sys|usr|var)(/|$)|$)' |
        grep -vE "^(${TMPDIR:-/tmp}|/tmp|${HOME:-/root}|$built)(/|\$)" | sort -u | tr '\n' ' ')
}

# opens WHAT CODE FILES: the last run ended with that code and opened these files alone
opens()
{
    local wrong=''
    [ "$code" = "$2" ] || wrong+="exit code $code, not $2: $(head -n 3 stderr)"$'\n'
    [ "$opened" = "$3" ] || wrong+="opened: $opened"$'\n'
    [ -z "$elsewhere" ] || wrong+="opened elsewhere: $elsewhere"$'\n'
    tap_empty "files: $1" "$wrong"
}

# ---- good files ----

traced fcnn-train good.ini
opens 'training opens the config, the data and the output folder' 0 'good.ini hostile/plain.h5 '
cp run/model.h5 model.h5
traced fcnn-predict model.h5 hostile/plain.h5 --targets /y
opens 'predicting opens the model and the data' 0 'hostile/plain.h5 model.h5 '
traced fcnn-info model.h5
opens 'fcnn-info opens the model' 0 'model.h5 '
traced fcnn-info hostile/plain.h5
opens 'fcnn-info opens the data' 0 'hostile/plain.h5 '

# ---- hostile files ----

for name in soft soft_group external external_group made_up cycle raw virtual virtual_series filter type; do
    case $name in
    soft_group) dataset=/soft/x ;;
    external_group) dataset=/far/x ;;
    *) dataset=/x ;;
    esac
    traced fcnn-train --set data.train=hostile/$name.h5 --set data.inputs=$dataset good.ini
    opens "a hostile file, $name, opens no other" 65 "good.ini hostile/$name.h5 "
    # the message lists what the file has
    traced fcnn-train --set data.train=hostile/$name.h5 --set data.inputs=/missing good.ini
    opens "a hostile file, $name, opens no other when it is listed" 65 "good.ini hostile/$name.h5 "
    traced fcnn-info hostile/$name.h5
    opens "a hostile file, $name, opens no other when it is described" 0 "hostile/$name.h5 "
done
traced fcnn-predict hostile/model.h5 hostile/plain.h5 --targets /y
opens 'a hostile model opens no other file' 65 'hostile/model.h5 '
traced fcnn-predict model.h5 hostile/external.h5 --targets /y
opens 'hostile data open no other file in fcnn-predict' 65 'hostile/external.h5 model.h5 '

# ---- where it is allowed, the trace shows it: so it would have shown it above ----

for name in external raw virtual; do
    traced fcnn-train --set data.train=hostile/$name.h5 --set data.allow_external=yes good.ini
    case $code:$opened in
    0:*" hostile/secret."*) tap_ok "files: allowed, $name opens the other file" ;;
    *) tap_not_ok "files: allowed, $name opens the other file" "exit code $code; opened: $opened" ;;
    esac
done
tap_done
