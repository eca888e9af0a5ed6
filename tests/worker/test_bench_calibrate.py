"""The bench trains what it says, and its plain loop is the reference's training."""

import json
import subprocess
import sys

import torch

from reference import data, xor
from worker.bench.calibrate import SIZES, compare, plain


def test_plain_loop_trains_as_the_reference_does():
    table = {key: torch.as_tensor(array) for key, array in data.xor().items()}
    wanted, _ = xor.train(table["x"], table["y"], xor.normal_init(SIZES, 0), 0.1, 30)
    for got, want in zip(plain(table["x"], table["y"], 30), wanted, strict=True):
        torch.testing.assert_close(got.detach(), want, rtol=1e-5, atol=1e-6)


def test_ratio_is_that_of_the_rounds():
    done = []
    row = compare(seeds=3, steps=20, rounds=3, on_done=lambda: done.append(1))
    assert len(done) == len(row.ratios) == 3
    assert min(row.ratios) <= row.ratio <= max(row.ratios)
    assert row.plain_s > 0 < row.batched_s


def test_command_prints_one_document():
    options = ["--seeds", "3", "--steps", "9", "--rounds", "1", "--json"]
    command = [sys.executable, "-m", "worker.cli", "bench", "calibrate", *options]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["calibrate"]
    assert (told["seeds"], told["steps"], len(told["ratios"])) == (3, 9, 1)
