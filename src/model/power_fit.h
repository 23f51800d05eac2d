/* src/model/power_fit.h — the exponents of Yeo–Johnson transforms by maximum likelihood. */
#ifndef FCNN_MODEL_POWER_FIT_H
#define FCNN_MODEL_POWER_FIT_H

#include "data/column_squares.h"
#include "data/dataset.h"

/* Sets powers [selected] to the exponent λ of each column at which the transformed values are most like normal numbers:
 * the maximum of −½·log(variance of T) + (λ − 1)·mean of sign(x)·log(1 + |x|).  The negative of this is convex in λ (T.
 * Marchand, B. Muzellec, C. Béguier, J. du Terrail, M. Andreux, SecureFedYJ, 2022), so the zero of its derivative is
 * searched, from λ = 1 by steps that are doubled and then by the method of T. R. Chandrupatla, Adv. Eng. Softw. 28
 * (1997), to 1e-11.  It is limited to −30 … 32.  All sums are exact, so the bits do not depend on the number of ranks.
 *   columns  [selected]: columns that are not constant
 * Collective; all ranks return the same status.  Fails: FCNN_ENOMEM, and as reading. */
fcnn_status fcnn_power_fit(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, int64_t selected,
                           const int64_t *columns, double *powers);

#endif
