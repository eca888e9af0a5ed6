"""The cache of inputs and answers: a hit is the same as computing, and anything wrong with a file is a miss."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.catalog import default_root, load
from grader.settings import Places, read_settings
from worker import answers as reference
from worker import cache, datasets
from worker.answers import answers, own_seed
from worker.datasets import inputs_of

ROOT = Path(__file__).parents[2]
PLACES = read_settings().places
JUDGE = """
import json, sys
from pathlib import Path
from grader.catalog import load
from grader.settings import read_settings
from worker.keep import Store
from worker.regrade import regrade

[r] = regrade(Store(Path(sys.argv[1])), load(Path("assignments/linear-zero")), read_settings().places)
print(json.dumps([r.outcome, r.new.score, "torch" in sys.modules, [m for m in sys.modules if m.startswith("reference")]]))
"""


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    """An empty cache on disk, and one in the process that is emptied by calling this."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    def forget():
        reference._answers.cache_clear()
        datasets._sourced.cache_clear()
    forget()
    yield forget
    forget()


def table(assignment, seed=3, style="function"):
    """All answers as plain bytes."""
    found = answers(assignment, style, seed, PLACES)
    return {(p, n): (a.dtype.str, a.shape, a.tobytes()) for p, m in found.items() for n, a in m.arrays.items()}


def files():
    return sorted(f for f in cache.folder().iterdir())


@pytest.fixture
def assignment():
    return load(default_root() / "perceptron-gates")


def test_a_hit_is_bit_for_bit_what_was_computed(assignment, empty):
    computed = table(assignment)
    assert computed
    kept = [(f, f.read_bytes()) for f in files()]
    assert kept
    empty()
    assert table(assignment) == computed
    assert [(f, f.read_bytes()) for f in files()] == kept


@pytest.mark.parametrize("spoil", [
    lambda f: f.write_bytes(f.read_bytes()[:-1]),
    lambda f: f.write_bytes(f.read_bytes()[:40] + b"x" + f.read_bytes()[41:]),
    lambda f: f.write_bytes(b""),
    lambda f: (f.unlink(), f.mkdir()),
])
def test_a_damaged_file_is_computed_anew(assignment, empty, spoil):
    computed = table(assignment)
    for f in files():
        spoil(f)
    empty()
    assert table(assignment) == computed


def test_a_cache_that_cannot_be_written_is_not_missed(assignment, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert table(assignment)


def test_seeds_of_one_case_share_their_answers_unless_a_probe_is_told_the_seed(assignment):
    spec, gan = assignment.spec, load(default_root() / "gan-losses").spec
    assert own_seed(spec, spec.probes_of("function"), 1000) < 1000
    assert own_seed(gan, gan.probes_of("function"), 1000) == 1000
    first, kept = table(assignment, 3), files()
    assert table(assignment, 3 + 16) == first
    assert files() == kept
    assert table(assignment, 4) != first


def test_answers_hang_on_the_reference_and_the_probes_but_on_no_tolerance(tmp_path, empty):
    folder = tmp_path / "xor"
    folder.mkdir()
    for file in (default_root() / "xor-by-hand").glob("*.*"):
        (folder / file.name).write_bytes(file.read_bytes())
    table(load(folder))
    first = len(files())
    spec = folder / "assignment.toml"
    spec.write_text(spec.read_text().replace("atol = ", "atol = 1"))
    empty()
    table(load(folder))
    assert len(files()) == first
    (folder / "reference.py").write_text((folder / "reference.py").read_text() + "\n# changed\n")
    table(load(folder))
    assert len(files()) == first + 1


def test_shared_arrays_cannot_be_written_to(assignment):
    made = inputs_of(load(default_root() / "linear-zero").spec, 3, PLACES)
    with pytest.raises(ValueError, match="read-only"):
        made["published.x"][0] = 5
    measured = next(m for m in answers(assignment, "function", 3, PLACES).values() if m.arrays)
    with pytest.raises(ValueError, match="read-only"):
        next(iter(measured.arrays.values()))[...] = 5


def test_other_data_files_are_other_keys(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"a")
    one, none = Places(tmp_path / "a.npz"), Places(tmp_path / "b.npz")
    assert cache.identity(one) != cache.identity(none)
    before = cache.identity(one)
    os.utime(tmp_path / "a.npz", (1, 1))
    assert cache.identity(one) != before


def test_what_was_used_longest_ago_makes_room():
    for i in range(4):
        cache.save(f"{i}", {"a": np.zeros(1000)})
        os.utime(cache.folder() / f"{i}", (i, i))
    assert cache.load("0") is not None  # used now
    cache.make_room(0, limit=17_000)
    assert [f.name for f in files()] == ["0", "3"]


def test_nothing_is_kept_when_the_sources_changed_meanwhile(monkeypatch):
    monkeypatch.setattr(cache, "read_sources", lambda: "edited")
    cache.save("key", {"a": np.zeros(3)})
    assert cache.load("key") is None


def test_judging_with_everything_cached_imports_neither_torch_nor_the_reference(tmp_path):
    example = ROOT / "assignments" / "linear-zero" / "examples" / "autograd" / "submission.py"
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "GRADER_MNIST": str(PLACES.mnist), "OMP_NUM_THREADS": "1"}
    def run(*command):
        return subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    run("-m", "worker.cli", "try", "linear-zero", example, "--keep", tmp_path / "store", "--engine", "bubblewrap", "--seed", "3")
    outcome, score, has_torch, modules = json.loads(run("-c", JUDGE, tmp_path / "store").stdout)
    assert (outcome, score, has_torch, modules) == ("unchanged", 10, False, [])
