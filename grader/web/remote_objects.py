"""Objects by content in a store that several hosts reach, S3 or one that speaks like it, by django-storages.

Theory of operation. An object is one key below the prefix, named as in a folder (grader/store.py), written in one request and so
all or nothing. There is no lock over hosts. None is needed to write: equal names are equal contents. Pruning leaves what is
younger than a day, so that it can't take what somebody has just put and not yet named; what is put again when it has grown
half as old is written anew, and so is young.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile

from grader.errors import Broken, Unwritten
from grader.store import LEVEL, NAME, Objects

YOUNG = timedelta(days=1)  # not pruned
MISSING = ("404", "NoSuchKey")
FAULTS = (BotoCoreError, ClientError, OSError)
log = logging.getLogger(__name__)


class RemoteObjects(Objects):
    """Objects by content in an S3 bucket; any number of hosts may use it at once."""

    def __init__(self, storage: Any) -> None:  # storages.backends.s3.S3Storage, which has no types
        super().__init__(Path(f"{storage.bucket_name}/{storage.location}"))
        self.storage = storage

    def names(self) -> list[str]:
        """List all objects."""
        return sorted(self._dates())

    def prune(self, keep: Collection[str]) -> int:
        """Remove every object that is neither to be kept nor young; returns how many went."""
        gone = [n for n, at in self._dates().items() if n not in keep and datetime.now(UTC) - at > YOUNG]
        for name in gone:
            with faults(f"object {name} cannot be removed"):
                self.storage.delete(key(name))
        return len(gone)

    def remove(self, names: Collection[str]) -> set[str]:
        """Remove objects by name, but not those that are young; returns those that are gone."""
        gone = set()
        for name in names:
            try:
                with faults(f"object {name} cannot be removed"):
                    if datetime.now(UTC) - self.storage.get_modified_time(key(name)) <= YOUNG:
                        continue
                    self.storage.delete(key(name))
            except FileNotFoundError:
                pass
            gone.add(name)
        return gone

    def check(self) -> None:
        """Raise Broken where the store can't be reached."""
        with faults(f"{self.root} cannot be used"):
            self.storage.connection.meta.client.head_bucket(Bucket=self.storage.bucket_name)

    def try_writing(self) -> None:
        """Raise Unwritten where the store can't be reached."""
        try:
            self.check()
        except Broken as e:
            raise Unwritten(str(e)) from e

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Hold nothing off: pruning leaves what is young."""
        yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait for nobody: pruning leaves what is young."""
        yield

    def _read(self, name: str) -> bytes:
        try:
            with faults(f"object {name} cannot be read"), self.storage.open(key(name)) as file:
                return bytes(file.read())
        except FileNotFoundError as e:
            raise Broken(f"object {name} is missing in {self.root}") from e

    def _write_all(self, objects: Mapping[str, bytes]) -> None:
        for name, content in objects.items():
            with faults(f"object {name} cannot be written"):
                self.storage.save(key(name), ContentFile(zlib.compress(content, LEVEL)))

    def is_whole(self, name: str) -> bool:
        """Tell whether an object is there, undamaged, and too young to be pruned meanwhile."""
        try:
            with faults(f"object {name} cannot be looked at"):
                is_young: bool = datetime.now(UTC) - self.storage.get_modified_time(key(name)) < YOUNG / 2
            self.get(name)
        except FileNotFoundError:
            return False
        except Broken as e:
            log.warning("%s; it is written again", e)
            return False
        return is_young

    def _dates(self) -> dict[str, datetime]:
        """Say when each object was written last."""
        with faults(f"{self.root} cannot be listed"):
            found = {s.key.removeprefix(self.storage.location).strip("/").replace("/", ""): s.last_modified
                     for s in self.storage.bucket.objects.filter(Prefix=self.storage.location)}
        return {name: at for name, at in found.items() if NAME.fullmatch(name)}


def key(name: str) -> str:
    """Name an object's key."""
    if not NAME.fullmatch(name):
        raise Broken(f"{name!r:.80} is no name of an object")
    return f"{name[:2]}/{name[2:]}"


@contextmanager
def faults(what: str) -> Iterator[None]:
    """Turn the store's faults into ours; what is missing is for the caller."""
    try:
        yield
    except FileNotFoundError:
        raise
    except FAULTS as e:
        if isinstance(e, ClientError) and e.response.get("Error", {}).get("Code") in MISSING:
            raise FileNotFoundError(what) from e
        raise Broken(f"{what}: {e}") from e
