/* src/training/method_table.c — the training method of each optimizer. */
#include "training/method.h"

#define DECLARE_METHOD(constant, word, rule, method, kernel) extern const fcnn_method fcnn_method_##method;
FCNN_OPTIMIZER_WORDS(DECLARE_METHOD)

#define METHOD_ENTRY(constant, word, rule, method, kernel) [constant] = &fcnn_method_##method,
static const fcnn_method *const methods[] = {FCNN_OPTIMIZER_WORDS(METHOD_ENTRY)};

const fcnn_method *fcnn_method_of(fcnn_optimizer_kind kind)
{
    return methods[kind];
}
