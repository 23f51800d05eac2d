/* src/data/stream.h — training rows that stay in their files: of each of a rank's shards the window that is in use
 * is in memory, and the next one on its way, read by a thread of its own; or, where ranks read together, read when it
 * is needed. */
#ifndef FCNN_DATA_STREAM_H
#define FCNN_DATA_STREAM_H

#include "data/dataset.h"
#include "data/sampler.h"
#include "data/weights.h"

typedef struct fcnn_stream fcnn_stream;

/* Bytes of memory for a rank's windows, with what is kept beside the targets: class numbers, weights. */
int64_t fcnn_stream_bytes(const fcnn_dataset *dataset, const fcnn_sampler *sampler, bool has_labels, bool has_weights);

/* Makes the room for windows of a dataset that streams.  dataset, sampler and weights are borrowed.
 * Not collective.  Fails: FCNN_ENOMEM, FCNN_EINTERNAL without a thread. */
fcnn_status fcnn_stream_create(const fcnn_dataset *dataset, const fcnn_sampler *sampler, bool has_labels,
                               const fcnn_weights *weights, fcnn_stream **out);
void fcnn_stream_destroy(fcnn_stream *stream);

/* The windows in memory, one behind the other, as tables: the rows of fcnn_stream_take() count there.  Borrowed from
 * the stream, which reads other rows into them. */
const fcnn_rows *fcnn_stream_rows(const fcnn_stream *stream);

/* Class numbers of these rows; NULL without labels.  Their weights; NULL if all count alike. */
const int32_t *fcnn_stream_labels(const fcnn_stream *stream);
const double *fcnn_stream_weights(const fcnn_stream *stream);

/* This rank's rows of a batch, as fcnn_sampler_take() gives them, once they are read; until the next call.  A batch
 * that does not follow the last one begins anew there.  Collective where ranks read together; ranks may fail alone.
 * Fails as reading does. */
fcnn_status fcnn_stream_take(fcnn_stream *stream, int64_t epoch, int64_t batch, int64_t *index, int64_t *leaves,
                             int64_t *leaf_count);

/* The rank's own row that lies in a row of the tables. */
int64_t fcnn_stream_own_row(const fcnn_stream *stream, int64_t table_row);

#endif
