"""What .github/SECURITY.md promises is held by files and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:4] for line in TEXT.split("## Promises")[1].split("\n## ")[0].splitlines() if line.startswith("| ")][1:]
FILES = ("grader/", "worker/", "docker-compose.yml")


def missing(held_by, tests):
    """List what a row of the table names and is not there."""
    named = [n for n in re.findall(r"`([^`]+)`", held_by) if n.startswith(FILES)]
    found = [n for n in named if not (ROOT / n).exists()]
    for file, test in re.findall(r"`(tests/[^`:]+)::([^`]+)`", tests):
        path = ROOT / file
        if not path.is_file() or not re.search(rf"^ *def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.append(f"{file}::{test}")
    return found


@pytest.mark.parametrize(("promise", "held_by", "tests"), ROWS, ids=[r[0].strip()[:60] for r in ROWS])
def test_a_promise_names_what_holds_it_and_a_test_that_is_there(promise, held_by, tests):
    assert "::" in tests
    assert missing(held_by, tests) == []


def test_a_test_or_a_file_that_is_not_there_is_named():
    assert missing("`grader/no_such.py`", "`tests/test_security.py::test_no_such`") == [
        "grader/no_such.py", "tests/test_security.py::test_no_such"]
