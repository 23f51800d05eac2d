/* tests/test_nonfinite.c — train.nonfinite: what follows a batch with NaN or Inf, alike on any number of ranks. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include "run/folder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 60, FEATURES = 4, BATCH = 10, BLOCKS = 6, BATCHES = ROWS / BATCH };

static const double rate = 0.0625;

/* ---- data ---- */

/* Rows of which those that a list names, ended by −1, hold a number that single precision has no room for. */
static fixture_data write_rows(const int *bad_rows)
{
    fixture_data data = fixture_data_create(ROWS, FEATURES, 1);
    fixture_data_draw(&data, 0, 53);
    for (; *bad_rows >= 0; bad_rows++) {
        data.x[*bad_rows * FEATURES + 2] = 1e300;
    }
    fixture_write(&data, "rows.h5");
    return data;
}

static fixture_data write_bad_rows_only(void)
{
    int bad_rows[ROWS + 1];
    for (int row = 0; row < ROWS; row++) {
        bad_rows[row] = row;
    }
    bad_rows[ROWS] = -1;
    return write_rows(bad_rows);
}

/* The batch of a row where nothing is shuffled, by the definition: position p is row p div B of shard p mod B. */
static int64_t batch_of(int64_t row)
{
    const int64_t shard_rows = ROWS / BLOCKS;
    return (row % shard_rows * BLOCKS + row / shard_rows) / BATCH;
}

static bool is_bad_batch(const int *bad_rows, int64_t batch)
{
    bool bad = false;
    for (; *bad_rows >= 0; bad_rows++) {
        bad = bad || batch_of(*bad_rows) == batch;
    }
    return bad;
}

/* ---- runs ---- */

static fixture start(fcnn_comm *comm, const char *nonfinite, const char *reduction)
{
    char config[320];
    snprintf(config, sizeof config,
             "[model]\nhidden = 6\nactivation = tanh\noutput = linear\n"
             "[train]\nbatch_size = %d\nblocks = %d\nshuffle = no\nreduction = %s\nnonfinite = %s\n"
             "[optimizer]\nlearning_rate = %g\n",
             BATCH, BLOCKS, reduction, nonfinite, rate);
    return fixture_start(comm, "rows.h5", config);
}

/* Runs the good ones of an epoch's first batches by hand; a step that is left out leaves no exponents. */
static void run_good_batches(fixture *run, const int *bad_rows, int64_t batches)
{
    fcnn_trainer *trainer = run->trainer;
    fcnn_training_state *state = &trainer->state;
    fcnn_sampler_start_epoch(trainer->data->sampler, state->epoch);
    for (int64_t batch = 0; batch < batches; batch++, state->step++) {
        if (is_bad_batch(bad_rows, batch)) {
            trainer->step->gradient->promised.ready = false;
        } else {
            fixture_step(run, state->step, batch, rate, &state->loss);
            state->rows += BATCH;
        }
    }
}

/* The mean loss of what was run by hand; then the next epoch begins. */
static double mean_loss(fixture *run)
{
    fcnn_training_state *state = &run->trainer->state;
    double work[FCNN_EXACT_LIMBS + 1];
    fcnn_exact_sum_over_ranks(run->trainer->comm, 1, &state->loss, work);
    const double mean = fcnn_exact_sum_value(&state->loss) / (double)state->rows;
    state->loss = (fcnn_exact_sum){0};
    state->rows = 0;
    state->epoch++;
    return mean;
}

static void expect_same_parameters(fixture *one, fixture *other)
{
    char hash[65], other_hash[65];
    fixture_hash(one, hash);
    fixture_hash(other, other_hash);
    CU_ASSERT_STRING_EQUAL(hash, other_hash);
}

static const char *const reductions[] = {"exact", "fast"};

/* ---- stop ---- */

static void expect_cause(int row)
{
    char piece[1100];
    snprintf(piece, sizeof piece, "diverged at step %d:", (int)batch_of(row) + 1);
    HARNESS_ERROR_HAS(piece);
    HARNESS_ERROR_HAS("layer 1");
    snprintf(piece, sizeof piece, "row %d of %s (/x;", row, harness_shared_path("rows.h5"));
    HARNESS_ERROR_HAS(piece);
}

/* A row of each of the ranks' parts: whoever holds it, the message names it. */
static void stop_names_the_row_and_updates_nothing(void)
{
    static const int rows[] = {0, 27, 37, 59};
    for (int i = 0; i < 8; i++) {
        const int bad[] = {rows[i / 2], -1};
        fixture_data data = write_rows(bad);
        fixture run = start(harness_comm(), "stop", reductions[i % 2]);
        fixture by_hand = start(harness_comm(), "stop", reductions[i % 2]);
        double loss;
        run_good_batches(&by_hand, bad, batch_of(*bad));
        HARNESS_STATUS(fcnn_trainer_epoch(run.trainer, &loss), FCNN_EDIVERGED);
        expect_cause(*bad);
        const fcnn_training_state *state = &run.trainer->state, *expected = &by_hand.trainer->state;
        CU_ASSERT_EQUAL(state->step, batch_of(*bad));
        CU_ASSERT_EQUAL(state->rows, expected->rows);
        CU_ASSERT_EQUAL(state->skipped, 0);
        CU_ASSERT_EQUAL(memcmp(state->loss.limbs, expected->loss.limbs, sizeof state->loss.limbs), 0);
        expect_same_parameters(&run, &by_hand);
        fixture_end(&run);
        fixture_end(&by_hand);
        fixture_data_destroy(&data);
    }
}

/* ---- skip ---- */

static const int some_bad[] = {0, 35, 36, -1}; /* the very first batch, and two rows of another one */
enum { SOME_BAD_BATCHES = 2 };

static void skip_leaves_out_bad_batches_and_nothing_else(void)
{
    CU_ASSERT(batch_of(0) == 0 && batch_of(35) != 0 && batch_of(35) == batch_of(36));
    fixture_data data = write_rows(some_bad);
    for (int i = 0; i < 2; i++) {
        fixture run = start(harness_comm(), "skip", reductions[i]),
                by_hand = start(harness_comm(), "stop", reductions[i]);
        for (int epoch = 0; epoch < 3; epoch++) {
            run_good_batches(&by_hand, some_bad, BATCHES);
            CU_ASSERT_EQUAL(by_hand.trainer->state.rows, ROWS - SOME_BAD_BATCHES * BATCH);
            CU_ASSERT_EQUAL(fixture_epoch(&run), mean_loss(&by_hand));
            CU_ASSERT_EQUAL(run.trainer->state.skipped, (epoch + 1) * SOME_BAD_BATCHES);
            CU_ASSERT_EQUAL(run.trainer->state.step, (epoch + 1) * BATCHES);
            expect_same_parameters(&run, &by_hand);
        }
        CU_ASSERT_EQUAL(fcnn_model_find_nonfinite(run.trainer->model), -1);
        fixture_end(&run);
        fixture_end(&by_hand);
    }
    fixture_data_destroy(&data);
}

/* The rows of a batch in the order of the data. */
static int64_t rows_of(int64_t batch, long long *out)
{
    int64_t count = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        if (batch_of(row) == batch) {
            out[count++] = row;
        }
    }
    return count;
}

static void skip_follows_the_oracle(void)
{
    fixture_data data = write_rows(some_bad);
    fixture run = start(harness_comm(), "skip", "exact");
    oracle *net = fixture_oracle(&run);
    for (int epoch = 0; epoch < 3; epoch++) {
        double sum = 0;
        for (int64_t batch = 0; batch < BATCHES; batch++) {
            long long rows[BATCH];
            if (!is_bad_batch(some_bad, batch)) {
                CU_ASSERT_EQUAL_FATAL(rows_of(batch, rows), BATCH);
                sum += oracle_gradient(net, data.x, data.y, 1, rows, BATCH);
                oracle_descend(net, rate);
            }
        }
        CU_ASSERT_DOUBLE_EQUAL(fixture_epoch(&run), sum / (BATCHES - SOME_BAD_BATCHES), 1e-5);
    }
    CU_ASSERT(fixture_difference(&run, net) < 1e-5);
    oracle_destroy(net);
    fixture_end(&run);
    fixture_data_destroy(&data);
}

static void skip_gives_the_same_bits_on_any_ranks(void)
{
    fixture_data data = write_rows(some_bad);
    fixture run = start(harness_comm(), "skip", "exact"), alone = start(fixture_alone(), "skip", "exact");
    for (int epoch = 0; epoch < 2; epoch++) {
        CU_ASSERT_EQUAL(fixture_epoch(&run), fixture_epoch(&alone));
        expect_same_parameters(&run, &alone);
    }
    fixture_end(&run);
    fixture_end(&alone);
    fixture_data_destroy(&data);
}

static void an_epoch_without_any_good_batch_ends_the_run(void)
{
    fixture_data data = write_bad_rows_only();
    for (int i = 0; i < 2; i++) {
        fixture run = start(harness_comm(), "skip", reductions[i]), untrained = start(harness_comm(), "skip", "exact");
        double loss;
        HARNESS_STATUS(fcnn_trainer_epoch(run.trainer, &loss), FCNN_EDIVERGED);
        HARNESS_ERROR_HAS("every batch of epoch 1 was left out");
        CU_ASSERT_EQUAL(run.trainer->state.skipped, BATCHES);
        expect_same_parameters(&run, &untrained);
        fixture_end(&run);
        fixture_end(&untrained);
    }
    fixture_data_destroy(&data);
}

/* ---- rollback ---- */

enum { STEPS = 10 }; /* of an epoch below: in batches that all ranks share */

/* A linear model, and one whose steps depend on their numbers and on arrays of the optimizer. */
static const char *const linear[] = {NULL};
static const char *const with_methods[] = {
    "data.noise=0.1",         "model.hidden=20, 20", "model.activation=prelu",
    "model.layer_norm=yes",   "model.residual=yes",  "model.dropout=0.1, 0.3, 0.2",
    "optimizer.momentum=0.5", "train.ema=0.9",       NULL};

/* Trains a model in a folder. */
static fcnn_status train_as(fcnn_comm *comm, const char *const *keys, const char *nonfinite, double learning_rate,
                            int epochs, const char *folder)
{
    char text[2048];
    snprintf(text, sizeof text,
             "[data]\ntrain = %s\n[model]\noutput = linear\n"
             "[train]\nbatch_size = %d\nblocks = %d\nepochs = %d\nnonfinite = %s\n"
             "[optimizer]\nlearning_rate = %.17g\n"
             "[output]\ndirectory = %s\ntime_limit = none\n",
             harness_shared_path("rows.h5"), ROWS / STEPS, BLOCKS, epochs, nonfinite, learning_rate, folder);
    fcnn_config *config = NULL;
    HARNESS_OK(fcnn_config_parse(text, (int64_t)strlen(text), "test.ini", &config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    for (; *keys != NULL; keys++) {
        HARNESS_OK(fcnn_config_set(config, *keys));
    }
    HARNESS_OK(fcnn_config_check(config));
    const fcnn_train_options options = {.overwrite = 1};
    const fcnn_status status = fcnn_train(comm, config, &options);
    fcnn_config_destroy(config);
    return status;
}

static fcnn_status train(fcnn_comm *comm, const char *nonfinite, double learning_rate, int epochs, const char *folder)
{
    return train_as(comm, linear, nonfinite, learning_rate, epochs, folder);
}

/* What a run has left: the state in its checkpoint of a step, and the hash of its model. */
typedef struct outcome {
    int64_t step, epoch, rollbacks;
    char hash[65];
} outcome;

static outcome read_outcome(fcnn_comm *comm, const char *folder, int64_t step)
{
    outcome out = {.step = -1};
    char *path = NULL;
    void *bytes;
    int64_t count;
    fcnn_model *model = NULL;
    fcnn_training_state state;
    HARNESS_OK(fcnn_run_folder_checkpoint_path(folder, step, &path));
    const fcnn_status status = fcnn_checkpoint_share(comm, path, &bytes, &count);
    HARNESS_OK(status);
    if (status == FCNN_OK) {
        HARNESS_OK(fcnn_checkpoint_unpack(path, bytes, count, &model, &state));
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        CU_ASSERT_EQUAL(fcnn_model_find_nonfinite(model), -1);
        HARNESS_OK(fcnn_model_hash(model, out.hash));
        out.step = state.step;
        out.epoch = state.epoch;
        out.rollbacks = state.rollbacks;
        fcnn_training_state_clear(&state);
        fcnn_model_destroy(model);
    }
    free(path);
    return out;
}

/* Copies of the harness's paths, which live for four calls. */
static void shared_folder(const char *name, char out[1024])
{
    snprintf(out, 1024, "%s", harness_shared_path(name));
}

static void own_folder(const char *name, char out[1024])
{
    snprintf(out, 1024, "%s", harness_path(name));
}

static const int none_bad[] = {-1};

/* Rolled back to the start however often, a run is one with that learning rate from the start. */
static void check_start(const char *const *keys, double high)
{
    fcnn_comm *comm = harness_comm();
    char folder[1024], other[1024];
    shared_folder("rolled", folder);
    shared_folder("plain", other);
    HARNESS_OK(train_as(comm, keys, "rollback", high, 1, folder));
    const outcome rolled = read_outcome(comm, folder, STEPS);
    CU_ASSERT_FATAL(rolled.rollbacks > 1 && rolled.rollbacks <= 10);
    CU_ASSERT(harness_exists(harness_in(folder, "model.h5")));
    HARNESS_OK(train_as(comm, keys, "stop", ldexp(high, -(int)rolled.rollbacks), 1, other));
    const outcome plain = read_outcome(comm, other, STEPS);
    CU_ASSERT_STRING_EQUAL(rolled.hash, plain.hash);
    CU_ASSERT_EQUAL(plain.rollbacks, 0);
    HARNESS_STATUS(train_as(comm, keys, "stop", ldexp(high, 1 - (int)rolled.rollbacks), 1, other), FCNN_EDIVERGED);
}

static void rollback_to_the_start_is_a_start_at_a_lower_rate(void)
{
    fixture_data data = write_rows(none_bad);
    check_start(linear, 1024);
    check_start(with_methods, 8);
    fixture_data_destroy(&data);
}

/* Over several epochs, from checkpoints in between; the same on all ranks together and on each alone. */
static void check_ranks(const char *const *keys, double high)
{
    enum { EPOCHS = 8 };
    fcnn_comm *comm = harness_comm();
    char folder[1024], own[1024];
    shared_folder("together", folder);
    own_folder("alone", own);
    HARNESS_OK(train_as(comm, keys, "rollback", high, EPOCHS, folder));
    HARNESS_OK(train_as(fixture_alone(), keys, "rollback", high, EPOCHS, own));
    const outcome together = read_outcome(comm, folder, EPOCHS * STEPS);
    const outcome alone = read_outcome(fixture_alone(), own, EPOCHS * STEPS);
    CU_ASSERT(together.rollbacks > 0);
    CU_ASSERT_EQUAL(together.epoch, EPOCHS);
    CU_ASSERT_EQUAL(together.rollbacks, alone.rollbacks);
    CU_ASSERT_STRING_EQUAL(together.hash, alone.hash);
}

static void rollback_ends_finite_and_alike_on_any_ranks(void)
{
    fixture_data data = write_rows(none_bad);
    check_ranks(linear, 4);
    check_ranks(with_methods, 2);
    fixture_data_destroy(&data);
}

static void rollback_gives_up_after_ten(void)
{
    fcnn_comm *comm = harness_comm();
    fixture_data data = write_bad_rows_only();
    char folder[1024];
    shared_folder("hopeless", folder);
    HARNESS_STATUS(train(comm, "rollback", 0.1, 1, folder), FCNN_EDIVERGED);
    HARNESS_ERROR_HAS("after 10 rollbacks: ");
    HARNESS_ERROR_HAS("diverged at step 1:");
    HARNESS_ERROR_HAS(harness_shared_path("rows.h5"));
    CU_ASSERT_FALSE(harness_exists(harness_in(folder, "model.h5")));
    CU_ASSERT_EQUAL(read_outcome(comm, folder, 0).step, 0);
    fixture_data_destroy(&data);
}

/* Updates that make the weights infinite: what follows is no fault of a batch. */
static void skip_does_not_go_on_with_weights_that_are_not_finite(void)
{
    fcnn_comm *comm = harness_comm();
    fixture_data data = fixture_data_create(ROWS, FEATURES, 1);
    char folder[1024];
    fixture_data_draw(&data, 0, 53);
    for (int row = 0; row < ROWS; row++) {
        data.y[row] *= 1e12;
    }
    fixture_write(&data, "rows.h5");
    shared_folder("infinite", folder);
    HARNESS_STATUS(train(comm, "skip", 1e30, 1, folder), FCNN_EDIVERGED);
    HARNESS_ERROR_HAS("training diverged: after step 1 layer 1 contains NaN or Inf, so it is of no use to leave out "
                      "batches (train.nonfinite = skip)");
    fixture_data_destroy(&data);
}

enum { GROWTH_EPOCHS = 10 };

/* A weight that grows from 0 to 30, in steps that are epochs; the validation loss is too large for single precision
 * once it is above `most`: at the end of epoch 10, when it is 19.54, after 18.38. */
static void write_growth(double most)
{
    fixture_data train_rows = fixture_data_create(2, 1, 1), valid = fixture_data_create(1, 1, 1);
    train_rows.x[0] = 1;
    train_rows.x[1] = -1;
    train_rows.y[0] = 30;
    train_rows.y[1] = -30;
    valid.x[0] = 1.8446e19 / most;
    valid.y[0] = 0;
    fixture_write(&train_rows, "rows.h5");
    fixture_write(&valid, "valid.h5");
    fixture_data_destroy(&train_rows);
    fixture_data_destroy(&valid);
}

/* Runs up to some epochs in a folder of the test, and continues what is there. */
static fixture grow(const char *folder, int epochs)
{
    char text[4096];
    snprintf(text, sizeof text,
             "[data]\ntrain = %s\nvalidation = %s\n[model]\ninit = zero\noutput = linear\n"
             "[train]\nbatch_size = 0\nepochs = %d\nnonfinite = rollback\n[optimizer]\nlearning_rate = 0.05\n"
             "[schedule]\nkind = plateau\n[output]\ndirectory = %s\n",
             harness_shared_path("rows.h5"), harness_shared_path("valid.h5"), epochs, harness_shared_path(folder));
    fixture run = {.config = fixture_parsed(text, "test.ini")};
    const fcnn_train_options options = {0};
    fcnn_comm *comm = harness_comm();
    HARNESS_OK(fcnn_comm_agree(comm, fcnn_comm_rank(comm) == 0 ? fcnn_run_folder_prepare(run.config->output_directory)
                                                               : FCNN_OK));
    HARNESS_OK(fcnn_trainer_create(comm, run.config, &options, &run.trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.trainer);
    HARNESS_OK(fcnn_trainer_run(run.trainer));
    return run;
}

static void rollback_after_an_epoch_goes_back_by_one(void)
{
    write_growth(19.2);
    fixture run = grow("by_one", GROWTH_EPOCHS);
    CU_ASSERT_EQUAL(run.trainer->state.rollbacks, 1);
    CU_ASSERT_EQUAL(run.trainer->own_steps, GROWTH_EPOCHS + 1);
    fixture_end(&run);
}

/* The weight after epoch 9 is so near to what it must not exceed that no step of the first four rates is small enough;
 * the fourth rollback is one to the start.  It does not matter where the run was stopped. */
static void after_three_returns_a_rollback_goes_to_the_start(void)
{
    char hash[65], in_parts[65];
    write_growth(18.42);
    fixture run = grow("returns", GROWTH_EPOCHS);
    CU_ASSERT_EQUAL(run.trainer->state.rollbacks, 4);
    CU_ASSERT_EQUAL(run.trainer->state.returns, 0);
    CU_ASSERT_EQUAL(run.trainer->own_steps, GROWTH_EPOCHS + 3 + GROWTH_EPOCHS);
    fixture_hash(&run, hash);
    fixture_end(&run);
    run = grow("parts", GROWTH_EPOCHS - 1);
    CU_ASSERT_EQUAL(run.trainer->state.rollbacks, 0);
    fixture_end(&run);
    run = grow("parts", GROWTH_EPOCHS);
    CU_ASSERT_EQUAL(run.trainer->state.rollbacks, 4);
    fixture_hash(&run, in_parts);
    CU_ASSERT_STRING_EQUAL(hash, in_parts);
    fixture_end(&run);
}

HARNESS_MAIN("nonfinite", {"stop names the row and updates nothing", stop_names_the_row_and_updates_nothing},
             {"skip leaves out bad batches and nothing else", skip_leaves_out_bad_batches_and_nothing_else},
             {"skip follows the oracle", skip_follows_the_oracle},
             {"skip gives the same bits on any ranks", skip_gives_the_same_bits_on_any_ranks},
             {"an epoch without any good batch ends the run", an_epoch_without_any_good_batch_ends_the_run},
             {"rollback to the start is a start at a lower rate", rollback_to_the_start_is_a_start_at_a_lower_rate},
             {"rollback ends finite and alike on any ranks", rollback_ends_finite_and_alike_on_any_ranks},
             {"skip does not go on with weights that are not finite",
              skip_does_not_go_on_with_weights_that_are_not_finite},
             {"rollback after an epoch goes back by one", rollback_after_an_epoch_goes_back_by_one},
             {"after three returns a rollback goes to the start", after_three_returns_a_rollback_goes_to_the_start},
             {"rollback gives up after ten", rollback_gives_up_after_ten})
