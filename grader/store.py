"""What attempts left, kept by content: compressed objects, each named by the SHA-256 of what it holds.

Theory of operation. An object is written once, under its own hash, to a temporary file beside its place; that file is
flushed to the disk and renamed, so that a reader sees all of it or nothing and two writers of one content do each other
no harm. It is hashed again whenever it is read: a damaged object is Broken with its name, never evidence. What an object
means is not known here. Who keeps (writes objects, then a record that names them) holds the store's lock shared, who
prunes holds it alone, so that no object goes between the two. Objects that belong together are flushed at the same time, in two
steps: all contents, then all names; a busy disk takes as long for one as for ten.

A run is one object: a JSON object of facts, then its frames as they came out of the box. The frames stay untrusted
bytes: whoever judges them reads them with grader/evidence.py, as the first time. No pickle.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from grader.errors import Broken, Unwritten
from grader.evidence import MAX_HEADER, MAX_PROBE

MAX_ATTEMPT = 64 << 20  # of all evidence of one attempt
MAX_OBJECT = MAX_ATTEMPT + (4 << 20)  # evidence, and what the box said beside it
NAME = re.compile(r"[0-9a-f]{64}")
PART = struct.Struct("<IQ")  # of a run: the sizes of a JSON text and of a blob
ROOM = 1 << 16  # bytes that must find a place before anything is begun
AT_ONCE = 8  # files whose way to the disk is waited for
LEVEL = 1  # numbers hardly shrink more at higher levels, which take four times as long

Frames = Iterable[tuple[Mapping[str, Any], bytes]]


class Objects:
    """Objects by content, in a folder; several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep an object and return its name; one that is there but damaged is written again.

        Raises Broken when it is too large or cannot be written.
        """
        with self.together() as batch:
            return batch.put(content)

    @contextmanager
    def together(self) -> Iterator[Batch]:
        """Take objects in and keep them when the block ends, all in the time of one; nothing is kept where it raises.

        Only behind the block may anything name them.
        """
        batch = Batch(self)
        yield batch
        if batch.new:
            self._write_all(batch.new)

    def get(self, name: str) -> bytes:
        """Return an object's content; raises Broken with its name when it is missing or damaged."""
        content = unpacked(self._read(name))
        if content is None or hashlib.sha256(content).hexdigest() != name:
            raise Broken(f"object {name} is damaged in {self.root}")
        return content

    def names(self) -> list[str]:
        """List all objects."""
        return sorted(f"{f.parent.name}{f.name}" for f in self.root.glob("??/*") if NAME.fullmatch(f.parent.name + f.name))

    def prune(self, keep: Collection[str]) -> int:
        """Remove every object that is not to be kept and what interrupted writers left; returns how many went.

        Call it inside `alone()`, with names that were read inside it.
        """
        gone = [self._path(n) for n in self.names() if n not in keep]
        for path in [*gone, *self.root.glob("??/.*")]:
            path.unlink(missing_ok=True)
        return len(gone)

    def check(self) -> None:
        """Raise Broken where nothing can be kept."""
        with locked(self.root, fcntl.LOCK_SH):
            if not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
                raise Broken(f"{self.root} cannot be written")

    def remove(self, names: Collection[str]) -> set[str]:
        """Remove objects by name; returns those that are gone, which those that were not there are too.

        Call it inside `alone()`, and know inside it that nothing names them. Raises Broken where one can't be removed.
        """
        for name in names:
            try:
                self._path(name).unlink(missing_ok=True)
            except OSError as e:
                raise Broken(f"object {name} cannot be removed: {e.strerror}") from e
        return set(names)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Hold off pruning while objects are written and until what names them is."""
        with locked(self.root, fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody is keeping, and let nobody begin."""
        with locked(self.root, fcntl.LOCK_EX):
            yield

    def try_writing(self) -> None:
        """Write a little and remove it again; raises Broken where an object could not be kept."""
        trial = self.root / f".trial.{secrets.token_hex(4)}"
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_through(trial, bytes(ROOM))
        except OSError as e:
            raise Unwritten(f"{self.root} cannot be written: {e.strerror}") from e
        finally:
            with suppress(OSError):
                trial.unlink()

    def _read(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as e:
            raise Broken(f"object {name} is missing in {self.root}") from e
        except OSError as e:
            raise Broken(f"object {name} cannot be read: {e.strerror}") from e

    def _write_all(self, objects: Mapping[str, bytes]) -> None:
        write_all({self._path(name): zlib.compress(content, LEVEL) for name, content in objects.items()})

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise Broken(f"{name!r:.80} is no name of an object")
        return self.root / name[:2] / name[2:]

    def is_whole(self, name: str) -> bool:
        """Tell whether an object is there and undamaged."""
        if not self._path(name).exists():
            return False
        try:
            self.get(name)
        except Broken:
            return False
        return True


class Batch:
    """Objects that are to be kept together."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.new: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        """Take an object in and return its name; raises Broken when it is too large."""
        if len(content) > MAX_OBJECT:
            raise Broken(f"an object of {len(content)} bytes to keep, {MAX_OBJECT} allowed")
        name = hashlib.sha256(content).hexdigest()
        if name not in self.new and not self.objects.is_whole(name):
            self.new[name] = content
        return name


def unpacked(packed: bytes) -> bytes | None:
    """Inflate an object, no further than one may be; None when that is impossible."""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, MAX_OBJECT + 1)
    except zlib.error:
        return None
    return content if inflater.eof and not inflater.unused_data else None


@contextmanager
def locked(folder: Path, how: int) -> Iterator[None]:
    """Hold a folder's lock, shared or alone; it goes with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as e:
        raise Unwritten(f"{folder} cannot be used: {e.strerror}") from e
    try:
        fcntl.flock(lock, how)
        yield
    finally:
        os.close(lock)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that others see all of it or nothing, and so that it outlasts a power cut; raises Broken."""
    write_all({path: content})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files, each so that others see all of it or nothing, and so that all outlast a power cut; raises Broken.

    The disk is waited for twice, however many they are: for their contents, then for their names. A file system puts what
    several wait for into one commit of its journal.
    """
    drafts = {path: path.parent / f".{path.name}.{secrets.token_hex(4)}" for path in files}
    try:
        make_folders({path.parent for path in files})
        at_once(write_through, drafts.values(), files.values())
        for path, draft in drafts.items():
            draft.replace(path)
        at_once(flush, {path.parent for path in files})
    except OSError as e:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        raise Unwritten(f"{', '.join(map(str, files))} cannot be written: {e.strerror}") from e


def make_folders(folders: Iterable[Path]) -> None:
    """Make those that are not there, and wait until the disk has them."""
    missing = [f for f in folders if not f.is_dir()]
    for folder in missing:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    at_once(flush, {f.parent for f in missing})


def at_once(wait: Callable[..., None], *each: Iterable[Any]) -> None:
    """Call what waits for the disk for each of several things at the same time: the first here, the others in threads."""
    things = list(zip(*each, strict=True))
    with ThreadPoolExecutor(AT_ONCE) as threads:  # starts none where there is nothing for it
        others = [threads.submit(wait, *thing) for thing in things[1:]]
        for thing in things[:1]:
            wait(*thing)
        for other in others:
            other.result()


def write_through(path: Path, content: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("xb") as f:
        f.write(content)
        f.flush()
        os.fsync(f.fileno())


def flush(folder: Path) -> None:
    """Wait until the disk has a folder's list of names."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def pack_run(facts: Mapping[str, Any], frames: Frames) -> bytes:
    """Pack a run into one object's content: what is known of it, then its frames, untouched.

    Raises Broken when a probe left more than a probe may; nothing is ever cut.
    """
    parts: list[bytes] = []
    for said, blob in [(facts, b""), *frames]:
        if len(blob) > MAX_PROBE + MAX_HEADER:
            raise Broken(f"probe {said.get('probe')!r:.80} left {len(blob)} bytes of evidence, {MAX_PROBE} allowed")
        text = _text(said)
        parts += [PART.pack(len(text), len(blob)), text, blob]
    return b"".join(parts)


def _text(said: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(said, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, TypeError, RecursionError) as e:  # boxes say strange things
        raise Broken(f"what a box said cannot be kept: {e}") from e


def unpack_run(content: bytes) -> tuple[dict[str, Any], tuple[tuple[dict[str, Any], bytes], ...]]:
    """Undo pack_run; raises Broken when the content is no run."""
    found: list[tuple[dict[str, Any], bytes]] = []
    at = 0
    try:
        while at < len(content):
            text, blob = PART.unpack_from(content, at)
            start = at + PART.size + text
            at = start + blob
            found.append((json.loads(content[start - text:start]), content[start:at]))
        (facts, _), *frames = found
    except (struct.error, ValueError, RecursionError) as e:
        raise Broken("a kept run cannot be read") from e
    if at != len(content):
        raise Broken("a kept run is cut")
    return facts, tuple(frames)
