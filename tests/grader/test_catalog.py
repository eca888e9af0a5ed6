"""Assignment folders are found and read; what is wrong in them is said all at once, in words and with lines."""

from __future__ import annotations

import re

import pytest

from grader.catalog import default_root, find, load, slugs
from grader.errors import SpecError

GOOD = """\
title = "Doubling"
[reference]
module = "linear_regression"
[limits]
seconds = 5
[[function]]
name = "train_from_zero"
signature = "train_from_zero(x)"
returns = ["y"]
[data.published]
arrays.x = [[1.0], [2.0]]
[data.hidden]
arrays = { x = { draw = "uniform", shape = [2, 1] } }
[[probe]]
name = "doubled"
call = "train_from_zero"
args = { x = "@published.x" }
[[check]]
name = "right"
kind = "values"
about = "it doubles"
points = 1
of = ["doubled.y"]
tolerance = { atol = 1e-5, because = "float32 rounds" }
"""


def folder(tmp_path, text=GOOD, name="doubling"):
    """An assignment folder whose assignment.toml says this."""
    root = tmp_path / name
    root.mkdir(exist_ok=True)
    (root / "assignment.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (root / "statement.md").touch()
    (root / "starter.py").touch()
    return root


def problems(tmp_path, text=GOOD):
    with pytest.raises(SpecError) as caught:
        load(folder(tmp_path, text))
    assert caught.value.where == "doubling/assignment.toml"
    return caught.value.problems


def edited(*edits):
    text = GOOD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_a_sound_folder_is_loaded(tmp_path):
    assignment = load(folder(tmp_path))
    assert (assignment.slug, assignment.spec.title) == ("doubling", "Doubling")
    assert assignment.root.is_absolute()


@pytest.mark.parametrize(("old", "new", "said"), [
    ("seconds = 5", "secnds = 5", "line 5: limits.secnds: unknown key; did you mean seconds?"),
    ("seconds = 5", "seconds = -5", "line 5: limits.seconds: must be above 0, found -5"),
    ("seconds = 5", "seconds = 9999", "line 5: limits.seconds: must be at most 7200, found 9999"),
    ("seconds = 5", 'seconds = "long"', 'line 5: limits.seconds: must be a number, found "long"'),
    ("seconds = 5", "seconds = nan", "line 5: limits.seconds: must be at most 7200, found NaN"),
    ("seconds = 5", "memory_mb = 300.5", "line 5: limits.memory_mb: must be a whole number, found 300.5"),
    ("seconds = 5", 'gpu = "requird"',
     'line 5: limits.gpu: must be one of none, preferred, required, found "requird"; did you mean required?'),
    ('title = "Doubling"', "title = 5", "line 1: title: must be a text in quotes, found 5"),
    ('title = "Doubling"', 'titel = "Doubling"', "line 1: titel: unknown key; did you mean title?"),
    ('title = "Doubling"', "", "title: missing; this key must be given"),
    ("[[check]]", "[[checks]]", "line 18: checks: unknown key; did you mean check?"),
    ('kind = "values"', 'kind = "valus"', "line 20: check right: kind: must be one of accuracy, cost, "),
    ('kind = "values"', 'kind = "valus"', "did you mean values?"),
    ('kind = "values"', "", "line 18: check right: kind: missing; this key must be given"),
    ("points = 1", "points = -1", "line 22: check right: points: must be at least 0, found -1"),
    ("points = 1", "points = inf", "line 22: check right: points: must be a finite number, found Infinity"),
    ("points = 1", "", "line 18: check right: points: missing; this key must be given"),
    ("points = 1", "points = 1\nneed = []", "line 23: check right: need: unknown key; did you mean needs?"),
    ('about = "it doubles"', 'about = "it"', "line 21: check right: about: must have at least 8 characters"),
    ('name = "right"', 'name = "Is Right"', "check Is Right: name: must be small letters, digits and _"),
    ('of = ["doubled.y"]', 'of = "doubled.y"', 'line 23: check right: of: must be a list in [ ], found "doubled.y"'),
    ('of = ["doubled.y"]', "of = []", "line 23: check right: of: must have at least 1 entries"),
    ("atol = 1e-5, ", "atl = 1e-5, ", "line 24: check right: tolerance.atl: unknown key; did you mean atol?"),
    ("atol = 1e-5, ", "", "line 24: check right: tolerance: give atol or rtol above 0"),
    (', because = "float32 rounds"', "", "line 24: check right: tolerance.because: missing"),
    ("tolerance = {", "tol = {", "line 24: check right: tol: unknown key; did you mean tolerance?"),
    ("tolerance = {", "tol = {", "line 18: check right: tolerance: missing; this key must be given"),
    ('call = "train_from_zero"', "call = 5", "line 16: probe doubled: call: must be a text in quotes, found 5"),
    ('call = "train_from_zero"', "", "line 14: probe doubled: call: missing; this key must be given"),
    ('name = "doubled"', 'name = "doubled"\ndo = "cal"', "line 16: probe doubled: do: must be one of call, gradient"),
    ('name = "doubled"', 'name = "doubled"\ndo = 5', "line 16: probe doubled: do: must be one of call, gradient"),
    ('x = "@published.x"', "x = { a = 1 }", "line 17: probe doubled: args.x: must be a number or true"),
    ('x = "@published.x"', "x = [[1.0]]", "line 17: probe doubled: args.x.1: must be a number or "),
    ("arrays.x = [[1.0], [2.0]]", 'arrays.x = "one"', "line 11: data.published.arrays.x: must be a number or a "),
    ('draw = "uniform"', 'draw = "unifrom"', "did you mean uniform?"),
    ('draw = "uniform"', 'draw = "unifrom"', "line 13: data.hidden.arrays.x.draw: must be one of uniform, normal"),
    ("shape = [2, 1]", "shape = [2, 1], lo = 1", "line 13: data.hidden.arrays.x.lo: unknown key; did you mean low?"),
    (", shape = [2, 1]", "", "line 13: data.hidden.arrays.x.shape: missing; this key must be given"),
    ("[data.hidden]", "[data.hidden]\nhiden = true", "line 13: data.hidden.hiden: unknown key; did you mean hidden?"),
    ("[data.hidden]", "[data.hidden]\nhidden = 2", "line 13: data.hidden.hidden: must be true or false, found 2"),
    ('module = "linear_regression"', "", "line 2: reference: give either module (one of ours) or file"),
    ('name = "train_from_zero"', 'name = "train it"', "must be the name of a Python function"),
    ('returns = ["y"]', "returns = []", "line 9: function train_from_zero: returns: must have at least 1 entries"),
])
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(old, new, said, tmp_path):
    text = edited((old, new))
    assert any(said in p for p in problems(tmp_path, text)), problems(tmp_path, text)


@pytest.mark.parametrize("old", ["seconds = 5", "points = 1", 'kind = "values"', 'draw = "uniform"', "atol = 1e-5",
                                 'x = "@published.x"', 'call = "train_from_zero"'])
def test_a_value_of_a_wrong_type_is_told_once_and_without_the_words_of_a_library(old, tmp_path):
    for wrong in ('"?"', "[[1]]", "{ z = 1 }", "true", "1979-05-27"):
        text = edited((old, old.partition(" = ")[0] + " = " + wrong))
        try:
            load(folder(tmp_path, text))
        except SpecError as e:
            for problem in e.problems:
                assert re.match(r"line \d+: ", problem), problem
                assert "Input should" not in problem
                assert "discriminator" not in problem


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = edited(("seconds = 5", "secnds = 5"), ('kind = "values"', 'kind = "valus"'), (", shape = [2, 1]", ""),
                  ('name = "doubled"', 'nme = "doubled"'))
    told = problems(tmp_path, text)
    assert [int(p.split()[1].rstrip(":")) for p in told] == [5, 13, 14, 15, 20]
    assert [p.split()[1] for p in told] == sorted((p.split()[1] for p in told), key=lambda n: int(n.rstrip(":")))


def test_mistakes_in_the_second_of_two_tables_are_told_there(tmp_path):
    text = GOOD + GOOD[GOOD.index("[[check]]"):].replace('"right"', '"again"').replace("atol", "atl")
    assert problems(tmp_path, text) == ["line 31: check again: tolerance.atl: unknown key; did you mean atol?"]


def test_a_table_inside_the_last_table_of_a_list_is_found(tmp_path):
    text = edited(('tolerance = { atol = 1e-5, because = "float32 rounds" }', "[check.tolerance]\natol = -1"))
    assert problems(tmp_path, text) == ["line 24: check right: tolerance.because: missing; this key must be given",
                                        "line 25: check right: tolerance.atol: must be at least 0, found -1"]


def test_what_does_not_fit_together_is_told_with_the_line_of_its_table(tmp_path):
    text = edited(('of = ["doubled.y"]', 'of = ["doubled.z"]'), ('call = "train_from_zero"', 'call = "trian"'))
    assert problems(tmp_path, text) == [
        "line 14: probe doubled: calls trian, which is no [[function]]; did you mean train_from_zero?",
        "line 18: check right: doubled.z: doubled leaves no z; there are value"] or problems(tmp_path, text)


@pytest.mark.parametrize(("text", "said"), [
    (b"title = \xff", "byte 8 is not UTF-8; save the file as UTF-8"),
    (b"title = ", "not TOML: "), (b"[a]\n[a]\n", "not TOML: "), (b"check = 5\nprobe = [1]", "check: must be a list"),
    (b"", "title: missing; this key must be given"), (b"check = [5]", "check 1: must be a table")])
def test_a_file_that_is_no_spec_at_all_is_told_so(text, said, tmp_path):
    assert any(said in p for p in problems(tmp_path, text)), problems(tmp_path, text)


def test_a_folder_without_a_spec_is_told_so(tmp_path):
    with pytest.raises(SpecError, match=r"assignment.toml: this file cannot be read: No such file"):
        load(tmp_path)


def test_an_assignment_is_found_by_slug_or_path_and_a_wrong_name_gets_the_nearest(tmp_path):
    root = folder(tmp_path)
    folder(tmp_path, name="Hidden Draft")
    assert slugs(tmp_path) == ["doubling"]
    assert find("doubling", tmp_path).root == find(str(root), tmp_path).root
    with pytest.raises(SpecError, match="no such assignment; did you mean doubling"):
        find("dubling", tmp_path)
    with pytest.raises(SpecError, match="there are doubling"):
        find("../x", tmp_path)


def test_the_digest_follows_what_decides_a_verdict_and_nothing_else(tmp_path):
    root = folder(tmp_path)
    before = load(root).digest
    (root / "starter.py").write_text("x = 1\n")
    (root / "statement.md").write_text("Double it.\n")
    assert load(root).digest == before
    (root / "tests.py").write_text("def test(): pass\n")
    assert load(root).digest != before


def test_the_shipped_assignments_are_where_they_are_looked_for():
    assert "linear-zero" in slugs(default_root())
