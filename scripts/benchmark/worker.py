"""The loop of the process of a contender, which sleeps in a read until it gets a command.

A command is a line on standard input.  An answer is a line of JSON on standard output:
    slot WORKLOAD SECONDS     trains for about this time: {"samples_per_second": …}
    check WORKLOAD STEPS      the loss of the first batch after STEPS steps: {"loss": …}
    versions                  {"torch": …, "blas": …}
The process ends at the end of its standard input.

A trainer is created from (workload, batches, weights). It has train(steps), which continues from the batch where it
stopped, and loss().
"""

import json
import sys
import time

from rows import batches, start_weights
from workloads import WORKLOADS


def blas():
    """The BLAS of this process and the kernel that it selected, if threadpoolctl is available."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "unknown (no threadpoolctl)"
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return ", ".join(
        f"{library['internal_api']} {library['version']} ({library.get('architecture', 'unknown')} kernels, "
        f"{library.get('threading_layer', 'unknown')} threads)"
        for library in libraries
    ) or "none that threadpoolctl knows"


def timed(trainer, steps):
    start = time.perf_counter()
    trainer.train(steps)
    return time.perf_counter() - start


def rate(trainer, batch, seconds, agree):
    """Samples per second, measured for about the given time after a warm-up."""
    trainer.train(1)
    steps = 1
    took = agree(timed(trainer, steps))
    while took < seconds / 4:
        steps *= 2
        took = agree(timed(trainer, steps))
    if took < seconds:
        steps = max(1, round(steps * seconds / took))
        took = agree(timed(trainer, steps))
    return steps * batch / took


def serve(make_trainer, versions, agree=lambda value: value, speaks=True):
    """agree() combines the values of several processes into one; only one process writes answers."""

    def make(workload):
        return make_trainer(workload, batches(workload), start_weights(workload))

    def answer(words):
        if words[0] == "versions":
            return dict(versions, blas=blas())
        workload = WORKLOADS[words[1]]
        trainer = make(workload)
        if words[0] == "slot":
            return {"samples_per_second": rate(trainer, workload.batch, float(words[2]), agree)}
        trainer.train(int(words[2]))
        return {"loss": float(trainer.loss())}

    for line in sys.stdin:
        result = answer(line.split())
        if speaks:
            print(json.dumps(result), flush=True)
