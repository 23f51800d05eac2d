/* tests/test_config_refusals.c — configs that are refused, and what is said of them; numbers in other locales. */
#include "config/config.h"
#include "config/key.h"
#include "config/words.h"
#include "core/status.h"

#include "fixture.h"
#include "harness.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- helpers ---- */

/* A text must be refused with FCNN_ECONFIG, and the error must hold every piece of a list ended by NULL. */
static void refused(const char *text, const char *const *pieces)
{
    fcnn_config *config = NULL;
    HARNESS_STATUS(fcnn_config_parse(text, (int64_t)strlen(text), "a/b.ini", &config), FCNN_ECONFIG);
    CU_ASSERT_PTR_NULL(config);
    fcnn_config_destroy(config);
    for (; *pieces != NULL; pieces++) {
        HARNESS_ERROR_HAS(*pieces);
    }
}

#define REFUSED(text, ...) refused(text, (const char *const[]){__VA_ARGS__, NULL})

/* ---- what is refused ---- */

static void bad_lines_are_named(void)
{
    REFUSED("\n# c\n[trian]\n", "a/b.ini:3: ", "[trian]", "[train]");
    REFUSED("[train]\nepoch = 3\n", "a/b.ini:2: ", "'epoch'", "'epochs'");
    REFUSED("[train]\nlearning_rate = 3\n", "a/b.ini:2: ", "'learning_rate'", "[optimizer]");
    REFUSED("[train]\nepochs=3\n\nepochs=3\n", "a/b.ini:4: ", "train.epochs", "line 2");
    REFUSED("[train]\nepochs=3\n[data]\n[train]\n", "a/b.ini:4: ", "[train]", "line 1");
    REFUSED("epochs = 3\n[train]\n", "a/b.ini:1: ", "'epochs'", "precedes the first");
    REFUSED("[train]\nepochs 3\n", "a/b.ini:2: ", "'epochs 3'", "key = value");
    REFUSED("[train]\n = 3\n", "a/b.ini:2: ", "there is no key");
    REFUSED("[train\n", "a/b.ini:1: ", "the ']' after the name");
    REFUSED("[train] # here\n", "a/b.ini:1: ", "comments on separate lines");
    REFUSED("[]\n", "a/b.ini:1: ", "has no name");
    REFUSED("[Train]\n", "a/b.ini:1: ", "[train]");
    REFUSED("[train]\r\nepochs=3\r\nepoch=3", "a/b.ini:3: ");
    fcnn_config *config = NULL;
    HARNESS_STATUS(fcnn_config_parse("[train]\n\nseed\0=1", 15, "b.ini", &config), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini:3: the file contains a zero byte");
    CU_ASSERT_PTR_NULL(config);
}

static void bad_numbers_are_refused(void)
{
    REFUSED("[train]\nepochs = 10 abc", "a/b.ini:2: train.epochs: '10 abc' is not a whole number",
            "from 0 to 1000000000");
    REFUSED("[train]\nepochs = 10 # ten", "'10 # ten' is not a whole number", "comments on separate lines");
    REFUSED("[train]\nepochs = 10 ; ten", "comments on separate lines");
    REFUSED("[train]\nepochs = 1e3", "not a whole number");
    REFUSED("[train]\nepochs = 0x10", "not a whole number");
    REFUSED("[train]\nepochs = \"10\"", "not a whole number");
    REFUSED("[train]\nepochs =", "'' is not a whole number");
    REFUSED("[train]\nepochs = auto", "'auto' is not a whole number");
    REFUSED("[train]\nepochs = -1", "out of range", "from 0 to");
    REFUSED("[train]\nbatch_size = -1", "out of range", "from 0 to");
    REFUSED("[train]\nseed = 9223372036854775808", "out of range", "of at least 0");
    REFUSED("[train]\nthreads = 1025", "out of range", "auto or a whole number from 1 to 1024");
    REFUSED("[train]\nthreads = -1", "out of range");
    REFUSED("[train]\nblocks = 0", "out of range");
    REFUSED("[model]\nclasses = 1", "out of range", "from 2 to");
    REFUSED("[output]\nkeep = 1", "output.keep: '1' is out of range", "from 2 to");
    REFUSED("[output]\ncheckpoint_minutes = -1", "output.checkpoint_minutes: '-1' is out of range",
            "a number of at least 0");
    REFUSED("[output]\ncheckpoint_minutes = -1e-300", "out of range");
    REFUSED("[output]\ncheckpoint_minutes = nan", "'nan' is not a finite number", "a number of at least 0");
    REFUSED("[output]\ncheckpoint_minutes = inf", "not a finite number");
    REFUSED("[output]\ncheckpoint_minutes =", "not a finite number");
    REFUSED("[train]\ncheck_every = -1", "out of range", "from 0 to");
    REFUSED("[train]\nwatchdog = -1", "out of range", "from 0 to");
    REFUSED("[train]\nwatchdog = 1000001", "out of range", "to 1000000");
    REFUSED("[train]\nwatchdog = 0.5", "not a whole number");
    REFUSED("[output]\nlog_every = 0", "out of range", "from 1 to");
    REFUSED("[output]\ncheckpoint_every = -1", "out of range", "from 0 to");
    REFUSED("[optimizer]\nlearning_rate = nan", "'nan' is not a finite number", "a number above 0");
    REFUSED("[optimizer]\nlearning_rate = inf", "not a finite number");
    REFUSED("[optimizer]\nlearning_rate = 1e999", "not a finite number");
    REFUSED("[optimizer]\nlearning_rate = 0,1", "'0,1' is not a finite number");
    REFUSED("[optimizer]\nlearning_rate = 0", "out of range", "above 0");
    REFUSED("[optimizer]\nlearning_rate = -0.1", "out of range");
    REFUSED("[optimizer]\nlearning_rate = 1e300", "out of range", "above 0 and at most 1e+30");
    REFUSED("[data]\nscale = 0", "data.scale", "out of range");
    REFUSED("[model]\ninit_scale = 0", "model.init_scale", "out of range");
    REFUSED("[data]\nvalidation = 1.5", "data.validation: '1.5' is out of range", "above 0 and below 1");
    REFUSED("[data]\nvalidation = 0", "out of range");
    REFUSED("[data]\nvalidation = 1", "out of range");
    REFUSED("[data]\nvalidation = 20%", "neither a fraction nor a path");
    fcnn_config *config = fixture_parsed("[train]\nthreads = 1024\nepochs = 0\ncheck_every = 0\nwatchdog = 0\n"
                                         "[output]\ncheckpoint_every=0\ncheckpoint_minutes = 0\nkeep=2\n",
                                         "b.ini");
    CU_ASSERT_EQUAL(config->train_threads, 1024);
    CU_ASSERT_EQUAL(config->train_watchdog, 0);
    HARNESS_OK(fcnn_config_set(config, "output.checkpoint_minutes=0.25"));
    CU_ASSERT_EQUAL(config->output_checkpoint_minutes, 0.25);
    fcnn_config_destroy(config);
}

static void bad_words_are_refused(void)
{
    REFUSED("[train]\nloss = mes", "a/b.ini:2: train.loss: 'mes'", "auto, cross_entropy, binary_cross_entropy, mse",
            "(nearest: mse)");
    REFUSED("[model]\nactivation = swish", "'swish'", "(it is called silu here)");
    REFUSED("[model]\nhidden = 3\ninit = he, glorot", "'glorot'", "(it is called xavier here)");
    REFUSED("[train]\nloss = MSE", "'MSE'", "(nearest: mse)");
    REFUSED("[metrics]\nlist = r2, MAE", "'MAE'", "(nearest: mae)");
    REFUSED("[train]\nloss =", "''");
    REFUSED("[data]\nnormalize_targets = scale", "data.normalize_targets: 'scale'", "one of none, standardize, minmax");
    REFUSED("[train]\nnonfinite = skp", "train.nonfinite: 'skp'", "one of stop, skip, rollback", "(nearest: skip)");
    REFUSED("[train]\nnonfinite = Stop", "'Stop'");
    REFUSED("[train]\nnonfinite =", "''");
    REFUSED("[output]\ntime_limit =", "output.time_limit: '' is empty");
    REFUSED("[train]\nshuffle = maybe", "'maybe'", "yes or no");
    REFUSED("[model]\ninit = xaver", "'xaver'", "(nearest: xavier)", "path");
    REFUSED("[output]\nresume = auto # go on", "'auto # go on'", "comments on separate lines");
    REFUSED("[output]\nresume =", "output.resume");
    REFUSED("[data]\ninputs =", "data.inputs: '' is empty");
    REFUSED("[data]\ntrain = a\rb", "data.train: the value contains a control character");
    REFUSED("[data]\ninputs = a\x01", "data.inputs: the value contains a control character");
    fcnn_config *config = NULL;
    HARNESS_STATUS(fcnn_config_parse("", 0, "x\n/b.ini", &config), FCNN_OK);
    fcnn_config_destroy(config);
    config = NULL;
    HARNESS_STATUS(fcnn_config_parse("", 0, "x\ny.ini", &config), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("control character");
    fcnn_config_destroy(config);
}

static void bad_lists_are_refused(void)
{
    REFUSED("[model]\nhidden = 128,,64", "a/b.ini:2: model.hidden: '' is an empty item");
    REFUSED("[model]\nhidden = 128,", "empty item");
    REFUSED("[model]\nhidden = ,128", "empty item");
    REFUSED("[model]\nhidden = 128 64", "'128 64' is not a whole number", "separated by commas");
    REFUSED("[model]\nhidden = 3, 0", "'0' is out of range", "from 1 to 1000000");
    REFUSED("[model]\nhidden = 1000001", "'1000001' is out of range");
    REFUSED("[model]\nactivation = tanh, rleu", "'rleu'", "(nearest: relu)");
    REFUSED("[model]\nactivation =", "model.activation: '' is empty");
    REFUSED("[model]\nactivation = tanh,", "empty item");
    REFUSED("[model]\nhidden = 3\ninit = he, zeor", "a/b.ini:3: model.init: 'zeor'", "(nearest: zero)");
    REFUSED("[model]\ninit = he,", "empty item");
    REFUSED("[model]\ninit =", "model.init: ''");
    REFUSED("[model]\ninit_scale =", "model.init_scale: '' is empty", "1 to 1000 numbers above 0, separated by commas");
    REFUSED("[model]\ninit_scale = 1, 0", "model.init_scale: '0' is out of range");
    REFUSED("[model]\ninit_scale = 1, x", "'x' is not a finite number");
    REFUSED("[model]\nbias_init = 0, 2e30", "model.bias_init: '2e30' is out of range", "from -1e+30 to 1e+30");
    REFUSED("[model]\nleaky_slope = 0", "model.leaky_slope: '0' is out of range", "a number from 1e-06 to 1");
    REFUSED("[model]\nleaky_slope = 1.5", "'1.5' is out of range");
    REFUSED("[model]\ndropout = 1", "model.dropout", "'1' is out of range");
    REFUSED("[model]\ndropout = 0.5, -0.1", "'-0.1' is out of range");
    REFUSED("[model]\nresidual = 2", "model.residual");
    REFUSED("[model]\nbias_init = -2e30", "'-2e30' is out of range");
    char text[8192];
    for (int items = FCNN_DEPTH_LIMIT; items <= FCNN_DEPTH_LIMIT + 1; items++) {
        int length = sprintf(text, "[model]\nhidden = 7");
        for (int i = 1; i < items; i++) {
            length += sprintf(text + length, ",7");
        }
        if (items > FCNN_DEPTH_LIMIT) {
            REFUSED(text, "too many items", "up to 1000", "…' has");
        } else {
            fcnn_config_destroy(fixture_parsed(text, "b.ini"));
        }
    }
}

static void set_tells_what_was_asked(void)
{
    fcnn_config *config = fixture_parsed("[train]\nepochs = 4\n[model]\nhidden=3\n", "b.ini");
    HARNESS_OK(fcnn_config_set(config, " train.epochs = 5 "));
    CU_ASSERT_EQUAL(config->train_epochs, 5);
    HARNESS_STATUS(fcnn_config_set(config, "train.epochs=many"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("--set train.epochs=many: train.epochs: 'many' is not a whole number");
    CU_ASSERT_EQUAL(config->train_epochs, 5);
    HARNESS_STATUS(fcnn_config_set(config, "model.hidden=4,x"), FCNN_ECONFIG);
    CU_ASSERT_EQUAL(config->model_hidden.values[0], 3);
    HARNESS_STATUS(fcnn_config_set(config, "data.inputs="), FCNN_ECONFIG);
    CU_ASSERT_STRING_EQUAL(config->data_inputs, "/x");
    HARNESS_STATUS(fcnn_config_set(config, "data.train=a\nb"), FCNN_ECONFIG);
    HARNESS_STATUS(fcnn_config_set(config, "train.epoch=4"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("'epochs'");
    HARNESS_STATUS(fcnn_config_set(config, "trian.epochs=4"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("[train]");
    HARNESS_STATUS(fcnn_config_set(config, "output.epochs=4"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("belongs in section [train]");
    HARNESS_STATUS(fcnn_config_set(config, "train.epochs"), FCNN_EUSAGE);
    HARNESS_ERROR_HAS("--set train.epochs: expected section.key=value");
    HARNESS_STATUS(fcnn_config_set(config, "epochs=4.5"), FCNN_EUSAGE);
    fcnn_config_destroy(config);
}

/* ---- more than one key ---- */

/* Checks a config with a training file and the given assignments. */
static fcnn_status check_with(const char *a, const char *b, const char *c)
{
    fcnn_config *config = fixture_parsed("[data]\ntrain=t.h5\n", "b.ini");
    const char *const assignments[] = {a, b, c};
    for (int i = 0; i < 3 && assignments[i] != NULL; i++) {
        HARNESS_OK(fcnn_config_set(config, assignments[i]));
    }
    const fcnn_status status = fcnn_config_check(config);
    fcnn_config_destroy(config);
    return status;
}

static void check_dropout_and_residual(void)
{
    HARNESS_OK(check_with("model.hidden=3,4", "model.dropout=0.5", NULL));
    HARNESS_OK(check_with("model.hidden=3,4", "model.dropout=0.2,0.5,0", NULL));
    HARNESS_OK(check_with("model.hidden=3,4", "model.dropout=1.52587890625e-05,0.5,0.9999847412109375", NULL));
    HARNESS_OK(check_with("model.hidden=", "model.dropout=0", NULL));
    HARNESS_STATUS(check_with("model.hidden=3,4", "model.dropout=0.2,0.5", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS(
        "b.ini: model.dropout has 2 items, but there are the inputs and 2 hidden layers: give one number");
    HARNESS_STATUS(check_with("model.hidden=", "model.dropout=0.5", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.dropout is for hidden layers, but model.hidden has none");
    HARNESS_STATUS(check_with("model.hidden=3", "model.dropout=1e-5", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.dropout has 1e-05");
    HARNESS_STATUS(check_with("model.hidden=3", "model.dropout=0.99999", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("probabilities are multiples of 1/65536");
    HARNESS_OK(check_with("model.hidden=4,4,4", "model.residual=yes", NULL));
    HARNESS_STATUS(check_with("model.hidden=4,4,5", "model.residual=yes", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.residual = yes adds the inputs of a hidden layer to its result, but model.hidden = "
                      "4, 4, 5 has different widths");
    HARNESS_STATUS(check_with("model.hidden=4", "model.residual=yes", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.residual = yes is for two hidden layers or more, but model.hidden has 1");
}

static void keys_must_not_contradict_each_other(void)
{
    HARNESS_OK(check_with(NULL, NULL, NULL));
    HARNESS_STATUS(check_with("data.train=", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: data.train is required");
    HARNESS_STATUS(check_with("output.directory=", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("output.directory");
    HARNESS_OK(check_with("model.hidden=3,4", "model.activation=tanh", NULL));
    HARNESS_OK(check_with("model.hidden=3,4", "model.activation=tanh,relu", NULL));
    HARNESS_STATUS(check_with("model.hidden=3,4,5", "model.activation=tanh,relu", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.activation has 2 activations, but model.hidden has 3 layers");
    HARNESS_STATUS(check_with("model.activation=tanh,relu", NULL, NULL), FCNN_ECONFIG);
    HARNESS_OK(check_with("data.scale=255", NULL, NULL));
    HARNESS_OK(check_with("model.hidden=3,4", "model.activation=mish,leaky_relu", "model.leaky_slope=0.2"));
    HARNESS_OK(check_with("model.hidden=3", "model.activation=prelu", "model.layer_norm=yes"));
    HARNESS_STATUS(check_with("model.hidden=", "model.activation=relu", "model.layer_norm=yes"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.layer_norm = yes is for hidden layers, but model.hidden has none");
    HARNESS_STATUS(check_with("model.hidden=3,1", "model.layer_norm=yes", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.layer_norm = yes makes a layer of one unit constant");
    HARNESS_STATUS(check_with("model.hidden=3", "model.activation=prelu", "model.leaky_slope=0.2"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.leaky_slope requires leaky_relu, but model.activation does not have it");
    HARNESS_STATUS(check_with("model.hidden=3", "model.activation=silu", "model.leaky_slope=0.2"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.leaky_slope requires leaky_relu, but model.activation does not have it");
    check_dropout_and_residual();
    HARNESS_OK(check_with("model.hidden=3", "model.init=he,normal", "model.init_scale=1,2"));
    HARNESS_OK(check_with("model.hidden=3", "model.init=he,normal", "model.init_scale=2"));
    HARNESS_STATUS(check_with("model.hidden=3", "model.init=normal,zero", "model.init_scale=1,2"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.init_scale of layer 2 has no effect on model.init = zero: it is for orthogonal, "
                      "normal and uniform");
    HARNESS_STATUS(check_with("model.init=he", "model.init_scale=2", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.init_scale has no effect on model.init = he: it is for orthogonal, normal and uniform");
    HARNESS_STATUS(check_with("model.init_scale=2", NULL, NULL), FCNN_ECONFIG);
    HARNESS_STATUS(check_with("model.hidden=3,4", "model.init=he,zero", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.init has 2 items, but the network has 3 layers, the output layer among them");
    HARNESS_STATUS(check_with("model.hidden=3", "model.init_scale=1,2,3", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.init_scale has 3 items, but the network has 2 layers");
    HARNESS_STATUS(check_with("model.bias_init=1,2", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.bias_init has 2 items, but the network has 1 layer,");
    HARNESS_OK(check_with("model.init=a, b.h5", NULL, NULL));
    HARNESS_STATUS(check_with("model.init=a, b.h5", "model.init_scale=2", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.init_scale has no effect on model.init = a, b.h5: it is for");
    HARNESS_STATUS(check_with("model.init=a.h5", "model.bias_init=1", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.bias_init is for initial biases, but model.init is a file");
    HARNESS_OK(check_with("model.hidden=3", "model.init=torch,zero", "model.bias_init=0,-1"));
    HARNESS_STATUS(check_with("model.hidden=3", "model.init=he,torch", "model.bias_init=0,-1"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.bias_init of layer 2 is not 0, but model.init = torch draws the biases");

    HARNESS_STATUS(check_with("data.validation_inputs=x", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation is ''");
    HARNESS_STATUS(check_with("data.validation_targets=x", "data.validation=0.2", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation is '0.2'");
    HARNESS_STATUS(check_with("data.validation_rows=0:3", "data.validation=0.2", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation is '0.2'");
    HARNESS_OK(check_with("data.validation_targets=x", "data.validation=v.h5", "data.validation_rows=0:3"));
    HARNESS_STATUS(check_with("data.test_inputs=x", NULL, NULL), FCNN_ECONFIG);
    HARNESS_STATUS(check_with("data.test_rows=0:3", NULL, NULL), FCNN_ECONFIG);
    HARNESS_STATUS(check_with("data.test_targets=x", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.test is not set");
    HARNESS_OK(check_with("data.test_targets=x", "data.test_inputs=y", "data.test=v.h5"));
}

static void a_time_limit_is_a_time(void)
{
    static const char *const good[] = {"auto", "none", "00:00:31", "1:00:00", "100:59:59", "999999:59:59"};
    static const char *const bad[] = {"1:60:00",   "1:00:60",  "5",    "1:30",         "1:2:3:4",
                                      "1:00:00:",  "-1:00:00", "1::2", "::",           "1:0 0:00",
                                      "1:00:00 h", "Auto",     "soon", "1000000:00:00"};
    char assignment[64];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(assignment, sizeof assignment, "output.time_limit=%s", good[i]);
        HARNESS_OK(check_with(assignment, NULL, NULL));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(assignment, sizeof assignment, "output.time_limit=%s", bad[i]);
        HARNESS_STATUS(check_with(assignment, NULL, NULL), FCNN_ECONFIG);
        HARNESS_ERROR_HAS("b.ini: output.time_limit: '");
        HARNESS_ERROR_HAS(bad[i]);
        HARNESS_ERROR_HAS("expected auto, none or HH:MM:SS");
    }
}

static void losses_go_with_outputs(void)
{
    for (fcnn_output output = FCNN_OUTPUT_AUTO; output <= FCNN_OUTPUT_LINEAR; output++) {
        for (fcnn_loss loss = FCNN_LOSS_AUTO; loss <= FCNN_LOSS_MSE; loss++) {
            const bool good = output == FCNN_OUTPUT_AUTO || loss == FCNN_LOSS_AUTO ||
                              (output == FCNN_OUTPUT_SOFTMAX) == (loss == FCNN_LOSS_CROSS_ENTROPY);
            const bool excepted = output == FCNN_OUTPUT_LINEAR && loss == FCNN_LOSS_BINARY_CROSS_ENTROPY;
            const bool cross = loss == FCNN_LOSS_CROSS_ENTROPY || loss == FCNN_LOSS_BINARY_CROSS_ENTROPY;
            const bool bounded = output == FCNN_OUTPUT_SOFTMAX || output == FCNN_OUTPUT_SIGMOID;
            char a[64], b[64];
            snprintf(a, sizeof a, "model.output=%s", fcnn_output_name(output));
            snprintf(b, sizeof b, "train.loss=%s", fcnn_loss_name(loss));
            HARNESS_STATUS(check_with(a, b, NULL), good && !excepted ? FCNN_OK : FCNN_ECONFIG);
            HARNESS_STATUS(check_with(a, b, "data.normalize_targets=minmax"),
                           good && !cross && !bounded ? FCNN_OK : FCNN_ECONFIG);
        }
    }
    HARNESS_STATUS(check_with("model.output=linear", "train.loss=cross_entropy", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("model.output = linear cannot be combined with train.loss = cross_entropy");
    HARNESS_STATUS(check_with("model.output=sigmoid", "data.normalize_targets=standardize", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.normalize_targets = standardize");
}

static void losses_have_their_own_keys(void)
{
    HARNESS_OK(check_with("train.loss=huber", "train.huber_delta=0.3", "data.normalize_targets=standardize"));
    HARNESS_OK(check_with("train.loss=mae", "model.output=sigmoid", NULL));
    HARNESS_OK(check_with("train.loss=log_cosh", "model.output=linear", NULL));
    HARNESS_OK(check_with("train.loss=relative", "train.relative_floor=0.01", NULL));
    HARNESS_OK(check_with("train.loss=cross_entropy", "train.label_smoothing=0.1", NULL));
    HARNESS_OK(check_with("train.loss=poisson", "model.output=exponential", NULL));
    HARNESS_STATUS(check_with("train.loss=mse", "train.huber_delta=0.3", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.huber_delta is for train.loss = huber, but train.loss is mse");
    HARNESS_STATUS(check_with("train.loss=mse", "train.relative_floor=0.3", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.relative_floor is for train.loss = relative");
    HARNESS_STATUS(check_with("train.label_smoothing=0.1", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.label_smoothing is for train.loss = cross_entropy, but train.loss is auto");
    HARNESS_STATUS(check_with("train.loss=relative", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.loss = relative requires train.relative_floor");
    HARNESS_STATUS(check_with("train.loss=relative", "train.relative_floor=1", "data.normalize_targets=minmax"),
                   FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.normalize_targets = minmax cannot be combined with train.loss = relative");
    HARNESS_STATUS(check_with("train.loss=poisson", "data.normalize_targets=minmax", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.normalize_targets = minmax requires a regression");
    HARNESS_STATUS(check_with("train.loss=poisson", "model.output=linear", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("this loss requires model.output = exponential");
    HARNESS_STATUS(check_with("train.loss=mse", "model.output=exponential", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("this loss requires model.output = linear or sigmoid");
    HARNESS_STATUS(check_with("train.loss=huber", "model.output=softmax", NULL), FCNN_ECONFIG);
    HARNESS_OK(check_with("train.loss=quantile", "train.quantiles=0.1", "data.normalize_targets=minmax"));
    HARNESS_OK(check_with("train.loss=gaussian_nll", "train.variance_floor=0", "data.normalize_targets=standardize"));
    HARNESS_OK(check_with("train.loss=quantile", "data.normalize_targets=log_standardize", NULL));
    HARNESS_STATUS(check_with("train.loss=gaussian_nll", "data.normalize_targets=log_standardize", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("a standard deviation of transformed targets has no unit of the data");
    HARNESS_STATUS(check_with("train.loss=mse", "train.quantiles=0.1", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.quantiles is for train.loss = quantile, but train.loss is mse");
    HARNESS_STATUS(check_with("train.variance_floor=0", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.variance_floor is for train.loss = gaussian_nll");
    HARNESS_STATUS(check_with("train.loss=quantile", "train.quantiles=0.3, 0.2", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("train.quantiles must ascend, but 0.3 stands before 0.2");
    HARNESS_STATUS(check_with("train.loss=gaussian_nll", "model.output=sigmoid", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("this loss requires model.output = linear");
    REFUSED("[train]\nquantiles = 0, 0.5", "above 0 and below 1");
    REFUSED("[train]\nquantiles =", "is empty");
    REFUSED("[train]\nhuber_delta = 0", "from 1e-30 to 1e+30");
    REFUSED("[train]\nlabel_smoothing = 1", "at least 0 and below 1");
    REFUSED("[train]\nrelative_floor = -1", "from 0 to 1e+30");
}

/* ---- locale ---- */

/* Makes and sets a locale with a decimal comma, which not every machine has installed; false without localedef. */
static bool set_comma_locale(void)
{
    char path[4][1024], command[5120];
    static const char *const names[] = {"comma.source", "comma.map", "comma", "."};
    for (int i = 0; i < 4; i++) {
        snprintf(path[i], sizeof path[i], "%s", harness_path(names[i]));
    }
    FILE *source = fopen(path[0], "w"), *map = fopen(path[1], "w");
    CU_ASSERT_FATAL(source != NULL && map != NULL);
    fputs("LC_NUMERIC\ndecimal_point \"<U002C>\"\nthousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n", source);
    fputs("<code_set_name> TINY\n<mb_cur_max> 1\n<escape_char> /\nCHARMAP\n", map);
    for (int i = 0; i < 128; i++) {
        fprintf(map, "<U%04X> /x%02x c\n", (unsigned)i, (unsigned)i);
    }
    fputs("END CHARMAP\n", map);
    fclose(source);
    fclose(map);
    snprintf(command, sizeof command, "localedef -c -f '%s' -i '%s' '%s' >'%s.log' 2>&1", path[1], path[0], path[2],
             path[2]);
    const int code = system(command);
    (void)code; /* it warns about the categories that are left out; setlocale() tells whether it worked */
    setenv("LOCPATH", path[3], 1);
    return setlocale(LC_NUMERIC, "comma") != NULL;
}

static void a_decimal_comma_of_the_locale_changes_nothing(void)
{
    if (!set_comma_locale()) {
        harness_skip("no localedef to make a locale with a decimal comma");
        return;
    }
    char number[32];
    snprintf(number, sizeof number, "%g", 0.5);
    CU_ASSERT_STRING_EQUAL(number, "0,5");
    fcnn_config *config = fixture_parsed("[optimizer]\nlearning_rate = 0.25\n[data]\nvalidation=0.125\n", "b.ini");
    CU_ASSERT_EQUAL(config->optimizer_learning_rate, 0.25);
    char *text = NULL;
    HARNESS_OK(fcnn_config_text(config, &text));
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nlearning_rate = 0.25\n"));
    REFUSED("[optimizer]\nlearning_rate = 0,25", "not a finite number");
    snprintf(number, sizeof number, "%g", 0.5);
    CU_ASSERT_STRING_EQUAL(number, "0,5"); /* the caller's locale is left alone */
    free(text);
    fcnn_config_destroy(config);
    setlocale(LC_NUMERIC, "C");
}

static void optimizers_take_their_own_keys(void)
{
    static const struct {
        const char *name, *key, *also, *expected; /* the last: what the message has */
    } cases[] = {
        {"adam", "momentum=0.9", NULL,
         "optimizer.momentum has no effect on optimizer.name = adam: it is for sgd, rmsprop"},
        {"sgd", "beta2=0.99", NULL, "on optimizer.name = sgd: it is for adam, adamw, nadam, radam"},
        {"rmsprop", "nesterov=yes", "momentum=0.9", "optimizer.nesterov has no effect"},
        {"nadam", "epsilon_placement=hat", NULL, "it is for adam, adamw"},
        {"adam", "rho=0.9", NULL, "it is for rmsprop"},
        {"sgd", "epsilon=1e-7", NULL, "rmsprop, adagrad"},
        {"adam", "weight_decay=0.01", NULL, "what PyTorch's Adam calls so is l2"},
        {"adamw", "l2=0.01", NULL, "adam is adamw with l2"},
        {"sgd", "nesterov=yes", NULL, "optimizer.nesterov = yes requires a momentum"},
        {"sgd", "momentum_epochs=5", NULL, "optimizer.momentum_final is 0"},
        {"sgd", "momentum_final=0.5", NULL, "optimizer.momentum_epochs is 0"},
        {"sgd", "weight_decay=2", "learning_rate=0.5", "is not below 1"},
        {"sgd", "decay_biases=yes", NULL, "has no effect"},
        {"sgd", "max_norm=1,2,3", NULL, "optimizer.max_norm has 3 items"},
        {"adam", "momentum=0.0", "rho=.99", NULL},
        {"adamw", "weight_decay=0.1", "decay_biases=yes", NULL},
        {"sgd", "momentum_final=0.5", "momentum_epochs=5", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[64], key[64], also[64];
        snprintf(name, sizeof name, "optimizer.name=%s", cases[i].name);
        snprintf(key, sizeof key, "optimizer.%s", cases[i].key);
        snprintf(also, sizeof also, "optimizer.%s", cases[i].also != NULL ? cases[i].also : "");
        const fcnn_status status = check_with(name, key, cases[i].also != NULL ? also : NULL);
        CU_ASSERT_EQUAL(status, cases[i].expected != NULL ? FCNN_ECONFIG : FCNN_OK);
        if (cases[i].expected != NULL) {
            HARNESS_ERROR_HAS(cases[i].expected);
        }
    }
    REFUSED("[optimizer]\nname = adm", "optimizer.name", "'adm'", "adam");
    REFUSED("[optimizer]\nmomentum = 1", "out of range", "below 1");
    REFUSED("[optimizer]\nname = adam\nbeta1 = 1", "optimizer.beta1", "out of range");
    REFUSED("[optimizer]\nname = adam\nbeta2 = -0.1", "optimizer.beta2", "out of range");
    REFUSED("[optimizer]\nname = adam\nepsilon = 0", "optimizer.epsilon", "out of range");
    REFUSED("[optimizer]\nclip_norm = -1", "optimizer.clip_norm", "out of range");
    REFUSED("[optimizer]\nweight_decay = -1", "optimizer.weight_decay", "out of range");
}

HARNESS_MAIN("config_refusals", {"bad lines are named", bad_lines_are_named},
             {"bad numbers are refused", bad_numbers_are_refused}, {"bad words are refused", bad_words_are_refused},
             {"bad lists are refused", bad_lists_are_refused}, {"--set tells what was asked", set_tells_what_was_asked},
             {"keys must not contradict each other", keys_must_not_contradict_each_other},
             {"a time limit is a time", a_time_limit_is_a_time}, {"losses go with outputs", losses_go_with_outputs},
             {"optimizers take their own keys", optimizers_take_their_own_keys},
             {"losses have their own keys", losses_have_their_own_keys},
             {"a decimal comma of the locale changes nothing", a_decimal_comma_of_the_locale_changes_nothing})
