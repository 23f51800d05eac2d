/* src/data/reader.c — reads rows of a source from its files. */
#include "data/reader.h"

#include "core/log.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/sizes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- runs of the joined files ---- */

static void close_file(fcnn_reader_file *open)
{
    fcnn_open_columns_close(&open->inputs);
    fcnn_open_columns_close(&open->targets);
    fcnn_open_columns_close(&open->weights);
    fcnn_hdf5_close(open->file);
    open->file = NULL;
}

void fcnn_reader_close(fcnn_reader *reader)
{
    close_file(&reader->open);
    for (int i = 0; i < FCNN_SIZE_SHARED_FILES_MOST; i++) {
        close_file(&reader->together[i]);
    }
}

/* Checks that a file still has the described columns, because it may have been replaced since. */
static fcnn_status require_described(const fcnn_columns *columns, const fcnn_open_columns *open, const char *path)
{
    int64_t least = columns->width; /* number of columns that the file must have */
    for (int64_t i = 0; open->order != NULL && i < columns->width; i++) {
        least = open->order[i] >= least ? open->order[i] + 1 : least;
    }
    if (open->order != NULL ? open->width >= least : open->width == least) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s has %" PRId64 " columns, but had %" PRId64
                     " when the run started: the file was changed during the run",
                     path, columns->text, open->width, least);
}

/* Opens the columns in a file that was just opened. */
static fcnn_status open_columns(const fcnn_source *source, int64_t place, fcnn_reader_file *open)
{
    const fcnn_columns *columns[] = {&source->inputs, &source->targets, &source->weights};
    fcnn_open_columns *const found[] = {&open->inputs, &open->targets, &open->weights};
    fcnn_hdf5_allow_external(open->file, source->allow_external);
    for (int i = 0; i < 3; i++) {
        FCNN_TRY(fcnn_open_columns_open(columns[i], open->file, found[i]));
        fcnn_open_columns_set_order(found[i], fcnn_column_orders_find(&columns[i]->orders, place));
        FCNN_TRY(require_described(columns[i], found[i], source->files.paths[place]));
    }
    return FCNN_OK;
}

static fcnn_status open_file(fcnn_reader *reader, int64_t place)
{
    if (reader->open.file != NULL && reader->open.place == place) {
        return FCNN_OK;
    }
    close_file(&reader->open);
    reader->open.place = place;
    FCNN_TRY(fcnn_hdf5_open(reader->source->files.paths[place], &reader->open.file));
    const fcnn_status status = open_columns(reader->source, place, &reader->open);
    if (status != FCNN_OK) {
        close_file(&reader->open);
    }
    return status;
}

/* Contiguous rows, of the joined files or of one of them, and the memory for them. */
typedef struct run {
    const fcnn_columns *columns; /* the columns of the source */
    bool are_strings;            /* strings are read, not numbers */
    size_t bytes;                /* bytes of a row in out */
    int64_t first, count;
    char *out;
} run;

/* Returns rows first … first+count−1 of a run, which begin with row `start` of the file. */
static run part_of(const run *all, int64_t first, int64_t count, int64_t start)
{
    run part = *all;
    part.first = start;
    part.count = count;
    part.out = count > 0 ? all->out + (size_t)(first - all->first) * all->bytes : NULL;
    return part;
}

/* Returns these columns of the source in an open file. */
static const fcnn_open_columns *columns_there(const fcnn_source *source, const fcnn_columns *columns,
                                              const fcnn_reader_file *open)
{
    return columns == &source->inputs ? &open->inputs : columns == &source->targets ? &open->targets : &open->weights;
}

/* Reads rows of an open file. */
static fcnn_status read_file(const fcnn_source *source, const fcnn_reader_file *open, const run *rows)
{
    const fcnn_open_columns *columns = columns_there(source, rows->columns, open);
    fcnn_pulse_continue();
    return rows->are_strings
               ? fcnn_open_columns_read_strings(columns, rows->first, rows->count, (char **)(void *)rows->out)
               : fcnn_open_columns_read(columns, rows->first, rows->count, rows->out);
}

/* Returns whether a failure may be temporary, such as that of a file server that restarts. */
static bool may_pass(fcnn_status status)
{
    return status == FCNN_EINPUT || (status == FCNN_EDATA && fcnn_hdf5_failed_in_system());
}

/* Sleeps, and tells the watchdog so. */
static void wait_seconds(int seconds)
{
    const struct timespec second = {.tv_sec = 1};
    for (int i = 0; i < seconds; i++) {
        fcnn_pulse_continue();
        nanosleep(&second, NULL);
    }
    fcnn_pulse_continue();
}

/* Reads rows of a file. After a failure that may be temporary, waits and tries again, with increasing waits. */
static fcnn_status read_patiently(fcnn_reader *reader, int64_t place, const run *rows)
{
    for (int tries = 0;; tries++) {
        fcnn_status status = open_file(reader, place);
        if (status == FCNN_OK) {
            status = read_file(reader->source, &reader->open, rows);
        }
        if (status == FCNN_OK || !may_pass(status) || tries == reader->source->read_retries) {
            return status;
        }
        const int seconds = 1 << (tries < 6 ? tries : 6);
        fcnn_log_warning("%s; trying again in %d s", fcnn_error_text(), seconds);
        close_file(&reader->open);
        wait_seconds(seconds);
    }
}

/* Reads rows of the joined files. */
static fcnn_status read_run(fcnn_reader *reader, const run *all)
{
    const fcnn_files *files = &reader->source->files;
    int64_t place = fcnn_files_of_row(files, all->first);
    for (int64_t done = 0; done < all->count; place++) {
        const int64_t begin = all->first + done;
        const int64_t left = files->starts[place + 1] - begin;
        if (left == 0) {
            continue; /* the file has no rows */
        }
        const int64_t count = left < all->count - done ? left : all->count - done;
        const run here = part_of(all, begin, count, begin - files->starts[place]);
        FCNN_TRY(read_patiently(reader, place, &here));
        done += count;
    }
    return FCNN_OK;
}

/* ---- collective reading ---- */

/* Returns the slot for a file among those that are open on all ranks: its own, a free one, or that of the file that was
 * not read for the longest time. */
static fcnn_reader_file *slot_of(fcnn_reader *reader, int64_t place)
{
    fcnn_reader_file *slot = &reader->together[0];
    for (int64_t i = 0; i < fcnn_size(FCNN_SIZE_SHARED_FILES); i++) {
        fcnn_reader_file *other = &reader->together[i];
        if (other->file != NULL && other->place == place) {
            return other;
        }
        if (slot->file != NULL && (other->file == NULL || other->last_use < slot->last_use)) {
            slot = other;
        }
    }
    return slot;
}

/* Opens the columns in a file that was just opened on all ranks. Collective; all ranks return the same status. */
static fcnn_status join_columns(fcnn_reader *reader, int64_t place, fcnn_reader_file *open)
{
    FCNN_TRY(fcnn_comm_agree_named(reader->comm, open_columns(reader->source, place, open)));
    FCNN_TRY(fcnn_open_columns_join(&open->inputs));
    FCNN_TRY(fcnn_open_columns_join(&open->targets));
    return fcnn_open_columns_join(&open->weights);
}

/* Opens a file on all ranks, unless it is open. Collective; all ranks return the same status. */
static fcnn_status open_together(fcnn_reader *reader, int64_t place, const fcnn_reader_file **out)
{
    fcnn_reader_file *slot = slot_of(reader, place);
    if (slot->file == NULL || slot->place != place) {
        close_file(slot);
        FCNN_TRY(fcnn_hdf5_open_together(reader->comm, reader->source->files.paths[place], &slot->file));
        slot->place = place;
        const fcnn_status status = join_columns(reader, place, slot);
        if (status != FCNN_OK) {
            close_file(slot);
            return status;
        }
    }
    slot->last_use = ++reader->uses;
    *out = slot;
    return FCNN_OK;
}

/* Does the same as read_run() with all ranks together. For each file that any rank needs, each rank reads its rows of
 * the run, or none.
 *   needed  [files]: work array */
static fcnn_status read_run_together(fcnn_reader *reader, const run *all, int64_t *needed)
{
    const fcnn_files *files = &reader->source->files;
    const int64_t first = all->first, after = first + all->count;
    for (int64_t place = 0; place < files->count; place++) {
        needed[place] = first < files->starts[place + 1] && after > files->starts[place] &&
                        files->starts[place] < files->starts[place + 1];
    }
    fcnn_comm_max_integers(reader->comm, files->count, needed);
    fcnn_status status = FCNN_OK;
    for (int64_t place = 0; place < files->count; place++) {
        if (!needed[place]) {
            continue;
        }
        const int64_t begin = first > files->starts[place] ? first : files->starts[place];
        const int64_t end = after < files->starts[place + 1] ? after : files->starts[place + 1];
        const run rows =
            begin < end ? part_of(all, begin, end - begin, begin - files->starts[place]) : part_of(all, first, 0, 0);
        const fcnn_reader_file *open;
        FCNN_TRY(open_together(reader, place, &open));
        const fcnn_status here = read_file(reader->source, open, &rows);
        status = here == FCNN_OK ? status : here; /* the error text is that of the last failure */
    }
    return status;
}

/* ---- rows of the source ---- */

/* Copies the rows of the source that are in a run of the joined files, starting with row number *done of the source's
 * run, and increases *done. */
static void take_rows(const fcnn_source *source, const run *joined, const run *rows, int64_t *done)
{
    for (; *done < rows->count; ++*done) {
        const int64_t offset = fcnn_source_joined_row(source, rows->first + *done) - joined->first;
        if (offset >= joined->count) {
            return;
        }
        memcpy(rows->out + (size_t)*done * rows->bytes, joined->out + (size_t)offset * rows->bytes, rows->bytes);
    }
}

/* Reads rows of the source, in as many runs of the joined files as the rank with the largest number of runs needs.
 *   buffer  memory for `most` rows
 *   needed  [files]: work array */
static fcnn_status read_rounds(fcnn_reader *reader, const run *rows, run buffer, int64_t most, int64_t *needed)
{
    const fcnn_source *source = reader->source;
    const int64_t begin = rows->count > 0 ? fcnn_source_joined_row(source, rows->first) : 0;
    const int64_t end = rows->count > 0 ? fcnn_source_joined_row(source, rows->first + rows->count - 1) + 1 : 0;
    int64_t rounds = (end - begin + most - 1) / most, done = 0;
    fcnn_status status = FCNN_OK;
    fcnn_comm_max_integers(reader->comm, 1, &rounds);
    for (int64_t round = 0; round < rounds; round++) {
        const int64_t from = begin + round * most, left = end - from;
        buffer.first = from;
        buffer.count = left <= 0 ? 0 : left < most ? left : most;
        const fcnn_status here = read_run_together(reader, &buffer, needed);
        status = here == FCNN_OK ? status : here;
        take_rows(source, &buffer, rows, &done);
    }
    return status;
}

/* Returns how many rows of the joined files contain those of a run, limited to the rows that are read at a time. */
static int64_t span_of(const fcnn_source *source, const run *rows, int64_t most)
{
    if (rows->count == 0) {
        return 0;
    }
    const int64_t last = fcnn_source_joined_row(source, rows->first + rows->count - 1);
    const int64_t span = last + 1 - fcnn_source_joined_row(source, rows->first);
    return span < most ? span : most;
}

/* Reads rows of the source with all ranks together. */
static fcnn_status read_together(fcnn_reader *reader, const run *rows)
{
    const fcnn_source *source = reader->source;
    const int64_t most = fcnn_size_rows(FCNN_SIZE_SELECT_BYTES, (int64_t)rows->bytes);
    run buffer = *rows;
    int64_t *needed = NULL;
    buffer.out = NULL;
    fcnn_status status = fcnn_memory_create("the read buffer", span_of(source, rows, most), rows->bytes, &buffer.out);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the files", source->files.count, sizeof *needed, &needed);
    }
    status = fcnn_comm_agree(reader->comm, status);
    if (status == FCNN_OK) {
        status = read_rounds(reader, rows, buffer, most, needed);
    }
    free(buffer.out);
    free(needed);
    return status;
}

/* Reads the joined files in runs and keeps the rows of the source. */
static fcnn_status read_selected(fcnn_reader *reader, const run *rows)
{
    const fcnn_source *source = reader->source;
    const int64_t most = span_of(source, rows, fcnn_size_rows(FCNN_SIZE_SELECT_BYTES, (int64_t)rows->bytes));
    const int64_t end = fcnn_source_joined_row(source, rows->first + rows->count - 1) + 1;
    run buffer = *rows;
    FCNN_TRY(fcnn_memory_create("the read buffer", most, rows->bytes, &buffer.out));
    fcnn_status status = FCNN_OK;
    for (int64_t done = 0; status == FCNN_OK && done < rows->count;) {
        buffer.first = fcnn_source_joined_row(source, rows->first + done);
        buffer.count = end - buffer.first < most ? end - buffer.first : most;
        status = read_run(reader, &buffer);
        if (status == FCNN_OK) {
            take_rows(source, &buffer, rows, &done);
        }
    }
    free(buffer.out);
    return status;
}

static fcnn_status read_numbers(fcnn_reader *reader, const fcnn_columns *columns, int64_t first, int64_t count,
                                void *out)
{
    const fcnn_source *source = reader->source;
    run rows = {.columns = columns,
                .bytes = (size_t)columns->width * fcnn_type_size(columns->type),
                .first = first,
                .count = count,
                .out = out};
    if (reader->comm != NULL) {
        return read_together(reader, &rows);
    }
    if (count == 0) {
        return FCNN_OK;
    }
    if (source->chosen != NULL || source->missing.drops > 0) {
        return read_selected(reader, &rows);
    }
    rows.first += source->first_row;
    return read_run(reader, &rows);
}

fcnn_status fcnn_reader_explain(const fcnn_source *source, const fcnn_columns *columns, int64_t row, int64_t column,
                                fcnn_text *out)
{
    fcnn_reader reader = {.source = source};
    const int64_t joined = fcnn_source_joined_row(source, row);
    const int64_t place = fcnn_files_of_row(&source->files, joined);
    fcnn_status status = open_file(&reader, place);
    if (status == FCNN_OK) {
        const fcnn_open_columns *open = columns_there(source, columns, &reader.open);
        status = fcnn_open_columns_explain(open, joined - source->files.starts[place], column, out);
    }
    fcnn_reader_close(&reader);
    return status;
}

/* ---- strings ---- */

fcnn_status fcnn_reader_texts(fcnn_reader *reader, int64_t first, int64_t count, char **out)
{
    const run rows = {.columns = &reader->source->targets,
                      .are_strings = true,
                      .bytes = sizeof *out,
                      .first = first,
                      .count = count,
                      .out = (char *)(void *)out};
    memset(out, 0, (size_t)count * sizeof *out);
    const fcnn_status status = read_run(reader, &rows);
    for (int64_t i = 0; status != FCNN_OK && i < count; i++) {
        free(out[i]); /* strings of the files before the one that failed */
        out[i] = NULL;
    }
    return status;
}

static fcnn_status missing_class(const fcnn_source *source, const char *text, int64_t row)
{
    const int64_t place = fcnn_files_of_row(&source->files, row);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: the label of row %" PRId64
                     " (counting from 0) is missing, because '%.60s' does not name a class; remove such rows (in "
                     "training, data.missing = drop_row does this), or set data.decode = no if it does name a class",
                     source->files.paths[place], source->targets_name, row - source->files.starts[place], text);
}

static fcnn_status unknown_class(const fcnn_source *source, const char *text, int64_t row)
{
    const int64_t place = fcnn_files_of_row(&source->files, row);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 " (counting from 0) has the label '%.60s', which is not one of the %" PRId64
                     " classes of the training rows",
                     source->files.paths[place], source->targets_name, row - source->files.starts[place], text,
                     source->classes.count);
}

/* Reads the strings of rows begin … end−1 of the joined files, and sets the class numbers of those that are rows of the
 * source, starting with row `first`. */
static fcnn_status place_texts(fcnn_reader *reader, int64_t begin, int64_t end, int64_t first, int64_t count,
                               int32_t *out, char **texts)
{
    const fcnn_source *source = reader->source;
    FCNN_TRY(fcnn_reader_texts(reader, begin, end - begin, texts));
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < count && status == FCNN_OK; i++) {
        const int64_t row = fcnn_source_joined_row(source, first + i);
        const int64_t place = fcnn_classes_find(&source->classes, texts[row - begin]);
        out[i] = (int32_t)place;
        if (fcnn_source_is_missing(source, texts[row - begin])) {
            status = missing_class(source, texts[row - begin], row);
        } else if (place < 0) {
            status = unknown_class(source, texts[row - begin], row);
        }
    }
    for (int64_t i = 0; i < end - begin; i++) {
        free(texts[i]);
    }
    return status;
}

static fcnn_status read_classes(fcnn_reader *reader, int64_t first, int64_t count, int32_t *out)
{
    const fcnn_source *source = reader->source;
    const int64_t most = fcnn_size(FCNN_SIZE_TEXTS);
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", most, sizeof *texts, &texts));
    fcnn_status status = FCNN_OK;
    int64_t done = 0;
    while (status == FCNN_OK && done < count) {
        const int64_t begin = fcnn_source_joined_row(source, first + done);
        int64_t taken = 1;
        while (done + taken < count && fcnn_source_joined_row(source, first + done + taken) - begin < most) {
            taken++;
        }
        const int64_t end = fcnn_source_joined_row(source, first + done + taken - 1) + 1;
        status = place_texts(reader, begin, end, first + done, taken, out + done, texts);
        done += taken;
    }
    free(texts);
    return status;
}

/* ---- inputs, targets and weights ---- */

static fcnn_status read_inputs(fcnn_reader *reader, int64_t first, int64_t count, void *out)
{
    const fcnn_columns *columns = &reader->source->inputs;
    FCNN_TRY(read_numbers(reader, columns, first, count, out));
    fcnn_table inputs = {.type = columns->type, .rows = count, .width = columns->width, .values = out};
    fcnn_missing_put_means(&reader->source->missing, &inputs, reader->filled);
    return FCNN_OK;
}

static fcnn_status read_targets(fcnn_reader *reader, int64_t first, int64_t count, void *out)
{
    const fcnn_columns *columns = &reader->source->targets;
    return columns->is_text ? read_classes(reader, first, count, out)
                            : read_numbers(reader, columns, first, count, out);
}

fcnn_status fcnn_reader_read(fcnn_reader *reader, int64_t first, int64_t count, const fcnn_rows *out)
{
    fcnn_status status = read_inputs(reader, first, count, out->inputs.values);
    /* with a comm, all ranks make the same calls, even if one of them has failed */
    if (out->targets.width > 0 && (status == FCNN_OK || reader->comm != NULL)) {
        const fcnn_status here = read_targets(reader, first, count, out->targets.values);
        status = here == FCNN_OK ? status : here;
    }
    if (out->weights.width > 0 && (status == FCNN_OK || reader->comm != NULL)) {
        const fcnn_status here = read_numbers(reader, &reader->source->weights, first, count, out->weights.values);
        status = here == FCNN_OK ? status : here;
    }
    return status;
}
