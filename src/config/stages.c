/* src/config/stages.c — stages of a training: the sections [stage.1], [stage.2], … of a config. */
#include "config/stages.h"

#include "config/key.h"
#include "config/memory.h"
#include "core/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STAGES_MOST = 1000 };

/* ---- reading ---- */

/* Reads the number of a stage, of 1 or more, at the start of a text, and moves *text behind it; 0: there is none. */
static int64_t take_number(const char **text)
{
    int64_t number = 0;
    while (**text >= '0' && **text <= '9' && number <= STAGES_MOST) {
        number = 10 * number + (*(*text)++ - '0');
    }
    return number;
}

static fcnn_status create_stage(const fcnn_config *config, int64_t line, fcnn_stage *out)
{
    *out = (fcnn_stage){.line = line};
    FCNN_TRY(fcnn_memory_create("a stage", FCNN_KEY_COUNT, sizeof *out->lines, &out->lines));
    const fcnn_status status = fcnn_config_create(config->name, &out->values);
    if (status != FCNN_OK) {
        free(out->lines);
    }
    return status;
}

static fcnn_status add_stage(fcnn_config *config, int64_t number, int64_t line)
{
    const int64_t count = config->stage_count;
    if (number <= count) {
        return fcnn_fail(FCNN_ECONFIG, "section [stage.%" PRId64 "] is given twice, first on line %" PRId64, number,
                         config->stages[number - 1].line);
    }
    if (number > count + 1) {
        return fcnn_fail(FCNN_ECONFIG,
                         "there is no [stage.%" PRId64 "] before [stage.%" PRId64
                         "]: stages are numbered from 1 on, in their order",
                         count + 1, number);
    }
    if (number > STAGES_MOST) {
        return fcnn_fail(FCNN_ECONFIG, "there are more than %d stages", STAGES_MOST);
    }
    FCNN_TRY(fcnn_memory_grow("the stages", number, sizeof *config->stages, &config->stages, &config->stage_capacity));
    FCNN_TRY(create_stage(config, line, &config->stages[count]));
    config->stage_count = number;
    return FCNN_OK;
}

fcnn_status fcnn_stages_begin(fcnn_config *config, const char *number, int64_t line)
{
    const char *text = number;
    const int64_t value = take_number(&text);
    if (value == 0 || *text != '\0') {
        return fcnn_fail(FCNN_ECONFIG, "section [stage.%.60s] has no number: stages are [stage.1], [stage.2], ...",
                         number);
    }
    return add_stage(config, value, line);
}

static bool can_set(const fcnn_key *key)
{
    return strcmp(key->section, "optimizer") == 0 || strcmp(key->section, "schedule") == 0 ||
           (strcmp(key->section, "train") == 0 &&
            (strcmp(key->name, "epochs") == 0 || strcmp(key->name, "batch_size") == 0));
}

/* Finds the row of a name such as "optimizer.name". */
static fcnn_status find_key(const char *name, int *place)
{
    static const char can[] = "the keys of [optimizer] and [schedule], train.batch_size and train.epochs";
    char section[32];
    const char *dot = strchr(name, '.');
    if (dot == NULL) {
        return fcnn_fail(FCNN_ECONFIG,
                         "'%.60s' has no section: a stage sets %s, and the line names the section, such "
                         "as optimizer.learning_rate",
                         name, can);
    }
    snprintf(section, sizeof section, "%.*s", dot - name < 32 ? (int)(dot - name) : 31, name);
    FCNN_TRY(fcnn_key_find_section(section, place));
    FCNN_TRY(fcnn_key_find(section, dot + 1, place));
    return can_set(&fcnn_keys[*place])
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "%.60s is the same in all stages: a stage sets %s", name, can);
}

static fcnn_status set(fcnn_stage *stage, int key, const char *value, int64_t line)
{
    FCNN_TRY(fcnn_key_read(&fcnn_keys[key], value, "", stage->values));
    stage->lines[key] = line;
    return FCNN_OK;
}

fcnn_status fcnn_stages_read(fcnn_config *config, const char *name, const char *value, int64_t line)
{
    int key;
    fcnn_stage *stage = &config->stages[config->stage_count - 1];
    FCNN_TRY(find_key(name, &key));
    if (stage->lines[key] != 0) {
        return fcnn_fail(FCNN_ECONFIG, "%s is given twice in [stage.%" PRId64 "], first on line %" PRId64, name,
                         config->stage_count, stage->lines[key]);
    }
    return set(stage, key, value, line);
}

fcnn_status fcnn_stages_assign(fcnn_config *config, const char *name, const char *value)
{
    int key;
    const int64_t number = take_number(&name);
    if (number == 0 || *name != '.') {
        return fcnn_fail(FCNN_EUSAGE, "expected stage.NUMBER.section.key=value, such as stage.2.train.epochs=5");
    }
    FCNN_TRY(find_key(name + 1, &key));
    if (number > config->stage_count) {
        FCNN_TRY(add_stage(config, number, FCNN_LINE_OPTION));
    }
    return set(&config->stages[number - 1], key, value, FCNN_LINE_OPTION);
}

/* ---- epochs ---- */

/* The row of a key that exists. */
static int row_of(const char *section, const char *name)
{
    int place = 0;
    while (strcmp(fcnn_keys[place].section, section) != 0 || strcmp(fcnn_keys[place].name, name) != 0) {
        place++;
    }
    return place;
}

/* The config that has the value of a key during a stage. */
static const fcnn_config *holder(const fcnn_config *config, int64_t stage, const char *section, const char *name)
{
    const bool is_set = config->stage_count > 0 && config->stages[stage].lines[row_of(section, name)] != 0;
    return is_set ? config->stages[stage].values : config;
}

static int64_t sum_of_epochs(const fcnn_config *config)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < config->stage_count; i++) {
        const fcnn_config *from = holder(config, i, "train", "epochs");
        sum += from != config ? from->train_epochs : 0;
    }
    return sum;
}

void fcnn_stages_settle(fcnn_config *config)
{
    if (config->stage_count > 0 && config->epochs_line == 0) {
        config->train_epochs = sum_of_epochs(config);
    }
}

/* Puts the name of the config and a line, if there is one, before an error text. */
static fcnn_status name_line(const fcnn_config *config, int64_t line, fcnn_status status)
{
    return line > 0 ? fcnn_fail_prefix(status, "%s:%" PRId64, config->name, line)
                    : fcnn_fail_prefix(status, "%s", config->name);
}

fcnn_status fcnn_stages_name(const fcnn_config *config, int64_t stage, fcnn_status status)
{
    fcnn_fail_prefix(status, "[stage.%" PRId64 "]", stage + 1);
    return name_line(config, config->stages[stage].line, status);
}

fcnn_status fcnn_stages_check_epochs(const fcnn_config *config)
{
    const int row = row_of("train", "epochs");
    for (int64_t i = 0; i < config->stage_count; i++) {
        const fcnn_stage *stage = &config->stages[i];
        if (stage->lines[row] == 0) {
            return fcnn_stages_name(config, i,
                                    fcnn_fail(FCNN_ECONFIG, "train.epochs is not set: each stage sets its epochs"));
        }
        if (stage->values->train_epochs == 0) {
            return name_line(config, stage->lines[row],
                             fcnn_fail(FCNN_ECONFIG, "[stage.%" PRId64 "] never begins: its train.epochs is 0", i + 1));
        }
    }
    const int64_t sum = sum_of_epochs(config);
    if (sum > fcnn_keys[row].high) {
        return name_line(config, config->epochs_line,
                         fcnn_fail(FCNN_ECONFIG,
                                   "the stages have %" PRId64
                                   " epochs together: train.epochs, their sum, is at most %" PRId64,
                                   sum, fcnn_keys[row].high));
    }
    return sum == config->train_epochs
               ? FCNN_OK
               : name_line(config, config->epochs_line,
                           fcnn_fail(FCNN_ECONFIG,
                                     "train.epochs is %" PRId64 ", but the stages have %" PRId64
                                     " epochs together: remove it from [train], or set it to this sum",
                                     config->train_epochs, sum));
}

/* ---- asking ---- */

fcnn_status fcnn_stages_print(const fcnn_config *config, fcnn_text *out)
{
    for (int64_t i = 0; i < config->stage_count; i++) {
        const fcnn_stage *stage = &config->stages[i];
        FCNN_TRY(fcnn_text_append(out, "\n[stage.%" PRId64 "]\n", i + 1));
        for (int key = 0; key < FCNN_KEY_COUNT; key++) {
            if (stage->lines[key] != 0) {
                FCNN_TRY(fcnn_text_append(out, "%s.%s = ", fcnn_keys[key].section, fcnn_keys[key].name));
                const int64_t start = out->length;
                FCNN_TRY(fcnn_key_print(&fcnn_keys[key], stage->values, out));
                out->length -= out->length == start; /* removes the blank before an empty value */
                FCNN_TRY(fcnn_text_append(out, "\n"));
            }
        }
    }
    return FCNN_OK;
}

int64_t fcnn_config_stages(const fcnn_config *config)
{
    return config->stage_count > 0 ? config->stage_count : 1;
}

int64_t fcnn_config_stage_epochs(const fcnn_config *config, int64_t stage)
{
    return holder(config, stage, "train", "epochs")->train_epochs;
}

int64_t fcnn_config_stage_batch_size(const fcnn_config *config, int64_t stage)
{
    return holder(config, stage, "train", "batch_size")->train_batch_size;
}

fcnn_optimizer_kind fcnn_config_stage_optimizer(const fcnn_config *config, int64_t stage)
{
    return holder(config, stage, "optimizer", "name")->optimizer_name;
}

static fcnn_status copy_keys(const fcnn_config *config, int64_t stage, fcnn_config *out)
{
    for (int key = 0; key < FCNN_KEY_COUNT; key++) {
        const bool is_set = config->stage_count > 0 && config->stages[stage].lines[key] != 0;
        FCNN_TRY(fcnn_config_copy_key(is_set ? config->stages[stage].values : config, key, out));
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_stage(const fcnn_config *config, int64_t stage, fcnn_config **out)
{
    fcnn_config *copy;
    FCNN_TRY(fcnn_config_create(config->name, &copy));
    const fcnn_status status = copy_keys(config, stage, copy);
    if (status != FCNN_OK) {
        fcnn_config_destroy(copy);
        return status;
    }
    *out = copy;
    return FCNN_OK;
}
