/* src/hdf5/explain.c — lists the datasets of a file in a message. */
#include "hdf5/check.h"

#include "core/list.h"
#include "hdf5/walk.h"

enum {
    LISTED = 10,     /* number of datasets that a message lists */
    LOOKED_AT = 1000 /* number of links that are examined at most */
};

typedef struct listing {
    fcnn_text text;
    int datasets;
    fcnn_status status;
} listing;

static void append_dataset(listing *list, const fcnn_hdf5_met *met)
{
    fcnn_hdf5_info info = {0};
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    const hid_t space = fcnn_hdf5_is_virtual(met->object) ? -1 : H5Dget_space(met->object);
    const int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    if (rank > 0 && rank <= FCNN_HDF5_RANK_MAX && H5Sget_simple_extent_dims(space, dims, NULL) == rank) {
        info.rank = rank;
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    for (int d = 0; d < info.rank; d++) {
        info.dims[d] = (int64_t)dims[d];
    }
    char shape[128];
    fcnn_hdf5_info_shape(&info, shape, sizeof shape);
    fcnn_text name = {0};
    list->status = fcnn_text_append(&list->text, "%s", list->datasets > 0 ? ", " : "");
    if (list->status == FCNN_OK) {
        list->status = fcnn_text_append(&name, "%.100s%.100s", met->group, met->name);
    }
    if (list->status == FCNN_OK) {
        list->status = fcnn_list_put(name.data, &list->text);
    }
    if (list->status == FCNN_OK) {
        list->status = fcnn_text_append(&list->text, "%s%s", info.rank > 0 ? " " : "", shape);
    }
    fcnn_text_clear(&name);
}

/* Adds a dataset to the list; returns false when the list is long enough. */
static bool list_link(const fcnn_hdf5_met *met, void *data)
{
    listing *list = data;
    if (met->object < 0 || H5Iget_type(met->object) != H5I_DATASET) {
        return true;
    }
    if (list->datasets < LISTED) {
        append_dataset(list, met);
    } else {
        list->status = fcnn_text_append(&list->text, ", ...");
    }
    list->datasets++;
    return list->status == FCNN_OK && list->datasets <= LISTED;
}

fcnn_status fcnn_hdf5_explain_missing(const fcnn_hdf5_file *file, const char *name, bool is_group)
{
    listing list = {.status = FCNN_OK};
    fcnn_hdf5_walk(file, LOOKED_AT, list_link, &list);
    if (list.datasets == 0) {
        fcnn_text_append(&list.text, "no datasets");
    }
    fcnn_fail(FCNN_EDATA,
              is_group ? "%s: %.200s is a group, not a dataset; the file has %s"
                       : "%s: there is no dataset %.200s; the file has %s",
              file->path, name, list.text.data != NULL ? list.text.data : "");
    fcnn_text_clear(&list.text);
    return FCNN_EDATA;
}
