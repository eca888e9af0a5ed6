"""What an engine is asked for: exactly one device, by its name."""

from dataclasses import replace

import pytest

from grader.errors import Broken
from grader.spec import Limits
from tests.devices.test_lease import A
from worker.engines import container, gpu
from worker.engines.bubblewrap import Bubblewrap
from worker.engines.container import Order
from worker.engines.docker import Docker
from worker.engines.unconfined import Unconfined
from worker.kinds import Kind

PART = replace(A, uuid="MIG-c0", parent="GPU-c", index="2:0")
CDI = replace(A, cdi="nvidia.com/gpu=0")
ORDER = Order("sha256:1", 1 << 30, 68, is_nested=True, owner="h:1:2", devices=[])


@pytest.mark.parametrize(("device", "wanted", "visible"), [
    (A, ("nvidia", "GPU-a", [["gpu", "compute"]]), "GPU-a"),
    (PART, ("nvidia", "MIG-c0", [["gpu", "compute"]]), "MIG-c0"),
    (CDI, ("cdi", "nvidia.com/gpu=0", []), "0")])
def test_a_box_asks_for_one_device_by_its_name(device, wanted, visible):
    driver, name, capabilities = wanted
    asked = container.body("1.41", replace(ORDER, devices=gpu.requests(device)))
    assert asked["HostConfig"]["DeviceRequests"] == [
        {"Driver": driver, "Count": 0, "DeviceIDs": [name], "Capabilities": capabilities, "Options": {}}]
    assert f"CUDA_VISIBLE_DEVICES={visible}" in asked["Env"]
    assert gpu.is_one(asked["HostConfig"]["DeviceRequests"])


def test_a_box_without_a_device_asks_for_none_and_sees_none():
    asked = container.body("1.41", ORDER)
    assert not asked["HostConfig"].get("DeviceRequests")
    assert "CUDA_VISIBLE_DEVICES=" in asked["Env"]


def test_a_box_with_a_device_is_another_kind_than_one_without():
    wants = Limits(gpu="preferred")
    assert Kind.of("pytorch", wants) == Kind.of("pytorch", Limits())
    assert Kind.of("pytorch", wants, A) == Kind.of("pytorch", Limits(gpu="required", gpu_mb=100), A)
    assert len({Kind.of("pytorch", wants), Kind.of("pytorch", wants, A), Kind.of("pytorch", wants, PART)}) == 3


def test_a_required_device_that_the_worker_has_not_is_our_fault_and_said():
    for engine in (Docker(), Unconfined()):
        with pytest.raises(Broken, match="needs a GPU"):
            engine.start("pytorch", Limits(gpu="required"))


def test_an_engine_without_devices_says_so():
    with pytest.raises(Broken, match="bubblewrap: boxes of this engine get no device"):
        Bubblewrap().start("pytorch", Limits(gpu="required"), A)
