/* src/hdf5/source.c — opens and describes a dataset of an HDF5 file, or a member of its records, by its name. */
#include "hdf5/library.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/holes.h"
#include "hdf5/name.h"
#include "hdf5/sources.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

/* A dataset access property list with a chunk cache of `bytes` bytes; to be closed. */
static hid_t cache_list(size_t bytes)
{
    const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, (size_t)fcnn_size(FCNN_SIZE_CHUNK_CACHE_SLOTS), bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
    return access;
}

static fcnn_status open_dataset(const fcnn_hdf5_file *file, fcnn_hdf5_source *out)
{
    const hid_t access = cache_list(0);
    const fcnn_status status = fcnn_hdf5_check_open(file, out->owner, access, &out->dataset);
    H5Pclose(access);
    if (status == FCNN_OK) {
        out->is_bare = fcnn_hdf5_sources_are_bare(file, out->owner);
    }
    return status;
}

/* Sets *out to the offset of the member in a name: after the last ':' that follows the name of an existing dataset; to
 * 0 if the whole name is that of a dataset. */
static fcnn_status find_member(const fcnn_hdf5_file *file, const char *name, size_t *out)
{
    const char *last = strrchr(name, ':');
    *out = 0;
    if (last == NULL || fcnn_hdf5_link_exists(file->id, name) == 1) {
        return FCNN_OK;
    }
    char *owner;
    FCNN_TRY(fcnn_memory_copy_text(name, &owner));
    for (size_t colon = (size_t)(last - name); colon > 0 && *out == 0; colon--) {
        if (name[colon] == ':') {
            owner[colon] = '\0';
            *out = fcnn_hdf5_link_exists(file->id, owner) == 1 ? colon + 1 : 0;
        }
    }
    free(owner);
    if (*out == 0 && strchr(last, '/') == NULL) {
        *out = (size_t)(last - name) + 1; /* opening the part before the ':' reports the error */
    }
    return FCNN_OK;
}

/* Opens the dataset, whose records must have the member. */
static fcnn_status open_owner(const fcnn_hdf5_file *file, fcnn_hdf5_source *out)
{
    fcnn_hdf5_element element;
    FCNN_TRY(open_dataset(file, out));
    if (out->member == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_element_find(out, &element));
    H5Tclose(element.type);
    return FCNN_OK;
}

/* Splits the name into dataset and member, which are in quotes or separated by a ':'. */
static fcnn_status split_name(const fcnn_hdf5_file *file, fcnn_hdf5_source *out)
{
    size_t member;
    if (fcnn_hdf5_name_is_quoted(out->name)) {
        return fcnn_hdf5_name_split(out->name, &out->owner, &out->member);
    }
    FCNN_TRY(find_member(file, out->name, &member));
    FCNN_TRY(fcnn_memory_copy_text(out->name, &out->owner));
    if (member > 0) {
        out->owner[member - 1] = '\0';
        out->member = out->name + member;
    }
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_source_open(const fcnn_hdf5_file *file, const char *name, fcnn_hdf5_source *out)
{
    *out = (fcnn_hdf5_source){.path = file->path, .name = name, .depth = file->depth, .dataset = -1};
    if (name[0] == '\0') {
        return fcnn_fail(FCNN_EDATA, "%s: the name of the dataset is empty", file->path);
    }
    fcnn_status status = split_name(file, out);
    if (status == FCNN_OK) {
        status = open_owner(file, out);
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_source_close(out);
    }
    return status;
}

void fcnn_hdf5_source_close(const fcnn_hdf5_source *source)
{
    if (source->dataset >= 0) {
        H5Dclose(source->dataset);
    }
    free(source->owner);
}

fcnn_status fcnn_hdf5_source_open_again(const fcnn_hdf5_file *file, size_t cache_bytes, fcnn_hdf5_source *source)
{
    const hid_t access = cache_list(cache_bytes);
    H5Dclose(source->dataset); /* closed first, because an open object keeps its chunk cache */
    source->dataset = H5Dopen2(file->id, source->owner, access);
    H5Pclose(access);
    return source->dataset >= 0
               ? FCNN_OK
               : fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
}

/* ---- description ---- */

/* Fails because elements are neither numbers nor strings. */
static fcnn_status refuse_class(const fcnn_hdf5_source *source, hid_t type)
{
    const char *what = "elements of an unknown class";
    char *tag = NULL;
    switch (H5Tget_class(type)) {
    case H5T_COMPOUND:
        return fcnn_hdf5_element_refuse_records(source, type);
    case H5T_OPAQUE:
        what = "opaque bytes";
        tag = H5Tget_tag(type);
        break;
    case H5T_REFERENCE:
        what = "references to other datasets";
        break;
    case H5T_VLEN:
        what = "lists of variable length";
        break;
#if H5_VERSION_GE(2, 0, 0)
    case H5T_COMPLEX:
        what = "complex numbers of HDF5's complex type";
        break;
#endif
    case H5T_TIME:
        what = "times of HDF5's time type";
        break;
    default:
        break;
    }
    const bool has_tag = tag != NULL && tag[0] != '\0';
    const fcnn_status status =
        fcnn_fail(FCNN_EDATA, "%s: dataset %.200s contains %s%s%.100s%s, not numbers: store them as numbers",
                  source->path, source->name, what, has_tag ? " (" : "", has_tag ? tag : "", has_tag ? ")" : "");
    H5free_memory(tag);
    return status;
}

/* The type of whole numbers of `size` bytes, rounded up to a power of two. */
static fcnn_type integer_type(size_t size, bool is_signed)
{
    const int power = size == 1 ? 0 : size == 2 ? 1 : size <= 4 ? 2 : 3;
    return (fcnn_type)((int)FCNN_TYPE_INT8 + 2 * power + (is_signed ? 0 : 1));
}

static bool is_signed_type(hid_t type, H5T_class_t class)
{
    if (class != H5T_ENUM) {
        return class == H5T_INTEGER && H5Tget_sign(type) != H5T_SGN_NONE;
    }
    const hid_t base = H5Tget_super(type);
    const bool is_signed = H5Tget_sign(base) != H5T_SGN_NONE;
    H5Tclose(base);
    return is_signed;
}

static fcnn_status describe_type(const fcnn_hdf5_source *source, hid_t type, fcnn_hdf5_info *out)
{
    const H5T_class_t class = H5Tget_class(type);
    const size_t size = H5Tget_size(type);
    out->is_text = class == H5T_STRING;
    if (class == H5T_FLOAT) {
        out->type = size <= 4 ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64;
        return FCNN_OK;
    }
    if (class == H5T_STRING) {
        out->type = FCNN_TYPE_UINT8;
        out->joined = size == 1 && H5Tis_variable_str(type) == 0; /* only if a dimension counts the characters */
        return FCNN_OK;
    }
    if (class != H5T_INTEGER && class != H5T_ENUM && class != H5T_BITFIELD) {
        return refuse_class(source, type);
    }
    if (size > 8) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s contains integers of %zu bytes, but at most 8 bytes are supported",
                         source->path, source->name, size);
    }
    out->type = integer_type(size, is_signed_type(type, class));
    return FCNN_OK;
}

/* Sets the shape: the dimensions of the dataset, followed by those of the arrays within its elements. */
static fcnn_status describe_shape(const fcnn_hdf5_source *source, hid_t space, const fcnn_hdf5_element *element,
                                  fcnn_hdf5_info *out)
{
    hsize_t dims[2 * FCNN_HDF5_RANK_MAX];
    const int rank = H5Sget_simple_extent_ndims(space);
    if (H5Sget_simple_extent_type(space) == H5S_NULL || rank < 0 || rank > FCNN_HDF5_RANK_MAX) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s has no data", source->path, source->name);
    }
    if (rank + element->rank > FCNN_HDF5_RANK_MAX) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s has %d dimensions, including those of its arrays, but at most %d "
                         "are supported",
                         source->path, source->name, rank + element->rank, FCNN_HDF5_RANK_MAX);
    }
    H5Sget_simple_extent_dims(space, dims, NULL);
    memcpy(dims + rank, element->dims, (size_t)element->rank * sizeof *dims);
    out->rank = rank + element->rank;
    out->array_rank = element->rank;
    if (out->joined == 1 && out->rank >= 2 && dims[out->rank - 1] > 1 && dims[out->rank - 1] <= INT_MAX) {
        out->joined = (int64_t)dims[--out->rank];
        out->array_rank -= out->array_rank > 0;
    } else {
        out->joined = 0;
    }
    bool is_empty = false;
    for (int d = 0; d < out->rank; d++) {
        is_empty = is_empty || dims[d] == 0;
    }
    hsize_t bytes = out->joined > 0 ? (hsize_t)out->joined : fcnn_type_size(out->type);
    for (int d = 0; d < out->rank; d++) {
        if (dims[d] > INT64_MAX || (!is_empty && dims[d] > (hsize_t)INT64_MAX / bytes)) {
            return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s has a shape of more than 2^63 bytes: the file is damaged",
                             source->path, source->name);
        }
        out->dims[d] = (int64_t)dims[d];
        bytes *= is_empty ? 1 : dims[d];
    }
    return FCNN_OK;
}

static void describe_storage(hid_t dataset, fcnn_hdf5_info *out)
{
    const hid_t creation = H5Dget_create_plist(dataset);
    out->is_packed = H5Pget_nfilters(creation) > 0;
    out->is_virtual = H5Pget_layout(creation) == H5D_VIRTUAL;
    out->filling = fcnn_hdf5_filling_find(creation);
    H5Pclose(creation);
}

fcnn_status fcnn_hdf5_source_describe(const fcnn_hdf5_source *source, fcnn_hdf5_info *out)
{
    fcnn_hdf5_info info = {.is_member = source->member != NULL};
    if (info.is_member && !fcnn_hdf5_name_is_quoted(source->name)) {
        info.member_at = (int)(source->member - source->name);
    }
    fcnn_hdf5_element element;
    FCNN_TRY(fcnn_hdf5_element_find(source, &element));
    fcnn_status status = describe_type(source, element.type, &info);
    H5Tclose(element.type);
    if (status != FCNN_OK) {
        return status;
    }
    const hid_t space = H5Dget_space(source->dataset);
    if (space < 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", source->path, source->name);
    }
    status = describe_shape(source, space, &element, &info);
    H5Sclose(space);
    describe_storage(source->dataset, &info);
    *out = info;
    return status;
}

/* Whether the object whose name is the first `length` bytes of name has an attribute. */
static bool has_mark(const fcnn_hdf5_file *file, const char *name, size_t length, const char *mark)
{
    char object[FCNN_HDF5_NAME_BYTES] = "";
    if (length == 0 || length >= sizeof object) {
        return false;
    }
    memcpy(object, name, length);
    return H5Aexists_by_name(file->id, object, mark, H5P_DEFAULT) > 0;
}

fcnn_status fcnn_hdf5_source_check(const fcnn_hdf5_file *file, const fcnn_hdf5_source *source)
{
    static const char value[] = "/value"; /* name of the values of an Octave variable */
    const size_t length = strlen(source->name), end = sizeof value - 1;
    if (length > end && strcmp(source->name + length - end, value) == 0 &&
        has_mark(file, source->name, length - end, "OCTAVE_EMPTY_MATRIX")) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is an empty Octave array: it contains no data", source->path,
                         source->name);
    }
    return FCNN_OK;
}

bool fcnn_hdf5_has_exactly(fcnn_hdf5_file *file, const char *name)
{
    char *dataset;
    const char *member;
    fcnn_hdf5_source source;
    if (fcnn_hdf5_name_split(name, &dataset, &member) != FCNN_OK) {
        return false;
    }
    fcnn_hdf5_enter();
    bool has = fcnn_hdf5_link_exists(file->id, dataset) != 0;
    if (has) {
        has = fcnn_hdf5_source_open(file, name, &source) == FCNN_OK;
    }
    if (has) {
        fcnn_hdf5_source_close(&source);
    }
    fcnn_hdf5_leave();
    free(dataset);
    return has;
}
