from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, final, overload

from typing_extensions import Buffer, disjoint_base

_Field = tuple[str, bool, int, int, int, int]
_Zone = tuple[Any, Any, int, int]

@final
class Memory:
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> int | float: ...

@final
class Builder:
    def __new__(
        cls,
        fields: Sequence[_Field],
        resolve: Callable[[int, str], int],
        id: int,
        keys: Sequence[int],
        stop: bool,
        keep: int,
        workers: int,
        rules: Sequence[tuple[str, int, int, int | None]] = (),
    ) -> Self: ...
    @property
    def seen(self) -> int: ...
    @property
    def accepted(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def stopped(self) -> bool: ...
    def preload(self, column: int, codes: dict[str, int], /) -> None: ...
    def unstated(self, column: int, texts: Sequence[str], /) -> None: ...
    def begin(self, source: int, /) -> None: ...
    def read_csv(
        self,
        /,
        source: int | Callable[[int], bytes],
        delimiter: bytes,
        quote: bytes,
        fields: int,
        columns: Sequence[int],
        zone: _Zone | None = None,
        format: str | None = None,
        before: bytes = b"",
        first_line: int = 1,
        workers: int = 1,
        record_limit: int = 0,
        block_bytes: int = 0,
    ) -> None: ...
    def read_arrow(
        self,
        /,
        source: Any,
        columns: Sequence[str | None],
        zone: _Zone | None = None,
        format: str | None = None,
    ) -> None: ...
    def finish(self, /) -> tuple[Log, list[list[str] | int | None]]: ...
    def refusals(self, /) -> list[tuple[int, int, int, int | None, int, str | None]]: ...
    def accounts(self, /) -> list[tuple[int | None, int, str | None, int]]: ...

@disjoint_base
class Log:
    def __new__(cls, records: Log, /) -> Self: ...
    def __len__(self) -> int: ...
    @property
    def _nbytes(self) -> tuple[int, int]: ...
    def column(self, number: int, /) -> dict[str, Any] | None: ...
    @overload
    def run(
        self,
        /,
        shape: list[int],
        terms: list[tuple[int, Any]],
        dials: list[tuple[int, list[tuple[Any, int, int]]]],
        ranges: list[tuple[int, int, int, bool]],
        measure: int = -1,
        groups: tuple[int, int] | None = None,
        workers: int = 0,
        memory: int = 0,
    ) -> Cube: ...
    @overload
    def run(
        self,
        /,
        shape: list[int],
        terms: list[tuple[int, Any]],
        dials: list[tuple[int, list[tuple[Any, int, int]]]],
        ranges: list[tuple[int, int, int, bool]],
        measure: tuple[int, ...],
        groups: tuple[int, int] | None = None,
        workers: int = 0,
        memory: int = 0,
    ) -> tuple[Cube, ...]: ...

@disjoint_base
class Cube:
    def __new__(cls, other: Cube, /) -> Self: ...
    def __init__(self, other: Cube, /) -> None: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def ndim(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def nonzero(self) -> int: ...
    @property
    def is_sparse(self) -> bool: ...
    @property
    def is_wide(self) -> bool: ...
    @property
    def nbytes(self) -> int: ...
    def total(self, /) -> int: ...
    def extent(self, /) -> tuple[int, int]: ...
    def item(self, /, *positions: int) -> int: ...
    def check(self, /) -> None: ...
    def equal(self, other: Cube, /) -> bool: ...
    def add(self, other: Cube, limit: int = 0, /) -> Cube: ...
    def subtract(self, other: Cube, limit: int = 0, /) -> Cube: ...
    def sum(self, keep: Sequence[bool], limit: int = 0, /) -> Cube: ...
    def permute(self, order: Sequence[int], limit: int = 0, /) -> Cube: ...
    def take(self, dim: int, positions: Sequence[int], limit: int = 0, /) -> Cube: ...
    def pick(self, dim: int, position: int, limit: int = 0, /) -> Cube: ...
    def nonzeros(self, limit: int = 0, /) -> tuple[Memory, Memory, Memory | None]: ...
    def columns(
        self, zeros: bool = True, start: int = 0, stop: int | None = None, limit: int = 0, /
    ) -> tuple[tuple[Memory, ...], Memory, Memory | None]: ...
    def top(
        self, n: int, drop: Sequence[Buffer | None] | None = None, diagonal: bool = False, /
    ) -> tuple[Memory, list[int]]: ...
    def dense(self, limit: int = 0, /) -> Memory: ...
    @classmethod
    def from_cells(cls, shape: Sequence[int], cells: Buffer, /) -> Self: ...
    @classmethod
    def from_sparse(
        cls, shape: Sequence[int], index: Buffer, values: Buffer, limit: int = 0, /
    ) -> Self: ...

@final
class ArrowSource:
    @property
    def fields(self) -> tuple[tuple[str, str], ...]: ...

@final
class ArrowTable:
    def __arrow_c_schema__(self, /) -> object: ...
    def __arrow_c_array__(
        self, /, requested_schema: object | None = None
    ) -> tuple[object, object]: ...
    def __arrow_c_stream__(self, /, requested_schema: object | None = None) -> object: ...

def arrow_export(
    columns: Iterable[tuple[str, str, Any, Any, Any]], lend: bool = False, /
) -> ArrowTable: ...
def arrow_fields(source: Any, /) -> tuple[tuple[str, str], ...]: ...
def arrow_open(source: Any, /) -> ArrowSource: ...
def busiest_runs(times: Buffer, pieces: Buffer, n: int, /) -> tuple[list[int], list[int], int]: ...
def count_columns(
    columns: Sequence[Buffer],
    tables: Sequence[Buffer],
    shape: Sequence[int],
    measure: Buffer | None = None,
    workers: int = 0,
    limit: int = 0,
    /,
) -> Cube: ...
def flow_quantities(
    cube: Cube, mask: Buffer | None = None, pairs: bool = True, /
) -> dict[str, int]: ...
def simulate_messages(
    *,
    rows: int,
    seed: int,
    threads: int,
    start: int,
    weekday: int,
    bureaus: int,
    days: int,
    weeks: int,
    secretariat: int,
    weight: Buffer,
    pairs: Buffer,
    offset: Buffer,
    week: Buffer,
    pace: Buffer,
    since: Buffer,
    hours: Buffer,
    day: Buffer,
) -> dict[str, Memory]: ...
def simulate_searches(
    *,
    single: bool,
    seed: int,
    start: int,
    weekday: int,
    bureaus: int,
    days: int,
    weeks: int,
    databases: int,
    searches: Buffer,
    rhythm: Buffer,
    weight: Buffer,
    rate: Buffer,
    day: Buffer,
    offset: Buffer,
    week: Buffer,
    since: Buffer,
    hours: Buffer,
) -> dict[str, Memory]: ...
def split_record(
    text: bytes, whole: bool, delimiter: bytes, quote: bytes, /
) -> tuple[list[str], int, int, int] | None: ...
