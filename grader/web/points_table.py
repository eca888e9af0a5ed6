"""A table of points as it came from a spreadsheet: read whole, whatever program wrote it, or refused with what to do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import GraderError
from grader.table import FORMULA

MAX_BYTES = 1024 * 1024
MAX_ROWS = 5000
SEPARATORS = (",", ";", "\t")
BY_HAND = " by hand"  # behind an assignment's name, names the column of its points by hand
WHO = ("user", "e-mail")


@dataclass(frozen=True, slots=True)
class Row:
    """One row with what its cells say, by the names of the columns; `line` is where it begins in the file."""

    line: int
    cells: dict[str, str]
    has_surplus: bool = False  # cells beyond the last column


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the names of its columns, and its rows that are not empty."""

    columns: list[str]
    rows: list[Row]


def decoded(raw: bytes) -> str:
    """Read a file's bytes as text; raises GraderError for what is no table in UTF-8."""
    if len(raw) > MAX_BYTES:
        raise GraderError(f"The file has {len(raw):,} bytes; {MAX_BYTES:,} is the most.")
    if raw[:2] in (b"PK", b"\xd0\xcf"):
        raise GraderError("This is a workbook, not CSV: save the sheet as “CSV UTF-8” and upload that.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        at = raw.count(b"\n", 0, e.start) + 1
        raise GraderError(f"Line {at} is not UTF-8: save the sheet as “CSV UTF-8” and upload that.") from e


def read(text: str) -> Table:
    """Read a table; raises GraderError with the line and what to write instead."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in whole:
        raise GraderError("There are zero bytes in the file: save the sheet as “CSV UTF-8” and upload that.")
    lines = whole.split("\n")
    first = 1 if lines[0].lower().startswith("sep=") else 0  # a line that spreadsheets leave to say what separates cells
    while first < len(lines) and not lines[first].strip(" ,;\t"):
        first += 1
    if first == len(lines):
        raise GraderError("The file is empty.")
    separator = max(SEPARATORS, key=lambda s: (bool({*WHO} & {*_names(lines[first], s)}), len(_names(lines[first], s))))
    columns = _names(lines[first], separator)
    _check(columns)
    return Table(columns, list(_rows("\n".join(lines[first + 1:]), columns, separator, first + 2)))


def plain(cell: str) -> str:
    """Undo what keeps a cell from being taken for a formula."""
    said = cell.strip()
    return said[1:] if said.startswith("'") and said[1:].lstrip().startswith(FORMULA) else said


def _names(header: str, separator: str) -> list[str]:
    return [plain(c).casefold() for c in next(csv.reader([header], delimiter=separator), [])]


def _check(columns: list[str]) -> None:
    if not {*WHO} & {*columns}:
        raise GraderError("There is no column “user”: the first line names the columns, as in the gradebook's own file.")
    twice = sorted({c for c in columns if c and columns.count(c) > 1})
    if twice:
        raise GraderError(f"The column “{twice[0]:.80}” stands twice in the first line.")


def _rows(body: str, columns: list[str], separator: str, first: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
    line, count = first, 0
    try:
        for cells in reader:
            if any(c.strip() for c in cells):
                count += 1
                if count > MAX_ROWS:
                    raise GraderError(f"The file has more than {MAX_ROWS:,} rows.")
                surplus = any(c.strip() for c in cells[len(columns):])
                yield Row(line, {k: plain(c) for k, c in zip(columns, cells, strict=False)}, surplus)
            line = first + reader.line_num
    except csv.Error as e:
        raise GraderError(f"Line {line} can't be read as CSV: {e}.") from e
