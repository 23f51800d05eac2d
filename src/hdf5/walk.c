/* src/hdf5/walk.c — iteration over the links of a file. */
#include "hdf5/walk.h"

#include "hdf5/check.h"
#include "hdf5/check_groups.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 8 }; /* largest number of nested groups */

typedef struct walk_state {
    const fcnn_hdf5_file *file;
    bool (*visit)(const fcnn_hdf5_met *met, void *data);
    void *data;
    int64_t links, most;
    char path[FCNN_HDF5_NAME_BYTES]; /* path of the current group, with a '/' at the end */
    H5L_info_t groups[DEPTH];        /* links from the root to it, to detect groups that contain themselves */
    int depth;
    bool ends, is_cut;
} walk_state;

static herr_t meet_link(hid_t group, const char *name, const H5L_info_t *link, void *data);

static bool is_same_object(const H5L_info_t *a, const H5L_info_t *b)
{
#if H5_VERSION_GE(1, 12, 0)
    return memcmp(&a->u.token, &b->u.token, sizeof a->u.token) == 0;
#else
    return a->u.address == b->u.address;
#endif
}

/* Whether a group contains indexes of PyTables, which have ten datasets per column and are hidden from users. */
static bool is_index(const char *name)
{
    return strncmp(name, "_i_", 3) == 0;
}

/* Visits a group within the current one, unless the group contains itself. */
static void enter_group(walk_state *walk, hid_t group, const char *name, const H5L_info_t *link)
{
    const size_t length = strlen(walk->path);
    if (is_index(name)) {
        return;
    }
    for (int d = 0; d < walk->depth; d++) {
        if (is_same_object(&walk->groups[d], link)) {
            return;
        }
    }
    if (fcnn_hdf5_check_linked(walk->file, link) != FCNN_OK || walk->depth == DEPTH ||
        length + strlen(name) + 2 > sizeof walk->path) {
        walk->is_cut = true;
        return;
    }
    snprintf(walk->path + length, sizeof walk->path - length, "%s/", name);
    walk->groups[walk->depth++] = *link;
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, meet_link, walk);
    walk->depth--;
    walk->path[length] = '\0';
}

/* H5L_iterate_t that visits a link; returns 1 to stop the iteration. */
static herr_t meet_link(hid_t group, const char *name, const H5L_info_t *link, void *data)
{
    walk_state *walk = data;
    if (walk->links++ == walk->most) {
        walk->ends = true;
        return 1;
    }
    const bool is_hard = link->type == H5L_TYPE_HARD;
    const hid_t object = is_hard ? H5Oopen(group, name, H5P_DEFAULT) : -1;
    const fcnn_hdf5_met met = {.group = walk->path, .name = name, .is_hard = is_hard, .object = object};
    walk->ends = !walk->visit(&met, walk->data);
    if (object >= 0) {
        if (!walk->ends && H5Iget_type(object) == H5I_GROUP) {
            enter_group(walk, object, name, link);
        }
        H5Oclose(object);
    }
    return walk->ends;
}

bool fcnn_hdf5_walk(const fcnn_hdf5_file *file, int64_t most, bool (*visit)(const fcnn_hdf5_met *met, void *data),
                    void *data)
{
    walk_state walk = {.file = file, .visit = visit, .data = data, .most = most, .path = "/"};
    const herr_t failed = H5Literate(file->id, H5_INDEX_NAME, H5_ITER_INC, NULL, meet_link, &walk);
    return failed >= 0 && !walk.ends && !walk.is_cut;
}
