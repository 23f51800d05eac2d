/* tests/test_import.c — the import as a C program calls it; system_import.sh tests it from outside. */
#include "harness.h"

#include <fcnn/import.h>

#include "hdf5/dataset.h"

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *table(void)
{
    static char path[1024];
    if (path[0] == '\0') {
        snprintf(path, sizeof path, "%s", harness_path("table.csv"));
        FILE *file = fopen(path, "wb");
        fputs("1,2,0\n3,4,1\n5,6,2\n", file);
        fclose(file);
    }
    return path;
}

/* A list of one file. */
#define ONE(path) ((const char *const[]){(path), NULL})

static void a_summary_is_given(void)
{
    char summary[1200], expected[1200], shorter[12];
    const fcnn_import_options options = {.output = harness_path("a.h5"), .csv = ONE(table())};
    HARNESS_OK(fcnn_import(&options, summary, sizeof summary));
    snprintf(expected, sizeof expected, "%s: /x float64 [3][2], /y int32 [3]", options.output);
    CU_ASSERT(harness_same_text(summary, expected));
    HARNESS_OK(fcnn_import(&options, shorter, sizeof shorter));
    CU_ASSERT_EQUAL(strncmp(shorter, expected, sizeof shorter - 1), 0);
    CU_ASSERT_EQUAL(strlen(shorter), sizeof shorter - 1);
}

static void options_must_fit_together(void)
{
    char summary[64];
    const char *out = harness_path("b.h5");
    const fcnn_import_options cases[] = {
        {.csv = ONE(table())},
        {.output = "", .csv = ONE(table())},
        {.output = out},
        {.output = out, .csv = (const char *const[]){NULL}},
        {.output = out, .images = "i"},
        {.output = out, .csv = ONE(table()), .images = "i", .labels = "l"},
        {.output = out, .csv = ONE(table()), .npy_inputs = "x"},
        {.output = out, .npy_inputs = "x", .npz = "z"},
        {.output = out, .npy_targets = "y"},
        {.output = out, .npy_targets = "y", .npz = "z"},
        {.output = out, .npy_inputs = "x", .npz_inputs = "x"},
        {.output = out, .csv = ONE(table()), .npz_targets = "x"},
        {.output = out, .npy_inputs = "x", .header = 1},
        {.output = out, .npz = "x", .classes = 1},
        {.output = out, .npz = "x", .delimiter = ','},
        {.output = out, .csv = ONE(table()), .delimiter = ':'},
        {.output = out, .csv = ONE(table()), .classes = 1, .float_targets = 1},
        {.output = out, .csv = ONE(table()), .classes = 1, .target_columns = "1,2"},
        {.output = out, .csv = ONE(table()), .no_targets = 1, .target_columns = "1"},
        {.output = out, .npy_inputs = "x", .npy_targets = "y", .no_targets = 1},
        {.output = out, .images = "i", .labels = "l", .missing = 1},
        {.output = out, .images = "i", .labels = "l", .no_targets = 1},
        {.output = out, .images = "i", .labels = "l", .header = 1},
        {.output = out, .images = "i", .labels = "l", .float_targets = 1},
        {.output = out, .images = "i", .labels = "l", .target_columns = "1"},
        {.output = out, .csv = ONE(table()), .split = 1},
        {.output = out, .csv = ONE(table()), .split = -0.5},
        {.output = out, .csv = ONE(table()), .split = (double)NAN},
        {.output = out, .csv = ONE(table()), .group = "/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HARNESS_STATUS(fcnn_import(&cases[i], summary, sizeof summary), FCNN_EUSAGE);
    }
    CU_ASSERT_NOT_EQUAL(access(out, F_OK), 0);
}

/* Imports while a signal waits to be delivered, with the given disposition of it. */
static fcnn_status import_with_pending(int number, void (*disposition)(int), const char *output)
{
    char summary[1200];
    const fcnn_import_options options = {.output = output, .csv = ONE(table())};
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, number);
    void (*callers)(int) = signal(number, disposition);
    sigprocmask(SIG_BLOCK, &held, &before);
    raise(number);
    const fcnn_status status = fcnn_import(&options, summary, sizeof summary);
    sigset_t after;
    sigpending(&after);
    CU_ASSERT_EQUAL(sigismember(&after, number), 1); /* it is still there for the caller */
    signal(number, SIG_IGN);                         /* drops it */
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(number, callers);
    return status;
}

static void a_signal_ends_the_call(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const char *output = harness_path("c.h5");
    for (int i = 0; i < 4; i++) {
        HARNESS_STATUS(import_with_pending(numbers[i], SIG_DFL, output), FCNN_EOUTPUT);
        HARNESS_ERROR_HAS("c.h5: interrupted; nothing was written");
        CU_ASSERT_NOT_EQUAL(access(output, F_OK), 0);
    }
}

/* As under nohup. */
static void an_ignored_signal_does_not(void)
{
    const char *output = harness_path("d.h5");
    HARNESS_OK(import_with_pending(SIGHUP, SIG_IGN, output));
    CU_ASSERT_EQUAL(access(output, F_OK), 0);
}

/* More rows than are written at once; each keeps its target. */
static void many_rows_keep_their_order(void)
{
    enum { ROWS = 300000 };
    static double x[ROWS * 2];
    static int32_t y[ROWS];
    char summary[1200];
    const char *path = harness_path("many.csv");
    const fcnn_import_options options = {.output = harness_path("e.h5"), .csv = ONE(path)};
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < ROWS; i++) {
        fprintf(file, "%d,%d.5,%d\n", i, i, ROWS - i);
    }
    fclose(file);
    HARNESS_OK(fcnn_import(&options, summary, sizeof summary));
    fcnn_hdf5_file *made = NULL;
    HARNESS_OK(fcnn_hdf5_open(options.output, &made));
    HARNESS_OK(fcnn_hdf5_read_rows(made, "/x", 0, ROWS, x));
    HARNESS_OK(fcnn_hdf5_read_rows(made, "/y", 0, ROWS, y));
    fcnn_hdf5_close(made);
    int wrong = 0;
    for (int i = 0; i < ROWS; i++) {
        wrong += x[(size_t)i * 2] != i || x[(size_t)i * 2 + 1] != i + 0.5 || y[i] != ROWS - i;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

HARNESS_MAIN("import", {"a summary is given", a_summary_is_given},
             {"options must fit together", options_must_fit_together},
             {"a signal ends the call", a_signal_ends_the_call},
             {"an ignored signal does not", an_ignored_signal_does_not},
             {"many rows keep their order", many_rows_keep_their_order})
