"""Cgroups of both versions are read right, and a group made here holds what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.engines import cgroup

V1_MOUNTS = """\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
V1_OWN = "9:pids:/user.slice\n4:memory:/a/b\n1:cpu,cpuacct:/\n0::/x\n"
V1_CONTAINER = "900 899 0:32 /docker/f00 /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory\n"
V2_MOUNTS = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"
V2_OWN = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope\n"


def test_version_1_has_a_tree_for_each_controller():
    mounts, own = cgroup.read_mounts(V1_MOUNTS), cgroup.read_own(V1_OWN)
    assert mounts["memory"].locate(own["memory"]) == Path("/sys/fs/cgroup/memory/a/b")
    assert mounts["pids"].locate(own["pids"]) == Path("/sys/fs/cgroup/pids/user.slice")
    assert mounts["cpu"] == mounts["cpuacct"]
    assert mounts[""].locate(own[""]) == Path("/sys/fs/cgroup/unified/x")


def test_in_a_container_only_a_part_of_the_tree_is_mounted():
    mounts = cgroup.read_mounts(V1_CONTAINER)
    assert mounts["memory"].locate("/docker/f00") == Path("/sys/fs/cgroup/memory")
    assert mounts["memory"].locate("/docker/f00/sub") == Path("/sys/fs/cgroup/memory/sub")


def test_version_2_has_one_tree():
    mounts, own = cgroup.read_mounts(V2_MOUNTS), cgroup.read_own(V2_OWN)
    assert own.keys() == {""}
    assert str(mounts[""].locate(own[""])).endswith("/user@1000.service/app.slice/run-r1.scope")


@pytest.mark.parametrize(
    "text",
    ["oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 0\n"],
)
def test_kills_for_memory_are_counted_in_both_versions(text):
    assert cgroup.read_oom_kills(text) == 3


@pytest.fixture
def tree(tmp_path):
    """A version 2 group as a delegated service finds it."""
    for name, text in {"cgroup.controllers": "cpu memory pids", "cgroup.subtree_control": "", "cgroup.type": "domain",
                       "cgroup.procs": f"1\n{os.getpid()}\n"}.items():
        (tmp_path / name).write_text(text)
    leaf = tmp_path / "dlgrader-worker"
    leaf.mkdir()
    (leaf / "cgroup.procs").write_text("")
    return tmp_path


def test_version_2_steps_down_into_a_leaf_and_hands_controllers_out(tree):
    parent, detail = cgroup.find_v2(tree)
    assert parent == cgroup.Parent(2, (tree,))
    assert "version 2" in detail
    assert (tree / "dlgrader-worker/cgroup.procs").read_text() == str(os.getpid())
    assert (tree / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"


def test_version_2_asked_again_finds_the_same_parent(tree):
    assert cgroup.find_v2(tree / "dlgrader-worker")[0] == cgroup.Parent(2, (tree,))


def test_missing_controllers_are_named(tree):
    (tree / "cgroup.controllers").write_text("cpu")
    assert cgroup.find_v2(tree) == (None, f"{tree} has no controller memory, pids")


def test_a_group_made_here_limits_kills_and_goes():
    parent, why = cgroup.find()
    if parent is None:
        pytest.skip(why)
    group = cgroup.create(parent, 64, 10)
    hog = subprocess.Popen([sys.executable, "-c", "input(); b'x' * (200 << 20)"], stdin=subprocess.PIPE)
    other = subprocess.Popen(["sleep", "100"])
    try:
        group.add(hog.pid)
        hog.communicate(b"\n")
        assert group.oom_kills() >= 1
        group.add(other.pid)
        group.kill()
        assert other.wait(5) == -9
    finally:
        other.kill()
        group.remove()
    assert not any((folder / group.name).exists() for folder in parent.folders)


def test_groups_of_dead_owners_are_swept():
    parent, why = cgroup.find()
    if parent is None:
        pytest.skip(why)
    dead = subprocess.Popen(["true"])
    dead.wait()
    for folder in parent.folders:
        (folder / f"{cgroup.PREFIX}{dead.pid}-1").mkdir()
    assert cgroup.sweep(parent) >= 1
    assert not any((folder / f"{cgroup.PREFIX}{dead.pid}-1").exists() for folder in parent.folders)
