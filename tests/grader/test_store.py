"""The store: objects by content that come back whole or not at all, manifests that only grow, pruning by policy."""

import hashlib
import json
import multiprocessing
import shutil
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from grader.errors import Broken, Unwritten
from grader.manifest import Judged, KeptRun, Manifest, Manifests, expired, prune
from grader.store import MAX_OBJECT, Objects, pack_run, unpack_run

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def objects(tmp_path):
    return Objects(tmp_path / "objects")


@pytest.fixture
def manifests(tmp_path):
    return Manifests(tmp_path / "attempts")


def path_of(objects, name):
    return objects.root / name[:2] / name[2:]


def kept(objects, manifests, *, days=0, origin="alice.py", source=b"x = 1\n", assignment="xor"):
    """Keep an attempt of one run; its report is an object too."""
    run = objects.put(pack_run({"status": "finished", "day": days}, []))
    manifest = Manifest(assignment=assignment, file="alice.py", origin=origin, submission=objects.put(source), style="function",
                        seed=1, at=NOW - timedelta(days=days), spec="s", measured="m",
                        runs=[KeptRun(trial=0, probes={"p": "d"}, content=run)])
    return manifests.add(manifest, Judged(report=objects.put(b"{}"), at=manifest.at))


def test_what_was_put_comes_back_and_is_named_by_its_content(objects):
    contents = [b"", b"x" * 100_000, bytes(range(256))]
    names = [objects.put(c) for c in contents]
    assert [objects.get(n) for n in names] == contents
    assert objects.put(contents[1]) == names[1]
    assert objects.names() == sorted(names)
    assert path_of(objects, names[1]).stat().st_size < 2000


@pytest.mark.parametrize("spoil", [
    lambda packed: packed[:-3], lambda packed: packed + b"more", lambda _: b"", lambda _: b"no such thing",
    lambda _: zlib.compress(b"other content"), lambda packed: packed[:10] + bytes([packed[10] ^ 1]) + packed[11:],
])
def test_a_damaged_object_is_broken_with_its_name_and_put_mends_it(objects, spoil):
    content = bytes(range(256)) * 4
    name = objects.put(content)
    path_of(objects, name).write_bytes(spoil(path_of(objects, name).read_bytes()))
    with pytest.raises(Broken, match=name):
        objects.get(name)
    assert objects.put(content) == name
    assert objects.get(name) == content


def test_a_missing_object_is_broken_with_its_name(objects):
    with pytest.raises(Broken, match=f"object {'ab' * 32} is missing"):
        objects.get("ab" * 32)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "AB" * 32, "ab" * 33, "ab" * 31 + "\n"])
def test_what_is_no_name_opens_no_file(objects, name):
    with pytest.raises(Broken, match="no name of an object"):
        objects.get(name)


def put_together(objects, contents):
    with objects.together() as batch:
        return [batch.put(content) for content in contents]


def test_objects_put_together_are_kept_when_the_block_ends(objects):
    contents = [b"%d" % i * 1000 for i in range(20)]
    with objects.together() as batch:
        names = [batch.put(c) for c in [*contents, contents[0]]]
        assert objects.names() == []
    assert names[-1] == names[0]
    assert objects.names() == sorted(set(names))
    assert [objects.get(n) for n in names[:-1]] == contents
    assert not list(objects.root.glob("??/.*"))


def test_of_objects_put_together_nothing_is_kept_where_something_is_wrong(objects):
    with pytest.raises(Broken, match="allowed"):
        put_together(objects, [b"small", bytes(MAX_OBJECT + 1)])
    assert objects.names() == []


def test_where_one_of_several_cannot_be_written_no_draft_is_left(objects):
    contents = [b"%d" % i for i in range(4)]
    names = [hashlib.sha256(c).hexdigest() for c in contents]
    objects.root.mkdir()
    (objects.root / names[2][:2]).write_text("a file where a folder must be")
    with pytest.raises(Unwritten, match="cannot be written"):
        put_together(objects, contents)
    assert not list(objects.root.glob("??/.*"))
    (objects.root / names[2][:2]).unlink()
    assert [objects.put(c) for c in contents] == names


def test_what_a_batch_holds_already_or_the_store_holds_whole_is_written_once(objects):
    name = objects.put(b"here")
    path_of(objects, objects.put(b"damaged")).write_bytes(b"spoilt")
    with objects.together() as batch:
        assert batch.put(b"here") == name
        batch.put(b"damaged")
        assert [*batch.new.values()] == [b"damaged"]
    assert objects.get(hashlib.sha256(b"damaged").hexdigest()) == b"damaged"


def test_contents_are_on_the_disk_before_their_names_and_both_before_the_block_is_over(objects, tmp_path):
    program = """
import sys
from pathlib import Path
from grader.store import Objects
with Objects(Path(sys.argv[1])).together() as batch:
    batch.put(b"a" * 5000)
    batch.put(b"b" * 5000)
print("over", flush=True)
"""
    if (strace := shutil.which("strace")) is None:
        pytest.skip("no strace here")
    told = tmp_path / "calls"
    traced = [strace, "-f", "-o", told, "-e", "trace=fsync,rename,write"]
    done = subprocess.run([*traced, sys.executable, "-c", program, objects.root], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("nothing may be traced here")
    calls = [line for line in told.read_text().splitlines() if "resumed" not in line]
    at = {word: [i for i, line in enumerate(calls) if word in line] for word in ("fsync(", "rename(", '"over')}
    first, last = at["rename("][0], at["rename("][-1]
    assert len(at["rename("]) == 2
    assert sum(i < first for i in at["fsync("]) >= 2
    assert sum(i > last for i in at["fsync("]) == 2
    assert at["fsync("][-1] < at['"over'][0]


def test_an_object_that_inflates_without_end_is_damaged(objects):
    name = objects.put(b"small")
    path_of(objects, name).write_bytes(zlib.compress(bytes(MAX_OBJECT + 10)))
    with pytest.raises(Broken, match="damaged"):
        objects.get(name)


def test_an_object_above_the_cap_is_refused(objects):
    with pytest.raises(Broken, match="allowed"):
        objects.put(bytes(MAX_OBJECT + 1))
    assert objects.names() == []


def test_a_store_that_cannot_be_written_is_our_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Broken, match="cannot be written"):
        Objects(tmp_path / "file" / "objects").put(b"x")


def put_all(root):
    store = Objects(root)
    for i in range(40):
        with store.keeping():
            store.put(b"%d " % (i % 20) * 1000)


def test_processes_may_write_the_same_objects_at_once(objects):
    processes = [multiprocessing.get_context("fork").Process(target=put_all, args=(objects.root,)) for _ in range(4)]
    for p in processes:
        p.start()
    for p in processes:
        p.join()
    assert [p.exitcode for p in processes] == [0] * 4
    assert len(objects.names()) == 20
    assert all(objects.get(n) for n in objects.names())
    assert not list(objects.root.glob("??/.*"))


def test_pruning_waits_for_who_is_keeping(objects):
    from threading import Thread
    pruned = []
    def run():
        with objects.alone():
            pruned.append(objects.prune(set()))
    with objects.keeping():
        name = objects.put(b"not yet named")
        thread = Thread(target=run)
        thread.start()
        thread.join(0.2)
        assert objects.get(name) == b"not yet named"
    thread.join()
    assert pruned == [1]


def test_a_run_comes_back_as_it_was(objects):
    frames = [({"probe": "p", "status": "ok", "seconds": 0.1}, b"\x00\xff" * 50), ({"probe": "q", "odd": ["é", None]}, b"")]
    facts = {"status": "finished", "cpu_s": 0.1, "stdout": "\ud800 a"}
    assert unpack_run(objects.get(objects.put(pack_run(facts, frames)))) == (facts, tuple(frames))


def test_a_probe_above_its_cap_is_refused_and_named():
    with pytest.raises(Broken, match=r"probe 'big' left .* allowed"):
        pack_run({}, [({"probe": "big"}, bytes(17 << 20))])


def test_what_cannot_be_written_as_json_is_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for said in ({"deep": deep}, {"number": float("nan")}, {"object": object()}):
        with pytest.raises(Broken, match="what a box said cannot be kept"):
            pack_run({}, [(said, b"")])


@pytest.mark.parametrize("cut", [lambda c: c[:-1], lambda c: c + b"x", lambda _: b"", lambda c: c[:5]])
def test_a_run_that_is_cut_is_broken(cut):
    with pytest.raises(Broken, match="kept run"):
        unpack_run(cut(pack_run({"a": 1}, [({"probe": "p"}, b"1234")])))


def test_records_come_back_and_reports_only_add_up(objects, manifests):
    record = kept(objects, manifests)
    later = Judged(report=objects.put(b'{"score": 2}'), at=NOW, regrade="r1")
    back = Judged(report=record.judged[0].report, at=NOW, regrade="r1", is_revert=True)
    appended = manifests.append(record, later)
    assert manifests.read("xor", record.id) == appended
    assert appended.standing[-1] == later
    reverted = manifests.append(appended, back)
    assert reverted.standing == [record.judged[0]]
    assert manifests.read("xor", record.id).judged == (record.judged[0], later, back)


def test_of_two_who_judge_at_once_the_second_is_refused(objects, manifests):
    record = kept(objects, manifests)
    manifests.append(record, Judged(report=record.judged[0].report, at=NOW, regrade="r1"))
    with pytest.raises(Broken, match="judged by another"):
        manifests.append(record, Judged(report=record.judged[0].report, at=NOW, regrade="r2"))
    assert [j.regrade for j in manifests.read("xor", record.id).judged] == ["", "r1"]


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "attempt.json").write_text("{"),
    lambda folder: (folder / "attempt.json").write_text(json.dumps({"version": 1})),
    lambda folder: (folder / "judged-0000.json").unlink(),
    lambda folder: (folder / "judged-0000.json").rename(folder / "judged-0001.json"),
])
def test_a_damaged_record_is_broken_with_its_name(objects, manifests, spoil):
    record = kept(objects, manifests)
    spoil(manifests.root / "xor" / record.id)
    with pytest.raises(Broken, match=record.id):
        manifests.read("xor", record.id)


def test_an_assignment_that_leads_out_of_the_store_is_refused(objects, manifests):
    with pytest.raises(Broken, match="cannot name a folder"):
        kept(objects, manifests, assignment="../xor")


def test_old_attempts_expire_but_never_the_newest_of_a_submission(objects, manifests):
    for days in (400, 300, 10):
        kept(objects, manifests, days=days)
    kept(objects, manifests, days=500, origin="bob.py")
    kept(objects, manifests, days=450, source=b"x = 2\n")
    gone = expired(manifests.all(), NOW, days=100)
    assert sorted((NOW - r.manifest.at).days for r in gone) == [300, 400]


def test_pruning_removes_what_nobody_names_and_nothing_else(objects, manifests):
    old, new = kept(objects, manifests, days=400), kept(objects, manifests, days=1)
    stray = objects.put(b"named by nobody")
    (objects.root / "ab").mkdir(exist_ok=True)
    (objects.root / "ab" / ".left").write_bytes(b"by an interrupted writer")
    (manifests.root / "xor" / ".half").mkdir()
    assert prune(objects, manifests, NOW, days=100) == (1, 2)
    assert manifests.of("xor") == [new.id]
    assert set(objects.names()) == new.objects()
    assert stray not in objects.names()
    assert old.manifest.runs[0].content not in objects.names()
    assert not [*objects.root.glob("??/.*"), *manifests.root.glob("*/.*")]


def test_a_damaged_record_stops_pruning_before_anything_goes(objects, manifests):
    record = kept(objects, manifests)
    (manifests.root / "xor" / record.id / "attempt.json").write_text("{")
    with pytest.raises(Broken, match="damaged"):
        prune(objects, manifests, NOW, days=0)
    assert len(objects.names()) == 3


def test_named_objects_are_removed_and_what_was_not_there_counts_as_gone(tmp_path):
    objects = Objects(tmp_path)
    kept, gone, never = objects.put(b"kept"), objects.put(b"gone"), "0" * 64
    with objects.alone():
        assert objects.remove({gone, never}) == {gone, never}
    assert objects.names() == [kept]
    with pytest.raises(Broken, match="no name"):
        objects.remove({"../x"})
