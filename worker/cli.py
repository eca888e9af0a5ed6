"""The console script `grader`: every command of the command line, and nothing but the command line.

Exit status: 0 done, 1 a proof does not hold, 2 usage (a wrong word, a spec with errors), 3 broken (the fault is ours).
"""

from __future__ import annotations

import csv
import json
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from grader.calibration import chance_of_loss
from grader.catalog import Assignment, calibration_digest, find, folder_of, load, rounding_digest, slugs
from grader.errors import Broken, GraderError, SpecError
from grader.html import render
from grader.report import Report
from grader.settings import Settings, read_settings
from grader.table import csv_rows
from worker import attempt as attempts
from worker.cli_accounts import course_app, invite_command, user_app
from worker.cli_bench import bench_app
from worker.cli_regrade import prune_command, regrade_command
from worker.cli_serve import demo_app, serve_command, sweeper_command, worker_command
from worker.console import calibration_table, power_table, rounding_table, show, summary
from worker.demo import demonstrate
from worker.doctor import examine
from worker.engines.choose import NAMES, choose
from worker.fetch import fetch_mnist
from worker.folder import copy_assignment
from worker.keep import Store, graded
from worker.pool import Pool
from worker.power import RUNS, Power, work
from worker.power import power as measure_power
from worker.runtimes.build import build
from worker.verify import Proof, prove
from worker.watching import Follow, watching

USAGE, BROKEN, FAILED = 2, 3, 1
out, err = Console(), Console(stderr=True)
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Grade the programming exercises of a deep-learning course.")
runtime_app = typer.Typer(no_args_is_help=True, help="The images that boxes are made from.")
data_app = typer.Typer(no_args_is_help=True, help="Data files that are fetched, not shipped.")
app.add_typer(runtime_app, name="runtime")
app.add_typer(data_app, name="data")
app.add_typer(bench_app, name="bench")
app.add_typer(user_app, name="user")
app.add_typer(course_app, name="course")
app.command("invite")(invite_command)
app.command("regrade")(regrade_command)
app.command("prune")(prune_command)
app.command("serve")(serve_command)
app.command("worker")(worker_command)
app.command("sweeper")(sweeper_command)
app.add_typer(demo_app, name="demo-course")

EngineOption = Annotated[str, typer.Option(help="auto, docker, bubblewrap, or unconfined (your own code only)")]
JobsOption = Annotated[int | None, typer.Option("--jobs", "-j", help="boxes at once", min=1)]


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
    with (_boxes(engine, chosen, settings) as boxes, watching(err) as follow,
          ThreadPoolExecutor(jobs or settings.jobs) as pool):
        reports = list(pool.map(lambda f: _report(chosen, f, draw, boxes, settings, store, follow), files))
    if len({f.name for f in files}) < len(files):  # submissions of one name are told apart by their paths
        reports = [r.model_copy(update={"file": str(f)}) for r, f in zip(reports, files, strict=True)]
    _hand_over(reports, as_json=as_json, html=html, table=table)
    if any(r.status == "broken" for r in reports):
        raise SystemExit(BROKEN)


def _boxes(asked: str, assignment: Assignment, settings: Settings) -> Pool:
    name = asked or settings.engine
    if name not in NAMES:
        msg = f"engine {name}: there is none of this name; there are {', '.join(NAMES)}"
        raise GraderError(msg)
    engine, why = choose(name, assignment.spec.runtimes[0])
    err.print(f"engine: {engine.name} ({why})", style="dim", markup=False, highlight=False, soft_wrap=True)
    return Pool(engine, settings.pool_mb, is_fresh=settings.isolation == "fresh")


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
def verify(names: Annotated[list[str] | None, typer.Argument(help="slugs or folders; none: all")] = None,
           engine: EngineOption = "", jobs: JobsOption = None,
           fast: Annotated[bool, typer.Option(help="leave out examples marked slow")] = False,
           power: Annotated[bool, typer.Option(help="also measure false rejections, and try mistakes made by machine")] = False,
           runs: Annotated[int, typer.Option(help="right submissions for --power", min=1)] = RUNS) -> None:
    """Prove assignment folders: every example must get the verdicts it names."""
    settings = read_settings()
    chosen = _all(names, settings)
    total = sum(len(list((a.root / "examples").glob("*/expected.toml"))) for a in chosen)
    with _boxes(engine, chosen[0], settings) as boxes, _progress() as progress:
        task = progress.add_task(f"proving {len(chosen)} assignments in {boxes.name} boxes", total=total)
        def done(proof: Proof) -> None:
            progress.advance(task)
            if not proof.holds:
                progress.console.print(f"{proof.assignment}/{proof.example}: " + "; ".join(proof.surprises),
                                       style="red", markup=False, highlight=False)
        proofs = prove(chosen, boxes, settings.places, jobs or settings.jobs, done,
                       lambda e: not (fast and e.expected.slow))
        out.print(_proof_table(proofs))
        found = [_power(a, boxes, settings, jobs or settings.jobs, runs, progress) for a in chosen] if power else []
    if not all(p.holds for p in proofs) or any(f.survivors for f in found):
        raise SystemExit(FAILED)


def _power(assignment: Assignment, boxes: Pool, settings: Settings, jobs: int, runs: int, progress: Progress) -> Power:
    task = progress.add_task(f"right and wrong submissions of {assignment.slug}", total=work(assignment, runs))
    found = measure_power(assignment, boxes, settings.places, jobs, lambda: progress.advance(task), runs)
    progress.update(task, visible=False)
    out.print(power_table(found, assignment))
    for survivor in found.survivors:
        _say(f"  survives: {survivor}", "red")
    return found


@app.command()
def calibrate(name: Annotated[str, typer.Argument(help="slug or folder")],
              seeds: Annotated[int | None, typer.Option(help="how many runs; default: the spec's")] = None,
              device: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu") -> None:
    """Measure an assignment's bands over many reference runs and the rounding in its checks; write calibration.json."""
    from worker import calibrate as bands
    from worker import floats
    settings = read_settings()
    folder = folder_of(name, settings.assignments)
    assignment = load(folder, is_open=True)
    plan = assignment.spec.calibration
    made = bands.nothing_by_chance(calibration_digest(folder), device)
    if plan is not None:
        plan = plan.model_copy(update={"seeds": seeds}) if seeds else plan
        with _progress() as progress:
            task = progress.add_task(f"training {plan.runs} seeds")
            made = bands.calibrate(assignment, plan, made.digest, settings.places, device=device,
                                 on_progress=lambda done, total: progress.update(task, completed=done, total=total))
        out.print(calibration_table(made))
    found = floats.measure(assignment, settings.places, floats.MANY)
    made = made.model_copy(update={"floats": found, "floats_digest": rounding_digest(folder)})
    out.print(rounding_table(found))
    for told in floats.complaints(assignment.spec, found):
        _say(told, "red")
    _say(f"{bands.write(made, folder)}: {made.seeds} seeds, {made.seconds:g} s on {made.device}; with these trials at most "
         f"{chance_of_loss(list(made.checks.values())):.2g} of right submissions lose a mark by chance")


def _all(names: list[str] | None, settings: Settings) -> list[Assignment]:
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


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=err)


def _proof_table(proofs: list[Proof]) -> Table:
    table = Table("assignment", "right", "mistakes", "surprises", "seconds an attempt", title="Proof")
    for slug in sorted({p.assignment for p in proofs}):
        mine = [p for p in proofs if p.assignment == slug]
        right = [p for p in mine if p.is_right]
        table.add_row(slug, f"{sum(p.holds for p in right)} of {len(right)}",
                      f"{sum(p.holds for p in mine if not p.is_right)} of {len(mine) - len(right)}",
                      str(sum(not p.holds for p in mine)), f"{max((p.seconds for p in right), default=0):.1f}")
    return table


@app.command()
def new(name: str, source: Annotated[str, typer.Option("--from", help="the assignment to copy")],
        into: Annotated[Path | None, typer.Option(help="where; default: the assignments folder")] = None) -> None:
    """Start an assignment as a copy of another."""
    settings = read_settings()
    made = copy_assignment(find(source, settings.assignments), name, into or settings.assignments)
    _say(f"{made} is ready: edit assignment.toml and statement.md, then run: grader verify {made}")


@app.command("list")
def list_() -> None:
    """List the assignments."""
    table = Table("assignment", "title", "styles", "points", "checks")
    for a in _all(None, read_settings()):
        spec = a.spec
        table.add_row(a.slug, spec.title, ", ".join(spec.styles), f"{spec.points(spec.styles[0]):g}",
                      str(len(spec.checks)))
    out.print(table)


@app.command()
def doctor() -> None:
    """Say which engine is used here and why, what is missing, and how to fix it."""
    for f in examine(read_settings()):
        _say(f"{'ok  ' if f.ok else 'MISS'} {f.name}: {f.detail}", None if f.ok else "red")
        if not f.ok and f.remedy:
            _say(f"     fix: {f.remedy}")


def _say(text: str, style: str | None = None) -> None:
    out.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


@app.command()
def demo(engine: EngineOption = "bubblewrap", jobs: JobsOption = None) -> None:
    """Grade a right submission and a mistake of every assignment and print the table."""
    settings = read_settings()
    fetch_mnist(settings.mnist)
    chosen = _all(None, settings)
    with _boxes(engine, chosen[0], settings) as boxes, _progress() as progress:
        proofs = demonstrate(chosen, boxes, settings.places, jobs or settings.jobs, progress)
    for p in proofs:
        for s in p.surprises:
            err.print(f"{p.assignment}/{p.example}: {s}", style="red", markup=False, highlight=False)
    summary([p.report for p in proofs if p.report], out)
    if not all(p.holds for p in proofs):
        raise SystemExit(FAILED)


@runtime_app.command("build")
def runtime_build(name: Annotated[str, typer.Argument()] = "pytorch") -> None:
    """Build a runtime's image with the Docker engine that answers."""
    build(name, _say)


@data_app.command("fetch")
def data_fetch() -> None:
    """Fetch the 5,000 MNIST images of the GAN assignment, unless they are there."""
    settings = read_settings()
    done = fetch_mnist(settings.mnist)
    _say(f"MNIST: {'fetched to' if done else 'already at'} {settings.mnist}")


if __name__ == "__main__":
    main()
