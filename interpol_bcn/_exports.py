"""The ways out that a cube shares with its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    from .table import Table

__all__ = ["Exports"]


class Exports:
    """Everything that has a ``to_table`` leaves by the table's doors.

    ``labels="name"`` with a ``language`` gives names for people instead of codes,
    ``zeros=False`` leaves out the figures that are 0.
    """

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return a table; each class says of what."""
        raise NotImplementedError

    def to_dicts(self, *, zeros: bool = True, **options: Any) -> list[dict[str, Any]]:
        """Return one dict per row."""
        return self.to_table(zeros=zeros).to_dicts(**options)

    def to_csv(
        self, path: str | os.PathLike[str] | None = None, *, zeros: bool = True, **options: Any
    ) -> str | None:
        """Write CSV to a path, whole or not at all, or return it as text."""
        return self.to_table(zeros=zeros).to_csv(path, **options)

    def to_json(
        self, path: str | os.PathLike[str] | None = None, *, zeros: bool = True, **options: Any
    ) -> str | None:
        """Write JSON to a path, or return it as text."""
        return self.to_table(zeros=zeros).to_json(path, **options)

    def to_markdown(self, *, zeros: bool = True, **options: Any) -> str:
        """Return a Markdown table."""
        return self.to_table(zeros=zeros).to_markdown(**options)

    def to_html(self, *, zeros: bool = True, **options: Any) -> str:
        """Return an HTML table."""
        return self.to_table(zeros=zeros).to_html(**options)

    def to_excel(
        self, path: str | os.PathLike[str], *, zeros: bool = True, **options: Any
    ) -> None:
        """Write an Excel workbook; needs the extra ``excel``."""
        self.to_table(zeros=zeros).to_excel(path, **options)

    def to_arrow(self, *, zeros: bool = True, **options: Any) -> Any:
        """Return a ``pyarrow.Table``; needs pyarrow."""
        return self.to_table(zeros=zeros).to_arrow(**options)

    def to_pandas(self, *, zeros: bool = True, **options: Any) -> Any:
        """Return a long ``pandas.DataFrame``; needs pandas."""
        return self.to_table(zeros=zeros).to_pandas(**options)

    def to_polars(self, *, zeros: bool = True, **options: Any) -> Any:
        """Return a long ``polars.DataFrame``; needs polars."""
        return self.to_table(zeros=zeros).to_polars(**options)

    def __arrow_c_schema__(self) -> object:
        return self.to_table().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.to_table().__arrow_c_stream__(requested_schema)
