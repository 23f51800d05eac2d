/* src/model/model_get_array.c — reads one array of a model from an HDF5 file. */
#include "model/model_get.h"

#include <inttypes.h>

fcnn_status fcnn_model_get_array(fcnn_model_reader *from, const char *name, fcnn_type type, int64_t count, void *out)
{
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, name, &from->budget, &info));
    if (info.rank != 1 || info.dims[0] != count || info.type != type) {
        char shape[128];
        fcnn_hdf5_info_shape(&info, shape, sizeof shape);
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s%s; it must be %s[%" PRId64 "]", from->path, name,
                         fcnn_type_name(info.type), shape, fcnn_type_name(type), count);
    }
    return fcnn_hdf5_read_rows(from->file, name, 0, count, out);
}
