/* tests/test_optimizers.c — each optimizer against the one of PyTorch, and with everything around it against its
 * formula in plain double. */
#include "optimizers_network.h"

#include "run/folder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 50 };

/* ---- PyTorch ---- */

static void expect_numbers(fixture *run, const reference_case *expected, int at, double tolerance)
{
    double parameters[REFERENCE_PARAMETERS], numbers[REFERENCE_NUMBERS] = {0};
    network_take(run, parameters);
    for (int i = 0; i < REFERENCE_NUMBERS - 2; i++) {
        numbers[i] = parameters[reference_places[i]];
    }
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        numbers[REFERENCE_NUMBERS - 2] += parameters[i];
        numbers[REFERENCE_NUMBERS - 1] += (1 + i % 7) * parameters[i];
    }
    for (int i = 0; i < REFERENCE_NUMBERS; i++) {
        const double bound = tolerance * (i < REFERENCE_NUMBERS - 2 ? 1 : 20);
        if (!(fabs(numbers[i] - expected->numbers[at][i]) <= bound)) {
            printf("%s after %d steps: number %d is %.17g, expected %.17g\n", expected->name, reference_steps[at], i,
                   numbers[i], expected->numbers[at][i]);
            CU_FAIL("a parameter differs from PyTorch's");
        }
    }
}

static void check_against_torch(const reference_case *expected, const char *precision, double tolerance)
{
    fixture run = network_start(precision, expected->keys);
    int at = 0;
    for (int step = 0; step < STEPS; step++) {
        network_step(&run, step, expected->rate);
        if (step + 1 == reference_steps[at]) {
            expect_numbers(&run, expected, at++, tolerance);
        }
    }
    CU_ASSERT_EQUAL(at, REFERENCE_STEPS);
    fixture_end(&run);
}

static void each_optimizer_is_that_of_pytorch(void)
{
    network_write_rows();
    for (size_t i = 0; i < sizeof reference_cases / sizeof *reference_cases; i++) {
        check_against_torch(&reference_cases[i], "double", 1e-9);
        check_against_torch(&reference_cases[i], "single", 5e-6);
    }
}

/* ---- formulas ---- */

typedef enum rule { SGD, ADAM, NADAM, RADAM, RMSPROP, ADAGRAD, LAMB, LARS } rule;

/* A training in words of the config and in numbers. */
typedef struct recipe {
    const char *keys;
    rule rule;
    double rate;
    double momentum, final;
    int epochs;
    bool nesterov, hat;
    double trust;
    double beta1, beta2, rho, epsilon;
    double l2, l1, decay;
    bool biases;
    double norm, value, most[NETWORK_LAYERS];
} recipe;

static const recipe recipes[] = {
    {.keys = "momentum = 0.5\nmomentum_final = 0.95\nmomentum_epochs = 7\nl1 = 0.01\nclip_norm = 0.3\nclip_value = 0.1",
     .rule = SGD,
     .rate = 0.05,
     .momentum = 0.5,
     .final = 0.95,
     .epochs = 7,
     .l1 = 0.01,
     .norm = 0.3,
     .value = 0.1},
    {.keys = "momentum_final = 0.9\nmomentum_epochs = 3\nnesterov = yes\nweight_decay = 0.2\nmax_norm = 1, 0, 0.8",
     .rule = SGD,
     .rate = 0.05,
     .final = 0.9,
     .epochs = 3,
     .nesterov = true,
     .decay = 0.2,
     .most = {1, 0, 0.8}},
    {.keys = "l2 = 0.05\nmax_norm = 0.9", .rule = SGD, .rate = 0.1, .l2 = 0.05, .most = {0.9, 0.9, 0.9}},
    {.keys = "name = adam\nbeta1 = 0.8\nbeta2 = 0.97\nepsilon = 1e-3\nepsilon_placement = hat\nl2 = 0.02\nl1 = 1e-3\n"
             "decay_biases = yes",
     .rule = ADAM,
     .rate = 0.02,
     .beta1 = 0.8,
     .beta2 = 0.97,
     .epsilon = 1e-3,
     .hat = true,
     .l2 = 0.02,
     .l1 = 1e-3,
     .biases = true},
    {.keys = "name = adamw\nepsilon = 1e-6\nweight_decay = 0.3\nclip_norm = 0.5\nmax_norm = 1.1",
     .rule = ADAM,
     .rate = 0.01,
     .beta1 = 0.9,
     .beta2 = 0.999,
     .epsilon = 1e-6,
     .decay = 0.3,
     .norm = 0.5,
     .most = {1.1, 1.1, 1.1}},
    {.keys = "name = nadam\nbeta1 = 0.95\nbeta2 = 0.9\nweight_decay = 0.1\nclip_value = 0.05",
     .rule = NADAM,
     .rate = 0.01,
     .beta1 = 0.95,
     .beta2 = 0.9,
     .epsilon = 1e-8,
     .decay = 0.1,
     .value = 0.05},
    {.keys = "name = radam\nbeta2 = 0.9\nepsilon = 1e-4\nl2 = 0.1",
     .rule = RADAM,
     .rate = 0.02,
     .beta1 = 0.9,
     .beta2 = 0.9,
     .epsilon = 1e-4,
     .l2 = 0.1},
    {.keys = "name = rmsprop\nrho = 0.9\nmomentum = 0.3\nmomentum_final = 0.8\nmomentum_epochs = 5\nl2 = 0.01\n"
             "weight_decay = 0.1",
     .rule = RMSPROP,
     .rate = 0.002,
     .momentum = 0.3,
     .final = 0.8,
     .epochs = 5,
     .rho = 0.9,
     .epsilon = 1e-8,
     .l2 = 0.01,
     .decay = 0.1},
    {.keys = "name = adagrad\nepsilon = 1e-3\nl1 = 0.02", .rule = ADAGRAD, .rate = 0.1, .epsilon = 1e-3, .l1 = 0.02},
    {.keys = "name = lamb\nbeta1 = 0.8\nepsilon = 1e-6\nl1 = 0.01\nweight_decay = 0.2\nclip_norm = 0.4\nmax_norm = 1.2",
     .rule = LAMB,
     .rate = 0.03,
     .beta1 = 0.8,
     .beta2 = 0.999,
     .epsilon = 1e-6,
     .l1 = 0.01,
     .decay = 0.2,
     .norm = 0.4,
     .most = {1.2, 1.2, 1.2}},
    {.keys = "name = lamb\nbeta2 = 0.95\nepsilon = 0.1\ndecay_biases = yes\nclip_value = 0.1",
     .rule = LAMB,
     .rate = 0.01,
     .beta1 = 0.9,
     .beta2 = 0.95,
     .epsilon = 0.1,
     .biases = true,
     .value = 0.1},
    {.keys = "name = lars\ntrust = 0.02\nclip_value = 0.2\nl1 = 0.003\nweight_decay = 0.1",
     .rule = LARS,
     .rate = 0.3,
     .trust = 0.02,
     .l1 = 0.003,
     .decay = 0.1,
     .value = 0.2},
    {.keys = "name = lars\nmomentum = 0.5\nmomentum_final = 0.9\nmomentum_epochs = 4\nweight_decay = 0.05\n"
             "decay_biases = yes\nclip_norm = 0.5",
     .rule = LARS,
     .rate = 4,
     .trust = 0.001,
     .momentum = 0.5,
     .final = 0.9,
     .epochs = 4,
     .decay = 0.05,
     .biases = true,
     .norm = 0.5},
};

/* What the formulas keep. */
typedef struct state {
    double w[REFERENCE_PARAMETERS], g[REFERENCE_PARAMETERS], m[REFERENCE_PARAMETERS], v[REFERENCE_PARAMETERS];
    double product; /* of NAdam's momenta */
} state;

static double change_of_sgd(const recipe *how, double momentum, double g, double *m)
{
    *m = momentum * *m + g;
    return how->rate * (how->nesterov ? g + momentum * *m : *m);
}

static double change_of_rmsprop(const recipe *how, double momentum, double g, double *m, double *v)
{
    *v = how->rule == ADAGRAD ? *v + g * g : how->rho * *v + (1 - how->rho) * g * g;
    *m = momentum * *m + g / (sqrt(*v) + how->epsilon);
    return how->rate * *m;
}

static double nadam_momentum(const recipe *how, int t)
{
    return how->beta1 * (1 - 0.5 * pow(0.96, 0.004 * t));
}

static double change_of_adam(const recipe *how, int t, double product, double g, double *m, double *v)
{
    *m = how->beta1 * *m + (1 - how->beta1) * g;
    *v = how->beta2 * *v + (1 - how->beta2) * g * g;
    const double mean = *m / (1 - pow(how->beta1, t)), square = *v / (1 - pow(how->beta2, t));
    const double longest = 2 / (1 - how->beta2) - 1;
    const double length = longest - 2 * t * pow(how->beta2, t) / (1 - pow(how->beta2, t));
    const double now = nadam_momentum(how, t), next = nadam_momentum(how, t + 1);
    if (how->hat) {
        return how->rate * sqrt(1 - pow(how->beta2, t)) / (1 - pow(how->beta1, t)) * *m / (sqrt(*v) + how->epsilon);
    }
    if (how->rule == NADAM) {
        return how->rate * ((1 - now) * g / (1 - product) + next * *m / (1 - product * next)) /
               (sqrt(square) + how->epsilon);
    }
    if (how->rule == RADAM) {
        return length <= 5 ? how->rate * mean
                           : how->rate * mean * sqrt(1 - pow(how->beta2, t)) / (sqrt(*v) + how->epsilon) *
                                 sqrt((length - 4) / (longest - 4) * ((length - 2) / (longest - 2)) * longest / length);
    }
    return how->rate * mean / (sqrt(square) + how->epsilon);
}

static bool is_bias(int i)
{
    for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
        if (i >= network_place(layer, 0, true) && i < network_place(layer, 0, true) + reference_widths[layer + 1]) {
            return true;
        }
    }
    return false;
}

static double clip_factor(const recipe *how, const state *now)
{
    double square = 0;
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        square += now->g[i] * now->g[i];
    }
    return how->norm > 0 && sqrt(square) > how->norm ? how->norm / (sqrt(square) + 1e-6) : 1;
}

static void limit_norms(const recipe *how, state *now)
{
    for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
        for (int unit = 0; unit < reference_widths[layer + 1]; unit++) {
            double *weights = &now->w[network_place(layer, unit, false)], square = 0;
            for (int i = 0; i < reference_widths[layer]; i++) {
                square += weights[i] * weights[i];
            }
            for (int i = 0; how->most[layer] > 0 && sqrt(square) > how->most[layer] && i < reference_widths[layer];
                 i++) {
                weights[i] *= how->most[layer] / sqrt(square);
            }
        }
    }
}

/* The number of the tensor of a parameter: the weights of each layer, then its biases. */
static int tensor_of(int i)
{
    int layer = 0;
    while (layer + 1 < NETWORK_LAYERS && i >= network_place(layer + 1, 0, false)) {
        layer++;
    }
    return 2 * layer + is_bias(i);
}

/* LAMB's u, after the moments have been updated. */
static double direction_of_lamb(const recipe *how, int t, double decay, double w, double g, double *m, double *v)
{
    *m = how->beta1 * *m + (1 - how->beta1) * g;
    *v = how->beta2 * *v + (1 - how->beta2) * g * g;
    return *m / (1 - pow(how->beta1, t)) / (sqrt(*v / (1 - pow(how->beta2, t))) + how->epsilon) + decay * w;
}

/* A step of LAMB or LARS by gradients g that have been clipped. */
static void follow_tensors(const recipe *how, int t, double momentum, const double *g, state *now)
{
    double weights[2 * NETWORK_LAYERS] = {0}, changes[2 * NETWORK_LAYERS] = {0}, u[REFERENCE_PARAMETERS];
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        const double decay = how->biases || !is_bias(i) ? how->decay : 0;
        u[i] = how->rule == LAMB ? direction_of_lamb(how, t, decay, now->w[i], g[i], &now->m[i], &now->v[i]) : g[i];
        weights[tensor_of(i)] += now->w[i] * now->w[i];
        changes[tensor_of(i)] += u[i] * u[i];
    }
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        const double weight = sqrt(weights[tensor_of(i)]), change = sqrt(changes[tensor_of(i)]);
        const bool plain = is_bias(i) && !how->biases;
        if (how->rule == LAMB) {
            now->w[i] -= how->rate * (plain ? 1 : weight / change) * u[i];
        } else {
            const double decay = plain ? 0 : how->decay;
            const double local = plain ? 1 : how->trust * weight / (change + decay * weight);
            now->m[i] = momentum * now->m[i] + how->rate * local * (u[i] + decay * now->w[i]);
            now->w[i] -= now->m[i];
        }
    }
}

/* Step t, from 1, by the formula. */
static void follow_formula(const recipe *how, int t, state *now)
{
    const double part = how->epochs > 0 ? fmin(1, (t - 1) / 3 / (double)how->epochs) : 0;
    const double momentum = how->momentum + part * (how->final - how->momentum), factor = clip_factor(how, now);
    double gradient[REFERENCE_PARAMETERS];
    now->product = (t == 1 ? 1 : now->product) * nadam_momentum(how, t);
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        const bool decays = how->biases || !is_bias(i);
        const double value = how->value > 0 ? how->value : INFINITY, w = now->w[i];
        const double sign = w > 0 ? 1 : w < 0 ? -1 : 0;
        const double g = fmin(value, fmax(-value, factor * now->g[i])) + (decays ? how->l2 * w + how->l1 * sign : 0);
        gradient[i] = g;
        if (how->rule == LAMB || how->rule == LARS) {
            continue;
        }
        const double kept = decays ? w * (1 - how->rate * how->decay) : w;
        double *m = &now->m[i], *v = &now->v[i];
        now->w[i] =
            kept - (how->rule == SGD                               ? change_of_sgd(how, momentum, g, m)
                    : how->rule == RMSPROP || how->rule == ADAGRAD ? change_of_rmsprop(how, momentum, g, m, v)
                                                                   : change_of_adam(how, t, now->product, g, m, v));
    }
    if (how->rule == LAMB || how->rule == LARS) {
        follow_tensors(how, t, momentum, gradient, now);
    }
    limit_norms(how, now);
}

/* Copies between the flat parameters and the arrays of the oracle. */
static void put(oracle *net, const double *from)
{
    for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
        const size_t in = (size_t)reference_widths[layer], out = (size_t)reference_widths[layer + 1];
        memcpy(net->w[layer], from + network_place(layer, 0, false), in * out * sizeof *from);
        memcpy(net->b[layer], from + network_place(layer, 0, true), out * sizeof *from);
    }
}

static void take_gradient(const oracle *net, double *out)
{
    for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
        const size_t in = (size_t)reference_widths[layer], width = (size_t)reference_widths[layer + 1];
        memcpy(out + network_place(layer, 0, false), net->dw[layer], in * width * sizeof *out);
        memcpy(out + network_place(layer, 0, true), net->db[layer], width * sizeof *out);
    }
}

static void check_formula(const recipe *how, const char *precision, double tolerance)
{
    double inputs[REFERENCE_ROWS * 7], parameters[REFERENCE_PARAMETERS], worst = 0;
    oracle *net = oracle_create(NETWORK_LAYERS, reference_widths, ORACLE_TANH, ORACLE_SOFTMAX_CROSS_ENTROPY);
    net->activations[1] = ORACLE_RELU;
    state now = {0};
    for (int i = 0; i < REFERENCE_ROWS * 7; i++) {
        inputs[i] = reference_inputs[i] / 32;
    }
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        now.w[i] = reference_start[i] / 128;
    }
    fixture run = network_start(precision, how->keys);
    for (int step = 0; step < STEPS; step++) {
        const int row = step % 3 * REFERENCE_BATCH;
        put(net, now.w);
        oracle_gradient(net, inputs + row * 7, reference_labels + row, 1, NULL, REFERENCE_BATCH);
        take_gradient(net, now.g);
        follow_formula(how, step + 1, &now);
        network_step(&run, step, how->rate);
    }
    network_take(&run, parameters);
    for (int i = 0; i < REFERENCE_PARAMETERS; i++) {
        worst = fmax(worst, fabs(parameters[i] - now.w[i]) / fmax(1, fabs(now.w[i])));
    }
    if (!(worst <= tolerance)) {
        printf("%s\n%s precision: a parameter is off by %g\n", how->keys, precision, worst);
        CU_FAIL("a parameter is not that of the formula");
    }
    fixture_end(&run);
    oracle_destroy(net);
}

static void each_optimizer_follows_its_formula(void)
{
    network_write_rows();
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        check_formula(&recipes[i], "double", 1e-12);
        check_formula(&recipes[i], "single", 2e-5);
    }
}

/* ---- resuming ---- */

/* The parameters after two epochs of three steps, from a checkpoint before the last step or at once. */
static void train(const char *keys, bool stops, char hash[65])
{
    fcnn_comm *comm = harness_comm();
    fixture run = network_start("single", keys);
    const char *folder = run.config->output_directory;
    fixture_epoch(&run);
    if (!stops) {
        fixture_epoch(&run);
        fixture_hash(&run, hash);
        fixture_end(&run);
        return;
    }
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_prepare(folder) : FCNN_OK));
    fcnn_training_data_start_epoch(run.trainer->data, 1);
    fixture_batches(&run, 2);
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(run.trainer);
    HARNESS_OK(fcnn_saver_checkpoint(run.trainer->saver, &snapshot));
    HARNESS_OK(fcnn_saver_finish(run.trainer->saver));
    fixture next = fixture_resume(&run);
    fixture_epoch(&next);
    fixture_hash(&next, hash);
    fixture_end(&next);
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_empty(folder) : FCNN_OK));
    fixture_end(&run);
}

static void a_resumed_run_goes_on_within_an_epoch(void)
{
    network_write_rows();
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        char whole[65], resumed[65];
        train(recipes[i].keys, false, whole);
        train(recipes[i].keys, true, resumed);
        CU_ASSERT_STRING_EQUAL(whole, resumed);
    }
}

/* After a rollback, steps are made again that were made before. */
static void a_rule_goes_back_to_an_earlier_step(void)
{
    enum { LAST = 6 };
    network_write_rows();
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        fixture run = network_start("double", recipes[i].keys);
        fcnn_optimizer *optimizer = run.trainer->step->optimizer;
        double scalars[LAST][FCNN_UPDATE_SCALARS] = {{0}};
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t number = 2 * pass; number < LAST; number++) {
                double own[FCNN_UPDATE_SCALARS] = {0};
                fcnn_update how = {.rate = 0.1, .number = number, .epoch = number / 3};
                fcnn_optimizer_prepare(optimizer, &how);
                memcpy(own, how.scalars, sizeof how.scalars);
                CU_ASSERT(pass == 0 || memcmp(own, scalars[number], sizeof own) == 0);
                memcpy(scalars[number], own, sizeof own);
            }
        }
        fixture_end(&run);
    }
}

HARNESS_MAIN("optimizers", {"each optimizer is that of PyTorch", each_optimizer_is_that_of_pytorch},
             {"each optimizer follows its formula", each_optimizer_follows_its_formula},
             {"a resumed run goes on within an epoch", a_resumed_run_goes_on_within_an_epoch},
             {"a rule goes back to an earlier step", a_rule_goes_back_to_an_earlier_step})
