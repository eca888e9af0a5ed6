"""A report as one HTML file: nothing in it runs, nothing leaves the page, and all text in it is escaped."""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from grader import shown
from grader.pictures import Drawn, pictures
from grader.pictures.strips import meter, score_strip
from grader.report import Report
from grader.verdict import Verdict

TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(__file__).parent / "static" / "report.css"
OUTPUT_LINES = 200
ALL_LINES = 70_000  # more than a program's kept output can have


@dataclass(frozen=True, slots=True)
class Row:
    """One check as the template shows it; `key` is its anchor."""

    key: str
    check: Verdict
    word: str
    sign: str
    margin: str
    used: str
    trials: str
    meter: str
    pictures: list[Drawn]


def render(report: Report) -> str:
    """Write the page. It needs no script, no font and no other file, and allows none (Content-Security-Policy)."""
    style = _style()
    return _templates().get_template("report.html").render(parts(report), style=style, policy=policy(style))


def parts(report: Report, lines: int = OUTPUT_LINES) -> dict[str, Any]:
    """Work out all that the report's templates name, for the page of its own and for the web's; `lines` of output are shown."""
    rows = [_row(f"check-{k}", check) for k, check in enumerate(report.checks, 1)]
    return {
        "report": report, "rows": rows, "to_do": [r for r in rows if r.word == "failed"], "score": shown.score(report),
        "status": shown.STATUS[report.status], "strip": score_strip(report.checks), "facts": shown.facts(report.provenance),
        "weaker": shown.weaker(report.provenance),
        "outputs": [(name, shown.head(text, lines)) for name, text in (
            ("Printed (stdout)", report.stdout), ("Errors and warnings (stderr)", report.stderr)) if text.strip()]}


def coded(text: str) -> Markup:
    """Show what a text has between backticks as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # one of them has no partner
        return Markup("{}").format(text)
    return Markup("").join(Markup("<code>{}</code>").format(p) if k % 2 else p for k, p in enumerate(pieces))


def policy(style: str) -> str:
    """Allow this one style sheet and pictures written into the page, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _row(key: str, check: Verdict) -> Row:
    word = shown.result(check)
    return Row(key, check, word.value, shown.SIGNS[word], shown.margin(check), shown.used(check),
               shown.trials(check), meter(check.used), pictures(check, key))


@functools.cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


@functools.cache
def _templates() -> jinja2.Environment:
    found = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
                               lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    found.filters |= {"line": shown.line, "points": shown.points, "percent": "{:.0%}".format, "coded": coded}
    return found
