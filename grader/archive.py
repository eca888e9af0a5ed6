"""Zip files from outside, read in memory and counted while they are inflated, and zips of ours."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.errors import SubmissionError

LEFT_BEHIND = (".", "__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")  # how names begin that systems and editors leave
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an archive may hold."""

    packed: int  # bytes
    unpacked: int  # bytes, of all files together
    files: int
    depth: int  # parts of a path
    name: int = 100  # characters of a part
    advice: str = "hand in the program alone, without data"


def members(name: str, raw: bytes, bounds: Bounds) -> dict[str, bytes]:
    """Unpack a zip file in memory, without the folder that holds everything; raises SubmissionError with what is wrong.

    What systems and editors leave in archives is left out (see `skipped`).
    """
    archive = _opened(name, raw, bounds)
    wanted = list(_wanted(name, archive, bounds))
    if len(wanted) > bounds.files:
        raise SubmissionError(f"{name}: more than {bounds.files} files")
    found: dict[str, bytes] = {}
    for path, info in wanted:
        if any(path.is_relative_to(f) or PurePosixPath(f).is_relative_to(path) for f in found):
            raise SubmissionError(f"{name}: {info.filename[:80]!r} is there twice, or is a file and a folder")
        found[str(path)] = _inflate(name, archive, info, bounds, bounds.unpacked - sum(map(len, found.values())))
    return without_common_folder(found)


def skipped(name: str, raw: bytes, bounds: Bounds) -> list[str]:
    """List the files of an archive that `members` leaves out."""
    return [i.filename for i in _opened(name, raw, bounds).infolist()
            if not i.filename.endswith("/") and is_left_behind(PurePosixPath(i.filename))]


def is_left_behind(path: PurePosixPath) -> bool:
    """Tell whether a file is none of anybody's making: caches, settings of editors, what systems add."""
    return any(p.startswith(LEFT_BEHIND) for p in path.parts)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Zip files by their paths so that equal files are equal bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files, key=lambda p: PurePosixPath(p).parts):
            archive.writestr(zipfile.ZipInfo(path, EPOCH), files[path])
    return target.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """Undo packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist()}


def without_common_folder(found: dict[str, bytes]) -> dict[str, bytes]:
    """Strip the folders that hold everything: an archive of a folder is an archive of what is in it."""
    while found and all("/" in f for f in found) and len({f.partition("/")[0] for f in found}) == 1:
        found = {f.partition("/")[2]: b for f, b in found.items()}
    return found


def _opened(name: str, raw: bytes, bounds: Bounds) -> zipfile.ZipFile:
    if len(raw) > bounds.packed:
        raise SubmissionError(f"{name}: {len(raw)} bytes, {bounds.packed} allowed; {bounds.advice}")
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as e:
        raise SubmissionError(f"{name}: not a zip file ({e})") from e


def _wanted(name: str, archive: zipfile.ZipFile, bounds: Bounds) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """List an archive's files by safe paths, without what systems and editors leave in it."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
        is_out = path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename
        if is_link or is_out or not path.parts:
            raise SubmissionError(f"{name}: {info.filename[:80]!r} is a link or leads out of the archive")
        if len(path.parts) > bounds.depth or max(map(len, path.parts)) > bounds.name or not info.filename.isprintable():
            raise SubmissionError(f"{name}: {info.filename[:80]!r} is a name too long, too deep or not printable")
        if not info.filename.endswith("/") and not is_left_behind(path):
            yield path, info


def _inflate(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, bounds: Bounds, room: int) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SubmissionError(f"{name}: {info.filename[:80]!r} cannot be unpacked; use the usual compression")
    try:
        with archive.open(info) as f:
            data = f.read(room + 1)  # counted while inflating: the sizes in the archive are only claims
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as e:
        raise SubmissionError(f"{name}: {info.filename[:80]!r} cannot be unpacked ({e})") from e
    if len(data) > room:
        raise SubmissionError(f"{name}: more than {bounds.unpacked} bytes when unpacked")
    return data
