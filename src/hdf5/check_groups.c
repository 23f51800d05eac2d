/* src/hdf5/check_groups.c — checks of groups and attributes before libhdf5 reads them.
 *
 * HDF5 File Format Specification, version 3: III.A.1 (B-trees, version 1), III.B (symbol table nodes), III.D (local
 * heaps), IV.A.1 (object headers, versions 1 and 2), IV.A.2.c, g, m, q, r and v (messages). */
#include "hdf5/check_groups.h"

#include "core/memory.h"
#include "hdf5/check_dense.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 16,
    LINK_INFO = 0x02, /* types of messages */
    LINK = 0x06,
    ATTRIBUTE = 0x0C,
    CONTINUATION = 0x10,
    SYMBOL_TABLE = 0x11,
    ATTRIBUTE_INFO = 0x15,
    SHARED = 2, /* flag of a message that is stored in another place */
    AROUND = 4, /* size of the signature before, and of the checksum after, the messages of a block of version 2 */
    TREE_BYTES = 24,
    NODE_BYTES = 8,
    ENTRY_BYTES = 40,
    HEAP_BYTES = 32,
    SOFT_LINK = 2,         /* cache type of a soft link in a symbol table entry */
    NAMES_MOST = 64 << 20, /* largest size of a heap in bytes */
    BLOCKS_MOST = 1000     /* largest number of blocks of messages */
};

#define NOWHERE FCNN_HDF5_NOWHERE
#define number_at fcnn_hdf5_number_at

/* The file that is checked, and the local heap of the group. */
typedef struct place {
    fcnn_hdf5_check_bytes bytes;
    unsigned char *names;
    uint64_t names_size;
} place;

static bool fetch(place *at, uint64_t address, uint64_t count, unsigned char *out)
{
    return fcnn_hdf5_check_bytes_at(&at->bytes, address, count, out);
}

/* ---- the heap of names ---- */

/* Whether the heap contains a terminated string at an offset. */
static bool is_text(const place *at, uint64_t offset)
{
    return offset < at->names_size && memchr(at->names + offset, '\0', at->names_size - offset) != NULL;
}

/* Whether the list of free blocks ends, with the value 1. */
static bool free_list_ends(const place *at, uint64_t first)
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

/* Reads and checks the local heap; sets *sound.  Fails: FCNN_ENOMEM only. */
static fcnn_status take_names(place *at, uint64_t address, bool *sound)
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

/* ---- the symbol table ---- */

static bool node_is_sound(place *at, uint64_t address)
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

/* Checks a node and the nodes below it.  level is that of the node above; it must decrease. */
static bool tree_is_sound(place *at, uint64_t address, int level)
{
    unsigned char head[TREE_BYTES], pair[16];
    if (!fetch(at, address, sizeof head, head) || memcmp(head, "TREE\0", 5) != 0 || head[5] >= level) {
        return false;
    }
    const uint64_t children = number_at(head + 6, 2);
    for (uint64_t i = 0; i <= children; i++) {
        const uint64_t bytes =
            i < children ? sizeof pair : 8; /* a name before each child, and one after the last child */
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

/* Addresses that the header of an object contains. */
typedef struct leads {
    uint64_t table, names; /* symbol table of a group and its heap; FCNN_HDF5_NOWHERE: none */
    fcnn_hdf5_dense links, attributes;
} leads;

/* The layout of messages in a header. */
typedef struct layout {
    bool is_newer;       /* version 2 */
    uint64_t head_bytes; /* bytes before the data of a message */
} layout;

static bool check_messages(place *at, const layout *how, uint64_t block, uint64_t bytes, leads *out);

/* Reads the addresses of heap and index in a link info or attribute info message, after numbers whose presence depends
 * on flags. */
static bool check_info(place *at, uint64_t address, uint64_t size, uint64_t number_bytes, fcnn_hdf5_dense *out)
{
    unsigned char flags[2], places[16];
    if (size < sizeof flags || !fetch(at, address, sizeof flags, flags)) {
        return false;
    }
    const uint64_t before = 2 + (flags[1] & 1 ? number_bytes : 0);
    if (size < before + sizeof places || !fetch(at, address + before, sizeof places, places)) {
        return false;
    }
    *out = (fcnn_hdf5_dense){number_at(places, 8), number_at(places + 8, 8)};
    return true;
}

static bool check_pair(place *at, uint64_t address, uint64_t size, uint64_t *first, uint64_t *second)
{
    unsigned char pair[16];
    if (size < sizeof pair || !fetch(at, address, sizeof pair, pair)) {
        return false;
    }
    *first = number_at(pair, 8);
    *second = number_at(pair + 8, 8);
    return true;
}

/* Checks a continuation block of a header. */
static bool check_further(place *at, const layout *how, uint64_t address, uint64_t size, leads *out)
{
    uint64_t block, bytes;
    unsigned char signature[AROUND];
    if (!check_pair(at, address, size, &block, &bytes) || at->bytes.blocks++ >= BLOCKS_MOST) {
        return false;
    }
    if (!how->is_newer) {
        return check_messages(at, how, block, bytes, out);
    }
    return bytes >= 2 * AROUND && fetch(at, block, sizeof signature, signature) &&
           memcmp(signature, "OCHK", sizeof signature) == 0 &&
           check_messages(at, how, block + AROUND, bytes - 2 * AROUND, out);
}

static bool check_message(place *at, const layout *how, uint64_t type, uint64_t address, uint64_t size, leads *out)
{
    switch (type) {
    case LINK_INFO:
        return check_info(at, address, size, 8, &out->links);
    case LINK:
        return fcnn_hdf5_link_is_sound(&at->bytes, address, size);
    case ATTRIBUTE:
        return fcnn_hdf5_attribute_is_sound(&at->bytes, address, size);
    case CONTINUATION:
        return check_further(at, how, address, size, out);
    case SYMBOL_TABLE:
        return check_pair(at, address, size, &out->table, &out->names);
    case ATTRIBUTE_INFO:
        return check_info(at, address, size, 2, &out->attributes);
    default:
        return true;
    }
}

/* Checks a block of messages and its continuation blocks.  False if they are damaged. */
static bool check_messages(place *at, const layout *how, uint64_t block, uint64_t bytes, leads *out)
{
    unsigned char head[8];
    for (uint64_t offset = 0; bytes >= how->head_bytes && offset <= bytes - how->head_bytes;) {
        if (!fetch(at, block + offset, how->head_bytes, head)) {
            return false;
        }
        const uint64_t type = number_at(head, how->is_newer ? 1 : 2);
        const uint64_t size = number_at(head + (how->is_newer ? 1 : 2), 2);
        const unsigned flags = head[how->is_newer ? 3 : 4];
        offset += how->head_bytes;
        if ((flags & SHARED) == 0 &&
            !(size <= bytes - offset && check_message(at, how, type, block + offset, size, out))) {
            return false;
        }
        offset += size;
    }
    return true;
}

/* False if the header is damaged. */
static bool check_header(place *at, uint64_t address, leads *out)
{
    unsigned char head[HEADER_BYTES], number[8];
    *out = (leads){NOWHERE, NOWHERE, {NOWHERE, NOWHERE}, {NOWHERE, NOWHERE}};
    if (!fetch(at, address, sizeof head, head)) {
        return false;
    }
    if (memcmp(head, "OHDR\2", 5) == 0) {
        const unsigned flags = head[5];
        const uint64_t before = 6U + (flags & 0x20 ? 16U : 0U) + (flags & 0x10 ? 4U : 0U);
        const int width = 1 << (flags & 3);
        const layout how = {true, flags & 4 ? 6 : 4};
        return fetch(at, address + before, (uint64_t)width, number) &&
               check_messages(at, &how, address + before + (uint64_t)width, number_at(number, width), out);
    }
    const layout how = {false, 8};
    return head[0] != 1 || check_messages(at, &how, address + HEADER_BYTES, number_at(head + 8, 4), out);
}

/* ---- an object ---- */

static fcnn_status check_object(place *at, uint64_t address, bool *sound)
{
    leads own;
    *sound = check_header(at, address, &own);
    if (*sound && own.table != NOWHERE) {
        FCNN_TRY(take_names(at, own.names, sound));
        *sound = *sound && tree_is_sound(at, own.table, UINT8_MAX + 1);
    }
    if (*sound && own.links.heap != NOWHERE) {
        *sound = fcnn_hdf5_dense_is_sound(&at->bytes, FCNN_HDF5_DENSE_LINKS, &own.links);
    }
    if (*sound && own.attributes.heap != NOWHERE) {
        *sound = fcnn_hdf5_dense_is_sound(&at->bytes, FCNN_HDF5_DENSE_ATTRIBUTES, &own.attributes);
    }
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
    place at = {.names = NULL};
    bool sound;
    if (is_known(file->seen, address) || !fcnn_hdf5_check_bytes_open(file, &at.bytes)) {
        return FCNN_OK;
    }
    const fcnn_status status = check_object(&at, address, &sound);
    free(at.names);
    FCNN_TRY(status);
    FCNN_TRY(at.bytes.status);
    if (!sound) {
        return fcnn_fail(
            FCNN_EDATA, "%s: the links of a group, or the attributes of an object, cannot be read: the file is damaged",
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
