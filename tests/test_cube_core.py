from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import cube as reference

from interpol_bcn import _core

SKIP = 2**64 - 1
BIG = 2**63 - 1


def cells_of(cube: _core.Cube) -> reference.Cells:
    """What a cube holds, read by one road: its cells that are not 0."""
    cube.check()
    index, values, high = cube.nonzeros()
    cells = {}
    for k, at in enumerate(memoryview(index).tolist()):
        value = memoryview(values)[k]
        if high is not None:
            value = (memoryview(high)[k] << 64) + (value & SKIP)
        position = []
        for dim in reversed(cube.shape):
            position.append(at % dim)
            at //= dim
        cells[tuple(reversed(position))] = value
    return cells


def cube_of(shape: tuple[int, ...], cells: reference.Cells) -> _core.Cube:
    index = array("Q", [reference.number(at, shape) for at in cells])
    return _core.Cube.from_sparse(shape, index, array("q", cells.values()))


@st.composite
def cubes(draw: Any, dims: int | None = None, least: int = -BIG) -> tuple[Any, reference.Cells]:
    ndim = dims if dims is not None else draw(st.integers(1, 4))
    large = draw(st.booleans())
    most = 1500 if large and ndim <= 2 else 5
    shape = tuple(draw(st.integers(1, most)) for _ in range(ndim))
    position = st.tuples(*(st.integers(0, dim - 1) for dim in shape))
    values = st.one_of(st.integers(max(least, -3), 3), st.integers(least, BIG))
    cells = draw(st.dictionaries(position, values, max_size=30))
    return shape, reference.without_zeros(cells)


@given(cubes())
def test_a_cube_gives_back_what_it_was_made_of(made: Any) -> None:
    shape, cells = made
    cube = cube_of(shape, cells)
    assert cube.shape == shape
    assert cells_of(cube) == cells
    assert cube.total() == sum(cells.values())
    assert cube.nonzero == len(cells)
    assert cube.is_sparse == (cube.size > 2**20 and len(cells) * 8 < cube.size)
    for index, value in cells.items():
        assert cube.item(*index) == value


@given(cubes(), st.data())
def test_operations_equal_their_definitions(made: Any, data: Any) -> None:
    shape, cells = made
    cube = cube_of(shape, cells)
    ndim = len(shape)
    keep = data.draw(st.lists(st.booleans(), min_size=ndim, max_size=ndim))
    assert cells_of(cube.sum(keep)) == reference.sum_over(cells, keep)
    order = data.draw(st.permutations(range(ndim)))
    assert cells_of(cube.permute(order)) == reference.permute(cells, order)
    dim = data.draw(st.integers(0, ndim - 1))
    positions = data.draw(st.lists(st.integers(0, shape[dim] - 1), max_size=5))
    assert cells_of(cube.take(dim, positions)) == reference.take(cells, dim, positions)
    position = data.draw(st.integers(0, shape[dim] - 1))
    assert cells_of(cube.pick(dim, position)) == reference.pick(cells, dim, position)
    n = data.draw(st.integers(0, 40))
    index, values = cube.top(n)
    ranked = list(zip(memoryview(index).tolist(), values, strict=True))
    assert ranked == reference.top(cells, n, shape)
    twice = cube.add(cube)
    assert cells_of(twice) == reference.add(cells, cells)
    assert twice.subtract(cube).equal(cube)
    assert cells_of(cube.subtract(twice)) == reference.add({}, cells, -1)


@given(cubes())
def test_columns_hold_every_cell_or_those_not_0(made: Any) -> None:
    shape, cells = made
    cube = cube_of(shape, cells)
    codes, values, high = cube.columns(False)
    assert high is None
    rows = zip(*(memoryview(column).tolist() for column in codes), strict=True)
    assert dict(zip(rows, memoryview(values).tolist(), strict=True)) == cells
    stop = min(cube.size, 500)
    codes, values, _ = cube.columns(True, 0, stop)
    rows = zip(*(memoryview(column).tolist() for column in codes), strict=True)
    shown = dict(zip(rows, memoryview(values).tolist(), strict=True))
    assert len(shown) == stop
    assert reference.without_zeros(shown) == {
        at: value for at, value in cells.items() if reference.number(at, shape) < stop
    }


@given(
    st.lists(st.tuples(*[st.integers(0, 6)] * 3, st.integers(-BIG - 1, BIG)), max_size=60),
    st.booleans(),
    st.integers(1, 3),
    st.sampled_from([1, 40, 10**9]),
)
def test_columns_of_codes_are_counted_as_rows_are(
    rows: Any, measured: bool, workers: int, spread: int
) -> None:
    columns = [bytes(row[k] for row in rows) for k in range(3)]
    shape = (6 * spread, 6, 6)
    tables, places = [], []
    for k in range(3):
        stride = (36, 6, 1)[k]
        known = {code: code * (spread if k == 0 else 1) for code in range(6) if code != k + 1}
        table = array("Q", [SKIP]) * 256
        for code, at in known.items():
            table[code] = at * stride
        tables.append(table)
        zeros = (0, 0, 0)
        places.append({code: (*zeros[:k], at, *zeros[k + 1 :]) for code, at in known.items()})
    measure = array("q", [row[3] for row in rows]) if measured else None
    cube = _core.count_columns(columns, tables, shape, measure, workers)
    assert cells_of(cube) == reference.count(columns, places, measure)


@given(cubes(dims=2), st.sets(st.integers(0, 8)))
def test_flow_quantities_equal_their_definitions(made: Any, members: set[int]) -> None:
    side = 9
    cells = {(a % side, b % side): value for (a, b), value in made[1].items()}
    mask = bytes(code in members for code in range(side))
    facts = _core.flow_quantities(cube_of((side, side), cells), mask)
    assert facts == reference.flow(cells, members)


@given(
    st.integers(1, 40),
    st.randoms(use_true_random=False),
    st.sampled_from([0, 1, 2**50, 2**62]),
    st.booleans(),
)
def test_flow_quantities_of_many_members_hold_for_small_and_large_cells(
    side: int, random: Any, most: int, masked: bool
) -> None:
    cells = {
        (random.randrange(side), random.randrange(side)): random.randint(0, most)
        for _ in range(side * side // 2)
    }
    cells = {pair: value for pair, value in cells.items() if value}
    members = {code for code in range(side) if random.random() < 0.8} if masked else range(side)
    mask = bytes(code in members for code in range(side)) if masked else None
    cube = cube_of((side, side), cells)
    twin = reference.flow(cells, set(members))
    assert _core.flow_quantities(cube, mask) == twin
    nine = _core.flow_quantities(cube, mask, False)
    assert len(nine) == 9
    assert nine.items() <= twin.items()


def test_dense_cells_are_lent_without_a_copy() -> None:
    cube = _core.Cube.from_cells((2, 3), array("q", range(6)))
    view = memoryview(cube)
    assert (view.shape, view.strides, view.format, view.readonly) == ((2, 3), (24, 8), "q", True)
    assert view.tolist() == [[0, 1, 2], [3, 4, 5]]
    del cube
    assert view[1, 2] == 5


def test_numpy_sees_the_same_sums() -> None:
    numpy = pytest.importorskip("numpy")
    cells = numpy.random.default_rng(3).integers(-(2**40), 2**40, (30, 41, 7))
    cube = _core.Cube.from_cells(cells.shape, cells)
    assert numpy.array_equal(numpy.asarray(cube), cells)
    assert numpy.array_equal(numpy.asarray(cube.sum([True, False, True])), cells.sum(axis=1))
    turned = numpy.asarray(cube.permute([2, 0, 1]))
    assert numpy.array_equal(turned, cells.transpose(2, 0, 1))
    assert cube.extent() == (cells.min(), cells.max())


def test_what_cannot_be_lent_says_why() -> None:
    sparse = cube_of((2000, 2000), {(1, 1): 5})
    with pytest.raises(BufferError, match="most cells of this cube are 0"):
        memoryview(sparse)
    with pytest.raises(MemoryError, match="4000000 cells of 8 bytes"):
        sparse.dense(1000)
    assert memoryview(sparse.dense())[2001] == 5
    wide = cube_of((1,), {(0,): BIG}).add(cube_of((1,), {(0,): BIG}))
    assert wide.is_wide and wide.total() == 2 * BIG
    with pytest.raises(BufferError, match="int64"):
        memoryview(wide)
    with pytest.raises(OverflowError):
        wide.dense()


def test_a_subclass_shares_the_cells_it_is_made_of() -> None:
    class Named(_core.Cube):
        def __init__(self, core: _core.Cube, name: str) -> None:
            self.name = name

    core = _core.Cube.from_cells((2,), array("q", [3, 4]))
    named = Named(core, "pair")
    assert (named.name, named.total(), type(named.add(core))) == ("pair", 7, _core.Cube)
    assert named.equal(core)
    with pytest.raises(TypeError):
        _core.Cube()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        _core.Cube(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c: c.item(2, 0), IndexError),
        (lambda c: c.item(-1, 0), IndexError),
        (lambda c: c.item(0), TypeError),
        (lambda c: c.sum([True]), ValueError),
        (lambda c: c.permute([0, 0]), ValueError),
        (lambda c: c.permute([0, 99]), ValueError),
        (lambda c: c.take(2, [0]), ValueError),
        (lambda c: c.take(0, [2]), ValueError),
        (lambda c: c.take(0, [-1]), OverflowError),
        (lambda c: c.pick(0, -1), ValueError),
        (lambda c: c.add(3), TypeError),
        (lambda c: c.top(1, (b"\0", None)), ValueError),
        (lambda c: c.top(1, (3, None)), TypeError),
        (lambda c: c.columns(True, 3, 2), ValueError),
        (lambda c: _core.Cube.from_cells((2, 3), array("q", [1])), ValueError),
        (lambda c: _core.Cube.from_cells((1,), array("d", [1])), TypeError),
        (lambda c: _core.Cube.from_cells((2,) * 17, array("q", [1])), ValueError),
        (lambda c: _core.Cube.from_sparse((2,), array("Q", [2]), array("q", [1])), ValueError),
        (lambda c: _core.Cube.from_sparse((2**40,) * 2, array("Q"), array("q")), MemoryError),
        (lambda c: _core.count_columns([b"\1"], [array("Q", [0])], (1,)), ValueError),
        (lambda c: _core.count_columns([], [], (1,)), ValueError),
    ],
)
def test_wrong_arguments_are_refused(call: Any, error: type[Exception]) -> None:
    cube = _core.Cube.from_cells((2, 3), array("q", range(6)))
    with pytest.raises(error):
        call(cube)
    assert cube.total() == 15


@pytest.mark.parametrize(
    ("most", "width"), [(255, 1), (65_535, 2), (65_536, 4), (2**32, 8), (-1, 8)]
)
def test_many_cells_are_kept_narrow_and_leave_as_int64(most: int, width: int) -> None:
    values = array("q", [1, 2, 0]) * 400_000
    values[5] = most
    cube = _core.Cube.from_cells((1_200, 1_000), values)
    cube.check()
    assert cube.nbytes == width * len(values)
    view = memoryview(cube)
    assert (view.format, view.shape, view.nbytes) == ("q", (1_200, 1_000), 8 * len(values))
    assert view.tobytes() == bytes(memoryview(cube.dense())) == values.tobytes()
    assert cube.extent() == (min(0, most), max(2, most))
    assert cube.add(cube).subtract(cube).equal(cube)
    assert cube.total() == sum(values)
    assert cells_of(cube.pick(0, 0)) == {(i,): n for i, n in enumerate(values[:1_000]) if n}


def test_a_view_outlives_its_narrow_cube() -> None:
    cube = _core.Cube.from_cells((1_200, 1_000), array("q", [7]) * 1_200_000)
    view = memoryview(cube)
    del cube
    assert view[1_199, 999] == 7
