"""Attempts to watch in a terminal while they run: a line each, with the phase and the newest cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from grader import shown
from worker.live import Sink, silent

Follow = Callable[[str], AbstractContextManager[Sink]]  # of a file's name

TEXT, FILE = 90, 40


@contextmanager
def watching(console: Console) -> Iterator[Follow]:
    """Give what follows an attempt, by its file's name; where the console is no terminal nothing is shown."""
    if not console.is_terminal:
        yield lambda _: nullcontext(silent)
        return
    columns = SpinnerColumn("line"), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        yield lambda name: _line(progress, name)


@contextmanager
def _line(progress: Progress, name: str) -> Iterator[Sink]:
    """Hold one line: it is there while the attempt runs."""
    name, phase = shown.line(name, FILE), "waiting for a box"
    task = progress.add_task(f"{name}: {phase}", total=None)
    def tell(event: str, what: dict[str, Any]) -> None:
        nonlocal phase
        if event == "phase":
            phase, cost = shown.line(what["text"], TEXT), ""
        else:
            step, number = what["points"][-1]
            cost = f", step {step}: cost {number:.4g}"
        progress.update(task, description=f"{name}: {phase}{cost}")
    try:
        yield tell
    finally:
        progress.remove_task(task)
