"""The processes of the contenders.  They are started once, receive commands by a pipe, and sleep in between."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from programs import end

HERE = Path(__file__).resolve().parent
BFLOAT16 = "torch bfloat16"
OPENBLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True)
class Place:
    """An interpreter of Python, with the folders and the environment that its programs have."""

    command: tuple
    code: Path
    scratch: Path
    variables: dict
    blas: str

    def environment(self, threads, own_kernel):
        result = dict(
            self.variables, OMP_NUM_THREADS=str(threads), PYTHONDONTWRITEBYTECODE="1", GLOO_SOCKET_IFNAME="lo"
        )
        if self.blas:
            result["LD_LIBRARY_PATH"] = ":".join(filter(None, (self.blas, self.variables.get("LD_LIBRARY_PATH"))))
        for name in OPENBLAS:
            # Without these, OpenBLAS selects its best kernel.
            result.pop(name, None)
            if not own_kernel and name in os.environ:
                result[name] = os.environ[name]
        return result

    def contender(self, name, script, arguments, threads, own_kernel):
        """Starts a process for each list of arguments."""
        commands = [[*self.command, self.code / script, *words] for words in arguments]
        return Contender(name, commands, self.environment(threads, own_kernel))


def places(options):
    """The places of numpy and scikit-learn, and of PyTorch."""
    own = Place((sys.executable,), HERE, Path(options.scratch), dict(os.environ), options.blas)
    if not options.torch_root:
        return own, replace(own, command=(options.torch_python,), blas=options.torch_blas)
    command = (HERE / "in_root.sh", options.torch_root, HERE, options.scratch, "python3")
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    return own, Place(command, Path("/mnt/code"), Path("/mnt/scratch"), variables, options.torch_blas)


class Contender:
    """One process or more.  Each gets the same commands; the first one answers.

    is_bfloat16: it multiplies in bfloat16.
    """

    def __init__(self, name, commands, environment):
        self.name = name
        self.is_bfloat16 = name == BFLOAT16
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


def start_all(options, own_kernel):
    """Starts all contenders.  With another optimizer than sgd these are the ones with PyTorch."""
    own, torch = places(options)
    (Path(options.scratch) / "ddp_store").unlink(missing_ok=True)
    optimizer = options.optimizer
    store = torch.scratch / "ddp_store"
    started = {}

    def start(place, name, script, arguments, threads):
        started[name] = place.contender(name, script, arguments, threads, own_kernel)

    try:
        start(torch, "torch", "contender_torch.py", [[optimizer]], 2)
        start(torch, "ddp", "contender_ddp.py", [[rank, store, optimizer] for rank in range(2)], 1)
        # Without oneDNN, products of bfloat16 numbers are many times slower.
        if optimizer == "sgd" and "oneDNN" in started["torch"].ask("versions"):
            start(torch, BFLOAT16, "contender_torch.py", [[optimizer, "bfloat16"]], 2)
        if optimizer == "sgd":
            start(own, "numpy", "contender_numpy.py", [[]], 2)
            start(own, "sklearn", "contender_sklearn.py", [[]], 2)
    except BaseException:
        stop_all(started)
        raise
    return started


def stop_all(contenders):
    for contender in contenders.values():
        contender.stop()
