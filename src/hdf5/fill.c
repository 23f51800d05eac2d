/* src/hdf5/fill.c — fill values, the values of elements that were never written. */
#include "hdf5/fill.h"

#include <string.h>

fcnn_hdf5_filling fcnn_hdf5_filling_find(hid_t creation)
{
    H5D_fill_value_t value = H5D_FILL_VALUE_UNDEFINED;
    H5D_fill_time_t time = H5D_FILL_TIME_NEVER;
    if (H5Pfill_value_defined(creation, &value) < 0 || H5Pget_fill_time(creation, &time) < 0 ||
        (value != H5D_FILL_VALUE_DEFAULT && value != H5D_FILL_VALUE_USER_DEFINED)) {
        return FCNN_HDF5_UNFILLED;
    }
    if (time != H5D_FILL_TIME_NEVER) {
        return FCNN_HDF5_FILLED;
    }
    return value == H5D_FILL_VALUE_USER_DEFINED ? FCNN_HDF5_LEFT : FCNN_HDF5_UNFILLED;
}

fcnn_status fcnn_hdf5_fill(const fcnn_hdf5_source *source, hid_t type, int64_t count, void *out)
{
    const size_t size = H5Tget_size(type);
    const hid_t creation = H5Dget_create_plist(source->dataset);
    const bool failed = count > 0 && H5Pget_fill_value(creation, type, out) < 0;
    const fcnn_status status = !failed ? FCNN_OK
                                       : fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s: its fill value cannot be read",
                                                        source->path, source->name);
    H5Pclose(creation);
    for (int64_t done = 1; status == FCNN_OK && done < count;) {
        const int64_t more = done < count - done ? done : count - done;
        memcpy((char *)out + (size_t)done * size, out, (size_t)more * size);
        done += more;
    }
    return status;
}
