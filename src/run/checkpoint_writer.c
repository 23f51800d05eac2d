/* src/run/checkpoint_writer.c — writes checkpoints to files in the background while training continues. */
#include "run/checkpoint_writer.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/worker.h"
#include "files/framed_file.h"
#include "run/folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One write.  Only the worker thread uses it until the write has ended. */
typedef struct write_job {
    int64_t step, keep, stays;
    const char *folder;
    void *bytes;
    int64_t count;
    void *best; /* image of best.h5; NULL: it is not written */
    int64_t best_count;
    fcnn_status status, best_status;
    char text[FCNN_ERROR_TEXT_SIZE]; /* error text, copied because error texts are per thread */
    char best_text[FCNN_ERROR_TEXT_SIZE];
    double seconds;
} write_job;

struct fcnn_checkpoint_writer {
    fcnn_worker *worker; /* NULL: no write is running */
    write_job job;
    int64_t newest; /* step of the newest complete checkpoint on disk; −1: none */
    bool lost_best; /* best.h5 could not be written */
    fcnn_status last;
    char last_text[FCNN_ERROR_TEXT_SIZE];
    double longest;
};

fcnn_status fcnn_checkpoint_writer_create(const char *folder, int64_t keep, int64_t found, fcnn_checkpoint_writer **out)
{
    FCNN_TRY(fcnn_memory_create("the checkpoint writer", 1, sizeof **out, out));
    (*out)->job.folder = folder;
    (*out)->job.keep = keep;
    (*out)->newest = found;
    return FCNN_OK;
}

void fcnn_checkpoint_writer_destroy(fcnn_checkpoint_writer *writer)
{
    if (writer != NULL) {
        fcnn_checkpoint_writer_collect(writer, true);
        free(writer->job.best);
        free(writer);
    }
}

/* ---- on the worker ---- */

/* Writes the file, reads it back and compares it; removes it if it differs. */
static fcnn_status write_verified(const write_job *job, const char *path)
{
    FCNN_TRY(fcnn_framed_file_write(path, job->bytes, job->count));
    const fcnn_status status = fcnn_framed_file_verify(path, job->bytes, job->count);
    if (status != FCNN_OK) {
        unlink(path);
    }
    return status;
}

static fcnn_status write_and_prune(const write_job *job)
{
    char *path;
    FCNN_TRY(fcnn_run_folder_checkpoint_path(job->folder, job->step, &path));
    const fcnn_status status = write_verified(job, path);
    free(path);
    FCNN_TRY(status);
    if (fcnn_run_folder_prune(job->folder, job->keep, job->stays) != FCNN_OK) {
        fcnn_log_warning("%s", fcnn_error_text()); /* not an error: an additional checkpoint does no harm */
    }
    return FCNN_OK;
}

static fcnn_status write_best(const write_job *job)
{
    char *path;
    FCNN_TRY(fcnn_run_folder_best_path(job->folder, &path));
    const fcnn_status status = fcnn_framed_file_write(path, job->best, job->best_count);
    free(path);
    return status;
}

static void run(void *data)
{
    write_job *job = data;
    const double begin = fcnn_clock_seconds();
    job->status = write_and_prune(job);
    if (job->status != FCNN_OK) {
        snprintf(job->text, sizeof job->text, "%s", fcnn_error_text());
    }
    job->best_status = job->best != NULL ? write_best(job) : FCNN_OK;
    if (job->best_status != FCNN_OK) {
        snprintf(job->best_text, sizeof job->best_text, "%s", fcnn_error_text());
    }
    job->seconds = fcnn_clock_seconds() - begin;
}

/* ---- on the main thread ---- */

static void finish(fcnn_checkpoint_writer *writer)
{
    write_job *job = &writer->job;
    fcnn_worker_join(writer->worker);
    writer->worker = NULL;
    free(job->bytes);
    free(job->best);
    job->bytes = job->best = NULL;
    if (job->best_status != FCNN_OK) {
        writer->lost_best = true;
        fcnn_log_warning("best.h5 could not be written, training continues: %s", job->best_text);
    }
    writer->last = job->status;
    writer->longest = job->seconds > writer->longest ? job->seconds : writer->longest;
    if (job->status == FCNN_OK) {
        writer->newest = job->step;
        return;
    }
    snprintf(writer->last_text, sizeof writer->last_text, "%s", job->text);
    if (writer->newest >= 0) {
        fcnn_log_warning("the checkpoint of step %" PRId64
                         " could not be written, training continues; the last complete "
                         "checkpoint is that of step %" PRId64 ": %s",
                         job->step, writer->newest, job->text);
    } else {
        fcnn_log_warning("the checkpoint of step %" PRId64 " could not be written, training continues without one: %s",
                         job->step, job->text);
    }
}

void fcnn_checkpoint_writer_collect(fcnn_checkpoint_writer *writer, bool waits)
{
    if (writer->worker != NULL && (waits || fcnn_worker_is_done(writer->worker))) {
        finish(writer);
    }
}

void fcnn_checkpoint_writer_add_best(fcnn_checkpoint_writer *writer, void *bytes, int64_t count)
{
    fcnn_checkpoint_writer_collect(writer, true);
    free(writer->job.best);
    writer->job.best = bytes;
    writer->job.best_count = count;
    writer->lost_best = false;
}

bool fcnn_checkpoint_writer_lost_best(const fcnn_checkpoint_writer *writer)
{
    return writer->lost_best;
}

void fcnn_checkpoint_writer_begin(fcnn_checkpoint_writer *writer, int64_t step, int64_t stays, void *bytes,
                                  int64_t count)
{
    fcnn_checkpoint_writer_collect(writer, true);
    write_job *job = &writer->job;
    job->step = step;
    job->stays = stays;
    job->bytes = bytes;
    job->count = count;
    if (fcnn_worker_start("the checkpoint writer", run, job, &writer->worker) != FCNN_OK) {
        run(job); /* without a thread, training waits for the write */
        finish(writer);
    }
}

fcnn_status fcnn_checkpoint_writer_last(const fcnn_checkpoint_writer *writer)
{
    return writer->last == FCNN_OK ? FCNN_OK : fcnn_fail(writer->last, "%s", writer->last_text);
}

double fcnn_checkpoint_writer_longest(const fcnn_checkpoint_writer *writer)
{
    return writer->longest;
}
