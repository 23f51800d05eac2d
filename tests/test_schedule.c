/* tests/test_schedule.c — the learning rate of each unit of a schedule: those of PyTorch where the definitions agree,
 * formulas in long double elsewhere, and what the definitions promise beyond. */
#include "fixture.h"
#include "harness.h"
#include "schedules.h"

#include "methods/schedule.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- schedules ---- */

typedef struct settled {
    fcnn_config *config;
    fcnn_schedule schedule;
} settled;

/* The schedule of keys such as "kind=step period=7", in a training of epochs of a number of steps. */
static settled settle(double learning_rate, const char *keys, int64_t epochs, int64_t steps)
{
    char text[512], copy[512];
    int length = snprintf(text, sizeof text, "[data]\ntrain = x.h5\n[optimizer]\nlearning_rate = %.17g\n[schedule]\n",
                          learning_rate);
    snprintf(copy, sizeof copy, "%s", keys);
    for (const char *key = strtok(copy, " "); key != NULL; key = strtok(NULL, " ")) {
        length += snprintf(text + length, sizeof text - (size_t)length, "%s\n", key);
    }
    settled out = {.config = fixture_parsed(text, "b.ini")};
    HARNESS_OK(fcnn_config_check(out.config));
    HARNESS_OK(fcnn_schedule_settle(out.config, epochs, steps, &out.schedule));
    return out;
}

static double rate(const settled *given, int64_t unit)
{
    const fcnn_plateau plateau = {0};
    return fcnn_schedule_rate_of_unit(&given->schedule, &plateau, unit);
}

/* The next number of a text. */
static double take(const char **text)
{
    char *end;
    const double value = strtod(*text, &end);
    CU_ASSERT_NOT_EQUAL(end, *text);
    *text = end;
    return value;
}

/* PyTorch computes some by recursion, and cos(π/2) is not 0 there. */
static void expect_near(double actual, double expected, const char *what, int64_t unit)
{
    if (!(fabs(actual - expected) <= 1e-14 * fabs(expected) + 1e-16)) {
        fprintf(stderr, "%s, unit %lld: %.17g, expected %.17g\n", what, (long long)unit, actual, expected);
        CU_FAIL("another rate");
    }
}

/* ---- PyTorch ---- */

static void rates_are_those_of_torch(void)
{
    for (size_t i = 0; i < sizeof schedules_cases / sizeof *schedules_cases; i++) {
        const schedules_case *expected = &schedules_cases[i];
        settled given = settle(expected->learning_rate, expected->keys, SCHEDULES_UNITS, 3);
        const char *text = expected->rates;
        for (int64_t unit = 0; *text != '\0'; unit++) {
            expect_near(rate(&given, unit), take(&text), expected->keys, unit);
        }
        fcnn_config_destroy(given.config);
    }
}

/* With a patience that is larger by 1: PyTorch lowers the rate one bad epoch late. */
static void plateaus_are_those_of_torch(void)
{
    for (size_t i = 0; i < sizeof schedules_plateaus / sizeof *schedules_plateaus; i++) {
        const schedules_case *expected = &schedules_plateaus[i];
        settled given = settle(expected->learning_rate, expected->keys, SCHEDULES_UNITS, 3);
        fcnn_plateau plateau = {0};
        const char *rates = expected->rates, *losses = schedules_losses;
        for (int64_t epoch = 0; epoch < SCHEDULES_UNITS; epoch++) {
            expect_near(fcnn_schedule_rate_of_unit(&given.schedule, &plateau, epoch), take(&rates), expected->keys,
                        epoch);
            if (epoch + 1 < SCHEDULES_UNITS) {
                HARNESS_OK(fcnn_plateau_count(&given.schedule, epoch + 1, take(&losses), "loss", &plateau));
            }
        }
        fcnn_config_destroy(given.config);
    }
}

/* ---- formulas ---- */

static const long double pi = 3.141592653589793238462643383279502884L;

static void expect_accurate(double actual, long double expected, int64_t unit)
{
    if (!(fabsl(actual - expected) <= 8 * 0x1p-53L * expected)) {
        fprintf(stderr, "unit %lld: %.17g, expected %.17Lg\n", (long long)unit, actual, expected);
        CU_FAIL("an inaccurate rate");
    }
}

/* All but the cosine, whose truth is known near its end only by the sine. */
static void rates_are_accurate(void)
{
    if (LDBL_MANT_DIG < 64) {
        harness_skip("long double is no wider than double");
        return;
    }
    settled cosine = settle(1, "kind=cosine period=100003", 10, 1),
            inverse = settle(1, "kind=inverse factor=0.3", 9, 1),
            cyclic = settle(1, "kind=cyclic period=14 factor=0.7 final=0.3", 9, 1),
            exponential = settle(1, "kind=exponential factor=0.998", 9, 1);
    const double decay = exponential.schedule.factor, shrink = cyclic.schedule.factor, f = cyclic.schedule.final;
    long double power = 1, height = 1;
    for (int64_t unit = 0; unit < 100003; unit++) {
        const long double sine = sinl(pi * (100003 - unit) / 200006);
        expect_accurate(rate(&cosine, unit), sine * sine, unit);
        expect_accurate(rate(&inverse, unit), 1 / (1 + (long double)inverse.schedule.factor * unit), unit);
        if (unit < 3000) {
            expect_accurate(rate(&exponential, unit), power, unit);
            const int64_t at = unit % 14;
            expect_accurate(rate(&cyclic, unit), f + (1 - (long double)f) * height * (at < 7 ? at : 14 - at) / 7, unit);
            power *= decay;
            height *= at == 13 ? shrink : 1;
        }
    }
    fcnn_config_destroy(cosine.config);
    fcnn_config_destroy(inverse.config);
    fcnn_config_destroy(cyclic.config);
    fcnn_config_destroy(exponential.config);
}

/* ---- ends and joints ---- */

static void a_fall_ends_for_good(void)
{
    static const char *const kinds[] = {"kind=linear period=%d final=0.3", "kind=cosine period=%d final=0.3",
                                        "kind=linear warmup=4 period=%d final=0.3",
                                        "kind=cosine warmup=4 period=%d final=0.3"};
    for (int i = 0; i < 4; i++) {
        for (int period = 1; period < 40; period++) {
            char keys[128];
            snprintf(keys, sizeof keys, kinds[i], period);
            settled given = settle(0.7, keys, 10, 1);
            const int64_t start = given.schedule.warmup;
            CU_ASSERT_EQUAL(rate(&given, start), 0.7);
            for (int64_t unit = start; unit < start + period; unit++) {
                CU_ASSERT(rate(&given, unit + 1) < rate(&given, unit));
            }
            for (int64_t unit = start + period; unit < start + 3 * period; unit++) {
                CU_ASSERT_EQUAL(rate(&given, unit), 0.7 * 0.3);
            }
            fcnn_config_destroy(given.config);
        }
    }
}

/* The first, the highest and the last rate are those that were asked for, whatever the length. */
static void one_cycle_meets_its_peak_and_its_end(void)
{
    for (int64_t units = 3; units < 300; units++) {
        settled given = settle(0.7, "kind=one_cycle unit=step warmup_start=0.125", 1, units);
        const int64_t peak = given.schedule.warmup;
        CU_ASSERT(peak >= 1 && fabs((double)peak - (0.3 * (double)units - 1)) <= (units < 5 ? 1.2 : 0.5));
        CU_ASSERT_EQUAL(rate(&given, 0), 0.7 * 0.125);
        CU_ASSERT_EQUAL(rate(&given, peak), 0.7);
        CU_ASSERT_EQUAL(rate(&given, units - 1), 0.7 * 4e-6);
        CU_ASSERT_EQUAL(rate(&given, 2 * units), 0.7 * 4e-6);
        for (int64_t unit = 0; unit + 1 < units; unit++) {
            CU_ASSERT(unit < peak ? rate(&given, unit + 1) > rate(&given, unit)
                                  : rate(&given, unit + 1) < rate(&given, unit));
        }
        fcnn_config_destroy(given.config);
    }
    settled given = settle(0.7, "kind=one_cycle period=5 warmup=3 final=0.5", 2, 1);
    CU_ASSERT(rate(&given, 3) == 0.7 && rate(&given, 4) == 0.35 && rate(&given, 5) == 0.35);
    fcnn_config_destroy(given.config);
}

/* A warm-up ends where the schedule begins, and the schedule counts from there. */
static void a_warmup_joins_what_follows(void)
{
    static const char *const kinds[] = {"kind=constant",
                                        "kind=linear period=9",
                                        "kind=step period=3",
                                        "kind=multistep milestones=9,12",
                                        "kind=exponential factor=0.5",
                                        "kind=cosine period=9",
                                        "kind=cosine_restarts period=2",
                                        "kind=inverse factor=0.5",
                                        "kind=plateau"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char keys[128];
        snprintf(keys, sizeof keys, "%s warmup=7 warmup_start=0.125", kinds[i]);
        settled warm = settle(0.7, keys, 40, 1), cold = settle(0.7, kinds[i], 40, 1);
        const bool by_milestones = cold.schedule.kind == FCNN_SCHEDULE_MULTISTEP;
        for (int64_t unit = 0; unit < 7; unit++) {
            expect_accurate(rate(&warm, unit), 0.7L * (0.125L + 0.875L * unit / 7), unit);
        }
        CU_ASSERT_EQUAL(rate(&warm, 7), 0.7);
        for (int64_t unit = 0; unit < 30; unit++) {
            CU_ASSERT_EQUAL(rate(&warm, 7 + unit), rate(&cold, by_milestones ? 7 + unit : unit));
        }
        fcnn_config_destroy(warm.config);
        fcnn_config_destroy(cold.config);
    }
}

static void rates_do_not_fall_below_the_minimum(void)
{
    static const char *const kinds[] = {"kind=step period=1", "kind=multistep milestones=1,2,3",
                                        "kind=exponential factor=0.5", "kind=inverse factor=5"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char keys[128];
        snprintf(keys, sizeof keys, "%s minimum=0.0625", kinds[i]);
        settled given = settle(8, keys, 40, 1);
        CU_ASSERT_EQUAL(rate(&given, 0), 8);
        CU_ASSERT(rate(&given, 1) < 8 && rate(&given, 1) > 0.5);
        CU_ASSERT_EQUAL(rate(&given, 30), 0.5);
        fcnn_config_destroy(given.config);
    }
}

/* ---- lengths ---- */

static void lengths_are_those_of_the_training(void)
{
    settled epochs = settle(1, "kind=cosine warmup=3", 13, 7),
            steps = settle(1, "kind=cosine warmup=3 unit=step", 13, 7), whole = settle(1, "", 13, 7);
    CU_ASSERT(epochs.schedule.units == 13 && epochs.schedule.period == 10 && epochs.schedule.unit_steps == 7);
    CU_ASSERT(steps.schedule.units == 91 && steps.schedule.period == 88 && steps.schedule.unit_steps == 1);
    const fcnn_plateau plateau = {0};
    for (int64_t step = 0; step < 100; step++) {
        CU_ASSERT_EQUAL(fcnn_schedule_rate(&epochs.schedule, &plateau, step), rate(&epochs, step / 7));
        CU_ASSERT_EQUAL(fcnn_schedule_rate(&steps.schedule, &plateau, step), rate(&steps, step));
        CU_ASSERT_EQUAL(fcnn_schedule_rate(&whole.schedule, &plateau, step), 1);
    }
    fcnn_config_destroy(epochs.config);
    fcnn_config_destroy(steps.config);
    fcnn_config_destroy(whole.config);
    settled late = settle(1, "kind=linear warmup=30", 13, 7); /* the warm-up is all that there is */
    CU_ASSERT_EQUAL(late.schedule.period, 1);
    fcnn_config_destroy(late.config);
    static const int64_t rises[][2] = {{10, 2}, {14, 3}, {15, 4}, {16, 4}, {25, 7}, {100, 29}}; /* 0.3·units − 1 */
    for (size_t i = 0; i < sizeof rises / sizeof *rises; i++) {
        settled given = settle(1, "kind=one_cycle", rises[i][0], 7);
        CU_ASSERT_EQUAL(given.schedule.warmup, rises[i][1]);
        fcnn_config_destroy(given.config);
    }
    settled none = settle(1, "kind=one_cycle", 0, 7);
    fcnn_config_destroy(none.config);
}

static void one_cycle_needs_three_units(void)
{
    settled given = settle(1, "kind=one_cycle", 3, 2);
    fcnn_schedule schedule;
    HARNESS_STATUS(fcnn_schedule_settle(given.config, 2, 50, &schedule), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("schedule.kind = one_cycle rises for 1 epoch and");
    HARNESS_ERROR_HAS("only 2 in all");
    HARNESS_ERROR_HAS("schedule.unit = step");
    HARNESS_OK(fcnn_config_set(given.config, "schedule.unit=step"));
    HARNESS_OK(fcnn_schedule_settle(given.config, 2, 50, &schedule));
    CU_ASSERT_EQUAL(schedule.warmup, 29);
    HARNESS_STATUS(fcnn_schedule_settle(given.config, 1, 2, &schedule), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("rises for 1 step and then falls for at least 2, but has only 2 in all: train for more");
    fcnn_config_destroy(given.config);
}

/* ---- plateaus ---- */

/* The number of times that the rate was lowered after each of some losses. */
static void expect_lowered(const char *keys, const double *losses, const int *lowered, int count)
{
    settled given = settle(1, keys, 100, 1);
    fcnn_plateau plateau = {0};
    for (int i = 0; i < count; i++) {
        HARNESS_OK(fcnn_plateau_count(&given.schedule, i + 1, losses[i], "loss", &plateau));
        if (plateau.lowered != lowered[i]) {
            fprintf(stderr, "%s: lowered %lld times after loss %d\n", keys, (long long)plateau.lowered, i);
            CU_FAIL("lowered at another epoch");
        }
    }
    fcnn_config_destroy(given.config);
}

#define EXPECT_LOWERED(keys, losses, ...)                                                           \
    do {                                                                                            \
        const int lowered[] = {__VA_ARGS__};                                                        \
        CU_ASSERT_EQUAL_FATAL(sizeof lowered / sizeof *lowered, sizeof(losses) / sizeof *(losses)); \
        expect_lowered(keys, losses, lowered, sizeof lowered / sizeof *lowered);                    \
    } while (0)

static void patience_means_what_it_says(void)
{
    static const double flat[] = {1, 1, 1, 1, 1, 1, 1, 1};
    EXPECT_LOWERED("kind=plateau patience=1", flat, 0, 1, 2, 3, 4, 5, 6, 7);
    EXPECT_LOWERED("kind=plateau patience=3", flat, 0, 0, 0, 1, 1, 1, 2, 2);
    EXPECT_LOWERED("kind=plateau patience=2 cooldown=2", flat, 0, 0, 1, 1, 1, 1, 2, 2);
    EXPECT_LOWERED("kind=plateau patience=2 warmup=3", flat, 0, 0, 0, 0, 1, 1, 2, 2);
    static const double better[] = {1, 1, 0.9, 1, 1, 0.9, 0.8, 0.9};
    EXPECT_LOWERED("kind=plateau patience=2", better, 0, 0, 0, 0, 1, 1, 1, 1);
}

/* PyTorch takes -1.9999 after -2 for an improvement, and an equal loss too. */
static void the_threshold_is_measured_by_the_magnitude(void)
{
    static const double worse[] = {-2, -1.9999, -1.9998, -1.99};
    EXPECT_LOWERED("kind=plateau patience=1", worse, 0, 1, 2, 3);
    EXPECT_LOWERED("kind=plateau patience=1 threshold=0.1", worse, 0, 1, 2, 3);
    static const double falling[] = {-2, -2.1, -2.25, -2.4, -2.5};
    EXPECT_LOWERED("kind=plateau patience=1 threshold=0.1", falling, 0, 1, 1, 2, 2);
    EXPECT_LOWERED("kind=plateau patience=1 threshold=0", falling, 0, 0, 0, 0, 0);
    static const double across[] = {1, 0, -1e-9, -1};
    EXPECT_LOWERED("kind=plateau patience=1 threshold=0.5", across, 0, 0, 0, 0);
}

static void losses_that_are_not_finite(void)
{
    static const double infinite[] = {INFINITY, INFINITY, 3, INFINITY, 2};
    EXPECT_LOWERED("kind=plateau patience=1", infinite, 1, 2, 2, 3, 3);
    settled given = settle(1, "kind=plateau", 100, 1);
    fcnn_plateau plateau = {.begun = 1, .best = 2, .bad_epochs = 1, .cooldown = 1, .lowered = 1};
    const fcnn_plateau before = plateau;
    HARNESS_STATUS(fcnn_plateau_count(&given.schedule, 8, NAN, "validation loss", &plateau), FCNN_EDIVERGED);
    HARNESS_ERROR_HAS("the validation loss after epoch 8 is NaN");
    HARNESS_ERROR_HAS("schedule.kind = plateau");
    CU_ASSERT_EQUAL(memcmp(&plateau, &before, sizeof plateau), 0);
    fcnn_config_destroy(given.config);
}

HARNESS_MAIN("schedule", {"rates are those of torch", rates_are_those_of_torch},
             {"plateaus are those of torch", plateaus_are_those_of_torch}, {"rates are accurate", rates_are_accurate},
             {"a fall ends for good", a_fall_ends_for_good},
             {"one_cycle meets its peak and its end", one_cycle_meets_its_peak_and_its_end},
             {"a warm-up joins what follows", a_warmup_joins_what_follows},
             {"rates do not fall below the minimum", rates_do_not_fall_below_the_minimum},
             {"lengths are those of the training", lengths_are_those_of_the_training},
             {"one_cycle needs three units", one_cycle_needs_three_units},
             {"patience means what it says", patience_means_what_it_says},
             {"the threshold is measured by the magnitude", the_threshold_is_measured_by_the_magnitude},
             {"losses that are not finite", losses_that_are_not_finite})
