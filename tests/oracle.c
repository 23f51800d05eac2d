/* tests/oracle.c — a trainer in plain double loops and libm's functions. */
#include "oracle.h"
#include "oracle_pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *zeros(int count)
{
    double *out = calloc((size_t)count, sizeof *out);
    if (out == NULL) {
        abort();
    }
    return out;
}

oracle *oracle_create(int layers, const int *widths, oracle_activation activation, oracle_loss loss)
{
    oracle *net = calloc(1, sizeof *net);
    if (net == NULL || layers > ORACLE_LAYERS) {
        abort();
    }
    net->layers = layers;
    net->loss = loss;
    memcpy(net->widths, widths, (size_t)(layers + 1) * sizeof *widths);
    net->a[0] = zeros(widths[0]);
    net->m[0] = zeros(widths[0]);
    for (int l = 0; l < layers; l++) {
        const int in = widths[l], out = widths[l + 1];
        net->activations[l] = activation;
        net->w[l] = zeros(in * out);
        net->dw[l] = zeros(in * out);
        net->b[l] = zeros(out);
        net->db[l] = zeros(out);
        net->gamma[l] = zeros(out);
        net->dgamma[l] = zeros(out);
        net->beta[l] = zeros(out);
        net->dbeta[l] = zeros(out);
        net->x[l] = zeros(out);
        net->slope[l] = 0.25;
        for (int o = 0; o < out; o++) {
            net->gamma[l][o] = 1;
        }
        net->z[l] = zeros(out);
        net->a[l + 1] = zeros(out);
        net->delta[l] = zeros(out);
        net->g[l] = zeros(out);
        net->m[l + 1] = zeros(out);
    }
    return net;
}

void oracle_destroy(oracle *net)
{
    free(net->a[0]);
    free(net->m[0]);
    for (int l = 0; l < net->layers; l++) {
        free(net->w[l]);
        free(net->dw[l]);
        free(net->b[l]);
        free(net->db[l]);
        free(net->gamma[l]);
        free(net->dgamma[l]);
        free(net->beta[l]);
        free(net->dbeta[l]);
        free(net->x[l]);
        free(net->z[l]);
        free(net->a[l + 1]);
        free(net->delta[l]);
        free(net->g[l]);
        free(net->m[l + 1]);
    }
    free(net);
}

static double sigmoid(double z)
{
    return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}

double oracle_leaky_slope = 0.01;

static const double selu_scale = 1.0507009873554804934193349852946, selu_alpha = 1.6732632423543772848170429916717;

static double softplus(double z)
{
    return (z > 0 ? z : 0) + log1p(exp(-fabs(z)));
}

double oracle_activate(oracle_activation activation, double z)
{
    switch (activation) {
    case ORACLE_RELU:
        return z > 0 ? z : 0;
    case ORACLE_LEAKY_RELU:
        return z > 0 ? z : oracle_leaky_slope * z;
    case ORACLE_TANH:
        return tanh(z);
    case ORACLE_SIGMOID:
        return sigmoid(z);
    case ORACLE_GELU:
        return z / 2 * erfc(-z / sqrt(2));
    case ORACLE_RELU6:
        return z < 0 ? 0 : z > 6 ? 6 : z;
    case ORACLE_ELU:
        return z > 0 ? z : expm1(z);
    case ORACLE_SELU:
        return z > 0 ? selu_scale * z : selu_scale * selu_alpha * expm1(z);
    case ORACLE_SILU:
        return z * sigmoid(z);
    case ORACLE_MISH:
        return z * tanh(softplus(z));
    case ORACLE_SOFTPLUS:
        return softplus(z);
    case ORACLE_SOFTSIGN:
        return z / (1 + fabs(z));
    case ORACLE_LINEAR:
        break;
    case ORACLE_PRELU:
        return z > 0 ? z : oracle_leaky_slope * z;
    }
    return z;
}

double oracle_slope(oracle_activation activation, double z)
{
    switch (activation) {
    case ORACLE_RELU:
        return z > 0 ? 1 : 0;
    case ORACLE_LEAKY_RELU:
        return z > 0 ? 1 : oracle_leaky_slope;
    case ORACLE_TANH:
        return 1 / (cosh(z) * cosh(z));
    case ORACLE_SIGMOID:
        return sigmoid(z) * sigmoid(-z);
    case ORACLE_GELU:
        return erfc(-z / sqrt(2)) / 2 + z * exp(-z * z / 2) / sqrt(2 * acos(-1));
    case ORACLE_RELU6:
        return z > 0 && z < 6 ? 1 : 0;
    case ORACLE_ELU:
        return z > 0 ? 1 : exp(z);
    case ORACLE_SELU:
        return z > 0 ? selu_scale : selu_scale * selu_alpha * exp(z);
    case ORACLE_SILU:
        return sigmoid(z) + z * sigmoid(z) * sigmoid(-z);
    case ORACLE_MISH: {
        const double t = tanh(softplus(z));
        return t + z * (1 - t * t) * sigmoid(z);
    }
    case ORACLE_SOFTPLUS:
        return sigmoid(z);
    case ORACLE_SOFTSIGN:
        return 1 / ((1 + fabs(z)) * (1 + fabs(z)));
    case ORACLE_LINEAR:
        break;
    case ORACLE_PRELU:
        return z > 0 ? 1 : oracle_leaky_slope;
    }
    return 1;
}

/* The loss of an output y, and its derivative with respect to y. */
static double element(const oracle *net, double y, double t, double *derivative)
{
    const double d = y - t, s = net->setting;
    switch (net->loss) {
    case ORACLE_MAE:
        *derivative = d > 0 ? 1 : d < 0 ? -1 : 0;
        return fabs(d);
    case ORACLE_HUBER:
        *derivative = fabs(d) <= s ? d : d > 0 ? s : -s;
        return fabs(d) <= s ? d * d / 2 : s * (fabs(d) - s / 2);
    case ORACLE_LOG_COSH:
        *derivative = tanh(d);
        return log(cosh(d));
    case ORACLE_RELATIVE: {
        const double scale = fabs(t) > s ? fabs(t) : s;
        *derivative = 2 * d / (scale * scale);
        return d * d / (scale * scale);
    }
    case ORACLE_LINEAR_MSE:
    case ORACLE_SIGMOID_MSE:
        *derivative = 2 * d;
        return d * d;
    case ORACLE_POISSON:
        *derivative = 1 - t / y;
        return y - t * log(y);
    default:
        break;
    }
    *derivative = NAN;
    return NAN;
}

/* An output of a loss of elements: y and delta from z; returns the loss. */
static double finish_element(const oracle *net, double z, double t, double *y, double *delta)
{
    double derivative;
    *y = net->loss == ORACLE_POISSON ? exp(z) : net->sigmoid_output ? sigmoid(z) : z;
    const double slope = net->loss == ORACLE_POISSON ? *y : net->sigmoid_output ? sigmoid(z) * sigmoid(-z) : 1;
    const double loss = element(net, *y, t, &derivative);
    *delta = derivative * slope;
    return loss;
}

/* The outputs of a loss of distributions; returns the loss. */
static double finish_distribution(oracle *net, const double *target)
{
    const int last = net->layers - 1, n = net->widths[net->layers];
    const double *z = net->z[last];
    double *delta = net->delta[last], loss = 0;
    memcpy(net->a[net->layers], z, (size_t)n * sizeof *z);
    for (int i = 0; i < n && net->loss == ORACLE_QUANTILE; i++) {
        const double q = net->quantile[i % net->quantiles], t = target[i / net->quantiles];
        loss += fmax(q * (t - z[i]), (1 - q) * (z[i] - t)) / n;
        delta[i] = ((z[i] > t) - q) / n;
    }
    for (int i = 0; i < n && net->loss == ORACLE_GAUSSIAN_NLL; i += 2) {
        const double d = z[i] - target[i / 2], variance = exp(z[i + 1]);
        loss += (log(variance) + d * d / variance) / n; /* n is twice the number of targets */
        delta[i] = d / variance / (n / 2);
        delta[i + 1] = (1 - d * d / variance) / n;
    }
    return loss;
}

/* Outputs with activations of their own; returns the loss. */
static double finish_columns(oracle *net, const double *target)
{
    const int last = net->layers - 1, n = net->widths[net->layers];
    double loss = 0;
    for (int i = 0; i < n; i++) {
        const double z = net->z[last][i];
        const double y = net->exponential[i] ? exp(z) : oracle_activate(net->columns[i], z);
        double derivative;
        loss += element(net, y, target[i], &derivative) / n;
        net->a[net->layers][i] = y;
        net->delta[last][i] = derivative * (net->exponential[i] ? y : oracle_slope(net->columns[i], z)) / n;
    }
    return loss;
}

/* The output layer: a and delta from z; returns the loss. */
static double finish(oracle *net, const double *target)
{
    const int last = net->layers - 1, n = net->widths[net->layers];
    const double *z = net->z[last];
    double *y = net->a[net->layers], *delta = net->delta[last];
    double loss = 0, sum = 0;
    if (net->loss == ORACLE_QUANTILE || net->loss == ORACLE_GAUSSIAN_NLL) {
        return finish_distribution(net, target);
    }
    if (net->has_columns) {
        return finish_columns(net, target);
    }
    for (int i = 0; i < n; i++) {
        sum += exp(z[i] - z[0]);
    }
    for (int i = 0; i < n; i++) {
        switch (net->loss) {
        case ORACLE_SOFTMAX_CROSS_ENTROPY:
            y[i] = exp(z[i] - z[0]) / sum;
            delta[i] = y[i] - net->setting / n - (i == (int)target[0] ? 1 - net->setting : 0);
            loss += (delta[i] - y[i]) * log(y[i]);
            break;
        case ORACLE_SIGMOID_BINARY_CROSS_ENTROPY:
            y[i] = sigmoid(z[i]);
            delta[i] = (y[i] - target[i]) / n;
            loss -= (target[i] * log(y[i]) + (1 - target[i]) * log(sigmoid(-z[i]))) / n;
            break;
        case ORACLE_SIGMOID_MSE:
            y[i] = sigmoid(z[i]);
            delta[i] = 2 * (y[i] - target[i]) * sigmoid(z[i]) * sigmoid(-z[i]) / n;
            loss += (y[i] - target[i]) * (y[i] - target[i]) / n;
            break;
        case ORACLE_LINEAR_MSE:
            y[i] = z[i];
            delta[i] = 2 * (y[i] - target[i]) / n;
            loss += (y[i] - target[i]) * (y[i] - target[i]) / n;
            break;
        default:
            loss += finish_element(net, z[i], target[i], &y[i], &delta[i]) / n;
            delta[i] /= n;
            break;
        }
    }
    return loss;
}

/* ---- mixed precision ---- */

/* A number of mixed precision: a float. */
static double stored(const oracle *net, double value)
{
    return net->mixed ? (double)(float)value : value;
}

/* Σ a[i·a_step]·b[i·b_step], which begins with `start`. */
static double chain(const oracle *net, double start, int count, const double *a, int a_step, const double *b,
                    int b_step)
{
    double sum = start;
    for (int i = 0; i < count && !net->mixed; i++) {
        sum += a[i * a_step] * b[i * b_step];
    }
    return net->mixed ? oracle_pairs(start, count, a, a_step, b, b_step) : sum;
}

/* The factors of the weight gradients of all rows: [rows] of each layer's inputs and derivatives. */
typedef struct kept_rows {
    double *a[ORACLE_LAYERS], *delta[ORACLE_LAYERS];
} kept_rows;

static kept_rows create_kept(const oracle *net, long long count)
{
    kept_rows kept = {{0}, {0}};
    for (int l = 0; net->mixed && l < net->layers; l++) {
        kept.a[l] = zeros((int)count * net->widths[l]);
        kept.delta[l] = zeros((int)count * net->widths[l + 1]);
    }
    return kept;
}

static void keep_row(const oracle *net, kept_rows *kept, long long row)
{
    for (int l = 0; net->mixed && l < net->layers; l++) {
        memcpy(kept->a[l] + row * net->widths[l], net->a[l], (size_t)net->widths[l] * sizeof(double));
        memcpy(kept->delta[l] + row * net->widths[l + 1], net->delta[l], (size_t)net->widths[l + 1] * sizeof(double));
    }
}

/* Sets the derivatives of the weights by chains over the rows, and releases these. */
static void sum_kept(oracle *net, kept_rows *kept, int count)
{
    for (int l = 0; net->mixed && l < net->layers; l++) {
        const int in = net->widths[l], out = net->widths[l + 1];
        for (int i = 0; i < in * out; i++) {
            net->dw[l][i] = chain(net, 0, count, kept->a[l] + i % in, in, kept->delta[l] + i / in, out) / count;
        }
        free(kept->a[l]);
        free(kept->delta[l]);
    }
}

/* ---- a row ---- */

static int is_residual(const oracle *net, int l)
{
    return net->residual && l > 0 && l < net->layers - 1;
}

static int is_normalized(const oracle *net, int l)
{
    return net->layer_norm && l + 1 < net->layers;
}

/* z ← gamma·x + beta, where x has the mean 0 and nearly the variance 1. */
static void normalize(oracle *net, int l)
{
    const int n = net->widths[l + 1];
    double *z = net->z[l], mean = 0, variance = 0;
    for (int i = 0; i < n; i++) {
        mean += z[i] / n;
    }
    for (int i = 0; i < n; i++) {
        variance += (z[i] - mean) * (z[i] - mean) / n;
    }
    net->scale[l] = 1 / sqrt(variance + 1e-5);
    for (int i = 0; i < n; i++) {
        net->x[l][i] = (z[i] - mean) * net->scale[l];
        z[i] = net->gamma[l][i] * net->x[l][i] + net->beta[l][i];
    }
}

/* delta from derivatives with respect to gamma·x + beta to those with respect to what was normalized, by the matrix of
 * derivatives dx[i]/dz[k] = scale·((i = k) − 1/n − x[i]·x[k]/n); and what the row adds to those of gamma and beta. */
static void normalize_backward(oracle *net, int l, double factor)
{
    const int n = net->widths[l + 1];
    double *delta = net->delta[l], *of_x = zeros(n);
    for (int i = 0; i < n; i++) {
        net->dgamma[l][i] += factor * delta[i] * net->x[l][i];
        net->dbeta[l][i] += factor * delta[i];
        of_x[i] = delta[i] * net->gamma[l][i];
    }
    for (int k = 0; k < n; k++) {
        delta[k] = 0;
        for (int i = 0; i < n; i++) {
            delta[k] += of_x[i] * net->scale[l] * ((i == k) - 1.0 / n - net->x[l][i] * net->x[l][k] / n);
        }
    }
    free(of_x);
}

double oracle_forward(oracle *net, const double *x, const double *target)
{
    for (int l = 0; l < net->layers; l++) {
        for (int i = 0; i < net->widths[l]; i++) {
            net->m[l][i] = net->factor == NULL ? 1 : net->factor(net, l, net->row, i);
        }
    }
    for (int i = 0; i < net->widths[0]; i++) {
        net->a[0][i] = stored(net, x[i] * net->m[0][i]);
    }
    for (int l = 0; l < net->layers; l++) {
        const int in = net->widths[l], out = net->widths[l + 1];
        for (int o = 0; o < out; o++) {
            net->z[l][o] = chain(net, net->b[l][o], in, net->w[l] + o * in, 1, net->a[l], 1);
        }
        if (is_normalized(net, l)) {
            normalize(net, l);
        }
        for (int o = 0; o < out; o++) {
            const double z = net->z[l][o];
            const int bends = net->activations[l] == ORACLE_PRELU && z < 0;
            net->a[l + 1][o] = stored(net, bends ? net->slope[l] * z : oracle_activate(net->activations[l], z));
            if (l + 1 < net->layers) {
                net->a[l + 1][o] *= net->m[l + 1][o];
            }
            if (is_residual(net, l)) {
                net->a[l + 1][o] = stored(net, net->a[l + 1][o] + net->a[l][o]);
            }
        }
    }
    const double loss = finish(net, target);
    for (int o = 0; o < net->widths[net->layers]; o++) {
        net->a[net->layers][o] = stored(net, net->a[net->layers][o]);
        net->delta[net->layers - 1][o] = stored(net, net->delta[net->layers - 1][o]);
    }
    return loss;
}

/* delta of the hidden layers, from the last one's; and what the row adds to the derivatives. */
static void backward(oracle *net, double factor)
{
    for (int l = net->layers - 1; l >= 0; l--) {
        const int in = net->widths[l], out = net->widths[l + 1];
        for (int o = 0; o < out; o++) {
            net->db[l][o] += factor * net->delta[l][o];
            for (int i = 0; i < in; i++) {
                net->dw[l][o * in + i] += factor * net->delta[l][o] * net->a[l][i];
            }
        }
        for (int i = 0; l > 0 && i < in; i++) {
            const double sum = chain(net, 0, out, net->w[l] + i, in, net->delta[l], 1);
            net->g[l - 1][i] = stored(net, sum + (is_residual(net, l) ? net->g[l][i] : 0));
            const double z = net->z[l - 1][i], of_y = net->g[l - 1][i] * net->m[l][i];
            const int bends = net->activations[l - 1] == ORACLE_PRELU && z <= 0;
            net->dslope[l - 1] += bends ? factor * of_y * z : 0;
            net->delta[l - 1][i] =
                stored(net, of_y * (bends ? net->slope[l - 1] : oracle_slope(net->activations[l - 1], z)));
        }
        if (l > 0 && is_normalized(net, l - 1)) {
            normalize_backward(net, l - 1, factor);
        }
    }
}

double oracle_gradient(oracle *net, const double *x, const double *targets, int target_width, const long long *rows,
                       long long count)
{
    for (int l = 0; l < net->layers; l++) {
        memset(net->dw[l], 0, (size_t)(net->widths[l] * net->widths[l + 1]) * sizeof(double));
        memset(net->db[l], 0, (size_t)net->widths[l + 1] * sizeof(double));
        memset(net->dgamma[l], 0, (size_t)net->widths[l + 1] * sizeof(double));
        memset(net->dbeta[l], 0, (size_t)net->widths[l + 1] * sizeof(double));
        net->dslope[l] = 0;
    }
    double loss = 0;
    kept_rows kept = create_kept(net, count);
    for (long long k = 0; k < count; k++) {
        const long long row = rows == NULL ? k : rows[k];
        net->row = row;
        loss += oracle_forward(net, x + row * net->widths[0], targets + row * target_width);
        backward(net, 1 / (double)count);
        keep_row(net, &kept, k);
    }
    sum_kept(net, &kept, (int)count);
    return loss / (double)count;
}

void oracle_descend(oracle *net, double rate)
{
    for (int l = 0; l < net->layers; l++) {
        const int in = net->widths[l], out = net->widths[l + 1];
        net->slope[l] -= rate * net->dslope[l];
        for (int o = 0; o < out; o++) {
            net->b[l][o] -= rate * net->db[l][o];
            net->gamma[l][o] -= rate * net->dgamma[l][o];
            net->beta[l][o] -= rate * net->dbeta[l][o];
            for (int i = 0; i < in; i++) {
                net->w[l][o * in + i] -= rate * net->dw[l][o * in + i];
            }
        }
    }
}
