/* src/compute/kernels.c — chooses among the kernels that this build has and this processor supports. */
#include "compute/kernels.h"

#include "config.h"
#include "core/arithmetic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const fcnn_kernels fcnn_kernels_plain_32, fcnn_kernels_plain_64;
#ifdef FCNN_X86
extern const fcnn_kernels fcnn_kernels_avx2_32, fcnn_kernels_avx2_64;
extern const fcnn_kernels fcnn_kernels_avx512_32, fcnn_kernels_avx512_64;

static int have_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int have_avx512(void)
{
    return have_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

#ifdef FCNN_NEON
extern const fcnn_kernels fcnn_kernels_neon_32, fcnn_kernels_neon_64;
#endif

#ifdef FCNN_AVX512BF16
extern const fcnn_kernels fcnn_kernels_avx512bf16_32;

static int have_avx512bf16(void)
{
    return have_avx512() && __builtin_cpu_supports("avx512bf16");
}
#endif

/* For instruction sets that every processor of this architecture supports. */
static int have_base(void)
{
    return 1;
}

/* All tables, the fastest for single precision last among those that differ in it. */
static const struct table {
    const char *isa;
    const fcnn_kernels *single_precision, *double_precision;
    int (*runs_here)(void);
} tables[] = {
    {"plain", &fcnn_kernels_plain_32, &fcnn_kernels_plain_64, have_base},
#ifdef FCNN_NEON
    {"neon", &fcnn_kernels_neon_32, &fcnn_kernels_neon_64, have_base},
#endif
#ifdef FCNN_X86
    {"avx2", &fcnn_kernels_avx2_32, &fcnn_kernels_avx2_64, have_avx2},
    {"avx512", &fcnn_kernels_avx512_32, &fcnn_kernels_avx512_64, have_avx512},
#endif
#ifdef FCNN_AVX512BF16
    {"avx512bf16", &fcnn_kernels_avx512bf16_32, &fcnn_kernels_avx512_64, have_avx512bf16},
#endif
};

static const fcnn_kernels *of_precision(const struct table *table, int bits)
{
    return bits == 32 ? table->single_precision : table->double_precision;
}

const fcnn_kernels *fcnn_kernels_at(int i, int bits)
{
    int present = 0;
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        const fcnn_kernels *kernels = of_precision(&tables[k], bits);
        /* a set that adds nothing to a precision has the table of another set, which is listed once */
        if (tables[k].runs_here() && strcmp(kernels->isa, tables[k].isa) == 0 && present++ == i) {
            return kernels;
        }
    }
    return NULL;
}

const fcnn_kernels *fcnn_kernels_find(const char *isa, int bits)
{
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        if (tables[k].runs_here() && strcmp(tables[k].isa, isa) == 0) {
            return of_precision(&tables[k], bits);
        }
    }
    return NULL;
}

static fcnn_status refuse(const char *isa)
{
    char known[64] = "";
    const fcnn_kernels *kernels;
    for (int i = 0; (kernels = fcnn_kernels_at(i, 32)) != NULL; i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", kernels->isa);
    }
    return fcnn_fail(
        FCNN_EUSAGE,
        "FCNN_ISA=%s: this processor or this build does not support this instruction set: use one of %s, or "
        "unset FCNN_ISA to use the fastest",
        isa, known);
}

static fcnn_status check(const fcnn_kernels *kernels)
{
    FCNN_IN_EXACT_ARITHMETIC;
    const char *fault = kernels->find_fault();
    return fault == NULL
               ? FCNN_OK
               : fcnn_fail(FCNN_EINTERNAL,
                           "results would not be exact: %s, in the %s kernels of %d bits: build fcnn again, "
                           "without compiler flags that change results, in CFLAGS or set by the compiler itself",
                           fault, kernels->isa, kernels->bits);
}

fcnn_status fcnn_kernels_check(void)
{
    FCNN_TRY(check(&fcnn_kernels_plain_32));
    return check(&fcnn_kernels_plain_64);
}

/* Whether vdpbf16ps is faster than two fused multiply-adds.  On Intel's Emerald Rapids it
 * takes twice as long as both. */
static bool multiplies_pairs_fast(void)
{
#ifdef FCNN_AVX512BF16
    return __builtin_cpu_is("amd");
#else
    return false;
#endif
}

fcnn_status fcnn_kernels_choose(int bits, bool mixed, const fcnn_kernels **out)
{
    FCNN_TRY(fcnn_kernels_check());
    const char *forced = getenv("FCNN_ISA");
    if (forced != NULL && forced[0] != '\0') {
        *out = fcnn_kernels_find(forced, bits);
        return *out == NULL ? refuse(forced) : check(*out);
    }
    const fcnn_kernels *each;
    for (int i = 0; (each = fcnn_kernels_at(i, bits)) != NULL; i++) {
        if (strcmp(each->isa, "avx512bf16") != 0 || (mixed && multiplies_pairs_fast())) {
            *out = each;
        }
    }
    return check(*out);
}

int fcnn_magnitude_exponent(const fcnn_kernels *kernels, uint64_t magnitude)
{
    if (kernels->bits == 32) {
        const int biased = (int)(magnitude >> 23);
        return biased == 255 ? 2000 : biased - 126;
    }
    const int biased = (int)(magnitude >> 52);
    return biased == 2047 ? 2000 : biased - 1022;
}
