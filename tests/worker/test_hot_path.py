"""A worker that finds its answers on disk grades without importing torch, which takes a second and 200 MB."""

import subprocess
import sys

GRADE = """
import sys
from grader.catalog import find
from grader.settings import read_settings
from grader.submission import read_submission
from worker.engines.bubblewrap import Bubblewrap
from worker.grade import grade
from worker.pool import Pool

settings = read_settings()
assignment = find("linear-zero", settings.assignments)
path = assignment.root / "examples/autograd/submission.py"
with Pool(Bubblewrap()) as boxes:
    report = grade(assignment, read_submission(path.name, path.read_bytes()), 3, boxes, settings.places)
print(report.status, report.score == report.points, "torch" in sys.modules)
"""


def test_grading_with_answers_at_hand_imports_no_torch(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    said = [subprocess.run([sys.executable, "-c", GRADE], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert said == ["finished True True\n", "finished True False\n"]
