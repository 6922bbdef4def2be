"""Compile and run the C tests of the core, without Python in the process.

Each ``tests/c/test_<unit>.c`` becomes one program, linked with all of
``csrc`` but ``csrc/python``, under each compiler found (gcc, clang), with the
address and undefined-behaviour sanitizers.  One line is printed per test and
compiler; the exit status is 1 when any failed, 2 when nothing could be run.

    python tests/c/run.py                        # every test, gcc and clang
    python tests/c/run.py --compiler gcc --only base
    python tests/c/run.py --sanitize thread
    python tests/c/run.py --sanitize none --compiler s390x-linux-gnu-gcc    # emulated

Objects are kept under ``build/ctest`` by the digest of all that went into them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
SANITIZERS = {
    "address": ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    "thread": ["-fsanitize=thread"],
    "none": [],
}
SETTINGS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}
# Compilers for other machines, and what runs their programs on this one.
EMULATORS = {
    "aarch64-linux-gnu-gcc": ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
    "s390x-linux-gnu-gcc": ["qemu-s390x", "-L", "/usr/s390x-linux-gnu"],
}
CLOSING = re.compile(r"^(\d+) checks, (\d+) refused allocations$", re.M)
TIME_LIMIT = 300


@dataclass
class Build:
    """One compiler with one sanitizer, and where its objects lie."""

    compiler: str
    sanitize: str
    root: Path = ROOT
    headers: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(" ".join(self.command()).encode())
        digest.update(output_of([self.compiler, "--version"]).encode())
        for header in sorted([*self.root.glob("csrc/**/*.h"), *self.root.glob("tests/c/*.h")]):
            digest.update(header.read_bytes())
        self.headers = digest.hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def folder(self) -> Path:
        return self.root / "build" / "ctest" / f"{self.compiler}-{self.sanitize}"

    def command(self) -> list[str]:
        return [
            self.compiler,
            "-std=c11",
            "-O1",
            "-g",
            "-fno-omit-frame-pointer",
            *WARNINGS,
            *SANITIZERS[self.sanitize],
            "-pthread",
            f"-I{self.root / 'csrc'}",
            f"-I{self.root / 'tests' / 'c'}",
        ]

    def compile(self, source: Path) -> Path:
        """Make the object of one source, or take the one made before."""
        key = hashlib.sha256(self.headers.encode() + source.read_bytes()).hexdigest()[:16]
        made = self.folder / f"{source.stem}-{key}.o"
        if not made.exists():
            for old in self.folder.glob(f"{source.stem}-????????????????.o"):
                old.unlink(missing_ok=True)
            partial = made.with_suffix(f".{os.getpid()}.tmp")
            must_run([*self.command(), "-c", str(source), "-o", str(partial)])
            partial.replace(made)
        return made

    def link(self, objects: Iterable[Path], program: Path) -> Path:
        must_run([*self.command(), *map(str, objects), "-lm", "-o", str(program)])
        return program


class BuildError(Exception):
    """A compiler refused a file; the text is what it said."""


def output_of(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def must_run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def compilers() -> list[str]:
    """Name the compilers of this machine, gcc first."""
    return [name for name in ("gcc", "clang") if shutil.which(name)]


def programs(root: Path = ROOT) -> list[Path]:
    return sorted(root.glob("tests/c/test_*.c"))


def core(root: Path = ROOT) -> list[Path]:
    python = root / "csrc" / "python"
    return [path for path in sorted(root.glob("csrc/**/*.c")) if python not in path.parents]


def run_test(build: Build, source: Path, objects: Sequence[Path]) -> tuple[bool, str]:
    """Link and run one test: whether it passed, and what to print about it."""
    try:
        program = build.link([build.compile(source), *objects], build.folder / source.stem)
    except BuildError as error:
        return False, str(error)
    try:
        done = subprocess.run(
            [*EMULATORS.get(build.compiler, ()), str(program)],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=TIME_LIMIT,
            cwd=build.root,
            env={**SETTINGS, **os.environ},
        )
    except subprocess.TimeoutExpired:
        return False, f"still running after {TIME_LIMIT} s"
    closing = CLOSING.search(done.stdout)
    if done.returncode != 0:
        return False, f"exit status {done.returncode}\n{done.stdout}{done.stderr}"
    if closing is None or closing[1] == "0":
        return False, f"checked nothing\n{done.stdout}{done.stderr}"
    return True, closing[0]


def timed(build: Build, source: Path, objects: Sequence[Path]) -> tuple[bool, str, float]:
    start = time.monotonic()
    good, words = run_test(build, source, objects)
    return good, words, time.monotonic() - start


def run(build: Build, sources: Sequence[Path]) -> int:
    """Run the tests with one build, print a line each; the number that failed."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            objects = list(pool.map(build.compile, core(build.root)))
        except BuildError as error:
            print(f"FAILED {build.compiler} {build.sanitize} the core\n{error}", flush=True)
            return len(sources)
    failed = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = pool.map(lambda source: timed(build, source, objects), sources)
        for source, (good, words, seconds) in zip(sources, results, strict=True):
            failed += not good
            print(
                f"{'ok    ' if good else 'FAILED'} {build.compiler:5} {build.sanitize:7} "
                f"{source.stem:20} {seconds:6.1f} s  {words}",
                flush=True,
            )
    return failed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compile and run the C tests of the core.")
    parser.add_argument("--compiler", action="append", help="default: gcc and clang, if found")
    parser.add_argument("--sanitize", choices=SANITIZERS, default="address")
    parser.add_argument("--only", action="append", help="test_<ONLY>.c alone; may be repeated")
    options = parser.parse_args(arguments)
    chosen = options.compiler or compilers()
    wanted = [f"test_{name}" for name in options.only or []]
    sources = [source for source in programs() if not wanted or source.stem in wanted]
    missing = [name for name in chosen if not shutil.which(name)]
    if missing or not chosen or not sources or len(sources) < len(wanted):
        print(f"nothing to run: compilers {chosen}, absent {missing}, tests {wanted or 'none'}")
        return 2
    failed = sum(run(Build(name, options.sanitize), sources) for name in chosen)
    total = len(sources) * len(chosen)
    print(f"C tests: {total - failed} passed, {failed} failed ({', '.join(chosen)})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
