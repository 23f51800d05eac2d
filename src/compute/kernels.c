/* src/compute/kernels.c — which kernels this build has, and which of them this machine can run. */
#include "compute/kernels.h"

#include "config.h"

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

static int have_plain(void)
{
    return 1;
}

/* Best last. */
static const struct {
    const fcnn_kernels *single_precision, *double_precision;
    int (*runs_here)(void);
} tables[] = {
    {&fcnn_kernels_plain_32, &fcnn_kernels_plain_64, have_plain},
#ifdef FCNN_X86
    {&fcnn_kernels_avx2_32, &fcnn_kernels_avx2_64, have_avx2},
    {&fcnn_kernels_avx512_32, &fcnn_kernels_avx512_64, have_avx512},
#endif
};

const fcnn_kernels *fcnn_kernels_find(const char *isa, int bits)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const fcnn_kernels *kernels = bits == 32 ? tables[i].single_precision : tables[i].double_precision;
        if (strcmp(kernels->isa, isa) == 0) {
            return tables[i].runs_here() ? kernels : NULL;
        }
    }
    return NULL;
}

fcnn_status fcnn_kernels_choose(int bits, const fcnn_kernels **out)
{
    const char *forced = getenv("FCNN_ISA");
    if (forced != NULL && forced[0] != '\0') {
        *out = fcnn_kernels_find(forced, bits);
        if (*out == NULL) {
            return fcnn_fail(FCNN_EUSAGE,
                             "FCNN_ISA=%s: this machine or this build has no such instruction set; "
                             "known are plain, avx2 and avx512, and without FCNN_ISA the best is taken",
                             forced);
        }
        return FCNN_OK;
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (tables[i].runs_here()) {
            *out = bits == 32 ? tables[i].single_precision : tables[i].double_precision;
        }
    }
    return FCNN_OK;
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
