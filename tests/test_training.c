/* tests/test_training.c — whole trainings against the oracle, and what may and may not change their bits. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include <stdio.h>
#include <string.h>

/* Trains full batches beside the oracle; returns the largest relative difference of a loss or a weight. */
static double follow_full_batches(const fixture_data *data, const char *name, const char *config, double rate,
                                  int steps)
{
    fixture_write(data, name);
    fixture run = fixture_start(harness_comm(), name, config);
    oracle *net = fixture_oracle(&run);
    const int target_width = data->outputs == 0 ? 1 : (int)data->outputs;
    double most = 0;
    for (int step = 0; step < steps; step++) {
        const double expected = oracle_gradient(net, data->x, data->y, target_width, NULL, data->rows);
        most = fmax(most, fabs(fixture_epoch(&run) - expected) / expected);
        oracle_descend(net, rate);
    }
    most = fmax(most, fixture_difference(&run, net));
    oracle_destroy(net);
    fixture_end(&run);
    return most;
}

static void xor_follows_the_oracle(void)
{
    fixture_data data = fixture_data_create(4, 2, 1);
    for (int row = 0; row < 4; row++) {
        data.x[2 * row] = row / 2;
        data.x[2 * row + 1] = row % 2;
        data.y[row] = row == 1 || row == 2;
    }
    CU_ASSERT(follow_full_batches(&data, "xor.h5",
                                  "[model]\nhidden = 4\nactivation = tanh\nprecision = double\n"
                                  "[train]\nbatch_size = 0\n[optimizer]\nlearning_rate = 0.5\n",
                                  0.5, 100) < 1e-10);
    fixture_data_destroy(&data);
}

static void three_layers_follow_the_oracle(void)
{
    fixture_data data = fixture_data_create(4, 3, 1);
    for (int row = 0; row < 4; row++) {
        data.x[3 * row] = row / 2;
        data.x[3 * row + 1] = row % 2;
        data.x[3 * row + 2] = 1;
        data.y[row] = row == 1 || row == 2;
    }
    CU_ASSERT(follow_full_batches(&data, "three.h5",
                                  "[model]\nhidden = 5\nactivation = sigmoid\ninit = normal\nprecision = double\n"
                                  "[train]\nbatch_size = 0\n[optimizer]\nlearning_rate = 1\n",
                                  1, 100) < 1e-10);
    fixture_data_destroy(&data);
}

/* The rows of a batch where nothing is shuffled, by the definition: position p is row p div B of shard p mod B. */
static int64_t rows_of_batch(int64_t rows, int64_t batch_size, int64_t blocks, int64_t batch, long long *out)
{
    int64_t count = 0;
    for (int64_t p = batch * batch_size; p < rows && p < (batch + 1) * batch_size; p++) {
        const int64_t shard = p % blocks;
        int64_t first = 0;
        for (int64_t j = 0; j < shard; j++) {
            first += (rows + blocks - 1 - j) / blocks;
        }
        out[count++] = first + p / blocks;
    }
    return count;
}

static void follow_mini_batches(const char *precision, double tolerance)
{
    enum { ROWS = 103, BATCH = 25, BLOCKS = 4, EPOCHS = 5 };
    fixture_data data = fixture_data_create(ROWS, 70, 0);
    fixture_data_draw(&data, 3, 41);
    fixture_write(&data, "mini.h5");
    char config[256];
    snprintf(config, sizeof config,
             "[model]\nhidden = 66\nactivation = gelu\nprecision = %s\n"
             "[train]\nbatch_size = %d\nblocks = %d\nshuffle = no\nthreads = 2\n[optimizer]\nlearning_rate = 0.1\n",
             precision, BATCH, BLOCKS);
    fixture run = fixture_start(harness_comm(), "mini.h5", config);
    oracle *net = fixture_oracle(&run);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        double sum = 0;
        for (int64_t batch = 0; batch * BATCH < ROWS; batch++) {
            long long rows[BATCH];
            const int64_t count = rows_of_batch(ROWS, BATCH, BLOCKS, batch, rows);
            sum += oracle_gradient(net, data.x, data.y, 1, rows, count) * (double)count;
            oracle_descend(net, 0.1);
        }
        CU_ASSERT_DOUBLE_EQUAL(fixture_epoch(&run), sum / (double)ROWS, tolerance);
    }
    CU_ASSERT(fixture_difference(&run, net) < tolerance);
    oracle_destroy(net);
    fixture_end(&run);
    fixture_data_destroy(&data);
}

static void mini_batches_follow_the_oracle(void)
{
    follow_mini_batches("double", 1e-12);
    follow_mini_batches("single", 2e-5);
}

/* ---- bits ---- */

static const char small_config[] = "[model]\nhidden = 20, 10\nactivation = relu\n"
                                   "[train]\nbatch_size = 40\nthreads = %d\n";

/* Trains two epochs; before the second, rank `flipped` changes the last bit of one weight. */
static void train_small(int threads, int flipped, char hash[65])
{
    char config[128];
    snprintf(config, sizeof config, small_config, threads);
    fixture run = fixture_start(harness_comm(), "small.h5", config);
    fixture_epoch(&run);
    if (flipped == fcnn_comm_rank(harness_comm())) {
        uint32_t *parameters = run.trainer->step->network->parameters[0];
        parameters[numbers_place(1 + 7, 20, 1 + 2, 5)] ^= 1;
    }
    fixture_epoch(&run);
    fixture_hash(&run, hash);
    fixture_end(&run);
}

static void write_small(void)
{
    fixture_data data = fixture_data_create(210, 7, 0);
    fixture_data_draw(&data, 3, 43);
    fixture_write(&data, "small.h5");
    fixture_data_destroy(&data);
}

static void threads_do_not_change_a_bit(void)
{
    write_small();
    char one[65], more[65];
    train_small(1, -1, one);
    for (int threads = 2; threads <= 4; threads++) {
        train_small(threads, -1, more);
        CU_ASSERT_STRING_EQUAL(one, more);
    }
}

static void one_bit_on_one_rank_changes_all(void)
{
    write_small();
    char clean[65], other[65];
    train_small(1, -1, clean);
    for (int rank = 0; rank < fcnn_comm_size(harness_comm()); rank++) {
        train_small(1, rank, other);
        CU_ASSERT_STRING_NOT_EQUAL(clean, other);
    }
}

static void the_first_full_batch_has_the_loss_of_line_0(void)
{
    write_small();
    fixture run = fixture_start(harness_comm(), "small.h5", "[model]\nhidden = 20\n[train]\nbatch_size = 0\n");
    fcnn_trainer *trainer = run.trainer;
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    HARNESS_OK(fcnn_evaluation_create(harness_comm(), trainer->step->team, &trainer->data->train,
                                      &trainer->model->shape, NULL, &evaluation));
    HARNESS_OK(fcnn_evaluation_run(evaluation, trainer->step->network, &scores));
    CU_ASSERT_EQUAL(scores.loss, fixture_epoch(&run));
    fcnn_evaluation_destroy(evaluation);
    fixture_end(&run);
}

HARNESS_MAIN("training", {"xor follows the oracle", xor_follows_the_oracle},
             {"three layers follow the oracle", three_layers_follow_the_oracle},
             {"mini-batches follow the oracle", mini_batches_follow_the_oracle},
             {"threads do not change a bit", threads_do_not_change_a_bit},
             {"one bit on one rank changes all", one_bit_on_one_rank_changes_all},
             {"the first full batch has the loss of line 0", the_first_full_batch_has_the_loss_of_line_0})
