"""What a student handed in: a .py file, a notebook, or a small zip of them, kept unchanged and checked before any run."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader import archive
from grader.errors import SubmissionError
from grader.notebook import read_cells
from grader.syntax import parse

MAX_SOURCE = 256 * 1024
MAX_NOTEBOOK = 8 * 1024 * 1024  # with its outputs, which are left out
MAX_ZIP = 1024 * 1024  # packed, and once more unpacked
MAX_ZIP_FILES = 20
ZIP = archive.Bounds(MAX_ZIP, MAX_ZIP, MAX_ZIP_FILES, depth=4)
ENTRIES = ("submission.py", "main.py", "submission.ipynb", "main.ipynb")


@dataclass(frozen=True, slots=True)
class Submission:
    """A checked submission: its runnable units in order, its other files, and notes for the student.

    A unit is (file name or `cell N`, source).
    """

    name: str
    raw: bytes
    units: tuple[tuple[str, str], ...]
    files: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """All units as one text."""
        return "\n".join(s for _, s in self.units)

    @property
    def digest(self) -> str:
        """SHA-256 of what was handed in."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def imports_torch(self) -> bool:
        """Tell whether a file of it imports torch: then its functions get tensors, else NumPy arrays."""
        texts = [self.source, *(text for name, text in self.files.items() if name.endswith(".py"))]
        return any(n.split(".")[0] == "torch" for text in texts for n in _imported(parse(text)))


def read_submission(name: str, raw: bytes) -> Submission:
    """Check what was handed in and split it into units; raises SubmissionError with what, where and what instead."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".zip":
        return _read_zip(name, raw)
    if suffix not in {".py", ".ipynb"}:
        msg = f"{name}: hand in a .py file, a .ipynb notebook, or a .zip of them"
        raise SubmissionError(msg)
    units, notes = _read_units(name, raw)
    return Submission(name, raw, tuple(units), {}, tuple(notes))


def _read_units(name: str, raw: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    text = _decode(name, raw)
    is_notebook = name.lower().endswith(".ipynb")
    units, notes = read_cells(text, name) if is_notebook else ([(PurePosixPath(name).name, text)], [])
    size = sum(len(s) for _, s in units)
    if size > MAX_SOURCE:
        raise SubmissionError(f"{name}: {size} characters of code, {MAX_SOURCE} allowed")
    for unit, source in units:
        _check_syntax(unit, source)
    return units, notes


def _decode(name: str, raw: bytes) -> str:
    is_notebook = name.lower().endswith(".ipynb")
    limit = MAX_NOTEBOOK if is_notebook else MAX_SOURCE
    if not raw.strip():
        raise SubmissionError(f"{name}: the file is empty")
    if len(raw) > limit:
        advice = "clear its outputs and save it again" if is_notebook else "hand in the program alone, without data"
        raise SubmissionError(f"{name}: {len(raw)} bytes, {limit} allowed; {advice}")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as e:
        raise SubmissionError(f"{name}: byte {e.start} is not UTF-8; save the file as UTF-8") from e


def _check_syntax(unit: str, source: str) -> None:
    try:
        parse(source, unit)
    except SyntaxError as e:
        line = (e.text or "").strip()[:80]
        raise SubmissionError(f"{unit}, line {e.lineno or 1}: {e.msg}{': ' if line else ''}{line}") from e
    except (RecursionError, MemoryError) as e:
        raise SubmissionError(f"{unit}: Python cannot read it, it is nested too deeply") from e
    except ValueError as e:
        raise SubmissionError(f"{unit}: Python cannot read it ({e})") from e


def _read_zip(name: str, raw: bytes) -> Submission:
    members = archive.members(name, raw, ZIP)
    sources = [m for m in members if m.endswith((".py", ".ipynb"))]
    entry = next((e for e in ENTRIES if e in members), sources[0] if len(sources) == 1 else None)
    if entry is None:
        found = ", ".join(sorted(sources)[:5]) or "no .py or .ipynb"
        raise SubmissionError(f"{name}: which file is to run? Call it submission.py (found {found})")
    units, notes = _read_units(entry, members.pop(entry))
    files: dict[str, str] = {}
    for file, content in members.items():
        text = _text(file, content, notes) if content.strip() else ""  # as __init__.py may be
        if text is not None:
            files[file] = text
        if text and file.endswith(".py"):
            _check_syntax(file, text)
    return Submission(name, raw, tuple(units), files, tuple(notes))


def _text(file: str, content: bytes, notes: list[str]) -> str | None:
    """Decode a file beside the program; what is no text, as a picture, is left out with a note."""
    try:
        return _decode(file, content)
    except SubmissionError as e:
        if file.endswith(".py"):
            raise
        notes.append(f"left out {e}")
        return None


def _imported(tree: ast.Module) -> list[str]:
    plain = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    return plain + [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
