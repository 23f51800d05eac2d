/* src/storage/hdf5_group_check.c — groups of symbol tables, before libhdf5 looks at them.
 *
 * HDF5 File Format Specification, version 3: III.A.1 (B-trees, version 1), III.B (symbol table nodes), III.D (local
 * heaps), IV.A.1.a (object headers, version 1), IV.A.2.q and r (continuation and symbol table messages). */
#include "storage/hdf5_group_check.h"

#include "core/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 16,
    MESSAGE_BYTES = 8, /* before its data */
    CONTINUATION = 0x10,
    SYMBOL_TABLE = 0x11,
    TREE_BYTES = 24,
    NODE_BYTES = 8,
    ENTRY_BYTES = 40,
    HEAP_BYTES = 32,
    SOFT_LINK = 2,         /* what an entry keeps beside the name */
    NAMES_MOST = 64 << 20, /* bytes of a heap */
    PIECES_MOST = 8 << 20, /* of bytes that are read of one group */
    BLOCKS_MOST = 1000     /* of messages */
};

#define NOWHERE UINT64_MAX

/* A file whose bytes are looked at, and the group's heap. */
typedef struct look {
    const unsigned char *image; /* NULL: the file is read from the descriptor */
    int descriptor;
    uint64_t base, size;
    unsigned char *names;
    uint64_t names_size;
    int64_t pieces, blocks; /* looked at so far */
    char what[512];         /* in messages */
    fcnn_status status;     /* of the system */
} look;

static uint64_t number_at(const unsigned char *bytes, int count)
{
    uint64_t number = 0;
    for (int i = count - 1; i >= 0; i--) {
        number = number << 8 | bytes[i];
    }
    return number;
}

/* False if the file does not have these bytes. */
static bool fetch(look *at, uint64_t address, uint64_t count, unsigned char *out)
{
    if (at->pieces++ > PIECES_MOST || address > at->size || at->base > at->size - address ||
        count > at->size - address - at->base) {
        return false;
    }
    if (at->image != NULL) {
        memcpy(out, at->image + at->base + address, count);
        return true;
    }
    bool whole = false;
    if (at->status == FCNN_OK) {
        at->status = fcnn_hdf5_read_bytes(at->what, at->descriptor, at->base + address, count, out, &whole);
    }
    return whole && at->status == FCNN_OK;
}

/* ---- the heap of names ---- */

/* Is there a string at an offset, with its end? */
static bool is_text(const look *at, uint64_t offset)
{
    return offset < at->names_size && memchr(at->names + offset, '\0', at->names_size - offset) != NULL;
}

/* Free parts are a list, whose end is 1. */
static bool free_list_ends(const look *at, uint64_t first)
{
    uint64_t left = at->names_size / 16;
    for (uint64_t offset = first; offset != 1; left--) {
        if (left == 0 || at->names_size < 16 || offset > at->names_size - 16) {
            return false;
        }
        offset = number_at(at->names + offset, 8);
    }
    return true;
}

/* Sets *sound; fails without memory alone. */
static fcnn_status take_names(look *at, uint64_t address, bool *sound)
{
    unsigned char head[HEAP_BYTES];
    *sound = fetch(at, address, sizeof head, head) && memcmp(head, "HEAP", 4) == 0;
    if (!*sound) {
        return FCNN_OK;
    }
    at->names_size = number_at(head + 8, 8);
    *sound = at->names_size <= NAMES_MOST;
    if (!*sound) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the names of a group", (int64_t)at->names_size, 1, &at->names));
    *sound =
        fetch(at, number_at(head + 24, 8), at->names_size, at->names) && free_list_ends(at, number_at(head + 16, 8));
    return FCNN_OK;
}

/* ---- the table ---- */

static bool node_is_sound(look *at, uint64_t address)
{
    unsigned char head[NODE_BYTES], entry[ENTRY_BYTES];
    if (!fetch(at, address, sizeof head, head) || memcmp(head, "SNOD", 4) != 0) {
        return false;
    }
    const uint64_t count = number_at(head + 6, 2);
    for (uint64_t i = 0; i < count; i++) {
        if (!fetch(at, address + NODE_BYTES + i * ENTRY_BYTES, sizeof entry, entry) ||
            !is_text(at, number_at(entry, 8)) ||
            (number_at(entry + 16, 4) == SOFT_LINK && !is_text(at, number_at(entry + 24, 4)))) {
            return false;
        }
    }
    return true;
}

/* level: that of the node above; those below are of lower ones. */
static bool tree_is_sound(look *at, uint64_t address, int level)
{
    unsigned char head[TREE_BYTES], pair[16];
    if (!fetch(at, address, sizeof head, head) || memcmp(head, "TREE\0", 5) != 0 || head[5] >= level) {
        return false;
    }
    const uint64_t children = number_at(head + 6, 2);
    for (uint64_t i = 0; i <= children; i++) {
        const uint64_t bytes = i < children ? sizeof pair : 8; /* a name before each child, and one behind the last */
        if (!fetch(at, address + TREE_BYTES + i * sizeof pair, bytes, pair) || !is_text(at, number_at(pair, 8))) {
            return false;
        }
        const uint64_t child = number_at(pair + 8, 8);
        if (i < children && !(head[5] > 0 ? tree_is_sound(at, child, head[5]) : node_is_sound(at, child))) {
            return false;
        }
    }
    return true;
}

/* ---- the object header ---- */

/* Where a group's table is; NOWHERE: it has none. */
typedef struct table {
    uint64_t tree, heap;
} table;

/* Looks at a block of messages, and at those that it leads on to, for the table.  False if they are damaged. */
static bool look_at_messages(look *at, uint64_t block, uint64_t bytes, table *out)
{
    unsigned char head[MESSAGE_BYTES], data[16];
    uint64_t next = NOWHERE, next_bytes = 0;
    for (uint64_t offset = 0; offset + MESSAGE_BYTES <= bytes;) {
        if (!fetch(at, block + offset, sizeof head, head)) {
            return false;
        }
        const uint64_t type = number_at(head, 2), size = number_at(head + 2, 2);
        offset += MESSAGE_BYTES;
        if (type == CONTINUATION || type == SYMBOL_TABLE) {
            if (size < sizeof data || !fetch(at, block + offset, sizeof data, data)) {
                return false;
            }
            *(type == CONTINUATION ? &next : &out->tree) = number_at(data, 8);
            *(type == CONTINUATION ? &next_bytes : &out->heap) = number_at(data + 8, 8);
        }
        offset += size;
    }
    return next == NOWHERE || (at->blocks++ < BLOCKS_MOST && look_at_messages(at, next, next_bytes, out));
}

/* False if the header is damaged; the table stays NOWHERE where the header is of another version. */
static bool find_table(look *at, uint64_t address, table *out)
{
    unsigned char head[HEADER_BYTES];
    *out = (table){NOWHERE, NOWHERE};
    if (!fetch(at, address, sizeof head, head)) {
        return false;
    }
    return head[0] != 1 || look_at_messages(at, address + HEADER_BYTES, number_at(head + 8, 4), out);
}

/* ---- all together ---- */

/* How HDF5 reads the file; false for a way that is not known here, or addresses that have not 8 bytes. */
static bool open_look(const fcnn_hdf5_file *file, look *out)
{
    const hid_t creation = H5Fget_create_plist(file->id), access = H5Fget_access_plist(file->id);
    hsize_t base = 0, size = (hsize_t)file->image_bytes;
    size_t address_bytes = 0, length_bytes = 0;
    void *handle = NULL;
    bool known = H5Pget_userblock(creation, &base) >= 0 && H5Pget_sizes(creation, &address_bytes, &length_bytes) >= 0 &&
                 address_bytes == 8 && length_bytes == 8;
    *out = (look){.image = file->image, .descriptor = -1, .base = base};
    if (file->image == NULL) {
        known = known && H5Fget_filesize(file->id, &size) >= 0 && H5Pget_driver(access) == H5FD_SEC2 &&
                H5Fget_vfd_handle(file->id, access, &handle) >= 0 && handle != NULL;
        out->descriptor = known ? *(int *)handle : -1;
    }
    out->size = size;
    snprintf(out->what, sizeof out->what, "%.480s: a group", file->path);
    H5Pclose(access);
    H5Pclose(creation);
    return known;
}

static fcnn_status look_at_group(look *at, uint64_t address, bool *sound)
{
    table own;
    *sound = find_table(at, address, &own);
    if (!*sound || own.tree == NOWHERE) {
        return FCNN_OK;
    }
    FCNN_TRY(take_names(at, own.heap, sound));
    *sound = *sound && tree_is_sound(at, own.tree, UINT8_MAX + 1);
    return FCNN_OK;
}

static bool is_known(const fcnn_hdf5_seen *seen, haddr_t address)
{
    for (int i = 0; i < FCNN_HDF5_SEEN; i++) {
        if (seen->after[i] == address + 1) {
            return true;
        }
    }
    return false;
}

static fcnn_status check_address(const fcnn_hdf5_file *file, haddr_t address)
{
    look at;
    bool sound;
    /* the bytes of a file that ranks have open together are MPI's, and its access property list is collective */
    if (file->comm != NULL || is_known(file->seen, address) || !open_look(file, &at)) {
        return FCNN_OK;
    }
    const fcnn_status status = look_at_group(&at, address, &sound);
    free(at.names);
    FCNN_TRY(status);
    FCNN_TRY(at.status);
    if (!sound) {
        return fcnn_fail(FCNN_EDATA, "%s: the names in a group, or what they lead to, cannot be read: it is damaged",
                         file->path);
    }
    file->seen->after[file->seen->next++ % FCNN_HDF5_SEEN] = address + 1;
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_check_linked(const fcnn_hdf5_file *file, const H5L_info_t *link)
{
#if H5_VERSION_GE(1, 12, 0)
    haddr_t address;
    return H5VLnative_token_to_addr(file->id, link->u.token, &address) < 0 ? FCNN_OK : check_address(file, address);
#else
    return check_address(file, link->u.address);
#endif
}

fcnn_status fcnn_hdf5_check_root(const fcnn_hdf5_file *file)
{
    H5O_info_t info;
#if H5_VERSION_GE(1, 12, 0)
    const bool known = H5Oget_info3(file->id, &info, H5O_INFO_BASIC) >= 0;
    haddr_t address = HADDR_UNDEF;
    if (known) {
        H5VLnative_token_to_addr(file->id, info.token, &address);
    }
#else
#if H5_VERSION_GE(1, 10, 3)
    const bool known = H5Oget_info2(file->id, &info, H5O_INFO_BASIC) >= 0;
#else
    const bool known = H5Oget_info(file->id, &info) >= 0;
#endif
    const haddr_t address = info.addr;
#endif
    return known ? check_address(file, address)
                 : fcnn_hdf5_fail(FCNN_EDATA, "%s: the root group cannot be read", file->path);
}
