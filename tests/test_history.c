/* tests/test_history.c — metrics in the history of a model: columns that begin later or end earlier, and files whose
 * metrics are wrong. */
#include "harness.h"

#include "files/framed_file.h"
#include "model/model_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 5 };

static fcnn_model *model_with_lines(void)
{
    fcnn_layer layer = {
        .inputs = 2, .outputs = 3, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    const fcnn_architecture shape = {
        .layers = 1, .layer = &layer, .output = FCNN_OUTPUT_SOFTMAX, .loss = FCNN_LOSS_CROSS_ENTROPY};
    fcnn_model *model;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    for (int i = 0; i < LINES; i++) {
        const fcnn_history_line line = {.epoch = i, .steps = 10 * i, .train_loss = 0.5};
        HARNESS_OK(fcnn_history_append(&model->history, &line));
    }
    return model;
}

/* ---- columns ---- */

static void columns_have_nan_where_nothing_was_put(void)
{
    fcnn_history history = {0};
    const fcnn_history_line line = {0};
    for (int i = 0; i < 6; i++) {
        HARNESS_OK(fcnn_history_append(&history, &line));
        if (i == 1 || i == 3) {
            HARNESS_OK(fcnn_history_put(&history, "f1", i));
        }
        if (i == 4) {
            HARNESS_OK(fcnn_history_put(&history, "mae", 7));
            HARNESS_OK(fcnn_history_put(&history, "mae", 8)); /* replaces it */
        }
    }
    CU_ASSERT_EQUAL_FATAL(history.metric_count, 2);
    CU_ASSERT_STRING_EQUAL(history.metrics[0].name, "f1");
    for (int i = 0; i < 6; i++) {
        const double f1 = fcnn_history_value(&history.metrics[0], i), mae = fcnn_history_value(&history.metrics[1], i);
        CU_ASSERT(i == 1 || i == 3 ? f1 == i : isnan(f1));
        CU_ASSERT(i == 4 ? mae == 8 : isnan(mae));
    }
    fcnn_history_clear(&history);
    CU_ASSERT_EQUAL(history.metric_count, 0);
}

/* ---- files ---- */

static void metrics_come_back(void)
{
    const char *path = harness_path("m.h5");
    fcnn_model *model = model_with_lines(), *back;
    const fcnn_history_line line = {.epoch = LINES};
    HARNESS_OK(fcnn_history_put(&model->history, "top_5", 0.25)); /* in the last line so far */
    HARNESS_OK(fcnn_history_append(&model->history, &line));
    HARNESS_OK(fcnn_history_put(&model->history, "quantile_coverage_1e-05", 0.1));
    HARNESS_OK(fcnn_model_write(model, path));
    HARNESS_OK(fcnn_model_read(path, &back));
    CU_ASSERT_EQUAL_FATAL(back->history.metric_count, 2);
    for (int i = 0; i < 2; i++) {
        const fcnn_history_metric *metric = &back->history.metrics[i];
        CU_ASSERT_STRING_EQUAL(metric->name, model->history.metrics[i].name);
        for (int64_t at = 0; at <= LINES; at++) {
            const double value = fcnn_history_value(metric, at);
            CU_ASSERT(at == LINES - 1 + i ? value == (i == 0 ? 0.25 : 0.1) : isnan(value));
        }
    }
    fcnn_model_destroy(model);
    fcnn_model_destroy(back);
}

/* Metrics of a file; names NULL: there is no dataset of names. */
typedef struct metrics {
    const char *names;
    int64_t lines, columns;
    fcnn_type type;
} metrics;

static fcnn_status add_metrics(const void *data, fcnn_hdf5_image *image)
{
    const metrics *given = data;
    const int64_t dims[] = {given->lines, given->columns};
    static const double values[LINES * 4] = {0.5, 1.5, 2.5, 3.5, 4.5, 5.5};
    FCNN_TRY(fcnn_hdf5_image_dataset(image, "/history/metrics", given->type, 2, dims, values));
    return given->names == NULL ? FCNN_OK : fcnn_hdf5_image_text(image, "/history/metric_names", given->names);
}

/* Writes a model whose history has such metrics, and reads it. */
static fcnn_status write_and_read(const metrics *given, fcnn_model **out)
{
    const char *path = harness_path("m.h5");
    fcnn_model *model = model_with_lines();
    void *bytes;
    int64_t count;
    HARNESS_OK(fcnn_model_pack(model, add_metrics, given, &bytes, &count));
    fcnn_model_destroy(model);
    HARNESS_OK(fcnn_framed_file_write(path, bytes, count));
    free(bytes);
    return fcnn_model_read(path, out);
}

static void good_metrics_are_read(void)
{
    fcnn_model *model;
    HARNESS_OK(write_and_read(&(metrics){"f1\ntop_5\n", LINES, 2, FCNN_TYPE_FLOAT64}, &model));
    CU_ASSERT_EQUAL_FATAL(model->history.metric_count, 2);
    CU_ASSERT_STRING_EQUAL(model->history.metrics[1].name, "top_5");
    CU_ASSERT_EQUAL(fcnn_history_value(&model->history.metrics[1], 2), 5.5);
    CU_ASSERT_TRUE(isnan(fcnn_history_value(&model->history.metrics[1], LINES)));
    fcnn_model_destroy(model);
}

static void refuse(const char *names, int64_t lines, int64_t columns, fcnn_type type, const char *piece)
{
    fcnn_model *model;
    HARNESS_STATUS(write_and_read(&(metrics){names, lines, columns, type}, &model), FCNN_EDATA);
    HARNESS_ERROR_HAS(piece);
}

static void wrong_metrics_are_told(void)
{
    static const char words[] = "/history/metric_names must be lines of one word each";
    const fcnn_type type = FCNN_TYPE_FLOAT64;
    refuse(NULL, LINES, 2, type, "there is no dataset /history/metric_names");
    refuse("f1\ntop_5\n", 4, 2, type, "/history/metrics is float64[4][2]; it must be float64[5][2]");
    refuse("f1\n", LINES, 2, type, "/history/metrics is float64[5][2]; it must be float64[5][1]");
    refuse("f1\n", LINES, 1, FCNN_TYPE_FLOAT32, "/history/metrics is float32[5][1]; it must be float64[5][1]");
    refuse("f1\ntop_5", LINES, 2, type, words);
    refuse("f1\n\033[1m\n", LINES, 2, type, words);
    refuse("\n", LINES, 1, type, words);
    refuse("f1\nf1\n", LINES, 2, type, "/history/metric_names contains f1 twice");
    refuse("a234567890123456789012345678901234567890\n", LINES, 1, type, words);
}

HARNESS_MAIN("history", {"columns have NaN where nothing was put", columns_have_nan_where_nothing_was_put},
             {"metrics come back", metrics_come_back}, {"good metrics are read", good_metrics_are_read},
             {"wrong metrics are told", wrong_metrics_are_told})
