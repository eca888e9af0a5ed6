"""Versions of assignment folders: kept as zips by content, and laid out again where a worker or a page needs one."""

from __future__ import annotations

import functools
import io
import secrets
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Max

from grader import archive
from grader.catalog import Assignment as Folder
from grader.catalog import load
from grader.errors import Broken
from grader.store import Objects
from grader.web.models import SpecVersion, User

LEFT_OUT = {"__pycache__", ".pytest_cache"}


def objects() -> Objects:
    """The store of everything that is kept by content."""
    if "objects" in settings.STORAGES:
        from grader.web.remote_objects import RemoteObjects  # importing the library takes half a second
        return RemoteObjects(storages["objects"])
    return Objects(settings.GRADER.data / "store" / "objects")


def publish(folder: Path, by: User | None = None) -> SpecVersion:
    """Keep a folder as a version, unless its content is one already; raises SpecError where it has errors."""
    found = load(folder)
    content = objects().put(packed(folder))
    with transaction.atomic():
        known = SpecVersion.objects.filter(slug=found.slug, content=content).first()
        if known:
            return known
        last = SpecVersion.objects.filter(slug=found.slug).aggregate(last=Max("number"))["last"] or 0
        return SpecVersion.objects.create(
            slug=found.slug, number=last + 1, title=found.spec.title, digest=found.digest, content=content,
            points=found.spec.points(found.spec.styles[0]), gpu=found.spec.limits.gpu, created_by=by)


def packed(folder: Path) -> bytes:
    """Zip a folder so that equal folders are equal bytes."""
    return archive.packed(files_in(folder))


def files_in(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder, without what Python and pytest leave in it."""
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and not LEFT_OUT & set(f.relative_to(folder).parts)]
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}


def files_of(version: SpecVersion) -> dict[str, bytes]:
    """Read the files of a version."""
    return archive.unpacked(objects().get(version.content))


def folder_of(version: SpecVersion) -> Path:
    """Lay a version out in the data folder, once; others see all of it or nothing."""
    home = settings.GRADER.data / "specs" / version.content
    place = home / version.slug
    if not place.is_dir():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = home / f".{secrets.token_hex(4)}"
        with zipfile.ZipFile(io.BytesIO(objects().get(version.content))) as archive:
            archive.extractall(temporary)
        try:
            temporary.rename(place)
        except OSError as e:
            shutil.rmtree(temporary)
            if not place.is_dir():  # else another was faster
                raise Broken(f"{place} cannot be written: {e.strerror}") from e
    return place


def folder(version: SpecVersion) -> Folder:
    """Read a version's spec; the same version is read once."""
    return _folder(folder_of(version))


@functools.lru_cache(maxsize=256)
def _folder(place: Path) -> Folder:
    return load(place)


def now() -> datetime:
    """The time of the server, which is the one deadlines go by."""
    return datetime.now(UTC)
