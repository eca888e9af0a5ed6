"""The command `grader bench attempt`, which plain `grader bench` runs too: what one submission costs, and in what."""

from __future__ import annotations

import json
import sys
from functools import partial
from statistics import median
from typing import Annotated

import typer
from rich.table import Table

from grader.catalog import find
from grader.errors import Broken
from grader.settings import read_settings
from worker.bench import attempt as bench
from worker.bench.kill import kills
from worker.bench.outcome import COLD, TARGETS, Outcome
from worker.bench.peers import ALL
from worker.bench.queued import Queued
from worker.bench.ways import Cold, Warm, Way, available, bare
from worker.cli_parts import out, progress

ENGINES = ("bubblewrap", "docker")
KILLS, JUDGED = 5, 300

RoundsOption = Annotated[int, typer.Option(help="rounds in which every way grades one submission", min=1)]
SubmissionsOption = Annotated[int, typer.Option(help="submissions for the throughput of warm boxes", min=4)]
ColdOption = Annotated[int, typer.Option(help="submissions for the throughput of every other way", min=4)]
PeersOption = Annotated[bool, typer.Option("--peers", help="also check50, nbgrader and Otter-Grader, installed below the cache")]
JsonOption = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def attempt(assignment: Annotated[str, typer.Argument(help="one with an example `autograd`")] = "linear-zero",
            rounds: RoundsOption = 10, submissions: SubmissionsOption = 200, cold: ColdOption = 20, peers: PeersOption = False,
            as_json: JsonOption = False) -> None:
    """Grade the same submission in every way by turns: CPU against its own loop, overhead, throughput, kill, regrade."""
    outcome = measure(assignment, rounds, submissions, cold, with_peers=peers)
    if as_json:
        sys.stdout.write(json.dumps(outcome.document()) + "\n")
        return
    show(outcome)


def measure(slug: str, rounds: int, submissions: int, cold: int, *, with_peers: bool) -> Outcome:
    """Make the ways there are here, and measure them."""
    from worker.bench.regrade import compare

    settings, missing = read_settings(), dict[str, str]()
    chosen, places = find(slug, settings.assignments), settings.places
    warm: list[Warm] = [way for name in ENGINES
                        for way in available(partial(Warm, name, settings.pool_mb), f"ours, {name}", missing)]
    rest: list[Way] = [*available(Queued, Queued.name, missing), *available(Cold, COLD, missing), bare()]
    rest += [way for name, make in ALL.items() if with_peers for way in available(make, name, missing)]
    if not warm:
        raise typer.BadParameter("no engine makes boxes here: " + "; ".join(missing.values()))
    ways: list[Way] = [*warm, *rest]
    total = (len(ways) * (rounds + 1) + sum(submissions if is_ours(way) else cold for way in ways)
             + len(warm) * KILLS + JUDGED + 20)
    with progress() as bar:
        task = bar.add_task(f"grading in {len(ways)} ways", total=total)
        def done() -> None:
            bar.advance(task)
        rows = bench.compare(chosen, ways, rounds, places, missing, done)
        flows = bench.flow(chosen, [(way, submissions if is_ours(way) else cold) for way in ways], places, missing, done)
        killed = {way.name: kills(chosen, KILLS, way.boxes, places) for way in warm}
        again = compare(chosen, 20, JUDGED, warm[-1].boxes, places, done).per_minute
    for way in ways:
        way.close()
    if not any(way.name in {row.name for row in rows} for way in warm):
        raise Broken("none of our own ways grades the submission: " + "; ".join(missing.values()))
    return Outcome(slug, rows, flows, killed, again, missing)


def is_ours(way: Way) -> bool:
    """Whether its boxes are warm, so that many submissions take little time."""
    return isinstance(way, Warm | Queued)


def show(outcome: Outcome) -> None:
    """Print the tables: the ways, the stages of one attempt, the targets."""
    table = Table("way", "CPU s", "CPU / own loop", "middle half", "CPU / ours", "overhead ms", "middle half", "a minute",
                  title=f"One submission of {outcome.assignment}, {len(outcome.rows[0].samples)} rounds")
    against = outcome.peers()
    for row in outcome.rows:
        ratio, over, flow = row.cpu_ratio, row.overhead_ms, outcome.flow(row.name)
        times = f"{against[row.name].middle:.1f}" if row.name in against else ""
        pace = f"{median(flow.per_minute):.0f}" if flow else ""
        table.add_row(row.name, f"{row.cpu_s.middle:.2f}", f"{ratio.middle:.2f}", f"{ratio.low:.2f} .. {ratio.high:.2f}", times,
                      f"{over.middle:.0f}", f"{over.low:.0f} .. {over.high:.0f}", pace)
    out.print(table)
    show_stages(outcome)
    targets = Table("measure", "measured", "target", title=f"Against the targets, in {outcome.best.name} boxes")
    told = outcome.headlines() | {name: s.middle for name, s in against.items() if name in TARGETS}
    for name, value in told.items():
        targets.add_row(name, "not measured" if value is None else f"{value:,.2f}", TARGETS[name])
    out.print(targets)
    for name, why in outcome.missing.items():
        out.print(f"{name}: not measured: {why}", markup=False, highlight=False, soft_wrap=True)


def show_stages(outcome: Outcome) -> None:
    """Print where the time of one attempt goes."""
    told = {row.name: row.stages_ms() for row in outcome.rows if row.stages_ms()}
    table = Table("stage, ms", *told, title="Stages of one attempt (medians)")
    for stage in next(iter(told.values())):
        table.add_row(stage, *(f"{stages[stage]:.1f}" for stages in told.values()))
    out.print(table)
