/* tests/test_config.c — every rule of the config reader, over the whole table where a rule is for all keys. */
#include "config/config.h"
#include "config/key.h"
#include "config/layers.h"
#include "core/status.h"
#include "core/text.h"

#include "fixture.h"
#include "harness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- helpers ---- */

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
    case FCNN_KEY_WORDS_OR_PATH:
    case FCNN_KEY_FRACTION_OR_PATH:
        snprintf(value, sizeof value, "other folder/%s=1.h5", key->name);
        break;
    case FCNN_KEY_INTEGER:
    case FCNN_KEY_INTEGER_OR_AUTO:
        snprintf(value, sizeof value, "%" PRId64, key->low + 3);
        break;
    case FCNN_KEY_DOUBLE:
    case FCNN_KEY_DOUBLE_OR_AUTO:
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
    case FCNN_KEY_DOUBLE_LIST:
        snprintf(value, sizeof value, "0.5,1e-3 , 0.75");
        break;
    case FCNN_KEY_WORD_LIST:
        snprintf(value, sizeof value, "%s,%s, %s", key->words[2], key->words[1], key->words[2]);
        break;
    case FCNN_KEY_COLUMN_WORDS:
        snprintf(value, sizeof value, "%s 0:6,%s 6  8,%s 9:", key->words[2], key->words[1], key->words[0]);
        break;
    }
    snprintf(out, size, "%s.%s = %s", key->section, key->name, value);
    return value[0] != '\0';
}

/* ---- defaults and round trips ---- */

static void defaults_are_the_documented_ones(void)
{
    fcnn_config *config = fixture_parsed("", "runs/digits.ini");
    CU_ASSERT_STRING_EQUAL(config->data_train, "");
    CU_ASSERT_STRING_EQUAL(config->data_inputs, "/x");
    CU_ASSERT_STRING_EQUAL(config->data_targets, "/y");
    CU_ASSERT_EQUAL(config->data_order, FCNN_ORDER_ROWS);
    CU_ASSERT_STRING_EQUAL(config->data_validation, "");
    CU_ASSERT_STRING_EQUAL(config->data_normalize, "none");
    CU_ASSERT_EQUAL(config->data_scale, 1.0);
    CU_ASSERT_EQUAL(config->model_hidden.count, 0);
    CU_ASSERT_EQUAL(config->model_activation.count, 1);
    CU_ASSERT_EQUAL(config->model_activation.values[0], FCNN_ACTIVATION_RELU);
    CU_ASSERT_STRING_EQUAL(config->model_output, "auto");
    CU_ASSERT_EQUAL(config->model_classes, FCNN_AUTO);
    CU_ASSERT_STRING_EQUAL(config->model_init, "auto");
    CU_ASSERT_EQUAL(config->model_init_scale.count, 1);
    CU_ASSERT_EQUAL(config->model_init_scale.values[0], 1.0);
    CU_ASSERT_EQUAL(config->model_bias_init.count, 1);
    CU_ASSERT_EQUAL(config->model_bias_init.values[0], 0.0);
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
    CU_ASSERT_EQUAL(config->optimizer_momentum, 0.0);
    CU_ASSERT_EQUAL(config->optimizer_epsilon_placement, FCNN_EPSILON_TORCH);
    CU_ASSERT_EQUAL(config->optimizer_decay_biases, false);
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
    fcnn_config *plain = fixture_parsed("", "b.ini"), *config = fixture_parsed("", "b.ini"), *again = NULL;
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
    CU_ASSERT_EQUAL(again->model_activation.values[0], FCNN_ACTIVATION_PRELU);
    CU_ASSERT_EQUAL(again->optimizer_learning_rate, 0.0123456789012345678);
    free(text);
    free(text_again);
    fcnn_config_destroy(plain);
    fcnn_config_destroy(config);
    fcnn_config_destroy(again);
}

static void values_are_read_as_written(void)
{
    fcnn_config *config = fixture_parsed("\xEF\xBB\xBF; a comment\r\n"
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
        config = fixture_parsed(text, "b.ini");
        CU_ASSERT_EQUAL(config->train_shuffle, i < 4);
        fcnn_config_destroy(config);
    }
    config = fixture_parsed("[model]\nactivation=sigmoid\nhidden=4,4,4", "b.ini");
    CU_ASSERT_EQUAL(fcnn_config_activation(config, 2), FCNN_ACTIVATION_SIGMOID);
    fcnn_config_destroy(config);
}

static void each_layer_has_its_own_value(void)
{
    fcnn_init_kind kind;
    fcnn_config *config =
        fixture_parsed("[data]\ntrain=t.h5\n[model]\nhidden=4,5\ninit = uniform,orthogonal ,\tnormal\n"
                       "init_scale=0.5 ,1e-3,\t7\nbias_init = -1,0,1e30\n",
                       "x/b.ini");
    HARNESS_OK(fcnn_config_check(config));
    CU_ASSERT_STRING_EQUAL(config->model_init, "uniform, orthogonal, normal");
    CU_ASSERT_EQUAL(fcnn_config_layers(config), 3);
    static const fcnn_init_kind kinds[] = {FCNN_INIT_UNIFORM, FCNN_INIT_ORTHOGONAL, FCNN_INIT_NORMAL};
    static const double scales[] = {0.5, 1e-3, 7}, biases[] = {-1, 0, 1e30};
    for (int64_t layer = 0; layer < 3; layer++) {
        kind = FCNN_INIT_AUTO;
        CU_ASSERT(fcnn_config_init(config, layer, &kind));
        CU_ASSERT_EQUAL(kind, kinds[layer]);
        CU_ASSERT_EQUAL(fcnn_config_init_scale(config, layer), scales[layer]);
        CU_ASSERT_EQUAL(fcnn_config_bias_init(config, layer), biases[layer]);
    }
    HARNESS_OK(fcnn_config_set(config, "model.init=torch"));
    HARNESS_OK(fcnn_config_set(config, "model.init_scale=2"));
    CU_ASSERT(fcnn_config_init(config, 2, &kind));
    CU_ASSERT_EQUAL(kind, FCNN_INIT_TORCH);
    CU_ASSERT_EQUAL(fcnn_config_init_scale(config, 2), 2);
    HARNESS_OK(fcnn_config_set(config, "model.init=\"he, zero\""));
    CU_ASSERT_FALSE(fcnn_config_init(config, 0, &kind));
    fcnn_config_destroy(config);
    config = fixture_parsed("[model]\ninit = he, zero.h5\n", "x/b.ini");
    CU_ASSERT_STRING_EQUAL(config->model_init, "x/he, zero.h5");
    CU_ASSERT_FALSE(fcnn_config_init(config, 0, &kind));
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
    fcnn_config *config = fixture_parsed(text, "b.ini");
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
    fcnn_config *from_help = fixture_parsed(help, "b.ini"), *plain = fixture_parsed("", "b.ini");
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
    CU_ASSERT_PTR_NOT_NULL(strstr(help, "\n# Takes one of rows, columns. Default: rows. Cannot change on resume.\n"));
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
    static const char text[] =
        "[data]\ntrain=d/t.h5\nvalidation=v.h5\ntest=/abs/e.h5\ninputs=x\n"
        "normalize=file:n.h5 0, none "
        "1:\nnormalize_targets=file:/n.h5\n[model]\ninit=w.h5\n[output]\nresume=c.h5\ndirectory=out\n";
    fcnn_config *config = fixture_parsed(text, "runs/a/b.ini");
    CU_ASSERT_STRING_EQUAL(config->data_train, "runs/a/d/t.h5");
    CU_ASSERT_STRING_EQUAL(config->data_validation, "runs/a/v.h5");
    CU_ASSERT_STRING_EQUAL(config->data_test, "/abs/e.h5");
    CU_ASSERT_STRING_EQUAL(config->data_inputs, "x");
    CU_ASSERT_STRING_EQUAL(config->data_normalize, "file:runs/a/n.h5 0, none 1:");
    CU_ASSERT_STRING_EQUAL(config->data_normalize_targets, "file:/n.h5");
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
    config = fixture_parsed(text, "b.ini");
    CU_ASSERT_STRING_EQUAL(config->data_train, "d/t.h5");
    fcnn_config_destroy(config);
    config = fixture_parsed("[model]\ninit=xavier\n[data]\nvalidation=0.5\n", "runs/b.ini");
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
        fcnn_config *config = fixture_parsed("", names[i][0]);
        CU_ASSERT_STRING_EQUAL(config->output_directory, names[i][1]);
        fcnn_config_destroy(config);
    }
}

/* ---- more than one key ---- */

/* Keys that may have another value when a run goes on. */
static const char *const changeable[] = {"train.epochs",
                                         "train.exchange",
                                         "train.threads",
                                         "train.nonfinite",
                                         "train.check_every",
                                         "train.watchdog",
                                         "train.stop_patience",
                                         "train.restore_best",
                                         "metrics.list",
                                         "metrics.k",
                                         "metrics.bins",
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
    fcnn_config *stored = fixture_parsed("[data]\nvalidation=v.h5\n", "b.ini");
    char assignment[256], name[64];
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        const fcnn_key *key = &fcnn_keys[i];
        if (!other_value(key, assignment, sizeof assignment)) {
            continue;
        }
        fcnn_config *current = fixture_parsed("[data]\nvalidation=v.h5\n", "c.ini");
        HARNESS_OK(fcnn_config_set(current, assignment));
        snprintf(name, sizeof name, "%s.%s", key->section, key->name);
        bool may = false;
        for (size_t k = 0; k < sizeof changeable / sizeof *changeable; k++) {
            may = may || strcmp(changeable[k], name) == 0;
        }
        HARNESS_STATUS(fcnn_config_resume_check(stored, current, 0, "out/c.h5"), may ? FCNN_OK : FCNN_ECONFIG);
        if (!may) {
            HARNESS_ERROR_HAS(name);
            HARNESS_ERROR_HAS(shown(key, stored));
            HARNESS_ERROR_HAS(shown(key, current));
            HARNESS_ERROR_HAS("--set output.directory=");
            HARNESS_ERROR_HAS("model.init=out/c.h5");
        }
        fcnn_config_destroy(current);
    }
    fcnn_config *fraction = fixture_parsed("[data]\nvalidation=0.2\n", "c.ini");
    HARNESS_STATUS(fcnn_config_resume_check(stored, fraction, 0, "c.h5"), FCNN_ECONFIG);
    HARNESS_STATUS(fcnn_config_resume_check(fraction, stored, 0, "c.h5"), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("data.validation cannot change");
    HARNESS_OK(fcnn_config_resume_check(fraction, fraction, 0, "c.h5"));
    fcnn_config_destroy(fraction);
    fcnn_config_destroy(stored);
}

HARNESS_MAIN("config", {"defaults are the documented ones", defaults_are_the_documented_ones},
             {"every key is set, printed and read back", every_key_is_set_printed_and_read_back},
             {"values are read as written", values_are_read_as_written},
             {"each layer has its own value", each_layer_has_its_own_value},
             {"long values stay whole", long_values_stay_whole},
             {"help is a config of all keys", help_is_a_config_of_all_keys},
             {"words and constants belong together", words_and_constants_belong_together},
             {"paths start in the folder of the config", paths_start_in_the_folder_of_the_config},
             {"the output folder has the name of the config", output_folder_has_the_name_of_the_config},
             {"resume refuses what may not change", resume_refuses_what_may_not_change})
