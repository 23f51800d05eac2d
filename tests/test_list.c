/* tests/test_list.c — lists of names in one line: quotes, commas and blanks, and back. */
#include "harness.h"

#include "core/list.h"

#include <stdio.h>
#include <string.h>

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void expect(const char *text, const char *const *items)
{
    int64_t count;
    char **found;
    HARNESS_OK(fcnn_list_split(text, &count, &found));
    int64_t i = 0;
    for (; items[i] != NULL && i < count; i++) {
        CU_ASSERT_STRING_EQUAL(found[i], items[i]);
    }
    CU_ASSERT_PTR_NULL(items[i]);
    CU_ASSERT_EQUAL(count, i);
    fcnn_list_free(count, found);
}

static void commas_part_items(void)
{
    expect("", TEXTS(""));
    expect("a", TEXTS("a"));
    expect(" a b ,\tc,,", TEXTS("a b", "c", "", ""));
    expect("/state[0:12], /t:v", TEXTS("/state[0:12]", "/t:v"));
    expect("a\"b, c\"d", TEXTS("a\"b", "c\"d")); /* quotes within a name open nothing */
}

static void quotes_keep_commas(void)
{
    expect("\"a, b\", c", TEXTS("\"a, b\"", "c"));
    expect(" \"a, b\"[0:3] ,c", TEXTS("\"a, b\"[0:3]", "c"));
    expect("/tab:\"a, b\",c", TEXTS("/tab:\"a, b\"", "c"));
    expect("\"/tab\":\"a, \"\", b\"", TEXTS("\"/tab\":\"a, \"\", b\""));
    expect("@\"my, list\", @x", TEXTS("@\"my, list\"", "@x"));
    expect("\"a\"\", b\"\"\",c", TEXTS("\"a\"\", b\"\"\"", "c"));
}

static void an_open_quote_is_refused(void)
{
    static const char *const open[] = {"\"a", "a, \"b, c", "\"a\"\"", "/t:\"x", "@\"l"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        int64_t count;
        char **items;
        HARNESS_STATUS(fcnn_list_split(open[i], &count, &items), FCNN_ECONFIG);
        HARNESS_ERROR_HAS("a quote is not closed");
    }
}

static void names_come_back(void)
{
    static const struct {
        const char *name, *written;
    } names[] = {
        {"/x", "/x"},
        {"/my data", "/my data"},
        {"", "\"\""},
        {"/velocity, x", "\"/velocity, x\""},
        {"/p[1]", "\"/p[1]\""},
        {"/BL01:MTR1", "\"/BL01:MTR1\""},
        {"say \"a\"", "\"say \"\"a\"\"\""},
        {"\"", "\"\"\"\""},
        {" x", "\" x\""},
        {"x\t", "\"x\t\""},
        {"@x", "\"@x\""},
        {"#x", "\"#x\""},
        {"run_*.h5", "\"run_*.h5\""},
        {"a@b#c;d", "a@b#c;d"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fcnn_text text = {0}, list = {0};
        HARNESS_OK(fcnn_list_put(names[i].name, &text));
        CU_ASSERT_STRING_EQUAL(text.data, names[i].written);
        CU_ASSERT_EQUAL(fcnn_list_is_plain(names[i].name), text.data[0] != '"');
        /* as an item of a list, and out of its quotes again */
        HARNESS_OK(fcnn_text_append(&list, "a, %s ,b", text.data));
        expect(list.data, TEXTS("a", text.data, "b"));
        char name[64];
        const char *at = text.data;
        if (*at == '"') {
            CU_ASSERT(fcnn_list_unquote(&at, name));
            CU_ASSERT_STRING_EQUAL(name, names[i].name);
            CU_ASSERT_STRING_EQUAL(at, "");
        }
        fcnn_text_clear(&text);
        fcnn_text_clear(&list);
    }
}

HARNESS_MAIN("list", {"commas part items", commas_part_items}, {"quotes keep commas", quotes_keep_commas},
             {"an open quote is refused", an_open_quote_is_refused}, {"names come back", names_come_back})
