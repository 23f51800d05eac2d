/* tests/metrics_computed.h — what an evaluation has computed, kept for the tests of metrics. */
#ifndef FCNN_TESTS_METRICS_COMPUTED_H
#define FCNN_TESTS_METRICS_COMPUTED_H

#include "harness.h"
#include "predict/evaluation.h"

#include <stdio.h>
#include <string.h>

enum { COMPUTED_PARTS = 5 }; /* of a test at most */

#define NEAR(value, expected) CU_ASSERT_DOUBLE_EQUAL(value, expected, 1e-15)

/* Rows of ../shared/reference/metrics.json. */
static const int ym[] = {0, 0, 1, 1, 2, 2, 2, 3, 3, 1, 0, 2, 3, 3};
static const double pm[] = {
    0.5,   0.25,   0.125, 0.125, 0.25,  0.25,  0.25,   0.25,   0.125,  0.5,    0.25,   0.125,  0.375,  0.375,
    0.125, 0.125,  0.125, 0.125, 0.625, 0.125, 0.0625, 0.5625, 0.3125, 0.0625, 0.25,   0.1875, 0.3125, 0.25,
    0.125, 0.125,  0.375, 0.375, 0.0,   0.0,   0.0,    1,      0.25,   0.25,   0.375,  0.125,  0.125,  0.5625,
    0.25,  0.0625, 0.125, 0.25,  0.5,   0.125, 0.5,    0.125,  0.25,   0.125,  0.0625, 0.0625, 0.4375, 0.4375};

/* What was computed, after the metrics are gone. */
typedef struct computed {
    int count;
    fcnn_metric_number numbers[64];
    double parts[FCNN_METRICS_END][COMPUTED_PARTS];
    uint64_t confusion[COMPUTED_PARTS * COMPUTED_PARTS];
    char notes[1024];
} computed;

static inline void keep(const fcnn_scores *scores, computed *out)
{
    for (int i = 0; i < scores->metric_count; i++) {
        const fcnn_metric_result *result = &scores->metrics[i];
        for (int k = 0; k < result->numbers; k++) {
            out->numbers[out->count++] = result->number[k];
        }
        fcnn_metric_kind kind = FCNN_METRIC_AUTO;
        CU_ASSERT_TRUE(fcnn_metric_kind_from_word(result->metric->name, &kind));
        memcpy(out->parts[kind], result->parts, (size_t)scores->parts * sizeof(double));
        strcat(strcat(out->notes, result->note), "\n");
    }
    if (scores->confusion != NULL) {
        memcpy(out->confusion, scores->confusion, (size_t)(scores->parts * scores->parts) * sizeof(uint64_t));
    }
}

static inline double number(const computed *of, const char *name)
{
    for (int i = 0; i < of->count; i++) {
        if (strcmp(of->numbers[i].name, name) == 0) {
            return of->numbers[i].value;
        }
    }
    fprintf(stderr, "there is no %s\n", name);
    CU_FAIL("a metric is missing");
    return 0;
}

static inline fcnn_metric_choice choose(const int64_t *kinds, int64_t count, int64_t k)
{
    return (fcnn_metric_choice){.list = {count, (int64_t *)(uintptr_t)kinds}, .k = k, .bins = 10};
}

static inline void check_parts(const computed *found, fcnn_metric_kind kind, const double *expected, int count)
{
    for (int i = 0; i < count; i++) {
        NEAR(found->parts[kind][i], expected[i]);
    }
}

#endif
