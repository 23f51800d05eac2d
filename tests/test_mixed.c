/* tests/test_mixed.c — networks in mixed precision compute what the oracle computes in plain loops, bit by bit: outputs
 * and sums over rows; the pairs of the weights are those of the parameters at any time. */
#include "fixture.h"
#include "harness.h"
#include "model/pairs.h"
#include "numbers.h"
#include "oracle_pairs.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 71, FEATURES = 69, OUTPUTS = 2 };

/* Layers of odd and even widths, in one panel and in several; activations that are exact in floats.  The last ones have
 * leaves of odd and even numbers of rows. */
static const struct {
    const char *hidden, *activation, *keys;
    int blocks;
} cases[] = {
    {"", "relu", "", 1},
    {"7", "relu", "", 1},
    {"65, 130", "relu", "", 1},
    {"66, 3, 128", "linear", "", 1},
    {"17, 17, 17", "relu", "residual = yes", 1},
    {"67, 66", "relu", "", 3},
    {"5", "relu", "", 70},
};

static fixture_data data;

static void write_data(void)
{
    if (data.rows == 0) {
        data = fixture_data_create(ROWS, FEATURES, OUTPUTS);
        fixture_data_draw(&data, 0, 5);
        for (int64_t i = 0; i < data.rows * data.features; i++) {
            data.x[i] = (float)data.x[i];
        }
        for (int64_t i = 0; i < data.rows * data.outputs; i++) {
            data.y[i] = (float)data.y[i];
        }
        fixture_write(&data, "mixed.h5");
    }
}

/* One batch of all rows, in their order. */
static fixture start(size_t i, const char *further)
{
    char config[512];
    snprintf(config, sizeof config,
             "[model]\nhidden = %s\nactivation = %s\noutput = linear\nprecision = mixed\n%s\n"
             "[train]\nloss = mse\nbatch_size = 0\nblocks = %d\nthreads = 2\nshuffle = no\n%s\n",
             cases[i].hidden, cases[i].activation, cases[i].keys, cases[i].blocks, further);
    return fixture_start(harness_comm(), "mixed.h5", config);
}

static oracle *oracle_of(fixture *run)
{
    oracle *net = fixture_oracle(run);
    net->residual = run->trainer->model->shape.layers > 2 && run->trainer->model->shape.layer[1].residual;
    return net;
}

/* Counts outputs of a network for prediction that are not those of the oracle. */
static int count_wrong_outputs(fixture *run, oracle *net)
{
    int wrong = 0;
    fcnn_network *network = NULL;
    HARNESS_OK(fcnn_network_create(run->trainer->model, ROWS, &network));
    float *x = numbers_zeros(ROWS * FEATURES, sizeof *x), *y = numbers_zeros(ROWS * OUTPUTS, sizeof *y);
    for (int64_t i = 0; i < ROWS * FEATURES; i++) {
        x[i] = (float)data.x[i];
    }
    HARNESS_OK(fcnn_network_forward_f32(network, ROWS, x, y));
    for (int64_t row = 0; row < ROWS; row++) {
        oracle_forward(net, data.x + row * FEATURES, data.y + row * OUTPUTS);
        for (int64_t i = 0; i < OUTPUTS; i++) {
            wrong += y[row * OUTPUTS + i] != (float)net->a[net->layers][i];
        }
    }
    fcnn_network_destroy(network);
    free(x);
    free(y);
    return wrong;
}

static void outputs_are_those_of_the_oracle(void)
{
    write_data();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture run = start(i, "");
        oracle *net = oracle_of(&run);
        const int wrong = count_wrong_outputs(&run, net);
        if (wrong > 0) {
            fprintf(stderr, "hidden %s: %d outputs differ\n", cases[i].hidden, wrong);
        }
        CU_ASSERT_EQUAL(wrong, 0);
        net->mixed = 0;
        CU_ASSERT(count_wrong_outputs(&run, net) > ROWS); /* other arithmetic is seen */
        oracle_destroy(net);
        fixture_end(&run);
    }
}

/* The sums over rows of a layer, [out][1 + in], by the oracle: exact sums of its chains for each block. */
static void expect_sums(oracle *net, int64_t layer, int blocks, double *sums)
{
    const int in = net->widths[layer], out = net->widths[layer + 1];
    for (int block = 0; block < blocks; block++) {
        const int64_t longer = ROWS % blocks, count = ROWS / blocks + (block < longer);
        const int64_t first = block * (int64_t)(ROWS / blocks) + (block < longer ? block : longer);
        oracle_gradient(net, data.x + first * FEATURES, data.y + first * OUTPUTS, OUTPUTS, NULL, count);
        /* the library leaves out the factor 2/OUTPUTS, which is 1 */
        for (int o = 0; o < out; o++) {
            sums[o * (1 + in)] += net->db[layer][o] * (double)count;
            for (int i = 0; i < in; i++) {
                sums[o * (1 + in) + 1 + i] += net->dw[layer][o * in + i] * (double)count;
            }
        }
    }
}

static void check_sums(const fixture *run, oracle *net, size_t number, int64_t layer)
{
    const int in = net->widths[layer], out = net->widths[layer + 1];
    double *sums = numbers_zeros(out * (1 + in), sizeof *sums), most = 0, error = 0, low;
    expect_sums(net, layer, cases[number].blocks, sums);
    for (int o = 0; o < out; o++) {
        for (int i = -1; i < in; i++) {
            const double expected = sums[o * (1 + in) + 1 + i],
                         own = fabs(fixture_sum(run, layer, o, i, &low) - expected);
            most = fabs(expected) > most ? fabs(expected) : most;
            error = i >= 0 && !(own <= error) ? own : error;
        }
    }
    if (!(error < 1e-11 * most)) {
        fprintf(stderr, "hidden %s, layer %d: %g of %g\n", cases[number].hidden, (int)layer + 1, error, most);
        CU_FAIL("sums differ");
    }
    free(sums);
}

static void sums_over_rows_are_those_of_the_oracle(void)
{
    write_data();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture run = start(i, "");
        oracle *net = oracle_of(&run);
        fcnn_exact_sum loss = {0};
        fcnn_training_data_start_epoch(run.trainer->data, 0);
        HARNESS_OK(fcnn_step_sum(run.trainer->step, 0, 0, NULL, &loss));
        for (int64_t layer = 0; layer < net->layers; layer++) {
            check_sums(&run, net, i, layer);
        }
        oracle_destroy(net);
        fixture_end(&run);
    }
}

/* ---- pairs of the weights ---- */

static double half(uint32_t word, int64_t index)
{
    const uint32_t bits = index % 2 == 0 ? word << 16 : word & 0xFFFF0000U;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Counts pairs of a layer that are not those of its weights; `over` is the number that is paired. */
static int count_wrong(const fcnn_network *network, int64_t layer, bool transposed)
{
    const int64_t in = network->shape.layer[layer].inputs, out = network->shape.layer[layer].outputs;
    const uint32_t *words = transposed ? network->transposed[layer] : network->paired[layer];
    int wrong = 0;
    for (int64_t o = 0; o < out + (transposed ? out % 2 : 0); o++) {
        for (int64_t i = 0; i < in + (transposed ? 0 : in % 2); i++) {
            const int64_t place =
                transposed ? numbers_place((out + 1) / 2, in, o / 2, i) : numbers_place((in + 1) / 2, out, i / 2, o);
            const double weight = o == out || i == in ? 0
                                                      : numbers_get(network->kernels, network->parameters[layer],
                                                                    numbers_place(1 + in, out, 1 + i, o));
            wrong += half(words[place], transposed ? o : i) != oracle_bfloat16(weight);
        }
    }
    return wrong;
}

static void check_pairs(const fixture *run, const char *when)
{
    const fcnn_network *network = run->trainer->step->network;
    for (int64_t layer = 0; layer < network->shape.layers; layer++) {
        const int wrong = count_wrong(network, layer, false) + (layer > 0 ? count_wrong(network, layer, true) : 0);
        if (wrong > 0) {
            fprintf(stderr, "%s, layer %d: %d pairs are wrong\n", when, (int)layer + 1, wrong);
            CU_FAIL("pairs");
        }
    }
}

static void pairs_follow_the_weights(void)
{
    static const char *const further[] = {"", "ema = 0.5\n[optimizer]\nname = adamw\nweight_decay = 0.1",
                                          "ema = 0.9\n[optimizer]\nmax_norm = 0.1\nl1 = 0.01",
                                          "[optimizer]\nname = lars"};
    write_data();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t k = 0; k < sizeof further / sizeof *further; k++) {
            fixture run = start(i, further[k]);
            fcnn_step *step = run.trainer->step;
            check_pairs(&run, "at the start");
            fixture_epoch(&run);
            fixture_epoch(&run);
            check_pairs(&run, "after steps");
            fcnn_optimizer_exchange_average(step->optimizer, step->network);
            check_pairs(&run, "with the average");
            fcnn_optimizer_exchange_average(step->optimizer, step->network);
            check_pairs(&run, "after the average");
            fixture_end(&run);
        }
    }
}

/* ---- numbers that bfloat16 does not have ---- */

/* Activations that hide infinite sums: the derivatives are zero, and their products with infinite inputs NaN. */
static void an_input_that_becomes_infinite_stops_all(void)
{
    static const double largest[] = {0x1.FEFFFEp127, 0x1.FFp127};
    for (int i = 0; i < 2; i++) {
        fixture_data large = fixture_data_create(20, 1, 1);
        fixture_data_draw(&large, 0, 3);
        for (int64_t row = 0; row < large.rows; row++) {
            large.x[row] = largest[i];
        }
        fixture_write(&large, "large.h5");
        fixture run = fixture_start(harness_comm(), "large.h5",
                                    "[model]\nhidden = 16\nactivation = sigmoid\n"
                                    "output = linear\nprecision = mixed\n[train]\nloss = mse\nbatch_size = 0\n");
        fcnn_exact_sum loss = {0};
        fcnn_training_data_start_epoch(run.trainer->data, 0);
        const fcnn_status status = fcnn_step_run(run.trainer->step, 0, 0, 0.1, NULL, &loss);
        CU_ASSERT_EQUAL(status, i == 0 ? FCNN_OK : FCNN_EDIVERGED);
        if (i == 1) {
            HARNESS_ERROR_HAS("layer 1, caused by row ");
        }
        fixture_end(&run);
        fixture_data_destroy(&large);
    }
}

HARNESS_MAIN("mixed", {"outputs are those of the oracle", outputs_are_those_of_the_oracle},
             {"sums over rows are those of the oracle", sums_over_rows_are_those_of_the_oracle},
             {"pairs follow the weights", pairs_follow_the_weights},
             {"an input that becomes infinite stops all", an_input_that_becomes_infinite_stops_all})
