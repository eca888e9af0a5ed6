"""Whose turn it is on a device: one at a time, in order, and the kernel takes back what a dead process held."""

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from worker.devices.device import Device
from worker.devices.lease import Leases, NoDevice

HOLD = """
import sys, time
from pathlib import Path
from tests.devices.test_lease import device
from worker.devices.lease import Leases
with Leases(Path(sys.argv[1])).one_of([device(u) for u in sys.argv[2:]]) as held:
    print(held.uuid, flush=True)
    time.sleep(600)
"""


def device(uuid):
    return Device(uuid=uuid, index="0", name="a device", memory_mb=1000, capability="9.0", driver="1", cuda="13.0")


A, B = device("GPU-a"), device("GPU-b")


def holding(folder, *uuids):
    """Another worker that holds a device."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder, *uuids], stdout=subprocess.PIPE, text=True)
    return process, process.stdout


def numbers(folder):
    return len(list(folder.glob("wait-*")))


def until(condition, wait_s=20):
    end = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_each_holder_has_a_device_of_its_own_and_a_third_waits(tmp_path):
    leases = Leases(tmp_path)
    with leases.one_of([A, B]) as first, leases.one_of([A, B]) as second:
        assert {first, second} == {A, B}
        with pytest.raises(NoDevice, match="GPU-a, GPU-b"), leases.one_of([A, B], wait_s=0.1):
            pass
    with leases.one_of([B], wait_s=0) as again:
        assert again == B
    assert numbers(tmp_path) == 0


def test_a_device_is_never_held_twice_at_once(tmp_path):
    leases, held, most = Leases(tmp_path), [], []

    def work(_):
        with leases.one_of([A, B]) as mine:
            held.append(mine)
            most.append((held.count(mine), len(held)))
            time.sleep(0.01)
            held.remove(mine)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(18)))
    assert len(most) == 18
    assert max(n for n, _ in most) == 1
    assert max(n for _, n in most) == 2


def test_those_who_wait_get_the_device_in_the_order_they_came(tmp_path):
    leases, order = Leases(tmp_path), []

    def work(number):
        with leases.one_of([A]):
            order.append(number)

    with ExitStack() as held:
        held.enter_context(leases.one_of([A]))
        threads = []
        for number in range(6):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            until(lambda n=number: numbers(tmp_path) == n + 1)
    for thread in threads:
        thread.join(20)
    assert order == list(range(6))


def test_who_waits_for_another_device_is_not_in_the_way(tmp_path):
    leases = Leases(tmp_path)
    with leases.one_of([A]), ThreadPoolExecutor(1) as pool:
        over = threading.Event()
        waiting = pool.submit(lambda: leases.one_of([A], is_over=over.is_set).__enter__())
        until(lambda: numbers(tmp_path) == 1)
        with leases.one_of([B], wait_s=0) as mine:
            assert mine == B
        over.set()
        with pytest.raises(NoDevice):
            waiting.result(20)


def test_what_a_killed_worker_held_and_the_number_of_one_that_waited_are_free_again(tmp_path):
    holder, told = holding(tmp_path, "GPU-a")
    assert told.readline() == "GPU-a\n"
    waiter, _ = holding(tmp_path, "GPU-a")
    leases = Leases(tmp_path)
    until(lambda: numbers(tmp_path) == 1)
    assert str(holder.pid) in leases.holder(A)
    with pytest.raises(NoDevice), leases.one_of([A], wait_s=0.2):
        pass
    for process in (waiter, holder):
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with leases.one_of([A], wait_s=5) as mine:
        assert mine == A
    assert numbers(tmp_path) == 0
    assert leases.holder(A) == ""


def test_a_folder_that_cannot_be_written_is_told_with_the_setting(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Exception, match="GRADER_DEVICE_LOCKS"), Leases(tmp_path / "file").one_of([A]):
        pass
