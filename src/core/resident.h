/* src/core/resident.h — the memory of this process that is in use. */
#ifndef FCNN_CORE_RESIDENT_H
#define FCNN_CORE_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the process that lie in memory now; −1 where the system does not tell. */
int64_t fcnn_resident_bytes(void);

/* The most there have been, since the start or the last reset that worked; −1 where the system does not tell. */
int64_t fcnn_resident_peak(void);

/* Gives freed memory back to the system and lets the peak count from now on.  False if the system does not do
 * that: the peak then stays that of the whole run. */
bool fcnn_resident_reset(void);

#endif
