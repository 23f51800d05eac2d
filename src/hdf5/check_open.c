/* src/hdf5/check_open.c — opens datasets that pass the checks. */
#include "hdf5/check.h"
#include "hdf5/sources.h"

/* Fails with a message that says why an object cannot be opened as a dataset. */
static fcnn_status explain_unopened(const fcnn_hdf5_file *file, const char *name)
{
    const fcnn_status damaged = fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be opened", file->path, name);
    const hid_t object = H5Oopen(file->id, name, H5P_DEFAULT);
    if (object < 0) {
        return damaged;
    }
    const bool is_group = H5Iget_type(object) == H5I_GROUP;
    H5Oclose(object);
    return is_group ? fcnn_hdf5_explain_missing(file, name, true) : damaged;
}

fcnn_status fcnn_hdf5_check_open(const fcnn_hdf5_file *file, const char *name, hid_t access, hid_t *out)
{
    bool exists;
    FCNN_TRY(fcnn_hdf5_check_path(file, name, &exists));
    if (!exists) {
        return fcnn_hdf5_explain_missing(file, name, false);
    }
    const hid_t dataset = H5Dopen2(file->id, name, access);
    if (dataset < 0) {
        return explain_unopened(file, name);
    }
    const fcnn_status status = fcnn_hdf5_sources_check_dataset(file, name, dataset);
    if (status != FCNN_OK) {
        H5Dclose(dataset);
        return status;
    }
    *out = dataset;
    return FCNN_OK;
}
