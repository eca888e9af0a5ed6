"""Everything that is wrong with an assignment folder, all at once, by file and line; nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import calibration, catalog
from grader.errors import SpecError
from grader.example import examples_of
from grader.spec import Spec
from grader.syntax import parse

LINE = re.compile(r"line (\d+): ")
IN_FILE = re.compile(r"([\w.-]+/[\w./-]+\.\w+)(?:: |, )")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; line 0 where it belongs to none."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What came out of looking at a folder: its spec if it can be read, and all that is wrong."""

    spec: Spec | None
    problems: list[Problem]
    needs_calibration: bool = False  # before it can be published, bands are to be measured


def look(folder: Path) -> Looked:
    """Check a folder as a proof would before it runs anything; bands that calibration measures may be missing."""
    try:
        found = catalog.load(folder, is_open=True)
    except SpecError as e:
        return Looked(None, [*(_problem("assignment.toml", p) for p in e.problems), *_sources(folder)])
    problems: list[Problem] = []
    try:
        examples_of(found.root, found.spec)
    except SpecError as e:
        problems += [_of_example(p) for p in e.problems]
    return Looked(found.spec, [*problems, *_sources(folder)], is_calibration_due(folder))


def is_calibration_due(folder: Path) -> bool:
    """Tell whether a folder that can be read leaves bands to calibration that are not measured for it as it is now."""
    _, table = catalog.read_toml(folder / "assignment.toml", folder.name)
    try:
        measured = calibration.read(folder)
    except SpecError:  # damaged
        measured = None
    if not calibration.is_wanted(table):
        return measured is not None and bool(table.get("calibration")) and bool(catalog.stale_calibration(folder))
    return bool(calibration.problems(table, folder, measured) or measured is None or catalog.stale_calibration(folder))


def _sources(folder: Path) -> Iterator[Problem]:
    """Find Python files beside the examples that cannot be read; examples are read as submissions."""
    for file in sorted(folder.glob("*.py")):
        try:
            parse(file.read_text(encoding="utf-8"), file.name)
        except SyntaxError as e:
            yield Problem(file.name, e.lineno or 0, f"not Python: {e.msg}")
        except (ValueError, RecursionError, MemoryError) as e:
            yield Problem(file.name, 0, f"Python cannot read it: {e}")


def _problem(file: str, text: str) -> Problem:
    match = LINE.match(text)
    return Problem(file, int(match[1]) if match else _line_in(text), text[match.end():] if match else text)


def _line_in(text: str) -> int:
    """Find the line in what Python says of a TOML file: `(at line 3, column 8)`."""
    found = re.search(r"\(at line (\d+), ", text)
    return int(found[1]) if found else 0


def _of_example(text: str) -> Problem:
    match = IN_FILE.match(text)
    return _problem(f"examples/{match[1]}", text[match.end():]) if match else Problem("examples", 0, text)
