/* src/config/ini.c — a strict reader of INI files. */
#include "config/ini.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct fcnn_ini {
    char *text; /* terminated by a zero byte; lines that have been read are terminated as well */
    char *next; /* the next line to read; NULL after the last one */
    const char *name;
    int64_t line;
    bool in_section;
};

static fcnn_status fail_at(const char *name, int64_t line, const char *reason)
{
    return fcnn_fail(FCNN_ECONFIG, "%s:%" PRId64 ": %s", name, line, reason);
}

static fcnn_status refuse_nul(const char *text, int64_t length, const char *name)
{
    int64_t line = 1;
    for (int64_t i = 0; i < length; i++) {
        line += text[i] == '\n';
        if (text[i] == '\0') {
            return fail_at(name, line, "the file contains a zero byte: it is not a text file, so not a config");
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_ini_create(const char *text, int64_t length, const char *name, fcnn_ini **out)
{
    FCNN_TRY(refuse_nul(text, length, name));
    fcnn_ini *ini;
    FCNN_TRY(fcnn_memory_create("a config reader", 1, sizeof *ini, &ini));
    const fcnn_status status = fcnn_memory_create("a config text", length + 1, 1, &ini->text);
    if (status != FCNN_OK) {
        fcnn_ini_destroy(ini);
        return status;
    }
    if (length > 0) {
        memcpy(ini->text, text, (size_t)length);
    }
    const size_t mark = strlen(BYTE_ORDER_MARK);
    ini->next = strncmp(ini->text, BYTE_ORDER_MARK, mark) == 0 ? ini->text + mark : ini->text;
    ini->name = name;
    *out = ini;
    return FCNN_OK;
}

void fcnn_ini_destroy(fcnn_ini *ini)
{
    if (ini != NULL) {
        free(ini->text);
        free(ini);
    }
}

char *fcnn_ini_trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t length = strlen(text);
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL) {
        length--;
    }
    text[length] = '\0';
    return text;
}

/* Returns the next line without blanks at its ends; NULL at the end of the text. */
static char *take_line(fcnn_ini *ini)
{
    char *line = ini->next;
    if (line == NULL) {
        return NULL;
    }
    ini->line++;
    size_t length = strcspn(line, "\n");
    ini->next = line[length] == '\n' ? line + length + 1 : NULL;
    length -= length > 0 && line[length - 1] == '\r';
    line[length] = '\0';
    return fcnn_ini_trim(line);
}

static fcnn_status read_section(fcnn_ini *ini, char *line, fcnn_ini_line *out)
{
    char *end = strchr(line, ']');
    if (end == NULL) {
        return fail_at(ini->name, ini->line, "the ']' after the name of a section is missing: expected '[section]'");
    }
    if (end[1] != '\0') {
        return fail_at(ini->name, ini->line, "text follows '[section]': write comments on separate lines");
    }
    *end = '\0';
    out->kind = FCNN_INI_SECTION;
    out->name = fcnn_ini_trim(line + 1);
    out->value = NULL;
    if (*out->name == '\0') {
        return fail_at(ini->name, ini->line, "the section has no name");
    }
    ini->in_section = true;
    return FCNN_OK;
}

static fcnn_status read_entry(fcnn_ini *ini, char *line, fcnn_ini_line *out)
{
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        return fcnn_fail(FCNN_ECONFIG, "%s:%" PRId64 ": '%.60s': expected 'key = value' or '[section]'", ini->name,
                         ini->line, line);
    }
    *equals = '\0';
    out->kind = FCNN_INI_ENTRY;
    out->name = fcnn_ini_trim(line);
    out->value = fcnn_ini_trim(equals + 1);
    if (*out->name == '\0') {
        return fail_at(ini->name, ini->line, "there is no key before the '='");
    }
    if (!ini->in_section) {
        return fcnn_fail(FCNN_ECONFIG, "%s:%" PRId64 ": the key '%.60s' precedes the first '[section]'", ini->name,
                         ini->line, out->name);
    }
    return FCNN_OK;
}

fcnn_status fcnn_ini_next(fcnn_ini *ini, fcnn_ini_line *out)
{
    char *line = take_line(ini);
    while (line != NULL && (*line == '\0' || *line == '#' || *line == ';')) {
        line = take_line(ini);
    }
    *out = (fcnn_ini_line){.kind = FCNN_INI_END, .number = ini->line};
    if (line == NULL) {
        return FCNN_OK;
    }
    return *line == '[' ? read_section(ini, line, out) : read_entry(ini, line, out);
}
