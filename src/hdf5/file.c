/* src/hdf5/file.c — reading datasets of HDF5 files. */
#include "hdf5/file.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "hdf5/read_attributes.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/unreadable.h"
#include "hdf5/check_groups.h"
#include "hdf5/holes.h"
#include "hdf5/name.h"
#include "hdf5/sources.h"
#include "parallel/communicator.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ---- */

/* Says in errno's words what open(2) has against the file; HDF5's own texts hide it. */
static fcnn_status check_readable(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return fcnn_fail(FCNN_EINPUT, "%s: is %s, not an HDF5 file", path,
                         S_ISDIR(info.st_mode) ? "a folder" : "no regular file");
    }
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s%s", path, strerror(errno), fcnn_file_advice(errno));
    }
    close(descriptor);
    if (info.st_size == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: is empty, not an HDF5 file", path);
    }
    return FCNN_OK;
}

static fcnn_status check_format(const char *path, hid_t access)
{
#if H5_VERSION_GE(1, 12, 0)
    const htri_t is_hdf5 = H5Fis_accessible(path, access);
#else
    (void)access;
    const htri_t is_hdf5 = H5Fis_hdf5(path);
#endif
    return is_hdf5 == 0 ? fcnn_hdf5_fail_format(path) : FCNN_OK;
}

static fcnn_status open_file(const char *path, hid_t access, hid_t *out)
{
    *out = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (*out >= 0) {
        return FCNN_OK;
    }
    const fcnn_status status = fcnn_hdf5_fail(
        FCNN_EDATA, "%s: cannot be opened as HDF5, damaged or not closed by the program that writes it", path);
    if (strstr(fcnn_error_text(), "file is already open for write") == NULL) {
        return status;
    }
    return fcnn_fail(
        FCNN_EDATA,
        "%s: the program that writes it has not closed it: wait until it has; of one that has ended "
        "'h5clear -s --increment=0 FILE' makes the file readable as far as it was written: try it on a copy",
        path);
}

fcnn_status fcnn_hdf5_file_create(const char *path, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file;
    FCNN_TRY(fcnn_memory_create("an open file", 1, sizeof *file, &file));
    file->id = file->together = -1;
    fcnn_status status = fcnn_memory_copy_text(path, &file->path);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("an open file", 1, sizeof *file->seen, &file->seen);
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_file_free(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

void fcnn_hdf5_file_free(fcnn_hdf5_file *file)
{
    while (file->apart != NULL) {
        fcnn_hdf5_apart *known = file->apart;
        file->apart = known->next;
        free(known);
    }
    if (file->seen != NULL) {
        fcnn_hdf5_sources_forget(file->seen->checked);
    }
    free(file->image);
    free(file->seen);
    free(file->path);
    free(file);
}

fcnn_status fcnn_hdf5_open(const char *path, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file;
    FCNN_TRY(check_readable(path));
    FCNN_TRY(fcnn_hdf5_file_create(path, &file));
    fcnn_hdf5_enter();
    const hid_t access = fcnn_hdf5_access_list();
    fcnn_status status = access < 0 ? fcnn_hdf5_fail(FCNN_EINTERNAL, "%s: cannot be opened", path) : FCNN_OK;
    if (status == FCNN_OK) {
        status = check_format(path, access);
    }
    if (status == FCNN_OK) {
        status = open_file(path, access, &file->id);
    }
    H5Pclose(access);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_check_root(file);
    }
    fcnn_hdf5_leave();
    if (status != FCNN_OK) {
        fcnn_hdf5_close(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

/* A property list of a file access by MPI-IO. */
static fcnn_status list_together(const fcnn_comm *comm, hid_t *out)
{
#ifdef H5_HAVE_PARALLEL
    *out = fcnn_hdf5_access_list();
    return H5Pset_fapl_mpio(*out, fcnn_communicator_of(comm), MPI_INFO_NULL) < 0
               ? fcnn_hdf5_fail(FCNN_EINTERNAL, "HDF5 takes no MPI-IO")
               : FCNN_OK;
#else
    (void)comm;
    *out = -1;
    return fcnn_fail(FCNN_ECONFIG, "data.read = collective: this HDF5 was built without MPI: use independent");
#endif
}

/* Opens the file, which is open on each rank and so is sound, once more on all. */
static fcnn_status open_shared(fcnn_comm *comm, fcnn_hdf5_file *file)
{
    hid_t access;
    fcnn_hdf5_enter();
    fcnn_status status = fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, list_together(comm, &access)));
    if (status == FCNN_OK) {
        file->together = H5Fopen(file->path, H5F_ACC_RDONLY, access);
        if (file->together < 0) {
            status = fcnn_hdf5_fail(FCNN_EDATA,
                                    "%s: MPI-IO cannot open it: set data.read = independent, or ask whoever "
                                    "installed MPI",
                                    file->path);
        }
        status = fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, status));
        if (status != FCNN_OK) {
            file->together = -1; /* what is open on some ranks only cannot be closed by them */
        }
    }
    H5Pclose(access);
    fcnn_hdf5_leave();
    return status;
}

fcnn_status fcnn_hdf5_open_together(fcnn_comm *comm, const char *path, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file = NULL;
    fcnn_status status = fcnn_comm_agree(comm, fcnn_comm_name_rank(comm, fcnn_hdf5_open(path, &file)));
    if (status == FCNN_OK) {
        file->comm = comm;
        status = open_shared(comm, file);
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_close(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

bool fcnn_hdf5_is_together(const fcnn_hdf5_file *file)
{
    return file->comm != NULL;
}

void fcnn_hdf5_allow_external(fcnn_hdf5_file *file, bool allow)
{
    file->allow_external = allow;
}

void fcnn_hdf5_close(fcnn_hdf5_file *file)
{
    if (file == NULL) {
        return;
    }
    fcnn_hdf5_enter();
    if (file->together >= 0) {
        H5Fclose(file->together);
    }
    H5Fclose(file->id);
    fcnn_hdf5_leave();
    fcnn_hdf5_file_free(file);
}

/* ---- datasets ---- */

static fcnn_status open_with_cache(const fcnn_hdf5_file *file, const char *name, size_t bytes, hid_t *out)
{
    const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, (size_t)fcnn_size(FCNN_SIZE_CHUNK_CACHE_SLOTS), bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
    const fcnn_status status = fcnn_hdf5_check_open(file, name, access, out);
    H5Pclose(access);
    return status;
}

/* Do whole rows lie one after the other, so far as a chunk goes?  True as well for chunks that are packed: they are
 * read whole, whatever is asked for. */
static bool rows_are_runs(hid_t dataset)
{
    hsize_t chunk[FCNN_HDF5_RANK_MAX + 1] = {0}, dims[FCNN_HDF5_RANK_MAX] = {0};
    const hid_t creation = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
    bool runs = true;
    if (H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_nfilters(creation) == 0) {
        const int rank = H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, chunk);
        H5Sget_simple_extent_dims(space, dims, NULL);
        for (int d = 1; d < rank; d++) {
            runs = runs && chunk[d] >= dims[d];
        }
    }
    H5Sclose(space);
    H5Pclose(creation);
    return runs;
}

/* Without a cache HDF5 reads of a chunk that is not packed just what is asked for, in as many pieces as it lies in. */
static fcnn_status open_by(const fcnn_hdf5_file *file, const char *name, bool by_rows, hid_t *out)
{
    if (by_rows) {
        FCNN_TRY(open_with_cache(file, name, 0, out));
        if (rows_are_runs(*out)) {
            return FCNN_OK;
        }
        H5Dclose(*out);
        *out = -1;
    }
    return open_with_cache(file, name, (size_t)fcnn_size(FCNN_SIZE_CHUNK_CACHE_BYTES), out);
}

static fcnn_status open_dataset(const fcnn_hdf5_file *file, const char *name, bool by_rows, fcnn_hdf5_source *out)
{
    FCNN_TRY(open_by(file, name, by_rows, &out->dataset));
    out->is_bare = fcnn_hdf5_sources_are_bare(file, name);
    return FCNN_OK;
}

/* Where the name of a member begins in a name, behind a ':' before which an existing dataset stands, the longest such
 * name first; 0 if the name is that of a dataset. */
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
        *out = (size_t)(last - name) + 1; /* the message tells what is wrong with what stands before */
    }
    return FCNN_OK;
}

/* The source's dataset is of that name, and its records must have the member. */
static fcnn_status open_owner(const fcnn_hdf5_file *file, const char *owner, bool by_rows, fcnn_hdf5_source *out)
{
    fcnn_hdf5_element element;
    FCNN_TRY(open_dataset(file, owner, by_rows, out));
    if (out->member == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_element_find(out, &element));
    H5Tclose(element.type);
    return FCNN_OK;
}

/* Opens what the name says: dataset and member in quotes, or a dataset and what is behind a ':'. */
static fcnn_status open_named(const fcnn_hdf5_file *file, bool by_rows, fcnn_hdf5_source *out)
{
    size_t member;
    if (fcnn_hdf5_name_is_quoted(out->name)) {
        FCNN_TRY(fcnn_hdf5_name_split(out->name, &out->unquoted, &out->member));
        return open_owner(file, out->unquoted, by_rows, out);
    }
    FCNN_TRY(find_member(file, out->name, &member));
    if (member == 0) {
        return open_owner(file, out->name, by_rows, out);
    }
    char *owner;
    FCNN_TRY(fcnn_memory_copy_text(out->name, &owner));
    owner[member - 1] = '\0';
    out->member = out->name + member;
    const fcnn_status status = open_owner(file, owner, by_rows, out);
    free(owner);
    return status;
}

fcnn_status fcnn_hdf5_source_open(const fcnn_hdf5_file *file, const char *name, bool by_rows, fcnn_hdf5_source *out)
{
    *out = (fcnn_hdf5_source){.path = file->path, .name = name, .depth = file->depth, .dataset = -1};
    if (name[0] == '\0') {
        return fcnn_fail(FCNN_EDATA, "%s: the name of the dataset is empty", file->path);
    }
    const fcnn_status status = open_named(file, by_rows, out);
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
    free(source->unquoted);
}

/* ---- what a dataset holds ---- */

/* Elements that are neither numbers nor strings. */
static fcnn_status refuse_class(const fcnn_hdf5_source *source, hid_t type)
{
    const char *what = "elements of an unknown class";
    char *tag = NULL;
    switch (H5Tget_class(type)) {
    case H5T_COMPOUND:
        return fcnn_hdf5_element_refuse_records(source, type);
    case H5T_OPAQUE:
        what = "opaque bytes, which the program that wrote them alone can read";
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
        what = "complex numbers as a type of their own, real and imaginary parts in one";
        break;
#endif
    case H5T_TIME:
        what = "times of HDF5's class of times, which no HDF5 can convert";
        break;
    default:
        break;
    }
    const bool has_tag = tag != NULL && tag[0] != '\0';
    const fcnn_status status =
        fcnn_fail(FCNN_EDATA, "%s: dataset %.200s holds %s%s%.100s%s, not numbers: store them as numbers", source->path,
                  source->name, what, has_tag ? " (" : "", has_tag ? tag : "", has_tag ? ")" : "");
    H5free_memory(tag);
    return status;
}

/* Whole numbers of that many bytes, rounded up to 2^power. */
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
        out->joined = size == 1 && H5Tis_variable_str(type) == 0; /* if there is a dimension for them */
        return FCNN_OK;
    }
    if (class != H5T_INTEGER && class != H5T_ENUM && class != H5T_BITFIELD) {
        return refuse_class(source, type);
    }
    if (size > 8) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s holds integers of %zu bytes; at most 8 can be read",
                         source->path, source->name, size);
    }
    out->type = integer_type(size, is_signed_type(type, class));
    return FCNN_OK;
}

/* The shape of the dataset, and behind it that of the arrays within its elements. */
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
                         "%s: dataset %.200s has %d dimensions with those of the arrays in it; at most %d "
                         "can be read",
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
            return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s claims more elements than can be counted", source->path,
                             source->name);
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
    fcnn_hdf5_info info = {
        .is_member = source->member != NULL,
        .member_at = source->member != NULL && source->unquoted == NULL ? (int)(source->member - source->name) : 0};
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

/* Some programs make datasets that stand for something else. */
static fcnn_status require_values(const fcnn_hdf5_source *source)
{
    const char *what;
    FCNN_TRY(fcnn_hdf5_placeholder(source->dataset, &what));
    return what == NULL
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is %s: it holds no data", source->path, source->name, what);
}

/* Has an object of the file, up to `length` bytes of whose name count, an attribute? */
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
    static const char value[] = "/value"; /* of an Octave variable */
    const size_t length = strlen(source->name), end = sizeof value - 1;
    if (length > end && strcmp(source->name + length - end, value) == 0 &&
        has_mark(file, source->name, length - end, "OCTAVE_EMPTY_MATRIX")) {
        return fcnn_fail(FCNN_EDATA, "%s: dataset %.200s is an empty Octave array: it holds no data", source->path,
                         source->name);
    }
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_describe(fcnn_hdf5_file *file, const char *name, fcnn_hdf5_info *out)
{
    fcnn_hdf5_source source;
    fcnn_hdf5_enter();
    fcnn_status status = fcnn_hdf5_source_open(file, name, false, &source);
    if (status == FCNN_OK) {
        status = require_values(&source);
        if (status == FCNN_OK) {
            status = fcnn_hdf5_source_check(file, &source);
        }
        if (status == FCNN_OK) {
            status = fcnn_hdf5_source_describe(&source, out);
        }
        fcnn_hdf5_source_close(&source);
    }
    fcnn_hdf5_leave();
    return status;
}
