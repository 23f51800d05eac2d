/* tests/test_initializer.c — initial weights have the distributions and the bits that their definitions say. */
#include "harness.h"

#include "core/random.h"
#include "model/initializer.h"
#include "model/orthogonal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A drawn layer of a double-precision network [in]-[out]-1. */
static fcnn_model *draw(int64_t in, int64_t out, fcnn_activation activation, fcnn_init_kind kind, double scale,
                        double bias, uint64_t seed)
{
    fcnn_layer layers[] = {
        {.inputs = in, .outputs = out, .activation = activation, .leaky_slope = FCNN_LEAKY_SLOPE},
        {.inputs = out, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                                     .layers = 2,
                                     .layer = layers,
                                     .output = FCNN_OUTPUT_LINEAR,
                                     .loss = FCNN_LOSS_MSE};
    fcnn_model *model;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    const fcnn_layer_start starts[] = {{kind, scale, bias}, {FCNN_INIT_ZERO, 1, -1}};
    HARNESS_OK(fcnn_initializer_draw(model, starts, seed));
    return model;
}

/* Checks mean, variance and, for uniform weights, the bound; all biases are what they should be. */
static void check_draw(fcnn_activation activation, fcnn_init_kind kind, double scale, double variance, double bound)
{
    enum { IN = 150, OUT = 200 };
    fcnn_model *model = draw(IN, OUT, activation, kind, scale, 0.1, 1);
    const double *w = model->weights[0], *b = model->biases[0];
    double sum = 0, squares = 0, most = 0, biases = 0;
    for (int i = 0; i < IN * OUT; i++) {
        sum += w[i];
        squares += w[i] * w[i];
        most = fmax(most, fabs(w[i]));
    }
    for (int i = 0; i < OUT; i++) {
        biases += fabs(b[i] - 0.1);
    }
    CU_ASSERT(fabs(sum) / (IN * OUT) < 5 * sqrt(variance / (IN * OUT)));
    CU_ASSERT(fabs(squares / (IN * OUT) / variance - 1) < 0.05);
    CU_ASSERT(bound > 0 ? most <= bound && most > 0.99 * bound : most > 3.5 * sqrt(variance));
    CU_ASSERT_EQUAL(biases, 0);
    CU_ASSERT_EQUAL(((const double *)model->biases[1])[0], -1);
    for (int i = 0; i < OUT; i++) {
        CU_ASSERT_EQUAL(((const double *)model->weights[1])[i], 0); /* zero */
    }
    fcnn_model_destroy(model);
}

/* gamma is 1, beta 0, and the slope of a prelu 1/4, as in PyTorch. */
static void normalizations_and_slopes_have_their_start(void)
{
    fcnn_layer layers[] = {
        {.inputs = 3, .outputs = 5, .activation = FCNN_ACTIVATION_PRELU, .layer_norm = true},
        {.inputs = 5, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                                     .layers = 2,
                                     .layer = layers,
                                     .output = FCNN_OUTPUT_LINEAR,
                                     .loss = FCNN_LOSS_MSE};
    static const double values[] = {[FCNN_TENSOR_GAMMA] = 1, [FCNN_TENSOR_BETA] = 0, [FCNN_TENSOR_SLOPE] = 0.25};
    fcnn_model *model;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    HARNESS_OK(fcnn_initializer_draw(model, NULL, 1));
    CU_ASSERT_EQUAL(fcnn_architecture_tensors(&shape), 5);
    for (int64_t i = 2; i < 5; i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&shape, i);
        for (int64_t o = 0; o < tensor.outputs; o++) {
            CU_ASSERT_EQUAL(((const double *)model->biases[i])[o], values[tensor.kind]);
        }
    }
    fcnn_model_destroy(model);
}

static void start_weights_have_their_distributions(void)
{
    const double xavier = sqrt(6.0 / 350);
    check_draw(FCNN_ACTIVATION_TANH, FCNN_INIT_HE, 1, 2.0 / 150, 0);
    check_draw(FCNN_ACTIVATION_RELU, FCNN_INIT_AUTO, 1, 2.0 / 150, 0);
    check_draw(FCNN_ACTIVATION_GELU, FCNN_INIT_AUTO, 1, 2.0 / 150, 0);
    check_draw(FCNN_ACTIVATION_RELU, FCNN_INIT_XAVIER, 1, xavier * xavier / 3, xavier);
    check_draw(FCNN_ACTIVATION_SIGMOID, FCNN_INIT_AUTO, 1, xavier * xavier / 3, xavier);
    check_draw(FCNN_ACTIVATION_RELU, FCNN_INIT_NORMAL, 0.3, 0.09, 0);
    check_draw(FCNN_ACTIVATION_RELU, FCNN_INIT_LECUN, 5, 1.0 / 150, 0);
    check_draw(FCNN_ACTIVATION_RELU, FCNN_INIT_UNIFORM, 0.3, 0.03, 0.3);
}

static void a_start_weight_depends_on_its_place_and_the_seed(void)
{
    fcnn_model *narrow = draw(10, 5, FCNN_ACTIVATION_RELU, FCNN_INIT_NORMAL, 1, 0, 1);
    fcnn_model *wide = draw(20, 8, FCNN_ACTIVATION_RELU, FCNN_INIT_NORMAL, 1, 0, 1);
    fcnn_model *other = draw(10, 5, FCNN_ACTIVATION_RELU, FCNN_INIT_NORMAL, 1, 0, 2);
    int equal = 0;
    for (int out = 0; out < 5; out++) {
        for (int in = 0; in < 10; in++) {
            const double w = ((const double *)narrow->weights[0])[out * 10 + in];
            CU_ASSERT_EQUAL(w, ((const double *)wide->weights[0])[out * 20 + in]);
            equal += w == ((const double *)other->weights[0])[out * 10 + in];
        }
    }
    CU_ASSERT_EQUAL(equal, 0);
    fcnn_model_destroy(narrow);
    fcnn_model_destroy(wide);
    fcnn_model_destroy(other);
}

/* What torch.nn.Linear starts with: W and b uniform in ±1/√in, whatever follows. */
static void torch_draws_weights_and_biases(void)
{
    enum { IN = 784, OUT = 500 };
    fcnn_model *model = draw(IN, OUT, FCNN_ACTIVATION_TANH, FCNN_INIT_TORCH, 1, 0, 1);
    const double *parameters[] = {model->weights[0], model->biases[0]};
    const int counts[] = {IN * OUT, OUT};
    for (int p = 0; p < 2; p++) {
        double most = 0, squares = 0;
        for (int i = 0; i < counts[p]; i++) {
            most = fmax(most, fabs(parameters[p][i]) * sqrt(IN));
            squares += parameters[p][i] * parameters[p][i] * 3 * IN / counts[p];
        }
        CU_ASSERT(most <= 1 && most > 1 - 10.0 / counts[p]);
        CU_ASSERT(fabs(squares - 1) < 5 / sqrt(counts[p]));
    }
    /* no bias is drawn as a weight is */
    for (int i = 0; i < IN * OUT; i++) {
        CU_ASSERT_FATAL(parameters[0][i] != parameters[1][i % OUT]);
    }
    fcnn_model_destroy(model);
}

/* ---- orthogonal ---- */

/* The largest difference of QᵀQ and 1. */
static double distance_from_orthogonal(const double *q, int rows, int columns)
{
    double most = 0;
    for (int a = 0; a < columns; a++) {
        for (int b = 0; b < columns; b++) {
            double sum = a == b ? -1 : 0;
            for (int r = 0; r < rows; r++) {
                sum += q[r * columns + a] * q[r * columns + b];
            }
            most = fmax(most, fabs(sum));
        }
    }
    return most;
}

static long double normal_at(uint64_t seed, int a, int b, int c)
{
    const fcnn_random_pair pair = fcnn_random_draw(seed, FCNN_RANDOM_INIT, (uint32_t)a, (uint32_t)b, (uint32_t)c);
    return sqrtl(-2 * logl(1 - (long double)fcnn_random_unit(pair.first))) *
           cosl(2 * acosl(-1) * (long double)fcnn_random_unit(pair.second));
}

/* q ← q·(1 − 2uuᵀ), u = v/|v|, of [rows][rows]. */
static void reflect_columns(int rows, const long double *v, long double *q)
{
    long double squares = 0;
    for (int i = 0; i < rows; i++) {
        squares += v[i] * v[i];
    }
    for (int r = 0; r < rows; r++) {
        long double product = 0;
        for (int i = 0; i < rows; i++) {
            product += q[r * rows + i] * v[i];
        }
        for (int i = 0; i < rows; i++) {
            q[r * rows + i] -= 2 * product / squares * v[i];
        }
    }
}

/* Multiplies the reflections from the first on, as whole matrices, and compares. */
static void check_orthogonal(uint64_t seed, int layer, int rows, int columns)
{
    double *q = calloc((size_t)(rows * columns), sizeof *q);
    long double *all = calloc((size_t)(rows * rows + rows), sizeof *all), *v = all + rows * rows;
    CU_ASSERT_FATAL(q != NULL && all != NULL);
    HARNESS_OK(fcnn_orthogonal_draw(seed, (uint32_t)layer, rows, columns, q));
    for (int i = 0; i < rows; i++) {
        all[i * rows + i] = 1;
    }
    for (int k = 0; k < columns; k++) {
        long double squares = 0;
        for (int r = 0; r < rows; r++) {
            v[r] = r < k ? 0 : normal_at(seed, r, k, layer);
            squares += v[r] * v[r];
        }
        const long double sign = v[k] < 0 ? -1 : 1;
        v[k] += sign * sqrtl(squares);
        reflect_columns(rows, v, all);
        for (int r = 0; r < rows; r++) {
            all[r * rows + k] *= -sign; /* no later reflection takes this column */
        }
    }
    double error = 0;
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            error = fmax(error, (double)fabsl(all[r * rows + c] - (long double)q[r * columns + c]));
        }
    }
    CU_ASSERT(error < 1e-14);
    CU_ASSERT(distance_from_orthogonal(q, rows, columns) < 1e-14);
    free(q);
    free(all);
}

static void orthogonal_matrices_are_the_product_of_reflections(void)
{
    static const int shapes[][2] = {{1, 1}, {2, 1}, {2, 2}, {7, 3}, {40, 40}, {61, 17}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        check_orthogonal(1, 0, shapes[i][0], shapes[i][1]);
        check_orthogonal((uint64_t)1 << 40 | 7, 3, shapes[i][0], shapes[i][1]);
    }
}

/* Rows of a wide layer and columns of a tall one are orthonormal, up to the scale. */
static void orthogonal_layers_are_tall_or_wide(void)
{
    static const int shapes[][2] = {{20, 30}, {30, 20}, {25, 25}};
    for (int s = 0; s < 3; s++) {
        const int in = shapes[s][0], out = shapes[s][1], few = in < out ? in : out, many = in < out ? out : in;
        fcnn_model *model = draw(in, out, FCNN_ACTIVATION_RELU, FCNN_INIT_ORTHOGONAL, 4, 0.5, 9);
        const double *w = model->weights[0];
        double q[30 * 30], mean = 0;
        for (int i = 0; i < in * out; i++) {
            q[in < out ? i : i % in * out + i / in] = w[i] / 4;
            mean += w[i] / 4 / (in * out);
        }
        CU_ASSERT(distance_from_orthogonal(q, many, few) < 1e-14);
        CU_ASSERT(fabs(mean) < 5 / sqrt((double)many * in * out));
        CU_ASSERT_EQUAL(((const double *)model->biases[0])[out - 1], 0.5);
        fcnn_model_destroy(model);
    }
}

/* Uniform among all orthogonal matrices: an entry has mean 0 and variance 1/n, and its sign is free, the last column's
 * too; a determinant is 1 as often as −1. */
static void orthogonal_matrices_are_uniform(void)
{
    enum { DRAWS = 4000 };
    double sums[9] = {0}, squares[9] = {0};
    int positive = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
        double q[9];
        HARNESS_OK(fcnn_orthogonal_draw((uint64_t)draw, 0, 3, 3, q));
        for (int i = 0; i < 9; i++) {
            sums[i] += q[i] / DRAWS;
            squares[i] += q[i] * q[i] / DRAWS;
        }
        positive += q[0] * (q[4] * q[8] - q[5] * q[7]) - q[1] * (q[3] * q[8] - q[5] * q[6]) +
                        q[2] * (q[3] * q[7] - q[4] * q[6]) >
                    0;
    }
    for (int i = 0; i < 9; i++) {
        CU_ASSERT(fabs(sums[i]) < 5 * sqrt(1.0 / 3 / DRAWS));
        CU_ASSERT(fabs(squares[i] - 1.0 / 3) < 5 * sqrt(4.0 / 45 / DRAWS)); /* E q⁴ = 1/5 */
    }
    CU_ASSERT(abs(positive - DRAWS / 2) < 5 * sqrt(DRAWS) / 2);
}

/* FNV-1a of the bits of numbers. */
static uint64_t fold(fcnn_precision precision, const void *numbers, int count, uint64_t hash)
{
    for (int i = 0; i < count; i++) {
        const double number =
            precision == FCNN_PRECISION_SINGLE ? (double)((const float *)numbers)[i] : ((const double *)numbers)[i];
        uint64_t bits;
        memcpy(&bits, &number, sizeof bits);
        for (int byte = 0; byte < 8; byte++) {
            hash = (hash ^ (bits >> 8 * byte & 0xFF)) * 0x100000001B3U;
        }
    }
    return hash;
}

/* The bits of every kind, in both precisions: the same on every machine. */
static void bits_are_the_same_everywhere(void)
{
    static const struct {
        fcnn_init_kind kind;
        uint64_t hashes[2];
    } cases[] = {
        {FCNN_INIT_HE, {0x8F1DFD306CF8BC0D, 0x44C26D678D9C7529}},
        {FCNN_INIT_XAVIER, {0xD4F33CDFA90F6A58, 0x0F858F22CDA9BFC5}},
        {FCNN_INIT_LECUN, {0x765867FC0639E962, 0xCCD0B510474BFFEB}},
        {FCNN_INIT_ORTHOGONAL, {0x6910EF0EA8BDD512, 0x651B5547DD1D7572}},
        {FCNN_INIT_NORMAL, {0x4AFDE356191FA975, 0x881D66714B431121}},
        {FCNN_INIT_UNIFORM, {0x0521FF203B26EC85, 0xF9F367D68540B541}},
        {FCNN_INIT_TORCH, {0x99188B5205631952, 0xAD18B5B33BCBDBA3}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int precision = 0; precision < 2; precision++) {
            fcnn_layer layer = {
                .inputs = 33, .outputs = 21, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
            const fcnn_architecture shape = {.precision =
                                                 precision == 0 ? FCNN_PRECISION_SINGLE : FCNN_PRECISION_DOUBLE,
                                             .layers = 1,
                                             .layer = &layer,
                                             .output = FCNN_OUTPUT_LINEAR,
                                             .loss = FCNN_LOSS_MSE};
            const fcnn_layer_start start = {cases[i].kind, 0.7, 0.3};
            fcnn_model *model;
            HARNESS_OK(fcnn_model_create(&shape, &model));
            HARNESS_OK(fcnn_initializer_draw(model, &start, 12345));
            uint64_t hash = fold(shape.precision, model->weights[0], 33 * 21, 0xCBF29CE484222325U);
            hash = fold(shape.precision, model->biases[0], 21, hash);
            if (hash != cases[i].hashes[precision]) {
                fprintf(stderr, "%s: 0x%016" PRIX64 "\n", fcnn_init_kind_name(cases[i].kind), hash);
                CU_FAIL("bits of initial weights");
            }
            fcnn_model_destroy(model);
        }
    }
}

HARNESS_MAIN("initializer", {"start weights have their distributions", start_weights_have_their_distributions},
             {"normalizations and slopes have their start", normalizations_and_slopes_have_their_start},
             {"a start weight depends on its place and the seed", a_start_weight_depends_on_its_place_and_the_seed},
             {"torch draws weights and biases", torch_draws_weights_and_biases},
             {"orthogonal matrices are the product of reflections", orthogonal_matrices_are_the_product_of_reflections},
             {"orthogonal layers are tall or wide", orthogonal_layers_are_tall_or_wide},
             {"orthogonal matrices are uniform", orthogonal_matrices_are_uniform},
             {"bits are the same everywhere", bits_are_the_same_everywhere})
