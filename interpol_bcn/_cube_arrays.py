"""Cubes as arrays: numpy and xarray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._figures import afford
from .errors import MissingExtra

if TYPE_CHECKING:
    from .cube import Cube

__all__ = ["data_array", "numpy_array"]


def numpy_array(cube: Cube) -> Any:
    """See ``Cube.to_numpy``."""
    try:
        import numpy
    except ImportError:
        raise MissingExtra("numpy", "numpy", "for to_numpy()") from None
    if cube.is_wide:
        raise OverflowError(
            f"some {cube.measure} of this cube do not fit the 64 bits of an array; "
            "to_dicts() and to_arrow() leave exactly"
        )
    if not cube.is_sparse:
        return numpy.asarray(memoryview(cube)).view("int64")
    afford(cube.size, 8, f"a dense array of {cube.size:,} cells",
           "export without zeros (zeros=False), or ")  # fmt: skip
    return numpy.asarray(memoryview(cube.dense())).view("int64").reshape(cube.shape)


def data_array(cube: Cube) -> Any:
    """See ``Cube.to_xarray``."""
    try:
        import xarray
    except ImportError:
        raise MissingExtra("xarray", "xarray", "for to_xarray()") from None
    coords = {axis.name: list(axis.labels) for axis in cube.axes}
    attrs = {"unit": cube.unit, "note": cube.note()}
    return xarray.DataArray(
        cube.to_numpy(), dims=cube.dims, coords=coords, name=cube.measure, attrs=attrs
    )
