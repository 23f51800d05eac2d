/* src/core/text.c — texts that grow, printable texts, similarity of names. */
#include "core/text.h"

#include "core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_text_append(fcnn_text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int added = vsnprintf(NULL, 0, format, args);
    va_end(args);
    fcnn_status status = FCNN_OK;
    if (added < 0) {
        status = fcnn_fail(FCNN_EINTERNAL, "a text could not be formatted");
    } else {
        status = fcnn_memory_grow("a text", text->length + added + 1, 1, &text->data, &text->capacity);
    }
    if (status == FCNN_OK) {
        vsnprintf(text->data + text->length, (size_t)added + 1, format, again);
        text->length += added;
    }
    va_end(again);
    return status;
}

void fcnn_text_clear(fcnn_text *text)
{
    free(text->data);
    *text = (fcnn_text){0};
}

/* Reads one character of UTF-8 and moves *at to the next one.  Returns its code point, or −1 for invalid bytes. */
static int32_t take_character(const unsigned char **at)
{
    const unsigned char first = *(*at)++;
    const int more = first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
    if (more <= 0) {
        return more < 0 ? -1 : first;
    }
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000}; /* code point with 0, 1, 2 and 3 continuation bytes */
    int32_t character = first & (0x3f >> more);
    for (int i = 0; i < more; i++) {
        if ((**at & 0xc0) != 0x80) {
            return -1;
        }
        character = character << 6 | (*(*at)++ & 0x3f);
    }
    const bool is_half = character >= 0xd800 && character < 0xe000; /* a surrogate of UTF-16 */
    return character < smallest[more] || is_half || character > 0x10ffff ? -1 : character;
}

bool fcnn_text_prints(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const int32_t character = take_character(&at);
        if (character < 0x20 || (character >= 0x7f && character < 0xa0)) {
            return false;
        }
    }
    return true;
}

int fcnn_text_width(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80; /* continuation bytes are not counted */
    }
    return width;
}

bool fcnn_text_is_missing(const char *text)
{
    static const char *const words[] = {"", "na", "n/a", "<na>", "nan", "nat", "null", "none", "?"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t i = 0;
        while (words[w][i] != '\0' &&
               (text[i] == words[w][i] || (text[i] >= 'A' && text[i] <= 'Z' && text[i] - 'A' + 'a' == words[w][i]))) {
            i++;
        }
        if (words[w][i] == '\0' && text[i] == '\0') {
            return true;
        }
    }
    return false;
}

int fcnn_text_distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    const int rows = (int)strnlen(a, LONGEST), columns = (int)strnlen(b, LONGEST);
    int above[LONGEST + 1];
    for (int j = 0; j <= columns; j++) {
        above[j] = j;
    }
    for (int i = 1; i <= rows; i++) {
        int diagonal = above[0];
        above[0] = i;
        for (int j = 1; j <= columns; j++) {
            const int replaced = diagonal + (a[i - 1] != b[j - 1]);
            const int removed = above[j] + 1;
            const int added = above[j - 1] + 1;
            diagonal = above[j];
            above[j] = replaced < removed ? replaced : removed;
            above[j] = above[j] < added ? above[j] : added;
        }
    }
    return above[columns];
}
