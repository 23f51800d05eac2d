"""Checks the contenders: compares their loss after some steps with a loss in float64, computed without a BLAS."""

import numpy

from contender_numpy import NumpyTrainer
from rows import ADAM_RATE, batches, start_weights
from workloads import WORKLOADS

# One workload for each activation and loss, small enough for sums by numpy.einsum.
CHECKED = ("S32", "M64", "T")
STEPS = 20
TOLERANCE = 1e-3
BFLOAT16_TOLERANCE = 2e-3


def product(a, b, out):
    numpy.einsum("ik,kj->ij", a, b, out=out)


class AdamTrainer(NumpyTrainer):
    """D. Kingma and J. Ba, Adam, ICLR 2015, with the usual settings."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.steps = [0] * len(self.weights)
        self.moments = [[(numpy.zeros_like(x), numpy.zeros_like(x)) for x in pair] for pair in self.weights]

    def update(self, i, sums):
        self.steps[i] += 1
        first_part, second_part = 1 - 0.9 ** self.steps[i], 1 - 0.999 ** self.steps[i]
        for values, gradient, (first, second) in zip(self.weights[i], (self.gradients[i], sums), self.moments[i]):
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient * gradient - second)
            values -= ADAM_RATE * (first / first_part) / (numpy.sqrt(second / second_part) + 1e-8)


def reference_losses(optimizer):
    kind = AdamTrainer if optimizer == "adam" else NumpyTrainer
    result = {}
    for name in CHECKED:
        workload = WORKLOADS[name]
        trainer = kind(workload, batches(workload), start_weights(workload), numpy.float64, product)
        trainer.train(STEPS)
        result[name] = trainer.loss()
    return result


def check(contenders, optimizer):
    """A text that says what is wrong, or an empty text."""
    expected = reference_losses(optimizer)
    for contender in contenders.values():
        tolerance = BFLOAT16_TOLERANCE if contender.is_bfloat16 else TOLERANCE
        for name, right in expected.items():
            loss = contender.ask("check", name, STEPS)["loss"]
            if not abs(loss - right) <= tolerance * abs(right):
                return f"{contender.name} has a loss of {loss:.6g} instead of {right:.6g} on {name}"
    return ""
