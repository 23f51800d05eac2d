/* src/methods/schedule.h — the learning rate of each step: a pure function of the settings and the number of the step,
 * and for the kind plateau of what it has counted.
 *
 * Time is counted in units, epochs or steps, from 0 on.  A warm-up of W units rises along a line,
 *     rate(t) = learning_rate·(s + (1 − s)·t/W) for t < W, with s = warmup_start,
 * and the rule of the kind, which is a fraction of the full rate, follows from there:
 *     rate(t) = learning_rate·fraction(t − W) for t ≥ W, with fraction(0) = 1: there is no jump.
 * Every number comes from exact or own functions (compute/math.h), so that it has the same bits on every machine.
 * docs/methods.md compares the formulas with PyTorch's.
 *
 * Nothing here is collective; all of it may be called from any thread. */
#ifndef FCNN_METHODS_SCHEDULE_H
#define FCNN_METHODS_SCHEDULE_H

#include "config/config.h"
#include "core/status.h"

/* The settings of a schedule, with a number for each auto.  Lengths are in units, and rates fractions of
 * learning_rate. */
typedef struct fcnn_schedule {
    fcnn_schedule_kind kind;
    const char *unit;      /* "epoch" or "step" */
    double learning_rate;  /* the full one */
    int64_t unit_steps;    /* steps of a unit: 1, or those of an epoch */
    int64_t units;         /* of the training */
    int64_t warmup;        /* 0: none */
    double warmup_start;   /* above 0 and at most 1 */
    double final;          /* at least 0 and below 1 */
    double factor;         /* above 0 */
    int64_t period;        /* at least 1 */
    int64_t period_factor; /* at least 1 */
    int64_t milestone_count;
    const int64_t *milestones;  /* [milestone_count], ascending; borrowed from the config */
    double minimum;             /* at least 0 and below 1 */
    int64_t patience, cooldown; /* at least 1, and 0 */
    double threshold;           /* at least 0 and below 1 */
} fcnn_schedule;

/* What the kind plateau has counted, all zero at the start.  The same on all ranks; checkpoints hold it. */
typedef struct fcnn_plateau {
    int64_t begun;      /* 1 if there is a best loss */
    double best;        /* the lowest loss so far, as improvements count; finite */
    int64_t bad_epochs; /* in a row */
    int64_t cooldown;   /* epochs left in which bad ones do not count */
    int64_t lowered;    /* times that the rate was multiplied by factor */
} fcnn_plateau;

/* A kind of schedule.  A new one is a file that defines it, and a line in FCNN_SCHEDULE_WORDS (config/words.h). */
typedef struct fcnn_schedule_rule {
    /* The fraction of the full rate that the unit with this number has, counted from the end of the warm-up. */
    double (*fraction)(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit);

    /* For the table of --check, the first unit after this one at which something special happens; INT64_MAX: none.
     * NULL: nothing ever does. */
    int64_t (*next)(const fcnn_schedule *schedule, int64_t unit);

    bool rises_itself; /* it has no warm-up before it: units count from the start */
} fcnn_schedule_rule;

/* The rule of a word of the config. */
const fcnn_schedule_rule *fcnn_schedule_rule_of(fcnn_schedule_kind kind);

/* Sets the settings of a config that has passed fcnn_config_check(), for a training of a number of epochs and of steps
 * an epoch, both at least 0.  The config is borrowed as long as the settings are used.
 * Fails: FCNN_ECONFIG if the training is too short for one_cycle. */
fcnn_status fcnn_schedule_settle(const fcnn_config *config, int64_t epochs, int64_t steps, fcnn_schedule *out);

/* The learning rate of a unit, and that of a step, counted from 0.  plateau is used by the kind plateau alone. */
double fcnn_schedule_rate_of_unit(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit);
double fcnn_schedule_rate(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t step);

/* A fraction between 1, for a part of 1, and low, for a part of 0; exact at both ends.  For rules. */
double fcnn_schedule_between(double low, double part);

/* The part of half a cosine that is left after `unit` of `length` units, from 1 down to 0: (1 + cos(π·unit/length))/2.
 * Exact at both ends; error at most 4 units in the last place.  For rules. */
double fcnn_schedule_half_cosine(int64_t unit, int64_t length);

/* factor^count, but at least minimum.  For rules. */
double fcnn_schedule_multiplied(const fcnn_schedule *schedule, int64_t count);

/* Counts an epoch whose number is from 1 on, by its loss, and may lower the rate of the next one.  The loss is an
 * improvement if it is finite and below best − threshold·|best|.  In a warm-up and a cooldown no bad epoch counts.
 * Fails: FCNN_EDIVERGED, with what the loss is called, if it is NaN. */
fcnn_status fcnn_plateau_count(const fcnn_schedule *schedule, int64_t epoch, double loss, const char *name,
                               fcnn_plateau *plateau);

#endif
