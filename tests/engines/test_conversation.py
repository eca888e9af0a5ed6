"""The outside relies on nothing the supervisor promises: late, gone or silent, the box ends and the blame is right."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from grader.errors import Broken
from grader.spec import Limits
from worker.box import Job, Status
from worker.engines.bubblewrap import Bubblewrap

LIMITS = Limits(seconds=1, memory_mb=256)
ENDLESS = Job(b"while True: pass", LIMITS, 0)


@pytest.fixture
def own_engine(engine):
    if engine.name == "bubblewrap-unprivileged":
        pytest.skip("its stand-in engine has no shell to look into")
    return engine


def strike(engine, shell, number):
    """Send a signal to the supervisor from outside."""
    if isinstance(engine, Bubblewrap):
        for pid in processes(shell.process.process.pid)[:-1]:  # all but bubblewrap, which waits outside
            os.kill(pid, number)
    elif number == signal.SIGSTOP:
        shell.api.pause(shell.id)
    else:
        shell.api.kill(shell.id)


def processes(pid):
    """List a process and all below it, from the lowest up."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in children for found in processes(int(child))] + [pid]


def test_supervisor_that_stands_still_is_killed_from_outside(own_engine):
    with own_engine.box("bare", LIMITS) as box:
        threading.Timer(0.5, strike, (own_engine, box.ready.shell, signal.SIGSTOP)).start()
        started = time.monotonic()
        result = box.run(ENDLESS)
    assert result.status is Status.TIMEOUT
    assert "from outside" in result.because
    assert result.seconds <= LIMITS.seconds + 2
    assert time.monotonic() - started <= LIMITS.seconds + 3.5


def test_box_killed_from_outside_is_our_fault(own_engine):
    with own_engine.box("bare", LIMITS) as box:
        threading.Timer(0.3, strike, (own_engine, box.ready.shell, signal.SIGKILL)).start()
        with pytest.raises(Broken, match="ended in the middle"):
            box.run(ENDLESS)


def test_supervisor_that_cannot_start_is_our_fault_and_says_why(inside, tmp_path):
    copy = tmp_path / "inside"
    copy.mkdir()
    for path in inside.glob("*.py"):
        (copy / path.name).write_text(path.read_text())
    (copy / "measure.py").write_text("raise RuntimeError('no such luck')")
    engine = Bubblewrap(copy)
    with pytest.raises(Broken, match="no such luck"), engine.box("bare", LIMITS):
        pass


def test_box_whose_child_cannot_be_confined_is_our_fault(inside, tmp_path):
    copy = tmp_path / "inside"
    copy.mkdir()
    for path in inside.glob("*.py"):
        (copy / path.name).write_text(path.read_text())
    child = (copy / "child.py").read_text()
    (copy / "child.py").write_text(child.replace("    os.chdir(home)", "    raise OSError('no home')"))
    engine = Bubblewrap(copy)
    with pytest.raises(Broken, match="could not be confined: no home"), engine.box("bare", LIMITS) as box:
        box.run(ENDLESS)
