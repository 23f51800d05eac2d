/* tests/test_config.c — every rule of the config reader, over the whole table where a rule is for all keys. */
#include "config/config.h"
#include "config/key.h"
#include "core/status.h"
#include "core/text.h"
#include "harness.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- helpers ---- */

/* A config from a text that must be good. */
static fcnn_config *parsed(const char *text, const char *name)
{
    fcnn_config *config = NULL;
    HARNESS_OK(fcnn_config_parse(text, (int64_t)strlen(text), name, &config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    return config;
}

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

/* The effective text of a config; to be released. */
static char *text_of(const fcnn_config *config)
{
    char *text = NULL;
    HARNESS_OK(fcnn_config_text(config, &text));
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

/* The value of a key as printed. */
static const char *shown(const fcnn_key *key, const fcnn_config *config)
{
    static char values[2][256];
    static int next;
    char *value = values[next++ % 2];
    fcnn_text text = {0};
    HARNESS_OK(fcnn_key_print(key, config, &text));
    snprintf(value, sizeof values[0], "%s", text.data);
    fcnn_text_clear(&text);
    return value;
}

/* "section.key=value" with a good value that is not the default; returns false where there is no other value. */
static bool other_value(const fcnn_key *key, char *out, size_t size)
{
    char value[64] = "";
    switch (key->type) {
    case FCNN_KEY_TEXT:
        snprintf(value, sizeof value, "/other/%s", key->name);
        break;
    case FCNN_KEY_PATH:
    case FCNN_KEY_WORD_OR_PATH:
    case FCNN_KEY_FRACTION_OR_PATH:
        snprintf(value, sizeof value, "other folder/%s=1.h5", key->name);
        break;
    case FCNN_KEY_INTEGER:
    case FCNN_KEY_INTEGER_OR_AUTO:
        snprintf(value, sizeof value, "%" PRId64, key->low + 3);
        break;
    case FCNN_KEY_DOUBLE:
        snprintf(value, sizeof value, "0.0123456789012345678");
        break;
    case FCNN_KEY_BOOLEAN:
        snprintf(value, sizeof value, "%s", strcmp(key->standard, "yes") == 0 ? "no" : "yes");
        break;
    case FCNN_KEY_ENUM:
        for (const char *const *word = key->words; *word != NULL; word++) {
            if (strcmp(*word, key->standard) != 0) {
                snprintf(value, sizeof value, "%s", *word);
            }
        }
        break;
    case FCNN_KEY_INTEGER_LIST:
        snprintf(value, sizeof value, "5,7 , 3");
        break;
    case FCNN_KEY_WORD_LIST:
        snprintf(value, sizeof value, "%s,%s, %s", key->words[2], key->words[1], key->words[2]);
        break;
    }
    snprintf(out, size, "%s.%s = %s", key->section, key->name, value);
    return value[0] != '\0';
}

/* ---- defaults and round trips ---- */

static void defaults_are_the_documented_ones(void)
{
    fcnn_config *config = parsed("", "runs/digits.ini");
    CU_ASSERT_STRING_EQUAL(config->data_train, "");
    CU_ASSERT_STRING_EQUAL(config->data_inputs, "/x");
    CU_ASSERT_STRING_EQUAL(config->data_targets, "/y");
    CU_ASSERT_EQUAL(config->data_order, FCNN_ORDER_ROWS);
    CU_ASSERT_STRING_EQUAL(config->data_validation, "");
    CU_ASSERT_EQUAL(config->data_normalize, FCNN_NORMALIZE_NONE);
    CU_ASSERT_EQUAL(config->data_scale, 1.0);
    CU_ASSERT_EQUAL(config->model_hidden.count, 0);
    CU_ASSERT_EQUAL(config->model_activation.count, 1);
    CU_ASSERT_EQUAL(config->model_activation.values[0], FCNN_ACTIVATION_RELU);
    CU_ASSERT_EQUAL(config->model_output, FCNN_OUTPUT_AUTO);
    CU_ASSERT_EQUAL(config->model_classes, FCNN_AUTO);
    CU_ASSERT_STRING_EQUAL(config->model_init, "auto");
    CU_ASSERT_EQUAL(config->model_init_scale, 1.0);
    CU_ASSERT_EQUAL(config->model_precision, FCNN_PRECISION_SINGLE);
    CU_ASSERT_EQUAL(config->train_loss, FCNN_LOSS_AUTO);
    CU_ASSERT_EQUAL(config->train_epochs, 10);
    CU_ASSERT_EQUAL(config->train_batch_size, 128);
    CU_ASSERT_EQUAL(config->train_seed, 1);
    CU_ASSERT_EQUAL(config->train_shuffle, true);
    CU_ASSERT_EQUAL(config->train_blocks, FCNN_AUTO);
    CU_ASSERT_EQUAL(config->train_reduction, FCNN_REDUCTION_EXACT);
    CU_ASSERT_EQUAL(config->train_threads, FCNN_AUTO);
    CU_ASSERT_EQUAL(config->train_nonfinite, FCNN_NONFINITE_STOP);
    CU_ASSERT_EQUAL(config->train_check_every, 100);
    CU_ASSERT_EQUAL(config->train_watchdog, 300);
    CU_ASSERT_EQUAL(config->optimizer_name, FCNN_OPTIMIZER_SGD);
    CU_ASSERT_EQUAL(config->optimizer_learning_rate, 0.1);
    CU_ASSERT_STRING_EQUAL(config->output_directory, "digits");
    CU_ASSERT_EQUAL(config->output_checkpoint_every, 1);
    CU_ASSERT_EQUAL(config->output_checkpoint_minutes, 10.0);
    CU_ASSERT_EQUAL(config->output_keep, 2);
    CU_ASSERT_STRING_EQUAL(config->output_time_limit, "auto");
    CU_ASSERT_EQUAL(config->output_log_every, 1);
    CU_ASSERT_STRING_EQUAL(config->output_resume, "auto");
    fcnn_config_destroy(config);
    fcnn_config_destroy(NULL);
}

static void every_key_is_set_printed_and_read_back(void)
{
    fcnn_config *plain = parsed("", "b.ini"), *config = parsed("", "b.ini"), *again = NULL;
    char assignment[256];
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const fcnn_key *key = &fcnn_keys[i];
        if (!other_value(key, assignment, sizeof assignment)) {
            CU_ASSERT_PTR_NULL(key->words[1]); /* only where the list has one word */
            continue;
        }
        HARNESS_OK(fcnn_config_set(config, assignment));
        CU_ASSERT_STRING_NOT_EQUAL(shown(key, config), shown(key, plain));
    }
    char *text = text_of(config), *plain_text = text_of(plain);
    CU_ASSERT_PTR_NOT_NULL(strstr(plain_text, "\n\n[model]\nhidden =\nactivation = relu\n"));
    free(plain_text);
    HARNESS_OK(fcnn_config_parse_effective(text, (int64_t)strlen(text), "elsewhere/c.h5", &again));
    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        CU_ASSERT_STRING_EQUAL(shown(&fcnn_keys[i], again), shown(&fcnn_keys[i], config));
    }
    char *text_again = text_of(again);
    CU_ASSERT(harness_same_text(text_again, text));
    CU_ASSERT_EQUAL(config->model_hidden.count, 3);
    CU_ASSERT_EQUAL(again->model_hidden.values[1], 7);
    CU_ASSERT_EQUAL(again->model_activation.values[0], FCNN_ACTIVATION_TANH);
    CU_ASSERT_EQUAL(again->optimizer_learning_rate, 0.0123456789012345678);
    free(text);
    free(text_again);
    fcnn_config_destroy(plain);
    fcnn_config_destroy(config);
    fcnn_config_destroy(again);
}

static void values_are_read_as_written(void)
{
    fcnn_config *config = parsed("\xEF\xBB\xBF; a comment\r\n"
                                 "[model]\r\n"
                                 "\thidden =  128,64 ,\t32  \r\n"
                                 "activation=tanh , gelu,leaky_relu\r\n"
                                 "   # another comment = no key\r\n"
                                 "classes = 10\r\n"
                                 "\r\n"
                                 "[ train ]\n"
                                 "shuffle = off\n"
                                 "seed = 9223372036854775807\n"
                                 "batch_size=0\n"
                                 "[data]\n"
                                 "train = /with blank/a=b;c#d.h5\n"
                                 "validation = 0.25\n"
                                 "[optimizer]\n"
                                 "learning_rate = 1e-3",
                                 "b.ini");
    CU_ASSERT_EQUAL(config->model_hidden.count, 3);
    CU_ASSERT_EQUAL(config->model_hidden.values[2], 32);
    CU_ASSERT_EQUAL(fcnn_config_activation(config, 0), FCNN_ACTIVATION_TANH);
    CU_ASSERT_EQUAL(fcnn_config_activation(config, 2), FCNN_ACTIVATION_LEAKY_RELU);
    CU_ASSERT_EQUAL(config->model_classes, 10);
    CU_ASSERT_EQUAL(config->train_shuffle, false);
    CU_ASSERT_EQUAL(config->train_seed, INT64_MAX);
    CU_ASSERT_EQUAL(config->train_batch_size, 0);
    CU_ASSERT_STRING_EQUAL(config->data_train, "/with blank/a=b;c#d.h5");
    CU_ASSERT_EQUAL(config->optimizer_learning_rate, 1e-3);
    double fraction = 0;
    CU_ASSERT(fcnn_config_validation_fraction(config, &fraction));
    CU_ASSERT_EQUAL(fraction, 0.25);
    HARNESS_OK(fcnn_config_set(config, "data.validation=v.h5"));
    CU_ASSERT_FALSE(fcnn_config_validation_fraction(config, &fraction));
    fcnn_config_destroy(config);

    static const char *const words[] = {"yes", "true", "on", "1", "no", "false", "off", "0"};
    for (int i = 0; i < 8; i++) {
        char text[64];
        snprintf(text, sizeof text, "[train]\nshuffle=%s\n", words[i]);
        config = parsed(text, "b.ini");
        CU_ASSERT_EQUAL(config->train_shuffle, i < 4);
        fcnn_config_destroy(config);
    }
    config = parsed("[model]\nactivation=sigmoid\nhidden=4,4,4", "b.ini");
    CU_ASSERT_EQUAL(fcnn_config_activation(config, 2), FCNN_ACTIVATION_SIGMOID);
    fcnn_config_destroy(config);
}

static void long_values_stay_whole(void)
{
    enum { LENGTH = 200000 };
    char *text = malloc(LENGTH + 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    const int start = sprintf(text, "[data]\ntrain = ");
    memset(text + start, 'p', LENGTH);
    strcpy(text + start + LENGTH, "\n[train]\nepochs = 3\n");
    fcnn_config *config = parsed(text, "b.ini");
    CU_ASSERT_EQUAL(strlen(config->data_train), LENGTH);
    CU_ASSERT_EQUAL(config->train_epochs, 3);
    fcnn_config_destroy(config);
    free(text);
}

static void help_is_a_config_of_all_keys(void)
{
    char *help = NULL;
    HARNESS_OK(fcnn_config_help(&help));
    CU_ASSERT_PTR_NOT_NULL_FATAL(help);
    fcnn_config *from_help = parsed(help, "b.ini"), *plain = parsed("", "b.ini");
    char *a = text_of(from_help), *b = text_of(plain);
    CU_ASSERT(harness_same_text(a, b));
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        char line[64];
        snprintf(line, sizeof line, "\n%s%s =", fcnn_keys[i].standard == NULL ? "# " : "", fcnn_keys[i].name);
        CU_ASSERT_PTR_NOT_NULL(strstr(help, line));
        snprintf(line, sizeof line, "\n[%s]\n", fcnn_keys[i].section);
        CU_ASSERT_PTR_NOT_NULL(strstr(help, line));
    }
    for (const char *line = help; *line != '\0'; line += strcspn(line, "\n") + 1) {
        CU_ASSERT(strcspn(line, "\n") <= 100);
        CU_ASSERT(strcspn(line, "\n") == 0 || line[strcspn(line, "\n") - 1] != ' ');
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(help, "from 1 to 1024"));
    CU_ASSERT_PTR_NOT_NULL(strstr(help, "\n# Takes one of rows, columns. Default: rows. May not change on resume.\n"));
    free(help);
    free(a);
    free(b);
    fcnn_config_destroy(from_help);
    fcnn_config_destroy(plain);
}

static void words_and_constants_belong_together(void)
{
    CU_ASSERT_STRING_EQUAL(fcnn_activation_name(FCNN_ACTIVATION_LEAKY_RELU), "leaky_relu");
    CU_ASSERT_STRING_EQUAL(fcnn_output_name(FCNN_OUTPUT_SIGMOID), "sigmoid");
    CU_ASSERT_STRING_EQUAL(fcnn_loss_name(FCNN_LOSS_BINARY_CROSS_ENTROPY), "binary_cross_entropy");
    CU_ASSERT_STRING_EQUAL(fcnn_precision_name(FCNN_PRECISION_DOUBLE), "double");
    CU_ASSERT_STRING_EQUAL(fcnn_normalize_name(FCNN_NORMALIZE_MINMAX), "minmax");
    fcnn_normalize normalize = FCNN_NORMALIZE_NONE;
    CU_ASSERT(fcnn_normalize_from_word("scale", &normalize));
    CU_ASSERT_EQUAL(normalize, FCNN_NORMALIZE_SCALE);
    static const char *const words[] = {"stop", "skip", "rollback"};
    static const fcnn_nonfinite constants[] = {FCNN_NONFINITE_STOP, FCNN_NONFINITE_SKIP, FCNN_NONFINITE_ROLLBACK};
    for (int i = 0; i < 3; i++) {
        fcnn_nonfinite nonfinite = FCNN_NONFINITE_STOP;
        CU_ASSERT_STRING_EQUAL(fcnn_nonfinite_name(constants[i]), words[i]);
        CU_ASSERT(fcnn_nonfinite_from_word(words[i], &nonfinite));
        CU_ASSERT_EQUAL(nonfinite, constants[i]);
    }
    CU_ASSERT_FALSE(fcnn_normalize_targets_from_word("scale", &normalize));
    fcnn_init_kind init = FCNN_INIT_HE;
    CU_ASSERT_FALSE(fcnn_init_kind_from_word("a.h5", &init));
    CU_ASSERT_EQUAL(init, FCNN_INIT_HE);
}

/* ---- paths ---- */

static void paths_start_in_the_folder_of_the_config(void)
{
    static const char text[] = "[data]\ntrain=d/t.h5\nvalidation=v.h5\ntest=/abs/e.h5\ninputs=x\n"
                               "[model]\ninit=w.h5\n[output]\nresume=c.h5\ndirectory=out\n";
    fcnn_config *config = parsed(text, "runs/a/b.ini");
    CU_ASSERT_STRING_EQUAL(config->data_train, "runs/a/d/t.h5");
    CU_ASSERT_STRING_EQUAL(config->data_validation, "runs/a/v.h5");
    CU_ASSERT_STRING_EQUAL(config->data_test, "/abs/e.h5");
    CU_ASSERT_STRING_EQUAL(config->data_inputs, "x");
    CU_ASSERT_STRING_EQUAL(config->model_init, "runs/a/w.h5");
    CU_ASSERT_STRING_EQUAL(config->output_resume, "runs/a/c.h5");
    CU_ASSERT_STRING_EQUAL(config->output_directory, "out");
    HARNESS_OK(fcnn_config_set(config, "data.train=t.h5"));
    HARNESS_OK(fcnn_config_set(config, "model.init=he"));
    HARNESS_OK(fcnn_config_set(config, "output.resume=./no"));
    CU_ASSERT_STRING_EQUAL(config->data_train, "t.h5");
    CU_ASSERT_STRING_EQUAL(config->model_init, "he");
    CU_ASSERT_STRING_EQUAL(config->output_resume, "./no");
    fcnn_config_destroy(config);
    config = parsed(text, "b.ini");
    CU_ASSERT_STRING_EQUAL(config->data_train, "d/t.h5");
    fcnn_config_destroy(config);
    config = parsed("[model]\ninit=xavier\n[data]\nvalidation=0.5\n", "runs/b.ini");
    CU_ASSERT_STRING_EQUAL(config->model_init, "xavier");
    CU_ASSERT_STRING_EQUAL(config->data_validation, "0.5");
    CU_ASSERT_STRING_EQUAL(config->data_train, "");
    fcnn_config_destroy(config);
}

static void output_folder_has_the_name_of_the_config(void)
{
    static const char *const names[][2] = {
        {"b.ini", "b"}, {"/x/y.z/b.c.ini", "b.c"}, {"x.ini/b", "b"}, {"b.INI", "b.INI"}, {".ini", ".ini"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fcnn_config *config = parsed("", names[i][0]);
        CU_ASSERT_STRING_EQUAL(config->output_directory, names[i][1]);
        fcnn_config_destroy(config);
    }
}

/* ---- what is refused ---- */

static void bad_lines_are_named(void)
{
    REFUSED("\n# c\n[trian]\n", "a/b.ini:3: ", "[trian]", "[train]");
    REFUSED("[train]\nepoch = 3\n", "a/b.ini:2: ", "'epoch'", "'epochs'");
    REFUSED("[train]\nlearning_rate = 3\n", "a/b.ini:2: ", "'learning_rate'", "[optimizer]");
    REFUSED("[train]\nepochs=3\n\nepochs=3\n", "a/b.ini:4: ", "train.epochs", "line 2");
    REFUSED("[train]\nepochs=3\n[data]\n[train]\n", "a/b.ini:4: ", "[train]", "line 1");
    REFUSED("epochs = 3\n[train]\n", "a/b.ini:1: ", "'epochs'", "before the first");
    REFUSED("[train]\nepochs 3\n", "a/b.ini:2: ", "'epochs 3'", "key = value");
    REFUSED("[train]\n = 3\n", "a/b.ini:2: ", "no key");
    REFUSED("[train\n", "a/b.ini:1: ", "not closed");
    REFUSED("[train] # here\n", "a/b.ini:1: ", "lines of their own");
    REFUSED("[]\n", "a/b.ini:1: ", "without a name");
    REFUSED("[Train]\n", "a/b.ini:1: ", "[train]");
    REFUSED("[train]\r\nepochs=3\r\nepoch=3", "a/b.ini:3: ");
    fcnn_config *config = NULL;
    HARNESS_STATUS(fcnn_config_parse("[train]\n\nseed\0=1", 15, "b.ini", &config), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini:3: a NUL byte");
    CU_ASSERT_PTR_NULL(config);
}

static void bad_numbers_are_refused(void)
{
    REFUSED("[train]\nepochs = 10 abc", "a/b.ini:2: train.epochs: '10 abc' is not a whole number",
            "from 0 to 1000000000");
    REFUSED("[train]\nepochs = 10 # ten", "'10 # ten' is not a whole number", "lines of their own");
    REFUSED("[train]\nepochs = 10 ; ten", "lines of their own");
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
    REFUSED("[data]\nscale = 0", "data.scale", "out of range");
    REFUSED("[model]\ninit_scale = 0", "model.init_scale", "out of range");
    REFUSED("[data]\nvalidation = 1.5", "data.validation: '1.5' is out of range", "above 0 and below 1");
    REFUSED("[data]\nvalidation = 0", "out of range");
    REFUSED("[data]\nvalidation = 1", "out of range");
    REFUSED("[data]\nvalidation = 20%", "neither a fraction nor a path");
    fcnn_config *config = parsed("[train]\nthreads = 1024\nepochs = 0\ncheck_every = 0\nwatchdog = 0\n"
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
    REFUSED("[train]\nloss = MSE", "'MSE'");
    REFUSED("[train]\nloss =", "''");
    REFUSED("[data]\nnormalize_targets = scale", "data.normalize_targets: 'scale'", "one of none, standardize, minmax");
    REFUSED("[train]\nnonfinite = skp", "train.nonfinite: 'skp'", "one of stop, skip, rollback", "(nearest: skip)");
    REFUSED("[train]\nnonfinite = Stop", "'Stop'");
    REFUSED("[train]\nnonfinite =", "''");
    REFUSED("[output]\ntime_limit =", "output.time_limit: '' is empty");
    REFUSED("[train]\nshuffle = maybe", "'maybe'", "yes or no");
    REFUSED("[model]\ninit = xaver", "'xaver'", "(nearest: xavier)", "path");
    REFUSED("[output]\nresume = auto # go on", "'auto # go on'", "lines of their own");
    REFUSED("[output]\nresume =", "output.resume");
    REFUSED("[data]\ninputs =", "data.inputs: '' is empty");
    REFUSED("[data]\ntrain = a\rb", "data.train: a control character");
    REFUSED("[data]\ninputs = a\x01", "data.inputs: a control character");
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
    char text[8192];
    for (int items = FCNN_DEPTH_LIMIT; items <= FCNN_DEPTH_LIMIT + 1; items++) {
        int length = sprintf(text, "[model]\nhidden = 7");
        for (int i = 1; i < items; i++) {
            length += sprintf(text + length, ",7");
        }
        if (items > FCNN_DEPTH_LIMIT) {
            REFUSED(text, "too many items", "up to 1000", "…' has");
        } else {
            fcnn_config_destroy(parsed(text, "b.ini"));
        }
    }
}

static void set_tells_what_was_asked(void)
{
    fcnn_config *config = parsed("[train]\nepochs = 4\n[model]\nhidden=3\n", "b.ini");
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
    fcnn_config *config = parsed("[data]\ntrain=t.h5\n", "b.ini");
    const char *const assignments[] = {a, b, c};
    for (int i = 0; i < 3 && assignments[i] != NULL; i++) {
        HARNESS_OK(fcnn_config_set(config, assignments[i]));
    }
    const fcnn_status status = fcnn_config_check(config);
    fcnn_config_destroy(config);
    return status;
}

static void keys_must_not_contradict_each_other(void)
{
    HARNESS_OK(check_with(NULL, NULL, NULL));
    HARNESS_STATUS(check_with("data.train=", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: data.train is not given");
    HARNESS_STATUS(check_with("output.directory=", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("output.directory");
    HARNESS_OK(check_with("model.hidden=3,4", "model.activation=tanh", NULL));
    HARNESS_OK(check_with("model.hidden=3,4", "model.activation=tanh,relu", NULL));
    HARNESS_STATUS(check_with("model.hidden=3,4,5", "model.activation=tanh,relu", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("b.ini: model.activation names 2 activations, model.hidden 3 layers");
    HARNESS_STATUS(check_with("model.activation=tanh,relu", NULL, NULL), FCNN_ECONFIG);
    HARNESS_OK(check_with("data.scale=255", NULL, NULL));

    HARNESS_STATUS(check_with("data.validation_inputs=x", NULL, NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation is ''");
    HARNESS_STATUS(check_with("data.validation_targets=x", "data.validation=0.2", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation is '0.2'");
    HARNESS_OK(check_with("data.validation_targets=x", "data.validation=v.h5", NULL));
    HARNESS_STATUS(check_with("data.test_inputs=x", NULL, NULL), FCNN_ECONFIG);
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
    HARNESS_ERROR_HAS("model.output = linear does not go with train.loss = cross_entropy");
    HARNESS_STATUS(check_with("model.output=sigmoid", "data.normalize_targets=standardize", NULL), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.normalize_targets = standardize");
}

/* Keys that may have another value when a run goes on. */
static const char *const changeable[] = {"train.epochs",
                                         "train.exchange",
                                         "train.threads",
                                         "train.nonfinite",
                                         "train.check_every",
                                         "train.watchdog",
                                         "data.train",
                                         "data.weights",
                                         "data.read",
                                         "data.inputs",
                                         "data.targets",
                                         "data.rows",
                                         "data.validation_rows",
                                         "data.test_rows",
                                         "data.match_columns",
                                         "data.memory",
                                         "data.memory_limit",
                                         "data.read_retries",
                                         "data.validation",
                                         "data.validation_inputs",
                                         "data.validation_targets",
                                         "data.test",
                                         "data.test_inputs",
                                         "data.test_targets",
                                         "data.allow_external",
                                         "output.directory",
                                         "output.checkpoint_every",
                                         "output.checkpoint_minutes",
                                         "output.keep",
                                         "output.time_limit",
                                         "output.log_every",
                                         "output.resume"};

static void resume_refuses_what_may_not_change(void)
{
    fcnn_config *stored = parsed("[data]\nvalidation=v.h5\n", "b.ini");
    char assignment[256], name[64];
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const fcnn_key *key = &fcnn_keys[i];
        if (!other_value(key, assignment, sizeof assignment)) {
            continue;
        }
        fcnn_config *current = parsed("[data]\nvalidation=v.h5\n", "c.ini");
        HARNESS_OK(fcnn_config_set(current, assignment));
        snprintf(name, sizeof name, "%s.%s", key->section, key->name);
        bool may = false;
        for (size_t k = 0; k < sizeof changeable / sizeof *changeable; k++) {
            may = may || strcmp(changeable[k], name) == 0;
        }
        HARNESS_STATUS(fcnn_config_resume_check(stored, current, "out/c.h5"), may ? FCNN_OK : FCNN_ECONFIG);
        if (!may) {
            HARNESS_ERROR_HAS(name);
            HARNESS_ERROR_HAS(shown(key, stored));
            HARNESS_ERROR_HAS(shown(key, current));
            HARNESS_ERROR_HAS("--set output.directory=");
            HARNESS_ERROR_HAS("model.init=out/c.h5");
        }
        fcnn_config_destroy(current);
    }
    fcnn_config *fraction = parsed("[data]\nvalidation=0.2\n", "c.ini");
    HARNESS_STATUS(fcnn_config_resume_check(stored, fraction, "c.h5"), FCNN_ECONFIG);
    HARNESS_STATUS(fcnn_config_resume_check(fraction, stored, "c.h5"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation may not change");
    HARNESS_OK(fcnn_config_resume_check(fraction, fraction, "c.h5"));
    fcnn_config_destroy(fraction);
    fcnn_config_destroy(stored);
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
    fcnn_config *config = parsed("[optimizer]\nlearning_rate = 0.25\n[data]\nvalidation=0.125\n", "b.ini");
    CU_ASSERT_EQUAL(config->optimizer_learning_rate, 0.25);
    char *text = text_of(config);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nlearning_rate = 0.25\n"));
    REFUSED("[optimizer]\nlearning_rate = 0,25", "not a finite number");
    snprintf(number, sizeof number, "%g", 0.5);
    CU_ASSERT_STRING_EQUAL(number, "0,5"); /* the caller's locale is left alone */
    free(text);
    fcnn_config_destroy(config);
    setlocale(LC_NUMERIC, "C");
}

HARNESS_MAIN("config", {"defaults are the documented ones", defaults_are_the_documented_ones},
             {"every key is set, printed and read back", every_key_is_set_printed_and_read_back},
             {"values are read as written", values_are_read_as_written},
             {"long values stay whole", long_values_stay_whole},
             {"help is a config of all keys", help_is_a_config_of_all_keys},
             {"words and constants belong together", words_and_constants_belong_together},
             {"paths start in the folder of the config", paths_start_in_the_folder_of_the_config},
             {"the output folder has the name of the config", output_folder_has_the_name_of_the_config},
             {"bad lines are named", bad_lines_are_named}, {"bad numbers are refused", bad_numbers_are_refused},
             {"bad words are refused", bad_words_are_refused}, {"bad lists are refused", bad_lists_are_refused},
             {"--set tells what was asked", set_tells_what_was_asked},
             {"keys must not contradict each other", keys_must_not_contradict_each_other},
             {"a time limit is a time", a_time_limit_is_a_time}, {"losses go with outputs", losses_go_with_outputs},
             {"resume refuses what may not change", resume_refuses_what_may_not_change},
             {"a decimal comma of the locale changes nothing", a_decimal_comma_of_the_locale_changes_nothing})
