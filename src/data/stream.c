/* src/data/stream.c — training rows that stay in their files.
 *
 * The windows of a shard are numbered through all epochs: window n of the run is the (n mod K)-th window of epoch n div
 * K, and is stored in slot n mod 2 of the shard. The reader fills a slot when its previous window is no longer
 * needed. */
#include "data/stream.h"

#include "core/log.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/worker.h"
#include "data/reader.h"
#include "data/shard.h"
#include "data/targets.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 };

/* The state of one shard. The mutex protects it, except where comments say otherwise. */
typedef struct lane {
    int64_t windows;       /* K; constant */
    int64_t loaded;        /* number of windows of the run that are, or were, in memory */
    int64_t used;          /* number of windows of the run that are no longer needed */
    int64_t epoch;         /* epoch of `starts`; this member and those below belong to the main thread */
    int64_t *starts;       /* [K + 1]: first position of each window of the epoch */
    int64_t *order;        /* [SLOTS][rows of a window]: rows of the tables in the order of the epoch */
    int64_t firsts[SLOTS]; /* the rank's own row number of the first row in each slot */
} lane;

struct fcnn_stream {
    const fcnn_dataset *dataset;
    const fcnn_sampler *sampler;
    int64_t rows; /* rows of a slot */
    int64_t count;
    lane *lanes;     /* [count], one for each shard */
    fcnn_rows slots; /* [count][SLOTS][rows] */
    int32_t *labels; /* for the rows of the slots, as are the weights */
    const fcnn_weights *weights;
    double *row_weights;
    int64_t *windows;        /* work array for the order of windows; belongs to the main thread */
    int64_t epoch, batch;    /* of the last batch; −1: none */
    fcnn_worker *worker;     /* NULL if ranks read together */
    fcnn_reader together;    /* if ranks read together: the main threads of all ranks read, between steps */
    int64_t *reader_windows; /* a work array of the same kind for the reader */
    pthread_mutex_t mutex;
    pthread_cond_t moved; /* signals that a window was read, or is no longer needed */
    bool ends;
    fcnn_status status; /* status of the reader */
    char text[FCNN_ERROR_TEXT_SIZE];
};

/* ---- the reader ---- */

static int64_t shard_of(const fcnn_stream *stream, const lane *own)
{
    return stream->sampler->first_shard + (own - stream->lanes);
}

/* Returns the first row of a slot in the tables. */
static int64_t slot_row(const fcnn_stream *stream, const lane *own, int64_t number)
{
    return ((own - stream->lanes) * SLOTS + number % SLOTS) * stream->rows;
}

/* Returns rows of the slots as tables. */
static fcnn_rows rows_at(const fcnn_stream *stream, int64_t row, int64_t count)
{
    return (fcnn_rows){.inputs = fcnn_table_part(&stream->slots.inputs, row, count),
                       .targets = fcnn_table_part(&stream->slots.targets, row, count),
                       .weights = fcnn_table_part(&stream->slots.weights, row, count)};
}

/* Reads window `number` of the run into its slot. */
static fcnn_status load(fcnn_stream *stream, fcnn_reader *reader, lane *own, int64_t number)
{
    const fcnn_sampler *sampler = stream->sampler;
    const int64_t shard = shard_of(stream, own), epoch = number / own->windows;
    fcnn_sampler_order_windows(sampler, shard, epoch, stream->reader_windows);
    const int64_t window = stream->reader_windows[number % own->windows];
    const int64_t begin = fcnn_sampler_window_first(sampler, shard, window);
    const int64_t count = fcnn_sampler_window_first(sampler, shard, window + 1) - begin;
    const int64_t first = fcnn_shard_first(sampler->rows, sampler->blocks, shard) + begin;
    const int64_t at = slot_row(stream, own, number);
    const fcnn_rows rows = rows_at(stream, at, count);
    FCNN_TRY(fcnn_reader_read(reader, first, count, &rows));
    if (stream->labels != NULL) {
        fcnn_targets_labels(&rows.targets, stream->labels + at);
    }
    if (stream->row_weights != NULL) {
        fcnn_weights_of_rows(stream->weights, &rows.targets, &rows.weights, stream->row_weights + at);
    }
    fcnn_sampler_order_rows(sampler, shard, epoch, window, at, own->order + number % SLOTS * stream->rows);
    own->firsts[number % SLOTS] = first - stream->dataset->first;
    return FCNN_OK;
}

/* Returns the lane whose next window is needed first and that has a free slot; NULL: none. */
static lane *find_hungry(fcnn_stream *stream)
{
    lane *hungry = NULL;
    for (int64_t i = 0; i < stream->count; i++) {
        lane *own = &stream->lanes[i];
        if (own->loaded < own->used + SLOTS && (hungry == NULL || own->loaded < hungry->loaded)) {
            hungry = own;
        }
    }
    return hungry;
}

static void read_on(void *data)
{
    fcnn_stream *stream = data;
    fcnn_reader reader = {.source = &stream->dataset->source};
    pthread_mutex_lock(&stream->mutex);
    while (!stream->ends && stream->status == FCNN_OK) {
        lane *own = find_hungry(stream);
        if (own == NULL) {
            pthread_cond_wait(&stream->moved, &stream->mutex);
            continue;
        }
        const int64_t number = own->loaded;
        pthread_mutex_unlock(&stream->mutex);
        const fcnn_status status = load(stream, &reader, own, number);
        pthread_mutex_lock(&stream->mutex);
        if (status != FCNN_OK) {
            stream->status = status;
            strncpy(stream->text, fcnn_error_text(), sizeof stream->text - 1);
        } else {
            own->loaded = number + 1;
        }
        pthread_cond_broadcast(&stream->moved);
    }
    pthread_mutex_unlock(&stream->mutex);
    fcnn_reader_close(&reader);
}

static void stop_reader(fcnn_stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    stream->ends = true;
    pthread_cond_broadcast(&stream->moved);
    pthread_mutex_unlock(&stream->mutex);
    fcnn_worker_join(stream->worker);
    stream->worker = NULL;
    stream->ends = false;
}

/* ---- create and destroy ---- */

static int64_t own_shards(const fcnn_sampler *sampler)
{
    return sampler->last_shard - sampler->first_shard;
}

int64_t fcnn_stream_bytes(const fcnn_dataset *dataset, const fcnn_sampler *sampler, bool has_labels, bool has_weights)
{
    const int64_t row = fcnn_rows_bytes(&dataset->rows) + (int64_t)sizeof(int64_t) + (has_labels ? 4 : 0) +
                        (has_weights ? (int64_t)sizeof(double) : 0);
    return own_shards(sampler) * SLOTS * fcnn_sampler_window_rows(sampler) * row;
}

static fcnn_status create_lane(fcnn_stream *stream, lane *own)
{
    own->windows = fcnn_sampler_windows(stream->sampler, shard_of(stream, own));
    own->epoch = -1;
    FCNN_TRY(fcnn_memory_create("the windows", own->windows + 1, sizeof(int64_t), &own->starts));
    return fcnn_memory_create("the order of the rows", SLOTS * stream->rows, sizeof(int64_t), &own->order);
}

static fcnn_status create_room(fcnn_stream *stream, bool has_labels)
{
    const int64_t rows = stream->count * SLOTS * stream->rows;
    const int64_t most = fcnn_sampler_windows(stream->sampler, 0);
    stream->slots = fcnn_source_shapes(&stream->dataset->source);
    FCNN_TRY(fcnn_rows_create(rows, &stream->slots));
    if (stream->weights->used) {
        FCNN_TRY(fcnn_memory_create("the weights", rows, sizeof(double), &stream->row_weights));
    }
    FCNN_TRY(fcnn_memory_create("the windows", most, sizeof(int64_t), &stream->windows));
    FCNN_TRY(fcnn_memory_create("the windows", most, sizeof(int64_t), &stream->reader_windows));
    FCNN_TRY(fcnn_memory_create("the windows", stream->count, sizeof *stream->lanes, &stream->lanes));
    for (int64_t i = 0; i < stream->count; i++) {
        FCNN_TRY(create_lane(stream, &stream->lanes[i]));
    }
    return has_labels ? fcnn_memory_create("the labels", rows, sizeof(int32_t), &stream->labels) : FCNN_OK;
}

fcnn_status fcnn_stream_create(const fcnn_dataset *dataset, const fcnn_sampler *sampler, bool has_labels,
                               const fcnn_weights *weights, fcnn_stream **out)
{
    fcnn_stream *stream;
    FCNN_TRY(fcnn_memory_create("the stream", 1, sizeof *stream, &stream));
    stream->dataset = dataset;
    stream->sampler = sampler;
    stream->weights = weights;
    stream->together = (fcnn_reader){.source = &dataset->source, .comm = dataset->source.together};
    stream->rows = fcnn_sampler_window_rows(sampler);
    stream->count = own_shards(sampler);
    stream->epoch = stream->batch = -1;
    pthread_mutex_init(&stream->mutex, NULL);
    pthread_cond_init(&stream->moved, NULL);
    const fcnn_status status = create_room(stream, has_labels);
    if (status != FCNN_OK) {
        fcnn_stream_destroy(stream);
        return status;
    }
    *out = stream;
    return FCNN_OK;
}

void fcnn_stream_destroy(fcnn_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    stop_reader(stream);
    fcnn_reader_close(&stream->together);
    for (int64_t i = 0; stream->lanes != NULL && i < stream->count; i++) {
        free(stream->lanes[i].starts);
        free(stream->lanes[i].order);
    }
    pthread_cond_destroy(&stream->moved);
    pthread_mutex_destroy(&stream->mutex);
    free(stream->lanes);
    fcnn_rows_clear(&stream->slots);
    free(stream->labels);
    free(stream->row_weights);
    free(stream->windows);
    free(stream->reader_windows);
    free(stream);
}

const fcnn_rows *fcnn_stream_rows(const fcnn_stream *stream)
{
    return &stream->slots;
}

const int32_t *fcnn_stream_labels(const fcnn_stream *stream)
{
    return stream->labels;
}

const double *fcnn_stream_weights(const fcnn_stream *stream)
{
    return stream->row_weights;
}

/* ---- batches ---- */

/* Computes the first positions of the windows of an epoch. */
static void enter_epoch(fcnn_stream *stream, lane *own, int64_t epoch)
{
    if (own->epoch == epoch) {
        return;
    }
    const int64_t shard = shard_of(stream, own);
    fcnn_sampler_order_windows(stream->sampler, shard, epoch, stream->windows);
    for (int64_t i = 0; i < own->windows; i++) {
        const int64_t window = stream->windows[i];
        own->starts[i + 1] = own->starts[i] + fcnn_sampler_window_first(stream->sampler, shard, window + 1) -
                             fcnn_sampler_window_first(stream->sampler, shard, window);
    }
    own->epoch = epoch;
}

/* Returns the window that contains a position, counted in the order of the epoch. */
static int64_t window_at(const lane *own, int64_t position)
{
    int64_t low = 0, high = own->windows - 1;
    while (low < high) {
        const int64_t middle = low + (high - low + 1) / 2;
        if (own->starts[middle] <= position) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* Makes the reader start with the windows of a batch. */
static fcnn_status begin_at(fcnn_stream *stream, int64_t epoch, int64_t batch)
{
    stop_reader(stream);
    for (int64_t i = 0; i < stream->count; i++) {
        lane *own = &stream->lanes[i];
        int64_t first;
        fcnn_sampler_positions(stream->sampler, batch, shard_of(stream, own), &first);
        enter_epoch(stream, own, epoch);
        own->used = own->loaded = epoch * own->windows + window_at(own, first);
    }
    stream->status = FCNN_OK;
    return stream->together.comm != NULL ? FCNN_OK
                                         : fcnn_worker_start("reading data", read_on, stream, &stream->worker);
}

/* Returns how many windows of a lane a batch needs that are not in memory. */
static int64_t count_due(const fcnn_stream *stream, const lane *own, int64_t batch)
{
    int64_t first;
    const int64_t rows = fcnn_sampler_positions(stream->sampler, batch, shard_of(stream, own), &first);
    const int64_t after = own->epoch * own->windows + window_at(own, first + rows - 1) + 1;
    return rows > 0 && after > own->loaded ? after - own->loaded : 0;
}

/* Reads the windows that a batch needs together with all ranks, as often as the rank with the largest number needs. */
static fcnn_status load_together(fcnn_stream *stream, int64_t batch)
{
    const fcnn_rows nothing = rows_at(stream, 0, 0);
    int64_t rounds = 0, at = 0;
    for (int64_t i = 0; i < stream->count; i++) {
        rounds += count_due(stream, &stream->lanes[i], batch);
    }
    fcnn_comm_max_integers(stream->together.comm, 1, &rounds);
    fcnn_status status = FCNN_OK;
    for (int64_t round = 0; round < rounds; round++) {
        while (at < stream->count && count_due(stream, &stream->lanes[at], batch) == 0) {
            at++;
        }
        lane *own = at < stream->count ? &stream->lanes[at] : NULL;
        const fcnn_status here = own != NULL ? load(stream, &stream->together, own, own->loaded)
                                             : fcnn_reader_read(&stream->together, 0, 0, &nothing);
        status = status == FCNN_OK ? here : status;
        if (own != NULL) {
            own->loaded++;
        }
    }
    return status;
}

/* Waits until a window of the run is in memory, and frees the windows before `used`. */
static fcnn_status wait_for(fcnn_stream *stream, lane *own, int64_t used, int64_t number)
{
    pthread_mutex_lock(&stream->mutex);
    if (own->used != used) {
        own->used = used;
        pthread_cond_broadcast(&stream->moved);
    }
    while (own->loaded <= number && stream->status == FCNN_OK) {
        fcnn_pulse_continue();
        pthread_cond_wait(&stream->moved, &stream->mutex);
    }
    const fcnn_status status = own->loaded > number ? FCNN_OK : stream->status;
    pthread_mutex_unlock(&stream->mutex);
    return status == FCNN_OK ? FCNN_OK : fcnn_fail(status, "%s", stream->text);
}

/* Finds the rows of a shard's block. */
static fcnn_status take_block(fcnn_stream *stream, lane *own, int64_t batch, int64_t *index, int64_t *taken)
{
    int64_t first;
    const int64_t rows = fcnn_sampler_positions(stream->sampler, batch, shard_of(stream, own), &first);
    *taken = rows;
    if (rows == 0) {
        return FCNN_OK;
    }
    const int64_t base = own->epoch * own->windows;
    const int64_t begin = window_at(own, first), end = window_at(own, first + rows - 1);
    FCNN_TRY(wait_for(stream, own, base + begin, base + end));
    int64_t window = begin;
    for (int64_t i = 0; i < rows; i++) {
        window += first + i == own->starts[window + 1];
        const int64_t *order = own->order + (base + window) % SLOTS * stream->rows;
        index[i] = order[first + i - own->starts[window]];
    }
    return FCNN_OK;
}

fcnn_status fcnn_stream_take(fcnn_stream *stream, int64_t epoch, int64_t batch, int64_t *index, int64_t *leaves,
                             int64_t *leaf_count)
{
    const bool follows =
        (epoch == stream->epoch && (batch == stream->batch + 1 || batch == stream->batch)) ||
        (epoch == stream->epoch + 1 && batch == 0 && stream->batch + 1 == fcnn_sampler_batches(stream->sampler));
    *leaf_count = 0;
    leaves[0] = 0;
    if (stream->count == 0 && stream->together.comm == NULL) {
        return FCNN_OK;
    }
    if (!follows) {
        FCNN_TRY(begin_at(stream, epoch, batch));
    }
    stream->epoch = epoch;
    stream->batch = batch;
    for (int64_t i = 0; i < stream->count; i++) {
        enter_epoch(stream, &stream->lanes[i], epoch);
    }
    if (stream->together.comm != NULL) {
        FCNN_TRY(load_together(stream, batch));
    }
    int64_t taken = 0;
    for (int64_t i = 0; i < stream->count; i++) {
        int64_t rows;
        FCNN_TRY(take_block(stream, &stream->lanes[i], batch, index + taken, &rows));
        fcnn_sampler_add_leaves(taken, rows, leaves, leaf_count);
        taken += rows;
    }
    return FCNN_OK;
}

int64_t fcnn_stream_own_row(const fcnn_stream *stream, int64_t table_row)
{
    const lane *own = &stream->lanes[table_row / stream->rows / SLOTS];
    return own->firsts[table_row / stream->rows % SLOTS] + table_row % stream->rows;
}
