#!/usr/bin/env bash
# netCDF4-python with numpy 2 cannot read a variable of signed bytes that _Unsigned makes unsigned, with a valid_range
# (or valid_min, valid_max) and without a _FillValue, as soon as one of its values lies outside of the range: it raises
# TypeError, since it gives the masked array of uint8 netCDF's default fill value of signed bytes, −127.  With numpy 1 the
# same program reads the file.  A _FillValue, or shorts instead of bytes, work.
# Expected: [255 254 -- 3]; the default fill value does not apply to bytes, as netCDF's manual says.
# Seen with python3-netcdf4 1.7.2 and python3-numpy 2.2.4 of Debian 13, and with 1.7.5.1 and 2.4.6 of unstable.
# Makes a Debian 13 in a temporary folder: needs root, debootstrap and a mirror.  Ends with 0 as long as that is so.
set -eu
if ! command -v debootstrap >/dev/null || [ "$(id -u)" -ne 0 ]; then
    printf 'needs root and debootstrap\n'
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016 # apt's own variables
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' |
    awk '$2 !~ /security|updates/ { print $1; exit }')}
debootstrap --variant=minbase --include=ca-certificates trixie "$work" "$mirror" >"$work.log" 2>&1 || {
    tail -n 1 "$work.log"
    exit 77
}
rm -f "$work.log"
inside() { chroot "$work" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
inside apt-get -qq -o Acquire::Check-Valid-Until=false update
inside apt-get install -y -qq --no-install-recommends python3-netcdf4 >/dev/null 2>&1
inside python3 - <<'END'
import sys

import netCDF4
import numpy as np

print("netCDF4", netCDF4.__version__, "numpy", np.__version__)
with netCDF4.Dataset("bytes.nc", "w") as ds:
    ds.createDimension("n", 4)
    for name, fill in (("plain", None), ("filled", np.int8(-128))):
        v = ds.createVariable(name, "i1", ("n",), **({} if fill is None else {"fill_value": fill}))
        v.set_auto_maskandscale(False)
        v.setncattr("_Unsigned", "true")
        v.setncattr("valid_range", np.array([1, -1], "i1"))  # 1 … 255
        v[:] = np.array([-1, -2, 0, 3], "i1")
seen = {}
with netCDF4.Dataset("bytes.nc") as ds:
    for name in ds.variables:
        try:
            seen[name] = str(ds[name][:])
        except (OverflowError, TypeError) as error:
            seen[name] = type(error).__name__ + ": " + str(error)
        print(name, seen[name])
print("expected of both: [255 254 -- 3]")
sys.exit(0 if "Error" in seen["plain"] and seen["filled"] == "[255 254 -- 3]" else 1)
END
