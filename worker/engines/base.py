"""What all engines share: the pieces around a supervisor, and what the doctor says."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from grader.spec import Limits
from worker.engines.shares import Shares
from worker.inside import wire

INSIDE = Path(__file__).resolve().parent.parent / "inside"
CHUNK = 1 << 18
SUPERVISOR_MB = 256

# Nothing else is in a box's environment. One thread, because a parallel region before the fork hangs every
# child; folders that can be written, because torch's first optimizer wants one.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/work",
    "USER": "student",  # torch asks for a name, and the user has none
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
    "TORCHINDUCTOR_CACHE_DIR": "/tmp/inductor",  # noqa: S108 - the box's own /tmp
    "CUDA_VISIBLE_DEVICES": "",  # but the box's own (gpu.py)
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # halves the fork
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class Channel(Protocol):
    """The stream to a supervisor and back."""

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of `data` before `deadline`; WireError where the other side is gone or late."""
        ...

    def receive(self, deadline: float) -> bytes:
        """Read what has come, at least one byte before `deadline`; nothing where the stream has ended."""
        ...


class Shell(Protocol):
    """What an engine has built around one supervisor."""

    channel: Channel
    uids: range  # the users a child may become; empty where the box has only one
    provenance: dict[str, object]

    def kill(self) -> None:
        """End every process of the box and remove all of it; calling it again does nothing."""
        ...

    def divide(self) -> Shares | None:
        """Divide the warm box's control group between supervisor and attempts, where this host permits that."""
        ...

    def is_out_of_memory(self) -> bool:
        """Say whether the kernel has killed a process of the box for memory."""
        ...

    def pid(self) -> int:
        """Number the box's first process on this host, where it runs on this host."""
        ...

    def last_words(self) -> str:
        """Give the end of what the supervisor wrote to its own standard error."""
        ...


class Pipes:
    """A channel over two descriptors."""

    def __init__(self, source: int, target: int) -> None:
        self.source = source
        self.target = target
        os.set_blocking(target, False)

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of `data` before `deadline`."""
        wire.write_all(self.target, data, deadline)

    def receive(self, deadline: float) -> bytes:
        """Read what has come."""
        poll = select.poll()
        poll.register(self.source, select.POLLIN)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise wire.LateError("the other side is late")
        try:
            return os.read(self.source, CHUNK)
        except OSError as e:
            if e.errno != errno.EBADF:
                raise
            return b""  # a guard ended the box and closed its pipes while we waited


def box_memory_mb(limits: Limits) -> int:
    """How much a whole box may use: the student's code, the supervisor, and evidence in transit."""
    return limits.memory_mb + SUPERVISOR_MB + 2 * limits.evidence_mb


def hash_folder(folder: Path) -> str:
    """Hash a folder's Python files by name and content; tells a stale image from a fresh one."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def owner(pid: int | None = None) -> str:
    """Name a process of this host (this one) beyond doubt: host, number, and when it was started."""
    pid = pid or os.getpid()
    began = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{socket.gethostname()}:{pid}:{began}"


def is_orphan(name: str) -> bool:
    """Say whether the owner of that name was a process of this host and lives no more."""
    host, pid, _began = name.split(":")
    try:
        return host == socket.gethostname() and owner(int(pid)) != name
    except FileNotFoundError:
        return True


def provenance(engine: str, runtime: str, digest: str, weaker: list[str], *, is_nested: bool) -> dict[str, Any]:
    """Begin a box's provenance; the versions come with the supervisor's greeting."""
    return {
        "engine": engine,
        "runtime": runtime,
        "digest": digest,
        "isolation": "namespaces" if is_nested else "fresh",
        "device": "cpu",
        "weaker": weaker,
    }


def walls(program: bytes, **walls: object) -> str:
    """Write the supervisor's one argument: what its children give up (Confinement in inside/child.py)."""
    return json.dumps({"filter": base64.b64encode(program).decode(), **walls})
