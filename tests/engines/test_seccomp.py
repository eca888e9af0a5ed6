"""The two forms of the policy say the same, and refuse what must be refused."""

from __future__ import annotations

import errno
import json
import struct

import pytest

from worker.engines import seccomp

ALLOW, EPERM, ENOSYS = seccomp.ALLOW, seccomp.ERRNO | errno.EPERM, seccomp.ERRNO | errno.ENOSYS
NUMBERS = seccomp.read_numbers()
NEVER = [
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kcmp",
    "pidfd_getfd",
    "io_uring_setup",
    "io_uring_enter",
    "userfaultfd",
    "shmget",
    "semget",
    "msgget",
    "mq_open",
    "mknod",
    "mknodat",
    "symlink",
    "symlinkat",
    "name_to_handle_at",
    "open_by_handle_at",
    "add_key",
    "keyctl",
    "request_key",
    "perf_event_open",
    "bpf",
    "fanotify_init",
    "inotify_init",
    "inotify_init1",
    "quotactl",
    "setns",
    "unshare",
    "mount",
    "umount2",
    "move_mount",
    "pivot_root",
    "chroot",
    "sched_setscheduler",
    "sched_setattr",
    "setpriority",
    "mlock",
    "mlockall",
    "vmsplice",
    "splice",
    "tee",
    "setuid",
    "setresuid",
    "setgroups",
    "chown",
    "fchown",
    "fchownat",
    "reboot",
    "kexec_load",
    "init_module",
    "process_madvise",
    "memfd_secret",
]


def run_filter(number, *arguments, arch=seccomp.X86_64):
    """Interpret the program as the kernel does; 64-bit arguments, little endian."""
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments)
    program = list(struct.iter_unpack("<HBBI", seccomp.child_program()))
    at = value = 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == seccomp.RETURN:
            return k
        if code == seccomp.LOAD:
            (value,) = struct.unpack_from("<I", data, k)
            continue
        tests = {seccomp.EQUAL: value == k, seccomp.GREATER: value > k, seccomp.AT_LEAST: value >= k}
        at += if_true if tests.get(code, bool(value & k)) else if_false


def allowed():
    return set(seccomp.plain_calls(seccomp.read_policy()))


def deadly():
    return set(seccomp.read_policy()["killed"]["calls"])


def test_every_name_is_a_system_call():
    policy = seccomp.read_policy()
    named = [
        *seccomp.plain_calls(policy),
        *policy["when"],
        *policy["absent"]["calls"],
        *policy["supervisor"]["calls"],
        *policy["killed"]["calls"],
    ]
    assert set(named) <= NUMBERS.keys()
    assert len(named) == len(set(named))


def test_program_allows_exactly_the_named_calls():
    conditional = {*seccomp.read_policy()["when"], "clone3"}
    for name, number in NUMBERS.items():
        if name not in conditional:
            refused = seccomp.KILL if name in deadly() else EPERM
            assert run_filter(number) == (ALLOW if name in allowed() else refused), name


@pytest.mark.parametrize("name", NEVER)
def test_never_allowed(name):
    assert name not in allowed()


@pytest.mark.parametrize(
    ("name", "argument", "answer"),
    [
        ("socket", 1, ALLOW),
        *[("socket", family, EPERM) for family in (0, 2, 10, 16, 17, 38, 40)],
        ("socketpair", 1, ALLOW),
        ("socketpair", 2, EPERM),
        ("clone", 0x3D0F00, ALLOW),  # a thread
        ("clone", 0x1200011, ALLOW),  # a process
        *[("clone", bit | 17, EPERM) for bit in (1 << 17, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30)],
        ("personality", 0, ALLOW),
        ("personality", 0x0040000, EPERM),
        ("prlimit64", 0, ALLOW),
        ("prlimit64", 1, EPERM),
        ("clone3", 0, ENOSYS),
    ],
)
def test_arguments_decide(name, argument, answer):
    assert run_filter(NUMBERS[name], argument) == answer


def test_other_architectures_kill_and_unknown_calls_are_absent():
    assert run_filter(NUMBERS["read"], arch=0x40000003) == seccomp.KILL
    assert run_filter(451) == ENOSYS
    assert run_filter(0x40000000 | NUMBERS["read"]) == ENOSYS  # the x32 twin of a call


def test_docker_profile_adds_only_what_the_supervisor_needs():
    profile = json.loads(seccomp.docker_profile())
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    names = {name for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    policy = seccomp.read_policy()
    assert names == allowed() | {*policy["when"], *policy["supervisor"]["calls"]}
    by_name = {rule["names"][0]: rule for rule in profile["syscalls"] if rule.get("args")}
    assert by_name["socket"]["args"] == [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]
    assert by_name["clone"]["args"][0]["valueTwo"] == 0
