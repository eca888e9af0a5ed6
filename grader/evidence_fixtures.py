"""A pytest plugin that hands evidence, answers and data to an instructor's tests as plain arrays.

With `--serve` pytest reads the test file once and then waits for orders on a socket: for each it forks a child, which
runs the tests on the arrays of one folder and says what came of them (see grader/own_tests.py). A child is new every
time, so that no test sees anything of another attempt.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.evidence import read_arrays
from grader.tolerance import Array

LONGEST = 2000  # characters of a message


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say where the arrays lie, and on which socket orders come."""
    parser.addoption("--evidence", required=False, default=".", help="folder of *.safetensors files")
    parser.addoption("--serve", type=int, help="descriptor of a socket")


def _read(request: pytest.FixtureRequest, name: str) -> dict[str, Array]:
    blob = (Path(request.config.getoption("--evidence")) / f"{name}.safetensors").read_bytes()
    return read_arrays(blob, limit=len(blob))  # written by the check itself


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> dict[str, Array]:
    """Arrays that the submission's probes left, by `probe.output`."""
    return _read(request, "evidence")


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> dict[str, Array]:
    """The same of the reference."""
    return _read(request, "answers")


@pytest.fixture
def data(request: pytest.FixtureRequest) -> dict[str, Array]:
    """The arrays of the data sets, by `set.key`."""
    return _read(request, "data")


class Told:
    """What the tests of one session came to, in order."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.errors: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the message of a test that failed, or of what had to be there before it."""
        if report.failed:
            (self.failures if report.when == "call" else self.errors).append(message(report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file could not be read."""
        if report.failed:
            self.errors.append(message(report))


def message(report: Any) -> str:
    """Return what an exception said."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr)[:LONGEST]


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the reports, when orders come on a socket."""
    if config.getoption("--serve") is not None:
        config.pluginmanager.register(Told(), "told")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Say which tests were found, then answer orders until nobody is there to give one."""
    if (descriptor := session.config.getoption("--serve")) is None:
        return None
    gc.freeze()  # so that no child's collection touches, and thereby copies, what all share
    with socket.socket(fileno=descriptor) as line:
        told: Told = session.config.pluginmanager.get_plugin("told")  # type: ignore[assignment]
        line.sendall(_line(tests=len(session.items), errors=told.errors, used=sorted(_used(session))))
        for where, seconds in _orders(line):
            line.sendall(answer(session, where, seconds))
    return True


def _orders(line: socket.socket) -> Iterator[tuple[str, float]]:
    with line.makefile("rb") as orders:
        for order in orders:
            yield json.loads(order)


def _used(session: pytest.Session) -> set[str]:
    return {n for item in session.items for n in getattr(item, "fixturenames", ())} & {"evidence", "answers", "data"}


def _line(**said: Any) -> bytes:
    return json.dumps(said).encode() + b"\n"


def answer(session: pytest.Session, where: str, seconds: float) -> bytes:
    """Run all tests in a child on the arrays of one folder; `tests` is null when it ended without a word, or too late."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            os.write(theirs, run(session, where))
        finally:
            os._exit(0)
    os.close(theirs)
    said, end = b"", time.monotonic() + seconds
    while not said.endswith(b"\n") and (left := end - time.monotonic()) > 0:
        if select.select([ours], [], [], left)[0]:
            said += (piece := os.read(ours, 1 << 16))
            if not piece:
                break
    is_late = time.monotonic() >= end
    os.close(ours)
    for kill in (os.killpg, os.kill):  # what the tests started goes with them
        with suppress(OSError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return said if said.endswith(b"\n") else _line(tests=None, is_late=is_late)


def run(session: pytest.Session, where: str) -> bytes:
    """Run all tests here and now; of many messages the first is said."""
    os.chdir(where)
    session.config.option.evidence = where
    told = Told()
    session.config.pluginmanager.register(told)
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return _line(tests=len(session.items), failed=len(told.failures), because=told.failures[:1], errors=told.errors[:1])
