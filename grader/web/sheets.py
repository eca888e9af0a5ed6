"""Tables that people send as CSV: read whole, as spreadsheets of any country write them, or refused with the reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.errors import GraderError
from grader.table import FORMULA

MOST_BYTES = 1 << 20
MOST_ROWS = 5000
LONGEST = 1000  # characters of a cell
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, its cells by the names of their columns."""

    line: int  # in the file, the header being 1
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


def decoded(raw: bytes) -> str:
    """Turn a file's bytes into text; raises GraderError where they are no text."""
    if len(raw) > MOST_BYTES:
        raise GraderError(f"The file has {len(raw)} bytes; {MOST_BYTES} is the most.")
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as e:
        raise GraderError("The file is not UTF-8: save it as “CSV UTF-8” and send it again.") from e
    if "\0" in text:
        raise GraderError("This is no CSV file: it has bytes in it that no text has.")
    return text


def read(text: str, columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> list[Row]:
    """Read a table; `columns` are the names a column may have in its header, small letters, in any order.

    Columns of other names are left out, so that a file may hold more than is asked for. Raises GraderError.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise GraderError("The file is empty: its first line names the columns.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as e:
        raise GraderError(f"Line {reader.line_num} can't be read as CSV: {e}.") from e
    if len(lines) > MOST_ROWS + 1:
        raise GraderError(f"The file has {len(lines) - 1} rows; {MOST_ROWS} is the most.")
    head = [_column(name, columns) for name in lines[0][1]]
    _check_head(head, lines[0][1], columns, needed)
    return [_row(line, cells, head) for line, cells in lines[1:]]


def _check_head(head: Sequence[str], said: Sequence[str], columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> None:
    if not set(head) & set(needed):
        wanted = " or ".join(f"“{columns[n][0]}”" for n in needed)
        raise GraderError(f"The first line must name the columns, {wanted} among them; it is “{', '.join(said)[:200]}”.")
    twice = sorted({n for n in head if n and head.count(n) > 1})
    if twice:
        raise GraderError(f"Two columns are called {', '.join(twice)}.")


def _column(said: str, columns: Mapping[str, Sequence[str]]) -> str:
    name = " ".join(said.strip().casefold().replace("_", " ").split())
    return next((key for key, names in columns.items() if name in names), "")


def _row(line: int, cells: Sequence[str], head: Sequence[str]) -> Row:
    if len(cells) > len(head) and any(c.strip() for c in cells[len(head):]):
        raise GraderError(f"Line {line} has {len(cells)} cells, the header {len(head)}.")
    return Row(line, {name: plain(cell) for name, cell in zip(head, cells, strict=False) if name})


def plain(cell: str) -> str:
    """Return what a cell says: one line, without the apostrophe that our own files put before what looks like a formula."""
    said = " ".join(cell.split())[:LONGEST]
    return said[1:] if said.startswith("'") and said[1:].startswith(FORMULA) else said
