/* src/core/resident.h — the resident memory of this process.  Not collective; any thread may call any function. */
#ifndef FCNN_CORE_RESIDENT_H
#define FCNN_CORE_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

/* The resident memory in bytes; −1 if the system does not report it. */
int64_t fcnn_resident_bytes(void);

/* The largest resident memory in bytes since the start or the last successful reset; −1 if the system does not report
 * it. */
int64_t fcnn_resident_peak(void);

/* Returns freed memory to the system and resets the peak to the current value.  Returns false if the system does not
 * support this; the peak is then that of the whole run. */
bool fcnn_resident_reset(void);

#endif
