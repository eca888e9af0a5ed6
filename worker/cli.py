"""The console script `grader`: every command of the command line, and nothing but the command line.

Exit status: 0 done, 1 a proof does not hold, 2 usage (a wrong word, a spec with errors), 3 broken (the fault is ours).
"""

from __future__ import annotations

import csv
import json
import os
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from grader.catalog import Assignment, find
from grader.errors import Broken, GraderError, SpecError
from grader.html import render
from grader.report import Report
from grader.settings import Settings, read_settings
from grader.table import csv_rows
from worker import attempt as attempts
from worker.cli_accounts import course_app, invite_command, user_app
from worker.cli_backup import backup_command, restore_command
from worker.cli_bench import bench_app
from worker.cli_client import CLIENT
from worker.cli_door import door_command
from worker.cli_parts import BROKEN, USAGE, EngineOption, JobsOption, boxes_for, err, out, say
from worker.cli_prove import calibrate_command, demo_command, list_command, new_command, verify_command
from worker.cli_regrade import prune_command, regrade_command
from worker.cli_serve import demo_app, migrate_command, serve_command, sweeper_command, web_command, worker_command
from worker.console import show, summary
from worker.doctor import examine
from worker.fetch import fetch_mnist
from worker.keep import Store, graded
from worker.pool import Pool
from worker.runtimes.build import build
from worker.watching import Follow, watching

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Grade the programming exercises of a deep-learning course.")
runtime_app = typer.Typer(no_args_is_help=True, help="The images that boxes are made from.")
data_app = typer.Typer(no_args_is_help=True, help="Data files that are fetched, not shipped.")
app.add_typer(runtime_app, name="runtime")
app.add_typer(data_app, name="data")
app.add_typer(bench_app, name="bench")
app.add_typer(user_app, name="user")
app.add_typer(course_app, name="course")
COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("verify", verify_command), ("calibrate", calibrate_command), ("new", new_command), ("list", list_command),
    ("demo", demo_command), ("serve", serve_command), ("worker", worker_command), ("sweeper", sweeper_command),
    ("web", web_command), ("migrate", migrate_command), ("door", door_command),
    ("backup", backup_command), ("restore", restore_command),
    ("invite", invite_command), ("regrade", regrade_command), ("prune", prune_command), *CLIENT)
for name, command in COMMANDS:
    app.command(name)(command)
app.add_typer(demo_app, name="demo-course")


def main() -> None:
    """Run the command line; every error raised on purpose becomes a sentence and an exit status."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the reference trains with one thread, as boxes do
    try:
        app()
    except Broken as e:
        _stop(f"broken: {e}", BROKEN)
    except SpecError as e:
        _stop(e.where + "\n" + "\n".join(f"  {p}" for p in e.problems), USAGE)
    except GraderError as e:
        _stop(str(e), USAGE)


def _stop(message: str, status: int) -> NoReturn:
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(status)


@app.command("try")
def try_(  # noqa: PLR0913, PLR0917 - one parameter an option
        assignment: str, files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
        engine: EngineOption = "",
        seed: Annotated[int | None, typer.Option(help="draws hidden cases and initial weights", min=0)] = None,
        as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
        html: Annotated[Path | None, typer.Option(help="write the (first) report as one HTML file")] = None,
        table: Annotated[Path | None, typer.Option("--csv", help="write a row per file")] = None,
        kept: Annotated[Path | None, typer.Option("--keep", help="folder to keep the attempts in, for grader regrade")] = None,
        jobs: JobsOption = None) -> None:
    """Grade one or more files and print the report."""
    settings, store = read_settings(), Store(kept) if kept else None
    chosen = find(assignment, settings.assignments)
    draw = random.SystemRandom().randrange(2**31) if seed is None else seed
    with (boxes_for(engine, chosen, settings) as boxes, watching(err) as follow,
          ThreadPoolExecutor(jobs or settings.jobs) as pool):
        reports = list(pool.map(lambda f: _report(chosen, f, draw, boxes, settings, store, follow), files))
    if len({f.name for f in files}) < len(files):  # submissions of one name are told apart by their paths
        reports = [r.model_copy(update={"file": str(f)}) for r, f in zip(reports, files, strict=True)]
    _hand_over(reports, as_json=as_json, html=html, table=table)
    if any(r.status == "broken" for r in reports):
        raise SystemExit(BROKEN)


def _report(assignment: Assignment, file: Path, seed: int, boxes: Pool, settings: Settings, store: Store | None,
            follow: Follow) -> Report:
    try:
        with follow(file.name) as sink:
            return graded(assignment, file, seed, boxes, settings.places, store, sink)
    except Broken as e:
        return attempts.unrun(assignment, file.name, "broken", str(e), seed)


def _hand_over(reports: list[Report], *, as_json: bool, html: Path | None, table: Path | None) -> None:
    if html:
        html.write_text(render(reports[0]), encoding="utf-8")
    if table:
        with table.open("w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(csv_rows(reports))
    if as_json:
        documents = [r.model_dump(mode="json") for r in reports]
        sys.stdout.write(json.dumps(documents[0] if len(documents) == 1 else documents, allow_nan=False) + "\n")
    elif len(reports) == 1:
        show(reports[0], out)
    else:
        summary(reports, out)


@app.command()
def doctor() -> None:
    """Say which engine is used here and why, what is missing, and how to fix it."""
    for f in examine(read_settings()):
        say(f"{'ok  ' if f.ok else 'MISS'} {f.name}: {f.detail}", None if f.ok else "red")
        if not f.ok and f.remedy:
            say(f"     fix: {f.remedy}")


@runtime_app.command("build")
def runtime_build(name: Annotated[str, typer.Argument()] = "pytorch") -> None:
    """Build a runtime's image with the Docker engine that answers."""
    build(name, say)


@data_app.command("fetch")
def data_fetch() -> None:
    """Fetch the 5,000 MNIST images of the GAN assignment, unless they are there."""
    settings = read_settings()
    done = fetch_mnist(settings.mnist)
    say(f"MNIST: {'fetched to' if done else 'already at'} {settings.mnist}")


if __name__ == "__main__":
    main()
