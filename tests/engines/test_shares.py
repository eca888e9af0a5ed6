"""A box's group is divided in both versions of cgroups, and an attempt's own limits hold."""

import os

import pytest

from grader.spec import Limits
from worker.box import Job, Status
from worker.engines import cgroup, shares

LIMITS = Limits(seconds=20, memory_mb=256, processes=8)


def test_memory_in_use_is_read_in_both_versions(tmp_path):
    (tmp_path / "memory.stat").write_text("cache 99\nrss 5\ntotal_rss 2097152\ntotal_shmem 1048576\n")
    assert shares.in_use_mb(1, tmp_path) == 3
    (tmp_path / "memory.stat").write_text("anon 1048576\nfile 99\nshmem 1048576\n")
    assert shares.in_use_mb(2, tmp_path) == 2


def test_supervisor_is_the_last_of_its_chain():
    assert shares.youngest([os.getppid(), os.getpid()]) == os.getpid()
    with pytest.raises(ValueError, match="unpack"):
        shares.youngest([])


def test_own_group_of_a_process_is_found():
    found = shares.folders_of(os.getpid())
    if found is None:
        pytest.skip("no cgroup is mounted here")
    assert "cgroup.procs" in [path.name for path in found[1][0].iterdir()]
    assert shares.folders_of(2**22 + 1) is None


def test_every_attempt_has_its_own_limit_and_peak(engine):
    parent, why = cgroup.find()
    if parent is None or engine.name == "bubblewrap-unprivileged" or engine.alone_because:
        pytest.skip(why)
    talk = engine.start("bare", LIMITS)
    try:
        if talk.shares is None:
            pytest.skip("the engine's groups are not ours to write")
        few, many = (talk.run(Job(source, LIMITS, 0), lambda _: None) for source in (b"pass", b"x = b'x' * (100 << 20)"))
        assert (few.status, many.status) == (Status.FINISHED, Status.FINISHED)
        assert few.peak_memory_mb < 100 <= many.peak_memory_mb < 256
        assert many.provenance["limits"] == "attempt"
        assert (talk.doubt, talk.may_serve) == ("", True)
        assert talk.run(Job(b"x = b'x' * (400 << 20)", LIMITS, 0), lambda _: None).status in (Status.MEMORY, Status.CRASHED)
        assert not talk.may_serve
    finally:
        talk.shell.kill()
