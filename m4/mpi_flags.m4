# FCNN_MPI_FLAGS sets MPI_CFLAGS and MPI_LIBS: what a program needs to be compiled with <mpi.h> and linked with MPI
# by a compiler that is no wrapper.  fcnn.pc and fcnnConfig.cmake hand it on, since <fcnn/comm.h> includes <mpi.h>.
# In C++ <mpi.h> then leaves out its old bindings, which would need a library of their own.
# Open MPI's, MPICH's and Intel's wrappers print their command for -show; where $CC is none, MPI was found by the
# flags that the user gave.  Call it before other libraries come into LIBS.
AC_DEFUN([FCNN_MPI_FLAGS],
  [AC_MSG_CHECKING([for the flags of MPI])
   MPI_CFLAGS=
   MPI_LIBS=
   fcnn_words=$($CC -show 2>/dev/null) || fcnn_words="$CPPFLAGS $LDFLAGS $LIBS"
   for fcnn_word in $fcnn_words; do
     AS_CASE([$fcnn_word],
       [-I*], [MPI_CFLAGS="$MPI_CFLAGS $fcnn_word"],
       [-L*|-l*|-Wl,-rpath*|-Wl,/*|-Wl,--enable-new-dtags], [MPI_LIBS="$MPI_LIBS $fcnn_word"])
   done
   MPI_CFLAGS="${MPI_CFLAGS# } -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX"
   MPI_LIBS=${MPI_LIBS# }
   AC_MSG_RESULT([$MPI_CFLAGS $MPI_LIBS])
   AC_SUBST([MPI_CFLAGS])
   AC_SUBST([MPI_LIBS])])
