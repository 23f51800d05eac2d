/* tests/test_noise.c — the numbers of the noise of inputs. */
#include "harness.h"
#include "numbers.h"

#include "compute/panels.h"
#include "model/noise.h"

#include <math.h>

static void noise_is_normal(void)
{
    enum { ROWS = 200, WIDTH = 51, STEPS = 5 };
    double sums[5] = {0};
    for (int64_t step = 0; step < STEPS; step++) {
        for (int64_t row = 0; row < ROWS; row++) {
            double before = 0;
            for (int64_t column = 0; column < WIDTH; column++) {
                const double n = fcnn_noise_number(7, step, row, column);
                sums[0] += n;
                sums[1] += n * n;
                sums[2] += n * n * n * n;
                sums[3] += n * before;
                sums[4] += n * fcnn_noise_number(7, step + 1, row, column);
                before = n;
            }
        }
    }
    const double count = ROWS * WIDTH * STEPS, root = sqrt(count);
    CU_ASSERT(fabs(sums[0]) < 4 * root && fabs(sums[1] - count) < 6 * root && fabs(sums[2] - 3 * count) < 40 * root);
    CU_ASSERT(fabs(sums[3]) < 4 * root && fabs(sums[4]) < 4 * root);
    CU_ASSERT(fcnn_noise_number(7, 3, 5, 8) != fcnn_noise_number(8, 3, 5, 8));
    CU_ASSERT(fcnn_noise_number(7, 3, 5, 8) != fcnn_noise_number(7, 3, 5 + (1LL << 32), 8));
}

/* Inputs that are 0 become deviation·n, in rows of the pass alone. */
static void it_is_added_to_inputs(void)
{
    enum { ROWS = 12, WIDTH = 70, FIRST = 2, LAST = 9 };
    fcnn_layer layer = {.inputs = WIDTH, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR};
    fcnn_architecture shape = {.output = FCNN_OUTPUT_LINEAR, .loss = FCNN_LOSS_MSE, .layers = 1, .layer = &layer};
    for (int precision = 0; precision < 2; precision++) {
        fcnn_model *model;
        fcnn_network *network;
        int64_t numbers[ROWS];
        shape.precision = (fcnn_precision)precision;
        HARNESS_OK(fcnn_model_create(&shape, &model));
        HARNESS_OK(fcnn_network_create_from(model, ROWS, FCNN_NETWORK_TRAINING, 1, &network));
        network->noise = 0.3;
        network->seed = 11;
        for (int row = 0; row < ROWS; row++) {
            numbers[row] = (1LL << 33) + 17 * row;
        }
        const fcnn_batch batch = {.rows = ROWS, .step = 4, .row_numbers = numbers};
        const fcnn_pass_rows rows = {.batch = &batch, .first = FIRST, .last = LAST, .area = &network->all, .at = FIRST};
        const uint64_t most = fcnn_noise_add(network, &rows, 0), before = numbers_magnitude(network->kernels, 7);
        const int64_t size = numbers_size(ROWS, WIDTH);
        CU_ASSERT_EQUAL(most, numbers_largest(network->kernels, network->all.values[0], size));
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < WIDTH; column++) {
                const int64_t i = fcnn_panel_index(ROWS, WIDTH, row, column);
                const double n = 0.3 * fcnn_noise_number(11, 4, numbers[row], column);
                const double expected = row < FIRST || row >= LAST ? 0 : precision == 0 ? (double)(float)n : n;
                const void *values = network->all.values[0];
                const double value = precision == 0 ? (double)((const float *)values)[i] : ((const double *)values)[i];
                CU_ASSERT_EQUAL(value, expected);
            }
        }
        CU_ASSERT_EQUAL(fcnn_noise_add(network, &rows, before), before); /* it keeps a larger one */
        fcnn_network_destroy(network);
        fcnn_model_destroy(model);
    }
}

HARNESS_MAIN("noise", {"noise is normal", noise_is_normal}, {"it is added to inputs", it_is_added_to_inputs})
