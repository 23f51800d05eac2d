/* tests/test_sizes.c — the table of sizes, and what FCNN_SIZES may say. */
#include "harness.h"

#include "core/sizes.h"

static const int64_t production[] = {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) production,
#include "core/sizes.def"
#undef FCNN_SIZE
};

static const int64_t tiny[] = {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) tiny,
#include "core/sizes.def"
#undef FCNN_SIZE
};

static const int64_t least[] = {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) least,
#include "core/sizes.def"
#undef FCNN_SIZE
};

static void values_are_those_of_the_table(void)
{
    HARNESS_OK(fcnn_sizes_use(NULL));
    CU_ASSERT_EQUAL(fcnn_size(FCNN_SIZE_BLOCK_BYTES), 16 * 1024 * 1024);
    CU_ASSERT_EQUAL(memcmp(fcnn_size_values, production, sizeof production), 0);
    HARNESS_OK(fcnn_sizes_use("tiny"));
    CU_ASSERT_EQUAL(memcmp(fcnn_size_values, tiny, sizeof tiny), 0);
    HARNESS_OK(fcnn_sizes_use(""));
    CU_ASSERT_EQUAL(memcmp(fcnn_size_values, production, sizeof production), 0);
}

static void tiny_values_are_allowed_and_smaller(void)
{
    for (int i = 0; i < FCNN_SIZE_COUNT; i++) {
        const bool changes_results = i == FCNN_SIZE_RANKED_SCORES || i == FCNN_SIZE_RANKED_BINS;
        CU_ASSERT(least[i] <= tiny[i] && (tiny[i] < production[i] || (changes_results && tiny[i] == production[i])));
    }
}

static void single_sizes_are_set(void)
{
    HARNESS_OK(fcnn_sizes_use("block_bytes=100"));
    CU_ASSERT_EQUAL(fcnn_size(FCNN_SIZE_BLOCK_BYTES), 100);
    CU_ASSERT_EQUAL(fcnn_size(FCNN_SIZE_TEXTS), production[FCNN_SIZE_TEXTS]);
    HARNESS_OK(fcnn_sizes_use("tiny,round_rows=2,block_bytes=64"));
    CU_ASSERT_EQUAL(fcnn_size(FCNN_SIZE_ROUND_ROWS), 2);
    CU_ASSERT_EQUAL(fcnn_size(FCNN_SIZE_BLOCK_BYTES), 64);
    CU_ASSERT_EQUAL(fcnn_size(FCNN_SIZE_TEXTS), tiny[FCNN_SIZE_TEXTS]);
}

static void what_is_not_understood_changes_nothing(void)
{
    static const char *const texts[] = {"small",
                                        "block_byte=1",
                                        "block_bytes",
                                        "block_bytes=",
                                        "block_bytes=0",
                                        "block_bytes=-3",
                                        "block_bytes=1e3",
                                        "block_bytes=16777217",
                                        "tiny,block_bytes=99999999999999999999999999",
                                        "tiny,,round_rows=2"};
    HARNESS_OK(fcnn_sizes_use(NULL));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        HARNESS_STATUS(fcnn_sizes_use(texts[i]), FCNN_EUSAGE);
        HARNESS_ERROR_HAS("FCNN_SIZES: ");
        CU_ASSERT_EQUAL(memcmp(fcnn_size_values, production, sizeof production), 0);
    }
    HARNESS_STATUS(fcnn_sizes_use("chunk_rows_most=11"), FCNN_EUSAGE);
    HARNESS_ERROR_HAS("FCNN_SIZES: chunk_rows_most must be a whole number from 12 to 288, not '11'");
}

HARNESS_MAIN("sizes", {"values are those of the table", values_are_those_of_the_table},
             {"tiny values are allowed and smaller", tiny_values_are_allowed_and_smaller},
             {"single sizes are set", single_sizes_are_set},
             {"what is not understood changes nothing", what_is_not_understood_changes_nothing})
