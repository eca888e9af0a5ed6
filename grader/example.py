"""The examples of an assignment folder: submissions with the verdict that every check must give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError, model_validator

from grader.catalog import read_toml
from grader.errors import SpecError, SubmissionError
from grader.spec import Spec
from grader.strict import Model
from grader.submission import Submission, read_submission
from grader.verdict import Verdict
from grader.wording import complaints, nearest


class Expected(Model):
    """What expected.toml says: every check not named under failed or skipped must pass."""

    about: str
    style: Literal["function", "script"]
    right: bool = False  # full marks
    hint: str = ""  # what a student who made this mistake should read
    failed: list[str] = []
    skipped: list[str] = []
    slow: bool = False  # takes more than a few seconds

    @model_validator(mode="after")
    def _consistent(self) -> Expected:
        if self.right == bool(self.failed or self.skipped):
            raise ValueError("give right = true, or failed = [...], the checks it must fail")
        return self


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its name, its submission and what it must come to."""

    name: str
    submission: Submission
    expected: Expected

    def surprises(self, verdicts: Sequence[Verdict], style: str) -> list[str]:
        """List every check whose verdict is not the expected one, with its `because`."""
        wanted = dict.fromkeys(self.expected.failed, "failed") | dict.fromkeys(self.expected.skipped, "skipped")
        told = [f"{v.name} {v.verdict.value}, expected {wanted.get(v.name, 'passed')} ({v.because})" for v in verdicts
                if v.verdict.value != wanted.get(v.name, "passed")]
        return told if style == self.expected.style else [f"read as a {style}, expected a {self.expected.style}", *told]


def examples_of(root: Path, spec: Spec) -> list[Example]:
    """Read all examples of an assignment folder; raises SpecError with everything that is wrong with them."""
    problems: list[str] = []
    folders = sorted(f for f in (root / "examples").glob("*/") if not f.name.startswith((".", "__")))
    found = [e for folder in folders if (e := _read(folder, spec, problems))]
    styles = {e.expected.style for e in found if e.expected.right}
    problems += [f"no example in style {s} gets full marks" for s in spec.styles if s not in styles]
    if not any(not e.expected.right for e in found):
        problems.append("no example makes a mistake; give at least one that must fail named checks")
    if problems:
        raise SpecError(f"{root.name}/examples", problems)
    return found


def _read(folder: Path, spec: Spec, problems: list[str]) -> Example | None:
    files = sorted(f for f in folder.iterdir() if f.stem == "submission")
    if len(files) != 1 or not (folder / "expected.toml").is_file():
        problems.append(f"{folder.name}: needs one submission.py (or .ipynb, .zip) and expected.toml")
        return None
    where = f"{folder.name}/expected.toml"
    try:
        text, table = read_toml(folder / "expected.toml", where)
        expected = Expected.model_validate(table)
        submission = read_submission(files[0].name, files[0].read_bytes())
    except ValidationError as e:
        problems += [f"{where}: {c}" for c in complaints(e, Expected, table, text)]
    except SpecError as e:
        problems += [f"{where}: {p}" for p in e.problems]
    except SubmissionError as e:
        problems.append(f"{folder.name}/{e}")
    else:
        problems += (wrong := [f"{where}: {p}" for p in _unknown(expected, spec)])
        return None if wrong else Example(folder.name, submission, expected)
    return None


def _unknown(expected: Expected, spec: Spec) -> Iterator[str]:
    if expected.style not in spec.styles:
        yield f"style {expected.style} is none of the assignment's"
        return
    names = {c.name for c in spec.checks_of(expected.style)}
    for name in (*expected.failed, *expected.skipped):
        if name not in names:
            yield f"no check {name} in style {expected.style}{nearest(name, names)}"
    for name in {*expected.failed} & {*expected.skipped}:
        yield f"check {name} cannot be both failed and skipped"
