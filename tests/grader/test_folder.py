"""All that is wrong with a folder, by file and line, whatever somebody is typing into it."""

import random
import re
import shutil
from pathlib import Path

import pytest

from grader.folder import Problem, is_calibration_due, look

SHIPPED = Path(__file__).parents[2] / "assignments"
SLUGS = sorted(f.parent.name for f in SHIPPED.glob("*/assignment.toml"))


@pytest.fixture
def folder(tmp_path):
    def make(slug="linear-zero"):
        return shutil.copytree(SHIPPED / slug, tmp_path / slug)
    return make


def change(file, old, new, count=1):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, count))


@pytest.mark.parametrize("slug", ["linear-zero", "xor-2-3-1"])
def test_a_shipped_folder_has_nothing_wrong_and_nothing_to_measure(slug):
    found = look(SHIPPED / slug)
    assert (found.problems, found.needs_calibration) == ([], False)


def test_every_problem_has_its_file_and_line(folder):
    place = folder()
    change(place / "assignment.toml", 'kind = "values"', 'kind = "vaules"')
    change(place / "assignment.toml", "points = ", "pionts = ")
    (place / "starter.py").write_text("def f(:\n    pass\n")
    found = look(place).problems
    assert {p.file for p in found} == {"assignment.toml", "starter.py"}
    assert all(p.line for p in found)
    assert any("did you mean values?" in p.text for p in found)


def test_errors_of_examples_are_told_with_their_folder(folder):
    place = folder()
    change(place / "examples" / "zeros" / "expected.toml", "failed = [", 'failed = ["nothing_like_it", ')
    (place / "examples" / "autograd" / "submission.py").write_text("x = (\n")
    (place / "examples" / "numpy" / "expected.toml").unlink()
    found = look(place).problems
    assert {p.file for p in found} == {"examples/zeros/expected.toml", "examples/autograd/submission.py", "examples"}
    assert [p.line for p in found if "autograd" in p.file] == [1]


def test_what_is_no_toml_is_told_with_its_line(folder):
    place = folder()
    (place / "assignment.toml").write_text('title = "x"\npoints = = 3\n')
    [problem] = look(place).problems
    assert (problem.file, problem.line) == ("assignment.toml", 2)
    (place / "assignment.toml").write_text("x = " + "[" * 100_000)
    assert [p.file for p in look(place).problems] == ["assignment.toml"]


def test_bands_that_are_missing_stale_or_damaged_are_due(folder):
    place = folder("xor-2-3-1")
    assert not is_calibration_due(place)
    change(place / "assignment.toml", "seeds = 2000", "seeds = 200")
    assert is_calibration_due(place)
    (place / "calibration.json").write_text("{")
    assert look(place).needs_calibration
    (place / "calibration.json").unlink()
    assert (look(place).problems, look(place).needs_calibration) == ([], True)


@pytest.mark.parametrize("file", ["/etc/passwd", "../other/reference.py", "sub/reference.py", "reference"])
def test_a_reference_lies_in_the_folder_and_nowhere_else(file, folder):
    place = folder("cost-functions")
    change(place / "assignment.toml", 'file = "reference.py"', f'file = "{file}"')
    assert any("must be the name of a Python file in this folder" in p.text for p in look(place).problems)


def test_tables_that_fill_the_memory_are_refused(folder):
    place = folder("cost-functions")
    text = (place / "assignment.toml").read_text()
    assert "shape = [" in text
    (place / "assignment.toml").write_text(re.sub(r"shape = \[[^\]]*\]", "shape = [1000000, 1000000]", text))
    assert any("numbers" in p.text and "at most" in p.text for p in look(place).problems)


@pytest.mark.parametrize("slug", SLUGS)
def test_whatever_is_half_written_is_an_error_and_no_fault_of_ours(slug, folder):
    """A folder is looked at while somebody types."""
    place, drawn = folder(slug), random.Random(slug)
    shutil.rmtree(place / "examples")
    file = place / "assignment.toml"
    text = file.read_text()
    values = [m.span(1) for m in re.finditer(r"= (.+)$", text, re.MULTILINE)]
    for begin, end in drawn.sample(values, min(25, len(values))):
        other = drawn.choice(["3", '"calibrated"', "[]", "[3]", "{}", "true", "[[1], {}]", ""])
        file.write_text(text[:begin] + other + text[end:])
        assert all(isinstance(p, Problem) for p in look(place).problems)
    for end in drawn.sample(range(len(text)), 25):
        file.write_text(text[:end])
        assert all(isinstance(p, Problem) for p in look(place).problems)
