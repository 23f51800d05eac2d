"""Checks the contenders: compares their loss after some steps with a loss in float64, computed without a BLAS."""

import numpy

from contender_numpy import NumpyTrainer
from rows import batches, start_weights
from workloads import WORKLOADS

# One workload for each activation and loss, small enough for sums by numpy.einsum.
CHECKED = ("S32", "M64", "T")
STEPS = 20
TOLERANCE = 1e-3


def product(a, b, out):
    numpy.einsum("ik,kj->ij", a, b, out=out)


def reference_losses():
    result = {}
    for name in CHECKED:
        workload = WORKLOADS[name]
        trainer = NumpyTrainer(workload, batches(workload), start_weights(workload), numpy.float64, product)
        trainer.train(STEPS)
        result[name] = trainer.loss()
    return result


def check(contenders):
    """A text that says what is wrong, or an empty text."""
    expected = reference_losses()
    for contender in contenders.values():
        for name, right in expected.items():
            loss = contender.ask("check", name, STEPS)["loss"]
            if not abs(loss - right) <= TOLERANCE * abs(right):
                return f"{contender.name} has a loss of {loss:.6g} instead of {right:.6g} on {name}"
    return ""
