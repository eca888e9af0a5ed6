"""Attempts on devices: real boxes, beside a stand-in for NVML that tells what a device would."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.spec import Limits
from tests.devices.conftest import A, B
from worker.box import Job, Status
from worker.devices import trial, watch
from worker.devices.boxes import DeviceBoxes
from worker.devices.choose import choose
from worker.devices.devices import Bounds, Devices
from worker.devices.lease import NoDevice
from worker.engines.unconfined import Unconfined
from worker.pool import Pool

ON_CPU = trial.ON_DEVICE.replace(', device="cuda"', "").replace("    torch.cuda.synchronize()\n", "")
WANTS = Limits(seconds=20, memory_mb=2048, gpu="required")


@pytest.fixture
def devices(host, tmp_path):
    host.have(A, B)
    chosen = choose("auto")
    return Devices(chosen.devices, chosen.nvml, tmp_path / "locks", Bounds())


@pytest.fixture
def boxes(devices):
    with Pool(Unconfined()) as pool:
        yield DeviceBoxes(pool, devices, computation=ON_CPU)


def submission(body):
    """A request whose one function does this."""
    return Job(trial.request(f"import os, time, torch\ndef compute():\n    {body}\n    return torch.zeros(1)\n"), WANTS, 1)


def seen_by(boxes, limits=WANTS):
    with boxes.box("pytorch", limits) as box:
        return box.run(submission("print(os.environ['CUDA_VISIBLE_DEVICES'], torch.are_deterministic_algorithms_enabled())"))


def test_the_box_of_an_attempt_sees_its_device_and_the_run_says_which(boxes):
    run = seen_by(boxes)
    assert (run.status, run.stdout) == (Status.FINISHED, "GPU-a True\n")
    assert {k: run.provenance[k] for k in ("device", "device_uuid", "driver", "cuda", "gpu_peak_mb", "torch_cuda")} == {
        "device": "cuda", "device_uuid": "GPU-a", "driver": "580.65.06", "cuda": "13.0", "gpu_peak_mb": 0, "torch_cuda": "none"}


def test_a_box_that_wants_none_sees_none(boxes):
    run = seen_by(boxes, WANTS.model_copy(update={"gpu": "none"}))
    assert (run.stdout, run.provenance["device"]) == (" False\n", "cpu")


def test_two_attempts_at_once_have_two_devices_and_a_third_waits(boxes):
    entered, go = threading.Semaphore(0), threading.Event()

    def attempt(_):
        with boxes.box("pytorch", WANTS) as box:
            entered.release()
            go.wait(60)
            return box.device.uuid, time.monotonic()

    with ThreadPoolExecutor(3) as threads:
        found = [threads.submit(attempt, n) for n in range(3)]
        assert all(entered.acquire(timeout=60) for _ in range(2))
        assert not entered.acquire(timeout=0.5)
        go.set()
        uuids = [f.result(60)[0] for f in found]
    assert set(uuids) == {"GPU-a", "GPU-b"}


def test_a_device_that_cannot_compute_is_set_aside_and_the_attempt_is_given_back(devices):
    with Pool(Unconfined()) as pool:
        boxes = DeviceBoxes(pool, devices)  # its computation wants CUDA, which this machine has not
        with pytest.raises(NoDevice, match="GPU-a: a small computation failed"), boxes.box("pytorch", WANTS):
            pass
        assert devices.well() == []
        assert devices.leases.holder(devices.devices[0]) == ""


def test_a_device_that_is_only_preferred_is_done_without(devices):
    with Pool(Unconfined()) as pool:
        run = seen_by(DeviceBoxes(pool, devices), WANTS.model_copy(update={"gpu": "preferred"}))
    assert (run.status, run.provenance["device"]) == (Status.FINISHED, "cpu")


def using(host, mb, *, then="time.sleep(15)", xid=0):
    """A submission that "uses" the device by writing so into the stand-in's file."""
    line = A.line().replace(" 3 40 ", f" {mb} 40 ").replace(" 0 -1\n", f" {xid} -1\n")
    return submission(f"open({str(host.path)!r}, 'w').write({line!r})\n    {then}")


def test_more_of_the_devices_memory_than_allowed_ends_the_attempt_with_the_reason(boxes, host):
    host.have(A)
    with boxes.box("pytorch", WANTS.model_copy(update={"gpu_mb": 500})) as box:
        giving_back = threading.Thread(target=lambda: back_after(host, 800))
        giving_back.start()
        run = box.run(using(host, 800))
    giving_back.join()
    assert (run.status, run.provenance["gpu_peak_mb"]) == (Status.MEMORY, 797)
    assert run.because == "used 797 MB of the GPU's memory and was stopped (limit 500 MB)"
    assert run.seconds < 10


def back_after(host, mb):
    """Free the device's memory half a second after it was taken, as the driver does for a process that was killed."""
    end = time.monotonic() + 60
    while f" {mb} 40 " not in host.path.read_text() and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(1)
    host.have(A)


def test_memory_that_is_not_given_back_ends_the_box_and_sets_the_device_aside(boxes, host, devices, monkeypatch):
    host.have(A)
    monkeypatch.setattr(watch.MemoryWatch.is_back, "__defaults__", (0.3,))
    with boxes.box("pytorch", WANTS) as box:
        run = box.run(using(host, 800, then="time.sleep(0.5)"))
    assert (run.status, run.provenance["gpu_peak_mb"]) == (Status.FINISHED, 797)
    assert "not given back" in devices.facts()[0]["aside"]


def test_a_device_that_fails_in_the_middle_is_not_the_students_fault(boxes, host, devices):
    host.have(A)
    with pytest.raises(NoDevice, match="failed while an attempt ran: the driver reported XID 79"), \
            boxes.box("pytorch", WANTS) as box:
        box.run(using(host, 3, then="os._exit(1)", xid=1079))
    assert devices.facts()[0]["aside"]
