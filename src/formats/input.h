/* src/formats/input.h — the bytes of a file in their order, unpacked on the way if gzip has packed them. */
#ifndef FCNN_FORMATS_INPUT_H
#define FCNN_FORMATS_INPUT_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FCNN_INPUT_LINE_MAX (64 << 20) /* bytes of a line */
#define FCNN_INPUT_UNREAD_MAX 16       /* bytes that can be put back */

typedef struct fcnn_input fcnn_input;

/* Puts the next bytes of a source into data: as many as are asked for, fewer at the end alone. */
typedef fcnn_status (*fcnn_input_draw)(void *source, const char *name, void *data, size_t bytes, size_t *got);

/* Starts to read a stream where it stands.  If it begins with the magic of gzip, it is unpacked: one member or several,
 * perhaps with zero bytes behind the last.  Memory is bounded, however much the bytes unpack to.
 *   stream  borrowed until the close, open for reading; a pipe will do
 *   name    borrowed until the close; what messages call it
 * Fails: FCNN_EINPUT if reading fails, FCNN_ENOMEM. */
fcnn_status fcnn_input_open(FILE *stream, const char *name, fcnn_input **out);

/* The same for bytes that come from elsewhere, as they are; source is borrowed until the close. */
fcnn_status fcnn_input_open_source(fcnn_input_draw draw, void *source, const char *name, fcnn_input **out);

/* Takes NULL. */
void fcnn_input_close(fcnn_input *input);

const char *fcnn_input_name(const fcnn_input *input);

/* Puts up to bytes into data; *got is less at the end alone.
 * Fails: FCNN_EDATA if what gzip packed is damaged or cut short; FCNN_EINPUT, FCNN_ENOMEM. */
fcnn_status fcnn_input_read(fcnn_input *input, void *data, size_t bytes, size_t *got);

/* Puts back bytes that were just read, at most FCNN_INPUT_UNREAD_MAX of them: they are read again.  Not twice without a
 * read between. */
void fcnn_input_unread(fcnn_input *input, const void *data, size_t bytes);

/* Reads up to bytes ≥ 0 into memory that grows as they come, so that a wrong claim costs nothing.
 *   what  names the memory in a message
 *   out   [*got] to be released with free(); NULL after a failure
 * Fails: as fcnn_input_read(). */
fcnn_status fcnn_input_read_all(fcnn_input *input, const char *what, int64_t bytes, void *out, int64_t *got);

/* Sets *line to the next line [*length] without its line feed, ended by a zero byte: the input's memory, which the
 * caller may change, until the next call.  NULL at the end; the last line may lack its line feed.
 * Fails: as fcnn_input_read(), and FCNN_EDATA for a line of more than FCNN_INPUT_LINE_MAX bytes. */
fcnn_status fcnn_input_line(fcnn_input *input, char **line, int64_t *length);

#endif
