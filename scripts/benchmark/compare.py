"""Prints the tables for a file that measure.py has written, in Markdown.

usage: compare.py FILE

A value is the median over the rounds, and a ratio is the median of the ratios of the rounds.
"""

import json
import sys
from statistics import median

from workloads import WORKLOADS

TORCH = {"S": 2.8, "S32": 6, "M64": 2.2, "M256": 1.8, "L": 1.2, "XL": 1.15, "T": 6, "TB": 4.5}
DDP = {"S": 4.5, "S32": 18, "M64": 8, "M256": 4.2, "L": 1.6, "XL": 1.2, "T": 15, "TB": 3.4}
RANKS = {"S": 0.95, "M256": 0.85, "L": 0.85, "XL": 0.95, "TB": 0.95}
EFFICIENCY = {
    ("1x2 exact", "XL"): 0.88,
    ("1x2 exact", "L"): 0.85,
    ("2x1 exact", "L"): 0.75,
    ("1x2 double", "XL"): 0.85,
    ("1x2 double", "L"): 0.8,
}
TRAIN = 0.85
STARTUP_SECONDS = 0.3
MEMORY = 0.05


def exact_target(workload):
    """The target for the speed with exact sums relative to fast sums.  Exact sums cost more if a block has few rows."""
    return 0.9 if WORKLOADS[workload].block_rows >= 32 else 0.7


def rates(rounds, name):
    """Samples per second in each round."""
    values = [one[name] for one in rounds]
    return [value["samples_per_second"] if isinstance(value, dict) else value for value in values]


def ratio(rounds, above, below):
    return median(a / b for a, b in zip(rates(rounds, above), rates(rounds, below)))


def at_least(value, target):
    return "yes" if value >= target else f"NO, {value:.3g}"


def at_most(value, target):
    return "yes" if value <= target else f"NO, {value:.3g}"


def compared(value, target):
    """Three columns: a ratio, its target and whether the target is met; without a target only the ratio."""
    return [f"{value:.2f}", *(["–", "–"] if target is None else [f"≥ {target:g}", at_least(value, target)])]


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
    runs = [one["1x2 exact"] for rounds in raw.get("speed", {}).values() for one in rounds]
    if runs:
        print(f"- fcnn {runs[0]['version']}: {runs[0]['isa']} kernels; multiply-add peak of both threads "
              f"{median(run['peak_gflops'] for run in runs):.0f} GFLOP/s in single precision")
    for name, versions in raw.get("versions", {}).items():
        print(f"- {name}: " + ", ".join(f"{key} {text}" for key, text in versions.items()))
    print(f"- medians of {raw['rounds']} rounds, slots of {raw['seconds']:g} s")
    for note in raw["notes"]:
        print(f"- {note}")


def print_alone(speed):
    print_table(
        "One process, two threads (thousands of samples a second)",
        ["", "network", "batch", "torch", "fcnn fast", "fcnn exact", "fast / torch", "target", "met",
         "exact / fast", "target", "met", "numpy", "sklearn"],
        [
            [
                name, WORKLOADS[name].network, str(WORKLOADS[name].batch),
                *(thousands(rates(rounds, run)) for run in ("torch", "1x2 fast", "1x2 exact")),
                *compared(ratio(rounds, "1x2 fast", "torch"), TORCH[name]),
                *compared(ratio(rounds, "1x2 exact", "1x2 fast"), exact_target(name)),
                *(thousands(rates(rounds, run)) for run in ("numpy", "sklearn")),
            ]
            for name, rounds in speed.items()
        ],
    )


def print_ranks(speed):
    print_table(
        "Two processes, one thread each (thousands of samples a second)",
        ["", "torch DDP", "fcnn exact", "fcnn / DDP", "target", "met", "2×1 / 1×2", "target", "met"],
        [
            [
                name, thousands(rates(rounds, "ddp")), thousands(rates(rounds, "2x1 exact")),
                *compared(ratio(rounds, "2x1 exact", "ddp"), DDP[name]),
                *compared(ratio(rounds, "2x1 exact", "1x2 exact"), RANKS.get(name)),
            ]
            for name, rounds in speed.items()
        ],
    )


def print_efficiency(speed):
    rows = []
    for name, rounds in speed.items():
        for run in ("1x2 exact", "1x2 fast", "2x1 exact", "1x2 double"):
            values = [one[run]["efficiency"] for one in rounds if run in one]
            if values:
                text = run.replace("x", "×", 1).replace("double", "exact, double precision")
                rows.append([name, text, *compared(median(values), EFFICIENCY.get((run, name)))])
    print_table("Part of the multiply-add peak that a whole step reaches", ["", "run", "part", "target", "met"], rows)


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
    print_alone(speed)
    print_ranks(speed)
    print_efficiency(speed)
    print_train(raw.get("train", {}))
    print_startup(raw.get("startup", []))
    print_memory(raw.get("memory", {}))


if __name__ == "__main__":
    main()
