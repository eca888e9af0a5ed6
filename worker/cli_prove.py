"""The commands of those who make assignments: verify, calibrate, new, list, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from grader.calibration import chance_of_loss
from grader.catalog import Assignment, find, folder_of, load
from grader.settings import Settings, read_settings
from worker.cli_parts import FAILED, EngineOption, JobsOption, boxes_for, chosen_from, err, out, progress, say
from worker.console import calibration_table, power_table, rounding_table, summary
from worker.demo import demonstrate
from worker.fetch import fetch_mnist
from worker.folder import copy_assignment
from worker.pool import Pool
from worker.power import RUNS, Power, work
from worker.power import power as measure_power
from worker.verify import Proof, prove


def verify_command(names: Annotated[list[str] | None, typer.Argument(help="slugs or folders; none: all")] = None,
           engine: EngineOption = "", jobs: JobsOption = None,
           fast: Annotated[bool, typer.Option(help="leave out examples marked slow")] = False,
           power: Annotated[bool, typer.Option(help="also measure false rejections, and try mistakes made by machine")] = False,
           runs: Annotated[int, typer.Option(help="right submissions for --power", min=1)] = RUNS) -> None:
    """Prove assignment folders: every example must get the verdicts it names."""
    settings = read_settings()
    chosen = chosen_from(names, settings)
    total = sum(len(list((a.root / "examples").glob("*/expected.toml"))) for a in chosen)
    with boxes_for(engine, chosen[0], settings) as boxes, progress() as bar:
        task = bar.add_task(f"proving {len(chosen)} assignments in {boxes.name} boxes", total=total)
        def done(proof: Proof) -> None:
            bar.advance(task)
            if not proof.holds:
                bar.console.print(f"{proof.assignment}/{proof.example}: " + "; ".join(proof.surprises),
                                       style="red", markup=False, highlight=False)
        proofs = prove(chosen, boxes, settings.places, jobs or settings.jobs, done,
                       lambda e: not (fast and e.expected.slow))
        out.print(_proof_table(proofs))
        found = [_power(a, boxes, settings, jobs or settings.jobs, runs, bar) for a in chosen] if power else []
    if not all(p.holds for p in proofs) or any(f.survivors for f in found):
        raise SystemExit(FAILED)


def _power(assignment: Assignment, boxes: Pool, settings: Settings, jobs: int, runs: int, bar: Progress) -> Power:
    task = bar.add_task(f"right and wrong submissions of {assignment.slug}", total=work(assignment, runs))
    found = measure_power(assignment, boxes, settings.places, jobs, lambda: bar.advance(task), runs)
    bar.update(task, visible=False)
    out.print(power_table(found, assignment))
    for survivor in found.survivors:
        say(f"  survives: {survivor}", "red")
    for excused in found.excused:
        say(f"  excused: {excused}")
    return found


def calibrate_command(name: Annotated[str, typer.Argument(help="slug or folder")],
              seeds: Annotated[int | None, typer.Option(help="how many runs; default: the spec's")] = None,
              device: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu") -> None:
    """Measure an assignment's bands over many reference runs and the rounding in its checks; write calibration.json."""
    from worker import calibrate as bands
    from worker import floats
    settings = read_settings()
    folder = folder_of(name, settings.assignments)
    spec = load(folder, is_open=True).spec
    with progress() as bar:
        task = bar.add_task(f"measuring {folder.name}", total=None)
        made = bands.of_folder(folder, settings.places, seeds=seeds, device=device,
                               on_progress=lambda done, total: bar.update(task, completed=done, total=total))
    if spec.calibration is not None:
        out.print(calibration_table(made))
    out.print(rounding_table(made.floats))
    for told in floats.complaints(spec, made.floats):
        say(told, "red")
    say(f"{bands.write(made, folder)}: {made.seeds} seeds, {made.seconds:g} s on {made.device}; with these trials at most "
         f"{chance_of_loss(list(made.checks.values())):.2g} of right submissions lose a mark by chance")


def _proof_table(proofs: list[Proof]) -> Table:
    table = Table("assignment", "right", "mistakes", "surprises", "seconds an attempt", title="Proof")
    for slug in sorted({p.assignment for p in proofs}):
        mine = [p for p in proofs if p.assignment == slug]
        right = [p for p in mine if p.is_right]
        table.add_row(slug, f"{sum(p.holds for p in right)} of {len(right)}",
                      f"{sum(p.holds for p in mine if not p.is_right)} of {len(mine) - len(right)}",
                      str(sum(not p.holds for p in mine)), f"{max((p.seconds for p in right), default=0):.1f}")
    return table


def new_command(name: str, source: Annotated[str, typer.Option("--from", help="the assignment to copy")],
        into: Annotated[Path | None, typer.Option(help="where; default: the assignments folder")] = None) -> None:
    """Start an assignment as a copy of another."""
    settings = read_settings()
    made = copy_assignment(find(source, settings.assignments), name, into or settings.assignments)
    say(f"{made} is ready: edit assignment.toml and statement.md, then run: grader verify {made}")


def list_command() -> None:
    """List the assignments."""
    table = Table("assignment", "title", "styles", "points", "checks")
    for a in chosen_from(None, read_settings()):
        spec = a.spec
        table.add_row(a.slug, spec.title, ", ".join(spec.styles), f"{spec.points(spec.styles[0]):g}",
                      str(len(spec.checks)))
    out.print(table)


def demo_command(engine: EngineOption = "bubblewrap", jobs: JobsOption = None) -> None:
    """Grade a right submission and a mistake of every assignment and print the table."""
    settings = read_settings()
    fetch_mnist(settings.mnist)
    chosen = chosen_from(None, settings)
    with boxes_for(engine, chosen[0], settings) as boxes, progress() as bar:
        proofs = demonstrate(chosen, boxes, settings.places, jobs or settings.jobs, bar)
    for p in proofs:
        for s in p.surprises:
            err.print(f"{p.assignment}/{p.example}: {s}", style="red", markup=False, highlight=False)
    summary([p.report for p in proofs if p.report], out)
    if not all(p.holds for p in proofs):
        raise SystemExit(FAILED)
