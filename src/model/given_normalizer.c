/* src/model/given_normalizer.c — normalization that a file gives. */
#include "model/given_normalizer.h"

#include "core/memory.h"
#include "data/column_match.h"
#include "model/model_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a file contains. */
typedef struct contents {
    const char *path, *name; /* name: what has the columns, for messages */
    fcnn_hdf5_file *file;
    int64_t budget; /* limit for the bytes that may still be read */
    fcnn_normalizer normalizer;
    fcnn_column_names names; /* without columns if the file has none */
} contents;

/* ---- offsets and scales ---- */

/* Converts numbers of a type. */
static void convert(fcnn_type type, const void *from, int64_t count, double *to)
{
#define CONVERT(constant, c_type, name)                \
    case constant:                                     \
        for (int64_t i = 0; i < count; i++) {          \
            to[i] = (double)((const c_type *)from)[i]; \
        }                                              \
        break;
    switch (type) {
        FCNN_TYPE_TABLE(CONVERT)
    }
#undef CONVERT
}

static fcnn_status describe(contents *from, const char *name, bool is_text, fcnn_hdf5_info *info)
{
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, name, &from->budget, info));
    if (info->rank != 1 || info->is_text != is_text) {
        return fcnn_fail(FCNN_EDATA, "%s: %s must be one-dimensional, with a %s for each column", from->path, name,
                         is_text ? "string" : "number");
    }
    return FCNN_OK;
}

/* Reads numbers, of which there must be as many as columns. */
static fcnn_status read_numbers(contents *from, const char *name, double *out)
{
    const int64_t count = from->normalizer.count;
    fcnn_hdf5_info info;
    void *stored;
    FCNN_TRY(describe(from, name, false, &info));
    if (info.dims[0] != count) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " numbers, but %s has %" PRId64, from->path, name,
                         info.dims[0], from->name, count);
    }
    FCNN_TRY(fcnn_memory_create("the normalization", count, fcnn_type_size(info.type), &stored));
    const fcnn_status status = fcnn_hdf5_read_rows(from->file, name, 0, count, stored);
    if (status == FCNN_OK) {
        convert(info.type, stored, count, out);
    }
    free(stored);
    return status;
}

/* Reads the names of the columns into places that are empty texts. */
static fcnn_status read_names(contents *from)
{
    static const char name[] = "/names";
    const int64_t count = from->normalizer.count;
    fcnn_hdf5_dataset *dataset;
    fcnn_hdf5_info info;
    char **names;
    if (!fcnn_hdf5_has(from->file, name)) {
        return FCNN_OK;
    }
    FCNN_TRY(describe(from, name, true, &info));
    if (info.dims[0] != count) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " strings, but %s has %" PRId64 " numbers", from->path, name,
                         info.dims[0], from->name, count);
    }
    FCNN_TRY(fcnn_column_names_create(count, &from->names));
    FCNN_TRY(fcnn_memory_create("the names of columns", count, sizeof *names, &names));
    fcnn_status status = fcnn_hdf5_dataset_open(from->file, name, false, &dataset);
    if (status == FCNN_OK) {
        status = fcnn_hdf5_dataset_read_strings(dataset, 0, count, names);
        fcnn_hdf5_dataset_close(dataset);
    }
    for (int64_t i = 0; i < count; i++) {
        if (status == FCNN_OK) {
            free(from->names.names[i]);
            from->names.names[i] = names[i];
            from->names.origins[i] = FCNN_NAME_GIVEN;
        }
    }
    free(names);
    return status;
}

/* A negative scale of a target would exchange its quantiles, and make its standard deviation negative. */
static fcnn_status check_numbers(const contents *from, fcnn_side side)
{
    for (int64_t i = 0; i < from->normalizer.count; i++) {
        const double offset = from->normalizer.shift[i], scale = from->normalizer.scale[i];
        const bool bad_offset = !isfinite(offset);
        if (bad_offset || !isfinite(scale) || !isfinite(1 / scale)) {
            return fcnn_fail(FCNN_EDATA, "%s: %s of column %" PRId64 " (counting from 0) is %g, %s", from->path,
                             bad_offset ? "/offset" : "/scale", i, bad_offset ? offset : scale,
                             bad_offset ? "which cannot be subtracted" : "by which numbers cannot be divided");
        }
        if (side == FCNN_SIDE_TARGETS && scale < 0) {
            return fcnn_fail(FCNN_EDATA,
                             "%s: /scale of column %" PRId64 " (counting from 0) is %g, but that of a target must be "
                             "above 0",
                             from->path, i, scale);
        }
    }
    return FCNN_OK;
}

static fcnn_status read_pair(contents *from, fcnn_side side)
{
    static const char offset[] = "/offset";
    fcnn_hdf5_info info;
    int64_t budget = from->budget;
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, offset, &budget, &info));
    from->name = offset;
    FCNN_TRY(fcnn_normalizer_create(info.rank == 1 ? info.dims[0] : 0, &from->normalizer));
    FCNN_TRY(read_numbers(from, offset, from->normalizer.shift));
    FCNN_TRY(read_numbers(from, "/scale", from->normalizer.scale));
    FCNN_TRY(check_numbers(from, side));
    return read_names(from);
}

/* ---- models ---- */

static fcnn_status read_model(contents *from, fcnn_side side)
{
    const bool is_inputs = side == FCNN_SIDE_INPUTS;
    fcnn_model *model;
    FCNN_TRY(fcnn_model_get(from->file, from->path, &model));
    fcnn_normalizer *normalizer = is_inputs ? &model->inputs : &model->targets;
    fcnn_column_names *names = is_inputs ? &model->inputs_names : &model->targets_names;
    from->name = is_inputs ? "the model's inputs" : "the model's targets";
    from->normalizer = *normalizer;
    from->names = *names;
    *normalizer = (fcnn_normalizer){0};
    *names = (fcnn_column_names){0};
    fcnn_model_destroy(model);
    return FCNN_OK;
}

/* ---- columns ---- */

/* A column of a normalizer. */
typedef struct part {
    const fcnn_normalizer *from;
    int64_t column;
} part;

/* Sets the transforms of out, which has none, to those of parts [count]. */
static fcnn_status join_transforms(const part *parts, fcnn_normalizer *out)
{
    int64_t landmarks = 0;
    FCNN_TRY(fcnn_normalizer_add_transforms(out));
    for (int64_t i = 0; i < out->count; i++) {
        const fcnn_transform *own = fcnn_normalizer_transform(parts[i].from, parts[i].column);
        if (own == NULL) {
            continue;
        }
        out->transforms[i].kind = own->kind;
        out->transforms[i].power = own->power;
        if (own->kind == FCNN_TRANSFORM_QUANTILE && landmarks != 0 && landmarks != own->count) {
            return fcnn_fail(FCNN_ECONFIG,
                             "columns with the transform quantile must have the same number of landmarks, but some "
                             "have %" PRId64 " and others %" PRId64 ": take all of them from one file",
                             landmarks, own->count);
        }
        landmarks = own->kind == FCNN_TRANSFORM_QUANTILE ? own->count : landmarks;
    }
    if (landmarks == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_normalizer_add_landmarks(out, landmarks));
    double *next = out->landmarks;
    for (int64_t i = 0; i < out->count; i++) {
        if (out->transforms[i].kind == FCNN_TRANSFORM_QUANTILE) {
            const fcnn_transform *own = fcnn_normalizer_transform(parts[i].from, parts[i].column);
            memcpy(next, own->landmarks, (size_t)landmarks * sizeof *next);
            next += landmarks;
        }
    }
    return FCNN_OK;
}

/* Makes a normalizer of parts [count]; out is to be released also after a failure. */
static fcnn_status join(const part *parts, int64_t count, fcnn_normalizer *out)
{
    bool any = false;
    FCNN_TRY(fcnn_normalizer_create(count, out));
    for (int64_t i = 0; i < count; i++) {
        out->shift[i] = parts[i].from->shift[parts[i].column];
        out->scale[i] = parts[i].from->scale[parts[i].column];
        any = any || fcnn_normalizer_transform(parts[i].from, parts[i].column) != NULL;
    }
    return any ? join_transforms(parts, out) : FCNN_OK;
}

/* Finds the columns of the data among those of the file: order [columns], or NULL if they are the same. */
static fcnn_status match(const fcnn_given_request *request, const contents *from, int64_t **order)
{
    const fcnn_column_side here = {.names = &from->names, .path = from->path, .text = from->name};
    const fcnn_column_reference there = {.names = request->names, .where = "the training rows"};
    *order = NULL;
    if (request->match != FCNN_MATCH_IGNORE && from->names.count > 0) {
        FCNN_TRY(request->match == FCNN_MATCH_BY_NAME ? fcnn_column_match_find(&here, &there, order)
                                                      : fcnn_column_match_check(&here, &there));
    }
    return *order != NULL || from->normalizer.count == request->columns
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA, "%s: %s %s %" PRId64 " columns, but the data has %" PRId64, from->path,
                           from->name, from->name[0] == '/' ? "has" : "have", from->normalizer.count, request->columns);
}

static fcnn_status arrange(const fcnn_given_request *request, const contents *from, fcnn_normalizer *out)
{
    int64_t *order;
    part *parts = NULL;
    FCNN_TRY(match(request, from, &order));
    fcnn_status status = fcnn_memory_create("the columns", request->columns, sizeof *parts, &parts);
    if (status == FCNN_OK) {
        for (int64_t i = 0; i < request->columns; i++) {
            parts[i] = (part){&from->normalizer, order != NULL ? order[i] : i};
        }
        status = join(parts, request->columns, out);
    }
    free(parts);
    free(order);
    return status;
}

static fcnn_status read_file(const fcnn_given_request *request, contents *from)
{
    bool is_framed;
    FCNN_TRY(fcnn_hdf5_open_verified(request->path, &is_framed, &from->file));
    from->budget = fcnn_hdf5_bytes(from->file);
    if (fcnn_hdf5_has(from->file, "/offset") || fcnn_hdf5_has(from->file, "/scale")) {
        return read_pair(from, request->side);
    }
    if (is_framed || fcnn_hdf5_has(from->file, "/model/W1") || fcnn_hdf5_has(from->file, "/W1")) {
        return read_model(from, request->side);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: there are no datasets /offset and /scale, with a number for each column, and it is no model",
                     request->path);
}

fcnn_status fcnn_given_normalizer_read(const fcnn_given_request *request, fcnn_normalizer *out)
{
    contents from = {.path = request->path};
    *out = (fcnn_normalizer){0};
    fcnn_status status = read_file(request, &from);
    if (status == FCNN_OK) {
        status = arrange(request, &from, out);
    }
    fcnn_hdf5_close(from.file);
    fcnn_normalizer_clear(&from.normalizer);
    fcnn_column_names_clear(&from.names);
    return status;
}

/* ---- normalizers ---- */

fcnn_status fcnn_given_normalizer_share(fcnn_normalizer *normalizer, fcnn_comm *comm)
{
    int64_t counts[] = {normalizer->count, normalizer->transforms != NULL, normalizer->landmark_count};
    const bool is_first = comm->rank == 0;
    fcnn_comm_broadcast(comm, counts, sizeof counts);
    fcnn_status status = is_first ? FCNN_OK : fcnn_normalizer_create(counts[0], normalizer);
    if (status == FCNN_OK && !is_first && counts[1] != 0) {
        status = fcnn_normalizer_add_transforms(normalizer);
    }
    FCNN_TRY(fcnn_comm_agree(comm, status));
    fcnn_comm_broadcast(comm, normalizer->shift, counts[0] * (int64_t)sizeof(double));
    fcnn_comm_broadcast(comm, normalizer->scale, counts[0] * (int64_t)sizeof(double));
    if (counts[1] == 0) {
        return FCNN_OK;
    }
    fcnn_comm_broadcast(comm, normalizer->transforms, counts[0] * (int64_t)sizeof(fcnn_transform));
    if (counts[2] == 0) {
        return FCNN_OK;
    }
    /* this replaces the pointers of rank 0, too */
    status = is_first ? FCNN_OK : fcnn_normalizer_add_landmarks(normalizer, counts[2]);
    FCNN_TRY(fcnn_comm_agree(comm, status));
    int64_t columns = 0;
    for (int64_t i = 0; i < counts[0]; i++) {
        columns += normalizer->transforms[i].kind == FCNN_TRANSFORM_QUANTILE;
    }
    fcnn_comm_broadcast(comm, normalizer->landmarks, columns * counts[2] * (int64_t)sizeof(double));
    return FCNN_OK;
}

fcnn_status fcnn_given_normalizer_take(fcnn_normalizer *to, const fcnn_normalizer *from, const bool *marked)
{
    part *parts;
    fcnn_normalizer joined = {0};
    FCNN_TRY(fcnn_memory_create("the columns", to->count, sizeof *parts, &parts));
    for (int64_t i = 0; i < to->count; i++) {
        parts[i] = (part){marked[i] ? from : to, i};
    }
    const fcnn_status status = join(parts, to->count, &joined);
    free(parts);
    if (status != FCNN_OK) {
        fcnn_normalizer_clear(&joined);
        return status;
    }
    fcnn_normalizer_clear(to);
    *to = joined;
    return FCNN_OK;
}

static bool same_transform(const fcnn_transform *a, const fcnn_transform *b)
{
    if (a == NULL || b == NULL || a->kind != b->kind) {
        return a == b;
    }
    if (a->kind == FCNN_TRANSFORM_QUANTILE) {
        return a->count == b->count && memcmp(a->landmarks, b->landmarks, (size_t)a->count * sizeof(double)) == 0;
    }
    return a->kind != FCNN_TRANSFORM_POWER || a->power == b->power;
}

int64_t fcnn_given_normalizer_differs(const fcnn_normalizer *a, const fcnn_normalizer *b, const bool *marked)
{
    for (int64_t i = 0; i < a->count; i++) {
        if (marked[i] && (a->shift[i] != b->shift[i] || a->scale[i] != b->scale[i] ||
                          !same_transform(fcnn_normalizer_transform(a, i), fcnn_normalizer_transform(b, i)))) {
            return i;
        }
    }
    return -1;
}
