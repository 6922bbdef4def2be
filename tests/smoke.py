"""Use the installed package, with nothing but the standard library beside it.

Run outside the tree (``python -I tests/smoke.py``) by .ci/wheels on every interpreter.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

SUBCLASSABLE = 1 << 10  # Py_TPFLAGS_BASETYPE

# Run here and in a sub-interpreter; grows with the package.  The text is read by two threads,
# and written so that both must ask Python what a label stands for.
USE = """
import os
import tempfile

import interpol_bcn as bcn
import interpol_bcn._core as core

for name, base in vars(core).items():
    if isinstance(base, type) and base.__flags__ & 1 << 10:
        assert issubclass(type(name, (base,), {"more": 1}), base)


class MyLog(core.Log):
    more = 1


class MyCube(core.Cube):
    more = 1


year = {
    "sent_at": ["2023-01-05T10:00Z", "2023-01-06T11:30+02:00", "2023-07-01T00:00Z"],
    "sender": ["FRA", "Germany", "fr"],
    "receiver": ["DE", "france", "Italie"],
    "size": [7, 1 << 62, 1 << 62],
}
log = bcn.read_messages(year)
assert len(log) == log.seen == 3
assert log.count("month").total() == 3
assert log.sum("size").total() == 7 + (1 << 63)
assert log.count("hour_of_day", tz="Europe/Paris").total() == 3
flow = log.flow()
assert (flow["FRA", "DEU"], flow["DEU", "FRA"], flow["DEU", "ITA"]) == (1, 1, 0)
assert [row["messages"] for row in flow.top(3)] == [1, 1, 1]
mine = MyLog(log)
assert len(mine) == 3 and mine.more == 1
cube = MyCube(log.count("sender", "receiver"))
assert cube.total() == 3 and cube.more == 1 and type(MyCube(cube)) is MyCube
assert memoryview(log.count("month")).tolist()[0] == 2
try:
    bcn.read_messages({**year, "sender": ["FRA", "Frnace", "fr"]})
except bcn.InputError as error:
    assert "France" in str(error), error
else:
    raise AssertionError("an unknown label passed")
names = ["FRANCE", "france", "France", "Francia", "DEU", "deutschland", "Alemania", "germany"]
rows = 40_000
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "messages.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("sent_at,sender,receiver\\n")
        for n in range(rows):
            sender = names[n * 8 // rows]
            file.write(f"2023-03-{n % 28 + 1:02}T{n % 24:02}:00:00Z,{sender},{names[n % 8]}\\n")
    assert os.path.getsize(path) > 1 << 20
    texts = bcn.read_messages(path, threads=2, errors="reject", aliases={"deutschland": "DEU"})
    assert texts.seen == rows and texts.accepted == rows, texts.rejected.by("value")
    assert texts.flow()["FRA", "DEU"] == rows // 4
made = bcn.simulate_messages(1000, seed=1)
assert made.flow().total() == 1000
"""


def run_in_interpreter(script: str) -> None:
    """Run a script in a fresh sub-interpreter, with a lock of its own from 3.12 on."""
    if sys.version_info >= (3, 13):
        import _interpreters as interpreters
    else:
        import _xxsubinterpreters as interpreters
    made = interpreters.create()
    try:
        failure = interpreters.run_string(made, script)
        if failure is not None:
            raise RuntimeError(failure.formatted)
    finally:
        interpreters.destroy(made)


def main() -> None:
    import interpol_bcn

    place = Path(interpol_bcn.__file__)
    assert "site-packages" in place.parts, f"not the installed package: {place}"
    assert (place.parent / "py.typed").exists()
    exec(USE, {})
    for _ in range(20):
        run_in_interpreter(USE)
    gc.collect()
    print(f"CPython {sys.version.split()[0]}: runs, also in 20 sub-interpreters")


if __name__ == "__main__":
    main()
