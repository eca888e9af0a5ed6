"""What a student handed in: a .py file, a notebook, or a small zip of them, kept unchanged and checked before any run."""

from __future__ import annotations

import ast
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.notebook import read_cells
from grader.syntax import parse

MAX_SOURCE = 256 * 1024
MAX_NOTEBOOK = 8 * 1024 * 1024  # with its outputs, which are left out
MAX_ZIP = 1024 * 1024  # packed, and once more unpacked
MAX_ZIP_FILES = 20
MAX_DEPTH = 4
MAX_NAME = 100
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
    members = _members(name, raw)
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


def _members(name: str, raw: bytes) -> dict[str, bytes]:
    """Unpack a zip file in memory, without the folder that holds everything, as a dictionary of small files."""
    if len(raw) > MAX_ZIP:
        raise SubmissionError(f"{name}: {len(raw)} bytes, {MAX_ZIP} allowed; hand in the program alone, without data")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as e:
        raise SubmissionError(f"{name}: not a zip file ({e})") from e
    wanted = list(_wanted(name, archive))
    if len(wanted) > MAX_ZIP_FILES:
        raise SubmissionError(f"{name}: more than {MAX_ZIP_FILES} files")
    found: dict[str, bytes] = {}
    for path, info in wanted:
        if any(path.is_relative_to(f) or PurePosixPath(f).is_relative_to(path) for f in found):
            raise SubmissionError(f"{name}: {info.filename[:80]!r} is there twice, or is a file and a folder")
        found[str(path)] = _inflate(name, archive, info, MAX_ZIP - sum(map(len, found.values())))
    return _without_common_folder(found)


def _wanted(name: str, archive: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """List an archive's files by safe paths, without what systems and editors leave in it."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
        is_out = path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename
        if is_link or is_out or not path.parts:
            raise SubmissionError(f"{name}: {info.filename[:80]!r} is a link or leads out of the archive")
        if len(path.parts) > MAX_DEPTH or max(map(len, path.parts)) > MAX_NAME or not info.filename.isprintable():
            raise SubmissionError(f"{name}: {info.filename[:80]!r} is a name too long, too deep or not printable")
        if not info.filename.endswith("/") and not any(p.startswith((".", "__MACOSX", "__pycache__")) for p in path.parts):
            yield path, info


def _inflate(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SubmissionError(f"{name}: {info.filename[:80]!r} cannot be unpacked; use the usual compression")
    try:
        with archive.open(info) as f:
            data = f.read(room + 1)  # counted while inflating: the sizes in the archive are only claims
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as e:
        raise SubmissionError(f"{name}: {info.filename[:80]!r} cannot be unpacked ({e})") from e
    if len(data) > room:
        raise SubmissionError(f"{name}: more than {MAX_ZIP} bytes when unpacked")
    return data


def _without_common_folder(found: dict[str, bytes]) -> dict[str, bytes]:
    """Strip the folders that hold everything: an archive of a folder is an archive of what is in it."""
    while found and all("/" in f for f in found) and len({f.partition("/")[0] for f in found}) == 1:
        found = {f.partition("/")[2]: b for f, b in found.items()}
    return found


def _imported(tree: ast.Module) -> list[str]:
    plain = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    return plain + [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
