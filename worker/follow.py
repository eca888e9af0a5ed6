"""An attempt in the terminal while it is graded: its place in the queue, the phases, and the cost curve as it grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from grader import shown
from worker.client import Server
from worker.plot import plot

QUEUED_S, RUNNING_S = 3, 20  # how long a call may be held back: a place in the queue changes without an event
LIVE = ("queued", "running")


@dataclass
class Told:
    """What is known of an attempt so far."""

    state: str = "queued"
    place: int | None = None
    starts_in_s: float | None = None
    phases: list[str] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)

    def take(self, answer: Mapping[str, Any]) -> None:
        """Take an answer of the service in."""
        self.state, self.place, self.starts_in_s = answer["state"], answer["place"], answer["starts_in_s"]
        for event in answer["events"]:
            if event["event"] == "claimed":  # for the second time where a worker was lost: what it had told is void
                self.phases, self.points = [], []
            elif event["event"] == "phase":
                self.phases.append(shown.line(event["text"], 160))
            elif event["event"] == "costs":
                points = [(p[0], p[1]) for p in event["points"]]
                begins_anew = bool(self.points) and points[:1] <= self.points[-1:]  # another training: steps begin at 1 again
                self.points = points if begins_anew else self.points + points

    @property
    def line(self) -> str:
        """Say where the attempt stands."""
        if self.state != "queued":
            return f"being graded: {self.phases[-1]}" if self.phases else "being graded"
        if self.place is None:
            return "waiting for its turn"
        soon = "" if self.starts_in_s is None else f", starts in about {lasting(self.starts_in_s)}"
        return f"waiting, place {self.place} in the queue{soon}"

    def drawn(self, console: Console) -> RenderableType:
        """Draw it."""
        picture = {"got": self.points}
        curve = plot(picture, min(console.width, 100), is_ascii=console.options.ascii_only) if len(self.points) > 1 else []
        done = [Text(f"  {p}", "dim") for p in self.phases[:-1]]
        return Group(*done, Spinner("line" if console.options.ascii_only else "dots", Text(self.line)), *curve)


def follow(server: Server, attempt: int, console: Console) -> str:
    """Show an attempt until it is over; returns its last state. Where nobody looks on, every change is a line."""
    told, last = Told(), "0"
    if not console.is_terminal:
        said = ""
        while told.state in LIVE:
            last = _step(server, attempt, told, last)
            if told.state in LIVE and told.line != said:
                said = told.line
                console.print(said, markup=False, highlight=False, soft_wrap=True)
        return told.state
    with Live(told.drawn(console), console=console, refresh_per_second=8, transient=True) as live:
        while told.state in LIVE:
            last = _step(server, attempt, told, last)
            live.update(told.drawn(console))
    return told.state


def lasting(seconds: float) -> str:
    """Say a time as people do."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _step(server: Server, attempt: int, told: Told, last: str) -> str:
    wait_s = QUEUED_S if told.state == "queued" else RUNNING_S
    answer = server.get(f"attempts/{attempt}/events", after=last, wait=wait_s)
    told.take(answer)
    return str(answer["last"])
