"""The processes of the contenders.  They are started once, receive commands by a pipe, and sleep in between."""

import json
import os
import subprocess
import sys
from pathlib import Path

from programs import end

HERE = Path(__file__).resolve().parent
OPENBLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def environment(threads, library_path, own_kernel):
    result = dict(os.environ, OMP_NUM_THREADS=str(threads), PYTHONDONTWRITEBYTECODE="1", GLOO_SOCKET_IFNAME="lo")
    if library_path:
        result["LD_LIBRARY_PATH"] = ":".join(filter(None, (library_path, os.environ.get("LD_LIBRARY_PATH"))))
    if own_kernel:
        # OpenBLAS selects its best kernel.
        for name in OPENBLAS:
            result.pop(name, None)
    return result


class Contender:
    """One process or more.  Each gets the same commands; the first one answers."""

    def __init__(self, name, commands, environment):
        self.name = name
        self.processes = []
        try:
            for command in commands:
                self.processes.append(subprocess.Popen(
                    [str(word) for word in command], env=environment, text=True, start_new_session=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                ))
        except BaseException:
            self.stop()
            raise

    def ask(self, *words):
        try:
            for process in self.processes:
                process.stdin.write(" ".join(map(str, words)) + "\n")
                process.stdin.flush()
            return json.loads(self.processes[0].stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise RuntimeError(f"the contender {self.name} ended without an answer to: {words[0]}") from None

    def stop(self):
        for process in self.processes:
            end(process)


def start_all(python, scratch, library_path, own_kernel):
    """Starts all four contenders.  python: the interpreter of those with PyTorch."""
    store = Path(scratch) / "ddp_store"
    store.unlink(missing_ok=True)
    two = environment(2, library_path, own_kernel)
    one = environment(1, library_path, own_kernel)
    commands = {
        "torch": ([[python, HERE / "contender_torch.py"]], two),
        "ddp": ([[python, HERE / "contender_ddp.py", rank, store] for rank in range(2)], one),
        "numpy": ([[sys.executable, HERE / "contender_numpy.py"]], two),
        "sklearn": ([[sys.executable, HERE / "contender_sklearn.py"]], two),
    }
    started = {}
    try:
        for name, (lines, variables) in commands.items():
            started[name] = Contender(name, lines, variables)
    except BaseException:
        stop_all(started)
        raise
    return started


def stop_all(contenders):
    for contender in contenders.values():
        contender.stop()
