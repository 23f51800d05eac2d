/* include/fcnn/verify.h — whether this machine computes the bits that are published. */
#ifndef FCNN_VERIFY_H
#define FCNN_VERIFY_H

#include <fcnn/ranks.h>
#include <fcnn/status.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Trains small networks on rows made up by counter, with every instruction set that the processors have (where the
 * environment variable FCNN_ISA is set: with that one), and compares the SHA-256 of each model.h5 with the published
 * one (docs/exactness.md).  Rank 0 prints a line for each to report, which is borrowed.
 * Each rank works in a temporary folder of its own ($TMPDIR or /tmp), which is the process's working directory
 * meanwhile, and sets FCNN_ISA: for programs that do nothing else at the time.  Warnings are not printed.
 * Collective; all ranks return the same status: FCNN_EINTERNAL if a hash is wrong; FCNN_EOUTPUT if the temporary folder
 * cannot be made or written; and as fcnn_train(). */
FCNN_API fcnn_status fcnn_verify(fcnn_comm *comm, FILE *report);

#ifdef __cplusplus
}
#endif
#endif
