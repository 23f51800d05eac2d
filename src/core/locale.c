/* src/core/locale.c — the C locale for the notation of numbers and the language of messages. */
#include "core/locale.h"

#include <pthread.h>
#include <stddef.h>

static locale_t c_locale; /* NULL if it cannot be created: then the caller's locale stays */

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t fcnn_locale_enter(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_c_locale);
    return uselocale(c_locale); /* NULL changes nothing */
}

void fcnn_locale_leave(const locale_t *before)
{
    uselocale(*before);
}
