"""Measures the speed of the contenders and of fcnn, alternately."""

import os

from contenders import OPENBLAS, start_all, stop_all
from machine import system_name
from programs import SHAPES, say
from reference import check

# The workloads that are measured in other precisions than single too, and those of which forward passes are measured.
LARGE = ("L", "XL")
FORWARD = ("L",)


def begin_contenders(options, raw):
    """Starts the contenders with the kernel that OpenBLAS selects; if it computes wrong results, with the user's."""
    forced = [f"{name}={os.environ[name]}" for name in OPENBLAS if name in os.environ]
    contenders = start_all(options, own_kernel=True)
    try:
        try:
            wrong = check(contenders, options.optimizer)
        except RuntimeError as error:
            wrong = str(error)
        if wrong and forced:
            stop_all(contenders)
            contenders = start_all(options, own_kernel=False)
            raw["notes"].append(f"OpenBLAS keeps {', '.join(forced)}: without it, {wrong}.")
            wrong = check(contenders, options.optimizer)
        elif forced:
            raw["notes"].append(f"The Python contenders ran without {', '.join(forced)}.")
        if wrong:
            raise SystemExit(f"a contender is wrong, which would make its speed worthless: {wrong}")
        if options.torch_root:
            raw["notes"].append(f"The contenders with PyTorch ran in {system_name(options.torch_root)}.")
        raw["versions"] = {name: contender.ask("versions") for name, contender in contenders.items()}
    except BaseException:
        stop_all(contenders)
        raise
    return contenders


def slots(programs, contenders, workload, options):
    """One function for each contender that runs on this workload."""
    seconds = options.seconds

    def of_contender(contender):
        return lambda: contender.ask("slot", workload, seconds)["samples_per_second"]

    def of_ours(shape, **more):
        return lambda: programs.bench(*SHAPES[shape], workload, seconds, optimizer=options.optimizer, **more)

    result = {
        name: of_contender(contender) for name, contender in contenders.items()
        if workload in LARGE or not contender.is_bfloat16
    }
    result["1x2 exact"] = of_ours("1x2")
    result["1x2 fast"] = of_ours("1x2", reduction="fast")
    result["2x1 exact"] = of_ours("2x1")
    if options.optimizer != "sgd":
        return result
    if workload in LARGE:
        result["1x2 double"] = of_ours("1x2", precision="double")
        result["1x2 double fast"] = of_ours("1x2", precision="double", reduction="fast")
        result["1x2 mixed"] = of_ours("1x2", precision="mixed")
        result["1x2 mixed fast"] = of_ours("1x2", precision="mixed", reduction="fast")
    if workload in FORWARD:
        result["1x2 forward"] = of_ours("1x2", forward=True)
    return result


def measure(options, programs, raw):
    contenders = begin_contenders(options, raw)
    raw["speed"] = {workload: [] for workload in options.workloads}
    try:
        for number in range(options.rounds):
            for workload in options.workloads:
                say(f"speed: round {number + 1} of {options.rounds}, {workload}")
                runs = list(slots(programs, contenders, workload, options).items())
                first = number % len(runs)
                raw["speed"][workload].append({name: run() for name, run in runs[first:] + runs[:first]})
    finally:
        stop_all(contenders)
