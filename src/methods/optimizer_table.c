/* src/methods/optimizer_table.c — the rules of all optimizers, by their words in the config. */
#include "methods/optimizer.h"

#define DECLARE_RULE(constant, word, rule, ...) extern const fcnn_optimizer_rule fcnn_optimizer_##rule;
FCNN_OPTIMIZER_WORDS(DECLARE_RULE)

#define RULE_ENTRY(constant, word, rule, ...) [constant] = &fcnn_optimizer_##rule,
static const fcnn_optimizer_rule *const rules[] = {FCNN_OPTIMIZER_WORDS(RULE_ENTRY)};

const fcnn_optimizer_rule *fcnn_optimizer_rule_of(fcnn_optimizer_kind kind)
{
    return rules[kind];
}
