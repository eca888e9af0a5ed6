"""The first steps of a child, in order: the last door is shut before anything of the student's is read."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from . import kernel, nest, wire
from .streams import FINISHED, OUT_OF_MEMORY

Emit = Callable[[str, dict[str, Any], bytes], None]
Serve = Callable[[bytes, Emit], None]

FILE_BYTES = 64 << 20
LOCKED_BYTES = 64 << 10
OPEN_FILES = 256
FIRST_TO_DIE = 1000
OUR_PROCESSES = 3  # those of the same user: the supervisor, its starter, and the first of an attempt's namespace
FAILED = 1


@dataclass(frozen=True)
class Confinement:
    """What every child of this supervisor gives up, and what stands in for missing cgroups."""

    filter: bytes = b""  # a seccomp program; empty only in the engine that confines nothing
    home: str = "/work"
    caps_data: bool = False  # no memory cgroup: RLIMIT_DATA instead
    caps_processes: bool = False  # no pids cgroup: RLIMIT_NPROC instead
    owns_namespace: bool = False  # the supervisor may kill whatever it can see
    is_nested: bool = False  # each attempt has namespaces of its own (nest.py)
    users: nest.Users = ()  # those of the supervisor's user namespace, where it has more than one


@dataclass(frozen=True)
class Ends:
    """The child's ends of its three pipes."""

    stdout: int
    stderr: int
    evidence: int


def live(job: wire.Order, walls: Confinement, source: int, ends: Ends, serve: Serve) -> NoReturn:
    """Be the child from fork to exit: take the request, which no other child shall find, shut every door, then serve it."""
    try:
        try:
            request = wire.read_blob(source, job.size)
            confine(job, walls, ends)
        except BaseException as error:
            wire.write_frame(ends.evidence, "B", {"because": f"a child could not be confined: {error}"})
            raise
        wire.write_frame(ends.evidence, "S", {})
        answer(request, ends.evidence, serve)
    finally:
        os._exit(FAILED)


def confine(job: wire.Order, walls: Confinement, ends: Ends) -> None:
    """Give up, one after another, everything that the student's code must not have."""
    lead_session()
    stand_first_in_line()
    take_pipes(ends)
    close_others(ends.evidence)
    set_limits(job.meta["limits"], walls)
    if walls.is_nested:
        nest.settle()
    drop_user(job.meta.get("uid"), walls)
    kernel.set_dumpable(1)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.renounce_privileges()
    go_home(walls.home)
    if walls.filter:
        kernel.install_filter(walls.filter)


def lead_session() -> None:
    """Leave the supervisor's session and process group; take no signal setting along."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def stand_first_in_line() -> None:
    """Where memory runs out, the kernel is to kill this process and not its supervisor."""
    kernel.set_dumpable(1)
    Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_DIE))


def take_pipes(ends: Ends) -> None:
    """Read from nowhere; write to the supervisor, line by line: last words before a kill are kept."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (ends.stdout, 1), (ends.stderr, 2)):
        os.dup2(source, target)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def close_others(evidence: int) -> None:
    """Close every descriptor but the three standard ones and the evidence pipe."""
    os.closerange(3, evidence)
    os.closerange(evidence + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def set_limits(limits: dict[str, Any], walls: Confinement) -> None:
    """Cap what one process may take; memory and processes only where no cgroup counts them better."""
    caps = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_MEMLOCK: LOCKED_BYTES,
        12: 0,  # RLIMIT_MSGQUEUE, nameless in Python
    }
    if walls.caps_data:
        caps[resource.RLIMIT_DATA] = data_bytes() + (limits["memory_mb"] << 20)
    if walls.caps_processes:
        caps[resource.RLIMIT_NPROC] = limits["processes"] + OUR_PROCESSES
    for name, cap in caps.items():
        hard = resource.getrlimit(name)[1]
        value = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
        resource.setrlimit(name, (value, value))


def data_bytes() -> int:
    """How much private memory this process has already asked for."""
    _, _, rest = Path("/proc/self/status").read_text().partition("VmData:")
    return int(rest.split()[0]) << 10


def drop_user(uid: int | None, walls: Confinement) -> None:
    """Become a user that owns nothing, without capabilities; None where the box has only one user."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    elif walls.is_nested:
        nest.become_student()
    if walls.is_nested:
        kernel.drop_capabilities()


def go_home(home: str) -> None:
    """Stand in the one folder that is the student's."""
    os.chdir(home)
    os.umask(0o077)


def answer(request: bytes, evidence: int, serve: Serve) -> None:
    """Serve the request and leave without the interpreter's own farewell, which takes 0.7 s with torch."""
    gc.enable()
    end = FINISHED
    send = wire.Sender(evidence)
    try:
        serve(request, send)
    except MemoryError:
        end = OUT_OF_MEMORY
    except SystemExit as error:
        flush()
        os._exit(error.code if isinstance(error.code, int) else FAILED)
    except BaseException:  # noqa: BLE001 - student code may raise anything
        traceback.print_exc()
        flush()
        os._exit(FAILED)
    flush()
    send(end, {})
    os._exit(0)


def flush() -> None:
    """Write out what was printed; the student may have replaced the streams by anything."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
