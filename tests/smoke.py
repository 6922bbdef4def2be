"""Use the installed package, with nothing but the standard library beside it.

Run outside the tree (``python -I tests/smoke.py``) by .ci/wheels on every interpreter.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

SUBCLASSABLE = 1 << 10  # Py_TPFLAGS_BASETYPE

# Run here and in a sub-interpreter; grows with the package.
USE = """
import interpol_bcn
import interpol_bcn._core as core
for name, base in vars(core).items():
    if isinstance(base, type) and base.__flags__ & 1 << 10:
        assert issubclass(type(name, (base,), {"more": 1}), base)
assert any(isinstance(value, type) for value in vars(core).values())
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
