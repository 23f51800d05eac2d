# tests/quick_starts.sh — sourced by tests that start many short runs on this machine: they start in a third of the
# time, and other tests can run beside them.
# shellcheck shell=bash

# Open MPI looks for the networks of clusters in a quarter of a second, unless it is told to use the transport that it
# chooses where there are none.  It starts a daemon for each run without mpirun, unless it is told not to; tests of how
# runs end, and those that do as a user does, unset this.  A rank that waits gives its core to ranks of other tests.
export OMPI_MCA_pml="${OMPI_MCA_pml:-ob1}" OMPI_MCA_ess_singleton_isolated="${OMPI_MCA_ess_singleton_isolated:-1}" \
    OMPI_MCA_mpi_yield_when_idle="${OMPI_MCA_mpi_yield_when_idle:-1}"
# shellcheck disable=SC2034 # for the tests
quick_starts="OMPI_MCA_pml OMPI_MCA_ess_singleton_isolated OMPI_MCA_mpi_yield_when_idle"
