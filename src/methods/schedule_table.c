/* src/methods/schedule_table.c — the rules of all schedules, by their words in the config. */
#include "methods/schedule.h"

#define DECLARE_RULE(constant, word, rule, keys) extern const fcnn_schedule_rule fcnn_schedule_##rule;
FCNN_SCHEDULE_WORDS(DECLARE_RULE)

#define RULE_ENTRY(constant, word, rule, keys) [constant] = &fcnn_schedule_##rule,
static const fcnn_schedule_rule *const rules[] = {FCNN_SCHEDULE_WORDS(RULE_ENTRY)};

const fcnn_schedule_rule *fcnn_schedule_rule_of(fcnn_schedule_kind kind)
{
    return rules[kind];
}
