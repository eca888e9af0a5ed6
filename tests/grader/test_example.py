"""Examples are read with all that is wrong with them, and a verdict nobody expected is a surprise."""

from __future__ import annotations

import pytest

from grader.checks.values import Values
from grader.errors import SpecError
from grader.example import examples_of
from grader.verdict import Result
from tests.making import BASE, CLOSE, check, spec

RIGHT = 'about = "it doubles"\nstyle = "function"\nright = true\n'
WRONG = 'about = "it triples"\nstyle = "function"\nfailed = ["right"]\n'
SOURCE = "def double(x): return 2 * x\n"


@pytest.fixture
def root(tmp_path):
    """An assignment folder with a right and a wrong example."""
    write(tmp_path, "right", RIGHT)
    write(tmp_path, "wrong", WRONG)
    return tmp_path


def write(root, name, expected=None, source=SOURCE, file="submission.py"):
    folder = root / "examples" / name
    folder.mkdir(parents=True, exist_ok=True)
    if source is not None:
        (folder / file).write_bytes(source if isinstance(source, bytes) else source.encode())
    if expected is not None:
        (folder / "expected.toml").write_text(expected)


def problems(root, **changes):
    with pytest.raises(SpecError) as caught:
        examples_of(root, spec(**changes))
    assert caught.value.where == f"{root.name}/examples"
    return caught.value.problems


def test_examples_are_read_in_order_and_what_is_hidden_is_not(root):
    write(root, "__pycache__")
    write(root, ".old")
    found = examples_of(root, spec())
    assert [(e.name, e.expected.right, e.submission.name) for e in found] == \
        [("right", True, "submission.py"), ("wrong", False, "submission.py")]


@pytest.mark.parametrize(("expected", "source", "said"), [
    (None, SOURCE, "odd: needs one submission.py (or .ipynb, .zip) and expected.toml"),
    (WRONG, None, "odd: needs one submission.py (or .ipynb, .zip) and expected.toml"),
    ("about = ", SOURCE, "odd/expected.toml: not TOML: "),
    (WRONG + "hnit = 1\n", SOURCE, "odd/expected.toml: line 4: hnit: unknown key; did you mean hint?"),
    (WRONG.replace("function", "functoin"), SOURCE, "line 2: style: must be one of function, script"),
    ('style = "function"\nright = true', SOURCE, "odd/expected.toml: about: missing; this key must be given"),
    (RIGHT + 'failed = ["right"]\n', SOURCE, "give right = true, or failed = [...], the checks it must fail"),
    (RIGHT.replace("true", "false"), SOURCE, "give right = true, or failed = [...], the checks it must fail"),
    (WRONG.replace('"right"', '"rihgt"'), SOURCE, "no check rihgt in style function; did you mean right?"),
    (WRONG + 'skipped = ["right"]\n', SOURCE, "check right cannot be both failed and skipped"),
    (WRONG.replace("function", "script"), SOURCE, "odd/expected.toml: style script is none of the assignment's"),
    (WRONG, "x = (", "odd/submission.py, line 1: '(' was never closed"),
    (WRONG, b"\xff", "odd/submission.py: byte 0 is not UTF-8"),
])
def test_what_is_wrong_with_an_example_is_told_in_words(expected, source, said, root):
    write(root, "odd", expected, source)
    told = problems(root)
    assert len(told) == 1
    assert said in told[0]


def test_two_submissions_in_one_example_are_one_too_many(root):
    write(root, "right", file="submission.ipynb")
    assert problems(root)[0].startswith("right: needs one submission.py")


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    (tmp_path / "examples").mkdir()
    assert problems(tmp_path) == ["no example in style function gets full marks",
                                  "no example makes a mistake; give at least one that must fail named checks"]
    write(tmp_path, "a", "about = ")
    write(tmp_path, "b")
    assert len(problems(tmp_path)) == 4


def test_every_style_needs_an_example_with_full_marks(root):
    both = {"styles": ["function", "script"], "script": {"reads": {"y": ["y"]}},
            "check": [BASE | {"name": "right", "kind": "values", "of": ["doubled.y"], "tolerance": CLOSE}]}
    assert problems(root, **both) == ["no example in style script gets full marks"]


def test_a_verdict_that_was_not_expected_is_a_surprise(root):
    right, wrong = examples_of(root, spec())
    it = check(Values, name="right", of=["doubled.y"], tolerance=CLOSE)
    passed, failed = (it.skip("because").model_copy(update={"verdict": r}) for r in (Result.PASSED, Result.FAILED))
    assert right.surprises([passed], "function") == []
    assert wrong.surprises([failed], "function") == []
    assert right.surprises([failed], "function") == ["right failed, expected passed (because)"]
    assert wrong.surprises([passed], "function") == ["right passed, expected failed (because)"]
    assert right.surprises([it.skip("no")], "function") == ["right skipped, expected passed (no)"]
    assert right.surprises([passed], "script") == ["read as a script, expected a function"]
