"""A supervisor that is a process of this machine: its pipes, its last words, its end."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from worker.engines.base import Channel, Pipes

LAST_WORDS = 4 << 10


class Process:
    """A started command with a channel to it; what it says on standard error goes to an unnamed file."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], pass_fds: Sequence[int] = ()
    ) -> None:
        self.said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            env=environment,
            pass_fds=pass_fds,
            start_new_session=True,
            bufsize=0,
        )
        self.channel: Channel = Pipes(self._fd(self.process.stdout), self._fd(self.process.stdin))

    def last_words(self) -> str:
        """Give the end of what it wrote to standard error."""
        if self.said.closed:
            return ""
        size = self.said.seek(0, 2)
        self.said.seek(max(0, size - LAST_WORDS))
        return self.said.read().decode(errors="replace")

    def end(self, grace_s: float = 0) -> None:
        """Reap it, after killing it if it still runs when the grace is over; close what belongs to it."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(grace_s)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.said):
            if stream is not None:
                stream.close()

    @staticmethod
    def _fd(stream: IO[Any] | None) -> int:
        assert stream is not None  # noqa: S101 - both were asked for
        return stream.fileno()
