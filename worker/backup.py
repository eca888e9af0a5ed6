"""Backing the service up into one file, and bringing it back from there.

Theory of operation
-------------------
A backup is a tar file: `database` (worker/dump.py), then every object that is kept by content, then `settings.json`, and last
`manifest.json`, which says how much there must be; a file that was cut has none. It is taken while the service runs. The
database is copied first: objects are written before the rows that name them and never changed, so what is there
afterwards holds everything that the copied rows name. Pruning waits meanwhile (Objects.keeping).

Nothing is touched before all of a backup has been read once and found whole: each object against its name, which is the
hash of its content, and the database against the manifest. The objects are put back first, where they hurt nobody,
then the database in one step.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from grader.errors import Broken, GraderError
from grader.settings import Settings
from grader.store import MAX_OBJECT, NAME, unpacked, write_atomically
from grader.web import audit, progress, specs
from grader.web.models import Course, User
from worker import dump

FORMAT = 1
DATABASE, SETTINGS, MANIFEST, OBJECTS = "database", "settings.json", "manifest.json", "objects/"
SECRET = ("database", "redis", "secret_key", "mail", "store_key", "store_secret")
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup holds."""

    made_at: str
    version: str
    kind: str  # of database
    migrations: list[str]
    sha256: str  # of the database
    objects: int
    missing: list[str]  # objects that could not be read when it was made


def back_up(settings: Settings, target: Path, now: datetime) -> Told:
    """Write a backup; raises Broken. Objects that are damaged are named in it, and don't keep it from being made."""
    part = target.with_name(f".{target.name}.part")
    audit.record(None, "service.backup", about=str(target))
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - its mode from the start
            with tarfile.open(fileobj=file, mode="w") as tar:
                told = _fill(tar, settings, target.parent, now)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as e:
        raise Broken(f"{target} cannot be written: {e.strerror}") from e
    finally:
        part.unlink(missing_ok=True)
    return told


def _fill(tar: tarfile.TarFile, settings: Settings, beside: Path, now: datetime) -> Told:
    objects = specs.objects()
    with objects.keeping(), tempfile.TemporaryDirectory(dir=beside, prefix=".backup-") as folder:
        copy = Path(folder) / DATABASE
        dump.write(copy)
        applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
        with copy.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        tar.add(copy, DATABASE)
        count, missing = 0, []
        for name in objects.names():
            try:
                _add(tar, OBJECTS + name, zlib.compress(objects.get(name), 1), now)
                count += 1
            except Broken:
                missing.append(name)
    told = Told(now.isoformat(), version("dlgrader"), dump.kind(), applied, sha256, count, missing)
    _add(tar, SETTINGS, json.dumps(kept_settings(settings), indent=1).encode(), now)
    _add(tar, MANIFEST, json.dumps({"format": FORMAT} | {f: getattr(told, f) for f in Told.__slots__}, indent=1).encode(), now)
    return told


def kept_settings(settings: Settings) -> dict[str, Any]:
    """Say which settings to keep: all but addresses with passwords in them, and the key that a local service made for itself."""
    kept = {k: v for k, v in settings.model_dump(mode="json").items() if k not in SECRET}
    own = settings.data / "secret_key"
    return {"settings": kept, "own_secret_key": own.read_text() if own.is_file() else ""}


def _add(tar: tarfile.TarFile, name: str, content: bytes, now: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(now.timestamp())
    tar.addfile(entry, io.BytesIO(content))


def read_whole(source: Path, database: Path) -> tuple[Told, dict[str, Any]]:
    """Read all of a backup and lay its database out; raises Broken where anything is damaged, missing or too much."""
    told: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    seen: set[str] = set()
    with readable(source):
        for name, file in _members(source):
            if name == DATABASE:
                with database.open("wb") as copy:
                    shutil.copyfileobj(file, copy, CHUNK)
            elif name == SETTINGS:
                settings = json.loads(file.read())
            elif name == MANIFEST:
                told = json.loads(file.read())
            else:
                _object(name, file)
                seen.add(name)
        if told.pop("format", None) != FORMAT:
            raise Broken(f"{source} is cut, or is no backup of this version")
        found = Told(**told)
    if not database.is_file() or hashlib.sha256(database.read_bytes()).hexdigest() != found.sha256:
        raise Broken(f"{source}: the database is damaged")
    if len(seen) != found.objects:
        raise Broken(f"{source}: {len(seen)} objects, {found.objects} expected")
    dump.check(database)
    return found, settings


def _members(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Walk through a backup's files, without ever laying one out under its own name."""
    with tarfile.open(source, "r:") as tar:
        for entry in tar:
            file = tar.extractfile(entry) if entry.isreg() else None
            if file is None:
                raise Broken(f"{source} is no backup: {entry.name!r:.80} is no plain file")
            yield entry.name, file


@contextmanager
def readable(source: Path) -> Iterator[None]:
    """Turn what goes wrong while a backup is read into Broken."""
    try:
        yield
    except (OSError, EOFError, tarfile.TarError, ValueError, TypeError, AttributeError) as e:
        raise Broken(f"{source} cannot be read as a backup: {e}") from e


def _object(name: str, file: IO[bytes]) -> bytes:
    """Read an object out of a backup; raises Broken where it isn't what its name says."""
    digest = name.removeprefix(OBJECTS)
    content = unpacked(file.read(MAX_OBJECT + (1 << 20)))
    if not NAME.fullmatch(digest) or content is None or hashlib.sha256(content).hexdigest() != digest:
        raise Broken(f"the backup's {name!r:.80} is damaged")
    return content


def restore(settings: Settings, source: Path, now: datetime, *, replace: bool) -> tuple[Told, str]:
    """Bring the service back from a backup; says what it held and where the old database lies.

    Raises GraderError where that is not to be done, Broken where it can't; then the service is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        database = Path(folder) / DATABASE
        told, kept = read_whole(source, database)
        if (because := why_not(settings, told, replace=replace)) is not None:
            raise GraderError(because)
        objects = specs.objects()
        with objects.keeping():
            with readable(source):
                for name, file in _members(source):
                    if name.startswith(OBJECTS):
                        objects.put(_object(name, file))
            old = dump.put_back(database, now)
    call_command("migrate", verbosity=0, interactive=False)
    if kept["own_secret_key"] and not settings.secret_key.get_secret_value():
        write_atomically(settings.data / "secret_key", kept["own_secret_key"].encode())
    audit.record(None, "service.restore", about=f"backup of {told.made_at}")
    return told, old


def check_only(source: Path) -> Told:
    """Read all of a backup; raises Broken where it is damaged, GraderError where it can't be restored here."""
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        told, _ = read_whole(source, Path(folder) / DATABASE)
    if (because := unfit(told)) is not None:
        raise GraderError(because)
    return told


def why_not(settings: Settings, told: Told, *, replace: bool) -> str | None:
    """Say what speaks against restoring a backup here and now; None where nothing does."""
    if (because := unfit(told)) is not None:
        return because
    if progress.slots(progress.connect(settings.redis_url)):
        return "workers are running, or were a minute ago; stop the service first"
    if holds_anything() and not replace:
        return "this service has accounts or courses already; --replace puts the backup in their place"
    return None


def unfit(told: Told) -> str | None:
    """Say what keeps a backup from being restored by this version and into this kind of database; None where nothing does."""
    if told.kind != dump.kind():
        return f"the backup is of a {told.kind} database, GRADER_DATABASE names a {dump.kind()} one"
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if newer := [m for m in told.migrations if m.startswith("web.") and m not in known]:
        return f"the backup is of a newer version than this one, which doesn't know {', '.join(newer)}"
    return None


def holds_anything() -> bool:
    """Whether there is anything here that a restore would take away."""
    tables = set(connection.introspection.table_names())
    return "web_user" in tables and (User.objects.exists() or Course.objects.exists())
