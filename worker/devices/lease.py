"""Whose turn it is on a device: one attempt at a time, in one worker or in any of a host's.

Theory of operation
-------------------
Every device has a file. Who holds its lock (flock) has the device; the kernel gives it back when the holder ends, however it
ends. Workers that share devices share the folder of these files.

A kernel lock alone is not fair: whoever asks at the right moment gets it. So who waits draws a number: a file that says which
devices would do, locked for as long as its owner lives. A device is taken only by the lowest number of those that it
would do for. A number whose lock can be had belonged to somebody who died, and is removed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Broken
from worker.devices.device import Device
from worker.engines.base import owner

PAUSE_S = 0.05
NEVER = 10.0**9


class NoDevice(Broken):
    """No device was free in time, or the waiting was given up."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number that was drawn, and its file."""

    number: int
    path: Path
    fd: int


class Leases:
    """The locks of a host's devices, in a folder that all workers of the host share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def one_of(self, devices: Sequence[Device], *, wait_s: float = NEVER,
               is_over: Callable[[], bool] = lambda: False) -> Iterator[Device]:
        """Hold the first of these devices that is free, in the order of those who wait. Raises NoDevice."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            ticket = self._draw([d.uuid for d in devices])
        except OSError as e:
            raise Broken(f"devices can't be shared out: {e}; set GRADER_DEVICE_LOCKS to a folder that can be written") from e
        try:
            device, fd = self._wait(ticket, devices, time.monotonic() + wait_s, is_over)
        finally:
            self._throw_away(ticket)
        try:
            yield device
        finally:
            os.ftruncate(fd, 0)
            os.close(fd)

    def holder(self, device: Device) -> str:
        """Name who has a device now; empty where nobody has."""
        if (fd := self._lock(self._file(device.uuid))) is not None:
            os.close(fd)
            return ""
        return self._file(device.uuid).read_text() or "somebody"

    def _wait(self, ticket: Ticket, devices: Sequence[Device], until: float, is_over: Callable[[], bool]) -> tuple[Device, int]:
        while True:
            if self._is_first(ticket, {d.uuid for d in devices}):
                for device in devices:
                    if (fd := self._lock(self._file(device.uuid))) is not None:
                        os.ftruncate(fd, 0)
                        os.pwrite(fd, owner().encode(), 0)
                        return device, fd
            if is_over() or time.monotonic() >= until:
                raise NoDevice(f"no device was free: {', '.join(d.uuid for d in devices)}")
            time.sleep(PAUSE_S)

    def _draw(self, uuids: list[str]) -> Ticket:
        with self._alone():
            number = max(self._numbers(), default=0) + 1
            path = self.folder / f"wait-{number:012d}"
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX)
            os.write(fd, json.dumps(uuids).encode())
        return Ticket(number, path, fd)

    def _throw_away(self, ticket: Ticket) -> None:
        with self._alone():
            ticket.path.unlink(missing_ok=True)
            os.close(ticket.fd)

    def _is_first(self, ticket: Ticket, uuids: set[str]) -> bool:
        with self._alone():
            older = [n for n in self._numbers() if n < ticket.number]
            return not any(uuids & self._wanted(self.folder / f"wait-{n:012d}") for n in older)

    def _wanted(self, path: Path) -> set[str]:
        """Say which devices somebody waits for who lives; of the dead the number is removed."""
        if (fd := self._lock(path, creates=False)) is not None:
            path.unlink(missing_ok=True)
            os.close(fd)
            return set()
        return set(json.loads(path.read_text() or "[]"))

    def _numbers(self) -> list[int]:
        return sorted(int(p.name.removeprefix("wait-")) for p in self.folder.glob("wait-*"))

    def _file(self, uuid: str) -> Path:
        return self.folder / f"device-{re.sub(r'[^A-Za-z0-9-]', '_', uuid)}"

    def _lock(self, path: Path, *, creates: bool = True) -> int | None:
        """Lock a file if nobody has it locked; gives its descriptor."""
        fd = os.open(path, os.O_RDWR | (os.O_CREAT if creates else 0), 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        os.close(fd)
        return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from the numbers for a moment."""
        fd = os.open(self.folder / "guard", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)
