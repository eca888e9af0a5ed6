"""Whether a device is fit: what NVML tells sets it aside, with an alert, until it is well again."""

import pytest

from tests.devices.conftest import A, B
from worker.devices import devices as module
from worker.devices.choose import choose
from worker.devices.devices import Bounds, Devices
from worker.devices.lease import NoDevice


@pytest.fixture
def alerts():
    return []


@pytest.fixture
def two(host, tmp_path, alerts):
    host.have(A, B)
    chosen = choose("auto")
    return Devices(chosen.devices, chosen.nvml, tmp_path / "locks", Bounds(), lambda d, why: alerts.append((d.uuid, why)))


ILL = [({"ecc": 2}, "2 memory errors"), ({"worn": 1}, "can't be replaced"), ({"used_mb": 5000}, "5000 MB of its memory"),
       ({"temperature": 95}, "95 degrees"), ({"used_mb": -2}, "GPU is lost"), ({"xid": 1079}, "XID 79")]


@pytest.mark.parametrize(("what", "why"), ILL)
def test_an_ill_device_is_set_aside_with_one_alert_and_the_next_is_given(host, two, alerts, what, why):
    with two.leased(first=lambda d: d.uuid == "GPU-a") as device:  # from here on its errors are listened to
        assert device.uuid == "GPU-a"
    host.change("GPU-a", **what)
    for _ in range(2):
        with two.leased(first=lambda d: d.uuid == "GPU-a") as device:
            assert device.uuid == "GPU-b"
    [(uuid, told)] = alerts
    assert (uuid, why in told) == ("GPU-a", True), told
    assert [f["aside"] != "" for f in two.facts()] == [True, False]


@pytest.mark.parametrize("what", [{"xid": 1013}, {"xid": 1031}, {"xid": 1043}, {"used_mb": 900}, {"temperature": 89}])
def test_what_a_program_did_to_itself_and_what_is_usual_is_no_illness(host, two, what):
    with two.leased(first=lambda d: d.uuid == "GPU-a"):
        pass
    host.change("GPU-a", **what)
    with two.leased(first=lambda d: d.uuid == "GPU-a") as device:
        assert device.uuid == "GPU-a"


def test_a_device_that_tells_nothing_of_errors_and_heat_is_well(host, two):
    host.change("GPU-a", temperature=-1, ecc=-1, worn=-1, xid=-1)
    assert two.fault(two.devices[0]) == ""


def test_without_a_well_device_nobody_waits_and_the_reasons_are_told(host, two):
    host.change("GPU-a", ecc=1)
    host.change("GPU-b", temperature=99)
    with pytest.raises(NoDevice, match=r"GPU-a: 1 memory errors.*GPU-b: it has 99"), two.leased():
        pass
    assert two.well() == []


def test_a_device_that_is_well_again_is_used_again(host, two, monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    host.change("GPU-a", temperature=95)
    host.change("GPU-b", temperature=95)
    with pytest.raises(NoDevice), two.leased(is_over=lambda: True):
        pass
    host.change("GPU-b", temperature=50)
    with two.leased() as device:
        assert device.uuid == "GPU-b"


def test_memory_and_heat_of_an_attempt_are_no_illness_while_it_runs(host, two):
    host.change("GPU-a", used_mb=70000, temperature=95)
    assert two.fault(two.devices[0], in_use=True) == ""
    host.change("GPU-a", used_mb=70000, ecc=1)
    assert "ECC" in two.fault(two.devices[0], in_use=True)
