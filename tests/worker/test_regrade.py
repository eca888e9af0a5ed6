"""Regrading: kept attempts are judged again without a box, bit for bit as the first time, or as a changed spec wants it."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.catalog import default_root, load
from grader.errors import Broken
from grader.example import examples_of
from grader.settings import read_settings
from grader.submission import read_submission
from worker.attempt import Attempt
from worker.box import Status
from worker.engines.choose import choose
from worker.grade import measured
from worker.keep import Store, graded, keep, missing, rebuild, report_bytes
from worker.pool import Pool
from worker.regrade import Damaged, apply, regrade, revert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACES = read_settings().places
SPEC = """
title = "Doubling and drawing"
[limits]
seconds = 5
[reference]
file = "reference.py"
[[function]]
name = "double"
signature = "double(x)"
returns = ["y"]
[[function]]
name = "draw"
signature = "draw(seed)"
returns = ["value"]
[data.hidden]
hidden = true
arrays.x = { draw = "uniform", shape = [4] }
[[probe]]
name = "doubled"
call = "double"
args = { x = "@hidden.x" }
[[probe]]
name = "drawn"
call = "draw"
args = { seed = "@seed" }
[[probe]]
name = "again"
late = true
call = "double"
args = { x = "$doubled.y" }
[[check]]
name = "doubles"
kind = "values"
about = "double returns twice its argument"
points = 2
of = ["doubled.y"]
tolerance = { atol = 0.01, because = "room for a change" }
[[check]]
name = "draws"
kind = "learns"
about = "draw returns a number in the band"
points = 1
trials = 3
measures = [{ of = "drawn.value", statistic = "value", band = { low = 2, high = 2, because = "the third trial" } }]
[[check]]
name = "twice"
kind = "values"
about = "double works on its own result"
points = 1
needs = ["doubles"]
of = ["again.y"]
tolerance = { atol = 0.01, because = "room for a change" }
"""
MORE_BEFORE = '[[check]]\nname = "draws"'
MORE = """[[check]]
name = "more"
kind = "learns"
about = "doubled numbers are small"
points = 1
measures = [{ of = "doubled.y", statistic = "max", band = { low = -2, high = 2, because = "twice 1 at most" } }]
"""
REFERENCE = "def double(x):\n    return 2 * x\n\n\ndef draw(seed):\n    return 0.0\n"
SUBMISSIONS = {
    "right.py": "def double(x):\n    return 2 * x\ndef draw(seed):\n    return seed // 1_000_003\n",  # 0, 1, 2 by trial
    "unlucky.py": "def double(x):\n    return 2 * x\ndef draw(seed):\n    return -1.0\n",
    "near.py": "def double(x):\n    return 2 * x + 0.0112\ndef draw(seed):\n    return 2.0\n",  # 1.12 of the tolerance
    "wrong.py": "def double(x):\n    return 5 * x\n",
    "endless.py": "def double(x):\n    while True: pass\n",
    "no_python.py": "def double(:\n",
}
RUN = SUBMISSIONS.keys() - {"no_python.py"}


@pytest.fixture(scope="module")
def boxes():
    with Pool(choose("bubblewrap", "pytorch")[0]) as pool:
        yield pool


@pytest.fixture(scope="module")
def graded_once(boxes, tmp_path_factory):
    """An assignment folder and a store with one attempt of each submission."""
    home = tmp_path_factory.mktemp("regrade")
    folder = home / "doubling"
    folder.mkdir()
    for name, text in {"assignment.toml": SPEC, "reference.py": REFERENCE, "statement.md": "", "starter.py": ""}.items():
        (folder / name).write_text(text)
    assignment = load(folder)
    for name, text in SUBMISSIONS.items():
        (home / name).write_text(text)
        graded(assignment, home / name, 5, boxes, PLACES, Store(home / "store"))
    return home


@pytest.fixture
def home(graded_once, tmp_path):
    """A copy of them, to change."""
    return shutil.copytree(graded_once, tmp_path / "home")


def again(home, *changes, only=(), file="assignment.toml"):
    """Change the spec or the reference and judge everything again: by file name."""
    changed = home / "doubling" / file
    text = changed.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    changed.write_text(text)
    found = regrade(Store(home / "store"), load(home / "doubling"), PLACES, only)
    return {Path(r.record.manifest.origin).name: r for r in found}


def first_and_rebuilt(attempt, tmp_path):
    store = Store(tmp_path)
    first = attempt.report()
    record = keep(store, attempt, first, NOW, "a file")
    made = rebuild(Store(tmp_path), record.manifest, attempt.assignment, PLACES)
    return first, made.report(), missing(made, record.manifest)


def some_examples(slug, per_style=1):
    """The first examples that are right and the first that are not, of each style."""
    assignment = load(default_root() / slug)
    chosen = {}
    for e in examples_of(assignment.root, assignment.spec):
        group = chosen.setdefault((e.expected.style, e.expected.right), [])
        if not e.expected.slow and len(group) < per_style:
            group.append(e)
    return assignment, [e for group in chosen.values() for e in group]


@pytest.mark.parametrize("slug", ["linear-zero", "linear-two-columns", "gan-losses", "perceptron-gates"])
def test_published_examples_are_judged_again_bit_for_bit(slug, boxes, tmp_path):
    assignment, examples = some_examples(slug)
    for e in examples:
        first, rebuilt, lacking = first_and_rebuilt(measured(Attempt(assignment, e.submission, 20, PLACES), boxes), tmp_path)
        assert report_bytes(rebuilt) == report_bytes(first), e.name
        assert lacking == {}, e.name


def test_trials_late_probes_timeouts_and_syntax_errors_are_judged_again_bit_for_bit(home):
    store, found = Store(home / "store"), again(home)
    assert {r.outcome for r in found.values()} == {"unchanged"}
    assert all(report_bytes(r.old) == report_bytes(r.new) and not r.is_new for r in found.values())
    runs = {name: [(run.trial, sorted(run.probes)) for run in r.record.manifest.runs] for name, r in found.items()}
    assert runs["right.py"] == [(0, ["doubled", "drawn"]), (0, ["again"]), (1, ["drawn"]), (2, ["drawn"])]
    assert {name: r.new.score for name, r in found.items()} == {
        "right.py": 4, "unlucky.py": 3, "near.py": 1, "wrong.py": 0, "endless.py": 0, "no_python.py": 0}
    assert found["endless.py"].new.status == "timeout"
    assert found["no_python.py"].new.because.startswith("no_python.py, line 1")
    assert apply(store, list(found.values()), NOW)[1] == 0


def test_evidence_stays_untrusted_when_it_is_judged_again(home):
    store = Store(home / "store")
    record = next(r for r in store.manifests.all() if r.manifest.file == "right.py")
    attempt = rebuild(store, record.manifest, load(home / "doubling"), PLACES)
    forged = [replace(run, frames=tuple((head, blob[:-1] + b"??") for head, blob in run.frames)) for run in attempt.runs]
    attempt.runs = forged
    kept = keep(store, attempt, attempt.report(), NOW, "forged")
    made = rebuild(store, kept.manifest, load(home / "doubling"), PLACES)
    assert made.trials[0]["doubled"].status == "forged"
    assert made.report().score == 0


def test_another_band_or_tolerance_moves_scores_up_and_down_and_says_why(home):
    found = again(home, ("low = 2, high = 2", "low = -1, high = 2"))
    assert (found["unlucky.py"].outcome, found["unlucky.py"].old.score, found["unlucky.py"].new.score) == ("up", 3, 4)
    [change] = found["unlucky.py"].changes
    assert (change.check, change.before, change.after) == ("draws", "failed", "passed")
    assert "inside the band" in change.because
    found = again(home, ("return 2 * x", "return 2 * x + 0.02"), file="reference.py")
    assert found["right.py"].outcome == "down"
    assert [c.check for c in found["right.py"].changes] == ["doubles", "twice"]
    assert "0.02 off, 0.01 allowed" in found["right.py"].changes[0].because


def record_of(store, name):
    return next(r for r in store.manifests.all() if r.manifest.file == name)


def test_nothing_counts_before_it_is_applied_and_all_of_it_can_be_taken_back(home):
    store = Store(home / "store")
    def counting():
        return {r.manifest.file: store.report(r.standing[-1]).score for r in store.manifests.all()}
    before = counting()
    first = again(home, ("low = 2, high = 2", "low = -1, high = 2"))
    assert counting() == before
    name, count = apply(store, list(first.values()), NOW)
    assert count == 6  # the others' reports rest on the new spec too
    assert counting() == before | {"unlucky.py": 4}
    second = again(home, ("points = 2", "points = 3"))
    assert apply(store, list(second.values()), NOW + timedelta(days=1))[1] == 6
    assert counting()["right.py"] == 5
    assert revert(store, "doubling", NOW)[1] == 6
    assert counting() == before | {"unlucky.py": 4}
    assert revert(store, "doubling", NOW) == (name, 6)
    assert counting() == before
    assert revert(store, "doubling", NOW) == ("", 0)
    assert len(record_of(store, "right.py").judged) == 5  # three reports, taken back twice: all are kept


def test_of_two_regradings_at_once_one_is_refused(home):
    store, found = Store(home / "store"), again(home, ("points = 2", "points = 3"))
    apply(store, list(found.values()), NOW)
    with pytest.raises(Broken, match="judged by another"):
        apply(store, list(found.values()), NOW)


@pytest.mark.parametrize(("change", "files", "probe", "why"), [
    (('args = { x = "@hidden.x" }', "args = { x = [1.0, 2.0] }"), RUN, "doubled", "changed"),
    (("shape = [4]", "shape = [5]"), RUN, "doubled", "changed"),
    (("trials = 3", "trials = 4"), {"unlucky.py"}, "drawn", "another trial is due"),
    (("low = 2, high = 2", "low = 2.5, high = 3"), {"near.py"}, "drawn", "another trial is due"),
    (("atol = 0.01, because", "atol = 0.02, because"), {"near.py"}, "again", "due now, was not then"),
    (("seconds = 5", "seconds = 6"), {"endless.py"}, "limits", "seconds changed, which ended a run"),
])
def test_what_was_not_measured_must_be_run_again_and_is_named(home, change, files, probe, why):
    found = again(home, change)
    assert {name for name, r in found.items() if r.missing.get(probe) == why} == files
    assert all(found[name].outcome == "run again" for name in files)
    assert all(found[name].old.provenance["spec"] == r.provenance["spec"] for name, r in counting_after(home, found).items()
               if name in files)


def counting_after(home, found):
    """The reports that count, by file name, when all that may has been applied."""
    store = Store(home / "store")
    apply(store, list(found.values()), NOW)
    return {r.manifest.file: store.report(r.standing[-1]) for r in store.manifests.all()}


def test_a_changed_late_probe_concerns_only_those_who_came_so_far(home):
    found = again(home, ('args = { x = "$doubled.y" }', 'args = { x = "@hidden.x" }'))
    assert {name: r.missing for name, r in found.items() if r.missing} == {
        "right.py": {"again": "changed"}, "unlucky.py": {"again": "changed"}}


def test_limits_texts_and_checks_on_probes_that_are_there_need_no_run(home):
    found = again(home, ("seconds = 5", "seconds = 5\nmemory_mb = 1024"), ("double returns twice its", "other words for its"))
    assert all(not r.missing and not r.changes for r in found.values())
    found = again(home, (MORE_BEFORE, MORE + MORE_BEFORE))
    assert all(not r.missing for r in found.values())
    assert [(c.check, c.before) for c in found["right.py"].changes] == [("more", "not there")]
    assert found["right.py"].outcome == "up"


def test_only_the_named_checks_are_judged_again(home):
    changes = ("low = 2, high = 2", "low = -1, high = 2"), ("points = 2", "points = 3")
    found = again(home, *changes, only=["draws"])
    assert {n: r.new.score for n, r in found.items() if r.changes} == {"unlucky.py": 4}
    assert found["right.py"].new.score == 4
    assert found["right.py"].new.provenance["judged again"] == ["draws"]
    assert again(home, ("trials = 3", "trials = 4"), only=["doubles"])["unlucky.py"].missing == {}


def test_who_is_near_the_line_is_told(home):
    assert {name: r.near for name, r in again(home).items() if r.near} == {"near.py": ["doubles"]}


def test_a_damaged_object_spoils_its_own_attempt_and_no_other(home):
    store = Store(home / "store")
    name = record_of(store, "right.py").manifest.runs[0].content
    (store.objects.root / name[:2] / name[2:]).write_bytes(b"damaged")
    found = regrade(store, load(home / "doubling"), PLACES)
    [damaged] = [r for r in found if isinstance(r, Damaged)]
    assert name in damaged.because
    assert len(found) == 6


def test_evidence_above_the_cap_of_an_attempt_is_refused_and_nothing_is_kept(home, tmp_path):
    store = Store(home / "store")
    assignment = load(home / "doubling")
    attempt = rebuild(store, record_of(store, "right.py").manifest, assignment, PLACES)
    big = (({"probe": "drawn", "status": "ok"}, bytes(16 << 20)),)
    attempt.runs = [replace(run, frames=big * 2) for run in attempt.runs]
    with pytest.raises(Broken, match=r"134217728 bytes of evidence in all, 67108864 allowed"):
        keep(Store(tmp_path / "new"), attempt, attempt.report(), NOW, "big.py")
    assert Store(tmp_path / "new").manifests.assignments() == []


def test_a_run_comes_back_from_the_store_in_every_part(home):
    store = Store(home / "store")
    record = record_of(store, "endless.py")
    [run] = rebuild(store, record.manifest, load(home / "doubling"), PLACES).runs
    assert run.status is Status.TIMEOUT
    assert run.because.startswith("stopped after 5 s")
    assert run.provenance["engine"] == "bubblewrap"
    assert record.manifest.limits["seconds"] == 5
    assert read_submission("endless.py", store.objects.get(record.manifest.submission)).source == SUBMISSIONS["endless.py"]
