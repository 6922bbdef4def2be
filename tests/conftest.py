"""What all tests share: profiles of Hypothesis, the real data, the age of the core."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# Programs of their own, not tests: they are run by .ci/bench and .ci/fuzz.
collect_ignore = ["bench", "fuzz", "smoke.py"]

settings.register_profile(
    "desk", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# In CI the same examples every time: a red build is about the change, not about luck.
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.register_profile("long", settings.get_profile("desk"), max_examples=5000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "desk")
)


def pytest_sessionstart() -> None:
    """Refuse to test a core that is older than its source."""
    import interpol_bcn._core as core

    built = Path(core.__file__)
    if built.is_relative_to(ROOT):
        sources = [*ROOT.glob("csrc/**/*.[ch]"), ROOT / "setup.py"]
        newer = [path for path in sources if path.stat().st_mtime > built.stat().st_mtime]
        if newer:
            raise pytest.UsageError(
                f"{newer[0].relative_to(ROOT)} is newer than the compiled core: "
                "run `python setup.py -q build_ext --inplace`"
            )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the tree; a test that needs it is skipped without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data are not here (a folder shared/data beside the tree)")
    return folder


@pytest.fixture(autouse=True)
def _tour(request: pytest.FixtureRequest) -> None:
    """Let docstrings say ``bcn`` without importing it each time."""
    if isinstance(request.node, pytest.DoctestItem):
        import interpol_bcn

        namespace: dict[str, Any] = request.getfixturevalue("doctest_namespace")
        namespace["bcn"] = interpol_bcn
