"""What the supervisor reads from a child: two streams of text, one of evidence; all hostile, all capped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from . import wire

KEEP = 32 << 10
MAX_PROGRESS = 1000
MAX_PROGRESS_META = 4 << 10


class Stop(Exception):
    """The child must be killed now, for this reason."""

    def __init__(self, status: str, because: str) -> None:
        """Name the status of the run and what happened."""
        super().__init__(because)
        self.status = status
        self.because = because


class Sink(Protocol):
    """Something that takes in what a pipe brings."""

    def take(self, data: bytes) -> None:
        """Take a piece; raise Stop where it is too much or wrong."""


class Text:
    """One output stream: the first and the last 32 KiB are kept, all of it is counted."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.head = bytearray()
        self.tail = bytearray()
        self.total = 0

    def take(self, data: bytes) -> None:
        """Count the bytes and keep those at the two ends."""
        self.total += len(data)
        room = KEEP - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        del self.tail[:-KEEP]

    def show(self) -> str:
        """Give what was kept as text, with a line where bytes are missing."""
        lost = self.total - len(self.head) - len(self.tail)
        gap = f"\n[{lost} bytes left out]\n".encode() if lost else b""
        return (bytes(self.head) + gap + bytes(self.tail)).decode(errors="replace")


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
    """The evidence pipe: whole frames are passed on, the first wrong or surplus byte stops the child.

    A child says `S` once it has given up all it had to (from here on nothing it says is trusted), then any
    number of `E` and `P`, then `F`. Instead of `S` it may say `B`: it could not be confined, our fault.
    """

    def __init__(self, limit_mb: int, forward: Callable[[str, dict[str, Any], bytes], None],
                 pass_on: Callable[[], None] = lambda: None) -> None:
        """Allow `limit_mb` MiB in all; whole `E` and `P` frames go to `forward`, then `pass_on` follows each piece."""
        self.limit_mb = limit_mb
        self.forward = forward
        self.pass_on = pass_on
        self.decoder = wire.Decoder(max_blob=limit_mb << 20)
        self.total = 0
        self.progress = 0
        self.is_confined = False
        self.began = 0.0  # when the child had given up all it had to, on the monotonic clock
        self.is_finished = False
        self.is_out_of_memory = False
        self.broken = "the child ended before it was confined"

    def take(self, data: bytes) -> None:
        """Take in a piece of the stream."""
        self.total += len(data)
        if self.total > self.limit_mb << 20:
            raise Stop("output", f"left more than {self.limit_mb} MiB of evidence")
        try:
            for frame in self.decoder.feed(data):
                self._accept(frame)
        except wire.WireError as error:
            raise Stop("crashed", f"wrote to the evidence pipe what is no evidence ({error})") from error
        finally:
            self.pass_on()

    def _accept(self, frame: wire.Frame) -> None:
        if not self.is_confined:
            self._begin(frame)
        elif self.is_finished:
            raise Stop("crashed", "wrote evidence after its end")
        elif frame.kind == "F":
            self.is_finished = True
            self.is_out_of_memory = frame.meta.get("memory") is True
        elif frame.kind == "E":
            self.forward("E", frame.meta, frame.blob)
        elif frame.kind == "P":
            self._progress(frame)
        else:
            raise Stop("crashed", f"wrote a frame of unknown kind {frame.kind} to the evidence pipe")

    def _begin(self, frame: wire.Frame) -> None:
        if frame.kind == "S":
            self.is_confined, self.began = True, time.monotonic()
        else:
            self.broken = str(frame.meta.get("because", "the child could not be confined"))

    def _progress(self, frame: wire.Frame) -> None:
        """Pass progress on while it is little: it is only shown, so a surplus is dropped in silence."""
        self.progress += 1
        is_small = len(str(frame.meta)) <= MAX_PROGRESS_META and not frame.blob
        if is_small and self.progress <= MAX_PROGRESS:
            self.forward("P", frame.meta, b"")
