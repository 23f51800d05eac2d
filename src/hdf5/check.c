/* src/hdf5/check.c — checks of untrusted files. */
#include "hdf5/check.h"

#include "hdf5/advice.h"
#include "hdf5/element.h"
#include "hdf5/check_groups.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_BYTES_MAX ((uint64_t)1 << 30) /* a chunk is always decompressed as a whole */

enum { SHOWN = 200 };

#define ALLOWING "data.allow_external = yes (fcnn-predict: --allow-external)"

/* ---- links ---- */

/* Fails with a message that names the target of a link that is not followed. */
static fcnn_status refuse_link(const fcnn_hdf5_file *file, const char *part, const H5L_info_t *link)
{
    char value[1024] = "";
    const char *target = value, *other = "";
    H5Lget_val(file->id, part, value, sizeof value - 1, H5P_DEFAULT);
    if (link->type == H5L_TYPE_SOFT) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %.200s is a soft link to %.200s, but only hard links are followed: use the name of the "
                         "dataset itself",
                         file->path, part, target);
    }
    if (link->type != H5L_TYPE_EXTERNAL) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %.200s is a user-defined link, but only hard links are followed: use the name of the "
                         "dataset itself",
                         file->path, part);
    }
    if (H5Lunpack_elink_val(value, link->u.val_size < sizeof value ? link->u.val_size : sizeof value - 1, NULL, &other,
                            &target) < 0) {
        other = "whose name cannot be read";
        target = "";
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %.200s is a link to another file, %.200s, dataset %.200s: use that file, or set " ALLOWING,
                     file->path, part, other, target);
}

/* Checks the last link of a partial name; sets *exists. */
static fcnn_status check_link(const fcnn_hdf5_file *file, const char *part, bool *exists)
{
    H5L_info_t link;
    const htri_t there = H5Lexists(file->id, part, H5P_DEFAULT);
    *exists = there > 0;
    if (there == 0) {
        return FCNN_OK;
    }
    if (there < 0 || H5Lget_info(file->id, part, &link, H5P_DEFAULT) < 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: %.200s cannot be opened", file->path, part);
    }
    if (link.type == H5L_TYPE_HARD) {
        return fcnn_hdf5_check_linked(file, &link);
    }
    return link.type == H5L_TYPE_EXTERNAL && file->allow_external ? FCNN_OK : refuse_link(file, part, &link);
}

fcnn_status fcnn_hdf5_check_path(const fcnn_hdf5_file *file, const char *name, bool *exists)
{
    char part[FCNN_HDF5_NAME_BYTES];
    *exists = true;
    if (strlen(name) >= sizeof part) {
        return fcnn_fail(FCNN_EDATA, "%s: %.100s...: the name has more than %zu bytes", file->path, name,
                         sizeof part - 1);
    }
    for (size_t start = strspn(name, "/"), end = 0; name[start] != '\0' && *exists;
         start = end + strspn(name + end, "/")) {
        end = start + strcspn(name + start, "/");
        if (end - start == 1 && name[start] == '.') {
            continue; /* the group itself */
        }
        memcpy(part, name, end);
        part[end] = '\0';
        FCNN_TRY(check_link(file, part, exists));
    }
    return FCNN_OK;
}

/* ---- elements in other files ---- */

static fcnn_status check_outside(const fcnn_hdf5_file *file, const char *name, hid_t creation, H5D_layout_t layout)
{
    if (file->allow_external) {
        return FCNN_OK;
    }
    char advice[FCNN_ADVICE_SIZE];
    fcnn_hdf5_advise_copy(file->path, name, advice);
    if (layout == H5D_VIRTUAL) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is virtual (its elements are in other datasets): set " ALLOWING ", or, %s",
                         file->path, name, advice);
    }
    if (H5Pget_external_count(creation) != 0) {
        char other[SHOWN + 1] = "";
        off_t offset;
        hsize_t bytes;
        H5Pget_external(creation, 0, SHOWN, other, &offset, &bytes);
        return fcnn_fail(FCNN_EDATA,
                         "%s: the elements of dataset %.200s are in another file, %s: set " ALLOWING ", or, %s",
                         file->path, name, other, advice);
    }
    return FCNN_OK;
}

/* ---- filters ---- */

static fcnn_status check_filter(const fcnn_hdf5_file *file, const char *name, hid_t creation, unsigned place)
{
    unsigned flags, config;
    size_t values = 0;
    char filter_name[64] = "", advice[FCNN_ADVICE_SIZE];
    const H5Z_filter_t filter =
        H5Pget_filter2(creation, place, &flags, &values, NULL, sizeof filter_name - 1, filter_name, &config);
    switch (filter) {
    case H5Z_FILTER_DEFLATE:
    case H5Z_FILTER_SHUFFLE:
    case H5Z_FILTER_FLETCHER32:
    case H5Z_FILTER_SZIP:
    case H5Z_FILTER_NBIT:
    case H5Z_FILTER_SCALEOFFSET:
        break;
    default:
        fcnn_hdf5_advise_filter((int)filter, file->path, advice);
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is compressed by filter %d%s%s, which HDF5 does not include, and fcnn "
                         "loads no filters: %s",
                         file->path, name, (int)filter, filter_name[0] != '\0' ? ", " : "", filter_name, advice);
    }
    if (H5Zfilter_avail(filter) <= 0) {
        return fcnn_fail(
            FCNN_EDATA,
            "%s: dataset %.200s is compressed by %s, but this HDF5 was built without it: write it again by a "
            "program that has it, compressed by gzip or uncompressed (an h5repack without it would omit the dataset "
            "without a message)",
            file->path, name, filter_name);
    }
    return FCNN_OK;
}

static fcnn_status check_filters(const fcnn_hdf5_file *file, const char *name, hid_t creation)
{
    const int count = H5Pget_nfilters(creation);
    if (count < 0 || count > H5Z_MAX_NFILTERS) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s: its filters cannot be read", file->path, name);
    }
    for (int i = 0; i < count; i++) {
        FCNN_TRY(check_filter(file, name, creation, (unsigned)i));
    }
    return FCNN_OK;
}

/* ---- sizes ---- */

uint64_t fcnn_hdf5_bytes_of_file(hid_t dataset)
{
    hsize_t bytes = 0;
    const hid_t file = H5Iget_file_id(dataset); /* may be another file, behind an external link */
    H5Fget_filesize(file, &bytes);
    H5Fclose(file);
    return bytes;
}

static fcnn_status claims_too_much(const fcnn_hdf5_file *file, const char *name, uint64_t bytes, uint64_t there)
{
    return fcnn_fail(FCNN_EDATA,
                     "%s: dataset %.200s has %" PRIu64 " bytes according to its shape, too many for a file of %" PRIu64
                     " bytes: the file is damaged, or most of the dataset was never written",
                     file->path, name, bytes, there);
}

/* Whether an address means that the dataset was never written.  HDF5 adds the size of the user block to addresses. */
static bool is_nowhere(hid_t dataset, haddr_t address)
{
    hsize_t before = 0;
    const hid_t file = H5Iget_file_id(dataset), creation = H5Fget_create_plist(file);
    H5Pget_userblock(creation, &before);
    H5Pclose(creation);
    H5Fclose(file);
    return address == HADDR_UNDEF || address == HADDR_UNDEF + before;
}

/* Checks a contiguous or compact dataset: all of its bytes must be in the file. */
static fcnn_status check_run(const fcnn_hdf5_file *file, const char *name, hid_t dataset, H5D_layout_t layout,
                             uint64_t bytes, uint64_t there)
{
    const haddr_t address = layout == H5D_COMPACT ? 0 : H5Dget_offset(dataset);
    const hsize_t stored = H5Dget_storage_size(dataset);
    if (bytes == 0 || is_nowhere(dataset, address)) {
        return FCNN_OK; /* never written: the fill value is read */
    }
    if (bytes > stored || address > there || stored > there - address) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s has %" PRIu64 " bytes according to its shape, but the file has %" PRIu64
                         " for it, at byte %" PRIu64 " of %" PRIu64 ": the file is damaged",
                         file->path, name, bytes, (uint64_t)stored, (uint64_t)address, there);
    }
    return FCNN_OK;
}

static fcnn_status check_chunks(const fcnn_hdf5_file *file, const char *name, hid_t creation, uint64_t element,
                                uint64_t there)
{
    hsize_t chunk[FCNN_HDF5_RANK_MAX];
    const int rank = H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, chunk);
    uint64_t bytes = element;
    for (int d = 0; d < rank; d++) {
        bytes = fcnn_hdf5_times(bytes, chunk[d]);
    }
    if (rank < 1 || rank > FCNN_HDF5_RANK_MAX || bytes == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s has chunks of size 0: the file is damaged", file->path, name);
    }
    if (bytes > CHUNK_BYTES_MAX) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s has chunks of %" PRIu64 " bytes, but at most %" PRIu64
                         " can be read: write it again with smaller chunks (h5repack -l NAME:CHUNK=ROWSxCOLUMNS IN.h5 "
                         "OUT.h5)",
                         file->path, name, bytes, CHUNK_BYTES_MAX);
    }
    return bytes / FCNN_HDF5_UNPACKING > there ? claims_too_much(file, name, bytes, there) : FCNN_OK;
}

static fcnn_status check_sizes(const fcnn_hdf5_file *file, const char *name, hid_t dataset, hid_t creation,
                               H5D_layout_t layout, uint64_t element, const hsize_t *dims, int rank)
{
    const uint64_t there = fcnn_hdf5_bytes_of_file(dataset);
    uint64_t bytes = element;
    for (int d = 0; d < rank; d++) {
        bytes = dims[d] == 0 ? 0 : bytes;
    }
    for (int d = 0; d < rank; d++) {
        bytes = fcnn_hdf5_times(bytes, dims[d]);
    }
    if (bytes > INT64_MAX) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s has a shape of more than 2^63 bytes: the file is damaged",
                         file->path, name);
    }
    if (layout == H5D_VIRTUAL || H5Pget_external_count(creation) > 0) {
        return FCNN_OK; /* the elements are in other files, which is allowed here */
    }
    if (layout == H5D_CHUNKED) {
        FCNN_TRY(check_chunks(file, name, creation, element, there));
    } else {
        FCNN_TRY(check_run(file, name, dataset, layout, bytes, there));
    }
    return bytes / FCNN_HDF5_UNPACKING > there ? claims_too_much(file, name, bytes, there) : FCNN_OK;
}

static fcnn_status check_space(const fcnn_hdf5_file *file, const char *name, hid_t dataset, hid_t creation,
                               H5D_layout_t layout, uint64_t element)
{
    hsize_t dims[FCNN_HDF5_RANK_MAX] = {0};
    const hid_t space = H5Dget_space(dataset);
    if (space < 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", file->path, name);
    }
    const bool is_null = H5Sget_simple_extent_type(space) == H5S_NULL;
    const int rank = is_null ? 0 : H5Sget_simple_extent_ndims(space);
    fcnn_status status = FCNN_OK;
    if (rank < 0 || rank > FCNN_HDF5_RANK_MAX || H5Sget_simple_extent_dims(space, dims, NULL) != rank) {
        status = fcnn_fail(FCNN_EDATA, "%s: dataset %.200s has a shape that cannot be read: the file is damaged",
                           file->path, name);
    } else if (!is_null) {
        status = check_sizes(file, name, dataset, creation, layout, element, dims, rank);
    }
    H5Sclose(space);
    return status;
}

/* ---- all checks of a dataset ---- */

fcnn_status fcnn_hdf5_check_own(const fcnn_hdf5_file *file, const char *name, hid_t dataset)
{
    const hid_t creation = H5Dget_create_plist(dataset), type = H5Dget_type(dataset);
    const H5D_layout_t layout = creation >= 0 ? H5Pget_layout(creation) : H5D_LAYOUT_ERROR;
    const size_t element = fcnn_hdf5_type_is_sound(type) ? fcnn_hdf5_stored_size(dataset) : 0;
    fcnn_status status = FCNN_OK;
    if (layout < 0 || type < 0) {
        status = fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", file->path, name);
    } else if (element == 0) {
        status = fcnn_fail(FCNN_EDATA,
                           "%s: dataset %.200s has elements of an invalid type, or of more than %" PRIu64
                           " bytes: the file is damaged",
                           file->path, name, FCNN_HDF5_ELEMENT_BYTES_MAX);
    } else {
        status = check_outside(file, name, creation, layout);
    }
    if (status == FCNN_OK) {
        status = check_filters(file, name, creation);
    }
    if (status == FCNN_OK) {
        status = check_space(file, name, dataset, creation, layout, element);
    }
    H5Tclose(type);
    H5Pclose(creation);
    return status;
}
