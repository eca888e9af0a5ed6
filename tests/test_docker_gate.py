"""Docker tests are skipped where no engine answers and fail where one is required, with or without xdist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEST = """
import os
import pytest

@pytest.mark.docker
def test_engine(): ...

def test_no_setting_is_left_to_the_product(): assert "GRADER_TEST_REQUIRE_DOCKER" not in os.environ
"""


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize(("required", "outcome"), [("1", "1 passed, 1 error"), ("0", "1 passed, 1 skipped")])
def test_docker_tests_without_an_engine(workers, required, outcome, tmp_path):
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_a.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = docker\n")
    places = {"DOCKER_HOST": f"unix://{tmp_path}/none", "GRADER_TEST_REQUIRE_DOCKER": required}
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", workers], cwd=tmp_path, check=False,
                         env={**os.environ, **places}, capture_output=True, text=True)
    assert outcome in run.stdout
