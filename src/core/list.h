/* src/core/list.h — lists of names in configs and options: a, b — or "a, b", c if a name contains a comma.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CORE_LIST_H
#define FCNN_CORE_LIST_H

#include "core/status.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Splits a list at its commas.  Sets *items to *count ≥ 1 items, without the blanks around them but with their
 * quotation marks; release them with fcnn_list_free().  A quotation mark opens a quoted part at the start of an item,
 * after an '@' at the start, and after a ':'.  In a quoted part a comma does not separate items, and "" stands for one
 * quotation mark.  text is borrowed.
 * Fails: FCNN_ECONFIG if a quotation mark is not closed, FCNN_ENOMEM. */
fcnn_status fcnn_list_split(const char *text, int64_t *count, char ***items);
void fcnn_list_free(int64_t count, char **items);

/* Copies the quoted name at the start of *at to out, without its quotation marks, and moves *at to the character after
 * it.  Returns false if the closing quotation mark is missing.
 *   out [strlen(*at) + 1]  caller-owned */
bool fcnn_list_unquote(const char **at, char *out);

/* Whether a name can stand in a list without quotation marks. */
bool fcnn_list_is_plain(const char *name);

/* Append a name: the first function always in quotation marks, the second one only if necessary.  Fail: FCNN_ENOMEM. */
fcnn_status fcnn_list_put_quoted(const char *name, fcnn_text *out);
fcnn_status fcnn_list_put(const char *name, fcnn_text *out);

#endif
