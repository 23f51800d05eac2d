/* src/import/write.c — divides imported rows into parts and writes them. */
#include "import/import.h"

#include "core/memory.h"
#include "core/random.h"
#include "core/sizes.h"
#include "core/text.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- signals ---- */

static const int held_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* Returns the blocked signals that would end the process. */
static sigset_t deadly_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof held_signals / sizeof *held_signals; i++) {
        struct sigaction action;
        if (sigaction(held_signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
            sigaddset(&set, held_signals[i]);
        }
    }
    return set;
}

/* Returns whether one of them arrived while it was blocked. */
static bool is_interrupted(const sigset_t *deadly)
{
    sigset_t pending;
    sigpending(&pending);
    for (size_t i = 0; i < sizeof held_signals / sizeof *held_signals; i++) {
        if (sigismember(deadly, held_signals[i]) == 1 && sigismember(&pending, held_signals[i]) == 1) {
            return true;
        }
    }
    return false;
}

/* ---- writing ---- */

/* The state of a file that is being written. */
typedef struct writer {
    const fcnn_import_options *options;
    const fcnn_import_field *fields; /* [count] */
    int count;
    fcnn_hdf5_writer *output;
    const int64_t *order; /* [rows]: the input row of each output row */
    sigset_t deadly;
    fcnn_text written; /* the datasets, for the summary */
} writer;

size_t fcnn_import_row_bytes(const fcnn_hdf5_info *info)
{
    size_t bytes = fcnn_type_size(info->type);
    for (int d = 1; d < info->rank; d++) {
        bytes *= (size_t)info->dims[d];
    }
    return bytes;
}

/* Writes rows order[first … first+count−1] of a field to a dataset. */
static fcnn_status write_values(const writer *to, const char *path, const fcnn_import_field *field, int64_t first,
                                int64_t count)
{
    const size_t row_bytes = fcnn_import_row_bytes(&field->info);
    const int64_t slab_rows =
        fcnn_size(FCNN_SIZE_IMPORT_CHUNKS) * fcnn_size_rows(FCNN_SIZE_HDF5_CHUNK_BYTES, (int64_t)row_bytes);
    const int64_t most = slab_rows < count ? slab_rows : count;
    char *slab; /* [most][row_bytes] */
    FCNN_TRY(fcnn_memory_create("rows to be written", most, row_bytes, &slab));
    fcnn_status status = FCNN_OK;
    for (int64_t done = 0; done < count && status == FCNN_OK; done += most) {
        const int64_t rows = most < count - done ? most : count - done;
        for (int64_t r = 0; r < rows; r++) {
            field->gather(field, to->order[first + done + r], slab + (size_t)r * row_bytes);
        }
        status = fcnn_hdf5_writer_rows(to->output, path, done, rows, slab);
        if (status == FCNN_OK && is_interrupted(&to->deadly)) {
            status = fcnn_fail(FCNN_EOUTPUT, "%s: interrupted; nothing was written", to->options->output);
        }
    }
    free(slab);
    return status;
}

/* Returns the bytes of the longer of a field's two text attributes. */
static int64_t label_bytes(const fcnn_import_field *field)
{
    const int64_t titles = field->titles != NULL ? fcnn_hdf5_attribute_bytes(field->columns_count, field->titles) : 0;
    const int64_t classes =
        field->classes != NULL ? fcnn_hdf5_attribute_bytes(field->classes_count, field->classes) : 0;
    return titles > classes ? titles : classes;
}

static fcnn_status write_dataset(writer *to, const char *path, const fcnn_import_field *field, int64_t first,
                                 int64_t count)
{
    fcnn_hdf5_info info = field->info;
    info.dims[0] = count;
    info.label_bytes = label_bytes(field);
    FCNN_TRY(fcnn_hdf5_writer_dataset(to->output, path, &info));
    if (field->titles != NULL) {
        FCNN_TRY(fcnn_hdf5_writer_strings(to->output, path, "columns", field->columns_count, field->titles));
    }
    if (field->classes != NULL) {
        FCNN_TRY(fcnn_hdf5_writer_strings(to->output, path, "classes", field->classes_count, field->classes));
    }
    FCNN_TRY(write_values(to, path, field, first, count));
    char shape[128];
    fcnn_hdf5_info_shape(&info, shape, sizeof shape);
    return fcnn_text_append(&to->written, "%s %s %s %s", to->written.length > 0 ? "," : "", path,
                            fcnn_type_name(info.type), shape);
}

/* Writes rows order[first … first+count−1] of the fields to a group. */
static fcnn_status write_part(writer *to, const char *group, const char *part, int64_t first, int64_t count)
{
    fcnn_status status = FCNN_OK;
    for (int f = 0; f < to->count && status == FCNN_OK; f++) {
        fcnn_text path = {0};
        status = fcnn_text_append(&path, "%s%s/%s", group, part, to->fields[f].name);
        if (status == FCNN_OK) {
            status = write_dataset(to, path.data, &to->fields[f], first, count);
        }
        fcnn_text_clear(&path);
    }
    return status;
}

static fcnn_status write_parts(writer *to, const char *group, int64_t rows, int64_t train_rows)
{
    if (group[0] != '\0') {
        FCNN_TRY(fcnn_hdf5_writer_require_absent(to->output, group));
    }
    if (train_rows == rows) {
        return write_part(to, group, "", 0, rows);
    }
    FCNN_TRY(write_part(to, group, "/train", 0, train_rows));
    return write_part(to, group, "/test", train_rows, rows - train_rows);
}

static fcnn_status write_file(writer *to, const char *group, int64_t train_rows)
{
    const char *path = to->options->output;
    FCNN_TRY(group[0] != '\0' ? fcnn_hdf5_writer_append(path, &to->output)
                              : fcnn_hdf5_writer_create(path, &to->output));
    const fcnn_status status = write_parts(to, group, to->fields[0].info.dims[0], train_rows);
    if (status != FCNN_OK) {
        fcnn_hdf5_writer_abandon(to->output);
        return status;
    }
    return fcnn_hdf5_writer_commit(to->output);
}

/* ---- parts ---- */

/* Sets *out to the group as a path such as "/a/b"; "" if there is none. */
static fcnn_status spell_group(const char *group, fcnn_text *out)
{
    if (group == NULL) {
        return fcnn_text_append(out, "%s", "");
    }
    FCNN_TRY(fcnn_text_append(out, "%s%s", group[0] == '/' ? "" : "/", group));
    for (const char *part = out->data; part != NULL; part = strchr(part + 1, '/')) {
        const size_t length = strcspn(part + 1, "/");
        if (length == 0 || (length == 1 && part[1] == '.')) {
            return fcnn_fail(FCNN_EUSAGE, "--group: '%s' is not the name of a group such as /train", group);
        }
    }
    return FCNN_OK;
}

static fcnn_status count_train_rows(const fcnn_import_options *options, int64_t rows, int64_t *out)
{
    *out = rows;
    if (options->split == 0) {
        return FCNN_OK;
    }
    *out = (int64_t)floor(options->split * (double)rows + 0.5);
    if (*out < 1 || *out >= rows) {
        return fcnn_fail(FCNN_EDATA, "--split %g of %" PRId64 " rows leaves no rows for %s", options->split, rows,
                         *out < 1 ? "/train" : "/test");
    }
    return FCNN_OK;
}

/* Creates the order of the rows: unchanged, or a Fisher–Yates shuffle. */
static fcnn_status make_order(const fcnn_import_options *options, int64_t rows, int64_t **out)
{
    int64_t *order;
    FCNN_TRY(fcnn_memory_create("the order of the rows", rows, sizeof *order, &order));
    for (int64_t i = 0; i < rows; i++) {
        order[i] = i;
    }
    if (options->split != 0) {
        fcnn_random_stream stream = fcnn_random_stream_start(options->seed, FCNN_RANDOM_SPLIT, 0, 0);
        for (int64_t i = rows - 1; i > 0; i--) {
            const int64_t j = (int64_t)fcnn_random_stream_below(&stream, (uint64_t)i + 1);
            const int64_t swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
    *out = order;
    return FCNN_OK;
}

fcnn_status fcnn_import_write(const fcnn_import_options *options, int count, const fcnn_import_field *fields,
                              char *summary, size_t size)
{
    writer to = {.options = options, .fields = fields, .count = count, .deadly = deadly_signals()};
    fcnn_text group = {0};
    int64_t train_rows = 0;
    int64_t *order = NULL;
    fcnn_status status = spell_group(options->group, &group);
    if (status == FCNN_OK) {
        status = count_train_rows(options, fields[0].info.dims[0], &train_rows);
    }
    if (status == FCNN_OK) {
        status = make_order(options, fields[0].info.dims[0], &order);
    }
    if (status == FCNN_OK) {
        sigset_t callers;
        to.order = order;
        sigprocmask(SIG_BLOCK, &to.deadly, &callers);
        status = write_file(&to, group.data, train_rows);
        sigprocmask(SIG_SETMASK, &callers, NULL);
    }
    if (status == FCNN_OK) {
        snprintf(summary, size, "%s:%s", options->output, to.written.data);
    }
    free(order);
    fcnn_text_clear(&to.written);
    fcnn_text_clear(&group);
    return status;
}
