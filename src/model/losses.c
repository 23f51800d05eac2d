/* src/model/losses.c — the losses, by their words in the config. */
#include "model/losses.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* ---- settings ---- */

static void settings_none(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    (void)config;
    (void)settings;
}

static void settings_smoothing(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    settings[0] = config->train_label_smoothing;
    settings[1] = config->train_focal_gamma;
}

static void settings_focal(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    settings[0] = config->train_focal_gamma;
}

static void settings_huber(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    settings[0] = config->train_huber_delta;
}

static void settings_relative(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    settings[0] = config->train_relative_floor;
}

static_assert((int)FCNN_QUANTILES_MOST <= (int)FCNN_LOSS_SETTINGS, "each quantile is a setting");
static void settings_quantile(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    const fcnn_double_list *quantiles = &config->train_quantiles;
    memcpy(settings, quantiles->values, (size_t)quantiles->count * sizeof *settings);
}

static void settings_gaussian(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS])
{
    settings[0] = config->train_variance_floor;
}

/* The keys that these are in [train]. */
#define KEYS_none \
    {             \
        NULL      \
    }
#define KEYS_smoothing                   \
    {                                    \
        "label_smoothing", "focal_gamma" \
    }
#define KEYS_focal    \
    {                 \
        "focal_gamma" \
    }
#define KEYS_huber    \
    {                 \
        "huber_delta" \
    }
#define KEYS_relative    \
    {                    \
        "relative_floor" \
    }
#define KEYS_quantile                       \
    {                                       \
        NULL /* they belong to the shape */ \
    }
#define KEYS_gaussian    \
    {                    \
        "variance_floor" \
    }

/* ---- the table ---- */

#define RULE_ENTRY(constant, word, kernel, own, kind, number, ...)      \
    [constant] = {.takes_logits = (kind) != FCNN_TARGETS_NUMBERS,       \
                  .is_mean_of_outputs = (kind) != FCNN_TARGETS_CLASSES, \
                  .factor = (number),                                   \
                  .settings = settings_##own,                           \
                  .keys = KEYS_##own},
static const fcnn_loss_rule rules[] = {FCNN_LOSSES(RULE_ENTRY)};

const fcnn_loss_rule *fcnn_loss_rule_of(fcnn_loss loss)
{
    return &rules[loss];
}
