"""The leak test finds planted leaks; and the binding has none."""

from __future__ import annotations

import ctypes
import gc
import weakref

import leaks
import pytest

import interpol_bcn._core as core


def test_a_clean_call_passes() -> None:
    leaks.assert_no_leak(lambda: [bytes(1000) for _ in range(100)])


def test_objects_kept_are_found() -> None:
    kept: list[object] = []
    with pytest.raises(AssertionError, match="blocks of Python are lost"):
        leaks.assert_no_leak(lambda: kept.append(object()))


def test_a_lost_reference_is_found() -> None:
    def lose() -> None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(object()))

    with pytest.raises(AssertionError, match="blocks of Python are lost"):
        leaks.assert_no_leak(lose)


@pytest.mark.skipif(leaks.HEAP is None, reason="this C library does not tell what it handed out")
@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_memory_lost_in_c_is_found(size: int) -> None:
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    malloc.argtypes = [ctypes.c_size_t]
    with pytest.raises(AssertionError, match="bytes of the core are lost"):
        leaks.assert_no_leak(lambda: malloc(size))


def test_every_class_of_the_core_can_be_forgotten() -> None:
    """A subclass dies with its last user: nothing in the module keeps it."""
    for name, base in vars(core).items():
        if not isinstance(base, type) or not base.__flags__ & 1 << 10:
            continue
        made = type(name, (base,), {})
        watch = weakref.ref(made)
        del made
        gc.collect()
        assert watch() is None, name
