"""The machine and the versions, as pairs of a name and a text."""

import os
import platform
import re
import subprocess
from pathlib import Path


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def field(path, pattern):
    match = re.search(pattern, Path(path).read_text(), re.MULTILINE) if Path(path).exists() else None
    return match.group(1).strip() if match else "unknown"


def caches():
    """The sizes of the caches as the C library reports them."""
    names = {"L1 data": "LEVEL1_DCACHE_SIZE", "L2": "LEVEL2_CACHE_SIZE", "L3": "LEVEL3_CACHE_SIZE"}
    sizes = {name: first_line("getconf", variable) for name, variable in names.items()}
    known = [f"{name} {int(size) // 1024} kB" for name, size in sizes.items() if size.isdigit() and int(size) > 0]
    return ", ".join(known) or "unknown"


def bfloat16_instructions():
    """The instructions for bfloat16 numbers that the processor reports, which other programs use."""
    flags = field("/proc/cpuinfo", r"^(?:flags|Features)\s*:(.*)$").split()
    return ", ".join(flag for flag in flags if flag.endswith("bf16")) or "none reported by the processor"


def system_name(root):
    """The name of the system whose files are below the folder root."""
    return field(Path(root) / "etc/os-release", r'^PRETTY_NAME="?([^"\n]*)')


def describe(load):
    """load: the load average when the script was started."""
    return {
        "processor": field("/proc/cpuinfo", r"^model name\s*:(.*)$"),
        "cores": f"{len(os.sched_getaffinity(0))} for these runs, {os.cpu_count()} online",
        "instructions for bfloat16": bfloat16_instructions(),
        "caches": caches(),
        "memory": field("/proc/meminfo", r"^MemTotal:(.*)$"),
        "load average at the start": load,
        "system": f"{system_name('/')}, Linux {platform.release()}",
        "compiler": first_line("gcc", "--version"),
        "MPI": first_line("mpirun", "--version"),
        "Python": platform.python_version(),
    }
