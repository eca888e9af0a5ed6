"""An instructor's own tests, run over one attempt's arrays after the other.

Starting pytest and reading a test file takes half a second of CPU, running the tests milliseconds. So a pytest process per
test file is kept, which forks a child for every attempt (grader/evidence_fixtures.py is its half). It ends with the
process that started it: its socket is closed then. A file that was changed gets a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.errors import Broken
from grader.evidence import pack_arrays
from grader.tolerance import Array

START_S = 120.0  # on a busy machine
GRACE_S = 5.0
IDLE = 8  # processes that wait, at most

Tables = Mapping[str, Callable[[], Mapping[str, Array]]]


@dataclass(frozen=True, slots=True)
class Told:
    """How many tests ran, how many of them failed, and what the first of those said."""

    tests: int
    failed: int
    because: str


class Tester:
    """One pytest process that has read one test file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                _command(file, theirs.fileno()), pass_fds=[theirs.fileno()], cwd=file.parent, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment())
        self.answers = self.line.makefile("rb")
        hello = self._heard(START_S)
        if hello["errors"] or not hello["tests"]:
            self.close()
            raise Broken(f"the test file does not run: {hello['errors'][0] if hello['errors'] else 'no test found'}")
        self.used: list[str] = hello["used"]

    def run(self, tables: Tables, seconds: float) -> Told:
        """Run the tests over one attempt's arrays, those that they ask for; raises Broken when they don't come to an end."""
        with tempfile.TemporaryDirectory() as folder:
            for name in self.used:
                (Path(folder) / f"{name}.safetensors").write_bytes(pack_arrays(tables[name]()))
            with suppress(OSError):  # when it is gone, there is no answer
                self.line.sendall(json.dumps([folder, seconds]).encode() + b"\n")
            told = self._heard(seconds + GRACE_S)
        if told["tests"] is None:
            raise Broken(f"{self.file.name} took more than {seconds} s" if told["is_late"] else
                         f"{self.file.name}: pytest left no report")
        if told["errors"]:
            raise Broken(f"the test file does not run: {told['errors'][0]}")
        return Told(told["tests"], told["failed"], "".join(told["because"]))

    def close(self) -> None:
        """End the process."""
        self.answers.close()
        self.line.close()
        self.process.kill()
        self.process.wait()

    def _heard(self, seconds: float) -> dict[str, Any]:
        self.line.settimeout(seconds)
        try:
            heard: dict[str, Any] = json.loads(self.answers.readline())
        except (OSError, ValueError) as e:
            self.close()
            raise Broken(f"{self.file.name}: pytest left no report") from e
        return heard


class Testers:
    """The testers of this process that wait for work; threads may share it."""

    def __init__(self) -> None:
        self.idle: list[tuple[str, Tester]] = []
        self.lock = threading.Lock()

    def run(self, file: Path, tables: Tables, seconds: float) -> Told:
        """Run a test file over one attempt's arrays; raises Broken when it doesn't run or doesn't end."""
        key = f"{file} {hashlib.sha256(file.read_bytes()).hexdigest()}"
        tester, told = self._take(key) or Tester(file), None
        try:
            told = tester.run(tables, seconds)
            return told
        finally:
            if told is None:  # in doubt
                tester.close()
            else:
                self._put_back(key, tester)

    def close(self) -> None:
        """End all that wait."""
        with self.lock:
            gone, self.idle = self.idle, []
        for _, tester in gone:
            tester.close()

    def _take(self, key: str) -> Tester | None:
        with self.lock:
            for found in reversed(self.idle):
                if found[0] == key and found[1].process.poll() is None:
                    self.idle.remove(found)
                    return found[1]
        return None

    def _put_back(self, key: str, tester: Tester) -> None:
        with self.lock:
            self.idle.append((key, tester))
            gone, self.idle = self.idle[:-IDLE], self.idle[-IDLE:]
        for _, old in gone:
            old.close()


def shared() -> Testers:
    """Return the testers of this process; a forked one has its own."""
    return _shared(os.getpid())


@lru_cache(maxsize=1)
def _shared(_: int) -> Testers:
    return Testers()


def _command(file: Path, descriptor: int) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "-s", "--tb=line", "-p", "grader.evidence_fixtures", "-p", "no:cacheprovider",
            "-p", "no:junitxml", "-o", "addopts=", f"--serve={descriptor}", f"--rootdir={file.parent}", str(file)]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1",
                         "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # plugins of others take two thirds of the time
