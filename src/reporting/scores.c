/* src/reporting/scores.c — how good predictions are, as text. */
#include "reporting/scores.h"

#include <inttypes.h>
#include <math.h>

#define OUTPUTS_SHOWN 32

double fcnn_scores_metric(const fcnn_scores *scores)
{
    return scores->outputs > 0 ? scores->mean_r2 : scores->accuracy;
}

void fcnn_scores_print(const fcnn_scores *scores, const char *title, FILE *out)
{
    fprintf(out, "%s: loss %.8g", title, scores->loss);
    if (scores->outputs == 0) {
        fprintf(out, ", accuracy %.2f %%, %" PRId64 " of %" PRId64 " rows right\n", 100 * scores->accuracy,
                (int64_t)rint(scores->accuracy * (double)scores->rows), scores->rows);
        return;
    }
    fprintf(out, ", %" PRId64 " rows\n  output           R2         RMSE    max error\n", scores->rows);
    for (int64_t i = 0; i < scores->outputs && i < OUTPUTS_SHOWN; i++) {
        fprintf(out, "  %6" PRId64 " %12.6f %12.6g %12.6g\n", i + 1, scores->r2[i], scores->rmse[i],
                scores->max_error[i]);
    }
    if (scores->outputs > OUTPUTS_SHOWN) {
        fprintf(out, "  … %" PRId64 " more; mean R2 of all %.6f\n", scores->outputs - OUTPUTS_SHOWN, scores->mean_r2);
    }
}
