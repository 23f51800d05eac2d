/* tests/test_observers.c — those who are told how a training goes on: what they hear, and what becomes of a failure. */
#include "harness.h"

#include "parallel/comm.h"
#include "training/observers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- an observer that writes down what it hears ---- */

static char heard[1024];
static const char *fails_at; /* the call that fails; NULL: none */

static fcnn_status hear(const char *call, const char *detail)
{
    const size_t length = strlen(heard);
    snprintf(heard + length, sizeof heard - length, "%s%s ", call, detail);
    return fails_at != NULL && strcmp(call, fails_at) == 0 ? fcnn_fail(FCNN_EOUTPUT, "the log of %s is full", call)
                                                           : FCNN_OK;
}

static fcnn_status begin(const fcnn_observed_run *run, void **own)
{
    *own = heard;
    return hear("begin", run->shown[0]);
}

static fcnn_status batch(void *own, const fcnn_observed_batch *batch)
{
    char detail[64];
    snprintf(detail, sizeof detail, " %d/%d", (int)batch->epoch, (int)batch->batch);
    CU_ASSERT_PTR_EQUAL(own, heard);
    CU_ASSERT(batch->seconds >= 100);
    return hear("batch", detail);
}

static fcnn_status line(void *own, const fcnn_observed_line *line)
{
    char detail[64];
    snprintf(detail, sizeof detail, " %d %g %g", (int)line->history.epoch, line->history.train_loss,
             line->rows_per_second);
    CU_ASSERT_PTR_EQUAL(own, heard);
    CU_ASSERT(line->seconds >= 100);
    return hear("line", detail);
}

static fcnn_status end(void *own, fcnn_status status)
{
    CU_ASSERT_PTR_EQUAL(own, heard);
    return hear("end", status == FCNN_OK ? " well" : " badly");
}

static const fcnn_observer recorder = {.begin = begin, .batch = batch, .line = line, .end = end};

static fcnn_status begin_idle(const fcnn_observed_run *run, void **own)
{
    (void)run;
    (void)own;
    return FCNN_OK;
}

static const fcnn_observer idle = {.begin = begin_idle, .batch = batch, .line = line, .end = end};

static const fcnn_observer *const both[] = {&idle, &recorder, NULL};

/* A training of one epoch with two batches, which ends with a status. */
static void train(void *data)
{
    const fcnn_status *status = data;
    fcnn_report report = {0};
    const fcnn_observed_run run = {
        .report = &report, .shown = {" R2"}, .batches = 2, .start_seconds = fcnn_comm_seconds() - 100};
    fcnn_observed_line start = {.history = {0, 0, 2.5, NAN, NAN, NAN}, .shown = {NAN, NAN}, .rows_per_second = 7},
                       after = {.history = {1, 2, 0.5, NAN, NAN, 0.1}, .shown = {NAN, NAN}, .rows_per_second = 8};
    fcnn_observers observers = {0};
    heard[0] = '\0';
    fcnn_observers_begin(&observers, both, &run);
    fcnn_observers_line(&observers, &start);
    fcnn_observers_batch(&observers, 1, 1);
    fcnn_observers_batch(&observers, 1, 2);
    fcnn_observers_line(&observers, &after);
    if (*status != FCNN_OK) {
        fcnn_fail(*status, "training diverged");
    }
    fcnn_observers_end(&observers, *status);
    CU_ASSERT_EQUAL(observers.count, 0);
    fcnn_observers_line(&observers, &after); /* nobody is there to hear it */
}

/* A training whose observer fails in a call, and what it says: on rank 0, who speaks. */
static const char *train_failing(const char *call, fcnn_status status)
{
    fails_at = call;
    const char *warning = harness_stderr_of(train, &status);
    fails_at = NULL;
    return warning;
}

static void expect_warning(const char *actual, const char *expected)
{
    if (fcnn_comm_rank(harness_comm()) == 0) {
        const char *text = strstr(actual, ": warning: ");
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT(harness_same_text(text + strlen(": warning: "), expected));
    }
}

static void each_hears_the_whole_training(void)
{
    fcnn_status status = FCNN_OK;
    CU_ASSERT(harness_same_text(harness_stderr_of(train, &status), ""));
    CU_ASSERT(harness_same_text(heard, "begin R2 line 0 2.5 7 batch 1/1 batch 1/2 line 1 0.5 8 end well "));
}

static void one_that_fails_is_a_warning_and_hears_the_end(void)
{
    expect_warning(train_failing("line", FCNN_OK), "the log of line is full; the run continues without it\n");
    CU_ASSERT(harness_same_text(heard, "begin R2 line 0 2.5 7 end well "));
    expect_warning(train_failing("batch", FCNN_OK), "the log of batch is full; the run continues without it\n");
    CU_ASSERT(harness_same_text(heard, "begin R2 line 0 2.5 7 batch 1/1 end well "));
    expect_warning(train_failing("begin", FCNN_OK), "the log of begin is full; the run continues without it\n");
    CU_ASSERT(harness_same_text(heard, "begin R2 end well "));
}

static void the_text_of_the_training_stays(void)
{
    expect_warning(train_failing("end", FCNN_EDIVERGED), "the log of end is full; the run continues without it\n");
    CU_ASSERT(strstr(heard, "end badly ") != NULL);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "training diverged"));
}

/* ---- the table ---- */

static const fcnn_observer *const table[] = {&fcnn_observer_table, NULL};

/* Puts a table into a stream. */
static void print_table(void *data)
{
    fcnn_report report = {.out = data};
    const fcnn_observed_run run = {.report = &report, .shown = {"R2"}, .start_seconds = fcnn_comm_seconds() - 100};
    fcnn_observed_line start = {.history = {0, 0, 2.5, NAN, NAN, NAN}, .shown = {NAN, NAN}, .rows_per_second = NAN},
                       after = {.history = {10, 120, 0.125, 0.25, NAN, 0.05},
                                .shown = {-3, NAN},
                                .rows_per_second = 1234567},
                       constant = {.history = {20, 240, 0.125, 0.25, NAN, 1.2345678e-05},
                                   .shown = {NAN, NAN},
                                   .rows_per_second = 0.5};
    fcnn_observers observers = {0};
    fcnn_observers_begin(&observers, table, &run);
    CU_ASSERT_FALSE(observers.wants_batches);
    fcnn_observers_line(&observers, &start);
    fcnn_observers_line(&observers, &after);
    fcnn_observers_line(&observers, &constant);
    fcnn_observers_end(&observers, FCNN_OK);
}

static void a_table_has_a_head_and_blanks_for_what_there_is_not(void)
{
    char text[1024];
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    print_table(file);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    for (char *time = text; (time = strstr(time, " 100.")) != NULL; time++) {
        time[5] = 'x'; /* tenths of a second */
    }
    CU_ASSERT(harness_same_text(
        text, "  epoch     steps     train loss    valid. loss         R2        rate      rows/s      "
              "time\n"
              "      0         0            2.5                                                     "
              "100.x s\n"
              "     10       120          0.125           0.25   -3.00000        0.05     1234567   "
              "100.x s\n"
              "     20       240          0.125           0.25          -  1.2346e-05           0   "
              "100.x s\n"));
}

static void a_report_that_cannot_be_written_is_one_warning(void)
{
    FILE *full = fopen("/dev/full", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(full);
    expect_warning(harness_stderr_of(print_table, full),
                   "the report cannot be written: No space left on device; the run continues without it\n");
    fclose(full);
}

static void without_a_report_there_is_no_table(void)
{
    print_table(NULL);
}

HARNESS_MAIN("observers", {"each hears the whole training", each_hears_the_whole_training},
             {"one that fails is a warning and hears the end", one_that_fails_is_a_warning_and_hears_the_end},
             {"the text of the training stays", the_text_of_the_training_stays},
             {"a table has a head, and blanks for what there is not",
              a_table_has_a_head_and_blanks_for_what_there_is_not},
             {"a report that cannot be written is one warning", a_report_that_cannot_be_written_is_one_warning},
             {"without a report there is no table", without_a_report_there_is_no_table})
