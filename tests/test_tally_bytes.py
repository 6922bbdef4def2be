"""Tallies as bytes: one form, read strictly, kept for ever, saved whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn
from interpol_bcn import _core

GOLDEN = Path(__file__).parent / "golden"
PORTS = bcn.Domain(["BOS", "JFK", "LHR"], names={"LHR": "London"}, country=["US", "US", "GB"])


def small(dedupe: str = "part") -> bcn.Tally:
    """A tally that has some of everything, over a domain of its own."""
    made = bcn.Tally.for_messages(
        "hour", "sender", "receiver.country", "kind", members=PORTS, errors="reject",
        where={"kind": bcn.Not("x"), "sent_at": ("2023", None)}, dedupe=dedupe, extra=[],
    )  # fmt: skip
    for part in range(3):
        times = [f"2023-0{part + 1}-0{day}T0{day}:00Z" for day in range(1, 6)]
        made.update(
            {
                "sent_at": times,
                "sender": ["BOS", "London", "JFK", "nowhere", "LHR"],
                "receiver": ["LHR", "JFK", "BOS", "LHR", "LHR"],
                "kind": ["a", f"k{part}", None, "a", "x"],
                "message_id": [str(part), "7", "7", None, None],
                "messages": [1, 300, 70_000, 1, 2],
            },
            part=f"part {part}",
        )
    return made


# --- strictness ---


def test_every_prefix_and_every_flipped_bit_is_refused() -> None:
    good = small("all").to_bytes()
    assert bcn.Tally.from_bytes(good).to_bytes() == good
    for length in range(0, len(good), 7):
        with pytest.raises(ValueError, match=r"damaged|no bytes of a tally|cannot be read"):
            bcn.Tally.from_bytes(good[:length])
    bad = bytearray(good)
    for bit in range(0, 8 * len(good), 5):
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(bcn.InputError):
            bcn.Tally.from_bytes(bad)
        bad[bit // 8] ^= 1 << bit % 8
    with pytest.raises(bcn.InputError):
        bcn.Tally.from_bytes(good + b"\0" * 8)
    with pytest.raises(TypeError):
        bcn.Tally.from_bytes("text")  # type: ignore[arg-type]


def sections_of(data: bytes) -> list[tuple[int, bytes]]:
    return [(name, data[start:stop]) for name, start, stop in _core.wire_unpack(data)]


def test_damage_under_right_checksums_is_refused_or_is_another_tally() -> None:
    rng = random.Random(4)
    good = sections_of(small("all").to_bytes())
    refused = 0
    for _ in range(400):
        changed = [(name, bytearray(part)) for name, part in good]
        _, part = changed[rng.randrange(len(changed))]
        for _ in range(rng.choice((1, 1, 3))):
            at = rng.randrange(len(part))
            part[at] = rng.choice((part[at] ^ 1 << rng.randrange(8), rng.randrange(256), 0x2C))
        data = _core.wire_pack([(name, bytes(one)) for name, one in changed])
        try:
            read = bcn.Tally.from_bytes(data)
        except bcn.InputError:
            refused += 1
            continue
        assert read.to_bytes() == data
        assert read.account.check()
    assert refused > 200


@pytest.mark.parametrize("section", [1, 2, 3])
@pytest.mark.parametrize(
    "text", [b"", b"null", b"[]", b"{}", b'{"a":', b"[" * 100_000, b"\xff", b'{"domains":[[]]}']
)
def test_other_texts_are_refused(section: int, text: bytes) -> None:
    parts = [(name, text if name == section else part)
             for name, part in sections_of(small().to_bytes())]  # fmt: skip
    with pytest.raises(bcn.InputError):
        bcn.Tally.from_bytes(_core.wire_pack(parts))


def test_sections_that_contradict_each_other_are_refused() -> None:
    parts = dict(sections_of(small("all").to_bytes()))
    other = dict(sections_of(small().to_bytes()))
    for changed in (
        {**parts, 5: None},
        {**other, 5: parts[5]},
        {**parts, 4: _core.Cells(1, 5).write()},
        {**parts, 4: _core.Cells(2, 3).write()},
        {**parts, 6: b""},
        {**parts, 3: None},
    ):
        listed = [(name, part) for name, part in sorted(changed.items()) if part is not None]
        with pytest.raises(bcn.InputError):
            bcn.Tally.from_bytes(_core.wire_pack(listed))
    ledger = json.loads(other[3])
    for name, value in (("loose", [3, 1, 1, 0]), ("loose", [-1, -1, 0, 0]), ("held", [1, 1])):
        text = json.dumps({**ledger, name: value}, sort_keys=True, separators=(",", ":"))
        with pytest.raises(bcn.InputError):
            bcn.Tally.from_bytes(_core.wire_pack(sorted({**other, 3: text.encode()}.items())))


# --- golden files ---


@pytest.mark.parametrize("name", ["part", "all"])
def test_files_of_version_1_are_read_for_ever(name: str) -> None:
    stored = (GOLDEN / f"tally_1_{name}.bcn").read_bytes()
    told: dict[str, Any] = json.loads((GOLDEN / "tally_1.json").read_text())[name]
    assert hashlib.sha256(stored).hexdigest() == told["sha256"]
    read = bcn.Tally.load(GOLDEN / f"tally_1_{name}.bcn")
    assert read.to_bytes() == stored == small(name).to_bytes()
    assert read.cube().to_table(zeros=False).to_dicts() == told["figures"]
    account = read.account
    assert [account.seen, account.accepted, account.rejected.count, account.duplicates] == told[
        "account"
    ]


# --- the same everywhere ---


def test_bytes_do_not_depend_on_hash_seeds_or_threads(tmp_path: Path) -> None:
    rng = random.Random(1)
    lines = [
        f"2023-01-{rng.randint(1, 28):02}T00:00Z,{rng.choice(['FRA', 'DEU', 'x'])},ITA,k{i % 9}\n"
        for i in range(3000)
    ]
    (tmp_path / "a.csv").write_text("sent_at,sender,receiver,kind\n" + "".join(lines))
    script = """
        import hashlib, interpol_bcn as bcn, interpol_bcn.reading as reading
        reading._SMALL, reading._BLOCK, digests = 0, 5000, set()
        for threads in (1, 2, 8):
            one = bcn.Tally.for_messages("day", "sender", "kind", errors="reject", threads=threads)
            one.update("a.csv")
            digests.add(hashlib.sha256(one.to_bytes()).hexdigest())
        print(*digests)
    """
    found = {
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, check=True, text=True,
            capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed,
                                      "PYTHONPATH": str(GOLDEN.parents[1])},
        ).stdout.strip()
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(found) == 1
    assert len(found.pop().split()) == 1


# --- saving ---

SAVE = """
    import errno, os, signal, sys
    from pathlib import Path
    import interpol_bcn as bcn
    from interpol_bcn import _atomic
    folder = Path(sys.argv[1])
    path, new = folder / "year.bcn", bcn.Tally.load(folder / "new.bcn")
    old = path.read_bytes()
    calls = ("open", "fdopen", "fsync", "chmod", "stat", "replace", "close")
    fates = {"kill": None, "ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EACCES": errno.EACCES}

    class Os:
        def __init__(self, at, fate):
            self.left, self.fate = at, fate
        def __getattr__(self, name):
            found = getattr(os, name)
            if name not in calls:
                return found
            def called(*args, **more):
                self.left -= 1
                if self.left == 0:
                    if self.fate is None:
                        os.kill(os.getpid(), signal.SIGKILL)
                    raise OSError(self.fate, os.strerror(self.fate))
                return found(*args, **more)
            return called

    ends = set()
    for name, fate in fates.items():
        for at in range(1, 12):
            child = os.fork()
            if child == 0:
                _atomic.os = Os(at, fate)
                try:
                    new.save(path)
                except OSError:
                    os._exit(3)
                os._exit(4 if _atomic.os.left > 0 else 0)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            content = path.read_bytes()
            assert content in (old, new.to_bytes()), (name, at)
            left = [one.name for one in folder.iterdir()]
            if fate is not None:
                assert sorted(left) == ["new.bcn", "year.bcn"], (name, at, left)
            if code == 3:
                assert content == old, (name, at)
            for one in folder.glob(".*.part"):
                one.unlink()
            path.write_bytes(old)
            ends.add((name, code))
            if code == 4:
                break
        else:
            raise AssertionError(name)
    print(len(ends))
"""


def saved_pair(folder: Path) -> None:
    bcn.Tally.for_messages("day", members=PORTS).save(folder / "year.bcn")
    small().save(folder / "new.bcn")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_or_an_error_at_any_call_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    saved_pair(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SAVE), str(tmp_path)], check=True, text=True,
        capture_output=True, env={**os.environ, "PYTHONPATH": str(GOLDEN.parents[1])},
    )  # fmt: skip
    assert int(done.stdout) >= 8


def traces() -> bool:
    strace = shutil.which("strace")
    return strace is not None and subprocess.run(
        [strace, "-o", os.devnull, "true"], capture_output=True, check=False
    ).returncode == 0  # fmt: skip


@pytest.mark.skipif(not traces(), reason="strace is not here, or may not trace")
@pytest.mark.parametrize(
    "inject", ["fsync:signal=KILL:when=1", "/rename:signal=KILL", "fsync:error=EIO:when=1",
               "/rename:error=ENOSPC"],
)  # fmt: skip
def test_the_kernel_may_end_or_refuse_a_save(tmp_path: Path, inject: str) -> None:
    saved_pair(tmp_path)
    old = (tmp_path / "year.bcn").read_bytes()
    script = (
        "import sys, interpol_bcn as bcn; new = bcn.Tally.load('new.bcn'); new.save('year.bcn')"
    )
    command = ["strace", "-f", "-o", os.devnull, "-e", "trace=fsync,/rename", "-e",
               f"inject={inject}", sys.executable, "-B", "-c", script]  # fmt: skip
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(GOLDEN.parents[1])},
    )  # fmt: skip
    assert done.returncode != 0
    assert (tmp_path / "year.bcn").read_bytes() == old
    if "error" in inject:
        assert "OSError" in done.stderr
        assert sorted(one.name for one in tmp_path.iterdir()) == ["new.bcn", "year.bcn"]


# --- bounded memory, Ctrl-C ---


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.skipif(
    "asan" in os.environ.get("LD_PRELOAD", ""), reason="a sanitizer takes addresses for itself"
)
def test_text_larger_than_memory_is_tallied(tmp_path: Path) -> None:
    import gzip

    rows = "".join(f"2023-{1 + i % 12:02}-05T{i % 24:02}:00Z,FRA,SLTD,3\n" for i in range(40_000))
    block = gzip.compress(rows.encode())
    head = gzip.compress(b"searched_at,bureau,database,searches\n")
    copies = 320_000_000 // len(rows)
    (tmp_path / "a.csv.gz").write_bytes(head + block * copies)
    script = """
        import resource, interpol_bcn as bcn
        resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
        year = bcn.Tally.for_searches("hour", "bureau", "database", threads=1)
        told = []
        print(year.update("a.csv.gz", progress=told.append).accepted, len(told) > 1)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, check=False, text=True,
        capture_output=True, env={**os.environ, "PYTHONPATH": str(GOLDEN.parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(copies * 40_000), "True"]


# An interrupt that strikes within a finalizer is swallowed by Python, and reported.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_at_any_moment_leaves_whole_parts(tmp_path: Path) -> None:
    import signal

    rng = random.Random(2)
    names = []
    for at in range(3):
        rows = [f"2023-01-{rng.randint(1, 28):02},FRA,DEU\n" for _ in range(30_000)]
        names.append(tmp_path / f"{at}.csv")
        names[-1].write_text("sent_at,sender,receiver\n" + "".join(rows))
    whole = bcn.Tally.for_messages("day", "sender")
    whole.update(names)
    steps = []
    for upto in range(4):
        steps.append(bcn.Tally.for_messages("day", "sender"))
        if upto:
            steps[-1].update(names[:upto])
    met = {one.to_bytes() for one in steps}
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    for _ in range(25):
        one = bcn.Tally.for_messages("day", "sender")
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0005, 0.04))
                one.update(names)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            pass
        assert one.to_bytes() in met
        one.update(names)
        assert one == whole
    signal.signal(signal.SIGALRM, old)
