#!/usr/bin/env bash
# make install, and what was installed, used as its user does: configs, examples, pkg-config, CMake.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=system.sh
. "$here/system.sh"
need make
root=$(cd "${srcdir:-$here/..}" && pwd)
stage=$work/stage
# what the make that runs this test was told is none of the business of the others
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

# told NAME: a folder of the installation, as configure was told
told()
{
    sed -n "s|^$1 = ||p" "$bin/Makefile" | sed "s|\${exec_prefix}|$prefix|; s|\${prefix}|$prefix|; \
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

prefix=$(sed -n 's|^prefix = ||p' "$bin/Makefile")
libdir=$(told libdir) includedir=$(told includedir) datadir=$(told datadir) docdir=$(told docdir)
bindir=$(told bindir)
tap_run "install: make install" make -C "$bin" -s install DESTDIR="$stage"

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

# ---- programs of the user's ----

# uses BUILD FOLDER: the two examples that BUILD made in FOLDER work
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
            make -C by-make -s CC='cc -Werror' PKG_CONFIG="pkg-config ${moved[*]}"
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

tap_run "install: make uninstall" make -C "$bin" -s uninstall DESTDIR="$stage"
tap_empty "install: make uninstall leaves no file and no folder of fcnn's" \
    "$(cd "$stage" && { find . ! -type d; find . -path './*/fcnn*'; })"

said=$(make -C "$bin" -s install DESTDIR="$work/with blank" 2>&1)
tap_empty "install: a DESTDIR with a blank is refused before anything is installed" "$(
    [ ! -e "$work/with" ] && [ ! -e "$work/with blank" ] || echo "something was installed"
    grep -q "libtool cannot install into DESTDIR='$work/with blank'" <<<"$said" || echo "$said"
)"
tap_done
