/* src/storage/hdf5_list.c — the datasets of a file, for a message. */
#include "storage/hdf5_check.h"

#include "core/text.h"

#include <stdio.h>
#include <string.h>

enum {
    LISTED = 10,      /* datasets named in a message */
    LOOKED_AT = 1000, /* links; a hostile file may have no end of them */
    DEPTH = 8         /* groups within groups */
};

typedef struct listing {
    fcnn_text text;
    int datasets, links;
    char path[FCNN_HDF5_NAME_BYTES]; /* of the group that is gone through, with a '/' at its end */
    H5L_info_t groups[DEPTH];        /* the links to it, from the root on: a group may hold itself */
    int depth;
    fcnn_status status;
} listing;

static void append_dataset(listing *list, const char *name, hid_t dataset)
{
    fcnn_hdf5_info info = {0};
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    const hid_t space = fcnn_hdf5_is_virtual(dataset) ? -1 : H5Dget_space(dataset);
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
    list->status = fcnn_text_append(&list->text, "%s%.100s%.100s%s%s", list->datasets > 0 ? ", " : "", list->path, name,
                                    info.rank > 0 ? " " : "", shape);
}

static herr_t list_link(hid_t group, const char *name, const H5L_info_t *link, void *data);

static bool is_same_object(const H5L_info_t *a, const H5L_info_t *b)
{
#if H5_VERSION_GE(1, 12, 0)
    return memcmp(&a->u.token, &b->u.token, sizeof a->u.token) == 0;
#else
    return a->u.address == b->u.address;
#endif
}

/* Goes through a group within the current one, but not through one that it is itself within. */
static void list_group(listing *list, hid_t group, const char *name, const H5L_info_t *link)
{
    const size_t length = strlen(list->path);
    bool is_within = list->depth == DEPTH || length + strlen(name) + 2 > sizeof list->path;
    for (int d = 0; d < list->depth; d++) {
        is_within = is_within || is_same_object(&list->groups[d], link);
    }
    if (is_within) {
        return;
    }
    snprintf(list->path + length, sizeof list->path - length, "%s/", name);
    list->groups[list->depth++] = *link;
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, list_link, list);
    list->depth--;
    list->path[length] = '\0';
}

/* H5L_iterate_t: stops, with 1, when enough are listed. */
static herr_t list_link(hid_t group, const char *name, const H5L_info_t *link, void *data)
{
    listing *list = data;
    const hid_t object = link->type == H5L_TYPE_HARD ? H5Oopen(group, name, H5P_DEFAULT) : -1;
    list->links++;
    if (object >= 0) {
        const H5I_type_t type = H5Iget_type(object);
        if (type == H5I_DATASET && list->datasets < LISTED) {
            append_dataset(list, name, object);
        } else if (type == H5I_DATASET) {
            list->status = fcnn_text_append(&list->text, ", ...");
        } else if (type == H5I_GROUP) {
            list_group(list, object, name, link);
        }
        list->datasets += type == H5I_DATASET;
        H5Oclose(object);
    }
    return list->status != FCNN_OK || list->datasets > LISTED || list->links >= LOOKED_AT;
}

fcnn_status fcnn_hdf5_explain_missing(const fcnn_hdf5_file *file, const char *name, bool is_group)
{
    listing list = {.path = "/"};
    H5Literate(file->id, H5_INDEX_NAME, H5_ITER_INC, NULL, list_link, &list);
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
