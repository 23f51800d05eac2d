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

fcnn_status fcnn_model_get_describe(fcnn_model_reader *from, const char *name, int rank, int *type,
                                    fcnn_hdf5_info *info)
{
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, name, &from->budget, info));
    char shape[128];
    fcnn_hdf5_info_shape(info, shape, sizeof shape);
    if (info->rank != rank) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s; it must be %s", from->path, name,
                         info->rank == 0 ? "a single value" : shape, rank == 2 ? "[outputs][inputs]" : "[outputs]");
    }
    if (fcnn_type_is_integer(info->type)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has the type %s; it must be float32 or float64", from->path, name,
                         fcnn_type_name(info->type));
    }
    if (*type >= 0 && *type != (int)info->type) {
        return fcnn_fail(
            FCNN_EDATA,
            "%s: %s has the type %s, but the arrays before it have the type %s; all must have the same type",
            from->path, name, fcnn_type_name(info->type), fcnn_type_name((fcnn_type)*type));
    }
    if (info->dims[0] == 0 || info->dims[rank - 1] == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s; a layer must have at least one value", from->path, name, shape);
    }
    *type = (int)info->type;
    return FCNN_OK;
}
