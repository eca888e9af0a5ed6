"""Pairs of attempts in one warm box: the first plants something wherever it can, the second looks for it."""

from __future__ import annotations

import textwrap

import pytest

from grader.spec import Limits
from worker.box import Job, Status
from worker.engines.conversation import MAX_RUNS

LIMITS = Limits(seconds=5, memory_mb=256)

PAIRS = {
    "files": (
        """
        for folder in ("/tmp", "/work", "/dev/shm", ".", "/dev/mqueue", "/dev/pts", "/opt/box/inside", "/var/tmp", "/run"):
            try: open(folder + "/planted", "w").write("x")
            except OSError: pass
        """,
        """
        for folder in ("/tmp", "/work", "/dev/shm", ".", "/dev/mqueue", "/dev/pts", "/opt/box/inside", "/var/tmp", "/run"):
            if os.path.exists(folder + "/planted"): print("FOUND", folder)
        """,
    ),
    "space": (
        "open('/tmp/big', 'wb').write(bytes(60 << 20)); open('/dev/shm/big', 'wb').write(bytes(40 << 20))",
        """
        for folder in ("/tmp", "/work", "/dev/shm"):
            space = os.statvfs(folder)
            if space.f_blocks - space.f_bfree > 2 or space.f_files - space.f_ffree > 3: print("FOUND", folder, space)
        """,
    ),
    "processes": (
        """
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    import time
                    time.sleep(100)
                os._exit(0)
        """,
        """
        seen = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
        if seen: print("FOUND", seen)
        """,
    ),
    "sockets": (
        """
        import socket, time
        if os.fork() == 0:
            os.setsid()
            planted = socket.socket(socket.AF_UNIX)
            planted.bind("\\0planted")
            planted.listen()
            time.sleep(100)
        time.sleep(0.1)
        """,
        """
        import socket
        try: socket.socket(socket.AF_UNIX).connect("\\0planted"); print("FOUND it")
        except OSError: pass
        if len(open("/proc/net/unix").read().splitlines()) > 2: print("FOUND", open("/proc/net/unix").read())
        """,
    ),
    "locks": (
        """
        import fcntl, time
        held = [open(path) for path in ("/etc/passwd", "/bin/sh") if os.path.exists(path)]
        for file in held: fcntl.flock(file, fcntl.LOCK_EX)
        if os.fork() == 0: time.sleep(100)
        """,
        """
        import fcntl
        for path in ("/etc/passwd", "/bin/sh"):
            if os.path.exists(path): fcntl.flock(open(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
        """,
    ),
    "this process": (
        """
        import builtins, json, random, resource
        os.environ["PLANTED"] = "1"; builtins.planted = 1; json.planted = 1; os.chdir("/tmp"); os.umask(0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20)); os.sched_setaffinity(0, {0}); random.seed(1)
        """,
        """
        import builtins, json, resource
        if "PLANTED" in os.environ or hasattr(builtins, "planted") or hasattr(json, "planted"): print("FOUND state")
        if os.getcwd() != "/work" or os.umask(0o77) != 0o77: print("FOUND", os.getcwd())
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 20: print("FOUND limits")
        if len(os.sched_getaffinity(0)) == 1 and os.cpu_count() > 1: print("FOUND affinity")
        """,
    ),
    "memory of the supervisor": (  # of which each child is a copy
        """
        word = "-".join(["one", "student", "wrote", "this"])
        print(word, file=sys.stderr, flush=True)
        print("#" * 40_000 + word, file=sys.stderr, flush=True)
        for size in (10, 300, 2000, 100_000):
            emit("P", {"event": word, "x": "y" * min(size, 3000)}, b"")
            emit("E", {"because": word + "y" * min(size, 9000)}, word.encode() + bytes(size))
        # one-student-wrote-this
        """,
        """
        import re
        for line in open("/proc/self/maps").read().splitlines():
            where, rights, *_ = line.split()
            if rights.startswith("rw") and rights.endswith("s"): print("FOUND shared memory", line)
            if not rights.startswith("rw"): continue
            at, end = (int(number, 16) for number in where.split("-"))
            with open("/proc/self/mem", "rb", 0) as memory:
                while at < end:
                    try:
                        memory.seek(at)
                        piece = memory.read(min(end - at, 1 << 20))
                    except (OSError, OverflowError): break
                    if re.search(b"one-student-wrote-[t]his", piece): print("FOUND it at", line)
                    at += len(piece)
        """,
    ),
    "counters of the box": (  # most memory and all CPU used so far are the last attempt's
        "hog = bytearray(60 << 20)",
        """
        for folder, _, names in os.walk("/sys/fs/cgroup"):
            for name in names:
                try: print("FOUND", folder, name, open(os.path.join(folder, name)).read(40))
                except OSError: pass
        """,
    ),
    "what the kernel keeps": (
        """
        libc = ctypes.CDLL(None)
        if os.fork() == 0: libc.syscall(248, b"user", b"planted", b"x", 1, -3)  # it dies of asking
        os.wait(), libc.syscall(29, 4711, 4096, 0o1666)
        libc.syscall(68, 4711, 0o1666), libc.syscall(64, 4711, 1, 0o1666), libc.syscall(240, b"planted", 0o102, 0o666, 0)
        libc.sethostname(b"planted", 7)
        """,
        """
        import socket
        libc = ctypes.CDLL(None)
        if socket.gethostname() == "planted": print("FOUND name")
        if libc.syscall(29, 4711, 0, 0) >= 0 or libc.syscall(68, 4711, 0) >= 0: print("FOUND object")
        for name in ("shm", "sem", "msg"):
            if len(open(f"/proc/sysvipc/{name}").read().splitlines()) > 1: print("FOUND", name)
        try: keys = open("/proc/keys").read()
        except OSError: keys = ""
        if "planted" in keys: print("FOUND key")
        """,
    ),
}


@pytest.fixture
def talk(engine):
    if engine.name == "bubblewrap-unprivileged" or engine.alone_because:
        pytest.skip("its boxes serve one attempt each")
    made = engine.start("bare", LIMITS)
    yield made
    made.shell.kill()


def serve(talk, source):
    probes = 4 if "emit" in source else 0
    return talk.run(Job(("import ctypes, os, sys\n" + textwrap.dedent(source)).encode(), LIMITS, probes), lambda _: None)


@pytest.mark.parametrize("name", PAIRS)
def test_second_attempt_finds_nothing_of_the_first(talk, name):
    plant, look = PAIRS[name]
    assert serve(talk, plant).status is Status.FINISHED
    assert (talk.doubt, talk.may_serve) == ("", True)
    found = serve(talk, look)
    assert (found.status, found.stdout) == (Status.FINISHED, ""), found.stderr


def test_each_attempt_is_another_user_where_there_are_several(talk):
    users = {serve(talk, "print(os.getuid())").stdout for _ in range(4)}
    assert len(users) == (4 if talk.shell.uids else 1)
    assert "0\n" not in users


@pytest.mark.parametrize(
    "source",
    ["while True: pass", "hog = []\nwhile True: hog.append(b'x' * (8 << 20))", "os.abort()", "while True: print('x' * 9999)"],
)
def test_any_doubt_ends_the_box(talk, source):
    assert talk.may_serve
    job = Job(f"import os\n{source}".encode(), Limits(seconds=2, memory_mb=256, output_kb=64), 0)
    assert talk.run(job, lambda _: None).status is not Status.FINISHED
    assert not talk.may_serve
    assert talk.doubt


def test_an_error_of_the_code_is_no_doubt(talk):
    assert serve(talk, "raise ValueError").status is Status.CRASHED
    assert talk.may_serve
    assert serve(talk, "sys.exit(3)").status is Status.CRASHED
    assert talk.may_serve


def test_box_retires_after_enough_attempts(talk):
    for _ in range(MAX_RUNS):
        assert talk.may_serve
        assert serve(talk, "pass").status is Status.FINISHED
    assert not talk.may_serve


def test_waiting_box_gives_a_sign_of_life_until_it_is_dead(talk):
    assert talk.is_well()
    serve(talk, "pass")
    assert talk.is_well()
    talk.shell.kill()
    assert not talk.is_well()


def test_machine_without_nesting_gives_boxes_for_one_attempt(engine, inside):
    if engine.name == "bubblewrap-unprivileged":
        pytest.skip("its stand-in engine starts no supervisor")
    alone = type(engine)(engine.repository, inside) if engine.name == "docker" else type(engine)(inside)
    alone.alone_because = "the test wants it so"
    made = alone.start("bare", LIMITS)
    try:
        assert made.may_serve
        assert serve(made, "pass").provenance["isolation"] == "fresh"
        assert not made.may_serve
    finally:
        made.shell.kill()


def test_doctor_says_whether_boxes_are_reused(engine):
    if engine.name == "bubblewrap-unprivileged":
        pytest.skip("its stand-in engine has no doctor")
    found = engine.reuse("bare")
    assert found.name == f"{engine.name} reuse"
    assert found.ok == (not engine.alone_because)
    assert ("many attempts" in found.detail) == found.ok
    assert found.ok or "user namespaces" in found.remedy
