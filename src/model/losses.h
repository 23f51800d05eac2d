/* src/model/losses.h — the losses, by their words in the config (FCNN_LOSSES in config/words.h).
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_MODEL_LOSSES_H
#define FCNN_MODEL_LOSSES_H

#include "compute/kernels.h"

/* The largest number of keys of a loss. */
enum { FCNN_LOSS_KEYS = 2 };

typedef struct fcnn_loss_rule {
    bool takes_logits;       /* the activation of the last layer belongs to the loss */
    bool is_mean_of_outputs; /* a row's loss is divided by the number of outputs */
    double factor;           /* of the derivative, which the kernel leaves out */

    /* Takes the settings of the loss from a config that has passed fcnn_config_check(). */
    void (*settings)(const fcnn_config *config, double settings[FCNN_LOSS_SETTINGS]);
    const char *keys[FCNN_LOSS_KEYS]; /* the keys in [train] of the first of them; NULL: there are no more */
} fcnn_loss_rule;

/* The rule of a loss that is not auto. */
const fcnn_loss_rule *fcnn_loss_rule_of(fcnn_loss loss);

#endif
