#!/usr/bin/env bash
# The Debian package.  In make check its files alone are looked at; scripts/test.sh --packaging builds it of what
# `make dist` packs, asks lintian, and uses what is in the packages.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=../tap.sh
. "$here/tap.sh"
root=$(cd "${srcdir:-$here/..}" && pwd)
recipe=$root/scripts/packaging/debian
work=$(mktemp -d "${TMPDIR:-/tmp}/fcnn-debian-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# ---- the files ----

mapfile -t packages < <(sed -n 's/^Package: //p' "$recipe/control")
tap_empty "debian: each package has files" "$(for package in "${packages[@]}"; do
    [ -s "$recipe/$package.install" ] || echo "$package"
done)"
tap_empty "debian: each list of files has a package" "$(cd "$recipe" && for list in *.install *.symbols; do
    grep -qx "Package: ${list%.*}" control || echo "$list"
done)"
tap_run "debian: rules are of make" make -n -f "$recipe/rules" override_dh_compress
tap_empty "debian: the licence is that of LICENSE" "$(diff \
    <(sed -n '5,$p' "$root/LICENSE") \
    <(awk '/^License: BSD-3-clause$/ && ++n == 2 { inside = 1; next } /^$/ { inside = 0 } inside' "$recipe/copyright" |
        sed 's/^ //; s/^\.$//'))"
if [ "${FCNN_FAULTS:-}" != long ]; then
    tap_skip "debian: the packages" "scripts/test.sh --packaging builds them"
    tap_done
    exit 0
fi

# ---- the packages ----

for program in dpkg-buildpackage dh lintian; do
    if ! command -v $program >/dev/null; then
        tap_skip "debian: the packages" "no $program"
        tap_done
        exit 0
    fi
done
# what the make that runs this test was told is none of the business of the others
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS CFLAGS CC
build=${top_builddir:?the folder of the build}
version=$(sed -n 's/^VERSION = //p' "$build/Makefile")
tap_run "debian: make dist" make -C "$build" -s distdir distdir="$work/fcnn-$version"
tar -C "$work" -czf "$work/fcnn_$version.orig.tar.gz" "fcnn-$version"
cp -r "$recipe" "$work/fcnn-$version/debian"
cd "$work/fcnn-$version" || exit 1
export DPKG_GENSYMBOLS_CHECK_LEVEL=4
tap_run "debian: dpkg-buildpackage" dpkg-buildpackage -us -uc
cd "$work" || exit 1
tap_run "debian: there are source and packages" ls fcnn_"$version"*.dsc fcnn_"$version"*.deb libfcnn0_"$version"*.deb \
    libfcnn-dev_"$version"*.deb
tap_empty "debian: lintian finds nothing" "$(lintian --allow-root --tag-display-limit 0 ./*.changes 2>&1)"
for package in ./*.deb; do
    dpkg-deb -x "$package" installed
done
library=$(dirname "$(find installed/usr/lib -name libfcnn.so.0)")
tap_run "debian: the programs run" env LD_LIBRARY_PATH="$library" installed/usr/bin/fcnn-train --help
tap_run "debian: the examples are built with the development files" \
    make -C installed/usr/share/doc/libfcnn-dev/examples \
    PKG_CONFIG="pkg-config --define-variable=prefix=$work/installed/usr" PKG_CONFIG_PATH="$work/$library/pkgconfig"
tap_done
