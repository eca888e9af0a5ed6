"""Reading a Jupyter notebook: its code cells in order, magics taken out with a note that names the cell."""

from __future__ import annotations

import json
import re
from typing import Any

from grader.errors import SubmissionError
from grader.syntax import parse

MAX_CELLS = 500
MAGIC = re.compile(r"^\s*[%!?]|^\s*[\w.]+\?{1,2}\s*$|^\s*[\w, ]+=\s*[%!]")
TIMED = {"%%time", "%%timeit", "%%capture", "%%prun"}  # magics of a whole cell of Python


def read_cells(text: str, name: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the code cells as (`cell 3`, source) and notes about what was taken out.

    Raises SubmissionError when the text is not a notebook, has no code, or too many cells.
    """
    cells = _cells(text, name)
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"{name}: {len(cells)} cells, {MAX_CELLS} allowed")
    notes: list[str] = []
    code = [(f"cell {i}", _without_magics(_source(c), i, notes)) for i, c in enumerate(cells, 1)
            if isinstance(c, dict) and c.get("cell_type") == "code"]
    if not any(source.strip() for _, source in code):
        raise SubmissionError(f"{name}: the notebook has no code" + "".join(f" ({n})" for n in notes[:1]))
    return code, notes


def read_all(text: str, name: str) -> list[tuple[int, str, str]]:
    """Return all cells, for people to read: number, kind (`code`, `markdown`, `raw`) and source as it was written.

    Raises SubmissionError when the text is not a notebook.
    """
    return [(i, str(c.get("cell_type", "raw"))[:20], _source(c)) for i, c in enumerate(_cells(text, name)[:MAX_CELLS], 1)
            if isinstance(c, dict)]


def _cells(text: str, name: str) -> list[Any]:
    try:
        notebook = json.loads(text)
        json.dumps(notebook, ensure_ascii=False).encode()  # half a character, as \ud800, is no text
    except (ValueError, RecursionError) as e:
        raise SubmissionError(f"{name}: not a notebook (its JSON cannot be read: {e})") from e
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise SubmissionError(f"{name}: not a notebook of format 4 (it has no list of cells); save it again with Jupyter")
    return cells


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _without_magics(source: str, number: int, notes: list[str]) -> str:
    if source.lstrip().startswith("%%"):
        first = source.lstrip().splitlines()[0].strip()
        if first.split()[0] not in TIMED:
            notes.append(f"cell {number}: left out, {first[:60]} is not Python")
            return ""
        source = source.replace(first, "", 1)
    if _is_python(source):  # where a line that begins with % goes on with the one above, or stands in a text
        return source + "\n"
    lines = source.splitlines()
    for i, line in enumerate(lines):
        if MAGIC.match(line):
            notes.append(f"cell {number}: left out {line.strip()[:60]}")
            lines[i] = re.match(r"\s*", line).group() + "pass"  # type: ignore[union-attr] # keeps indented blocks whole
    return "\n".join(lines) + "\n"


def _is_python(source: str) -> bool:
    try:
        parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
