"""The command line as people use it: real processes, real boxes, exit statuses and documents."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "assignments" / "linear-zero" / "examples"
RIGHT = EXAMPLES / "autograd" / "submission.py"
WRONG = EXAMPLES / "gradients-kept" / "submission.py"
KEYS = {"name", "kind", "verdict", "points", "max_points", "because", "hint", "margin"}
PROVENANCE = {"spec", "digest", "seed", "seconds", "peak_memory_mb", "device", "engine", "python", "torch", "numpy"}


def grader(*args, **env):
    command = [sys.executable, "-m", "worker.cli", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=240, check=False,
                          env=os.environ | env)


def test_try_prints_one_json_document():
    done = grader("try", "linear-zero", RIGHT, "--json", "--engine", "bubblewrap", "--seed", 7)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["status"], document["score"], document["points"]) == ("finished", 10, 10)
    assert all(set(check) >= KEYS for check in document["checks"])
    assert set(document["provenance"]) >= PROVENANCE
    assert document["provenance"]["seed"] == 7


def test_same_seed_gives_the_same_verdicts_and_margins():
    args = ("try", "linear-zero", WRONG, "--json", "--seed", 3, "--engine", "bubblewrap")
    told = [json.loads(grader(*args).stdout)["checks"] for _ in range(2)]
    assert told[0] == told[1]


def test_try_prints_a_report_with_because_and_hint():
    done = grader("try", "linear-zero", WRONG, "--engine", "bubblewrap", COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert "failed" in done.stdout
    assert "allowed" in done.stdout


def test_several_files_make_a_table_a_page_and_csv(tmp_path):
    bad = tmp_path / "no_python.py"
    bad.write_text("def train(:\n")
    done = grader("try", "linear-zero", RIGHT, bad, "--csv", tmp_path / "out.csv", "--html", tmp_path / "out.html",
                  "--engine", "bubblewrap")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert [float(r["score"]) for r in rows] == [10, 0]
    assert "no_python.py, line 1" in (tmp_path / "out.csv").read_text()
    assert "<svg" in (tmp_path / "out.html").read_text()


@pytest.mark.parametrize(("args", "status", "said"), [
    (("try", "linear-zer", RIGHT), 2, "did you mean linear-zero"),
    (("try", "linear-zero", "nowhere.py"), 2, "nowhere.py"),
    (("try", "linear-zero", RIGHT, "--engine", "podman"), 2, "podman"),
    (("new", "My Exercise", "--from", "linear-zero"), 2, "small letters"),
    (("new", "linear-zero", "--from", "linear-zero"), 2, "exists already"),
    (("frobnicate",), 2, "frobnicate"),
])
def test_wrong_usage_says_what_and_exits_with_2(args, status, said):
    done = grader(*args)
    assert done.returncode == status, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_unknown_setting_is_named():
    done = grader("list", GRADER_ENGIN="docker")
    assert done.returncode == 2
    assert "GRADER_ENGIN" in done.stderr
    assert "GRADER_ENGINE" in done.stderr


def test_missing_images_are_our_fault_and_exit_with_3(tmp_path):
    gan = ROOT / "assignments" / "gan-mnist" / "examples"
    file = next(gan.glob("*/submission.py"))
    done = grader("try", "gan-mnist", file, "--json", "--engine", "bubblewrap", GRADER_MNIST=str(tmp_path / "none.npz"))
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert document["status"] == "broken"
    assert "grader data fetch" in document["because"]
    assert {c["verdict"] for c in document["checks"]} == {"skipped"}


def test_a_new_assignment_is_proven_and_a_broken_one_is_not(tmp_path):
    assert grader("new", "my-exercise", "--from", "linear-zero", "--into", tmp_path).returncode == 0
    made = tmp_path / "my-exercise"
    for folder in made.glob("examples/*"):
        if folder.name not in {"autograd", "gradients-kept", "lecture-script"}:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
    assert grader("verify", made, "--engine", "bubblewrap").returncode == 0
    (made / "examples" / "gradients-kept" / "submission.py").write_text(RIGHT.read_text())
    done = grader("verify", made, "--engine", "bubblewrap")
    assert done.returncode == 1
    assert "gradients-kept" in done.stdout + done.stderr


def test_spec_errors_come_all_at_once_with_lines(tmp_path):
    grader("new", "my-exercise", "--from", "linear-zero", "--into", tmp_path)
    spec = tmp_path / "my-exercise" / "assignment.toml"
    text = spec.read_text().replace("atol = 1e-5", "atoll = 1e-5", 1)
    spec.write_text(text.replace('kind = "curve"', 'kind = "curv"', 1))
    done = grader("verify", tmp_path / "my-exercise")
    assert done.returncode == 2
    assert "did you mean atol?" in done.stderr
    assert "curv" in done.stderr
    assert "line " in done.stderr


def test_doctor_and_list_answer():
    assert "bubblewrap" in grader("doctor").stdout
    assert "linear-zero" in grader("list", COLUMNS="200").stdout
