#!/usr/bin/env bash
# make install, and what was installed, used as its user does: configs, manual pages, completion, examples, pkg-config,
# CMake.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=system.sh
. "$here/system.sh"
need make
root=$(cd "${srcdir:-$here/..}" && pwd)
stage=$work/stage
# what the make that runs this test was told is none of the business of the others
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
start_as_user

# told NAME: a folder of the installation, as configure was told
told()
{
    sed -n "s|^$1 = ||p" "$built/Makefile" | sed "s|\${exec_prefix}|$prefix|; s|\${prefix}|$prefix|; \
s|\${datarootdir}|$prefix/share|; s|\${PACKAGE_TARNAME}|fcnn|"
}

# below FOLDER PATTERN…: files of the source tree, as named from there, that are no result of a run
below()
{
    local folder=$1
    shift
    (cd "$root/$folder" && find . -type f ! -name '*.h5' "$@" | sed 's|^\./||' | sort)
}

# brings FOLDER FILE…: what of the files is not installed there
brings()
{
    local folder=$1 file
    shift
    for file; do
        [ -f "$stage$folder/$file" ] || echo "$folder/$file"
    done
}

prefix=$(sed -n 's|^prefix = ||p' "$built/Makefile")
libdir=$(told libdir) includedir=$(told includedir) datadir=$(told datadir) docdir=$(told docdir)
bindir=$(told bindir) mandir=$(told mandir)
tap_run "install: make install" make -C "$built" -s install DESTDIR="$stage"

mapfile -t list < <(below configs)
tap_empty "install: configs with their tables" "$(brings "$datadir/fcnn/configs" "${list[@]}")"
mapfile -t list < <(below scripts/slurm)
tap_empty "install: batch files" "$(brings "$datadir/fcnn/slurm" "${list[@]}")"
mapfile -t list < <(below docs -name '*.md')
tap_empty "install: documents, where README.md looks for them" "$(
    brings "$docdir" README.md
    brings "$docdir/docs" "${list[@]}"
)"
mapfile -t list < <(below docs/examples)
tap_empty "install: examples" "$(brings "$docdir/examples" "${list[@]}")"
mapfile -t list < <(below include/fcnn)
tap_empty "install: public headers" "$(brings "$includedir/fcnn" "${list[@]}")"

# ---- a user who may not write there copies the configs, and follows the head of one ----

export PATH="$stage$bindir:$PATH" LD_LIBRARY_PATH="$stage$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
cp -r "$stage$datadir/fcnn/configs" .
sed -n 's/^#   \(fcnn-.*\)/\1/p; /^\[/q' configs/xor.ini >commands
tap_run "install: the commands of an installed config work as they stand" timeout "$limit" bash -eux commands
tap_empty "install: which are import, train and info" "$([ "$(wc -l <commands)" = 3 ] || cat commands)"

# ---- manual pages: what the programs say, in a form that the readers of such pages take ----

programs=(fcnn-train fcnn-predict fcnn-import fcnn-info fcnn-bench)
# options PROGRAM: those that --help has in its list; keys: SECTION.KEY of the table
options() { "$1" --help | grep -oE '^ +--[a-z-]+|, --version' | grep -oE -e '--[a-z-]+'; }
keys() { sed -n 's/^FCNN_KEY([A-Z_]*, \([a-z]*\), \([a-z_]*\),.*/\1.\2/p' "$root/src/config/keys.def"; }

# lacks PAGE HELP WORD…: what of the words the page does not name in bold at the begin of a line
lacks()
{
    local page=$1 word
    shift
    for word; do
        sed 's/\\-/-/g; s/^\.B /\\fB/; s/$/ /' "$page" | grep -qE "^(.*, )?\\\\fB$word(\\\\fR|[ .,])" ||
            echo "$page: $word"
    done
}

if [ -f "$stage$mandir/man1/fcnn-train.1" ]; then
    tap_empty "install: manual pages name every option" "$(for program in "${programs[@]}"; do
        mapfile -t list < <(options "$program")
        lacks "$stage$mandir/man1/$program.1" "${list[@]}"
    done)"
    mapfile -t list < <(keys | sed 's/.*\.//')
    tap_empty "install: fcnn.ini.5 names every key" "$(lacks "$stage$mandir/man5/fcnn.ini.5" "${list[@]}")"
    tap_empty "install: options and keys are many" \
        "$([ "$(options fcnn-import | wc -l)" -gt 15 ] && [ ${#list[@]} -gt 50 ] || echo "${list[@]}")"
    if command -v mandoc >/dev/null; then
        tap_empty "install: mandoc finds nothing in the manual pages" "$(
            mandoc -T lint -W warning "$stage$mandir"/man?/fcnn* | grep -v 'cannot parse date.*unreleased')"
    else
        tap_skip "install: mandoc finds nothing in the manual pages" "no mandoc"
    fi
    if man --version 2>/dev/null | grep -q '^man 2'; then
        tap_empty "install: man has no warnings" "$(for page in "$stage$mandir"/man?/fcnn*; do
            LC_ALL=C.UTF-8 man --warnings -l -Tutf8 -Z "$page" 2>&1 >/dev/null
        done)"
    else
        tap_skip "install: man has no warnings" "no man-db"
    fi
else
    tap_skip "install: manual pages" "this was built without"
fi

# ---- completion, by the keys that a user presses ----

# completes PROGRAM WORD…: what the last word may become
completes()
{
    bash -c '. "$0/$1"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fcnn_complete "$1" 2>&1
        printf "%s\n" "${COMPREPLY[@]}"' "$stage$datadir/bash-completion/completions" "$@"
}

tap_empty "install: completion knows every option" "$(for program in "${programs[@]}"; do
    diff <(options "$program" | sort) <(completes "$program" -- | sort)
done)"
tap_empty "install: completion knows every key" \
    "$(diff <(keys | sort) <(completes fcnn-train --set '' | tr -d = | sort))"
tap_empty "install: completion knows the keys of a stage" "$(
    [ "$(completes fcnn-train --set stage.2.train. | tr -d '\n')" = stage.2.train.epochs=stage.2.train.batch_size= ] ||
        echo keys
    [ "$(completes fcnn-train --set stage.2.schedule.kind=cosine_)" = cosine_restarts ] || echo words)"
tap_empty "install: completion takes files by their endings" "$(
    touch a.csv a.csv.gz a.npy a.h5 a.ini
    [ "$(completes fcnn-train a)" = a.ini ] || echo fcnn-train
    [ "$(completes fcnn-predict a.h5 a)" = a.h5 ] || echo fcnn-predict
    [ "$(completes fcnn-import o.h5 --csv b.csv a | sort | tr '\n' ' ')" = 'a.csv a.csv.gz ' ] || echo --csv
    [ "$(completes fcnn-import o.h5 --npy a)" = a.npy ] || echo --npy
    [ "$(completes fcnn-import o.h5 --split 0.5 a)" = a.h5 ] || echo --split)"
tap_empty "install: completion knows the words that options take" "$(
    [ "$(completes fcnn-bench --loss h)" = huber ] || echo --loss
    [ "$(completes fcnn-bench --optimizer l | tr '\n' ' ')" = 'lamb lars ' ] || echo --optimizer
    [ "$(completes fcnn-bench --activation gel)" = gelu ] || echo --activation
    [ "$(completes fcnn-bench --exchange = s)" = shared ] || echo --exchange
    [ "$(completes fcnn-predict --match-columns b)" = by_name ] || echo --match-columns)"
printf '%s\n' ". '$stage$datadir/bash-completion/completions/fcnn-train'" \
    $'fcnn-train --pri\t --set data.ord\tc\t --set=optimizer.na\ts\t configs/xo\t' |
    TERM=dumb timeout "$limit" bash --noprofile --norc -i >said 2>typed
tap_empty "install: a line that is typed with tabs is completed" \
    "$([ "$(grep -cxE 'order = columns|name = sgd|train = configs/data/xor.h5' said)" = 3 ] || cat typed)"

# ---- programs of the user's ----

# uses BUILD FOLDER: the examples that BUILD made in FOLDER work
uses()
{
    local said
    tap_run "install: $1: train trains a config" timeout "$limit" "$2/train" configs/xor.ini
    said=$(printf '0 0\n0 1\n1 0\n1 1\n' | timeout "$limit" "$2/predict" example/model.h5 2>&1)
    if awk '{ wrong += !($1 >= 0 && $1 <= 1 && ($1 > 0.5) == (NR == 2 || NR == 3)) } END { exit wrong || NR != 4 }' \
        <<<"$said"; then
        tap_ok "install: $1: predict predicts"
    else
        tap_not_ok "install: $1: predict predicts" "$said"
    fi
    ranks 3 "$2/own_mpi" configs/xor.ini >stdout 2>stderr
    code=$?
    if [ "$code" = 0 ] &&
        awk '{ wrong += $5 != "->" || ($3 == "0") != ($6 > 0.5) } END { exit wrong || NR != 3 }' stdout
    then
        tap_ok "install: $1: a program with an MPI of its own trains and predicts"
    else
        tap_not_ok "install: $1: a program with an MPI of its own trains and predicts" "$(cat stdout stderr)"
    fi
}

examples=$stage$docdir/examples
export PKG_CONFIG_PATH="$stage$libdir/pkgconfig"
moved=(--define-variable=libdir="$stage$libdir" --define-variable=includedir="$stage$includedir")
if [[ ${LD_PRELOAD:-} == *keep_libraries* ]]; then
    tap_skip "install: programs of the user's" "the library has sanitizers, other programs have not"
elif ! command -v cc >/dev/null; then
    tap_skip "install: programs of the user's" "no cc"
else
    if command -v pkg-config >/dev/null; then
        cp -r "$examples" by-make
        tap_run "install: make: the examples are built by cc and pkg-config alone" \
            env -u PKG_CONFIG_PATH make -C by-make -s CC='cc -Werror' PKG_CONFIG_PATH="$PKG_CONFIG_PATH" \
            PKG_CONFIG="pkg-config ${moved[*]}"
        uses make by-make
        version=$(pkg-config --modversion fcnn)
        tap_empty "install: fcnn.pc has the version of the programs" \
            "$([ "$(fcnn-info --version)" = "fcnn-info $version" ] || echo "$version")"
        if echo '' | c++ -x c++ -fsyntax-only - 2>/dev/null; then
            # shellcheck disable=SC2046 # lists of words
            tap_run "install: a C++ program needs no library for MPI's old bindings" c++ -x c++ "$examples/train.c" \
                -o train++ $(pkg-config "${moved[@]}" --cflags --libs fcnn)
        else
            tap_skip "install: a C++ program needs no library for MPI's old bindings" "no c++"
        fi
    else
        tap_skip "install: make" "no pkg-config"
    fi
    if command -v cmake >/dev/null; then
        cp -r "$examples" by-cmake
        tap_run "install: cmake: find_package(fcnn) finds it" cmake -S by-cmake -B by-cmake/build \
            -DCMAKE_PREFIX_PATH="$stage$prefix" -DCMAKE_C_COMPILER=cc
        tap_run "install: cmake: the examples are built" cmake --build by-cmake/build
        uses cmake by-cmake/build
    else
        tap_skip "install: cmake" "no cmake"
    fi
fi

tap_run "install: make uninstall" make -C "$built" -s uninstall DESTDIR="$stage"
tap_empty "install: make uninstall leaves no file and no folder of fcnn's" \
    "$(find "$stage" ! -type d; cd "$stage$prefix" && find . -path './*/fcnn*')"

said=$(make -C "$built" -s install DESTDIR="$work/with blank" 2>&1)
tap_empty "install: a DESTDIR with a blank is refused before anything is installed" "$(
    [ ! -e "$work/with" ] && [ ! -e "$work/with blank" ] || echo "something was installed"
    grep -q "libtool cannot install into DESTDIR='$work/with blank'" <<<"$said" || echo "$said"
)"
tap_done
