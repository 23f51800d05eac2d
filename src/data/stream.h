/* src/data/stream.h — training rows that stay in their files. For each shard of the rank, the window in use is in
 * memory; a thread reads the next one at the same time. If ranks read together, windows are read by the main thread
 * when they are needed. Only the main thread calls these functions. */
#ifndef FCNN_DATA_STREAM_H
#define FCNN_DATA_STREAM_H

#include "data/dataset.h"
#include "data/sampler.h"
#include "data/weights.h"

typedef struct fcnn_stream fcnn_stream;

/* Returns the bytes of memory for a rank's windows, including class numbers and weights. */
int64_t fcnn_stream_bytes(const fcnn_dataset *dataset, const fcnn_sampler *sampler, bool has_labels, bool has_weights);

/* Allocates memory for the windows of a dataset that streams. Borrows dataset, sampler and weights as long as the
 * stream exists.
 * Not collective. Fails: FCNN_ENOMEM; FCNN_EINTERNAL if no thread can be started. */
fcnn_status fcnn_stream_create(const fcnn_dataset *dataset, const fcnn_sampler *sampler, bool has_labels,
                               const fcnn_weights *weights, fcnn_stream **out);
void fcnn_stream_destroy(fcnn_stream *stream);

/* Returns the windows in memory as tables, one window after the other. fcnn_stream_take() returns row numbers of these
 * tables. Borrowed from the stream, which replaces the rows. */
const fcnn_rows *fcnn_stream_rows(const fcnn_stream *stream);

/* Return the class numbers of these rows (NULL without labels), and their weights (NULL if all weights are 1). */
const int32_t *fcnn_stream_labels(const fcnn_stream *stream);
const double *fcnn_stream_weights(const fcnn_stream *stream);

/* Waits until this rank's rows of a batch are read, and returns them as fcnn_sampler_take() does; they are valid until
 * the next call. A batch that does not follow the previous one is possible, but its windows must be read first.
 * Collective if ranks read together; a single rank may fail. Fails: as reading. */
fcnn_status fcnn_stream_take(fcnn_stream *stream, int64_t epoch, int64_t batch, int64_t *index, int64_t *leaves,
                             int64_t *leaf_count);

/* Returns the rank's own row number of a row of the tables. */
int64_t fcnn_stream_own_row(const fcnn_stream *stream, int64_t table_row);

#endif
