/* src/training/schedule_report.c — what a run is about to do with the learning rate, in words. */
#include "training/schedule_report.h"

#include <inttypes.h>

enum { MOST_LINES = 16 };

static int64_t earlier(int64_t point, int64_t candidate, int64_t after)
{
    return candidate > after && candidate < point ? candidate : point;
}

/* The first unit after this one that the table may have a line for; INT64_MAX: none. */
static int64_t next_point(const fcnn_schedule *schedule, int64_t unit)
{
    const fcnn_schedule_rule *rule = fcnn_schedule_rule_of(schedule->kind);
    const int64_t start = rule->rises_itself ? 0 : schedule->warmup;
    int64_t point = earlier(INT64_MAX, schedule->warmup, unit);
    for (int64_t quarter = 1; quarter < 4; quarter++) {
        point = earlier(point, schedule->units / 4 * quarter, unit);
    }
    if (rule->next != NULL && unit >= start) {
        const int64_t next = rule->next(schedule, unit - start);
        point = next < INT64_MAX ? earlier(point, next + start, unit) : point;
    }
    point = earlier(point, schedule->units - 1, unit);
    return point < schedule->units ? point : INT64_MAX;
}

static void print_rate(const fcnn_schedule *schedule, int64_t unit, double rate, FILE *out)
{
    const char *note = unit == 0                     ? "  first"
                       : unit == schedule->units - 1 ? "  last"
                       : unit == schedule->warmup    ? "  end of the warm-up"
                                                     : "";
    fprintf(out, "            %12" PRId64 " %16.10g%s\n", unit, rate, note);
}

/* Lines whose rate is that of the line before are left out, except the last. */
static void print_table(const fcnn_schedule *schedule, FILE *out)
{
    const fcnn_plateau plateau = {0};
    double before = fcnn_schedule_rate_of_unit(schedule, &plateau, 0);
    print_rate(schedule, 0, before, out);
    int lines = 1;
    for (int64_t unit = next_point(schedule, 0); unit < INT64_MAX; unit = next_point(schedule, unit)) {
        if (lines == MOST_LINES && unit < schedule->units - 1) {
            fprintf(out, "            %12s\n", "...");
            unit = schedule->units - 1;
        }
        const double rate = fcnn_schedule_rate_of_unit(schedule, &plateau, unit);
        if (rate != before || unit == schedule->units - 1) {
            print_rate(schedule, unit, rate, out);
            lines++;
        }
        before = rate;
    }
}

static void print_plateau(const fcnn_schedule *schedule, FILE *out)
{
    fprintf(out,
            "            then times %g after each %" PRId64 " epochs in a row without improvement by more than %g of "
            "the best loss; cooldown %" PRId64 ", at least %g\n",
            schedule->factor, schedule->patience, schedule->threshold, schedule->cooldown,
            schedule->minimum * schedule->learning_rate);
}

void fcnn_schedule_report_print(const fcnn_schedule *schedule, bool is_check, FILE *out)
{
    const bool is_constant = schedule->kind == FCNN_SCHEDULE_CONSTANT && schedule->warmup == 0;
    if (is_constant && !is_check) {
        return;
    }
    fprintf(out, "schedule    %s, learning rate %g", fcnn_schedule_kind_name(schedule->kind), schedule->learning_rate);
    if (schedule->warmup > 0) {
        fprintf(out, ", warm-up of %" PRId64 " %s%s", schedule->warmup, schedule->unit,
                schedule->warmup == 1 ? "" : "s");
    }
    fprintf(out, "\n");
    if (is_check && !is_constant && schedule->units > 0) {
        fprintf(out, "            %6ss done %16s\n", schedule->unit, "rate");
        print_table(schedule, out);
    }
    if (schedule->kind == FCNN_SCHEDULE_PLATEAU) {
        print_plateau(schedule, out);
    }
}
