/* tests/test_dropout.c — dropout and residual layers: the random numbers are those of docs/methods.md, have their rates
 * and are independent, and a training with them is that of a plain trainer. */
#include "dropout_mask.h"
#include "fixture.h"

#include "harness.h"
#include "numbers.h"
#include "compute/panels.h"
#include "core/random.h"

#include <stdio.h>

static const int precisions[] = {32, 64};

/* ---- the kernel ---- */

/* A panel of activations, what is added to them, and row numbers. */
typedef struct panel {
    const fcnn_kernels *kernels;
    int64_t rows, width;
    void *before, *out, *added, *slopes;
    int64_t row_numbers[40];
} panel;

static panel panel_create(const fcnn_kernels *kernels, int64_t rows, int64_t width, uint64_t seed)
{
    panel p = {.kernels = kernels, .rows = rows, .width = width};
    void **arrays[] = {&p.before, &p.out, &p.added, &p.slopes};
    for (int i = 0; i < 4; i++) {
        *arrays[i] = numbers_zeros(rows * width, kernels->size);
    }
    numbers_fill(kernels, p.before, rows * width, &seed, 1);
    numbers_fill(kernels, p.added, rows * width, &seed, 1);
    memcpy(p.out, p.before, (size_t)(rows * width) * kernels->size);
    for (int64_t row = 0; row < rows; row++) {
        p.row_numbers[row] = (int64_t)(numbers_word(&seed) >> (row % 2 == 0 ? 60 : 16)); /* some of more than 32 bits */
    }
    return p;
}

static void panel_destroy(panel *p)
{
    free(p->before);
    free(p->out);
    free(p->added);
    free(p->slopes);
}

static fcnn_drop_job job_of(const panel *p, double dropout, uint64_t key)
{
    return (fcnn_drop_job){
        .out = p->out,
        .width = p->width,
        .last = p->rows,
        .activation = FCNN_ACTIVATION_TANH,
        .slopes = p->slopes,
        .added = p->added,
        .threshold = (uint32_t)rint(dropout * 65536),
        .key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .scale = 1 / (1 - rint(dropout * 65536) / 65536),
        .row_numbers = p->row_numbers,
    };
}

/* Compares elements with y·m + added and (1 − y²)·m, rounded as the kernels round; returns the number of errors. */
static int64_t count_errors(const panel *p, int64_t number, double dropout, uint64_t key, bool adds, uint64_t most)
{
    double largest = 0;
    int64_t errors = 0;
    for (int64_t i = 0; i < p->rows * p->width; i++) {
        const uint64_t row = (uint64_t)p->row_numbers[i / p->width], unit = (uint64_t)(64 * number + i % p->width);
        double m = dropout > 0 ? mask_factor(key, row, unit, dropout) : 1;
        m = p->kernels->bits == 32 ? (double)(float)m : m;
        const double y = numbers_get(p->kernels, p->before, i);
        const double expected = numbers_fma(p->kernels, y, m, adds ? numbers_get(p->kernels, p->added, i) : 0);
        double slope = numbers_fma(p->kernels, -y, y, 1) * m;
        slope = p->kernels->bits == 32 ? (double)(float)slope : slope;
        errors += numbers_get(p->kernels, p->out, i) != expected;
        errors += numbers_get(p->kernels, p->slopes, i) != slope;
        largest = fabs(expected) > largest ? fabs(expected) : largest;
    }
    return errors + (largest > 0 && fcnn_magnitude_exponent(p->kernels, most) != ilogb(largest) + 1);
}

static void check_panel(const fcnn_kernels *kernels, int n, uint64_t *seed)
{
    static const double rates[] = {0, 0.5, 0.1, 1.0 / 65536, 1 - 1.0 / 65536, 0.0287};
    const double dropout = rates[n % 6];
    const bool adds = n % 4 < 2;
    const int64_t number = n % 5;
    const uint64_t key = numbers_word(seed);
    panel p = panel_create(kernels, 1 + n % 13, 16 * (1 + n % 4), numbers_word(seed));
    fcnn_drop_job job = job_of(&p, dropout, key);
    job.panel = number;
    job.added = adds ? p.added : NULL;
    CU_ASSERT_EQUAL(count_errors(&p, number, dropout, key, adds, kernels->drop(&job)), 0);
    panel_destroy(&p);
}

static void elements_are_dropped_by_their_numbers(void)
{
    uint64_t seed = 3;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 240; n++) {
            check_panel(tables[n % count], n / 3, &seed);
        }
    }
}

/* A part of the rows, with the row numbers of this part. */
static void rows_do_not_depend_on_how_they_are_cut(void)
{
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int t = 0; t < count; t++) {
            panel whole = panel_create(tables[0], 11, 48, 5), cut = panel_create(tables[t], 11, 48, 5);
            const fcnn_drop_job job = job_of(&whole, 0.3, 99);
            tables[0]->drop(&job);
            for (int64_t first = 0; first < 11; first += 4) {
                fcnn_drop_job part = job_of(&cut, 0.3, 99);
                part.first = first;
                part.last = first + 4 < 11 ? first + 4 : 11;
                part.row_numbers += first;
                tables[t]->drop(&part);
            }
            CU_ASSERT_EQUAL(memcmp(whole.out, cut.out, 11 * 48 * tables[t]->size), 0);
            CU_ASSERT_EQUAL(memcmp(whole.slopes, cut.slopes, 11 * 48 * tables[t]->size), 0);
            panel_destroy(&whole);
            panel_destroy(&cut);
        }
    }
}

static void nan_and_infinity_are_not_dropped(void)
{
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int t = 0; t < count; t++) {
            panel p = panel_create(tables[t], 20, 16, 6);
            for (int64_t row = 0; row < 20; row++) {
                numbers_set(tables[t], p.out, row * 16 + 3, row % 2 == 0 ? NAN : INFINITY);
            }
            const fcnn_drop_job job = job_of(&p, 0.9, 1);
            CU_ASSERT(fcnn_magnitude_exponent(tables[t], tables[t]->drop(&job)) > 1024);
            for (int64_t row = 0; row < 20; row++) {
                CU_ASSERT(!isfinite(numbers_get(tables[t], p.out, row * 16 + 3)));
            }
            panel_destroy(&p);
        }
    }
}

/* The derivative of each activation, also of those that store it. */
static void slopes_are_those_of_the_activation(void)
{
    for (int a = 0; fcnn_activation_words[a] != NULL; a++) {
        const fcnn_kernels *kernels = fcnn_kernels_at(0, 64);
        panel p = panel_create(kernels, 8, 16, 7), q = panel_create(kernels, 8, 16, 7);
        void *kept = numbers_zeros(8 * 16, kernels->size);
        fcnn_multiply_job forward = {.out = p.out,
                                     .width = 16,
                                     .rows = 8,
                                     .last = 8,
                                     .activation = (fcnn_activation)a,
                                     .parameter = 0.2,
                                     .slopes = kept};
        kernels->finish(&forward);
        fcnn_multiply_job backward = forward;
        backward.results = p.out;
        backward.out = q.out;
        for (int64_t i = 0; i < 8 * 16; i++) {
            ((double *)q.out)[i] = 1;
        }
        kernels->finish(&backward);
        fcnn_drop_job job = job_of(&p, 0.5, 8);
        job.activation = (fcnn_activation)a;
        job.parameter = 0.2;
        job.slopes = kept;
        kernels->drop(&job);
        int64_t errors = 0;
        for (int64_t i = 0; i < 8 * 16; i++) {
            const double m = mask_factor(8, (uint64_t)p.row_numbers[i / 16], (uint64_t)(i % 16), 0.5);
            errors += ((double *)kept)[i] != m * ((double *)q.out)[i];
        }
        CU_ASSERT_EQUAL(errors, 0);
        free(kept);
        panel_destroy(&p);
        panel_destroy(&q);
    }
}

/* ---- rates and independence ---- */

/* Whether `count` events of probability p in n trials are within five standard deviations. */
static bool is_likely(double count, double n, double p)
{
    return fabs(count - n * p) <= 5 * sqrt(n * p * (1 - p));
}

static bool drops(double p, uint64_t step, uint32_t layer, uint64_t row, uint64_t unit)
{
    return mask_factor(mask_key(1, step, layer), row, unit, p) == 0;
}

/* Pairs of elements whose numbers could depend on each other: they are dropped together as often as by chance. */
static void masks_have_their_rates_and_are_independent(void)
{
    static const struct {
        uint64_t step;
        uint32_t layer;
        uint64_t row, unit;
    } apart[] = {{0, 0, 0, 1},  {0, 0, 0, 2},  {0, 0, 0, 16}, {0, 0, 0, 32}, {0, 0, 0, 48},      {0, 0, 0, 64},
                 {0, 0, 1, 0},  {0, 0, 2, 0},  {1, 0, 0, 0},  {2, 0, 0, 0},  {0, 1, 0, 0},       {1, 1, 0, 0},
                 {1, 0, 1, 0},  {0, 0, 1, 1},  {64, 0, 0, 0}, {0, 0, 64, 0}, {0, 0, 1 << 20, 0}, {0, 0, 1ULL << 32, 0},
                 {1, 0, 0, 64}, {0, 1, 0, 64}, {0, 0, 1, 64}};
    enum { STEPS = 2, LAYERS = 2, ROWS = 100, UNITS = 128, TRIALS = STEPS * LAYERS * ROWS * UNITS };
    static const double rates[] = {0.5, 0.2, 0.0287};
    for (int r = 0; r < 3; r++) {
        const double p = rates[r];
        double dropped = 0, together[sizeof apart / sizeof *apart] = {0}, of_unit[UNITS] = {0};
        for (int64_t i = 0; i < TRIALS; i++) {
            const uint64_t unit = (uint64_t)(i % UNITS), row = (uint64_t)(i / UNITS % ROWS);
            const uint64_t step = (uint64_t)(i / UNITS / ROWS % STEPS);
            const uint32_t layer = (uint32_t)(i / UNITS / ROWS / STEPS);
            const bool one = drops(p, step, layer, row, unit);
            dropped += one;
            of_unit[unit] += one;
            for (size_t k = 0; one && k < sizeof apart / sizeof *apart; k++) {
                together[k] +=
                    drops(p, step + apart[k].step, layer + apart[k].layer, row + apart[k].row, unit + apart[k].unit);
            }
        }
        CU_ASSERT(is_likely(dropped, TRIALS, p));
        for (size_t k = 0; k < sizeof apart / sizeof *apart; k++) {
            CU_ASSERT(is_likely(together[k], TRIALS, p * p));
        }
        for (int unit = 0; unit < UNITS; unit++) {
            CU_ASSERT(is_likely(of_unit[unit], TRIALS / UNITS, p));
        }
    }
}

/* ---- training ---- */

enum { ROWS = 37, FEATURES = 21, OUTPUTS = 3 };

static fixture_data values;

typedef struct training {
    const char *model; /* keys of [model] */
    double dropout[ORACLE_LAYERS];
    int residual;
} training;

static const training trainings[] = {
    {"hidden = 70, 70, 70\nactivation = tanh\ndropout = 0.2, 0.5, 0.1, 0.3", {0.2, 0.5, 0.1, 0.3}, 0},
    {"hidden = 70, 70, 70\nactivation = silu\ndropout = 0.5", {0, 0.5, 0.5, 0.5}, 0},
    {"hidden = 70, 70, 70\nactivation = tanh\nresidual = yes", {0}, 1},
    {"hidden = 33, 33\nactivation = softplus\nresidual = yes\ndropout = 0, 0.25, 0", {0, 0.25, 0}, 1},
    {"hidden = 70, 70, 70, 70\nactivation = mish\nresidual = yes\ndropout = 0.1, 0.2, 0.3, 0.4, 0.5",
     {0.1, 0.2, 0.3, 0.4, 0.5},
     1},
    {"hidden = 20\nactivation = sigmoid\ndropout = 0.3, 0", {0.3, 0}, 0},
    {"hidden = 70, 70, 70\nactivation = prelu\ndropout = 0.2, 0.5, 0.1, 0.3", {0.2, 0.5, 0.1, 0.3}, 0},
    {"hidden = 33, 33\nactivation = prelu\nlayer_norm = yes\nresidual = yes\ndropout = 0, 0.25, 0.1",
     {0, 0.25, 0.1},
     1},
    {"hidden = 70, 70\nactivation = tanh\nlayer_norm = yes\nresidual = yes\ndropout = 0.3", {0, 0.3, 0.3}, 1},
};

static void write_data(void)
{
    if (values.rows == 0) {
        values = fixture_data_create(ROWS, FEATURES, OUTPUTS);
        fixture_data_draw(&values, 0, 4);
        fixture_write(&values, "values.h5");
    }
}

static fixture start(fcnn_comm *comm, const char *model, const char *more)
{
    char config[512];
    write_data();
    snprintf(config, sizeof config,
             "[model]\n%s\noutput = linear\nprecision = double\n[train]\nloss = mse\nblocks = 5\nthreads = 2\n"
             "seed = %d\n%s\n[optimizer]\nlearning_rate = 0.01\n",
             model, 5, more);
    return fixture_start(comm, "values.h5", config);
}

static oracle *oracle_of(fixture *run, const training *what)
{
    oracle *net = fixture_oracle(run);
    net->residual = what->residual;
    net->factor = mask_of_oracle;
    net->seed = 5;
    memcpy(net->dropout, what->dropout, sizeof what->dropout);
    return net;
}

static void trainings_are_those_of_a_plain_trainer(void)
{
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++) {
        fixture run = start(harness_comm(), trainings[i].model, "batch_size = 0");
        oracle *net = oracle_of(&run, &trainings[i]);
        for (net->step = 0; net->step < 6; net->step++) {
            const double loss = oracle_gradient(net, values.x, values.y, OUTPUTS, NULL, ROWS);
            oracle_descend(net, run.config->optimizer_learning_rate);
            CU_ASSERT_DOUBLE_EQUAL(fixture_epoch(&run), loss, 1e-12 * loss);
        }
        CU_ASSERT(fixture_difference(&run, net) < 1e-12);
        oracle_destroy(net);
        fixture_end(&run);
    }
}

/* A row has the mask of its number in the dataset and of the step, wherever it is in a batch. */
static void masks_belong_to_rows_in_batches(void)
{
    fixture run = start(fixture_alone(), trainings[4].model, "batch_size = 10");
    oracle *net = oracle_of(&run, &trainings[4]);
    fcnn_exact_sum loss = {0};
    for (int64_t epoch = 0, step = (INT64_C(1) << 32) - 2; epoch < 2; epoch++) {
        fcnn_training_data_start_epoch(run.trainer->data, epoch);
        for (int64_t batch = 0; batch < 4; batch++, step++) {
            fixture_step(&run, step, batch, 0.01, &loss);
            const int64_t rows = fcnn_sampler_batch_rows(run.trainer->data->sampler, batch);
            long long numbers[ROWS];
            for (int64_t i = 0; i < rows; i++) {
                numbers[i] = run.trainer->step->row_numbers[i];
            }
            net->step = (uint64_t)step;
            oracle_gradient(net, values.x, values.y, OUTPUTS, numbers, rows);
            oracle_descend(net, 0.01);
        }
    }
    CU_ASSERT(fixture_difference(&run, net) < 1e-12);
    oracle_destroy(net);
    fixture_end(&run);
}

/* The validation loss and predictions are those of the whole network. */
static void evaluations_drop_nothing(void)
{
    for (size_t i = 3; i < sizeof trainings / sizeof *trainings; i++) {
        fixture run = start(harness_comm(), trainings[i].model, "batch_size = 0");
        fixture_epoch(&run);
        oracle *net = oracle_of(&run, &trainings[i]);
        net->factor = NULL;
        const double expected = oracle_gradient(net, values.x, values.y, OUTPUTS, NULL, ROWS);
        fcnn_network *network = NULL;
        double y[ROWS * OUTPUTS], loss = 0;
        HARNESS_OK(fcnn_network_create(run.trainer->model, ROWS, &network));
        HARNESS_OK(fcnn_network_forward_f64(network, ROWS, values.x, y));
        fcnn_network_destroy(network);
        for (int64_t k = 0; k < ROWS * OUTPUTS; k++) {
            loss += (y[k] - values.y[k]) * (y[k] - values.y[k]) / (ROWS * OUTPUTS);
        }
        CU_ASSERT_DOUBLE_EQUAL(loss, expected, 1e-13 * expected);
        oracle_destroy(net);
        fixture_end(&run);
    }
}

/* The bytes of the formula are those that are allocated, with what dropout and residual layers add to them. */
static void memory_is_counted(void)
{
    fixture plain = start(fixture_alone(), "hidden = 64, 64\nactivation = tanh", "batch_size = 0");
    fixture more =
        start(fixture_alone(), "hidden = 64, 64\nactivation = tanh\nresidual = yes\ndropout = 0.5", "batch_size = 0");
    const fcnn_architecture *shapes[] = {&plain.trainer->model->shape, &more.trainer->model->shape};
    CU_ASSERT_EQUAL(fcnn_network_bytes(shapes[1], 100, FCNN_NETWORK_TRAINING, 1) -
                        fcnn_network_bytes(shapes[0], 100, FCNN_NETWORK_TRAINING, 1),
                    100 * 3 * 64 * 8); /* slopes of two layers, and what is carried */
    CU_ASSERT_EQUAL(fcnn_network_bytes(shapes[1], 100, FCNN_NETWORK_FORWARD, 1),
                    fcnn_network_bytes(shapes[0], 100, FCNN_NETWORK_FORWARD, 1));
    fixture_end(&plain);
    fixture_end(&more);
}

HARNESS_MAIN("dropout", {"elements are dropped by their numbers", elements_are_dropped_by_their_numbers},
             {"rows do not depend on how they are cut", rows_do_not_depend_on_how_they_are_cut},
             {"NaN and infinity are not dropped", nan_and_infinity_are_not_dropped},
             {"slopes are those of the activation", slopes_are_those_of_the_activation},
             {"masks have their rates and are independent", masks_have_their_rates_and_are_independent},
             {"trainings are those of a plain trainer", trainings_are_those_of_a_plain_trainer},
             {"masks belong to rows in batches", masks_belong_to_rows_in_batches},
             {"evaluations drop nothing", evaluations_drop_nothing}, {"memory is counted", memory_is_counted})
