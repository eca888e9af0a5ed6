"""The bench grades a class again through a whole service."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_a_small_class_is_judged_promoted_and_taken_back():
    command = [sys.executable, "-m", "worker.cli", "bench", "class", "--attempts", "10", "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])["class"]
    assert (told["attempts"], told["changed"]) == (10, 3)
    assert told["judge_s"] > 0 < told["per_minute"]
