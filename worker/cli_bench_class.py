"""`grader bench class`: a class graded again by a whole service."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from worker.cli_parts import out, progress


def class_again(attempts: Annotated[int, typer.Option(help="attempts of the class", min=1)] = 1000,
                as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False) -> None:
    """Grade a class again through a whole service: attempts a minute, and how long promoting and taking back take."""
    from worker.bench.class_regrade import compare
    from worker.bench.web import service

    with service({}) as (settings, _), progress() as bar:
        task = bar.add_task("grading a class again", total=attempts)
        found = compare(settings, attempts, lambda done: bar.update(task, completed=done))
    told = {"per_minute": round(found.per_minute), **{k: round(v, 3) for k, v in asdict(found).items()}}
    if as_json:
        sys.stdout.write(json.dumps({"class": told}) + "\n")
        return
    table = Table("measure", "value", title="A class graded again")
    for name, value in told.items():
        table.add_row(name, f"{value:g}")
    out.print(table)
