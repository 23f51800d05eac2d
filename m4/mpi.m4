# Which MPI the compiler finds, and whether what else is linked brings another one.

# FCNN_FIND_MPICC sets CC to $MPICC, or to mpicc, and stops where there is no such program.
AC_DEFUN([FCNN_FIND_MPICC],
  [CC=${MPICC:-mpicc}
   AS_IF([command -v ${CC%% *} >/dev/null 2>&1], [],
     [AC_MSG_ERROR([there is no MPI compiler wrapper '$CC': load the cluster's module of an MPI, install libopenmpi-dev and openmpi-bin (Debian), or name it by MPICC=])])])

# FCNN_WHICH_MPI(VARIABLE): the family and version of the <mpi.h> that $CC finds with $CPPFLAGS, "openmpi 4.1.4",
# "mpich 4.0.2" (and those that are made from MPICH: MVAPICH, Intel's, Cray's) or "other 3.1"
AC_DEFUN([FCNN_WHICH_MPI],
  [AC_LANG_CONFTEST([AC_LANG_SOURCE([[#include <mpi.h>
#if defined OPEN_MPI
fcnn_mpi= openmpi OMPI_MAJOR_VERSION OMPI_MINOR_VERSION OMPI_RELEASE_VERSION end
#elif defined MPICH_VERSION
fcnn_mpi= mpich MPICH_VERSION end
#else
fcnn_mpi= other MPI_VERSION MPI_SUBVERSION end
#endif]])])
   $1=$($CC -E $CPPFLAGS $CFLAGS conftest.c 2>/dev/null | sed '/^@%:@/d' | tr '\n' ' ' |
     sed -n 's/.*fcnn_mpi=  *//; s/  *end .*//; s/"//g; s/  */./g; s/\./ /p')
   rm -f conftest.c])

# FCNN_MPI_LIBRARIES(VARIABLE, FLAGS): the MPI libraries that the program which was just linked loads, by their
# sonames and without those of other languages.  None where they are linked in, or where there is no ldd.
AC_DEFUN([FCNN_MPI_LIBRARIES],
  [fcnn_folders=$LD_LIBRARY_PATH
   for fcnn_word in $2; do
     AS_CASE([$fcnn_word], [-L*], [fcnn_folders=${fcnn_word@%:@-L}:$fcnn_folders])
   done
   $1=$(LD_LIBRARY_PATH=$fcnn_folders ldd ./conftest$ac_exeext 2>/dev/null |
     sed -n 's/^@<:@@<:@:space:@:>@@:>@*\(libmpi@<:@a-z0-9_@:>@*\.so@<:@.0-9@:>@*\)@<:@@<:@:space:@:>@@:>@.*/\1/p' |
     sed '/^libmpi\(_cxx\|_java\|_mpifh\|_usempi\|ch90\|chcxx\|chf90\|chfort\|cxx\|f77\|f90\|fort\)/d' | sort -u | tr '\n' ' ')])

# FCNN_CHECK_MPI stops where $CC finds no MPI, and sets fcnn_mpi to its family and version, fcnn_mpi_libraries to what a
# program loads of it.
AC_DEFUN([FCNN_CHECK_MPI],
  [AC_MSG_CHECKING([for MPI])
   AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mpi.h>]], [[MPI_Init(0, 0);]])],
     [FCNN_MPI_LIBRARIES([fcnn_mpi_libraries], [$LDFLAGS $LIBS])
      fcnn_mpi=yes],
     [AC_MSG_RESULT([no])
      AS_IF([test -z "$fcnn_cc_given"],
        [AC_MSG_ERROR([$CC is no MPI compiler wrapper: install libopenmpi-dev and openmpi-bin (Debian), load the cluster's module, or set MPICC])],
        [AC_MSG_ERROR([CC='$CC' finds no MPI.  Leave CC out and name the compiler to MPI's wrapper: OMPI_CC='$CC' (Open MPI), MPICH_CC='$CC' (MPICH) or I_MPI_CC='$CC' (Intel MPI)])])])
   FCNN_WHICH_MPI([fcnn_mpi])
   AC_MSG_RESULT([$fcnn_mpi])])

# FCNN_KEEP_WRAPPED_COMPILER lets make call MPI's wrapper with the compiler that it was configured with: a part that
# another one compiles has other flags, and another OpenMP.
AC_DEFUN([FCNN_KEEP_WRAPPED_COMPILER],
  [FCNN_EXPORTS=
   m4_foreach_w([fcnn_variable], [OMPI_CC MPICH_CC I_MPI_CC],
     [AC_ARG_VAR(fcnn_variable, [the compiler that MPI's wrapper calls])
      AS_IF([test -n "$fcnn_variable"], [FCNN_EXPORTS="$FCNN_EXPORTS fcnn_variable"])])
   AS_IF([test -n "$FCNN_EXPORTS"], [FCNN_EXPORTS="export$FCNN_EXPORTS"])
   AC_SUBST([FCNN_EXPORTS])
   AM_SUBST_NOTMAKE([FCNN_EXPORTS])])
