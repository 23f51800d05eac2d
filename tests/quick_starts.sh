# tests/quick_starts.sh — sourced by tests that start many short runs on this machine: they start in a third of the
# time, and other tests can run beside them.
# shellcheck shell=bash

# Open MPI looks for the networks of clusters in a quarter of a second, unless it is told to use the transport that it
# chooses where there are none.  It starts a daemon for each run without mpirun, unless it is told not to; tests of how
# runs end, and those that do as a user does, unset this.
export OMPI_MCA_pml="${OMPI_MCA_pml:-ob1}" OMPI_MCA_ess_singleton_isolated="${OMPI_MCA_ess_singleton_isolated:-1}"

# What waits gives its core to what works: ranks of MPI, and threads of GCC's and clang's OpenMP, which otherwise poll
# for milliseconds where there are more threads than cores.  fcnn's own waiting stays as it is, unlike with
# OMP_WAIT_POLICY.
export OMPI_MCA_mpi_yield_when_idle="${OMPI_MCA_mpi_yield_when_idle:-1}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-0}" \
    KMP_BLOCKTIME="${KMP_BLOCKTIME:-0}"
# shellcheck disable=SC2034 # for the tests
quick_starts="OMPI_MCA_pml OMPI_MCA_ess_singleton_isolated OMPI_MCA_mpi_yield_when_idle GOMP_SPINCOUNT KMP_BLOCKTIME"
