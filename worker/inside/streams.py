"""What the supervisor takes from a child: two streams of text, one of evidence; all hostile, all capped.

Nothing of it becomes an object of Python's here. The bytes lie in mappings that are made for one job, after its child was
forked, and given back to the kernel at its end: the next child is a copy of this process, and would find in freed memory what
another student wrote. So frames are counted by their heads and passed on as they are; whoever reads them is outside.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from typing import Protocol

from . import wire

KEEP = 32 << 10
CHUNK = 1 << 16
MAX_CHILD_META = 64 << 10  # an honest frame has 28 KiB at most
FINISHED, OUT_OF_MEMORY = "F", "M"


class Stop(Exception):
    """The child must be killed now, for this reason."""

    def __init__(self, status: str, because: str) -> None:
        """Name the status of the run and what happened."""
        super().__init__(because)
        self.status = status
        self.because = because


class Sink(Protocol):
    """Something that takes in what a pipe brings."""

    def space(self) -> memoryview:
        """Give the memory that the next piece is to be written to."""

    def took(self, count: int) -> None:
        """Take in a piece of so many bytes; raise Stop where it is too much or wrong."""


class Room:
    """Memory for one job: private, so that no child can write to it, and gone when it is closed."""

    def __init__(self, size: int) -> None:
        """Map `size` bytes; pages are taken as they are used."""
        self.map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.view = memoryview(self.map)

    def close(self) -> None:
        """Give the memory back."""
        self.view.release()
        self.map.close()


class Text:
    """One output stream: the first and the last 32 KiB are kept, all of it is counted."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.room = Room(2 * KEEP + CHUNK)
        self.size = 0  # of what is kept
        self.total = 0

    def space(self) -> memoryview:
        """Give the memory behind what is kept."""
        return self.room.view[self.size : self.size + CHUNK]

    def took(self, count: int) -> None:
        """Count the bytes and keep those at the two ends."""
        self.total += count
        self.size += count
        if (surplus := self.size - 2 * KEEP) > 0:
            self.room.map.move(KEEP, KEEP + surplus, KEEP)
            self.size = 2 * KEEP

    def kept(self) -> memoryview:
        """Give what was kept."""
        return self.room.view[: self.size]


def show(kept: bytes, total: int) -> str:
    """Turn what was kept of a stream into text, with a line where bytes are missing."""
    lost = total - len(kept)
    gap = f"\n[{lost} bytes left out]\n".encode() if lost else b""
    return (kept[:KEEP] + gap + kept[KEEP:]).decode(errors="replace")


class Output:
    """Both output streams of a child under one limit."""

    def __init__(self, limit_kb: int) -> None:
        """Allow `limit_kb` KiB in all."""
        self.limit_kb = limit_kb
        self.stdout = Text()
        self.stderr = Text()

    def check(self) -> None:
        """Raise Stop where more came than allowed."""
        total = self.stdout.total + self.stderr.total
        if total > self.limit_kb << 10:
            raise Stop("output", f"printed more than {self.limit_kb} KiB")


class Evidence:
    """The evidence pipe: passed on piece by piece, the first wrong or surplus head stops the child.

    A child says `S` once it has given up all it had to (from here on nothing it says is trusted), then `E` for each of
    its probes and any number of `P`, then `F`, or `M` where it ran out of memory. Instead of `S` it may say `B`: it could not
    be confined, our fault.
    """

    def __init__(self, limit_mb: int, probes: int, pass_on: Callable[[memoryview], None]) -> None:
        """Allow `limit_mb` MiB and `probes` frames of evidence in all; each piece goes to `pass_on`."""
        self.limit_mb = limit_mb
        self.left_probes = probes
        self.probes = probes
        self.pass_on = pass_on
        self.room = Room(CHUNK)
        self.head = bytearray()
        self.left = 0  # bytes of the frame under way
        self.total = 0
        self.is_confined = False
        self.began = 0.0  # when the child had given up all it had to, on the monotonic clock
        self.end = ""  # the kind of the last frame

    @property
    def is_finished(self) -> bool:
        """Tell whether the child came to its end, and all of what it said of that was read."""
        return bool(self.end) and not self.left

    def space(self) -> memoryview:
        """Give the memory for the next piece."""
        return self.room.view

    def took(self, count: int) -> None:
        """Pass a piece of the stream on, and walk along the heads in it."""
        self.total += count
        if self.total > self.limit_mb << 20:
            raise Stop("output", f"left more than {self.limit_mb} MiB of evidence")
        at = 0
        try:
            while at < count:
                at += self._step(at, count)
        except wire.WireError as error:
            raise Stop("crashed", f"wrote to the evidence pipe what is no evidence ({error})") from error
        finally:
            self.pass_on(self.room.view[:count])

    def _step(self, at: int, count: int) -> int:
        """Go over the rest of a frame, or a piece of a head; give how many bytes that were."""
        if self.left:
            step = min(self.left, count - at)
            self.left -= step
            return step
        step = min(wire.HEAD.size - len(self.head), count - at)
        self.head += self.room.view[at : at + step]
        if len(self.head) == wire.HEAD.size:
            kind, *sizes = wire.unpack_head(bytes(self.head), MAX_CHILD_META, self.limit_mb << 20)
            self.head.clear()
            self.left = sum(sizes)
            self._accept(kind)
        return step

    def _accept(self, kind: str) -> None:
        if not self.is_confined:
            if kind == "S":
                self.is_confined, self.began = True, time.monotonic()
        elif self.end:
            raise Stop("crashed", "wrote evidence after its end")
        elif kind in (FINISHED, OUT_OF_MEMORY):
            self.end = kind
        elif kind == "E":
            self.left_probes -= 1
            if self.left_probes < 0:
                raise Stop("crashed", f"left evidence of more than {self.probes} probes")
        elif kind != "P":
            raise Stop("crashed", f"wrote a frame of unknown kind {kind} to the evidence pipe")
