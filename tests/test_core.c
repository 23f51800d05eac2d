/* tests/test_core.c — status, memory, text. */
#include "harness.h"

#include "core/memory.h"
#include "core/status.h"
#include "core/text.h"
#include "core/wait.h"
#include "core/worker.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void exit_codes_are_those_of_sysexits(void)
{
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_OK), 0);
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_EUSAGE), 64);
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_EDATA), 65);
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_EINPUT), 66);
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_EDIVERGED), 70);
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_EOUTPUT), 74);
    CU_ASSERT_EQUAL(fcnn_status_exit_code(FCNN_ECONFIG), 78);
    CU_ASSERT_STRING_EQUAL(fcnn_status_text(FCNN_OK), "done");
}

static void a_failure_keeps_its_text(void)
{
    CU_ASSERT_EQUAL(fcnn_fail(FCNN_EDATA, "row %d is %s", 7, "bad"), FCNN_EDATA);
    CU_ASSERT_STRING_EQUAL(fcnn_error_text(), "row 7 is bad");
    fcnn_fail(FCNN_EDATA, "again: %s", fcnn_error_text());
    CU_ASSERT_STRING_EQUAL(fcnn_error_text(), "again: row 7 is bad");
    CU_ASSERT_EQUAL(fcnn_fail_prefix(FCNN_ECONFIG, "x.ini:%d", 3), FCNN_ECONFIG);
    CU_ASSERT_STRING_EQUAL(fcnn_error_text(), "x.ini:3: again: row 7 is bad");
}

static void a_text_too_long_is_cut(void)
{
    char *many = malloc(100000);
    memset(many, 'a', 99999);
    many[99999] = '\0';
    fcnn_fail(FCNN_EDATA, "%s", many);
    CU_ASSERT_EQUAL(strlen(fcnn_error_text()), FCNN_ERROR_TEXT_SIZE - 1);
    free(many);
}

static void memory_is_aligned_and_zeroed(void)
{
    unsigned char *bytes;
    HARNESS_OK(fcnn_memory_create("bytes", 1000, 1, &bytes));
    int sum = 0;
    for (int i = 0; i < 1000; i++) {
        sum += bytes[i];
    }
    CU_ASSERT_EQUAL(sum, 0);
    CU_ASSERT_EQUAL((uintptr_t)bytes % FCNN_ALIGNMENT, 0);
    free(bytes);
    HARNESS_OK(fcnn_memory_create("nothing", 0, 8, &bytes));
    CU_ASSERT_PTR_NOT_NULL(bytes);
    free(bytes);
}

static void memory_beyond_the_machine_is_an_error(void)
{
    void *nothing;
    HARNESS_STATUS(fcnn_memory_create("the moon", INT64_MAX, 8, &nothing), FCNN_ENOMEM);
    HARNESS_ERROR_HAS("the moon");
    HARNESS_STATUS(fcnn_memory_create("the moon", -1, 8, &nothing), FCNN_ENOMEM);
    int64_t *array = NULL, capacity = 0;
    HARNESS_STATUS(fcnn_memory_grow("the moon", INT64_MAX / 4, 8, &array, &capacity), FCNN_ENOMEM);
    /* what the system would promise, and then kill the process for */
    const int64_t machine = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    HARNESS_STATUS(fcnn_memory_grow("a giant", machine / 8 + 1, 8, &array, &capacity), FCNN_ENOMEM);
    HARNESS_ERROR_HAS("out of memory: a giant needs");
    CU_ASSERT(array == NULL && capacity == 0);
    CU_ASSERT_PTR_NULL(array);
}

static void a_grown_array_keeps_its_values(void)
{
    int64_t *array = NULL, capacity = 0;
    for (int64_t i = 0; i < 1000; i++) {
        HARNESS_OK(fcnn_memory_grow("numbers", i + 1, sizeof *array, &array, &capacity));
        array[i] = i * i;
    }
    CU_ASSERT_TRUE(capacity >= 1000);
    CU_ASSERT_EQUAL(array[31], 961);
    free(array);
}

static void numbers_are_read_whole_or_not_at_all(void)
{
    int64_t n;
    CU_ASSERT_TRUE(fcnn_text_to_int64("-9223372036854775808", &n) && n == INT64_MIN);
    CU_ASSERT_FALSE(fcnn_text_to_int64("9223372036854775808", &n));
    CU_ASSERT_FALSE(fcnn_text_to_int64("10 abc", &n));
    CU_ASSERT_FALSE(fcnn_text_to_int64(" 10", &n));
    CU_ASSERT_FALSE(fcnn_text_to_int64("", &n));
    CU_ASSERT_FALSE(fcnn_text_to_int64("0x10", &n));
    double x;
    CU_ASSERT_TRUE(fcnn_text_to_double("-1.5e-3", &x) && x == -1.5e-3);
    static const char *const bad[] = {"", "nan", "inf", "1e999", "1.5x", "1,5", "0x1p3", " 1", "1 ", "--1", "e5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_FALSE(fcnn_text_to_double(bad[i], &x));
    }
}

static void doubles_survive_being_printed(void)
{
    static const double values[] = {0.1, 1.0 / 3, DBL_MAX, DBL_MIN, 5e-324, -2.5, 1e22, 123456789.123456789};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[32];
        double back;
        fcnn_text_from_double(values[i], text);
        CU_ASSERT_TRUE(fcnn_text_to_double(text, &back) && back == values[i]);
    }
    char text[32];
    fcnn_text_from_double(0.1, text);
    CU_ASSERT_STRING_EQUAL(text, "0.1");
}

static void words_have_a_distance(void)
{
    CU_ASSERT_EQUAL(fcnn_text_distance("epochs", "epochs"), 0);
    CU_ASSERT_EQUAL(fcnn_text_distance("epoch", "epochs"), 1);
    CU_ASSERT_EQUAL(fcnn_text_distance("kitten", "sitting"), 3);
    CU_ASSERT_EQUAL(fcnn_text_distance("", "abc"), 3);
}

static void texts_grow_and_bytes_are_readable(void)
{
    fcnn_text text = {0};
    for (int i = 0; i < 500; i++) {
        HARNESS_OK(fcnn_text_append(&text, "%d,", i));
    }
    CU_ASSERT_EQUAL(text.length, (int64_t)strlen(text.data));
    CU_ASSERT_STRING_EQUAL(text.data + text.length - 8, "498,499,");
    fcnn_text_clear(&text);
    char bytes[32];
    fcnn_text_from_bytes(512, bytes);
    CU_ASSERT_STRING_EQUAL(bytes, "512 B");
    fcnn_text_from_bytes(3.44e6, bytes);
    CU_ASSERT_STRING_EQUAL(bytes, "3.4 MB");
    fcnn_text_from_bytes(999.6e3, bytes);
    CU_ASSERT_STRING_EQUAL(bytes, "1.0 MB");
}

static void what_commands_a_terminal_does_not_print(void)
{
    const struct {
        const char *text;
        bool prints;
    } cases[] = {{"", true},
                 {"plain ~", true},
                 {"Größe µm² 温度 \xf0\x9f\x94\xa5", true},
                 {"a\tb", false},
                 {"\33[0m", false},
                 {"\177", false},
                 {"\xc2\x9b", false},         /* 0x9b, which begins commands */
                 {"\xb0", false},             /* no UTF-8: Latin-1 */
                 {"\xc3", false},             /* cut */
                 {"\xc0\xaf", false},         /* longer than it needs to be */
                 {"\xe0\x82\x9b", false},     /* the same */
                 {"\xed\xa0\x80", false},     /* half of a pair */
                 {"\xf4\x90\x80\x80", false}, /* beyond the last */
                 {"\xff", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_EQUAL(fcnn_text_prints(cases[i].text), cases[i].prints);
    }
}

/* Two threads that wait for each other in turn. */
typedef struct pair {
    fcnn_wait_count there, back;
    fcnn_wait how;
    unsigned begin;
    int rounds, wrong, meanwhiles;
    int value; /* of the one whose turn it is */
} pair;

static void answer(void *data)
{
    pair *work = data;
    for (int i = 1; i <= work->rounds; i++) {
        fcnn_wait_for(&work->there, work->begin + (unsigned)i, &work->how);
        work->wrong += work->value != i;
        work->value = -i;
        fcnn_wait_raise(&work->back, work->begin + (unsigned)i, &work->how);
    }
}

static void count_meanwhile(void *data)
{
    (*(int *)data)++;
}

static void turn(pair *work, bool is_slow)
{
    fcnn_worker *worker;
    atomic_init(&work->there.value, work->begin);
    atomic_init(&work->back.value, work->begin);
    fcnn_wait how = work->how;
    how.meanwhile = count_meanwhile;
    how.data = &work->meanwhiles;
    HARNESS_OK(fcnn_worker_start("a test", answer, work, &worker));
    for (int i = 1; i <= work->rounds; i++) {
        if (is_slow) {
            usleep(5000); /* the other one sleeps by now */
        }
        work->value = i;
        fcnn_wait_raise(&work->there, work->begin + (unsigned)i, &how);
        fcnn_wait_for(&work->back, work->begin + (unsigned)i, &how);
        work->wrong += work->value != -i;
    }
    fcnn_worker_join(worker);
    CU_ASSERT_EQUAL(work->wrong, 0);
    CU_ASSERT_EQUAL(atomic_load(&work->there.sleepers), 0);
    CU_ASSERT_EQUAL(atomic_load(&work->back.sleepers), 0);
}

static void who_waits_is_woken(void)
{
    for (int kind = 0; kind < 8; kind++) {
        pair work = {
            .how = {.is_passive = (kind & 1) != 0, .is_shared = (kind & 2) != 0},
            .begin = (kind & 4) != 0 ? (unsigned)-3 : 0, /* counts go round */
            .rounds = 300,
        };
        turn(&work, false);
        work.rounds = 5;
        turn(&work, true);
    }
}

HARNESS_MAIN("core", {"who waits is woken", who_waits_is_woken},
             {"exit codes are those of sysexits", exit_codes_are_those_of_sysexits},
             {"a failure keeps its text", a_failure_keeps_its_text}, {"a text too long is cut", a_text_too_long_is_cut},
             {"memory is aligned and zeroed", memory_is_aligned_and_zeroed},
             {"memory beyond the machine is an error", memory_beyond_the_machine_is_an_error},
             {"a grown array keeps its values", a_grown_array_keeps_its_values},
             {"numbers are read whole or not at all", numbers_are_read_whole_or_not_at_all},
             {"doubles survive being printed", doubles_survive_being_printed},
             {"words have a distance", words_have_a_distance},
             {"what commands a terminal does not print", what_commands_a_terminal_does_not_print},
             {"texts grow and bytes are readable", texts_grow_and_bytes_are_readable})
