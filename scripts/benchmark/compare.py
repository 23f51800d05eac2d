"""Prints the tables for a file that measure.py has written, in Markdown.

usage: compare.py FILE

A value is the median over the rounds, and a ratio is the median of the ratios of the rounds.
"""

import json
import sys
from statistics import median

from workloads import WORKLOADS

# Targets: ratios, and parts of the peak.
TORCH = {"S": 2.8, "S32": 5, "M64": 2.2, "M256": 1.7, "L": 1.12, "XL": 1.12, "T": 4.5, "TB": 2.2}
FAST = {"S": 0.97, "S32": 0.9, "M64": 0.9, "M256": 0.95, "L": 0.95, "XL": 0.97, "T": 0.9, "TB": 0.97}
RANKS = {name: 0.9 if name == "S32" else 0.95 for name in WORKLOADS}
EFFICIENCY = {
    "1x2 exact": {
        "S": 0.6, "S32": 0.27, "M64": 0.5, "M256": 0.68, "L": 0.84, "XL": 0.88, "T": 0.42, "TB": 0.58,
    },
    "1x2 double": {"L": 0.82, "XL": 0.82},
    "1x2 forward": {"L": 0.88},
}
PRECISION_FAST = {"double": 0.95, "mixed": 0.93}
MIXED_TORCH = 1.15
TRAIN = 0.85
STARTUP_SECONDS = 0.3
MEMORY = 0.05


def rates(rounds, name):
    """Samples per second in each round in which the run took place."""
    values = [one[name] for one in rounds if name in one]
    return [value["samples_per_second"] if isinstance(value, dict) else value for value in values]


def at_least(value, target):
    return "yes" if value >= target else f"NO, {value:.3g}"


def at_most(value, target):
    return "yes" if value <= target else f"NO, {value:.3g}"


def compared(value, target):
    """Three columns: a ratio, its target and whether the target is met; without a target only the ratio."""
    return [f"{value:.2f}", *(["–", "–"] if target is None else [f"≥ {target:g}", at_least(value, target)])]


def ratio(rounds, above, below, target):
    """The same for the ratio of two runs; it is not known if one of them did not take place."""
    pairs = [one for one in rounds if above in one and below in one]
    if not pairs:
        return ["–", "–", "–"]
    return compared(median(a / b for a, b in zip(rates(pairs, above), rates(pairs, below))), target)


def thousands(values):
    """Thousands per second."""
    return f"{median(values) / 1000:,.1f}" if values else "–"


def print_table(title, head, rows):
    if not rows:
        return
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|---|" + "---:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def print_head(raw):
    for name, text in raw["machine"].items():
        print(f"- {name}: {text}")
    for run, precision in (("1x2 exact", "single"), ("1x2 mixed", "mixed")):
        runs = [one[run] for rounds in raw.get("speed", {}).values() for one in rounds if run in one]
        if runs:
            print(f"- fcnn {runs[0]['version']}: {runs[0]['isa']} kernels; multiply-add peak of both threads "
                  f"{median(one['peak_gflops'] for one in runs):.0f} GFLOP/s in {precision} precision")
    for name, versions in raw.get("versions", {}).items():
        print(f"- {name}: " + ", ".join(f"{key} {text}" for key, text in versions.items()))
    print(f"- medians of {raw['rounds']} rounds, slots of {raw['seconds']:g} s")
    for note in raw["notes"]:
        print(f"- {note}")


def print_alone(speed, optimizer, targets):
    print_table(
        f"One process, two threads, {optimizer} (thousands of samples a second)",
        ["", "network", "batch", "torch", "fcnn fast", "fcnn exact", "exact / torch", "target", "met",
         "exact / fast", "target", "met", "numpy", "sklearn"],
        [
            [
                name, WORKLOADS[name].network, str(WORKLOADS[name].batch),
                *(thousands(rates(rounds, run)) for run in ("torch", "1x2 fast", "1x2 exact")),
                *ratio(rounds, "1x2 exact", "torch", targets and TORCH[name]),
                *ratio(rounds, "1x2 exact", "1x2 fast", targets and FAST[name]),
                *(thousands(rates(rounds, run)) for run in ("numpy", "sklearn")),
            ]
            for name, rounds in speed.items()
        ],
    )


def print_ranks(speed, optimizer, targets):
    print_table(
        f"Two processes, one thread each, {optimizer} (thousands of samples a second)",
        ["", "torch DDP", "fcnn exact", "fcnn / DDP", "2×1 / 1×2", "target", "met"],
        [
            [
                name, thousands(rates(rounds, "ddp")), thousands(rates(rounds, "2x1 exact")),
                ratio(rounds, "2x1 exact", "ddp", None)[0],
                *ratio(rounds, "2x1 exact", "1x2 exact", targets and RANKS[name]),
            ]
            for name, rounds in speed.items()
        ],
    )


def print_precisions(speed):
    rows = []
    for name, rounds in speed.items():
        for precision, torch in (("double", ""), ("mixed", "torch bfloat16")):
            exact, fast = f"1x2 {precision}", f"1x2 {precision} fast"
            if rates(rounds, exact):
                rows.append([
                    name, precision, *(thousands(rates(rounds, run)) for run in (torch, fast, exact)),
                    *ratio(rounds, exact, torch, MIXED_TORCH if torch else None),
                    *ratio(rounds, exact, fast, PRECISION_FAST[precision]),
                ])
    print_table(
        "Other precisions: one process, two threads (thousands of samples a second)",
        ["", "precision", "torch bfloat16", "fcnn fast", "fcnn exact", "exact / torch", "target", "met",
         "exact / fast", "target", "met"],
        rows,
    )


RUNS = {
    "1x2 exact": "1×2 exact",
    "1x2 fast": "1×2 fast",
    "2x1 exact": "2×1 exact",
    "1x2 double": "1×2 exact, double precision",
    "1x2 mixed": "1×2 exact, mixed precision",
    "1x2 forward": "1×2 forward passes",
}


def print_efficiency(speed, targets):
    rows = []
    for name, rounds in speed.items():
        for run, text in RUNS.items():
            values = [one[run]["efficiency"] for one in rounds if run in one]
            if values:
                target = EFFICIENCY.get(run, {}).get(name) if targets else None
                rows.append([name, text, *compared(median(values), target)])
    print_table("Part of the multiply-add peak that is reached", ["", "run", "part", "target", "met"], rows)


def print_train(train):
    rows = []
    for name, shapes in train.items():
        for shape, rounds in shapes.items():
            part = median(median(one["epochs"]) / one["step"] for one in rounds)
            rows.append([
                name, shape.replace("x", "×"), thousands([median(one["epochs"]) for one in rounds]),
                thousands([one["step"] for one in rounds]), *compared(part, TRAIN),
            ])
    print_table(
        "fcnn-train on MNIST against the bare step (thousands of rows a second)",
        ["", "ranks × threads", "fcnn-train", "bare step", "train / step", "target", "met"],
        rows,
    )


def print_startup(startup):
    if startup:
        beyond = median(one["fcnn-train"] - one["bare"] for one in startup)
        print_table(
            "From the start to the end of one epoch on the digits, two ranks (seconds)",
            ["", "fcnn-train", "bare MPI program", "beyond", "target", "met"],
            [["digits", *(f"{median(one[run] for one in startup):.3f}" for run in ("fcnn-train", "bare")),
              f"{beyond:.3f}", f"≤ {STARTUP_SECONDS:g}", at_most(beyond, STARTUP_SECONDS)]],
        )


def print_memory(memory):
    rows = []
    for name, shapes in memory.items():
        for shape, run in shapes.items():
            off = abs(run["measured"] / run["predicted"] - 1)
            rows.append([
                name, shape.replace("x", "×"), f"{run['predicted'] / 1e6:.1f}", f"{run['measured'] / 1e6:.1f}",
                f"{100 * off:.1f} %", f"≤ {100 * MEMORY:g} %", at_most(off, MEMORY),
            ])
    print_table(
        "Memory of a rank (MB)", ["", "ranks × threads", "predicted", "measured", "off", "target", "met"], rows
    )


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        raw = json.load(file)
    print_head(raw)
    speed = raw.get("speed", {})
    optimizer = raw.get("optimizer", "sgd")
    targets = optimizer == "sgd" or None
    print_alone(speed, optimizer, targets)
    print_ranks(speed, optimizer, targets)
    print_precisions(speed)
    print_efficiency(speed, targets)
    print_train(raw.get("train", {}))
    print_startup(raw.get("startup", []))
    print_memory(raw.get("memory", {}))


if __name__ == "__main__":
    main()
