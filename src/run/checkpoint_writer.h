/* src/run/checkpoint_writer.h — checkpoints into their files while training goes on; on rank 0 alone. */
#ifndef FCNN_RUN_CHECKPOINT_WRITER_H
#define FCNN_RUN_CHECKPOINT_WRITER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_checkpoint_writer fcnn_checkpoint_writer;

/* Prepares to write into a folder, borrowed, of whose checkpoints the newest `keep` stay.  found: the step of the
 * newest checkpoint that is there already, for what a warning says; −1: none.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_checkpoint_writer_create(const char *folder, int64_t keep, int64_t found,
                                          fcnn_checkpoint_writer **out);

/* Waits for the end of a write, if there is one.  Takes NULL. */
void fcnn_checkpoint_writer_destroy(fcnn_checkpoint_writer *writer);

/* Begins to write the image of the checkpoint of a step, once the write before is over: durably, read back and
 * verified before an older one goes.  bytes [count] are taken.  stays: a step whose checkpoint stays whatever `keep`
 * says, as does that of step 0; −1: none. */
void fcnn_checkpoint_writer_begin(fcnn_checkpoint_writer *writer, int64_t step, int64_t stays, void *bytes,
                                  int64_t count);

/* Takes note of a write that has ended, and warns if it failed; waits: of the one that is under way too. */
void fcnn_checkpoint_writer_collect(fcnn_checkpoint_writer *writer, bool waits);

/* How the last write ended that was taken note of: FCNN_EOUTPUT and its text if it failed. */
fcnn_status fcnn_checkpoint_writer_last(const fcnn_checkpoint_writer *writer);

/* Seconds that the longest write took. */
double fcnn_checkpoint_writer_longest(const fcnn_checkpoint_writer *writer);

#endif
