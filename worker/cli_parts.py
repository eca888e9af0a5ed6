"""What several commands of the command line share: options, where they write to, boxes, and how long work is shown."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.catalog import Assignment, find, load, slugs
from grader.errors import GraderError, SpecError
from grader.settings import Settings
from worker.engines.choose import NAMES, choose
from worker.pool import Pool

USAGE, BROKEN, FAILED = 2, 3, 1
out, err = Console(), Console(stderr=True)

EngineOption = Annotated[str, typer.Option(help="auto, docker, bubblewrap, or unconfined (your own code only)")]
JobsOption = Annotated[int | None, typer.Option("--jobs", "-j", help="boxes at once", min=1)]


def boxes_for(asked: str, assignment: Assignment, settings: Settings) -> Pool:
    """Make warm boxes of the engine asked for and say which it is; raises GraderError for one that there is not."""
    name = asked or settings.engine
    if name not in NAMES:
        msg = f"engine {name}: there is none of this name; there are {', '.join(NAMES)}"
        raise GraderError(msg)
    engine, why = choose(name, assignment.spec.runtimes[0])
    err.print(f"engine: {engine.name} ({why})", style="dim", markup=False, highlight=False, soft_wrap=True)
    return Pool(engine, settings.pool_mb, is_fresh=settings.isolation == "fresh")


def chosen_from(names: list[str] | None, settings: Settings) -> list[Assignment]:
    """Load the assignments of these names, or all; raises SpecError with every problem of every folder."""
    if names:
        return [find(n, settings.assignments) for n in names]
    loaded, problems = [], []
    for slug in slugs(settings.assignments):
        try:
            loaded.append(load(settings.assignments / slug))
        except SpecError as e:
            problems += [f"{e.where}: {p}" for p in e.problems]
    if problems or not loaded:
        raise SpecError(str(settings.assignments), problems or ["no assignment folder here"])
    return loaded


def progress() -> Progress:
    """Make a progress bar on standard error."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=err)


def say(text: str, style: str | None = None) -> None:
    """Write a line as it is."""
    out.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
