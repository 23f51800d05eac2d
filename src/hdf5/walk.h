/* src/hdf5/walk.h — iteration over the links of a file, group by group; only hard links are followed.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_WALK_H
#define FCNN_HDF5_WALK_H

#include "hdf5/library.h"

/* A link.  All members are borrowed for the call. */
typedef struct fcnn_hdf5_met {
    const char *group; /* path of its group, with a '/' at the end */
    const char *name;
    bool is_hard;
    hid_t object; /* object of a hard link; −1: it cannot be opened, or the link is not a hard link */
} fcnn_hdf5_met;

/* Calls visit for the links of the root group and of the groups below it, in the order of their names, a group before
 * its links, until visit returns false or `most` links were visited (a malicious file may have endlessly many).  Groups
 * that contain themselves, and groups that are nested too deeply, are skipped.  Returns whether all groups were
 * visited, except for the indexes of PyTables. */
bool fcnn_hdf5_walk(const fcnn_hdf5_file *file, int64_t most, bool (*visit)(const fcnn_hdf5_met *met, void *data),
                    void *data);

#endif
