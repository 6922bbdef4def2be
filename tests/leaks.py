"""A slope test for leaks: what grows with the number of calls is lost."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest


class _Heap(ctypes.Structure):
    # struct mallinfo2 of glibc: ten size_t.
    _fields_ = (
        ("before", ctypes.c_size_t * 4),
        ("mapped", ctypes.c_size_t),
        ("between", ctypes.c_size_t * 2),
        ("used", ctypes.c_size_t),
        ("after", ctypes.c_size_t * 2),
    )


def _heap_reader() -> Callable[[], int] | None:
    """Give the bytes that malloc has handed out, to the byte, where the C library tells."""
    if "libasan" in os.environ.get("LD_PRELOAD", ""):
        return None
    try:
        call = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return None
    call.restype = _Heap

    def read() -> int:
        heap = call()
        return int(heap.used + heap.mapped)

    return read


HEAP = _heap_reader()
MEASURABLE = sys.getallocatedblocks() > 0


def _state() -> tuple[int, int]:
    for _ in range(3):
        gc.collect()
    sys._clear_type_cache()
    return sys.getallocatedblocks(), HEAP() if HEAP else 0


def growth(
    call: Callable[[], Any], rounds: int, blocks_enough: float = 0, bytes_enough: float = 0
) -> tuple[float, float]:
    """Python's blocks and malloc's bytes lost per call, over ``rounds`` calls after a warm-up.

    Malloc's bytes include the arenas of Python's own allocator, which come in steps of 256 KiB
    or more, so only the smallest growth of several goes counts; once it is below what is enough,
    no more are made.
    """
    for _ in range(3):
        call()
    gc.collect()
    gc.freeze()  # what the other tests keep need not be walked again and again
    try:
        blocks = heap = float("inf")
        for _ in range(4):
            before = _state()
            for _ in range(rounds):
                call()
            after = _state()
            blocks = min(blocks, (after[0] - before[0]) / rounds)
            heap = min(heap, (after[1] - before[1]) / rounds)
            if blocks < blocks_enough and heap < bytes_enough:
                break
        return blocks, heap
    finally:
        gc.unfreeze()


def assert_no_leak(call: Callable[[], Any], rounds: int = 50, most_bytes: float = 8) -> None:
    """Fail when each call of ``call()`` leaves something behind: an object, or bytes of the core.

    The call must not keep its results.  Exceptions are the caller's: wrap them when the failing
    path is what is tested.  ``most_bytes`` is for calls whose own use of malloc comes and goes.
    """
    if not MEASURABLE:
        pytest.skip("the allocator in use (PYTHONMALLOC) does not count its blocks")
    blocks, heap = growth(call, rounds, 0.5, most_bytes)
    # A leak is at least one block, or 16 bytes of malloc, in each call.
    assert blocks < 0.5, f"{blocks:.1f} blocks of Python are lost in each call"
    assert heap < most_bytes, f"{heap:.0f} bytes of the core are lost in each call"
