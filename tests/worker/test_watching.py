"""Attempts to watch in a terminal: on a terminal a line while they run, anywhere else nothing."""

import io
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from worker.watching import watching

ROOT = Path(__file__).parents[2]
RIGHT = ROOT / "assignments" / "linear-zero" / "examples" / "autograd" / "submission.py"


LINE = "measuring: [bold]this[/bold] (1 of 2), step 150: cost 0.1235"


def follow_a_training(console, paper):
    with watching(console) as follow, follow("mine\x1b[31m.py") as sink:
        sink("phase", {"text": "measuring: [bold]this[/bold] (1 of 2)", "at": 1, "of": 2})
        sink("costs", {"points": [[1, 2.0], [150, 0.123456]]})
        deadline = time.monotonic() + 30
        while console.is_terminal and LINE not in paper.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)  # lines are drawn ten times a second


def test_a_line_has_the_phase_and_the_newest_cost_and_no_markup():
    paper = io.StringIO()
    follow_a_training(Console(file=paper, force_terminal=True, width=120), paper)
    assert LINE in paper.getvalue()
    assert "mine\x1b[31m" not in paper.getvalue()


def test_nothing_is_shown_where_there_is_no_terminal():
    paper = io.StringIO()
    follow_a_training(Console(file=paper, force_terminal=False, width=120), paper)
    assert not paper.getvalue()


def test_try_shows_its_progress_on_a_terminal_and_the_report_on_the_output():
    command = [sys.executable, "-m", "worker.cli", "try", "linear-zero", str(RIGHT), "--engine", "bubblewrap", "--json"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"}) as run:
        os.close(theirs)
        said = b"".join(iter(lambda: read(ours), b""))
        report = json.loads(run.stdout.read())
    os.close(ours)
    assert run.returncode == 0
    assert report["score"] == 10
    assert b"submission.py: " in said


def read(terminal):
    """Read from a terminal, whose end is an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""
