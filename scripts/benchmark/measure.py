"""Measures, and writes all raw values to one JSON file, for which compare.py prints tables.

Every round runs every contender on every workload, one after the other, in a different order in each round, so that
other work of the machine affects all contenders equally.
"""

import argparse
import json
import signal
import sys

from machine import describe
from programs import SHAPES, Programs, say
from workloads import WORKLOADS

TRAINED = ("S", "M256")
STARTS = 9

TRAIN_CONFIG = """[data]
train = {data}
inputs = /train/x
targets = /train/y
normalize = scale
scale = 255
[model]
hidden = {hidden}
activation = {activation}
[train]
epochs = 8
batch_size = {batch}
[output]
directory = {name}
checkpoint_every = 0
resume = no
"""

DIGITS_CONFIG = """[data]
train = digits.h5
inputs = /train/x
targets = /train/y
normalize = scale
scale = 16
[model]
hidden = 128, 64
[train]
epochs = 1
batch_size = 32
[output]
directory = digits
checkpoint_every = 0
resume = no
"""


def measure_speed(options, programs, raw):
    # Only this part needs packages besides Python itself.
    from speed import measure

    measure(options, programs, raw)


def measure_train(options, programs, raw):
    raw["train"] = {}
    if not options.mnist:
        raw["notes"].append("No file with the digits of MNIST was found: fcnn-train was not measured on them.")
        return
    for name in [name for name in TRAINED if name in options.workloads]:
        workload = WORKLOADS[name]
        config = programs.scratch / "train.ini"
        config.write_text(TRAIN_CONFIG.format(
            data=options.mnist, hidden=workload.widths[1], activation=workload.activation, batch=workload.batch,
            name=name,
        ))
        raw["train"][name] = {shape: [] for shape in SHAPES}
        for number in range(options.rounds):
            say(f"train: round {number + 1} of {options.rounds}, {name}")
            for shape, (ranks, threads) in SHAPES.items():
                step = programs.bench(ranks, threads, name, options.seconds)["samples_per_second"]
                epochs, _ = programs.train(ranks, threads, config)
                raw["train"][name][shape].append({"step": step, "epochs": epochs})


def measure_startup(options, programs, raw):
    programs.run(1, 1, programs.build / "fcnn-import", "digits.h5", "--csv", options.digits, "--split", "0.8",
                 "--seed", "1")
    (programs.scratch / "startup.ini").write_text(DIGITS_CONFIG)
    raw["startup"] = []
    say(f"startup: {max(STARTS, options.rounds)} starts")
    for _ in range(max(STARTS, options.rounds)):
        _, bare = programs.run(2, 1, programs.scratch / "bare_mpi")
        _, ours = programs.train(2, 1, "startup.ini")
        raw["startup"].append({"fcnn-train": ours, "bare": bare})


def measure_memory(options, programs, raw):
    raw["memory"] = {}
    for workload in options.workloads:
        say(f"memory: {workload}")
        runs = {shape: programs.bench(*counts, workload, 0.1) for shape, counts in SHAPES.items()}
        raw["memory"][workload] = {
            shape: {"predicted": run["memory_predicted"], "measured": run["memory_measured"]}
            for shape, run in runs.items()
        }


PARTS = {"speed": measure_speed, "train": measure_train, "startup": measure_startup, "memory": measure_memory}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--blas", required=True, help="folder of the OpenBLAS for numpy and scikit-learn, or nothing")
    parser.add_argument("--torch-python", required=True)
    parser.add_argument("--torch-root", required=True, help="folder of the system with PyTorch; nothing: this system")
    parser.add_argument("--torch-blas", required=True, help="as --blas, for PyTorch; a path in that system")
    parser.add_argument("--digits", required=True)
    parser.add_argument("--mnist", default="")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--workloads", type=lambda text: text.split(","), default=list(WORKLOADS))
    parser.add_argument("--optimizer", choices=("sgd", "adam"), default="sgd")
    parser.add_argument("parts", nargs="+", choices=PARTS)
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse()
    raw = {
        "machine": describe(options.load), "notes": [], "rounds": options.rounds, "seconds": options.seconds,
        "optimizer": options.optimizer,
    }
    programs = Programs(options.build, options.scratch)
    for part, measure in PARTS.items():
        if part in options.parts:
            try:
                measure(options, programs, raw)
            except RuntimeError as error:
                sys.exit(str(error))
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(raw, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
