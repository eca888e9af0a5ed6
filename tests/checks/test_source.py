"""source: names that may not, or must, be used, whatever they are called in the file."""

import pytest

from grader.checks.source import Source
from tests.making import case, verdict


def judge(source, **fields):
    return verdict(Source, case(source=source), **(fields or {"forbidden": ["torch.optim", "backward"]}))


@pytest.mark.parametrize("source", [
    "import torch.optim", "import torch.optim as o\no.SGD", "from torch import optim", "from torch.optim import SGD",
    "import torch\ntorch.optim.SGD([])", "cost.backward()", "import torch as t\nt.optim.Adam"])
def test_a_forbidden_name_is_found_under_any_alias_with_its_line(source):
    found = judge(source)
    assert found.verdict == "failed"
    assert found.because.startswith("line ")


@pytest.mark.parametrize("source", ["import torch\nx = torch.zeros(3)", "optimum = 3", "# torch.optim\ns = 'backward'"])
def test_other_names_comments_and_texts_are_not(source):
    assert judge(source).verdict == "passed"


def test_a_required_name_must_be_used():
    assert judge("x = 1", required=["softmax"]).because == "softmax is not used"
    assert judge("import torch\ntorch.softmax(x, 1)", required=["softmax"]).verdict == "passed"


def test_the_first_line_with_a_forbidden_name_speaks():
    found = judge("import torch\nif True:\n    y = torch.optim.SGD\nx = torch.optim.Adam\n")
    assert found.because == "line 3: torch.optim.SGD may not be used here (torch.optim)"


def test_a_name_inside_a_longer_one_is_another_name():
    assert judge("import torch\ntorch.optimism.x.backwards()").verdict == "passed"
    assert judge("a().b.backward.c").verdict == "failed"


def test_long_chains_are_read_without_a_limit():
    chain = "x" + ".a" * 900
    assert judge(f"{chain}.backward").verdict == "failed"
    assert judge("\n".join([chain] * 10)).verdict == "passed"


@pytest.mark.parametrize("source", ["from . import backward", "from .backward import x"])
def test_names_from_beside_the_file_count(source):
    assert judge(source).verdict == "failed"


def test_what_is_no_python_is_told():
    assert judge("x = (").verdict == "failed"


@pytest.mark.parametrize("use", ["z.softmax(1)", "(x @ W).softmax(dim=1)", "p = z.a.softmax", "Tensor.softmax(z, 1)"])
def test_a_forbidden_method_is_found_on_any_value(use):
    assert judge(f"import torch\n{use}", forbidden=[".softmax"]).verdict == "failed"


@pytest.mark.parametrize("use", ["def softmax(z): return z\nsoftmax(1)", "self.softmax(z)", "import mine\nmine.softmax(z)"])
def test_ones_own_function_of_that_name_is_not_a_method(use):
    assert judge(use, forbidden=[".softmax"]).verdict == "passed"
