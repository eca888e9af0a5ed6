"""A box that serves nobody twice: a new shell for every job."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from worker.box import Job, Run
from worker.engines.hearing import Progress

if TYPE_CHECKING:
    from worker.engines.conversation import Talk

class FreshBox:
    """A box that takes a new shell for every job; the first is warm when the box is handed out."""

    def __init__(self, start: Callable[[], Talk]) -> None:
        self.start = start
        self.ready: Talk | None = None

    def warm(self) -> Talk:
        """Start the shell for the next job."""
        self.ready = self.start()
        return self.ready

    def run(self, job: Job, on_progress: Progress | None = None) -> Run:
        """Run one job in a shell of its own."""
        talk, self.ready = self.ready or self.warm(), None
        try:
            return talk.run(job, on_progress or (lambda _: None))
        finally:
            talk.shell.kill()

    def close(self) -> None:
        """Throw away a shell that has not been used."""
        if self.ready is not None:
            self.ready.shell.kill()
