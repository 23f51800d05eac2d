/* src/run/checkpoint_writer.h — writes checkpoints to files in the background while training continues.
 *
 * Only rank 0 has a writer.  No function is collective.  All functions must be called by the same thread. */
#ifndef FCNN_RUN_CHECKPOINT_WRITER_H
#define FCNN_RUN_CHECKPOINT_WRITER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_checkpoint_writer fcnn_checkpoint_writer;

/* Creates a writer for a folder that keeps the newest `keep` checkpoints.  folder is borrowed.
 *   found  step of the newest checkpoint that the folder already contains, which warnings mention; −1: none
 * Errors: FCNN_ENOMEM. */
fcnn_status fcnn_checkpoint_writer_create(const char *folder, int64_t keep, int64_t found,
                                          fcnn_checkpoint_writer **out);

/* Waits until a running write has ended, and releases the writer, which may be NULL. */
void fcnn_checkpoint_writer_destroy(fcnn_checkpoint_writer *writer);

/* Starts to write the checkpoint of a step, after waiting for the previous write.  The file is synchronized, read back
 * and compared before older checkpoints are removed.
 *   bytes [count]  image of the checkpoint; the writer takes ownership
 *   stays          a step whose checkpoint is kept in any case, as is that of step 0; −1: none */
void fcnn_checkpoint_writer_begin(fcnn_checkpoint_writer *writer, int64_t step, int64_t stays, void *bytes,
                                  int64_t count);

/* Passes the image of best.h5 to the next write, which writes it after its checkpoint: from then on the checkpoint can
 * make it again.  The writer takes ownership of bytes [count]. */
void fcnn_checkpoint_writer_add_best(fcnn_checkpoint_writer *writer, void *bytes, int64_t count);

/* Whether the last best.h5 that was passed could not be written, for which a warning was printed. */
bool fcnn_checkpoint_writer_lost_best(const fcnn_checkpoint_writer *writer);

/* Records the result of a write that has ended, and prints a warning if it failed.
 *   waits  whether to wait for a write that is still running */
void fcnn_checkpoint_writer_collect(fcnn_checkpoint_writer *writer, bool waits);

/* Returns the status of the last recorded write, FCNN_EOUTPUT with its error text if it failed. */
fcnn_status fcnn_checkpoint_writer_last(const fcnn_checkpoint_writer *writer);

/* Returns the duration of the longest write in seconds. */
double fcnn_checkpoint_writer_longest(const fcnn_checkpoint_writer *writer);

#endif
