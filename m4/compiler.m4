# What the C compiler has to take, what it may take, and what must not be among its flags.

# FCNN_TAKES_FLAGS(FLAGS, IF-TAKEN, IF-NOT).  A warning is a no: clang warns of some flags of GCC's, and goes on.
AC_DEFUN([FCNN_TAKES_FLAGS],
  [AC_MSG_CHECKING([whether $CC takes $1])
   fcnn_saved=$CFLAGS
   CFLAGS="-Werror $1"
   AC_COMPILE_IFELSE([AC_LANG_SOURCE([[extern int fcnn_taken; int fcnn_taken = 1;]])],
     [CFLAGS=$fcnn_saved
      AC_MSG_RESULT([yes])
      $2],
     [CFLAGS=$fcnn_saved
      AC_MSG_RESULT([no])
      $3])])

# FCNN_NEED_FLAG(FLAG): adds a flag that results depend on to FCNN_CFLAGS
AC_DEFUN([FCNN_NEED_FLAG],
  [FCNN_TAKES_FLAGS([$1], [FCNN_CFLAGS="$FCNN_CFLAGS $1"],
     [AC_MSG_ERROR([the compiler does not take $1, without which results would not be exact: use GCC 10 or clang 13, or newer])])])

# FCNN_USE_FLAG(VARIABLE, FLAG): adds a flag to VARIABLE if the compiler takes it; results do not depend on it
AC_DEFUN([FCNN_USE_FLAG], [FCNN_TAKES_FLAGS([$2], [$1="$$1 $2"])])

# FCNN_REFUSE_INEXACT stops where the compiler is told to compute otherwise than IEEE 754 says, once FCNN_CFLAGS are
# known.  Compilers name most such flags by macros, at which core/exact.h stops every source, so that `make CFLAGS=…`
# cannot bring them either.  The words here are those that some compiler has no macro for, or that act at linking.
AC_DEFUN([FCNN_REFUSE_INEXACT],
  [AC_MSG_CHECKING([that the compiler's flags keep the arithmetic exact])
   for fcnn_word in $CC $CPPFLAGS $CFLAGS $LDFLAGS; do
     AS_CASE([" $fcnn_word "],
       [*" -fdenormal-fp-math=ieee "*|*" -fdenormal-fp-math-f32=ieee "*|*" -ffp-model=strict "*], [],
       [*" -ffast-math "*|*" -Ofast "*|*" -funsafe-math-optimizations "*|*" -fassociative-math "*|dnl
*" -freciprocal-math "*|*" -ffinite-math-only "*|*" -fno-signed-zeros "*|*" -fsingle-precision-constant "*|dnl
*" -ffp-contract=fast"*|*" -ffp-contract=on "*|*" -fno-honor-nans "*|*" -fno-honor-infinities "*|dnl
*" -fapprox-func "*|*" -ffp-model="*|*" -fp-model"*|*" -ffp-eval-method="*|*" -fdenormal-fp-math"*|dnl
*" -mdaz-ftz "*|*" -mrecip"*|*" -ftz "*],
       [AC_MSG_RESULT([no])
        AC_MSG_ERROR([$fcnn_word lets the compiler change results: leave it out of CFLAGS, CPPFLAGS, LDFLAGS and CC (docs/exactness.md)])])
   done
   AS_IF([fcnn_said=$($CC $FCNN_CFLAGS $CPPFLAGS $CFLAGS -fsyntax-only -x c "$srcdir/src/core/exact.h" 2>&1)],
     [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no])
      AS_ECHO(["$fcnn_said"]) >&AS_MESSAGE_LOG_FD
      fcnn_said=$(AS_ECHO(["$fcnn_said"]) | sed -n 's/^.*error: *\(@%:@error \)\{0,1\}//p' | sed 1q)
      AC_MSG_ERROR([CC='$CC' CPPFLAGS='$CPPFLAGS' CFLAGS='$CFLAGS': $fcnn_said])])])
