/* src/core/list.h — lists of names in one line, as configs and options have them: "a, b", and "\"a, b\", c" where a
 * name has a comma. */
#ifndef FCNN_CORE_LIST_H
#define FCNN_CORE_LIST_H

#include "core/status.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes a list apart at its commas: *items gets *count ≥ 1 items without the blanks around them, but with their quotes,
 * to be released with fcnn_list_free().  Quotes open at the start of an item, behind an '@' there, and behind a ':'; in
 * them a comma parts nothing, and "" is a quote.  text is borrowed.
 * Fails: FCNN_ECONFIG if a quote is not closed, FCNN_ENOMEM. */
fcnn_status fcnn_list_split(const char *text, int64_t *count, char ***items);
void fcnn_list_free(int64_t count, char **items);

/* Takes the name in quotes that *at begins with, and moves *at behind them; false if they are not closed.
 *   out [strlen(*at) + 1]  caller-owned */
bool fcnn_list_unquote(const char **at, char *out);

/* Is this a name that means itself in a list, without quotes? */
bool fcnn_list_is_plain(const char *name);

/* Appends a name in quotes, or in quotes only where it needs them.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_list_put_quoted(const char *name, fcnn_text *out);
fcnn_status fcnn_list_put(const char *name, fcnn_text *out);

#endif
