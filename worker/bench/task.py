"""The work that all ways of grading are given: one submission, and the calls that its probes make."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.catalog import Assignment
from grader.errors import Broken
from grader.probes import Call
from grader.settings import Places
from grader.submission import Submission, read_submission
from grader.tolerance import Array
from worker.answers import answers
from worker.attempt import Attempt
from worker.datasets import inputs_of
from worker.plan import with_dependencies

TESTING = Path(__file__).with_name("testing.py")
EXAMPLE = "autograd"
FILES = {"bare.py": "{source}\n\nfrom testing import wrong\n\nassert wrong(globals()) == []\nprint('right')\n",
         "check.py": "import submission\nfrom testing import wrong\n\nassert wrong(vars(submission)) == []\nprint('right')\n"}


@dataclass(frozen=True)
class Task:
    """One right submission of an assignment, to be graded on the inputs of a seed."""

    assignment: Assignment
    submission: Submission
    seed: int
    places: Places
    calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The submission's text."""
        return self.submission.raw.decode()

    def write(self, folder: Path) -> None:
        """Write the submission, the tests beside it, and a program that is both."""
        (folder / "submission.py").write_text(self.source)
        (folder / "testing.py").write_bytes(TESTING.read_bytes())
        (folder / "calls.json").write_text(json.dumps(self.calls))
        for name, text in FILES.items():
            (folder / name).write_text(text.replace("{source}", self.source))


def task(assignment: Assignment, seed: int, places: Places) -> Task:
    """Make the task of a seed; raises Broken where the assignment has no example of that name."""
    path = assignment.root / "examples" / EXAMPLE / "submission.py"
    if not path.exists():
        raise Broken(f"{assignment.slug}: the bench wants an example named {EXAMPLE}")
    submission = read_submission(path.name, path.read_bytes())
    return Task(assignment, submission, seed, places, calls(assignment, submission, seed, places))


def calls(assignment: Assignment, submission: Submission, seed: int, places: Places) -> list[dict[str, Any]]:
    """List the calls of the first round's probes, with what the reference returns."""
    attempt = Attempt(assignment, submission, seed, places)
    attempt.plan()
    data = inputs_of(assignment.spec, seed, places)
    right = answers(assignment, attempt.style, seed, places)
    probes = [p for p in with_dependencies(assignment.spec, attempt.style, attempt.names) if isinstance(p, Call)]
    return [{"name": p.name, "function": p.call, "returns": [o.rstrip("[]!") for o in assignment.spec.outputs(p)],
             "args": {k: plain(v, data) for k, v in p.args.items()},
             "wanted": {n: a.tolist() for n, a in right[p.name].arrays.items()} if p.name in right else {}} for p in probes]


def plain(value: Any, data: dict[str, Array]) -> Any:
    """Write an argument in JSON; raises Broken for one that is another call's result."""
    if isinstance(value, str) and value.startswith("$"):
        raise Broken(f"the bench can't hand {value} from one call to another; choose another assignment")
    return data[value[1:]].tolist() if isinstance(value, str) and value.startswith("@") else value
