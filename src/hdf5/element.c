/* src/hdf5/element.c — the structure of the elements of a dataset. */
#include "hdf5/element.h"

#include "core/memory.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    LISTED = 10,       /* number of members that a message lists */
    LENGTH_BYTES = 4,  /* a reference to the heap consists of a length, an address and */
    NUMBER_BYTES = 4,  /* the number of the object */
    ADDRESS_BYTES = 8, /* in almost all files */
    NAME_BYTES_MOST = 1024
};

/* ---- members ---- */

/* The index of the member at the start of a path such as "sub:u", with the longest name that matches; −1 if there is
 * none.  Sets *rest to the path after it, or to NULL. */
static int find_member(hid_t type, const char *path, const char **rest)
{
    char name[NAME_BYTES_MOST];
    size_t length = strlen(path);
    if (H5Tget_class(type) != H5T_COMPOUND || length >= sizeof name) {
        return -1;
    }
    memcpy(name, path, length + 1);
    while (length > 0) {
        name[length] = '\0';
        const int place = H5Tget_member_index(type, name);
        if (place >= 0) {
            *rest = path[length] == ':' ? path + length + 1 : NULL;
            return place;
        }
        do {
            length--;
        } while (length > 0 && path[length] != ':');
    }
    return -1;
}

/* The names of the members of a record type, each with a prefix, as text; to be cleared by the caller. */
static fcnn_text list_members(hid_t type, const char *prefix)
{
    fcnn_text list = {0};
    const int count = H5Tget_nmembers(type);
    for (int i = 0; i < count && i < LISTED; i++) {
        char *name = H5Tget_member_name(type, (unsigned)i);
        fcnn_text_append(&list, "%s%.200s:%.100s", i > 0 ? ", " : "", prefix, name != NULL ? name : "");
        H5free_memory(name);
    }
    if (count > LISTED) {
        fcnn_text_append(&list, ", ...");
    }
    return list;
}

static fcnn_status no_such_member(const fcnn_hdf5_source *source, hid_t type)
{
    if (H5Tget_class(type) != H5T_COMPOUND) {
        return fcnn_fail(FCNN_EDATA, "%s: there is no dataset %.200s, and the dataset before the ':' has no members",
                         source->path, source->name);
    }
    fcnn_text list = list_members(type, "");
    const fcnn_status status = fcnn_fail(FCNN_EDATA, "%s: there is no member %.200s; the members are %s", source->path,
                                         source->name, list.data != NULL ? list.data : "none");
    fcnn_text_clear(&list);
    return status;
}

static bool is_called(hid_t type, unsigned place, const char *const *names)
{
    char *name = H5Tget_member_name(type, place);
    bool same = false;
    for (int i = 0; name != NULL && names[i] != NULL; i++) {
        same = same || strcasecmp(name, names[i]) == 0;
    }
    H5free_memory(name);
    return same;
}

bool fcnn_hdf5_type_is_complex(hid_t type)
{
    static const char *const real[] = {"r", "re", "real", NULL}, *const imaginary[] = {"i", "im", "imag", "imaginary",
                                                                                       NULL};
    return H5Tget_class(type) == H5T_COMPOUND && H5Tget_nmembers(type) == 2 &&
           H5Tget_member_class(type, 0) == H5T_FLOAT && H5Tget_member_class(type, 1) == H5T_FLOAT &&
           is_called(type, 0, real) && is_called(type, 1, imaginary);
}

fcnn_status fcnn_hdf5_element_refuse_records(const fcnn_hdf5_source *source, hid_t type)
{
    fcnn_text list = list_members(type, source->name);
    const fcnn_status status = fcnn_fail(
        FCNN_EDATA,
        fcnn_hdf5_type_is_complex(type)
            ? "%s: dataset %.200s contains complex numbers: use the real and the imaginary part as columns: %s"
            : "%s: dataset %.200s contains compound records: use the names of their members: %s",
        source->path, source->name, list.data != NULL ? list.data : "");
    fcnn_text_clear(&list);
    return status;
}

/* ---- finding the numbers ---- */

/* Adds the dimensions of an array type. */
static fcnn_status add_dimensions(const fcnn_hdf5_source *source, hid_t type, fcnn_hdf5_element *out)
{
    const int rank = H5Tget_array_ndims(type);
    if (rank < 1 || rank > FCNN_HDF5_RANK_MAX - out->rank || H5Tget_array_dims2(type, out->dims + out->rank) != rank) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s contains arrays of more than %d dimensions", source->path,
                         source->name, FCNN_HDF5_RANK_MAX);
    }
    out->rank += rank;
    return FCNN_OK;
}

/* Sets *next to the element type of an array, or to the type of the member at the start of *path; to be closed. */
static fcnn_status step(const fcnn_hdf5_source *source, hid_t type, const char **path, fcnn_hdf5_element *out,
                        hid_t *next)
{
    if (H5Tget_class(type) == H5T_ARRAY) {
        FCNN_TRY(add_dimensions(source, type, out));
        *next = H5Tget_super(type);
    } else {
        const int place = find_member(type, *path, path);
        if (place < 0) {
            return no_such_member(source, type);
        }
        *next = H5Tget_member_type(type, (unsigned)place);
    }
    return *next >= 0 ? FCNN_OK
                      : fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
}

fcnn_status fcnn_hdf5_element_find(const fcnn_hdf5_source *source, fcnn_hdf5_element *out)
{
    const char *path = source->member;
    hid_t type = H5Dget_type(source->dataset);
    *out = (fcnn_hdf5_element){.type = -1};
    if (type < 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
    }
    while (path != NULL || H5Tget_class(type) == H5T_ARRAY) {
        hid_t next = -1;
        const fcnn_status status = step(source, type, &path, out, &next);
        H5Tclose(type);
        if (status != FCNN_OK) {
            return status;
        }
        type = next;
    }
    out->type = type;
    return FCNN_OK;
}

/* ---- in memory ---- */

static hid_t wrap(hid_t type, const char *path, hid_t leaf);

static hid_t wrap_array(hid_t type, const char *path, hid_t leaf)
{
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    const hid_t element = H5Tget_super(type), inner = wrap(element, path, leaf);
    const int rank = H5Tget_array_dims2(type, dims);
    const hid_t array = inner < 0 || rank < 1 ? -1 : H5Tarray_create2(inner, (unsigned)rank, dims);
    H5Tclose(inner);
    H5Tclose(element);
    return array;
}

/* A record type with only one member. */
static hid_t wrap_member(hid_t type, const char *path, hid_t leaf)
{
    const char *rest;
    const int place = find_member(type, path, &rest);
    if (place < 0) {
        return -1;
    }
    char *name = H5Tget_member_name(type, (unsigned)place);
    const hid_t member = H5Tget_member_type(type, (unsigned)place), inner = wrap(member, rest, leaf);
    hid_t record = inner < 0 || name == NULL ? -1 : H5Tcreate(H5T_COMPOUND, H5Tget_size(inner));
    if (record >= 0 && H5Tinsert(record, name, 0, inner) < 0) {
        H5Tclose(record);
        record = -1;
    }
    H5Tclose(inner);
    H5Tclose(member);
    H5free_memory(name);
    return record;
}

/* A type that contains `leaf` in the same arrays and members as the elements. */
static hid_t wrap(hid_t type, const char *path, hid_t leaf)
{
    if (H5Tget_class(type) == H5T_ARRAY) {
        return wrap_array(type, path, leaf);
    }
    return path != NULL ? wrap_member(type, path, leaf) : H5Tcopy(leaf);
}

hid_t fcnn_hdf5_element_memory(const fcnn_hdf5_source *source, hid_t leaf)
{
    const hid_t type = H5Dget_type(source->dataset), memory = wrap(type, source->member, leaf);
    H5Tclose(type);
    return memory;
}

/* ---- in the file ---- */

static size_t address_bytes_of(hid_t dataset)
{
    const hid_t file = H5Iget_file_id(dataset), creation = H5Fget_create_plist(file);
    size_t address = ADDRESS_BYTES, length;
    H5Pget_sizes(creation, &address, &length);
    H5Pclose(creation);
    H5Fclose(file);
    return address;
}

static bool is_elsewhere(hid_t type)
{
    const H5T_class_t class = H5Tget_class(type);
    return class == H5T_VLEN || (class == H5T_STRING && H5Tis_variable_str(type) > 0);
}

static hid_t stored(hid_t type, size_t address_bytes);

static hid_t stored_array(hid_t type, size_t address_bytes)
{
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    const hid_t element = H5Tget_super(type), inner = stored(element, address_bytes);
    const int rank = H5Tget_array_ndims(type);
    const bool fits = rank >= 1 && rank <= FCNN_HDF5_RANK_MAX && H5Tget_array_dims2(type, dims) == rank;
    const hid_t array = inner < 0 || !fits ? -1 : H5Tarray_create2(inner, (unsigned)rank, dims);
    H5Tclose(inner);
    H5Tclose(element);
    return array;
}

/* A member of a record type in memory. */
typedef struct member {
    size_t offset;
    unsigned place;
} member;

static int in_order(const void *a, const void *b)
{
    const member *left = a, *right = b;
    return left->offset != right->offset ? (left->offset > right->offset) - (left->offset < right->offset)
                                         : (left->place > right->place) - (left->place < right->place);
}

/* Adds a member to a record type.  *change is the difference between the sizes, in memory and in the file, of the
 * members before it. */
static bool add_member(hid_t type, const member *own, size_t address_bytes, hid_t record, size_t *change)
{
    char *name = H5Tget_member_name(type, own->place);
    const hid_t loaded = H5Tget_member_type(type, own->place), inner = stored(loaded, address_bytes);
    bool added = false;
    if (name != NULL && inner >= 0) {
        added = H5Tinsert(record, name, own->offset - *change, inner) >= 0;
        *change += H5Tget_size(loaded) - H5Tget_size(inner); /* modulo 2^64, since it may be negative */
    }
    H5Tclose(inner);
    H5Tclose(loaded);
    H5free_memory(name);
    return added;
}

static hid_t stored_record(hid_t type, size_t address_bytes)
{
    const int count = H5Tget_nmembers(type);
    member *members;
    if (count < 1 || fcnn_memory_create("the members", count, sizeof *members, &members) != FCNN_OK) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        members[i] = (member){.offset = H5Tget_member_offset(type, (unsigned)i), .place = (unsigned)i};
    }
    qsort(members, (size_t)count, sizeof *members, in_order);
    /* an upper bound of the size, until all members are added */
    hid_t record =
        H5Tcreate(H5T_COMPOUND, 2 * H5Tget_size(type) + (size_t)count * (LENGTH_BYTES + ADDRESS_BYTES + NUMBER_BYTES));
    size_t change = 0;
    bool added = record >= 0;
    for (int i = 0; i < count && added; i++) {
        added = add_member(type, &members[i], address_bytes, record, &change);
    }
    added = added && H5Tset_size(record, H5Tget_size(type) - change) >= 0;
    free(members);
    if (record >= 0 && !added) {
        H5Tclose(record);
        record = -1;
    }
    return record;
}

/* The type as stored in the file.  (In the type that H5Dget_type() returns, references to the heap are replaced by
 * pointers, which have another size.) */
static hid_t stored(hid_t type, size_t address_bytes)
{
    if (is_elsewhere(type)) {
        return H5Tcreate(H5T_OPAQUE, LENGTH_BYTES + address_bytes + NUMBER_BYTES);
    }
    switch (H5Tget_class(type)) {
    case H5T_ARRAY:
        return stored_array(type, address_bytes);
    case H5T_COMPOUND:
        return stored_record(type, address_bytes);
    default:
        return H5Tcopy(type);
    }
}

/* Whether a part of a type is stored in the heap. */
static bool has_elsewhere(hid_t type)
{
    const H5T_class_t class = H5Tget_class(type);
    const int count = class == H5T_COMPOUND ? H5Tget_nmembers(type) : class == H5T_ARRAY ? 1 : 0;
    bool found = is_elsewhere(type);
    for (int i = 0; i < count && !found; i++) {
        const hid_t inner = class == H5T_ARRAY ? H5Tget_super(type) : H5Tget_member_type(type, (unsigned)i);
        found = has_elsewhere(inner);
        H5Tclose(inner);
    }
    return found;
}

hid_t fcnn_hdf5_stored_type(hid_t dataset)
{
    const hid_t type = H5Dget_type(dataset);
    if (type < 0 || !has_elsewhere(type)) {
        return type;
    }
    const hid_t out = stored(type, address_bytes_of(dataset));
    H5Tclose(type);
    return out;
}

size_t fcnn_hdf5_stored_size(hid_t dataset)
{
    const hid_t type = fcnn_hdf5_stored_type(dataset);
    const size_t size = type >= 0 ? H5Tget_size(type) : 0;
    H5Tclose(type);
    return size;
}
