"""The rows, the initial weights and the learning rates of every Python contender."""

import numpy

LEARNING_RATE = 0.05
ADAM_RATE = 1e-4


def batches(workload):
    """A list of (inputs [batch][in], targets): contiguous slices of the rows.

    Targets are float32 [batch][1] for a regression and int64 [batch] for classes.
    """
    random = numpy.random.default_rng(1)
    inputs = random.standard_normal((workload.rows, workload.widths[0]), dtype=numpy.float32)
    if workload.is_regression:
        targets = random.standard_normal((workload.rows, 1), dtype=numpy.float32)
    else:
        targets = random.integers(0, workload.widths[-1], workload.rows)
    starts = range(0, workload.rows - workload.batch + 1, workload.batch)
    return [(inputs[at:at + workload.batch], targets[at:at + workload.batch]) for at in starts]


def start_weights(workload):
    """A list of (W [in][out], b [out]), float32."""
    random = numpy.random.default_rng(2)
    return [
        (
            random.standard_normal((fan_in, fan_out), dtype=numpy.float32) / numpy.float32(fan_in) ** 0.5,
            numpy.zeros(fan_out, numpy.float32),
        )
        for fan_in, fan_out in zip(workload.widths, workload.widths[1:])
    ]
