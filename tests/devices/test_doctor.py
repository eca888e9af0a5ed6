"""What `grader doctor` says of devices."""

from grader.settings import Settings
from tests.devices.conftest import A, B
from worker.devices.choose import choose
from worker.devices.lease import Leases
from worker.doctor import devices


def told(tmp_path, **settings):
    return [f for f in devices(Settings(data=tmp_path, **settings)) if "image" not in f.name]


def test_devices_are_listed_with_their_state_and_holder(host, tmp_path):
    host.have(A, B)
    host.change("GPU-b", ecc=3)
    with Leases(tmp_path / "devices").one_of(choose("0").devices):
        first, second = told(tmp_path)
    assert (first.ok, "in use by" in first.detail, "driver 580.65.06" in first.detail) == (True, True, True)
    assert (second.ok, "free: 3 memory errors" in second.detail) == (False, True)


def test_a_wrong_name_is_a_finding_and_not_an_end(host, tmp_path):
    [found] = told(tmp_path, devices="GPU-x")
    assert (found.ok, "GPU-x is no device" in found.detail) == (False, True)


def test_none_is_a_fault_only_where_the_queue_is_served(host, tmp_path):
    assert [f.ok for q in ("cpu", "gpu") for f in told(tmp_path, devices="none", queues=q)] == [True, False]
