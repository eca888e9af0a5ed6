"""A report in a terminal, for a student to learn from, and several reports as one table.

What students made is never read as markup and its control characters are written out. Verdicts have a sign and a word
besides their colour; a terminal that knows only ASCII gets other signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader import shown
from grader.calibration import AWAY, Calibration, Float
from grader.catalog import Assignment
from grader.report import Report
from grader.verdict import Result, Verdict
from worker.plot import plot
from worker.power import Power

COLOURS = {Result.PASSED: "green", Result.FAILED: "red", Result.SKIPPED: "yellow"}
ASCII_SIGNS = {Result.PASSED: "+", Result.FAILED: "x", Result.SKIPPED: "-"}
WIDTH = 100  # lines longer than this are hard to read
OUTPUT_LINES = 20
NOTES = 20


def show(report: Report, console: Console) -> None:
    """Print one report: score, checks, what to try, the cost curve, notes, own output, and what it all rests on."""
    page = _Page(console)
    parts = (page.head(report), page.checks(report), page.hints(report), page.curve(report), page.notes(report),
             page.output(report), page.provenance(report))
    for part in parts:
        for line in part:
            console.print(line, highlight=False, width=page.width)


def summary(reports: Sequence[Report], console: Console) -> None:
    """Print a table with a row per submission: score, checks passed, and what went wrong first."""
    page = _Page(console)
    table = page.table("File", "Status", "Score", "Checks", "What first went wrong")
    for number in (2, 3):
        table.columns[number].justify = "right"
    for report in reports:
        table.add_row(*page.summary_row(report))
    console.print(table, highlight=False)


class _Page:
    """Writes the parts of a report for one console."""

    def __init__(self, console: Console) -> None:
        self.is_ascii = console.options.ascii_only
        self.width = min(console.width, WIDTH)
        self.signs = ASCII_SIGNS if self.is_ascii else shown.SIGNS

    def words(self, text: str, style: str = "") -> Text:
        """Take text as it is, without markup, in characters that the terminal has."""
        said = shown.visible(text)
        said = said.encode("ascii", "backslashreplace").decode() if self.is_ascii else said
        return Text(said, style, overflow="fold")

    def line(self, text: object, style: str = "", limit: int = shown.LINE) -> Text:
        """Take any text as one line of limited length."""
        return self.words(shown.line(text, limit), style)

    def verdict(self, check: Verdict) -> Text:
        """Write a verdict as a sign and a word."""
        result = shown.result(check)
        return Text(f"{self.signs[result]} {result.value}", COLOURS[result])

    def table(self, *names: str) -> Table:
        """Start a table without vertical rules."""
        table = Table(box=box.ASCII2 if self.is_ascii else box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
        for name in names:
            table.add_column(name, overflow="fold", no_wrap=name in {"Verdict", "Points", "Score"})
        return table

    def head(self, report: Report) -> Iterator[RenderableType]:
        """Say what was graded, what it scored, and how the run ended if it did not just finish."""
        grid = Table.grid(expand=True, padding=(0, 2))
        grid.add_column(ratio=1, overflow="fold")
        grid.add_column(justify="right", no_wrap=True)
        grid.add_row(self.line(report.title, "bold", 200), Text(shown.score(report), "bold"))
        yield grid
        how = self.words(f" ({report.status}, measured as a {shown.line(report.style, 20)})", "dim")
        yield self.line(report.file, limit=200).append_text(how)
        if report.status != "finished":
            yield Text(f"\n{shown.STATUS[report.status]}", "yellow" if report.status == "broken" else "red")
            yield self.line(report.because, limit=1200)
        yield Text()

    def checks(self, report: Report) -> Iterator[RenderableType]:
        """List the checks: verdict, what was checked, why, by what margin, points."""
        table = self.table("Verdict", "Check", "Points")
        table.columns[1].ratio, table.columns[2].justify, table.expand = 1, "right", True
        for check in report.checks:
            points = f"{shown.points(check.points)} / {shown.points(check.max_points)}"
            table.add_row(self.verdict(check), self.check(check), points)
        if report.checks:
            yield table

    def check(self, check: Verdict) -> Group:
        """Say what was checked, what came out, and how near the limit it was."""
        told = [self.line(check.about, "bold", 300), self.line(check.because)]
        margin = [shown.margin(check), shown.used(check), shown.trials(check)]
        said = "; ".join(m for m in margin if m)
        return Group(*told, *([self.line(f"margin: {said}", "dim")] if said else []), *self.trials(check))

    def trials(self, check: Verdict) -> Iterator[RenderableType]:
        """Show each of several trials against the band, in the order they were run."""
        for trial in check.trials if len(check.trials) > 1 else []:
            sign = self.signs[Result.PASSED if trial.is_passed else Result.FAILED]
            yield self.line(f"  {sign} seed {trial.seed}: {trial.margin or 'not judged'}", "dim")

    def hints(self, report: Report) -> Iterator[RenderableType]:
        """Say which known mistake it is, if any, and what to try, check by check, in the order in which to repair them."""
        if report.diagnosis:
            sure = f"{report.diagnosis.confidence:.0%} sure, by its evidence on the same inputs"
            yield Text("A known mistake explains these numbers", "bold")
            yield Padding(Group(self.line(report.diagnosis.about, "red", 300), self.line(report.diagnosis.hint),
                                self.line(sure, "dim")), (0, 0, 1, 2))
        hinted = [c for c in shown.to_do(report) if c.hint]
        if hinted:
            yield Text("What to try", "bold")
        for check in hinted:
            yield Padding(Group(self.line(f"{self.signs[Result.FAILED]} {check.about}", "red", 300),
                                Padding(self.line(check.hint), (0, 0, 0, 2))), (0, 0, 0, 2))
        if hinted:
            yield Text()

    def curve(self, report: Report) -> Iterator[RenderableType]:
        """Draw one cost curve: of the first check that failed on it, else of the first that has one."""
        curves = sorted((c for c in report.checks if c.picture.get("type") == "curve"),
                        key=lambda c: shown.result(c) is not Result.FAILED)
        drawn = plot(curves[0].picture, self.width, is_ascii=self.is_ascii) if curves else []
        if drawn:
            yield Text("Cost over the steps", "bold")
            yield from drawn
            yield Text()

    def notes(self, report: Report) -> Iterator[RenderableType]:
        """List the notes on how the submission was read."""
        if report.notes:
            yield Text("Notes", "bold")
            yield from (Padding(self.line(note), (0, 0, 0, 2)) for note in report.notes[:NOTES])
            yield Text()

    def output(self, report: Report) -> Iterator[RenderableType]:
        """Show the beginning of what the program wrote."""
        for title, text in (("Printed (stdout)", report.stdout), ("Errors and warnings (stderr)", report.stderr)):
            if text.strip():
                yield Text(title, "bold")
                yield Padding(self.words(shown.head(text, OUTPUT_LINES, 200)), (0, 0, 0, 2))
                yield Text()

    def provenance(self, report: Report) -> Iterator[RenderableType]:
        """Say in one dim line what the verdicts rest on, and name the limits that were weaker."""
        facts = shown.facts(report.provenance)
        told = [f"{name} {facts[name]}" for name in ("engine", "runtime", "device", "seed", "time", "peak memory",
                                                     "trials", "spec") if name in facts]
        yield self.words(" · ".join(told) if not self.is_ascii else ", ".join(told), "dim")
        weaker = shown.weaker(report.provenance)
        if weaker:
            yield self.words("weaker limits here: " + "; ".join(weaker), "dim yellow")

    def summary_row(self, report: Report) -> Iterator[RenderableType]:
        """Tell one report in five cells."""
        failed = shown.to_do(report)
        passed = sum(shown.result(c) is Result.PASSED for c in report.checks)
        first = report.because or (f"{failed[0].about}: {failed[0].because}" if failed else "")
        is_full = passed == len(report.checks)
        sign = self.signs[Result.PASSED if is_full else Result.FAILED]
        yield self.line(report.file, limit=80)
        yield Text(report.status, "" if report.status == "finished" else "red")
        yield shown.score(report).removesuffix(" points")
        yield Text(f"{sign} {passed} of {len(report.checks)}", "green" if is_full else "red")
        yield self.line(first, limit=160)


def calibration_table(made: Calibration) -> Table:
    """Show the measured bands, the runs lost in one trial, and the trials that make up for them."""
    table = Table("check", "number", "least", "median", "greatest", "lost", "at most", "trials", title="Calibration")
    for name, judged in made.checks.items():
        told = f"{judged.lost} of {judged.runs}", f"{judged.bound:.2%}", str(judged.trials)
        for number, s in judged.statistics.items():
            table.add_row(name, number, f"{s.low:.4g}", f"{s.quantiles['0.5']:.4g}", f"{s.high:.4g}", *told)
        if not judged.statistics:
            table.add_row(name, "", "", "", "", *told)
    return table


def rounding_table(found: Mapping[str, Float]) -> Table:
    """Show what rounding alone uses of each tolerance, and how far zeros are from passing."""
    table = Table("check", "rounding uses", "by", "zeros are off", "cases", title="Rounding")
    for name, f in found.items():
        zeros = f"{f.zeros:,.3g} times the allowed" if f.zeros < AWAY else "turned away"
        table.add_row(name, f"{f.noise:.2%}", f.by, zeros, str(f.cases))
    return table


def power_table(found: Power, assignment: Assignment) -> Table:
    """Show each check's false rejections of right submissions, and how many mistakes it catches."""
    title = (f"{found.assignment}: {found.runs} right submissions, {found.mistakes} mistakes, {len(found.survivors)} survivors "
             f"({found.unchanged} mutants change nothing)")
    table = Table("check", "turned away", "at most (95 %)", "mistakes caught", title=title)
    for check in assignment.spec.checks:
        judged = found.judged[check.name]
        told = (f"{found.rejected[check.name]} of {judged}", f"{found.bound(check.name):.2%}") if judged else ("calibrated", "")
        table.add_row(check.name, *told, f"{found.caught[check.name]} of {found.mistakes}")
    return table
