/* src/hdf5/sources.c — checks of raw files of external storage and of the sources of virtual datasets. */
#include "hdf5/sources.h"

#include "core/memory.h"
#include "core/pulse.h"
#include "core/text.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/fill.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MOST = 8, PATH_BYTES = 4096 };

/* ---- paths ---- */

/* Appends the path of a file with a prefix, in which "${ORIGIN}" is the folder of the file that refers to it. */
static fcnn_status expand(const char *prefix, size_t length, const char *folder, const char *name, fcnn_text *out)
{
    static const char origin[] = "${ORIGIN}";
    const size_t skipped = strncmp(prefix, origin, sizeof origin - 1) == 0 ? sizeof origin - 1 : 0;
    fcnn_text_clear(out);
    FCNN_TRY(fcnn_text_append(out, "%s", skipped > 0 ? folder : ""));
    FCNN_TRY(fcnn_text_append(out, "%.*s", (int)(length - skipped), prefix + skipped));
    return fcnn_text_append(out, "%s%s", length > 0 ? "/" : "", name);
}

/* The folder of the file that contains an object, or "." if its path has no folder; to be cleared. */
static fcnn_status find_folder(hid_t object, fcnn_text *out)
{
    char path[PATH_BYTES] = "";
    const hid_t file = H5Iget_file_id(object);
    H5Fget_name(file, path, sizeof path);
    H5Fclose(file);
    const char *slash = strrchr(path, '/');
    return fcnn_text_append(out, "%.*s",
                            slash == NULL   ? 1
                            : slash == path ? 1
                                            : (int)(slash - path),
                            slash == NULL ? "." : path);
}

/* ---- raw files ---- */

static fcnn_status check_raw(const fcnn_hdf5_file *file, const char *name, const char *path, uint64_t needed)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: the elements of dataset %.200s are in the raw file %.300s, which cannot be "
                         "read: %s",
                         file->path, name, path, strerror(errno));
    }
    return (uint64_t)info.st_size >= needed
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA,
                           "%s: the elements of dataset %.200s are in the raw file %.300s, which has %" PRIu64
                           " bytes, but %" PRIu64 " are required: the raw file is incomplete",
                           file->path, name, path, (uint64_t)info.st_size, needed);
}

/* Checks the raw files, whose bytes are concatenated.  Relative paths start in the working directory, as in HDF5. */
static fcnn_status check_raw_files(const fcnn_hdf5_file *file, const char *name, hid_t dataset, hid_t creation,
                                   int count)
{
    const char *prefix = getenv("HDF5_EXTFILE_PREFIX");
    const hid_t space = H5Dget_space(dataset);
    uint64_t left = (uint64_t)H5Sget_simple_extent_npoints(space) * fcnn_hdf5_stored_size(dataset);
    fcnn_text folder = {0}, path = {0};
    fcnn_status status = find_folder(dataset, &folder);
    for (int i = 0; i < count && status == FCNN_OK && left > 0; i++) {
        char raw[PATH_BYTES] = "";
        off_t offset = 0;
        hsize_t size = 0;
        H5Pget_external(creation, (unsigned)i, sizeof raw - 1, raw, &offset, &size);
        const bool has_prefix = raw[0] != '/' && prefix != NULL && prefix[0] != '\0' && strcmp(prefix, ".") != 0;
        const uint64_t own = size < left ? size : left;
        status = has_prefix ? expand(prefix, strlen(prefix), folder.data, raw, &path) : expand("", 0, "", raw, &path);
        if (status == FCNN_OK) {
            status = check_raw(file, name, path.data, (uint64_t)offset + own);
        }
        left -= own;
    }
    fcnn_text_clear(&folder);
    fcnn_text_clear(&path);
    H5Sclose(space);
    return status;
}

/* ---- sources ---- */

/* The state of an iteration over sources. */
typedef struct walk {
    const fcnn_hdf5_source *source; /* the virtual dataset */
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    fcnn_text folder, path;
    fcnn_hdf5_meet_mapping meet;
    void *data;
    bool is_bare;
} walk;

/* Finds a file where HDF5 searches for it: by the prefixes in the environment, in the folder of the file that refers to
 * it, and in the working directory.  Sets in->path. */
static fcnn_status find_file(walk *in, const char *name)
{
    const char *prefix = getenv("HDF5_VDS_PREFIX"), *slash = strrchr(name, '/');
    if (name[0] == '/') {
        FCNN_TRY(expand("", 0, "", name, &in->path));
        if (access(in->path.data, F_OK) == 0) {
            return FCNN_OK;
        }
        name = slash + 1; /* the files may have been moved together */
    }
    while (prefix != NULL && prefix[0] != '\0') {
        const size_t length = strcspn(prefix, ":");
        FCNN_TRY(expand(prefix, length, in->folder.data, name, &in->path));
        if (access(in->path.data, F_OK) == 0) {
            return FCNN_OK;
        }
        prefix += length + (prefix[length] == ':');
    }
    FCNN_TRY(expand(in->folder.data, strlen(in->folder.data), "", name, &in->path));
    if (access(in->path.data, F_OK) == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(expand("", 0, "", name, &in->path));
    return FCNN_OK;
}

/* Opens the file of a source, which HDF5 may already have opened. */
static fcnn_status open_file(walk *in, const char *name, fcnn_hdf5_file **out)
{
    const fcnn_hdf5_source *owner = in->source;
    if (strcmp(name, ".") == 0) {
        FCNN_TRY(fcnn_hdf5_file_create(owner->path, out));
        (*out)->id = H5Iget_file_id(owner->dataset);
        return FCNN_OK;
    }
    FCNN_TRY(find_file(in, name));
    if (access(in->path.data, R_OK) != 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is virtual, and the file %.300s, which contains one of its sources, "
                         "cannot be read: %s",
                         owner->path, owner->name, in->path.data, strerror(errno));
    }
    FCNN_TRY(fcnn_hdf5_file_create(in->path.data, out));
    const hid_t ours = fcnn_hdf5_access_list(), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(ours, H5F_CLOSE_WEAK);
    H5Pset_fclose_degree(access, H5F_CLOSE_WEAK);
    (*out)->id = H5Fopen(in->path.data, H5F_ACC_RDONLY, ours);
    if ((*out)->id < 0) { /* HDF5 opens sources with locks, and a file cannot be open both with and without locks */
        (*out)->id = H5Fopen(in->path.data, H5F_ACC_RDONLY, access);
    }
    const fcnn_status status = (*out)->id >= 0
                                   ? FCNN_OK
                                   : fcnn_hdf5_fail(FCNN_EDATA,
                                                    "%s: dataset %.200s is virtual, and the file %.300s, which "
                                                    "contains one of its sources, cannot be opened",
                                                    owner->path, owner->name, in->path.data);
    H5Pclose(ours);
    H5Pclose(access);
    if (status != FCNN_OK) {
        fcnn_hdf5_file_free(*out);
    }
    return status;
}

/* Checks that a source has all indices that a mapping uses. */
static fcnn_status check_taken(const walk *in, const fcnn_hdf5_mapping *mapping, const hsize_t *dims, int rank)
{
    bool fits = rank == mapping->source_rank;
    int d = 0;
    while (fits && d < rank) {
        const fcnn_hdf5_slots *taken = &mapping->taken[d];
        fits =
            taken->count == 0 || taken->count == H5S_UNLIMITED || fcnn_hdf5_slots_at(taken, taken->count - 1) < dims[d];
        d += fits;
    }
    if (fits) {
        return FCNN_OK;
    }
    if (rank != mapping->source_rank) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is virtual, and its source, dataset %.200s of %.300s, has %d "
                         "dimensions, not %d",
                         in->source->path, in->source->name, mapping->source.name, mapping->source.path, rank,
                         mapping->source_rank);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: dataset %.200s is virtual, and its source, dataset %.200s of %.300s, is too short: "
                     "dimension %d has %" PRIu64 " indices, but %" PRIu64 " are required",
                     in->source->path, in->source->name, mapping->source.name, mapping->source.path, d,
                     (uint64_t)dims[d],
                     (uint64_t)fcnn_hdf5_slots_at(&mapping->taken[d], mapping->taken[d].count - 1) + 1);
}

/* Completes a mapping that uses all elements of a source. */
static fcnn_status take_all(const walk *in, fcnn_hdf5_mapping *mapping, const hsize_t *dims, int rank)
{
    hsize_t wanted = 1, there = 1;
    for (int d = 0; d < mapping->rank; d++) {
        wanted *= mapping->part[d].count;
    }
    for (int d = 0; d < rank; d++) {
        mapping->taken[d] = (fcnn_hdf5_slots){0, 1, 1, dims[d]};
        there *= dims[d];
    }
    mapping->source_rank = rank;
    return there == wanted || !mapping->is_regular || fcnn_hdf5_slots_unlimited(mapping->part, mapping->rank) >= 0
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA,
                           "%s: dataset %.200s is virtual, and its source, dataset %.200s of %.300s, has %" PRIu64
                           " elements, but %" PRIu64 " are required",
                           in->source->path, in->source->name, mapping->source.name, mapping->source.path,
                           (uint64_t)there, (uint64_t)wanted);
}

/* Limits the two unlimited dimensions of a mapping to the number of indices that both have. */
static void match_unlimited(const walk *in, fcnn_hdf5_mapping *mapping, const hsize_t *dims)
{
    const int own = fcnn_hdf5_slots_unlimited(mapping->part, mapping->rank);
    const int other = fcnn_hdf5_slots_unlimited(mapping->taken, mapping->source_rank);
    if (own < 0) {
        return;
    }
    hsize_t count = fcnn_hdf5_slots_below(&mapping->part[own], in->dims[own]);
    if (other >= 0) {
        const hsize_t there = fcnn_hdf5_slots_below(&mapping->taken[other], dims[other]);
        count = count < there ? count : there;
        mapping->taken[other].count = count;
    }
    mapping->part[own].count = count;
}

/* Checks an open source, and calls meet for it. */
static fcnn_status meet_open(walk *in, const fcnn_hdf5_file *file, fcnn_hdf5_mapping *mapping)
{
    const char *name = mapping->source.name;
    FCNN_TRY(fcnn_hdf5_sources_check_dataset(file, name, mapping->source.dataset));
    hsize_t dims[FCNN_HDF5_RANK_MAX] = {0};
    const hid_t creation = H5Dget_create_plist(mapping->source.dataset), space = H5Dget_space(mapping->source.dataset);
    const int rank = H5Sget_simple_extent_dims(space, dims, NULL);
    mapping->is_bare = fcnn_hdf5_filling_find(creation) != FCNN_HDF5_FILLED || fcnn_hdf5_sources_are_bare(file, name);
    in->is_bare = in->is_bare || mapping->is_bare;
    H5Sclose(space);
    H5Pclose(creation);
    FCNN_TRY(mapping->source_rank == 0 ? take_all(in, mapping, dims, rank) : check_taken(in, mapping, dims, rank));
    match_unlimited(in, mapping, dims);
    return in->meet != NULL ? in->meet(in->data, mapping) : FCNN_OK;
}

static fcnn_status meet_source(walk *in, const char *file_name, const char *name, fcnn_hdf5_mapping *mapping)
{
    fcnn_hdf5_file *file;
    fcnn_pulse_continue();
    FCNN_TRY(open_file(in, file_name, &file));
    file->allow_external = true;
    file->depth = in->source->depth + 1;
    mapping->source = (fcnn_hdf5_source){.path = file->path, .name = name, .depth = file->depth};
    mapping->source.dataset = H5Dopen2(file->id, name, H5P_DEFAULT);
    const fcnn_status status =
        mapping->source.dataset >= 0
            ? meet_open(in, file, mapping)
            : fcnn_hdf5_fail(FCNN_EDATA,
                             "%s: dataset %.200s is virtual, and its source, dataset %.200s of %.300s, "
                             "cannot be opened",
                             in->source->path, in->source->name, name, file->path);
    H5Dclose(mapping->source.dataset);
    H5Fclose(file->id);
    fcnn_hdf5_file_free(file);
    return status;
}

/* ---- names with a number ---- */

/* Whether a name contains "%b", which is replaced by a number ("%%" is a percent sign). */
static bool has_number(const char *name)
{
    for (; (name = strchr(name, '%')) != NULL; name += name[1] == '%' ? 2 : 1) {
        if (name[1] == 'b') {
            return true;
        }
    }
    return false;
}

static fcnn_status put_number(const char *name, hsize_t number, fcnn_text *out)
{
    fcnn_text_clear(out);
    FCNN_TRY(fcnn_text_append(out, "%s", ""));
    while (*name != '\0') {
        const size_t length = strcspn(name, "%");
        FCNN_TRY(fcnn_text_append(out, "%.*s", (int)length, name));
        name += length;
        if (name[0] == '%' && name[1] == 'b') {
            FCNN_TRY(fcnn_text_append(out, "%" PRIu64, (uint64_t)number));
        } else if (name[0] == '%') {
            FCNN_TRY(fcnn_text_append(out, "%%"));
        }
        name += name[0] == '\0' ? 0 : name[1] == 'b' || name[1] == '%' ? 2 : 1;
    }
    return FCNN_OK;
}

/* Opens and checks the source with a number in its names. */
static fcnn_status meet_numbered(walk *in, const char *file_name, const char *name, hsize_t number,
                                 fcnn_hdf5_mapping *mapping)
{
    fcnn_text own_file = {0}, own_name = {0};
    fcnn_status status = put_number(file_name, number, &own_file);
    if (status == FCNN_OK) {
        status = put_number(name, number, &own_name);
    }
    if (status == FCNN_OK) {
        status = meet_source(in, own_file.data, own_name.data, mapping);
    }
    fcnn_text_clear(&own_file);
    fcnn_text_clear(&own_name);
    return status;
}

/* Opens and checks one source; or, for names with a number, one source for each block of the unlimited dimension of the
 * dataset. */
static fcnn_status meet_sources(walk *in, const char *file_name, const char *name, fcnn_hdf5_mapping *mapping)
{
    const int along = fcnn_hdf5_slots_unlimited(mapping->part, mapping->rank);
    if (along < 0 || (!has_number(file_name) && !has_number(name))) {
        return meet_numbered(in, file_name, name, 0, mapping);
    }
    const fcnn_hdf5_slots part = mapping->part[along];
    for (hsize_t number = 0, at = part.start; at < in->dims[along]; number++, at += part.stride) {
        fcnn_hdf5_mapping block = *mapping;
        block.part[along] = (fcnn_hdf5_slots){at, 1, 1, part.block};
        FCNN_TRY(meet_numbered(in, file_name, name, number, &block));
    }
    return FCNN_OK;
}

/* ---- mappings ---- */

/* Finds the selections of mapping i; out->selection is to be closed.  False if they are empty. */
static bool find_mapping(hid_t creation, size_t i, fcnn_hdf5_mapping *out)
{
    const hid_t part = H5Pget_virtual_vspace(creation, i), taken = H5Pget_virtual_srcspace(creation, i);
    bool own, other;
    *out = (fcnn_hdf5_mapping){.source.dataset = -1, .selection = -1};
    const bool some = fcnn_hdf5_slots_find(part, &out->rank, &own, out->part) &&
                      fcnn_hdf5_slots_find(taken, &out->source_rank, &other, out->taken);
    out->is_regular = some && own && other;
    H5Sclose(taken);
    if (some && !own) {
        out->selection = part;
    } else {
        H5Sclose(part);
    }
    return some;
}

static fcnn_status meet_mapping(walk *in, hid_t creation, size_t i)
{
    const ssize_t file_bytes = H5Pget_virtual_filename(creation, i, NULL, 0);
    const ssize_t name_bytes = H5Pget_virtual_dsetname(creation, i, NULL, 0);
    fcnn_hdf5_mapping mapping;
    char *file = NULL, *name = NULL;
    if (file_bytes < 0 || name_bytes < 0) {
        return fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", in->source->path, in->source->name);
    }
    if (!find_mapping(creation, i, &mapping)) {
        return FCNN_OK;
    }
    fcnn_status status = fcnn_memory_create("a name", (int64_t)file_bytes + 1, 1, &file);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("a name", (int64_t)name_bytes + 1, 1, &name);
    }
    if (status == FCNN_OK) {
        H5Pget_virtual_filename(creation, i, file, (size_t)file_bytes + 1);
        H5Pget_virtual_dsetname(creation, i, name, (size_t)name_bytes + 1);
        status = meet_sources(in, file, name, &mapping);
    }
    H5Sclose(mapping.selection);
    free(file);
    free(name);
    return status;
}

static fcnn_status walk_all(walk *in)
{
    const hid_t creation = H5Dget_create_plist(in->source->dataset), space = H5Dget_space(in->source->dataset);
    size_t count = 0;
    fcnn_status status = find_folder(in->source->dataset, &in->folder);
    if (status == FCNN_OK && (space < 0 || H5Sget_simple_extent_dims(space, in->dims, NULL) < 0 ||
                              H5Pget_virtual_count(creation, &count) < 0)) {
        status = fcnn_hdf5_fail(FCNN_EDATA, "%s: dataset %.200s cannot be read", in->source->path, in->source->name);
    }
    for (size_t i = 0; i < count && status == FCNN_OK; i++) {
        status = meet_mapping(in, creation, i);
    }
    H5Sclose(space);
    H5Pclose(creation);
    fcnn_text_clear(&in->folder);
    fcnn_text_clear(&in->path);
    return status;
}

fcnn_status fcnn_hdf5_sources_walk(const fcnn_hdf5_source *source, fcnn_hdf5_meet_mapping meet, void *data)
{
    walk in = {.source = source, .meet = meet, .data = data};
    return walk_all(&in);
}

/* ---- datasets that have been checked ---- */

static const fcnn_hdf5_checked *find_checked(const fcnn_hdf5_file *file, const char *name)
{
    const fcnn_hdf5_checked *known = file->seen->checked;
    while (known != NULL && strcmp(known->name, name) != 0) {
        known = known->next;
    }
    return known;
}

bool fcnn_hdf5_sources_are_bare(const fcnn_hdf5_file *file, const char *name)
{
    const fcnn_hdf5_checked *known = find_checked(file, name);
    return known != NULL && known->is_bare;
}

static fcnn_status check_virtual(const fcnn_hdf5_file *file, const char *name, hid_t dataset)
{
    const fcnn_hdf5_source source = {.path = file->path, .name = name, .dataset = dataset, .depth = file->depth};
    walk in = {.source = &source};
    fcnn_hdf5_checked *known;
    if (find_checked(file, name) != NULL) {
        return FCNN_OK;
    }
    if (file->depth >= DEPTH_MOST) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: dataset %.200s is virtual, and its sources are virtual, to a depth of more than %d",
                         file->path, name, DEPTH_MOST);
    }
    FCNN_TRY(walk_all(&in));
    FCNN_TRY(fcnn_memory_create("a dataset", 1, sizeof *known + strlen(name) + 1, &known));
    known->next = file->seen->checked;
    known->is_bare = in.is_bare;
    strcpy(known->name, name);
    file->seen->checked = known;
    return FCNN_OK;
}

static fcnn_status check_sources(const fcnn_hdf5_file *file, const char *name, hid_t dataset)
{
    const hid_t creation = H5Dget_create_plist(dataset);
    const int raw_files = H5Pget_external_count(creation);
    const fcnn_status status = H5Pget_layout(creation) == H5D_VIRTUAL ? check_virtual(file, name, dataset)
                               : raw_files > 0 ? check_raw_files(file, name, dataset, creation, raw_files)
                                               : FCNN_OK;
    H5Pclose(creation);
    return status;
}

fcnn_status fcnn_hdf5_sources_check_dataset(const fcnn_hdf5_file *file, const char *name, hid_t dataset)
{
    FCNN_TRY(fcnn_hdf5_check_own(file, name, dataset));
    return file->allow_external ? check_sources(file, name, dataset) : FCNN_OK;
}
