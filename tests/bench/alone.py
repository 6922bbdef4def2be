"""What is measured of this package alone: how cost grows, memory, and import.

Each `ask_<section>(options)` prints its figures beside the bound they are held to.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any


def _least(work: Callable[[], Any], repeats: int) -> float:
    """The shortest of several runs, in seconds: what is not the machine's own noise."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _log(rows: int, shape: str = "zipf", **columns: Any) -> Any:
    import interpol_bcn as bcn

    from .dataset import make

    data = make(rows, shape)
    table = data.arrow()
    for name, column in columns.items():
        table = table.append_column(name, column)
    return bcn.read_messages(table, rollup=False)


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "sender": lambda log: log.count("sender"),
    "sender × receiver": lambda log: log.count("sender", "receiver"),
    "month × sender": lambda log: log.count("month", "sender"),
    "sum(size) by sender": lambda log: log.sum("size", "sender"),
}


def ask_slope(options: Any) -> None:
    """Cost of a question = fixed + slope x rows: the slope between neighbouring sizes."""
    small = _log(1_000)
    fixed = {name: _least(partial(ask, small), 200) for name, ask in QUESTIONS.items()}
    del small
    sizes = [size for size in (10**6, 10**7, 10**8) if size <= max(options.rows, 10**7)]
    times: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    for rows in sizes:
        log = _log(rows)
        for name, ask in QUESTIONS.items():
            times[name].append(_least(partial(ask, log), 40 if rows < 10**8 else 10))
        del log
    steps = list(pairwise(sizes))
    print(
        "slope: nanoseconds a row more, from "
        + ", ".join(f"{few:,} to {many:,}" for few, many in steps)
    )
    for name, taken in times.items():
        slopes = [
            (more - less) / (many - few) * 1e9
            for (few, many), (less, more) in zip(steps, pairwise(taken), strict=True)
        ]
        figures = ", ".join(f"{value:.3f}" for value in slopes)
        whole = ", ".join(f"{value * 1e3:.2f}" for value in taken)
        print(
            f"  {name}: {figures}; spread {max(slopes) / min(slopes):.2f} (bound 1.15); "
            f"{whole} ms; 1,000 rows {fixed[name] * 1e6:.1f} µs (bound 20 up to 4,096 cells)"
        )


def ask_shapes(options: Any) -> None:
    """Skewed, all-equal and sorted labels against uniform ones."""
    from .dataset import SHAPES

    times: dict[str, dict[str, float]] = {}
    for shape in SHAPES:
        log = _log(options.rows, shape)
        times[shape] = {name: _least(partial(ask, log), 5) for name, ask in QUESTIONS.items()}
        del log
    print(f"shapes: times those of uniform labels, {options.rows:,} rows (bound 1.5)")
    for name in QUESTIONS:
        uniform = times["uniform"][name]
        figures = ", ".join(
            f"{shape} {times[shape][name] / uniform:.2f}" for shape in SHAPES if shape != "uniform"
        )
        print(f"  {name}: {figures} (uniform {uniform * 1e3:.2f} ms)")


def ask_ids(options: Any) -> None:
    """What looking for duplicates costs: no ids, increasing ids, ids in any order."""
    import numpy as np
    import pyarrow as pa

    import interpol_bcn as bcn

    from .dataset import make

    table = make(options.rows).arrow()
    ids = np.arange(1, options.rows + 1)
    sources = {
        "none": table,
        "increasing": table.append_column("message_id", pa.array(ids)),
        "any order": table.append_column(
            "message_id", pa.array(np.random.default_rng(3).permutation(ids))
        ),
    }
    least = {
        name: _least(partial(bcn.read_messages, source, rollup=False), 3)
        for name, source in sources.items()
    }
    print(f"ids: milliseconds to read {options.rows:,} rows of an Arrow table")
    for name, seconds in least.items():
        more = (seconds - least["none"]) * 1e3
        print(f"  {name}: {seconds * 1e3:,.0f} (+{more:,.0f}; bound +150 per 18 million)")


_READ = """
import resource, sys
import interpol_bcn as bcn
if sys.argv[1].endswith("parquet"):
    import pyarrow.parquet
def most():
    # What getrusage says begins with the peak of the process that started this one.
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = most()
log = bcn.read_messages(sys.argv[1])
print(len(log), (most() - before) * 1024, log.nbytes + sum(log.rollup["bytes"]))
"""


def ask_peak(options: Any) -> None:
    """Peak memory of reading a file, against the finished log."""
    from .dataset import make, write_csv, write_parquet

    print(f"peak: memory of reading {options.rows:,} rows (bound 1.5 times the log + buffers)")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        data = make(options.rows)
        for suffix, write in ((".csv", write_csv), (".parquet", write_parquet)):
            path = Path(folder) / f"messages{suffix}"
            write(data, path)
            printed = subprocess.run(
                [sys.executable, "-c", _READ, str(path)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            rows, peak, held = map(int, printed.split())
            print(
                f"  {suffix[1:]}: {peak / 1e6:,.0f} MB for a log of {held / 1e6:,.0f} MB, "
                f"{peak / held:.2f} times; {rows:,} rows"
            )


_IMPORTED = """
import sys
known = set(sys.stdlib_module_names) | {"interpol_bcn"}
before = set(sys.modules)
import interpol_bcn
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - known))
"""

_FIRST = (
    "import interpol_bcn as bcn; "
    "bcn.read_messages({'sent_at': ['2023-01-05'], 'sender': ['FRA'], 'receiver': ['DEU']})"
)


def ask_import(options: Any) -> None:
    """What `import interpol_bcn` costs beyond Python's own start, and what it loads.

    Nothing is imported before it is used, so what a first small reading takes is said too.
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def started(text: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", text], check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    times: dict[str, list[float]] = {"pass": [], "import interpol_bcn": [], _FIRST: []}
    for _ in range(max(options.repeats, 21)):
        for text, taken in times.items():
            taken.append(started(text))
    bare, full, first = (median(taken) * 1e3 for taken in times.values())
    cached = "not kept" if sys.dont_write_bytecode else "kept"
    others = subprocess.run(
        [sys.executable, "-c", _IMPORTED],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
    ).stdout.strip()
    print(
        f"import: {full - bare:.1f} ms of processor time beyond Python's start (bound 30); "
        f"with a first reading {first - bare:.1f}; bytecode {cached}; others: {others or 'none'}"
    )
