"""A replay by a real worker: it comes out as what it repeats, counts for nothing, and what both left can be looked at."""

from tests.service.running import RIGHT


def test_a_replay_comes_out_the_same_and_its_student_sees_nothing_of_it(service, desk):
    for part in ("redis", "worker"):
        service.start(part)
    first = desk.hand_in(student="alice", slug="linear-zero", file=str(RIGHT))
    desk.await_all()
    made = desk.replay(pk=first, ta="tessa")
    rows = {r["pk"]: r for r in desk.await_all()}
    assert (rows[made]["score"], rows[made]["status"]) == (rows[first]["score"], "finished")
    assert desk.again(pk=made) == {"original": first, "changes": [], "numbers": []}
    assert desk.evidence(pk=made) == desk.evidence(pk=first) != []
    assert desk.left(student="alice", slug="linear-zero") == 1
