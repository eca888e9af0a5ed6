"""A notebook's code cells are run in order; magics are left out with a note, whatever is Python stays."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.notebook import read_cells
from grader.submission import read_submission


def notebook(*sources, **more):
    cells = [s if isinstance(s, dict) else {"cell_type": "code", "source": s, "outputs": []} for s in sources]
    return json.dumps({"cells": cells, "nbformat": 4} | more)


def read(*sources):
    cells, notes = read_cells(notebook(*sources), "a.ipynb")
    return [source for _, source in cells], notes


def refusal(text):
    with pytest.raises(SubmissionError) as caught:
        read_submission("a.ipynb", text.encode())
    return str(caught.value)


def test_code_cells_are_units_that_keep_the_number_of_their_cell():
    text = notebook("x = 1", {"cell_type": "markdown", "source": "# Title"}, ["y = 2\n", "z = 3"])
    assert read_cells(text, "a.ipynb") == ([("cell 1", "x = 1\n"), ("cell 3", "y = 2\nz = 3\n")], [])


@pytest.mark.parametrize("magic", ["%matplotlib inline", "!pip install torch", "?print", "print?", "torch.nn??", "%%time",
                                   "%timeit f(x)", "files = !ls", "here = %pwd"])
def test_a_magic_is_left_out_with_a_note_that_names_its_cell(magic):
    [source], notes = read(f"{magic}\nx = 1")
    names = {}
    exec(source.strip("\n") if magic.startswith("%%") else source.replace(" pass", "pass"), names)
    assert names["x"] == 1
    assert notes == ([] if magic == "%%time" else [f"cell 1: left out {magic.strip()}"])


@pytest.mark.parametrize("source", [
    "x = (7\n     % 4)", 'text = """\n!important\n%done\n"""', "x = 7 \\\n% 4", "help = 1"])
def test_what_only_looks_like_a_magic_stays(source):
    assert read(source) == ([source + "\n"], [])


def test_a_magic_inside_a_block_leaves_the_block_whole():
    [source], notes = read("for i in range(2):\n    !ls\nx = 1")
    assert source == "for i in range(2):\n    pass\nx = 1\n"
    assert notes == ["cell 1: left out !ls"]


@pytest.mark.parametrize("first", ["%%bash", "%%html", "%%writefile model.py", "%%javascript"])
def test_a_cell_of_another_language_is_left_out(first):
    sources, notes = read(f"{first}\nrm -r x", "x = 1")
    assert sources == ["", "x = 1\n"]
    assert notes == [f"cell 1: left out, {first} is not Python"]


def test_a_syntax_error_names_the_cell_and_its_line():
    assert refusal(notebook("x = 1", "y = 2\nz = (")) == "cell 2, line 2: '(' was never closed: z = ("


@pytest.mark.parametrize(("text", "said"), [
    ("{", "a.ipynb: not a notebook (its JSON cannot be read"), ("[1]", "not a notebook of format 4"),
    ('{"worksheets": []}', "save it again with Jupyter"), ('{"cells": {}}', "not a notebook of format 4"),
    ("[" * 100_000, "its JSON cannot be read"), ("9" * 10_000, "its JSON cannot be read"),
    (notebook("x = '\ud800'"), "its JSON cannot be read"), ("  ", "a.ipynb: the file is empty"),
    (notebook(), "a.ipynb: the notebook has no code"), (notebook(""), "the notebook has no code"),
    (notebook({"cell_type": "markdown", "source": "x"}), "the notebook has no code"),
    (notebook("%%bash\nls"), "the notebook has no code (cell 1: left out, %%bash is not Python)"),
    (notebook(*["x"] * 501), "501 cells, 500 allowed"), (notebook("#" * 300_000), "characters of code, 262144 allowed"),
    (" " * 9_000_000 + "1", "8388608 allowed; clear its outputs and save it again"),
    (notebook("x = 1\0"), "cell 1")], ids=range(16))
def test_what_is_no_notebook_is_refused_with_what_to_do(text, said):
    assert said in refusal(text)


def test_pictures_in_the_outputs_cost_nothing():
    output = {"data": {"image/png": "A" * 3_000_000}}
    text = notebook({"cell_type": "code", "source": "x = 1", "outputs": [output]})
    assert read_submission("a.ipynb", text.encode()).units == (("cell 1", "x = 1\n"),)


@pytest.mark.parametrize("cell", [5, None, [], {"cell_type": "code"}, {"cell_type": "code", "source": None}, {},
                                  {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code", "source": [1, None]}])
def test_strange_cells_do_no_harm(cell):
    text = json.dumps({"cells": [cell, {"cell_type": "code", "source": "x = 1"}]})
    assert read_cells(text, "a.ipynb")[0][-1] == ("cell 2", "x = 1\n")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="%!?x=1 \n(\t'\\", max_size=20), min_size=1, max_size=3))
def test_any_cells_are_read_or_refused(sources):
    with suppress(SubmissionError):
        read_submission("a.ipynb", notebook(*sources).encode())
