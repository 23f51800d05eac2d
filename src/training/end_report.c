/* src/training/end_report.c — prints the times of a run at its end. */
#include "training/end_report.h"

#include <inttypes.h>

/* The rank that enters an exchange last does not wait in it.  Therefore the shortest time of a rank in exchanges is
 * reported as the time of the exchange itself, and the difference between it and the mean over ranks as waiting. */
void fcnn_end_report_print(const fcnn_end_facts *facts, fcnn_report *report)
{
    const fcnn_thread_times *times = &facts->step->times[0];
    double shortest = -times->exchange,
           sums[2] = {times->multiply + times->elementwise, times->exchange + times->waiting};
    fcnn_comm_max_doubles(facts->comm, 1, &shortest);
    fcnn_comm_sum_doubles(facts->comm, 2, sums);
    FILE *out = report->out;
    if (out == NULL) {
        return;
    }
    const double ranks = (double)facts->comm->size;
    fprintf(out,
            "time: %.2f s; training %.2f s (compute %.2f, exchange %.2f, waiting %.2f), evaluation %.2f, reading %.2f, "
            "writing %.2f\n",
            facts->seconds, facts->training, sums[0] / ranks, -shortest, sums[1] / ranks + shortest, facts->evaluation,
            facts->reading, facts->writing);
    if (facts->step->resets > 0) {
        fprintf(out, "exponents of the exact sums were raised %" PRId64 " times outside the regular schedule\n",
                facts->step->resets);
    }
    if (facts->skipped > 0) {
        fprintf(out, "%" PRId64 " batches were left out because of NaN or Inf\n", facts->skipped);
    }
    if (facts->early != NULL) {
        fprintf(out, "%s", facts->early);
        if (facts->stage < facts->stages) {
            fprintf(out, "; it was in stage %" PRId64 " of %" PRId64, facts->stage, facts->stages);
        }
        fprintf(out, "\n");
    }
    if (facts->best != NULL) {
        fprintf(out, "best: %s/best.h5, epoch %" PRId64 ", %s\n", facts->folder, facts->best_epoch, facts->best);
    }
    if (facts->lacking != NULL) {
        fprintf(out, "best: none, because the %s was not defined and finite after any epoch\n", facts->lacking);
    }
    fprintf(out, "model: %s/model.h5\n", facts->folder);
    fcnn_report_flush(report);
}
