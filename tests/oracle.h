/* tests/oracle.h — a trainer in plain double loops and libm's functions, which shares no code with the library:
 * what it computes, the library must compute too, up to rounding. */
#ifndef FCNN_TESTS_ORACLE_H
#define FCNN_TESTS_ORACLE_H

#include <stdint.h>

typedef enum oracle_activation {
    ORACLE_RELU,
    ORACLE_LEAKY_RELU,
    ORACLE_TANH,
    ORACLE_SIGMOID,
    ORACLE_GELU,
    ORACLE_RELU6,
    ORACLE_ELU,
    ORACLE_SELU,
    ORACLE_SILU,
    ORACLE_MISH,
    ORACLE_SOFTPLUS,
    ORACLE_SOFTSIGN,
    ORACLE_LINEAR,
    ORACLE_PRELU
} oracle_activation;

/* An output with its loss. */
typedef enum oracle_loss {
    ORACLE_SOFTMAX_CROSS_ENTROPY,
    ORACLE_SIGMOID_BINARY_CROSS_ENTROPY,
    ORACLE_SIGMOID_MSE,
    ORACLE_LINEAR_MSE,
    ORACLE_MAE, /* these for a linear output, or sigmoid_output */
    ORACLE_HUBER,
    ORACLE_LOG_COSH,
    ORACLE_RELATIVE,
    ORACLE_POISSON,     /* for an exponential output */
    ORACLE_QUANTILE,    /* each target has an output for each quantile */
    ORACLE_GAUSSIAN_NLL /* each target has a mean and the logarithm of a variance */
} oracle_loss;

#define ORACLE_LAYERS 8  /* at most */
#define ORACLE_COLUMNS 4 /* at most, if their activations differ */

typedef struct oracle oracle;
struct oracle {
    int layers;
    int widths[ORACLE_LAYERS + 1];                /* inputs, hidden layers, outputs */
    oracle_activation activations[ORACLE_LAYERS]; /* of the hidden layers */
    oracle_loss loss;
    int sigmoid_output; /* for the losses that go with two outputs */
    double setting;     /* smoothing, delta or floor of the loss */
    int has_columns;    /* outputs have activations of their own: */
    oracle_activation columns[ORACLE_COLUMNS];
    int exponential[ORACLE_COLUMNS]; /* exp(z) instead of it */
    int quantiles;
    double quantile[4];                                   /* [quantiles] */
    double *w[ORACLE_LAYERS], *b[ORACLE_LAYERS];          /* [out][in], [out] */
    double *dw[ORACLE_LAYERS], *db[ORACLE_LAYERS];        /* derivatives of the mean loss */
    int layer_norm;                                       /* of the hidden layers */
    double *gamma[ORACLE_LAYERS], *beta[ORACLE_LAYERS];   /* [out] of each hidden layer */
    double *dgamma[ORACLE_LAYERS], *dbeta[ORACLE_LAYERS]; /* derivatives of the mean loss */
    double slope[ORACLE_LAYERS], dslope[ORACLE_LAYERS];   /* of prelu */
    double *z[ORACLE_LAYERS];                             /* [out]: arguments of the activations of one row */
    double *x[ORACLE_LAYERS], scale[ORACLE_LAYERS];       /* [out]: normalized sums, and 1/sqrt(variance + 1e-5) */
    double *a[ORACLE_LAYERS + 1];                         /* [in] … [out] */
    double *delta[ORACLE_LAYERS];                         /* [out] */
    double *g[ORACLE_LAYERS];                             /* [out]: derivatives with respect to a */
    /* As in mixed precision: numbers are floats, and sums of products are chains of pairs (oracle_pairs.h).  The sum
     * over rows is one chain. */
    int mixed;
    int residual; /* hidden layers after the first add their inputs */
    /* What the inputs (layer 0) and the results of the activations of hidden layers (1, …) of a row are multiplied by;
     * NULL: by 1.  row is the number that oracle_gradient() takes, else the one that is set. */
    double (*factor)(const oracle *net, int layer, long long row, int unit);
    long long row;
    uint64_t seed, step;               /* for the factor */
    double dropout[ORACLE_LAYERS + 1]; /* the same */
    double *m[ORACLE_LAYERS + 1];      /* [in] … [out]: factors of a row */
};

/* A network of zeros, with gamma 1 and slope 0.25; widths [layers + 1]; every hidden layer has the same activation. */
oracle *oracle_create(int layers, const int *widths, oracle_activation activation, oracle_loss loss);
void oracle_destroy(oracle *net);

/* The slope of leaky_relu below 0: 0.01 unless a test sets it. */
extern double oracle_leaky_slope;

/* f(z) and f'(z); of prelu with the slope of leaky_relu. */
double oracle_activate(oracle_activation activation, double z);
double oracle_slope(oracle_activation activation, double z);

/* Runs one row; its outputs are then in a[layers].  target: outputs values, or for softmax the class.
 * Returns the row's loss, for all but softmax divided by the number of outputs. */
double oracle_forward(oracle *net, const double *x, const double *target);

/* The mean loss over count rows and, in dw and db, its derivatives.  x [table rows][in], targets
 * [table rows][target_width]; rows [count] are the table's rows to take, NULL: the first count. */
double oracle_gradient(oracle *net, const double *x, const double *targets, int target_width, const long long *rows,
                       long long count);

/* w ← w − rate·dw, b ← b − rate·db, and so all parameters. */
void oracle_descend(oracle *net, double rate);

#endif
