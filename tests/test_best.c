/* tests/test_best.c — the best epoch and the early end: which epoch it is, when training ends, and that runs that are
 * stopped after any step, or lose best.h5 at any time, leave the same files. */
#include "fixture.h"
#include "harness.h"

#include "config/stop_keys.h"
#include "run/folder.h"
#include "training/best.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- keys ---- */

static fcnn_config *parse(const char *keys)
{
    char text[512];
    snprintf(text, sizeof text, "[data]\ntrain = x.h5\n%s\n", keys);
    return fixture_parsed(text, "a/b.ini");
}

static void refuse(const char *keys, const char *piece)
{
    fcnn_config *config = parse(keys);
    HARNESS_STATUS(fcnn_config_check(config), FCNN_ECONFIG);
    HARNESS_ERROR_HAS(piece);
    fcnn_config_destroy(config);
}

static void keys_need_validation_rows_and_each_other(void)
{
    refuse("[train]\nstop_patience = 3", "train.stop_patience ends training by validation rows, but there are none");
    refuse("[train]\nkeep_best = yes", "train.keep_best = yes chooses the best epoch by validation rows");
    refuse("[train]\nrestore_best = yes", "train.restore_best = yes chooses the best epoch by validation rows");
    refuse("[train]\nstop_metric = r2", "train.stop_metric compares epochs by validation rows");
    refuse("validation = 0.2\n[train]\nkeep_best = no\nrestore_best = yes", "train.keep_best is no");
    refuse("validation = 0.2\n[train]\nstop_min_delta = 0.1", "train.stop_min_delta is for train.stop_patience");
    refuse("validation = 0.2\n[train]\nkeep_best = no\nstop_metric = accuracy", "has no effect");
    refuse("validation = 0.2\n[train]\nstop_metric = f1", "requires this metric in metrics.list");
    refuse("validation = 0.2\n[train]\nstop_metric = f1\n[metrics]\nlist = recall", "requires this metric");
    refuse("validation = 0.2\n[train]\nstop_metric = confusion\n[metrics]\nlist = confusion", "is a table");
}

static void check_keeping(const char *keys, bool keeps, bool compares, bool needs)
{
    fcnn_config *config = parse(keys);
    HARNESS_OK(fcnn_config_check(config));
    CU_ASSERT_EQUAL(fcnn_config_keeps_best(config), keeps);
    CU_ASSERT_EQUAL(fcnn_config_compares_epochs(config), compares);
    CU_ASSERT_EQUAL(fcnn_config_needs_best(config), needs);
    fcnn_config_destroy(config);
}

static void the_best_is_kept_where_there_are_validation_rows(void)
{
    check_keeping("", false, false, false);
    check_keeping("[train]\nkeep_best = no", false, false, false);
    check_keeping("validation = 0.2", true, true, false);
    check_keeping("validation = v.h5\n[train]\nkeep_best = yes", true, true, true);
    check_keeping("validation = 0.2\n[train]\nkeep_best = no", false, false, false);
    check_keeping("validation = 0.2\n[train]\nkeep_best = no\nstop_patience = 1", false, true, true);
    check_keeping("validation = 0.2\n[train]\nrestore_best = yes", true, true, true);
    check_keeping("validation = 0.2\n[train]\nstop_metric = accuracy", true, true, true);
}

static void a_metric_belongs_to_a_kind_of_network(void)
{
    fcnn_config *accuracy = parse("validation = 0.2\n[train]\nstop_metric = accuracy");
    fcnn_config *r2 = parse("validation = 0.2\n[train]\nstop_metric = r2");
    const fcnn_architecture classifier = {.loss = FCNN_LOSS_CROSS_ENTROPY}, regression = {.loss = FCNN_LOSS_MSE};
    const fcnn_architecture quantiles = {
        .loss = FCNN_LOSS_QUANTILE, .layers = 1, .quantiles = 2, .quantile = {0.1, 0.9}};
    HARNESS_OK(fcnn_best_check(accuracy, &classifier));
    HARNESS_OK(fcnn_best_check(r2, &regression));
    HARNESS_STATUS(fcnn_best_check(accuracy, &regression), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("is for classifiers, but this network is a regression: set train.stop_metric to loss or r2");
    HARNESS_STATUS(fcnn_best_check(r2, &classifier), FCNN_ECONFIG);
    HARNESS_STATUS(fcnn_best_check(r2, &quantiles), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("its median, 0.5, is not among train.quantiles");
    fcnn_config_destroy(accuracy);
    fcnn_config_destroy(r2);
}

/* ---- counting ---- */

/* Counts epochs up to the one that ends training, whose number is returned; 0: none does. */
static int64_t count(const char *keys, const double *values, int epochs, fcnn_best *best)
{
    fcnn_config *config = parse(keys);
    int64_t end = 0;
    *best = (fcnn_best){0};
    for (int epoch = 1; epoch <= epochs && end == 0; epoch++) {
        bool is_best;
        HARNESS_OK(fcnn_best_count(config, epoch, 10 * epoch, 1, values[epoch - 1], best, &is_best));
        CU_ASSERT_EQUAL(is_best, best->epoch == epoch);
        end = fcnn_best_stops(config, best) ? epoch : 0;
    }
    fcnn_config_destroy(config);
    return end;
}

static void patience_is_the_number_of_bad_epochs(void)
{
    fcnn_best best;
    static const double falling[] = {5, 4, 4.5, 3, 3, 3, 2};
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 1", falling, 7, &best), 3);
    CU_ASSERT_EQUAL(best.epoch, 2);
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 2", falling, 7, &best), 6);
    CU_ASSERT_EQUAL(best.epoch, 4); /* the first of equal ones */
    CU_ASSERT_EQUAL(best.step, 40);
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 3", falling, 7, &best), 0);
    CU_ASSERT_EQUAL(best.epoch, 7);
    CU_ASSERT_EQUAL(count("validation = 0.2", falling, 7, &best), 0);
}

static void higher_accuracies_are_better_and_so_are_lower_losses(void)
{
    fcnn_best best;
    static const double values[] = {-2, -1.9999, -3, -1};
    count("validation = 0.2", values, 4, &best);
    CU_ASSERT_EQUAL(best.epoch, 3);
    CU_ASSERT_EQUAL(best.value, -3);
    count("validation = 0.2\n[train]\nstop_metric = r2", values, 4, &best);
    CU_ASSERT_EQUAL(best.epoch, 4);
    static const double equal[] = {0.5, 0.75, 0.75, 0.5};
    count("validation = 0.2\n[train]\nstop_metric = r2", equal, 4, &best);
    CU_ASSERT_EQUAL(best.epoch, 2); /* the first of equal ones */
}

/* The best epoch is that of the best value, however little better it is; only the patience asks for more. */
static void a_small_gain_is_the_best_but_ends_no_row(void)
{
    fcnn_best best;
    static const double values[] = {1, 0.875, 0.75, 0.5, 0.375};
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 2\nstop_min_delta = 0.25", values, 5, &best), 3);
    CU_ASSERT_EQUAL(best.epoch, 3);
    CU_ASSERT_EQUAL(best.reference, 1);
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 2\nstop_min_delta = 0.2", values, 5, &best), 0);
    CU_ASSERT_EQUAL(best.reference, 0.5);
}

static void infinity_is_a_bad_epoch_and_nan_an_error(void)
{
    fcnn_best best;
    static const double values[] = {INFINITY, INFINITY, 3};
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 3", values, 3, &best), 0);
    CU_ASSERT_EQUAL(best.epoch, 3);
    CU_ASSERT_EQUAL(count("validation = 0.2\n[train]\nstop_patience = 2", values, 3, &best), 2);
    CU_ASSERT_EQUAL(best.begun, 0);
    fcnn_config *needs = parse("validation = 0.2\n[train]\nstop_patience = 2\nstop_metric = r2");
    fcnn_config *may = parse("validation = 0.2");
    bool is_best;
    HARNESS_STATUS(fcnn_best_count(needs, 7, 70, NAN, NAN, &best, &is_best), FCNN_EDIVERGED);
    HARNESS_ERROR_HAS("after epoch 7 is NaN");
    HARNESS_STATUS(fcnn_best_count(needs, 7, 70, 1, NAN, &best, &is_best), FCNN_EDATA);
    HARNESS_ERROR_HAS("set train.stop_metric = loss");
    HARNESS_OK(fcnn_best_count(may, 7, 70, NAN, NAN, &best, &is_best));
    CU_ASSERT(!is_best && best.begun == 0 && best.bad_epochs == 2);
    fcnn_config_destroy(needs);
    fcnn_config_destroy(may);
}

static void a_value_that_predictions_lack_is_that_of_a_bad_epoch(void)
{
    fcnn_best best;
    static const double values[] = {NAN, 0.5, NAN, NAN};
    static const char keys[] =
        "validation = 0.2\n[train]\nstop_metric = precision\nstop_patience = 2\n[metrics]\nlist = precision";
    CU_ASSERT_EQUAL(count(keys, values, 3, &best), 0);
    CU_ASSERT_EQUAL(count(keys, values, 4, &best), 4);
    CU_ASSERT_EQUAL(best.epoch, 2);
    CU_ASSERT_EQUAL(count(keys, values + 2, 2, &best), 2);
    CU_ASSERT_EQUAL(best.begun, 0);
}

/* ---- runs ---- */

enum { ROWS = 50, BATCH = 10, STEPS = 4, EPOCHS = 6 }; /* a fifth of the rows is for validation */

static void write_rows(void)
{
    fixture_data data = fixture_data_create(ROWS, 6, 0);
    fixture_data_draw(&data, 3, 59);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

static fixture start(const char *lines)
{
    fixture run = {0};
    char text[2048];
    const int length = snprintf(text, sizeof text,
                                "[data]\ntrain = %s\nvalidation = 0.2\n[model]\nhidden = 9\n[optimizer]\nname = adam\n"
                                "learning_rate = 0.2\n[output]\ndirectory = %s\nlog_every = 4\nkeep = 3\n"
                                "[train]\nbatch_size = %d\nblocks = 6\n%s\n",
                                harness_shared_path("rows.h5"), harness_shared_path("run"), BATCH, lines);
    HARNESS_OK(fcnn_config_parse(text, length, "test.ini", &run.config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.config);
    HARNESS_OK(fcnn_config_check(run.config));
    const fcnn_train_options options = {0};
    HARNESS_OK(fcnn_trainer_create(harness_comm(), run.config, &options, &run.trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.trainer);
    return run;
}

static void on_rank_0(fcnn_status (*call)(const char *folder))
{
    fcnn_comm *comm = harness_comm();
    HARNESS_OK(fcnn_comm_agree(comm, fcnn_comm_rank(comm) == 0 ? call(harness_shared_path("run")) : FCNN_OK));
}

static fcnn_status clear(const char *folder)
{
    FCNN_TRY(fcnn_run_folder_prepare(folder));
    return fcnn_run_folder_empty(folder);
}

static int64_t stop_after; /* a number of steps */

static uint32_t raise_stop(void *owner)
{
    const fcnn_trainer *trainer = owner;
    return trainer->state.step + 1 == stop_after ? FCNN_LIFECYCLE_STOP : 0;
}

/* What a run leaves. */
typedef struct outcome {
    char *best, *model, *checkpoint; /* bytes of the files */
    size_t lengths[3];
    fcnn_best state; /* without parameters */
    int64_t epoch;
} outcome;

static void clear_outcome(outcome *out)
{
    free(out->best);
    free(out->model);
    free(out->checkpoint);
}

static char *read_file(const char *name, size_t *length)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", harness_shared_path("run"), name);
    *length = 0;
    return access(path, F_OK) == 0 ? harness_read_bytes(path, length) : NULL;
}

static void read_outcome(const fixture *run, outcome *out)
{
    char name[64];
    out->state = run->trainer->state.best;
    out->state.parameters = (fcnn_optimizer_state){0};
    out->epoch = run->trainer->state.epoch;
    snprintf(name, sizeof name, "checkpoint-%d.h5", (int)run->trainer->state.step);
    out->best = read_file("best.h5", &out->lengths[0]);
    out->model = read_file("model.h5", &out->lengths[1]);
    out->checkpoint = read_file(name, &out->lengths[2]);
}

/* A run that is stopped leaves this best.h5 for the next one, as if it had been killed before it wrote another. */
static void damage_best(bool is_damaged)
{
    fcnn_comm *comm = harness_comm();
    char path[4096];
    snprintf(path, sizeof path, "%s/best.h5", harness_shared_path("run"));
    if (is_damaged && fcnn_comm_rank(comm) == 0) {
        harness_write_bytes(path, "of another time", 15);
    }
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
}

/* Trains to the end, in runs that are stopped after each of some steps. */
static outcome train_stopped(const char *lines, const int64_t *stops, int count, bool damages)
{
    outcome out = {0};
    on_rank_0(clear);
    for (int i = 0; i <= count; i++) {
        fixture run = start(lines);
        stop_after = i < count ? stops[i] : -1;
        run.trainer->flags = (fcnn_step_flags){.raise = raise_stop, .owner = run.trainer};
        const fcnn_status status = fcnn_trainer_run(run.trainer);
        CU_ASSERT(status == FCNN_OK || (status == FCNN_ESTOPPED && i < count));
        if (i == count) {
            HARNESS_OK(status);
            read_outcome(&run, &out);
        }
        fixture_end(&run);
        damage_best(damages && i < count);
    }
    return out;
}

static bool same_bytes(const char *actual, size_t length, const char *expected, size_t expected_length)
{
    return length == expected_length && (length == 0 || memcmp(actual, expected, length) == 0);
}

static void expect_same(const outcome *actual, const outcome *expected)
{
    CU_ASSERT(same_bytes(actual->best, actual->lengths[0], expected->best, expected->lengths[0]));
    CU_ASSERT(same_bytes(actual->model, actual->lengths[1], expected->model, expected->lengths[1]));
    CU_ASSERT(same_bytes(actual->checkpoint, actual->lengths[2], expected->checkpoint, expected->lengths[2]));
    CU_ASSERT_EQUAL(memcmp(&actual->state, &expected->state, sizeof expected->state), 0);
    CU_ASSERT_EQUAL(actual->epoch, expected->epoch);
}

static void check_stops(const char *lines, outcome *whole)
{
    *whole = train_stopped(lines, NULL, 0, false);
    CU_ASSERT(whole->lengths[0] > 0 && whole->lengths[1] > 0 && whole->lengths[2] > 0);
    for (int64_t stop = 1; stop < STEPS * EPOCHS; stop++) {
        outcome stopped = train_stopped(lines, &stop, 1, stop % 2 == 1);
        expect_same(&stopped, whole);
        clear_outcome(&stopped);
    }
    outcome often = train_stopped(lines, (const int64_t[]){1, 4, 7, 8, 11, 15, 18, 19}, 8, true);
    expect_same(&often, whole);
    clear_outcome(&often);
}

static void a_stop_after_any_step_leaves_the_same_files(void)
{
    outcome whole;
    write_rows();
    check_stops("epochs = 6\nkeep_best = yes", &whole);
    CU_ASSERT_EQUAL(whole.epoch, EPOCHS);
    CU_ASSERT(whole.state.epoch > 0 && whole.state.epoch < EPOCHS); /* else the test shows little */
    clear_outcome(&whole);
}

static void an_early_end_survives_a_stop_after_any_step(void)
{
    outcome whole;
    write_rows();
    check_stops("epochs = 99\nstop_patience = 2\nrestore_best = yes", &whole);
    CU_ASSERT_EQUAL(whole.epoch, whole.state.epoch + 2);
    clear_outcome(&whole);
}

static void an_average_survives_a_stop_after_any_step(void)
{
    outcome whole, none;
    write_rows();
    check_stops("epochs = 4\nema = 0.8\nrestore_best = yes", &whole);
    none = train_stopped("epochs = 4\nrestore_best = yes", NULL, 0, false);
    CU_ASSERT(whole.state.value != none.state.value);
    clear_outcome(&whole);
    clear_outcome(&none);
}

HARNESS_MAIN("best", {"keys need validation rows and each other", keys_need_validation_rows_and_each_other},
             {"the best is kept where there are validation rows", the_best_is_kept_where_there_are_validation_rows},
             {"a metric belongs to a kind of network", a_metric_belongs_to_a_kind_of_network},
             {"patience is the number of bad epochs", patience_is_the_number_of_bad_epochs},
             {"higher accuracies are better, and so are lower losses",
              higher_accuracies_are_better_and_so_are_lower_losses},
             {"a small gain is the best, but ends no row", a_small_gain_is_the_best_but_ends_no_row},
             {"infinity is a bad epoch, and NaN an error", infinity_is_a_bad_epoch_and_nan_an_error},
             {"a value that predictions lack is that of a bad epoch",
              a_value_that_predictions_lack_is_that_of_a_bad_epoch},
             {"a stop after any step leaves the same files", a_stop_after_any_step_leaves_the_same_files},
             {"an early end survives a stop after any step", an_early_end_survives_a_stop_after_any_step},
             {"an average survives a stop after any step", an_average_survives_a_stop_after_any_step})
