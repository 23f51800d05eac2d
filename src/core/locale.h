/* src/core/locale.h — the notation of numbers, and the language of messages, whatever the caller's locale is. */
#ifndef FCNN_CORE_LOCALE_H
#define FCNN_CORE_LOCALE_H

#include <locale.h>

/* Lets this thread format and read in the C locale; the result is for fcnn_locale_leave().  The process's locale, which
 * other threads may use or set meanwhile, stays as it is. */
locale_t fcnn_locale_enter(void);

/* Gives the thread back what it had. */
void fcnn_locale_leave(const locale_t *before);

/* As the first statement of a function: until it returns, wherever that is, what it and the functions that it calls, of
 * libraries too, print or read has points in its numbers and English in the system's messages.  Every public function
 * that may print, read or fail begins with it, and so does a thread (tests/lint_locale.sh). */
#define FCNN_IN_C_LOCALE \
    const locale_t fcnn_callers_locale __attribute__((cleanup(fcnn_locale_leave), unused)) = fcnn_locale_enter()

#endif
