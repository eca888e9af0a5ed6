"""Drafts of assignment folders: begun from a folder that is there or a zip, edited file by file, every act in the audit log."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction

from grader import archive, catalog, folder
from grader.calibration import FILE as CALIBRATION
from grader.errors import GraderError, SubmissionError
from grader.folder import Looked
from grader.web import audit, courses, specs
from grader.web.models import Course, Draft, DraftFile, SpecVersion, User

SPEC, STATEMENT = "assignment.toml", "statement.md"
MAX_FILE = 2 * 1024 * 1024
MAX_ALL = 16 * 1024 * 1024
MAX_FILES = 400
MAX_TEXT = 512 * 1024  # of a file that is edited in the browser
MAX_PATH = 200
ZIP = archive.Bounds(8 * 1024 * 1024, MAX_ALL, MAX_FILES, depth=6, advice="leave data and pictures out")
KINDS = (".toml", ".md", ".py", ".ipynb", ".json", ".txt", ".csv", ".zip", ".npz", ".png", ".svg")
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
TITLE = re.compile(r"(?m)^title = .*$")


class Stale(GraderError):
    """Somebody else has changed a file meanwhile: `now` is its content, None where it is gone."""

    def __init__(self, path: str, now: bytes | None) -> None:
        self.now = now
        super().__init__(f"{path}: somebody else has {'changed' if now is not None else 'deleted'} it since you opened it; "
                         "nothing was saved")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a draft is begun from: its files, and the version they are, if they are one."""

    files: Mapping[str, bytes]
    base: SpecVersion | None = None
    told: str = ""  # for the audit log
    left_out: tuple[str, ...] = ()  # files of a zip that nobody made


def shipped(slug: str) -> Origin:
    """Begin from an assignment that is shipped with the service."""
    if slug not in catalog.slugs(settings.GRADER.assignments):
        raise GraderError(f"assignment {slug:.80}: none of this name is shipped")
    return Origin(specs.files_in(settings.GRADER.assignments / slug), told=f"{slug}, as shipped")


def version(found: SpecVersion) -> Origin:
    """Begin from a version."""
    return Origin(specs.files_of(found), found, f"{found.slug}, version {found.number}")


def uploaded(name: str, raw: bytes) -> Origin:
    """Begin from a zip of a folder; raises GraderError with what is wrong with it."""
    try:
        files, left_out = archive.members(name, raw, ZIP), archive.skipped(name, raw, ZIP)
    except SubmissionError as e:
        raise GraderError(str(e)) from e
    if SPEC not in files:
        raise GraderError(f"{name:.80}: there is no {SPEC} at its top; zip the assignment's folder, or what is in it")
    for path, content in files.items():
        check_path(path)
        check_size(path, content)
    return Origin(files, told=f"{name:.80}", left_out=tuple(left_out))


def start(course: Course, slug: str, origin: Origin, *, by: User, now: datetime) -> Draft:
    """Begin a draft; raises GraderError where its name can't be, or one of this name is under way."""
    if not catalog.SHOWN.match(slug) or len(slug) > 80:
        raise GraderError(f"{slug!r:.90}: a name has small letters, digits and dashes only, as my-exercise, and 80 at most")
    if slug in courses.RESERVED:
        raise GraderError(f"{slug}: the course has a page of this name; choose another")
    if course.drafts.filter(slug=slug).exists():
        raise GraderError(f"{slug}: a draft of it is under way; go on with that one, or discard it first")
    if origin.base is None or origin.base.slug != slug:
        origin = Origin(_renamed(origin.files, slug, origin), origin.base, origin.told, origin.left_out)
    kept = {path: specs.objects().put(content) for path, content in origin.files.items()}
    with transaction.atomic():
        made = Draft.objects.create(course=course, slug=slug, base=origin.base, started_by=by, started_at=now, changed_at=now)
        DraftFile.objects.bulk_create([
            DraftFile(draft=made, path=path, content=kept[path], size=len(content), changed_by=by, changed_at=now)
            for path, content in origin.files.items()])
        audit.record(by, "draft.start", course=course, about=slug, after={"from": origin.told, "files": len(kept)})
    return made


def _renamed(files: Mapping[str, bytes], slug: str, origin: Origin) -> Mapping[str, bytes]:
    """Give a copy under another name a title of its own; an uploaded folder has one already."""
    is_copy = origin.base is not None or origin.told.endswith("as shipped")
    if not is_copy or origin.told.startswith(f"{slug},"):
        return files
    title = json.dumps(slug.replace("-", " ").capitalize())
    text = TITLE.sub(lambda _: f"title = {title}", files[SPEC].decode(), count=1)
    return {**files, SPEC: text.encode()}


def save(draft: Draft, path: str, content: bytes, *, seen: str, by: User, now: datetime) -> DraftFile | None:
    """Write a file; `seen` is the hash of what the writer began with, empty for a file that was not there.

    Returns None where nothing changes. Raises Stale where another has saved something else meanwhile.
    """
    check_path(path)
    check_size(path, content)
    name = specs.objects().put(content)
    with _locked(draft, now) as there:
        before = there.get(path)
        if before is not None and before.content == name:
            return None
        if (before.content if before else "") != seen:
            raise Stale(path, specs.objects().get(before.content) if before else None)
        _check_room(there, path, len(content))
        after, _ = DraftFile.objects.update_or_create(
            draft=draft, path=path, defaults={"content": name, "size": len(content), "changed_by": by, "changed_at": now})
        _record(draft, "draft.save", path, by, before.content if before else None, name)
    return after


def put(draft: Draft, files: Mapping[str, bytes], *, by: User, now: datetime) -> int:
    """Write uploaded files over those of their names, all or none; returns how many changed."""
    for path, content in files.items():
        check_path(path)
        check_size(path, content)
    kept = {path: specs.objects().put(content) for path, content in files.items()}
    changed = 0
    with _locked(draft, now) as there:
        for path, content in files.items():
            before = there.get(path)
            if before is None or before.content != kept[path]:
                _check_room(there, path, len(content))
                there[path], _ = DraftFile.objects.update_or_create(draft=draft, path=path, defaults={
                    "content": kept[path], "size": len(content), "changed_by": by, "changed_at": now})
                _record(draft, "draft.upload", path, by, before.content if before else None, kept[path])
                changed += 1
    return changed


def rename(draft: Draft, path: str, to: str, *, by: User, now: datetime) -> None:
    """Give a file, or with a path that ends in `/` a folder, another name; raises GraderError where one is there."""
    with _locked(draft, now) as there:
        moved = {p: to + p.removeprefix(path) for p in there if p == path or (path.endswith("/") and p.startswith(path))}
        if not moved:
            raise GraderError(f"{path}: there is no such file; it may have been renamed meanwhile")
        stay = [p for p in there if p not in moved]
        for old, new in moved.items():
            check_path(new)
            _check_place(stay, new)
            DraftFile.objects.filter(pk=there[old].pk).update(path=new, changed_by=by, changed_at=now)
        _record(draft, "draft.rename", path, by, path, to)


def delete(draft: Draft, path: str, *, by: User, now: datetime) -> None:
    """Remove a file, or with a path that ends in `/` a folder; raises GraderError where there is none."""
    with _locked(draft, now) as there:
        gone = [p for p in there if p == path or (path.endswith("/") and p.startswith(path))]
        if not gone:
            raise GraderError(f"{path}: there is no such file; it may have been deleted meanwhile")
        DraftFile.objects.filter(draft=draft, path__in=gone).delete()
        _record(draft, "draft.delete", path, by, there[gone[0]].content if len(gone) == 1 else f"{len(gone)} files", None)


def discard(draft: Draft, *, by: User) -> None:
    """Throw a draft away; its proofs' reports stay."""
    with transaction.atomic():
        audit.record(by, "draft.discard", course=draft.course, about=draft.slug, before=digest(draft))
        Draft.objects.filter(pk=draft.pk).delete()


def files_of(draft: Draft) -> dict[str, bytes]:
    """Read all files of a draft."""
    return {f.path: specs.objects().get(f.content) for f in draft.files.all()}


def content_of(draft: Draft) -> bytes:
    """Zip a draft as its version would be."""
    return archive.packed(files_of(draft))


def digest(draft: Draft) -> str:
    """Hash a draft's content, as the version's would be."""
    return _digest(tuple((f.path, f.content) for f in draft.files.all()))


def look(draft: Draft) -> Looked:
    """Say all that is wrong with a draft as it is."""
    return _look(draft.slug, tuple((f.path, f.content) for f in draft.files.all()))


def look_with(draft: Draft, path: str, content: bytes) -> Looked:
    """Say all that would be wrong with a draft if a file of it had this content."""
    with laid_out({**files_of(draft), path: content}, draft.slug) as place:
        return folder.look(place)


@functools.lru_cache(maxsize=64)
def _digest(files: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256(archive.packed({path: specs.objects().get(name) for path, name in files})).hexdigest()


@functools.lru_cache(maxsize=64)
def _look(slug: str, files: tuple[tuple[str, str], ...]) -> Looked:
    with laid_out({path: specs.objects().get(name) for path, name in files}, slug) as place:
        return folder.look(place)


@contextmanager
def laid_out(files: Mapping[str, bytes], slug: str) -> Iterator[Path]:
    """Lay files out as a folder for as long as it is looked at."""
    home = settings.GRADER.data / "drafts"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=home) as temporary:
        home = Path(temporary) / slug
        home.mkdir()
        for path, content in files.items():
            place = home / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        yield home


def check_path(path: str) -> None:
    """Raise GraderError where a file can't have this path."""
    parts = path.split("/")
    if len(path) > MAX_PATH or len(parts) > ZIP.depth or not all(PART.fullmatch(p) for p in parts):
        raise GraderError(f"{path!r:.120}: a path has names of letters, digits, dots, dashes and _ with / between them, "
                          f"{ZIP.depth} parts and {MAX_PATH} characters at most")
    if archive.is_left_behind(PurePosixPath(path)):
        raise GraderError(f"{path:.120}: such files are made by systems and editors, and don't belong to an assignment")
    if PurePosixPath(path).suffix not in KINDS:
        raise GraderError(f"{path:.120}: an assignment has files of these kinds: {' '.join(KINDS)}")


def check_size(path: str, content: bytes) -> None:
    """Raise GraderError where a file is too large, or is no text where it must be."""
    if len(content) > MAX_FILE:
        raise GraderError(f"{path:.120}: {len(content)} bytes, {MAX_FILE} allowed")
    if path.endswith((".toml", ".md", ".json")):
        try:
            content.decode()
        except UnicodeDecodeError as e:
            raise GraderError(f"{path:.120}: byte {e.start} is not UTF-8; save the file as UTF-8") from e


def is_text(path: str, content: bytes) -> bool:
    """Tell whether a file can be edited in a browser."""
    if len(content) > MAX_TEXT or b"\0" in content or path == CALIBRATION:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _check_room(there: Mapping[str, DraftFile], path: str, size: int) -> None:
    others = [f for p, f in there.items() if p != path]
    if len(others) >= MAX_FILES:
        raise GraderError(f"a draft has at most {MAX_FILES} files")
    if sum(f.size for f in others) + size > MAX_ALL:
        raise GraderError(f"a draft has at most {MAX_ALL} bytes in all its files")
    _check_place([f.path for f in others], path)


def _check_place(others: list[str], path: str) -> None:
    for other in others:
        if other == path or other.startswith(f"{path}/") or path.startswith(f"{other}/"):
            raise GraderError(f"{path}: there is {other} already")


@contextmanager
def _locked(draft: Draft, now: datetime) -> Iterator[dict[str, DraftFile]]:
    """Let one writer after the other at a draft; gives its files by path."""
    with transaction.atomic():
        if Draft.objects.filter(pk=draft.pk).update(changed_at=now) == 0:
            raise GraderError("the draft has been published or discarded meanwhile; nothing was saved")
        yield {f.path: f for f in draft.files.all()}


def _record(draft: Draft, action: str, path: str, by: User, before: str | None, after: str | None) -> None:
    audit.record(by, action, course=draft.course, about=f"{draft.slug}: {path}", before=before, after=after)
