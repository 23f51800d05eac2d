/* tests/test_sums.c — a step's sums over rows against whole numbers, and the exponents that they need. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include <stdio.h>
#include <string.h>

static int ceiling_of_log2(int64_t n)
{
    return n <= 1 ? 0 : 1 + ceiling_of_log2((n + 1) / 2);
}

/* The exponent E of a layer, as docs/exactness.md defines it. */
static int exponent_of(const fcnn_gradient *gradient, int64_t layer)
{
    return 1 + ceiling_of_log2(gradient->batch_rows) + (int)gradient->promised.inputs[layer] +
           (int)gradient->promised.deltas[layer];
}

/* A leaf's sum of input·derivative over its rows in memory, one chain; in = −1: of the derivative. */
static double leaf_sum(const fcnn_step *step, int64_t leaf, int64_t layer, int64_t out, int64_t in)
{
    const fcnn_network *network = step->network;
    const fcnn_architecture *shape = &network->shape;
    double sum = 0;
    for (int64_t row = step->leaves[leaf]; row < step->leaves[leaf + 1]; row++) {
        const double delta = numbers_get(network->kernels, network->all.deltas[layer],
                                         numbers_place(network->all.rows, shape->layer[layer].outputs, row, out));
        const double x = in < 0 ? 1
                                : numbers_get(network->kernels, network->all.values[layer],
                                              numbers_place(network->all.rows, shape->layer[layer].inputs, row, in));
        sum = network->kernels->bits == 32 ? (double)fmaf((float)x, (float)delta, (float)sum) : fma(x, delta, sum);
    }
    return sum;
}

/* Runs one step and hands each parameter to a check. */
static void after_one_step(const char *precision, int batch, int blocks,
                           void (*check)(const fixture *, int64_t layer, int64_t out, int64_t in))
{
    char config[256];
    fixture_data data = fixture_data_create(1200, 5, 0);
    fixture_data_draw(&data, 4, 17);
    for (int64_t row = 0; row < data.rows; row++) {
        data.x[row * 5] *= 1e-12; /* of such products much is cut off, by both words */
    }
    fixture_write(&data, "sums.h5");
    snprintf(config, sizeof config,
             "[model]\nhidden = 9\nactivation = tanh\noutput = softmax\nprecision = %s\n"
             "[train]\nbatch_size = %d\nblocks = %d\nthreads = 2\n",
             precision, batch, blocks);
    fixture run = fixture_start(harness_comm(), "sums.h5", config);
    harness_sizes("tiles_rows=4096"); /* by tiles all rows stay in memory */
    const fcnn_work_split split = fcnn_work_split_make(&run.trainer->model->shape, run.trainer->data->sampler, false,
                                                       fcnn_threads_wanted(&run.trainer->threads));
    fixture_split(&run, &split);
    fcnn_exact_sum loss = {0};
    fcnn_sampler_start_epoch(run.trainer->data->sampler, 0);
    HARNESS_OK(fcnn_step_sum(run.trainer->step, 0, 0, NULL, &loss));
    const fcnn_architecture *shape = &run.trainer->step->network->shape;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        for (int64_t out = 0; out < shape->layer[layer].outputs; out++) {
            for (int64_t in = -1; in < shape->layer[layer].inputs; in++) {
                check(&run, layer, out, in);
            }
        }
    }
    fixture_end(&run);
    fixture_data_destroy(&data);
}

/* Single precision: every leaf gives the multiple of u that is nearest, halves away from zero. */
static void check_whole_numbers(const fixture *run, int64_t layer, int64_t out, int64_t in)
{
    const fcnn_step *step = run->trainer->step;
    const int exponent = exponent_of(step->gradient, layer);
    uint64_t sum = 0;
    for (int64_t leaf = 0; leaf < step->leaf_count; leaf++) {
        sum += (uint64_t)llround(ldexp(leaf_sum(step, leaf, layer, out, in), 51 - exponent));
    }
    fcnn_comm_sum_integers(harness_comm(), 1, &sum);
    double low;
    CU_ASSERT_EQUAL(fixture_sum(run, layer, out, in, &low), ldexp((double)(int64_t)sum, exponent - 51));
}

static void single_sums_are_those_of_whole_numbers(void)
{
    after_one_step("single", 7, 7, check_whole_numbers);
    after_one_step("single", 100, 8, check_whole_numbers);
    after_one_step("single", 100, 60, check_whole_numbers); /* more leaves than a kernel takes together */
    after_one_step("single", 1200, 3, check_whole_numbers);
}

/* value·(1 + 2^-52) in whole quanta of 2^(exponent − 51), which is never half way between two. */
static int64_t quanta(double value, int exponent)
{
    const numbers_quad exact = (numbers_quad)value * (1 + 0x1p-52) * (numbers_quad)ldexp(1, 51 - exponent);
    const numbers_quad size = exact < 0 ? -exact : exact;
    const int64_t down = (int64_t)size; /* cut off */
    const int64_t nearest = down + (size - (numbers_quad)down > 0.5);
    return exact < 0 ? -nearest : nearest;
}

/* Leaves of a full batch over all ranks. */
static int64_t leaves_of_batch(const fcnn_sampler *sampler)
{
    const int64_t block_rows = (sampler->batch + sampler->blocks - 1) / sampler->blocks;
    return (block_rows + 255) / 256 * sampler->blocks;
}

/* Double precision: whole numbers of a word's quanta, and of finer ones what they leave. */
static void check_two_words(const fixture *run, int64_t layer, int64_t out, int64_t in)
{
    const fcnn_step *step = run->trainer->step;
    const int exponent = exponent_of(step->gradient, layer);
    const int exponent_low = exponent - 50 + ceiling_of_log2(leaves_of_batch(run->trainer->data->sampler));
    uint64_t sums[2] = {0, 0};
    for (int64_t leaf = 0; leaf < step->leaf_count; leaf++) {
        const double sum = leaf_sum(step, leaf, layer, out, in);
        const int64_t whole = quanta(sum, exponent);
        sums[0] += (uint64_t)whole;
        sums[1] += (uint64_t)quanta(sum - ldexp((double)whole, exponent - 51), exponent_low);
    }
    fcnn_comm_sum_integers(harness_comm(), 2, sums);
    double low;
    CU_ASSERT_EQUAL(fixture_sum(run, layer, out, in, &low), ldexp((double)(int64_t)sums[0], exponent - 51));
    CU_ASSERT_EQUAL(low, ldexp((double)(int64_t)sums[1], exponent_low - 51));
}

static void double_sums_are_two_such_words(void)
{
    after_one_step("double", 7, 7, check_two_words);
    after_one_step("double", 1200, 3, check_two_words);
    after_one_step("double", 100, 60, check_two_words);
}

/* Values that lie half a quantum from a multiple, added in many orders by the kernel itself. */
static void halves_are_rounded_alike_in_any_order(void)
{
    enum { LEAVES = 40, WIDTH = 16 };
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    float delta[LEAVES * WIDTH], first[WIDTH] = {0};
    int64_t leaves[LEAVES + 1], order[LEAVES];
    uint64_t seed = 5;
    for (int64_t i = 0; i <= LEAVES; i++) {
        leaves[i] = i;
    }
    for (int trial = 0; trial < 3000; trial++) {
        double sums[WIDTH];
        numbers_shuffle(&seed, LEAVES, order);
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            for (int i = 0; i < WIDTH; i++) { /* quantum 1: halves, of both signs */
                delta[leaf * WIDTH + i] = (float)((int)(order[leaf] * 7 + i * 5) % 41 - 20) / 2;
            }
        }
        const fcnn_gradient_job job = {.count = 1,
                                       .delta = delta,
                                       .width = WIDTH,
                                       .leaves = leaves,
                                       .leaf_count = LEAVES,
                                       .sums = sums,
                                       .start = 0x1.8p52,
                                       .begin = 1,
                                       .end = 1};
        tables[trial % count]->gradient_exact(&job);
        for (int i = 0; i < WIDTH; i++) {
            int64_t expected = 0;
            for (int leaf = 0; leaf < LEAVES; leaf++) {
                expected += llround((double)delta[leaf * WIDTH + i]);
            }
            CU_ASSERT_EQUAL(sums[i], (double)expected);
            CU_ASSERT(trial == 0 || first[i] == (float)sums[i]);
            first[i] = (float)sums[i];
        }
    }
}

/* ---- exponents ---- */

/* 2·G·max|x|·max|δ| ≤ 2^E with the bias's input 1 among the x, and the same E on all ranks. */
static void check_exponents(const fixture *run)
{
    const fcnn_step *step = run->trainer->step;
    const fcnn_network *network = step->network;
    const fcnn_architecture *shape = &network->shape;
    const int64_t rows = step->leaves[step->leaf_count];
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        double most[2] = {1, 0};
        for (int64_t row = 0; row < rows; row++) {
            for (int64_t i = 0; i < shape->layer[layer].inputs; i++) {
                const int64_t place = numbers_place(network->all.rows, shape->layer[layer].inputs, row, i);
                most[0] = fmax(most[0], fabs(numbers_get(network->kernels, network->all.values[layer], place)));
            }
            for (int64_t i = 0; i < shape->layer[layer].outputs; i++) {
                const int64_t place = numbers_place(network->all.rows, shape->layer[layer].outputs, row, i);
                most[1] = fmax(most[1], fabs(numbers_get(network->kernels, network->all.deltas[layer], place)));
            }
        }
        const int exponent = exponent_of(step->gradient, layer);
        int64_t extremes[2] = {exponent, -exponent};
        fcnn_comm_max_doubles(harness_comm(), 2, most);
        fcnn_comm_max_integers(harness_comm(), 2, extremes);
        CU_ASSERT_EQUAL(extremes[0], -extremes[1]);
        CU_ASSERT(2 * (double)step->gradient->batch_rows * most[0] * most[1] <= ldexp(1, exponent));
    }
}

static void exponents_bound_all_products(void)
{
    static const double sizes[] = {1e-12, 1, 1e6};
    for (int i = 0; i < 9; i++) {
        fixture_data data = fixture_data_create(50, 3, 2);
        fixture_data_draw(&data, 0, 31);
        for (int k = 0; k < 150; k++) {
            data.x[k] *= sizes[i % 3];
        }
        for (int k = 0; k < 100; k++) {
            data.y[k] *= sizes[i / 3];
        }
        fixture_write(&data, "sizes.h5");
        fixture run = fixture_start(harness_comm(), "sizes.h5",
                                    i % 2 ? "[model]\nhidden = 4\n[train]\nbatch_size = 0\n"
                                          : "[model]\nhidden =\nprecision = double\n[train]\nbatch_size = 0\n");
        fcnn_exact_sum loss = {0};
        fcnn_sampler_start_epoch(run.trainer->data->sampler, 0);
        fixture_step(&run, 0, 0, 1e-30, &loss);
        check_exponents(&run);
        fixture_end(&run);
        fixture_data_destroy(&data);
    }
}

/* Trains with weights that grow all of a sudden; returns how often exponents were raised. */
static int64_t train_grown(fcnn_comm *comm, const char *train, char hash[65])
{
    char config[256];
    snprintf(config, sizeof config,
             "[model]\nhidden = 12, 10\nactivation = relu\noutput = softmax\n"
             "[train]\n%s\n[optimizer]\nlearning_rate = 0.01\n",
             train);
    fixture run = fixture_start(comm, "grown.h5", config);
    fixture_epoch(&run);
    fixture_scale_layer(&run, 1, 64);
    fixture_epoch(&run);
    const int64_t resets = run.trainer->step->resets;
    fixture_hash(&run, hash);
    fixture_end(&run);
    return resets;
}

static void check_grown(int64_t rows, const char *train)
{
    fixture_data data = fixture_data_create(rows, 6, 0);
    fixture_data_draw(&data, 4, 23);
    fixture_write(&data, "grown.h5");
    char together[65], alone[65];
    const int64_t resets = train_grown(harness_comm(), train, together);
    CU_ASSERT(resets > 0);
    CU_ASSERT_EQUAL(resets, train_grown(fixture_alone(), train, alone));
    CU_ASSERT_STRING_EQUAL(together, alone);
    fixture_data_destroy(&data);
}

static void outgrown_exponents_are_raised_alike(void)
{
    check_grown(520, "batch_size = 50\nblocks = 5");
    /* more rows than one rank has in memory at a time, but three have */
    check_grown(9192, "batch_size = 0\nblocks = 6");
}

static void a_nan_on_one_rank_stops_all_before_the_update(void)
{
    fixture_data data = fixture_data_create(60, 6, 0);
    fixture_data_draw(&data, 4, 29);
    fixture_write(&data, "nan.h5");
    for (int fast = 0; fast < 2; fast++) {
        fixture run = fixture_start(harness_comm(), "nan.h5",
                                    fast ? "[model]\nhidden = 8\noutput = softmax\n[train]\nreduction = fast\n"
                                         : "[model]\nhidden = 8\noutput = softmax\n");
        fcnn_network *network = run.trainer->step->network;
        if (fcnn_comm_rank(harness_comm()) == fcnn_comm_size(harness_comm()) - 1) {
            numbers_set(network->kernels, network->parameters[0], 3, NAN);
        }
        char before[65], after[65];
        double loss;
        fixture_hash(&run, before);
        HARNESS_STATUS(fcnn_trainer_epoch(run.trainer, &loss), FCNN_EDIVERGED);
        HARNESS_ERROR_HAS("step 1");
        HARNESS_ERROR_HAS("layer");
        fixture_hash(&run, after);
        CU_ASSERT_STRING_EQUAL(before, after);
        fixture_end(&run);
    }
    fixture_data_destroy(&data);
}

HARNESS_MAIN("sums", {"single sums are those of whole numbers", single_sums_are_those_of_whole_numbers},
             {"double sums are two such words", double_sums_are_two_such_words},
             {"halves are rounded alike in any order", halves_are_rounded_alike_in_any_order},
             {"exponents bound all products", exponents_bound_all_products},
             {"outgrown exponents are raised alike", outgrown_exponents_are_raised_alike},
             {"a NaN on one rank stops all before the update", a_nan_on_one_rank_stops_all_before_the_update})
