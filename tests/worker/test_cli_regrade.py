"""Keeping and regrading as people do it: real processes, real boxes, exit statuses, documents and tables."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {"autograd": "right.py", "lecture-script": "script.py"}


def grader(*args, **env):
    command = [sys.executable, "-m", "worker.cli", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=240, check=False, env=os.environ | env)


def document(*args):
    done = grader(*args, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A copy of linear-zero, and a store with an attempt of two submissions and of one that is no Python."""
    home = tmp_path_factory.mktemp("kept")
    shutil.copytree(ROOT / "assignments" / "linear-zero", home / "linear-zero")
    files = [home / "broken.py"]
    files[0].write_text("def train(:\n")
    for example, name in SOURCES.items():
        files.append(home / name)
        shutil.copy(home / "linear-zero" / "examples" / example / "submission.py", files[-1])
    done = grader("try", home / "linear-zero", *files, "--engine", "bubblewrap", "--seed", 7, "--keep", home / "store", "-j", 2)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def home(kept, tmp_path):
    return shutil.copytree(kept, tmp_path / "home")


def change(home, old, new):
    spec = home / "linear-zero" / "assignment.toml"
    assert old in spec.read_text()
    spec.write_text(spec.read_text().replace(old, new))


def test_with_the_same_spec_nothing_changes_and_applying_adds_nothing(home):
    told = document("regrade", home / "store", "--assignment", home / "linear-zero", "--apply")
    assert told["totals"] | {"near the line": 0} == {"attempts": 3, "up": 0, "down": 0, "unchanged": 3, "run again": 0,
                                                     "near the line": 0, "damaged": 0}
    assert told["applied"]["linear-zero"]["reports"] == 0


def test_a_preview_then_apply_then_revert(home, tmp_path):
    change(home, "band = { low = 0, high = 0.03", "band = { low = 0.02, high = 0.03")
    args = ("regrade", home / "store", "--assignment", home / "linear-zero")
    done = grader(*args, "--csv", tmp_path / "out.csv", COLUMNS="160")
    assert done.returncode == 0, done.stderr
    assert "nothing counts yet" in done.stdout
    assert "0 up, 1 down, 2 unchanged" in done.stdout
    assert "script_fits passed" in done.stdout
    rows = {Path(r["file"]).name: r for r in csv.DictReader((tmp_path / "out.csv").open())}
    assert [rows[name]["outcome"] for name in ("script.py", "right.py", "broken.py")] == ["down", "unchanged", "unchanged"]
    assert float(rows["script.py"]["new"]) < float(rows["script.py"]["old"]) == 10
    def counting():
        return {Path(r["file"]).name: r["old"] for r in document(*args)["attempts"]}
    assert grader(*args, "--apply").returncode == 0
    assert counting()["script.py"] == float(rows["script.py"]["new"])
    assert document(*args, "--revert")["reverted"]["linear-zero"]["reports"] == 3
    assert counting() == {"script.py": 10, "right.py": 10, "broken.py": 0}


def test_a_changed_probe_names_who_must_be_run_again(home):
    change(home, "steps = 2001", "steps = 1000")
    done = grader("regrade", home / "store", "--assignment", home / "linear-zero", COLUMNS="160")
    assert done.returncode == 0, done.stderr
    assert "must be run again" in done.stdout
    assert "probe published: changed: 1 attempt\n" in done.stdout


@pytest.mark.parametrize(("args", "said"), [
    (("--assignment", "linear-zer"), "did you mean linear-zero"),
    (("--assignment", "logistic"), "no attempt of logistic is kept"),
    (("--checks", "curv"), "did you mean curve"),
    (("--apply", "--revert"), "--revert goes with neither"),
])
def test_wrong_usage_says_what_and_exits_with_2(kept, args, said):
    done = grader("regrade", kept / "store", *args)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr


def test_an_empty_store_is_wrong_usage(tmp_path):
    assert "no attempt is kept" in grader("regrade", tmp_path).stderr
    assert grader("regrade", tmp_path / "nowhere").returncode == 2


def test_a_damaged_object_is_named_and_exits_with_3_after_the_others_were_told(home):
    objects = sorted((home / "store" / "objects").glob("??/*"), key=lambda f: f.stat().st_size)
    objects[-1].write_bytes(b"damaged")
    done = grader("regrade", home / "store", "--assignment", home / "linear-zero", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["totals"]["damaged"] == 1
    assert "is damaged" in done.stderr


def test_what_cannot_be_kept_is_our_fault_and_no_report_stands(tmp_path):
    (tmp_path / "store").write_text("a file in the way")
    file = ROOT / "assignments" / "linear-zero" / "examples" / "autograd" / "submission.py"
    done = grader("try", "linear-zero", file, "--engine", "bubblewrap", "--keep", tmp_path / "store", "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert (told["status"], told["score"]) == ("broken", 0)
    assert "cannot be used" in told["because"]


def test_pruning_keeps_the_newest_attempt_of_every_submission(home):
    done = grader("prune", home / "store", "--older-than", 0)
    assert done.returncode == 0, done.stderr
    assert "0 attempts and 0 objects removed" in done.stdout


def test_the_bench_prints_ratios_of_one_run():
    done = grader("bench", "regrade", "xor-by-hand", "--attempts", 3, "--judged", 6, "--engine", "bubblewrap", "--json")
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["regrade"]
    assert (row["graded"], row["judged"]) == (3, 6)
    assert row["ratio"] == pytest.approx(row["first_cpu_ms"] / row["again_cpu_ms"], rel=0.1)
    assert row["attempts_per_minute_per_core"] == pytest.approx(60_000 / row["again_cpu_ms"], rel=0.05)
