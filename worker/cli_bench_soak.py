"""`grader bench soak`: submissions by the hundred while parts of the service are killed at random."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from worker.cli_parts import FAILED, err, out, progress

SEEDS = 1 << 16


def soak(submissions: Annotated[int, typer.Option(help="submissions to hand in", min=1)] = 1000,
         every: Annotated[float, typer.Option(help="seconds between two injuries, on average", min=0.5)] = 5.0,
         seed: Annotated[int | None, typer.Option(help="of the injuries; none: a new one, which is printed")] = None,
         as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False) -> None:
    """Hand in to a whole service while its parts are killed at random; what is lost, doubled, blamed or left must be 0."""
    from worker.bench.soak import soak as run

    seed = secrets.randbelow(SEEDS) if seed is None else seed
    err.print(f"seed of the injuries: {seed}", style="dim")
    with progress() as bar:
        task = bar.add_task("graded while parts are killed", total=submissions)
        outcome = run(submissions, every, seed, lambda done: bar.update(task, completed=done))
    told = {"seed": seed, "submissions": submissions} | asdict(outcome)
    if as_json:
        sys.stdout.write(json.dumps({"soak": told}) + "\n")
    else:
        table = Table("measure", "value", title="A soak")
        for name in ("accepted", "lost", "doubled", "blamed", "orphaned", "broken"):
            table.add_row(name, str(told[name]))
        table.add_row("longest wait, s", f"{outcome.longest_wait_s:.1f}")
        table.add_row("seconds", f"{outcome.seconds:.0f}")
        for name, times in sorted(outcome.injuries.items()):
            table.add_row(name, str(times))
        out.print(table)
        for one in outcome.left:
            err.print(f"left: {one}")
    if not outcome.is_well:
        raise typer.Exit(FAILED)
