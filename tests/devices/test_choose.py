"""Which devices a worker uses: what NVML tells, and what GRADER_DEVICES may say."""

import subprocess
import sys
from dataclasses import replace

import pytest

from grader.errors import GraderError
from tests.devices.conftest import C
from worker.devices.choose import choose

WITHOUT = "from worker.devices.choose import choose; import sys; print(choose(sys.argv[1]))"


def uuids(setting):
    return [d.uuid for d in choose(setting).devices]


def test_auto_takes_whole_gpus_and_the_instances_of_divided_ones(host):
    assert uuids("auto") == ["GPU-a", "GPU-b", "MIG-c0", "MIG-c1"]


def test_a_device_says_what_it_is(host):
    whole, _, part, _ = choose("auto").devices
    assert whole.provenance() == {
        "device": "cuda", "device_name": "NVIDIA-A100-SXM4-80GB", "device_uuid": "GPU-a", "driver": "580.65.06", "cuda": "13.0",
        "compute_capability": "9.0", "mig": ""}
    assert (whole.memory_mb, part.memory_mb, part.index, part.parent) == (81920, 9728, "2:0", "GPU-c")
    assert part.provenance()["mig"] == "GPU-c"


@pytest.mark.parametrize(("setting", "found"), [
    ("none", []), ("GPU-b", ["GPU-b"]), ("1", ["GPU-b"]), ("1, 0", ["GPU-b", "GPU-a"]), ("MIG-c1", ["MIG-c1"]),
    ("2:0", ["MIG-c0"]), ("nvidia.com/gpu=1", ["GPU-b"]),
    ("nvidia.com/gpu=2:1", ["MIG-c1"]), ("nvidia.com/gpu=GPU-a", ["GPU-a"])])
def test_devices_are_named_by_uuid_index_instance_or_cdi_name(host, setting, found):
    assert uuids(setting) == found


def test_a_cdi_name_is_what_the_engine_is_asked_for(host):
    [device] = choose("nvidia.com/gpu=1").devices
    assert (device.uuid, device.cdi) == ("GPU-b", "nvidia.com/gpu=1")


@pytest.mark.parametrize(("setting", "told"), [
    ("7", "7 is no device of this host. There are: 0: NVIDIA"), ("GPU-x", "GPU-x is no device"), ("", "an empty name"),
    ("2", "2 is divided .* name its instances: MIG-c0, MIG-c1"), ("GPU-c", "GPU-c is divided"), ("all", "every device at once"),
    ("nvidia.com/gpu=all", "every device at once"), ("0,GPU-a", "GPU-a is named twice"),
    ("0,7,8", "7 is no device.*8 is no device"),
    ("nvidia.com/gpu=0,0", "0 is named twice")])
def test_every_wrong_name_is_told_with_what_there_is(host, setting, told):
    with pytest.raises(GraderError, match=f"GRADER_DEVICES: .*{told}"):
        choose(setting)


def test_a_divided_gpu_without_instances_is_left_out_and_named(host):
    host.have(replace(C, id=0))
    found = choose("auto")
    assert (found.devices, found.why) == ((), "there is no device; GPU 0 is divided (MIG) and has no instance")


def test_a_host_without_the_library_has_no_devices_and_says_so():
    found = subprocess.run([sys.executable, "-c", WITHOUT, "auto"], capture_output=True, text=True, check=True).stdout
    assert "devices=()" in found
    assert "NVML Shared Library Not Found" in found


def test_a_device_that_is_named_on_a_host_without_the_library_is_an_error():
    found = subprocess.run([sys.executable, "-c", WITHOUT, "0"], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "GRADER_DEVICES: 0 can't be looked for" in found.stderr
