/* src/formats/input.h — sequential reading of the bytes of a file, which are decompressed if necessary.
 * Not collective; any thread may call any function, but one input is used by one thread at a time. */
#ifndef FCNN_FORMATS_INPUT_H
#define FCNN_FORMATS_INPUT_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FCNN_INPUT_LINE_MAX (64 << 20) /* largest number of bytes of a line */
#define FCNN_INPUT_UNREAD_MAX 16       /* largest number of bytes that can be put back */

typedef struct fcnn_input fcnn_input;

/* Reads the next bytes of a source into data [bytes].  *got is less than bytes only at the end.
 * Fails: with a message that begins with name. */
typedef fcnn_status (*fcnn_input_draw)(void *source, const char *name, void *data, size_t bytes, size_t *got);

/* Opens an input that reads a stream from its current position.  A stream that begins with the magic number of gzip is
 * decompressed; it may have several members, and zero bytes at the end.  The memory does not depend on the decompressed
 * size.
 *   stream  borrowed until the input is closed, open for reading; may be a pipe
 *   name    borrowed until the input is closed; the name of the file in messages
 *   out     to be released with fcnn_input_close()
 * Fails: FCNN_EINPUT if reading fails, FCNN_ENOMEM. */
fcnn_status fcnn_input_open(FILE *stream, const char *name, fcnn_input **out);

/* The same for bytes that the function draw provides, which are not decompressed; source is the argument of draw,
 * borrowed until the input is closed. */
fcnn_status fcnn_input_open_source(fcnn_input_draw draw, void *source, const char *name, fcnn_input **out);

/* Releases an input, but does not close its stream; NULL is allowed. */
void fcnn_input_close(fcnn_input *input);

/* The name in messages; borrowed. */
const char *fcnn_input_name(const fcnn_input *input);

/* Reads up to `bytes` bytes into data; *got is less than bytes only at the end.
 * Fails: FCNN_EDATA if the compressed data is damaged or truncated; FCNN_EINPUT, FCNN_ENOMEM. */
fcnn_status fcnn_input_read(fcnn_input *input, void *data, size_t bytes, size_t *got);

/* Puts back the bytes that were read last, at most FCNN_INPUT_UNREAD_MAX, so that they are read again.  Must not be
 * called twice without a read between the calls. */
void fcnn_input_unread(fcnn_input *input, const void *data, size_t bytes);

/* Reads up to bytes ≥ 0 bytes into memory that grows as they are read, so that a wrong size in a file does not cause a
 * large allocation.
 *   what  names the memory in the message
 *   out   address of a pointer, which is set to the bytes [*got], to be released with free(); to NULL on failure
 * Fails: in the same ways as fcnn_input_read(). */
fcnn_status fcnn_input_read_all(fcnn_input *input, const char *what, int64_t bytes, void *out, int64_t *got);

/* Sets *line to the next line [*length] without its line feed, terminated by a zero byte, or to NULL at the end.  The
 * last line may lack its line feed.  The line belongs to the input and is valid until the next call; the caller may
 * change it.
 * Fails: in the same ways as fcnn_input_read(); FCNN_EDATA for a line of more than FCNN_INPUT_LINE_MAX bytes. */
fcnn_status fcnn_input_line(fcnn_input *input, char **line, int64_t *length);

#endif
