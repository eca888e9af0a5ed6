"""The command `grader bench`: measurements of the service itself, each as ratios taken in one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from statistics import median
from typing import Annotated, Any

import typer
from rich.table import Table

from grader.catalog import find
from grader.settings import read_settings
from worker.cli_bench_attempt import ColdOption, PeersOption, RoundsOption, SubmissionsOption, attempt
from worker.cli_bench_class import class_again
from worker.cli_bench_soak import soak
from worker.cli_parts import JobsOption, err, out, progress

bench_app = typer.Typer(help="Measure the service itself; without a name, what one attempt costs.")

QUICK = ("cost-functions", "linear-two-columns", "linear-zero", "softmax", "vanishing-gradients")
JsonOption = Annotated[bool, typer.Option("--json", help="print one JSON document")]


@bench_app.callback(invoke_without_command=True)
def bench(context: typer.Context, rounds: RoundsOption = 10, submissions: SubmissionsOption = 200, cold: ColdOption = 20,
          peers: PeersOption = False, as_json: JsonOption = False) -> None:
    """Measure the service itself; without a name, what one attempt costs."""
    if context.invoked_subcommand is None:
        attempt("linear-zero", rounds, submissions, cold, peers, as_json)


bench_app.command("attempt")(attempt)
bench_app.command("class")(class_again)
bench_app.command("soak")(soak)


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


@bench_app.command("calibrate")
def calibrate(seeds: Annotated[int, typer.Option(help="seeds of the batched program", min=1)] = 1000,
              steps: Annotated[int, typer.Option(help="steps of each training", min=1)] = 20001,
              rounds: Annotated[int, typer.Option(help="times that both are run, by turns", min=1)] = 3,
              as_json: JsonOption = False) -> None:
    """Train many seeds of XOR 2-10-1 as one program, and one as a plain PyTorch loop."""
    from worker.bench.calibrate import compare

    with progress() as bar:
        task = bar.add_task(f"{seeds} seeds and 1 seed, {steps} steps", total=rounds)
        row = compare(seeds, steps, rounds, lambda: bar.advance(task))
    if as_json:
        told = {"seeds": seeds, "steps": steps, "plain_cpu_s": round(row.plain_s, 3), "batched_cpu_s": round(row.batched_s, 3),
                "ratio": round(row.ratio, 3), "ratios": [round(r, 3) for r in row.ratios]}
        sys.stdout.write(json.dumps({"calibrate": told}) + "\n")
        return
    table = Table("what", "CPU s", "ratio", "least .. greatest", title="Calibrating XOR 2-10-1")
    table.add_row("1 seed, plain PyTorch loop", f"{row.plain_s:.2f}", "1", "")
    spread = f"{min(row.ratios):.2f} .. {max(row.ratios):.2f}"
    table.add_row(f"{seeds} seeds, one program", f"{row.batched_s:.2f}", f"{row.ratio:.2f}", spread)
    out.print(table)


@bench_app.command("diagnose")
def diagnose(names: Annotated[list[str] | None, typer.Argument(help="slugs; none: five quick ones")] = None,
             seeds: Annotated[int, typer.Option(help="half of them to measure likelihoods, half to count", min=2)] = 6,
             kept: Annotated[bool, typer.Option(help="measure none: count with the likelihoods in use")] = False,
             jobs: JobsOption = None,
             engine: Annotated[str, typer.Option(help="auto, docker or bubblewrap")] = "",
             write: Annotated[bool, typer.Option(help="write the measured likelihoods for the service")] = False,
             as_json: JsonOption = False) -> None:
    """Ask for the cause of mistakes made by other hands, and of right submissions: a table of causes and answers."""
    from grader.diagnose import FILE, read_likelihood
    from worker.diagnoses import trust, variants
    from worker.engines.choose import choose
    from worker.pool import Pool

    settings = read_settings()
    chosen = [find(n, settings.assignments) for n in names or QUICK]
    made, _ = choose(engine or settings.engine, chosen[0].spec.runtimes[0])
    every = [v for a in chosen for v in variants(a)]
    with Pool(made, settings.pool_mb) as boxes, progress() as bar:
        task = bar.add_task(f"asking in {boxes.name} boxes", total=seeds * len(every))
        likelihood, counted = trust(every, settings.places, boxes, range(20, 20 + seeds), lambda: bar.advance(task),
                                    jobs=jobs or settings.jobs, likelihood=read_likelihood() if kept else None)
    if write:
        FILE.write_text(likelihood.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (right, said), (accused, honest) = counted.right, counted.accused
    if as_json:
        pairs = [{"cause": c, "said": s, "cases": n} for (c, s), n in sorted(counted.said.items())]
        sys.stdout.write(json.dumps({"diagnose": {"right": right, "said": said, "right_submissions": honest,
                                                  "accused": accused, "table": pairs}}) + "\n")
        return
    table = Table("true cause", "said", "cases",
                  title=f"{right} of {said} diagnoses right; {accused} of {honest} right ones accused")
    for (cause, answer), cases in sorted(counted.said.items()):
        table.add_row(cause or "none: right", answer or "nothing", str(cases))
    out.print(table)


@bench_app.command("web")
def web(rounds: Annotated[int, typer.Option(help="submissions handed in one after the other", min=1)] = 30,
        submissions: Annotated[int, typer.Option(help="submissions of the rush", min=1)] = 500,
        pages: Annotated[bool, typer.Option(help="instead, time every page of a course of 500 students")] = False,
        as_json: JsonOption = False) -> None:
    """Use a whole service over HTTP: what web and queue add to an attempt, and how it stands a rush."""
    if pages:
        time_pages(rounds, as_json=as_json)
        return
    from worker.bench.web import Outcome, alone, rush, service

    outcome = Outcome()
    with service({}) as (settings, _), progress() as bar:
        task = bar.add_task("one after the other", total=rounds)
        alone(rounds, settings, outcome, lambda: bar.advance(task))
        task = bar.add_task("a rush", total=submissions)
        rush(submissions, settings, outcome, lambda: bar.advance(task))
    told = {"added_ms_median": round(median(outcome.added_ms), 1), "added_ms_p95": round(quantile(outcome.added_ms, 0.95), 1),
            "submissions": outcome.sent, "sent_s": round(outcome.sent_s, 1), "refused": outcome.refused, "lost": outcome.lost,
            "graded_s": round(outcome.graded_s, 1), "page_ms_median": round(median(outcome.page_ms), 1),
            "page_ms_p95": round(quantile(outcome.page_ms, 0.95), 1)}
    if as_json:
        sys.stdout.write(json.dumps({"web": told}) + "\n")
        return
    table = Table("measure", "value", title="Web and queue")
    for name, value in told.items():
        table.add_row(name, f"{value:g}")
    out.print(table)


def time_pages(rounds: int, *, as_json: bool) -> None:
    """Make a term of a large course, open every page of it, and print how long each took."""
    from worker.bench.pages import addresses, made
    from worker.bench.pages import pages as timed
    from worker.bench.rows import Size

    size = Size()
    err.print(f"making {size.students} students x {size.assignments} assignments x {size.attempts} attempts", style="dim")
    with made(size), progress() as bar:
        task = bar.add_task("pages", total=len(addresses(size)))
        rows = timed(size, rounds, lambda: bar.advance(task))
    if as_json:
        told = [{"who": r.who, "page": r.path, "median_ms": round(r.median_ms, 1), "most_ms": round(r.most_ms, 1),
                 "cpu_ms": round(r.cpu_ms, 1), "queries": r.queries} for r in rows]
        sys.stdout.write(json.dumps({"pages": told}) + "\n")
        return
    table = Table("page", "who", "median ms", "most ms", "CPU ms", "queries", title="Pages of a large course")
    for r in rows:
        table.add_row(r.path, r.who, f"{r.median_ms:.0f}", f"{r.most_ms:.0f}", f"{r.cpu_ms:.0f}", str(r.queries))
    out.print(table)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values doesn't exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
