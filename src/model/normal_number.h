/* src/model/normal_number.h — standard normal numbers by counter. */
#ifndef FCNN_MODEL_NORMAL_NUMBER_H
#define FCNN_MODEL_NORMAL_NUMBER_H

#include "compute/math.h"
#include "core/random.h"

#include <math.h>

/* A standard normal number from one pair: G. E. P. Box, M. E. Muller, A note on the generation of random normal
 * deviates, Ann. Math. Statist. 29 (1958).  The same bits on every machine.  Any thread may call it. */
static inline double fcnn_normal_number(fcnn_random_pair pair)
{
    const double radius = sqrt(-2 * fcnn_log(1 - fcnn_random_unit(pair.first)));
    return radius * fcnn_cos2pi(fcnn_random_unit(pair.second));
}

#endif
