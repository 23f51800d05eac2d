/* src/config/optimizers.c — which keys of [optimizer] go with each other. */
#include "config/optimizers.h"

#include "config/key.h"

#include <string.h>

/* ---- keys that not every optimizer reads ---- */

#define BIT(kind) (UINT32_C(1) << (FCNN_OPTIMIZER_##kind))
#define ADAMS (BIT(ADAM) | BIT(ADAMW) | BIT(NADAM) | BIT(RADAM) | BIT(LAMB))
#define BY_TENSOR (BIT(LAMB) | BIT(LARS))
#define EVERY ((UINT32_C(1) << FCNN_OPTIMIZERS_END) - 1)

static const struct {
    const char *key;
    uint32_t readers;
    const char *advice; /* NULL: none */
} readers[] = {
    {"momentum", BIT(SGD) | BIT(RMSPROP) | BIT(LARS), "adam, adamw, nadam, radam and lamb have beta1 instead"},
    {"nesterov", BIT(SGD), "nadam is Adam with it"},
    {"momentum_final", BIT(SGD) | BIT(RMSPROP) | BIT(LARS), NULL},
    {"momentum_epochs", BIT(SGD) | BIT(RMSPROP) | BIT(LARS), NULL},
    {"beta1", ADAMS, NULL},
    {"beta2", ADAMS, "rmsprop has rho"},
    {"epsilon", ADAMS | BIT(RMSPROP) | BIT(ADAGRAD), NULL},
    {"epsilon_placement", BIT(ADAM) | BIT(ADAMW), NULL},
    {"rho", BIT(RMSPROP), "adam, adamw, nadam, radam and lamb have beta2 instead"},
    {"trust", BIT(LARS), NULL},
    {"l2", EVERY & ~(BIT(ADAMW) | BY_TENSOR), "adam is adamw with l2; lamb and lars have weight_decay"},
    {"weight_decay", EVERY & ~BIT(ADAM), "adamw is the same with weight_decay, and what PyTorch's Adam calls so is l2"},
};

/* Whether a key has its default, or a value that is written like it. */
static fcnn_status is_default(const fcnn_config *config, const char *name, bool *out)
{
    int place;
    FCNN_TRY(fcnn_key_find("optimizer", name, &place));
    const fcnn_key *key = &fcnn_keys[place];
    fcnn_text value = {0};
    fcnn_status status = fcnn_key_print(key, config, &value);
    if (status == FCNN_OK) {
        double number, standard;
        *out = fcnn_text_to_double(value.data, &number) && fcnn_text_to_double(key->standard, &standard)
                   ? number == standard
                   : strcmp(value.data, key->standard) == 0;
    }
    fcnn_text_clear(&value);
    return status;
}

static fcnn_status refuse_key(const fcnn_config *config, size_t i)
{
    fcnn_text names = {0};
    fcnn_status status = FCNN_OK;
    for (int kind = 0; kind < FCNN_OPTIMIZERS_END && status == FCNN_OK; kind++) {
        if ((readers[i].readers >> kind & 1) != 0) {
            status = fcnn_text_append(&names, names.length > 0 ? ", " : "");
            status = status == FCNN_OK ? fcnn_text_append(&names, fcnn_optimizer_kind_words[kind]) : status;
        }
    }
    if (status == FCNN_OK) {
        const char *advice = readers[i].advice;
        status = fcnn_fail(FCNN_ECONFIG, "optimizer.%s has no effect on optimizer.name = %s: it is for %s%s%s%s",
                           readers[i].key, fcnn_optimizer_kind_name(config->optimizer_name), names.data,
                           advice != NULL ? " (" : "", advice != NULL ? advice : "", advice != NULL ? ")" : "");
    }
    fcnn_text_clear(&names);
    return status;
}

static fcnn_status check_readers(const fcnn_config *config)
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        bool standard = true;
        FCNN_TRY(is_default(config, readers[i].key, &standard));
        if (!standard && (readers[i].readers >> config->optimizer_name & 1) == 0) {
            return refuse_key(config, i);
        }
    }
    return FCNN_OK;
}

/* ---- keys together ---- */

static fcnn_status check_momentum(const fcnn_config *config)
{
    const bool rises = config->optimizer_momentum_epochs > 0, ends = config->optimizer_momentum_final > 0;
    if (rises != ends) {
        return fcnn_fail(FCNN_ECONFIG,
                         "optimizer.momentum_final and optimizer.momentum_epochs go together, but %s is 0: set it too",
                         rises ? "optimizer.momentum_final" : "optimizer.momentum_epochs");
    }
    if (config->optimizer_nesterov && config->optimizer_momentum == 0 && !ends) {
        return fcnn_fail(FCNN_ECONFIG,
                         "optimizer.nesterov = yes requires a momentum: set optimizer.momentum, for example "
                         "to 0.9");
    }
    return FCNN_OK;
}

static fcnn_status check_decay(const fcnn_config *config)
{
    const double decay = config->optimizer_weight_decay, rate = config->optimizer_learning_rate;
    const bool by_tensor = (BY_TENSOR >> config->optimizer_name & 1) != 0;
    if (decay * rate >= 1 && !by_tensor) {
        return fcnn_fail(
            FCNN_ECONFIG,
            "optimizer.weight_decay = %g times optimizer.learning_rate = %g is not below 1: each step would "
            "remove the weights; make one of them smaller",
            decay, rate);
    }
    if (config->optimizer_decay_biases && !by_tensor && decay == 0 && config->optimizer_l2 == 0 &&
        config->optimizer_l1 == 0) {
        return fcnn_fail(FCNN_ECONFIG, "optimizer.decay_biases = yes has no effect: optimizer.l2, optimizer.l1 and "
                                       "optimizer.weight_decay are 0");
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_check_optimizer(const fcnn_config *config)
{
    FCNN_TRY(check_readers(config));
    FCNN_TRY(check_momentum(config));
    return check_decay(config);
}
