/* src/hdf5/survey.c — a description of all datasets of an untrusted file for users. */
#include "hdf5/survey.h"

#include "core/memory.h"
#include "hdf5/read_attributes.h"
#include "hdf5/check.h"
#include "hdf5/element.h"
#include "hdf5/holes.h"
#include "hdf5/image.h"
#include "hdf5/type_text.h"
#include "hdf5/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINKS_MOST = 10000, UNITS_BYTES = 60 };

typedef struct surveyor {
    const fcnn_hdf5_file *file;
    fcnn_hdf5_survey *survey;
    fcnn_status status;
} surveyor;

/* ---- reasons ---- */

/* The text after a prefix, or the whole text if it does not begin with the prefix. */
static const char *after_prefix(const char *text, const char *prefix)
{
    const size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : text;
}

/* Copies the text of the last failure, without the names of file and dataset at its start. */
static fcnn_status take_reason(const fcnn_hdf5_file *file, const char *name, char **out)
{
    char text[FCNN_ERROR_TEXT_SIZE];
    strncpy(text, fcnn_error_text(), sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *reason = after_prefix(after_prefix(text, file->path), ": ");
    reason = after_prefix(after_prefix(reason, "dataset "), name);
    return fcnn_memory_copy_text(after_prefix(reason + strspn(reason, " :"), "is "), out);
}

/* ---- types ---- */

/* Writes the type of the elements, whose size is known; for records, the size in the file. */
static fcnn_status describe_type(hid_t type, fcnn_hdf5_table *out)
{
    fcnn_text text = {0};
    const char *records = fcnn_hdf5_type_is_complex(type) ? "complex numbers, records" : "records";
    const fcnn_status status = out->is_records
                                   ? fcnn_text_append(&text, "%s of %" PRId64 " bytes", records, out->element_bytes)
                                   : fcnn_hdf5_type_text(type, &out->info, &text);
    out->type = text.data;
    return status;
}

/* Whether a dataset of strings cannot be used as labels, because it does not have one string per row. */
static bool is_no_label(const fcnn_hdf5_info *info)
{
    int larger = 0;
    for (int d = 0; d < info->rank; d++) {
        larger += info->dims[d] != 1;
    }
    return info->is_text && larger > 1;
}

/* A member of records during the iteration. */
typedef struct member_place {
    const fcnn_hdf5_source *records;
    hid_t type;       /* type of the member */
    const char *path; /* name after the ':' */
} member_place;

/* Appends the shape of a member that is an array. */
static fcnn_status append_array(const fcnn_hdf5_info *info, fcnn_text *out)
{
    for (int d = info->rank - info->array_rank; d < info->rank; d++) {
        FCNN_TRY(fcnn_text_append(out, d == info->rank - info->array_rank ? " [%" PRId64 "]" : "[%" PRId64 "]",
                                  info->dims[d]));
    }
    return FCNN_OK;
}

/* Writes the type of a member, or why it cannot be read.
 *   name  name of dataset and member, "/table:member" */
static fcnn_status describe_open_member(const surveyor *by, const member_place *place, const char *name, char **out)
{
    fcnn_hdf5_info info;
    fcnn_hdf5_element element;
    fcnn_text text = {0};
    fcnn_hdf5_source member = *place->records;
    member.name = name;
    member.member = name + strlen(place->records->name) + 1;
    if (fcnn_hdf5_source_describe(&member, &info) != FCNN_OK || fcnn_hdf5_element_find(&member, &element) != FCNN_OK) {
        return take_reason(by->file, name, out);
    }
    fcnn_status status = fcnn_hdf5_type_text(element.type, &info, &text);
    if (status == FCNN_OK) {
        status = append_array(&info, &text);
    }
    H5Tclose(element.type);
    *out = text.data;
    return status;
}

/* Adds a member that is not a record. */
static fcnn_status add_member(const surveyor *by, const member_place *place, fcnn_hdf5_table *out)
{
    if (out->member_count == FCNN_HDF5_MEMBERS_MOST) {
        out->members_more++;
        return FCNN_OK;
    }
    fcnn_hdf5_member *member = &out->members[out->member_count++];
    fcnn_text name = {0};
    FCNN_TRY(fcnn_memory_copy_text(place->path, &member->name));
    fcnn_status status = fcnn_text_append(&name, "%s:%s", place->records->name, place->path);
    if (status == FCNN_OK) {
        status = describe_open_member(by, place, name.data, &member->type);
    }
    fcnn_text_clear(&name);
    return status;
}

/* The element type of nested arrays; to be closed. */
static hid_t within_arrays(hid_t type)
{
    hid_t inner = H5Tcopy(type);
    while (inner >= 0 && H5Tget_class(inner) == H5T_ARRAY) {
        const hid_t next = H5Tget_super(inner);
        H5Tclose(inner);
        inner = next;
    }
    return inner;
}

static fcnn_status add_members(const surveyor *by, const member_place *place, fcnn_hdf5_table *out);

/* Adds a member, or its members if it is a record. */
static fcnn_status add_member_of(const surveyor *by, const member_place *records, unsigned place, fcnn_hdf5_table *out)
{
    char *name = H5Tget_member_name(records->type, place);
    const hid_t type = H5Tget_member_type(records->type, place), inner = within_arrays(type);
    fcnn_text path = {0};
    fcnn_status status =
        fcnn_text_append(&path, "%s%s%s", records->path, records->path[0] != '\0' ? ":" : "", name != NULL ? name : "");
    if (status == FCNN_OK) {
        const member_place own = {.records = records->records, .type = inner, .path = path.data};
        status = H5Tget_class(inner) == H5T_COMPOUND ? add_members(by, &own, out) : add_member(by, &own, out);
    }
    fcnn_text_clear(&path);
    H5Tclose(inner);
    H5Tclose(type);
    H5free_memory(name);
    return status;
}

static fcnn_status add_members(const surveyor *by, const member_place *place, fcnn_hdf5_table *out)
{
    const int count = H5Tget_nmembers(place->type);
    for (int i = 0; i < count; i++) {
        FCNN_TRY(add_member_of(by, place, (unsigned)i, out));
    }
    return FCNN_OK;
}

static fcnn_status describe_members(const surveyor *by, const fcnn_hdf5_source *records, hid_t type,
                                    fcnn_hdf5_table *out)
{
    const member_place all = {.records = records, .type = type, .path = ""};
    FCNN_TRY(fcnn_memory_create("the members", FCNN_HDF5_MEMBERS_MOST, sizeof *out->members, &out->members));
    return add_members(by, &all, out);
}

/* ---- storage ---- */

static fcnn_status append_filter(hid_t creation, unsigned place, bool *is_packed, fcnn_text *out)
{
    unsigned flags, config, values[8] = {0};
    size_t count = sizeof values / sizeof *values;
    const H5Z_filter_t filter = H5Pget_filter2(creation, place, &flags, &count, values, 0, NULL, &config);
    const char *comma = out->length > 0 ? ", " : "";
    *is_packed = true;
    switch (filter) {
    case H5Z_FILTER_DEFLATE:
        return fcnn_text_append(out, "%sdeflate %u", comma, values[0]);
    case H5Z_FILTER_SHUFFLE:
        return fcnn_text_append(out, "%sshuffle", comma);
    case H5Z_FILTER_FLETCHER32:
        return fcnn_text_append(out, "%schecksums", comma);
    case H5Z_FILTER_SZIP:
        return fcnn_text_append(out, "%sszip", comma);
    case H5Z_FILTER_NBIT:
        return fcnn_text_append(out, "%snbit", comma);
    default: /* no other filter passes the checks */
        return fcnn_text_append(out, "%sscale-offset", comma);
    }
}

static fcnn_status describe_chunks(hid_t creation, fcnn_hdf5_table *out)
{
    hsize_t chunk[FCNN_HDF5_RANK_MAX] = {0};
    fcnn_text filters = {0};
    fcnn_status status = FCNN_OK;
    H5Pget_chunk(creation, FCNN_HDF5_RANK_MAX, chunk);
    const int rank = out->info.rank - out->info.array_rank;
    for (int d = 0; d < out->info.rank; d++) {
        out->chunk[d] = d < rank ? (int64_t)chunk[d] : out->info.dims[d];
    }
    const int count = H5Pget_nfilters(creation);
    for (int i = 0; i < count && status == FCNN_OK; i++) {
        status = append_filter(creation, (unsigned)i, &out->is_packed, &filters);
    }
    out->filters = filters.data;
    return status;
}

/* Counts the chunks that were never written; HDF5 iterates over the chunks once. */
static void count_chunks(hid_t dataset, fcnn_hdf5_table *out)
{
    out->chunks = 1;
    for (int d = 0; d < out->info.rank; d++) {
        const int64_t along = out->info.dims[d] > 0 ? (out->info.dims[d] - 1) / out->chunk[d] + 1 : 0;
        out->chunks = along == 0 || out->chunks <= INT64_MAX / along ? out->chunks * along : 0;
    }
#if H5_VERSION_GE(1, 10, 5)
    const hid_t space = H5Dget_space(dataset);
    hsize_t present = 0;
    if (H5Dget_num_chunks(dataset, space, &present) >= 0 && present < (hsize_t)out->chunks) {
        out->absent_chunks = out->chunks - (int64_t)present;
    }
    H5Sclose(space);
#else
    (void)dataset;
#endif
}

static fcnn_status describe_storage(hid_t dataset, fcnn_hdf5_table *out)
{
    const hid_t creation = H5Dget_create_plist(dataset);
    const H5D_layout_t layout = H5Pget_layout(creation);
    out->layout = layout == H5D_CHUNKED   ? FCNN_HDF5_CHUNKED
                  : layout == H5D_COMPACT ? FCNN_HDF5_COMPACT
                                          : FCNN_HDF5_CONTIGUOUS;
    out->stored_bytes = (int64_t)H5Dget_storage_size(dataset);
    out->info.filling = fcnn_hdf5_filling_find(creation);
    const fcnn_status status = layout == H5D_CHUNKED ? describe_chunks(creation, out) : FCNN_OK;
    H5Pclose(creation);
    if (status == FCNN_OK && layout == H5D_CHUNKED) {
        count_chunks(dataset, out);
    }
    return status;
}

/* ---- one dataset ---- */

/* Describes the shape of a dataset of records, which all of its members share. */
static fcnn_status describe_records(const surveyor *by, const fcnn_hdf5_source *source,
                                    const fcnn_hdf5_element *element, fcnn_hdf5_table *out, fcnn_status *described)
{
    const hid_t space = H5Dget_space(source->dataset);
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    const int rank = H5Sget_simple_extent_ndims(space);
    const bool is_null = H5Sget_simple_extent_type(space) == H5S_NULL;
    out->is_records = true;
    if (is_null || rank < 0 || rank + element->rank > FCNN_HDF5_RANK_MAX ||
        H5Sget_simple_extent_dims(space, dims, NULL) != rank) {
        *described = fcnn_fail(FCNN_EDATA, "has no data");
    }
    H5Sclose(space);
    if (*described != FCNN_OK) {
        return FCNN_OK;
    }
    out->info.rank = rank + element->rank;
    out->info.array_rank = element->rank;
    for (int d = 0; d < out->info.rank; d++) {
        out->info.dims[d] = (int64_t)(d < rank ? dims[d] : element->dims[d - rank]);
    }
    return describe_members(by, source, element->type, out);
}

/* Describes an open dataset whose element type has been found. */
static fcnn_status describe_elements(const surveyor *by, const fcnn_hdf5_source *source,
                                     const fcnn_hdf5_element *element, fcnn_hdf5_table *out)
{
    const hid_t type = element->type;
    fcnn_status status = FCNN_OK, described = FCNN_OK;
    if (H5Tget_class(type) == H5T_COMPOUND) {
        status = describe_records(by, source, element, out, &described);
    } else {
        described = fcnn_hdf5_source_describe(source, &out->info);
        if (described == FCNN_OK && is_no_label(&out->info)) {
            described = fcnn_fail(FCNN_EDATA, "strings, but not one per row");
        }
    }
    if (status != FCNN_OK || described != FCNN_OK) {
        return status != FCNN_OK ? status : take_reason(by->file, out->name, &out->refusal);
    }
    hsize_t in_array = 1;
    for (int d = 0; d < element->rank; d++) {
        in_array *= element->dims[d];
    }
    out->element_bytes = (int64_t)(fcnn_hdf5_stored_size(source->dataset) / in_array);
    out->element_bytes *= out->info.joined > 0 ? out->info.joined : 1;
    out->is_slow_type = fcnn_hdf5_type_is_slow(type);
    FCNN_TRY(describe_type(type, out));
    return describe_storage(source->dataset, out);
}

/* Describes an open dataset that has passed the checks. */
static fcnn_status describe_dataset(const surveyor *by, hid_t dataset, fcnn_hdf5_table *out)
{
    const fcnn_hdf5_source source = {.path = by->file->path, .name = out->name, .dataset = dataset};
    fcnn_hdf5_element element;
    if (fcnn_hdf5_source_check(by->file, &source) != FCNN_OK || fcnn_hdf5_element_find(&source, &element) != FCNN_OK) {
        return take_reason(by->file, out->name, &out->refusal);
    }
    const fcnn_status status = describe_elements(by, &source, &element, out);
    H5Tclose(element.type);
    return status;
}

/* Checks and describes the object of a name. */
static fcnn_status describe_checked(const surveyor *by, fcnn_hdf5_table *out, bool *is_data)
{
    hid_t dataset;
    const char *placeholder;
    *is_data = true;
    if (fcnn_hdf5_check_open(by->file, out->name, H5P_DEFAULT, &dataset) != FCNN_OK) {
        return take_reason(by->file, out->name, &out->refusal);
    }
    fcnn_status status = fcnn_hdf5_placeholder(dataset, &placeholder);
    *is_data = placeholder == NULL;
    if (status == FCNN_OK && *is_data) {
        status = describe_dataset(by, dataset, out);
    }
    H5Dclose(dataset);
    return status;
}

/* ---- all datasets ---- */

static void clear_table(fcnn_hdf5_table *table)
{
    for (int64_t i = 0; i < table->member_count; i++) {
        free(table->members[i].name);
        free(table->members[i].type);
    }
    free(table->members);
    free(table->name);
    free(table->refusal);
    free(table->type);
    free(table->units);
    free(table->filters);
}

static fcnn_status add_table(surveyor *by, const fcnn_hdf5_met *met)
{
    fcnn_hdf5_survey *survey = by->survey;
    fcnn_text name = {0};
    FCNN_TRY(fcnn_memory_grow("the datasets", survey->count + 1, sizeof *survey->tables, &survey->tables,
                              &survey->capacity));
    fcnn_hdf5_table *table = &survey->tables[survey->count++];
    *table = (fcnn_hdf5_table){0};
    FCNN_TRY(fcnn_text_append(&name, "%s%s", met->group, met->name));
    table->name = name.data;
    bool is_data;
    FCNN_TRY(describe_checked(by, table, &is_data));
    if (!is_data) {
        clear_table(table);
        survey->count--;
    }
    return FCNN_OK;
}

/* Adds a dataset or a link; skips groups and named types. */
static bool meet(const fcnn_hdf5_met *met, void *data)
{
    surveyor *by = data;
    const H5I_type_t type = met->object >= 0 ? H5Iget_type(met->object) : H5I_DATASET;
    if (type != H5I_DATASET) {
        return true;
    }
    if (by->survey->count == FCNN_HDF5_TABLES_MOST) {
        by->survey->more++;
    } else {
        by->status = add_table(by, met);
    }
    return by->status == FCNN_OK;
}

/* Reads the units of a dataset if they are a short text. */
static void find_units(fcnn_hdf5_file *file, fcnn_hdf5_table *table)
{
    static const char *const names[] = {"units", "unit"};
    for (int i = 0; i < 2 && table->refusal == NULL && table->units == NULL; i++) {
        if (fcnn_hdf5_has_attribute(file, table->name, names[i]) &&
            fcnn_hdf5_read_text_attribute(file, table->name, names[i], UNITS_BYTES, &table->units) != FCNN_OK) {
            table->units = NULL;
        }
    }
}

static void blank_controls(char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            *text = '?';
        }
    }
}

static void blank_table(fcnn_hdf5_table *table)
{
    blank_controls(table->name);
    blank_controls(table->units);
    for (int64_t i = 0; i < table->member_count; i++) {
        blank_controls(table->members[i].name);
    }
}

fcnn_status fcnn_hdf5_survey_make(fcnn_hdf5_file *file, fcnn_hdf5_survey *out)
{
    surveyor by = {.file = file, .survey = out};
    *out = (fcnn_hdf5_survey){.bytes = fcnn_hdf5_bytes(file)};
    fcnn_hdf5_enter();
    out->is_complete = fcnn_hdf5_walk(file, LINKS_MOST, meet, &by);
    fcnn_hdf5_leave();
    for (int64_t i = 0; i < out->count && by.status == FCNN_OK; i++) {
        find_units(file, &out->tables[i]);
        blank_table(&out->tables[i]);
    }
    return by.status;
}

void fcnn_hdf5_survey_clear(fcnn_hdf5_survey *survey)
{
    for (int64_t i = 0; i < survey->count; i++) {
        clear_table(&survey->tables[i]);
    }
    free(survey->tables);
    *survey = (fcnn_hdf5_survey){0};
}
