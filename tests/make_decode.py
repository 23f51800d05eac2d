#!/usr/bin/env python3
"""Files whose numbers have a meaning beside them, for tests/system_decode.sh.

    make_decode.py files            writes cf_0.nc, cf_1.nc (netCDF4) and codes.h5 (as rhdf5, AnnData, pandas write)
    make_decode.py model MODEL COLUMNS OUT   makes of a model with missing = mean one that gives its inputs back
    make_decode.py compare OUT.h5   compares predictions with what netCDF4 reads of cf_0.nc and cf_1.nc
"""
import sys
import warnings

import h5py
import netCDF4
import numpy as np

MEAN = 12345.678  # what the model has for missing inputs
N = 40


def add(ds, name, kind, values, fill=None, scale=1.0, **attributes):
    """A variable with stored values, whatever its attributes say."""
    v = ds.createVariable(name, kind, ("n",), **({} if fill is None else {"fill_value": fill}))
    v.set_auto_maskandscale(False)
    for key, value in attributes.items():
        v.setncattr(key, value)
    stored = np.resize(np.array(values), N).astype(kind)
    v[:] = stored


def cf_file(path, k):
    ds = netCDF4.Dataset(path, "w")
    ds.createDimension("n", N)
    ds.createDimension("without", 3)
    i2, i1, f4 = np.int16, np.int8, np.float32
    ramp = np.arange(N) * 37 % 1000 - 300
    add(ds, "t2m", "i2", [-32767, 7, -20000, 32767, 1], fill=i2(-32767), scale_factor=0.001 / (1 + k),
        add_offset=280.1 + k)
    add(ds, "scale_only", "i2", ramp, scale_factor=0.1)
    add(ds, "offset_only", "i4", ramp, add_offset=1 / 3)
    add(ds, "scale_of_length_1", "i2", ramp, scale_factor=np.array([0.7]), add_offset=np.array([-3.0]))
    add(ds, "scale_whole", "i2", ramp, scale_factor=i2(3))
    add(ds, "scale_f4", "f4", ramp, scale_factor=np.array([0.25], "f4"))
    add(ds, "scale_f8", "f8", ramp / 7, scale_factor=1 / 7, add_offset=1e3)
    add(ds, "one", "i2", ramp, scale_factor=1.0, add_offset=0.0)
    add(ds, "default_i2", "i2", [-32767, -32768, 5, 6])
    add(ds, "default_u2", "u2", [65535, 65534, 5, 6])
    add(ds, "default_i4", "i4", [-2147483647, -2147483648, 5, 6])
    add(ds, "default_u4", "u4", [4294967295, 4294967294, 5, 6])
    add(ds, "default_i8", "i8", [-9223372036854775806, -3, 5, 6])
    add(ds, "default_f4", "f4", [9.969209968386869e36, 5, 6, 9.96e36])
    add(ds, "default_f8", "f8", [9.969209968386869e36, 5, 6, 9.96e36])
    add(ds, "fill_replaces_default", "i2", [-32767, -1, 5], fill=i2(-1))
    add(ds, "bytes", "i1", [-128, -126, 0, 127])
    add(ds, "unsigned", "i1", [-1, -2, -128, 3], _Unsigned="true")
    add(ds, "unsigned_fill", "i1", [-1, -2, -128, 3], fill=i1(-1), _Unsigned="true")
    add(ds, "unsigned_scaled", "i2", [-1, -2, -32768, 3], _Unsigned="true", scale_factor=0.5)
    add(ds, "missing_one", "i2", [-1, -2, 5, 6], missing_value=i2(-1))
    add(ds, "missing_two", "i2", [-1, -2, 5, 6], missing_value=np.array([-1, -2], "i2"))
    add(ds, "missing_and_fill", "f4", [-999, -888, 5, 6], fill=f4(-999), missing_value=f4(-888))
    add(ds, "missing_f8_in_f4", "f4", [-999, 5, 6], missing_value=-999.0)
    add(ds, "missing_i4_in_i2", "i2", [-999, 5, 6], missing_value=np.int32(-999))
    add(ds, "missing_scaled", "i2", [-999, 5, 6], missing_value=i2(-999), scale_factor=0.5)
    add(ds, "range", "i2", [-1, 0, 100, 101], valid_range=np.array([0, 100], "i2"))
    add(ds, "range_scaled", "i2", [-1, 0, 100, 101], valid_range=np.array([0, 100], "i2"), scale_factor=0.01)
    add(ds, "range_before_min", "i2", [-1, 0, 1, 2, 101], valid_range=np.array([0, 100], "i2"), valid_min=i2(2))
    add(ds, "range_f4", "f4", [-0.5, 0, 100, 100.5, 1e30], valid_range=np.array([0, 100], "f4"))
    add(ds, "least", "f4", [-1, 0, 5], valid_min=f4(0))
    add(ds, "most", "i4", [3, 4, 5], valid_max=np.int32(4))
    add(ds, "unsigned_range", "i1", [-1, -2, -3, 0, 5], valid_range=np.array([1, -2], "i1"), _Unsigned="true")
    add(ds, "zz", "f8", np.arange(N))
    sky = ds.createEnumType("u1", "sky_t", {"clear": 0, "cumulus": 1, "fog": 9, "unknown": 255})
    v = ds.createVariable("sky", sky, ("n",), fill_value=255)
    v[:] = np.resize(np.array([0, 1, 9, 255], "u1"), N)
    ds.close()


def names():
    ds = netCDF4.Dataset("cf_0.nc")
    return [n for n in ds.variables if n != "sky"]


def codes_file(path):
    with h5py.File(path, "w") as f:
        def put(name, values, kind, **attributes):
            f[name] = np.resize(np.array(values, kind), N)
            for key, value in attributes.items():
                f[name].attrs[key] = value
        small = -2147483648
        put("r_integer", [1, small, 3], "i4", **{"rhdf5-NA.OK": np.int32([1])})
        put("r_logical", [0, 1, -128], "i1", **{"rhdf5-NA.OK": np.int32([1]), "storage.mode": "logical"})
        put("plain_integer", [1, small, 3], "i4")
        put("integer64", [1, -9223372036854775808, 3], "i8")
        put("sentinels", [-999, 5, 6, -9999], "f4")
        put("sentinels_i2", [-999, 5, 6, -9999], "i2")
        put("sentinels_f2", [-999, 5, 6, -9999], "f2")
        put("big", [1e20, 5, 6], "f4")
        group = f.create_group("category")
        group.attrs["encoding-type"] = "categorical"
        group["codes"] = np.resize(np.array([0, -1, 1], "i1"), N)
        group["categories"] = ["a", "b"]
        group = f.create_group("nullable")
        group.attrs["encoding-type"] = "nullable-integer"
        group["values"] = np.arange(N)
        group["mask"] = np.arange(N) % 2 == 0
        table = np.zeros(N, [("a", "f8"), ("c", "i1")])
        table["c"] = np.resize([0, -1, 1], N)
        table["a"] = np.arange(N)
        f["table"] = table
        f["table"].attrs["c_meta"] = np.bytes_("category")
        f["bad_scale"] = np.arange(N)
        f["bad_scale"].attrs["scale_factor"] = "0.1"
        f["empty"] = np.array([0, 3], "u8")
        f["empty"].attrs["MATLAB_empty"] = np.uint8(1)
        # labels
        cloud = h5py.enum_dtype({"none": 7, "cumulus": -1, "stratus": 42, "NA": 100}, basetype="i2")
        f.create_dataset("cloud", data=np.resize(np.array([7, -1, 42, 7, 100, 99], "i2"), N), dtype=cloud)
        whole = h5py.enum_dtype({"none": 1, "cumulus": 2, "stratus": 3}, basetype="u1")
        f.create_dataset("factor", data=np.resize(np.array([1, 2, 3, 1], "u1"), N), dtype=whole)
        other = h5py.enum_dtype({"stratus": 0, "none": 1, "cumulus": 2}, basetype="i4")
        f.create_dataset("factor_otherwise", data=np.resize(np.array([1, 2, 0, 1], "i4"), N), dtype=other)
        more = h5py.enum_dtype({"none": 1, "fog": 2}, basetype="u1")
        f.create_dataset("factor_more", data=np.resize(np.array([1, 2, 1, 1], "u1"), N), dtype=more)
        f.create_dataset("boolean", data=np.arange(N) % 3 == 0)
        f["words"] = np.resize(np.array(["hi", "lo", "", "NA", "nan", "N/A", "hi", "lo"], "S4"), N)
        f["words_plain"] = np.resize(np.array(["hi", "lo"], "S4"), N)
        f["x"] = np.arange(N * 2.0).reshape(N, 2) / N
        f["y"] = np.arange(N) / N


def make_model(model, columns, out):
    with h5py.File(model) as a, h5py.File(out, "w") as b:
        b["model/W1"] = np.eye(columns)
        b["model/b1"] = np.zeros(columns)
        a.copy("config", b)
        for name in ("smallest", "largest", "mean"):
            b["inputs/" + name] = np.full(columns, MEAN)


def read(variable):
    """The values of a variable, missing ones masked."""
    try:
        return variable[:]
    except (OverflowError, TypeError):
        # with numpy 2 netCDF4 fails at unsigned bytes with a range and without a fill value
        # (findings/netcdf4_unsigned_range.sh)
        variable.set_auto_mask(False)
        values = variable[:]
        low, high = variable.valid_range.view(values.dtype)
        return np.ma.masked_array(values, (values < low) | (values > high))


def compare(path):
    with h5py.File(path) as f:
        ours = f["predictions"][:]
    wrong = 0
    for k in range(2):
        ds = netCDF4.Dataset(f"cf_{k}.nc")
        for column, name in enumerate(names()):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = read(ds[name])
            wanted = np.where(np.ma.getmaskarray(theirs), MEAN, np.ma.getdata(theirs).astype("f8"))
            got = ours[k * N:(k + 1) * N, column]
            if not np.array_equal(wanted, got):
                print(name, "of file", k, "is", got[:6], "but netCDF4 reads", wanted[:6])
                wrong += 1
    print(len(names()), "variables compared,", wrong, "wrong")
    sys.exit(wrong > 0)


if sys.argv[1] == "files":
    cf_file("cf_0.nc", 0)
    cf_file("cf_1.nc", 1)
    codes_file("codes.h5")
    print(", ".join("/" + n for n in names()))
elif sys.argv[1] == "model":
    make_model(sys.argv[2], int(sys.argv[3]), sys.argv[4])
elif sys.argv[1] == "compare":
    compare(sys.argv[2])
