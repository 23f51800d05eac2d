#!/usr/bin/env bash
# hdf5r writes NA of a factor as a byte of eight ones into an enumeration whose values take just the bits that its levels
# need: 2 bits for 3 levels.  HDF5 drops the other bits when it converts, so h5py reads NA of a factor with 3, 7, 15, …
# levels as the last level, without a word; hdf5r itself cannot print what it reads back.
#
# Uses the packages of the system (Debian: r-cran-hdf5r, python3-h5py).  Exit code 0: still so; 1: it has changed;
# 77: a package is missing.
set -eu
for python in /usr/bin/python3 python3; do
    "$python" -c 'import h5py' 2>/dev/null && break
done
"$python" -c 'import h5py' 2>/dev/null && Rscript -e 'library(hdf5r)' >/dev/null 2>&1 || {
    printf 'needs r-cran-hdf5r and python3-h5py\n'
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
Rscript -e 'suppressWarnings(suppressMessages(library(hdf5r))); cat("hdf5r", as.character(packageVersion("hdf5r")), "\n")
    h <- H5File$new("factor.h5", "w"); suppressWarnings(h[["f"]] <- factor(c("a", NA, "b", "c"))); h$close_all()'
"$python" - <<'END'
import sys
import h5py
print("h5py", h5py.__version__, "with HDF5", h5py.version.hdf5_version)
with h5py.File("factor.h5") as f:
    values, levels = f["f"][:], h5py.check_enum_dtype(f["f"].dtype)
names = {value: name for name, value in levels.items()}
got = [names.get(int(value), "none of the levels") for value in values]
print("written:  a, NA, b, c")
print("expected: a, none of the levels, b, c")
print("read:    ", ", ".join(got))
sys.exit(0 if got[1] == "c" else 1)
END
