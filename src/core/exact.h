/* src/core/exact.h — stops the compilation if compiler flags change the arithmetic of IEEE 754.
 * No source includes this file: the build adds it to every source (-include in Makefile.am), whatever CFLAGS are given
 * to make.  Flags for which compilers define no macro, such as those for fused multiply-adds, are detected by the
 * self-test when the library starts (compute/template_check.h). */
#ifndef FCNN_CORE_EXACT_H
#define FCNN_CORE_EXACT_H

#if defined __FAST_MATH__
#error "-ffast-math and -Ofast change results: leave them out of CFLAGS (docs/exactness.md)"
#elif defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__
#error "-ffinite-math-only changes results: leave it out of CFLAGS (docs/exactness.md)"
#elif defined __ASSOCIATIVE_MATH__
#error "-fassociative-math changes results: leave it out of CFLAGS (docs/exactness.md)"
#elif defined __RECIPROCAL_MATH__
#error "-freciprocal-math changes results: leave it out of CFLAGS (docs/exactness.md)"
#elif defined __NO_SIGNED_ZEROS__
#error "-fno-signed-zeros changes results: leave it out of CFLAGS (docs/exactness.md)"
#elif defined __GCC_IEC_559 && __GCC_IEC_559 == 0
#error "a flag such as -fsingle-precision-constant changes results: leave it out of CFLAGS (docs/exactness.md)"
#endif

/* 0 and 16: expressions of float and double are not evaluated in a wider format */
#if __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "float or double is computed in a wider format, as x87 does: use -msse2 -mfpmath=sse (docs/exactness.md)"
#endif

#if __FLT_MANT_DIG__ != 24 || __FLT_MAX_EXP__ != 128 || __DBL_MANT_DIG__ != 53 || __DBL_MAX_EXP__ != 1024
#error "float and double must be the binary32 and binary64 formats of IEEE 754 (docs/exactness.md)"
#endif

#endif
