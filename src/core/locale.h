/* src/core/locale.h — the C locale for the notation of numbers and the language of messages, whatever locale the caller
 * has set.  Not collective; any thread may call any function, which affects that thread only. */
#ifndef FCNN_CORE_LOCALE_H
#define FCNN_CORE_LOCALE_H

#include <locale.h>

/* Sets the C locale for this thread and returns the previous one, for fcnn_locale_leave().  The locale of the process,
 * which other threads may use or change, is not changed. */
locale_t fcnn_locale_enter(void);

/* Restores the locale that fcnn_locale_enter() returned. */
void fcnn_locale_leave(const locale_t *before);

/* The first statement of a function.  Until the function returns, at whatever point, it and the functions that it
 * calls, also those of other libraries, use decimal points in numbers and English messages of the system.  Every public
 * function that may print, read or fail begins with it, and so does every function that a new thread runs
 * (tests/lint_locale.sh). */
#define FCNN_IN_C_LOCALE \
    const locale_t fcnn_callers_locale __attribute__((cleanup(fcnn_locale_leave), unused)) = fcnn_locale_enter()

#endif
