"""What a child says, heard outside its box: the supervisor passes the bytes on unread, and nothing in them is believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.errors import Broken
from grader.spec import Limits
from worker.inside import wire
from worker.inside.streams import FINISHED, MAX_CHILD_META, OUT_OF_MEMORY

MAX_PROGRESS = 1000  # frames; a surplus, and what is large, is dropped, because they are only shown
MAX_PROGRESS_META = 4 << 10
ENDS = (FINISHED, OUT_OF_MEMORY)

Progress = Callable[[dict[str, Any]], None]


class Heard:
    """The stream of one job's child, frame by frame: evidence is kept, progress told, anything else is `wrong`."""

    def __init__(self, limits: Limits, probes: int, on_progress: Progress) -> None:
        self.limits = limits
        self.probes = probes
        self.on_progress = on_progress
        self.decoder = wire.Decoder(MAX_CHILD_META, limits.evidence_mb << 20)
        self.frames: list[tuple[dict[str, Any], bytes]] = []
        self.total = 0
        self.progress = 0
        self.last = ""  # the kind of the last frame
        self.wrong = ""  # what the child sent in place of frames
        self.unconfined = ""  # why it could not be confined

    def take(self, data: bytes) -> None:
        """Take a piece in; raises Broken where the supervisor lets more through than it may."""
        self.total += len(data)
        if self.total > (self.limits.evidence_mb << 20) + wire.CHUNK:
            raise Broken("box: the supervisor passed on more evidence than it may")
        if self.wrong:
            return
        try:
            for frame in self.decoder.feed(data):
                self._accept(frame)
        except wire.WireError as error:
            self.wrong = f"wrote to the evidence pipe what is no evidence ({error})"

    def _accept(self, frame: wire.Frame) -> None:
        before, self.last = self.last, frame.kind
        if not before:
            self.unconfined = "" if frame.kind == "S" else str(frame.meta.get("because", "the child could not be confined"))
        elif before in ENDS:
            raise wire.WireError("a frame after its end")
        elif frame.kind == "E":
            if len(self.frames) == self.probes:
                raise wire.WireError(f"more than {self.probes} probes")
            self.frames.append((frame.meta, frame.blob))
        elif frame.kind == "P":
            self.progress += 1
            if self.progress <= MAX_PROGRESS and len(str(frame.meta)) <= MAX_PROGRESS_META:
                self.on_progress(frame.meta)
        elif frame.kind not in ENDS:
            raise wire.WireError(f"a frame of unknown kind {frame.kind}")
