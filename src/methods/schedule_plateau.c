/* src/methods/schedule_plateau.c — factor^n after n times that the loss had stopped falling; at least minimum. */
#include "methods/schedule.h"

#include <inttypes.h>
#include <math.h>

static double fraction(const fcnn_schedule *schedule, const fcnn_plateau *plateau, int64_t unit)
{
    (void)unit;
    return fcnn_schedule_multiplied(schedule, plateau->lowered);
}

/* A loss that is not finite is none; the magnitude of the best one is what the threshold is measured by, so that a
 * negative loss has to fall, too. */
static bool is_improvement(const fcnn_schedule *schedule, const fcnn_plateau *plateau, double loss)
{
    if (!isfinite(loss)) {
        return false;
    }
    return plateau->begun == 0 || loss < fma(-schedule->threshold, fabs(plateau->best), plateau->best);
}

fcnn_status fcnn_plateau_count(const fcnn_schedule *schedule, int64_t epoch, double loss, const char *name,
                               fcnn_plateau *plateau)
{
    if (isnan(loss)) {
        return fcnn_fail(FCNN_EDIVERGED,
                         "the %s after epoch %" PRId64
                         " is NaN, and schedule.kind = plateau cannot compare it: training "
                         "has diverged, start again with a lower optimizer.learning_rate",
                         name, epoch);
    }
    const bool improved = is_improvement(schedule, plateau, loss);
    if (improved) {
        plateau->begun = 1;
        plateau->best = loss;
    }
    const bool counts = plateau->cooldown == 0 && epoch > schedule->warmup;
    plateau->cooldown -= plateau->cooldown > 0;
    plateau->bad_epochs = improved || !counts ? 0 : plateau->bad_epochs + 1;
    if (plateau->bad_epochs == schedule->patience) {
        plateau->lowered++;
        plateau->bad_epochs = 0;
        plateau->cooldown = schedule->cooldown;
    }
    return FCNN_OK;
}

extern const fcnn_schedule_rule fcnn_schedule_plateau;
const fcnn_schedule_rule fcnn_schedule_plateau = {.fraction = fraction};
