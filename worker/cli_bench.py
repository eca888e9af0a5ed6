"""The command `grader bench`: measurements of the service itself, each as ratios taken in one run."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from grader.catalog import find
from grader.settings import read_settings

bench_app = typer.Typer(no_args_is_help=True, help="Measure the service itself.")
out, err = Console(), Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def progress() -> Progress:
    """Make the progress bar of a bench."""
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err)


@bench_app.command("regrade")
def regrade(names: Annotated[list[str] | None, typer.Argument(help="slugs; none: linear-zero and xor-by-hand")] = None,
            attempts: Annotated[int, typer.Option(help="attempts to grade, of each assignment", min=1)] = 20,
            judged: Annotated[int, typer.Option(help="attempts to judge again, of each assignment", min=1)] = 300,
            engine: Annotated[str, typer.Option(help="auto, docker or bubblewrap")] = "",
            as_json: JsonOption = False) -> None:
    """Judge kept attempts again: how many a minute, and how much cheaper than grading them."""
    from worker.bench.regrade import Row, compare
    from worker.engines.choose import choose
    from worker.pool import Pool

    settings = read_settings()
    chosen = [find(n, settings.assignments) for n in names or ["linear-zero", "xor-by-hand"]]
    made, _ = choose(engine or settings.engine, chosen[0].spec.runtimes[0])
    with Pool(made, settings.pool_mb) as boxes, progress() as bar:
        task = bar.add_task(f"grading in {boxes.name} boxes, then judging", total=len(chosen) * (attempts + judged))
        rows = [compare(a, attempts, judged, boxes, settings.places, lambda: bar.advance(task)) for a in chosen]
    def told(r: Row) -> dict[str, Any]:
        return {"assignment": r.assignment, "graded": r.attempts, "judged": r.judged, "first_cpu_ms": round(r.first_ms, 2),
                "again_cpu_ms": round(r.again_ms, 2), "again_wall_ms": round(r.wall_ms, 2), "ratio": round(r.ratio, 1),
                "attempts_per_minute_per_core": round(r.per_minute)}
    if as_json:
        sys.stdout.write(json.dumps({"regrade": [told(r) for r in rows]}) + "\n")
        return
    table = Table("assignment", "judged", "a minute and core", "CPU ms each", "first grading, CPU ms", "times as much",
                  title="Judging kept attempts again")
    for r in rows:
        table.add_row(r.assignment, str(r.judged), f"{r.per_minute:,.0f}", f"{r.again_ms:.1f}", f"{r.first_ms:.1f}",
                      f"{r.ratio:.0f}")
    out.print(table)
