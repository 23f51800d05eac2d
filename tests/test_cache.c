/* tests/test_cache.c — what fits into the second-level cache. */
#include "harness.h"

#include "compute/cache.h"
#include "core/sizes.h"

/* A panel of 512 rows of floats has 128 KiB. */
static void panels_fit_into_a_quarter(void)
{
    static const struct {
        int64_t cache, rows;
        size_t size;
        int64_t panels;
    } cases[] = {
        {1 << 20, 512, 4, 2},       /* Zen 4, Zen 5 */
        {2 << 20, 512, 4, 4},       /* Emerald Rapids */
        {(2 << 20) - 1, 512, 4, 3}, /* one byte is missing */
        {2 << 20, 512, 8, 2},       /* double precision */
        {512 << 10, 512, 4, 1},     /* Zen 2 */
        {256 << 10, 512, 4, 1},     /* not even one fits */
        {1, 512, 8, 1},
        {1 << 20, 64, 4, 16},
        {(int64_t)1 << 40, 64, 4, (int64_t)1 << 24},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_EQUAL(fcnn_cache_weight_panels(cases[i].cache, cases[i].rows, cases[i].size), cases[i].panels);
    }
}

static void a_size_limits_what_the_system_reports(void)
{
    CU_ASSERT(fcnn_cache_bytes() > 0);
    HARNESS_OK(fcnn_sizes_use("cache_bytes=4096"));
    CU_ASSERT_EQUAL(fcnn_cache_bytes(), 4096);
    HARNESS_OK(fcnn_sizes_use(NULL));
}

HARNESS_MAIN("cache", {"panels fit into a quarter", panels_fit_into_a_quarter},
             {"a size limits what the system reports", a_size_limits_what_the_system_reports})
