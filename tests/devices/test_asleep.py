"""The driver sleeps until the fork: a supervisor with a device does nothing that would ask torch for one."""

import os
import subprocess
import sys

import pytest

from worker.inside import accelerator

# each of these asks the CUDA driver on a machine that has one; here they only tell that they were called
START = """
import torch
def asked(name):
    def ask(*_, **__):
        raise SystemExit(f"asked: {name}")
    return ask
torch.accelerator.current_accelerator = asked("an optimizer's step")
torch.Tensor.backward = asked("a backward pass")
torch.cuda._lazy_init = torch.cuda.is_available = torch.cuda.device_count = asked("torch.cuda")
from worker.inside import supervisor
print(supervisor.warm_up()["torch_cuda"])
"""


def warm_up(visible):
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": visible, "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=False)


def test_a_warm_up_with_a_device_asks_for_none():
    found = warm_up("GPU-a")
    assert (found.returncode, found.stderr) == (0, "")


def test_a_warm_up_without_a_device_would_have():
    assert "asked: a backward pass" in warm_up("").stderr


def test_a_driver_that_was_opened_is_seen_before_the_fork(tmp_path):
    (tmp_path / "3").symlink_to("/dev/null")
    accelerator.check_asleep(tmp_path)
    (tmp_path / "4").symlink_to("/dev/nvidia0")
    with pytest.raises(RuntimeError, match="/dev/nvidia0 was opened before the fork"):
        accelerator.check_asleep(tmp_path)
