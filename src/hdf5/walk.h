/* src/hdf5/walk.h — going through the links of a file, group by group, without following any but hard ones; for
 * this room's own files only.  To be called between enter and leave. */
#ifndef FCNN_HDF5_WALK_H
#define FCNN_HDF5_WALK_H

#include "hdf5/library.h"

/* A link that was met.  All borrowed, for the call. */
typedef struct fcnn_hdf5_met {
    const char *group; /* the path of its group, with a '/' at the end */
    const char *name;
    bool is_hard;
    hid_t object; /* what a hard link leads to; −1: it cannot be opened, or the link is of another kind */
} fcnn_hdf5_met;

/* Calls visit for the links of the root and of the groups below, in the order of their names, a group before what is in
 * it, until visit returns false or `most` links were met: a hostile file may have no end of them.  Groups within
 * themselves, or too deep, are not gone through.  Returns whether all were, but for PyTables' indexes. */
bool fcnn_hdf5_walk(const fcnn_hdf5_file *file, int64_t most, bool (*visit)(const fcnn_hdf5_met *met, void *data),
                    void *data);

#endif
