"""A submission's units run in order in one namespace, and whatever they raise is told in the student's words."""

from __future__ import annotations

import sys

import pytest

from worker.inside.load import StudentError, describe, guarded, run_units, write_files


@pytest.fixture(autouse=True)
def modules(monkeypatch):
    """Leave no module behind."""
    monkeypatch.setitem(sys.modules, "submission", None)


def run(*sources):
    return run_units([[f"cell {i}", s] for i, s in enumerate(sources, 1)], "submission")


def failure(*sources):
    with pytest.raises(StudentError) as caught:
        run(*sources)
    return caught.value.what, caught.value.where


def test_units_share_one_namespace():
    names = run("x = 1", "def f():\n    return x", "x = f() + 1")
    assert (names["x"], names["__name__"], names["__file__"]) == (2, "submission", "cell 1")
    assert sys.modules["submission"].x == 2


def test_a_program_does_not_inherit_our_own_postponed_annotations():
    assert run("def f(x: int): pass")["f"].__annotations__ == {"x": int}


@pytest.mark.parametrize(("source", "what", "where"), [
    ("x = 1\ny = x / 0", "ZeroDivisionError: division by zero", "cell 1, line 2: y = x / 0"),
    ("def f():\n    raise ValueError('no')\nf()", "ValueError: no", "cell 1, line 2: raise ValueError('no')"),
    ("import nothing_here", "nothing_here is not installed here; the box has the standard library, numpy and torch",
     "cell 1, line 1: import nothing_here"),
    ("exit()", "the program called exit(); leave it out, so that the results can be read", "cell 1, line 1: exit()"),
    ("import sys\nsys.exit(0)", "the program called exit(); leave it out", "cell 1, line 2: sys.exit(0)"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt: ", "cell 1, line 1: raise KeyboardInterrupt"),
    ("def f(): f()\nf()", "RecursionError: a function calls itself without end", "cell 1, line 1: def f(): f()"),
    ("return 1", "SyntaxError: 'return' outside function", "cell 1, line 1: return 1"),
    ("await x", "SyntaxError: 'await' outside function", "cell 1, line 1: await x"),
    ("assert 1 == 2, 'sum'", "AssertionError: sum", "cell 1, line 1: assert 1 == 2, 'sum'"),
    ("print(undefined)", "NameError: name 'undefined' is not defined", "cell 1, line 1: print(undefined)"),
    ("import json\njson.loads('{')", "JSONDecodeError: ", "cell 1, line 2: json.loads('{')"),
    ("raise ValueError('x' * 9999)", "ValueError: " + "x" * 400, "cell 1, line 1"),
    ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E, which cannot be shown", "cell 1, line 3"),
    ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "E, which cannot be shown", "cell 1, line 3"),
    ("class E(Exception):\n    __str__ = None\nraise E", "E, which cannot be shown", "cell 1, line 3: raise E"),
    ("class M(type):\n    __name__ = property(lambda c: 1 / 0)\nclass E(Exception, metaclass=M): pass\nraise E",
     "E, which cannot be shown", "cell 1, line 4: raise E"),
    ("raise SyntaxError('x', ([], 1, 2, 3))", "SyntaxError: x", ""),
    ("class B:\n    def __str__(self): 1 / 0\nraise ModuleNotFoundError(name=B())", "ModuleNotFoundError, which cannot", "3"),
    ("class E(BaseException): pass\nraise E('all')", "E: all", "cell 1, line 2"),
    ("raise BaseExceptionGroup('g', [SystemExit()])", "BaseExceptionGroup: g (1 sub-exception)", "cell 1, line 1"),
    ("e = ValueError('no')\ne.__traceback__ = None\nraise e from e", "ValueError: no", "cell 1, line 3"),
], ids=range(22))
def test_what_a_program_raises_is_told_with_its_line(source, what, where):
    said, at = failure(source)
    assert said.startswith(what)
    assert where in at
    assert len(said) <= 500 >= len(at)


def test_the_innermost_line_of_the_submission_is_named_by_its_cell():
    what, where = failure("def f(x):\n    return x.nothing", "y = 3\nf(y)")
    assert (what, where) == ("AttributeError: 'int' object has no attribute 'nothing'", "cell 1, line 2: return x.nothing")


def test_what_ends_a_run_is_not_turned_into_words():
    with pytest.raises(MemoryError):
        run("raise MemoryError")


def test_what_we_say_ourselves_passes_through():
    with pytest.raises(StudentError, match="first"), guarded([["a", ""]]):
        raise StudentError("first", "")


def test_an_error_without_a_line_of_the_submission_has_no_place():
    with pytest.raises(StudentError) as caught, guarded([["submission.py", ""]]):
        int("x")
    assert caught.value.where == ""


def test_an_error_is_told_in_one_line_of_limited_length():
    assert describe(ValueError("x" * 9999)) == "ValueError: " + "x" * 488


def test_files_are_written_with_their_folders(tmp_path):
    write_files({"data.csv": "1,2\n", "pkg/deep/__init__.py": "", "ü.txt": "ä"}, tmp_path)
    assert (tmp_path / "data.csv").read_text() == "1,2\n"
    assert (tmp_path / "pkg/deep/__init__.py").read_text() == ""
    assert (tmp_path / "ü.txt").read_text(encoding="utf-8") == "ä"
