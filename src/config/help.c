/* src/config/help.c — the reference of all keys, which is itself a valid config. */
#include "config/key.h"

#include "core/arithmetic.h"
#include "core/locale.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 98 };

/* Appends a text as comment lines of at most WIDTH bytes, broken at blanks. */
static fcnn_status append_comment(const char *text, fcnn_text *out)
{
    int column = 0;
    while (*text != '\0') {
        text += strspn(text, " ");
        const int word = (int)strcspn(text, " ");
        if (column > 0 && column + 1 + word > WIDTH) {
            FCNN_TRY(fcnn_text_append(out, "\n"));
            column = 0;
        }
        FCNN_TRY(fcnn_text_append(out, "%s %.*s", column == 0 ? "#" : "", word, text));
        column += word + (column == 0 ? 2 : 1);
        text += word;
    }
    return fcnn_text_append(out, "\n");
}

/* Appends a line such as "Takes one of rows, columns. Default: rows. Cannot change on resume." */
static fcnn_status append_rules(const fcnn_key *key, fcnn_text *out)
{
    const char *standard = key->standard == NULL ? "Required" : *key->standard == '\0' ? "empty" : key->standard;
    fcnn_text rules = {0};
    fcnn_status status = fcnn_text_append(&rules, "Takes ");
    if (status == FCNN_OK) {
        status = fcnn_key_describe(key, &rules);
    }
    if (status == FCNN_OK) {
        status = fcnn_text_append(&rules, ". %s%s. %s on resume.", key->standard == NULL ? "" : "Default: ", standard,
                                  key->changeable ? "Can change" : "Cannot change");
    }
    if (status == FCNN_OK) {
        status = append_comment(rules.data, out);
    }
    fcnn_text_clear(&rules);
    return status;
}

static fcnn_status append_key(const fcnn_key *key, fcnn_text *out)
{
    FCNN_TRY(fcnn_text_append(out, "\n"));
    FCNN_TRY(append_comment(key->help, out));
    FCNN_TRY(append_rules(key, out));
    if (key->standard == NULL) {
        return fcnn_text_append(out, "# %s =\n", key->name);
    }
    return fcnn_text_append(out, "%s =%s%s\n", key->name, *key->standard == '\0' ? "" : " ", key->standard);
}

static fcnn_status append_all(fcnn_text *out)
{
    FCNN_TRY(append_comment("The keys of an fcnn config with their defaults. A key that is left out has its default. "
                            "A comment begins with # or ; and needs a separate line.",
                            out));
    FCNN_TRY(append_comment("Sections [stage.1], [stage.2] and so on divide a training into stages (docs/methods.md). "
                            "Their lines name the section of a key, such as train.epochs = 5, which each stage needs, "
                            "or optimizer.name = adam: the key has this value during the stage. A stage can set "
                            "train.epochs, train.batch_size and the keys of [optimizer] and [schedule].",
                            out));
    for (int i = 0; i < FCNN_KEY_COUNT; i++) {
        if (i == 0 || strcmp(fcnn_keys[i].section, fcnn_keys[i - 1].section) != 0) {
            FCNN_TRY(fcnn_text_append(out, "\n[%s]\n", fcnn_keys[i].section));
        }
        FCNN_TRY(append_key(&fcnn_keys[i], out));
    }
    return FCNN_OK;
}

fcnn_status fcnn_config_help(char **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_text text = {0};
    const fcnn_status status = append_all(&text);
    if (status != FCNN_OK) {
        fcnn_text_clear(&text);
        return status;
    }
    *out = text.data;
    return FCNN_OK;
}
