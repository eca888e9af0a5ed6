"""What hidden checks alone look at is measured in rounds of its own, so that no other function of a submission meets it."""

import shutil
from pathlib import Path

from grader.catalog import load
from grader.settings import read_settings
from grader.submission import read_submission
from worker.attempt import Attempt
from worker.grade import measured

SHIPPED = Path(__file__).parents[2] / "assignments" / "linear-zero"
RIGHT = (SHIPPED / "examples" / "autograd" / "submission.py").read_bytes()
HIDDEN = ("few_steps", "final_weights", "curve", "cost")


def hiding(tmp_path):
    """Load linear-zero with some checks that no student sees."""
    folder = tmp_path / "linear-zero"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("examples"))
    text = (folder / "assignment.toml").read_text()
    for name in HIDDEN:
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\nvisibility = "staff"\n', 1)
    (folder / "assignment.toml").write_text(text)
    return load(folder)


def begun(assignment):
    made = Attempt(assignment, read_submission("submission.py", RIGHT), 7, read_settings().places)
    assert made.plan()
    return made


def test_the_inputs_of_hidden_checks_do_not_travel_with_what_a_student_is_told_of(tmp_path):
    shown = begun(hiding(tmp_path))
    assert b"other.x" not in shown.job().request
    assert set(shown.names) == {"predicted", "first"}
    assert b"other.x" in begun(load(SHIPPED)).job().request


def test_a_right_program_has_full_marks_over_both_rounds(tmp_path, boxes):
    made = measured(begun(hiding(tmp_path)), boxes)
    assert [names for _, names in made.rounds] == [["predicted", "first"], ["few", "published", "other"]]
    report = made.report()
    assert report.score == report.points
