"""Starts the programs of fcnn by mpirun, as all scripts do, and ends the processes that it has started."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMON = Path(__file__).resolve().parent.parent / "common.sh"
# ranks, threads per rank
SHAPES = {"1x2": (1, 2), "2x1": (2, 1)}
UNDER_MPIRUN = ["bash", "-c", '. "$0" && fcnn_mpirun "$@"', str(COMMON)]


def say(text):
    print(text, file=sys.stderr, flush=True)


def end(process):
    """Ends a process that is the leader of its own group, and the group."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, signal_number)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            continue


class Programs:
    """build: the folder with the programs; scratch: a folder that is removed at the end."""

    def __init__(self, build, scratch):
        self.build = Path(build)
        self.scratch = Path(scratch)

    def run(self, ranks, threads, *command):
        """The standard output of a command with the given ranks and threads, and its wall time in seconds."""
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
        start = time.perf_counter()
        process = subprocess.Popen(
            [*UNDER_MPIRUN, str(ranks), *map(str, command)],
            env=environment, cwd=self.scratch, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        try:
            output, _ = process.communicate()
        finally:
            end(process)
        took = time.perf_counter() - start
        if process.returncode != 0:
            raise SystemExit(f"{Path(str(command[0])).name} ended with code {process.returncode}: {output}")
        return output, took

    def bench(self, ranks, threads, workload, seconds, **options):
        """The members of the object that fcnn-bench writes, with those of its only workload.

        options: further options of fcnn-bench; True for those without a value.
        """
        file = self.scratch / "bench.json"
        words = [word for name, value in options.items() for word in (f"--{name}", value) if word is not True]
        self.run(
            ranks, threads, self.build / "fcnn-bench", "--workload", workload, "--seconds", seconds, "--json", file,
            *words,
        )
        results = json.loads(file.read_text())
        return {**results, **results.pop("workloads")[0]}

    def train(self, ranks, threads, config):
        """The rows/s of each epoch in the table of fcnn-train, and the wall time."""
        output, took = self.run(ranks, threads, self.build / "fcnn-train", "--overwrite", config)
        # epoch, steps, loss, perhaps more, rows/s, seconds; epoch 0 has no rate and therefore too few columns
        lines = re.findall(r"^ +[1-9]\d* +\d+ .* (\d+) +[\d.]+ s$", output, re.MULTILINE)
        return [float(rate) for rate in lines], took
