"""Fingerprints of programs: what copying leaves in common, and what it doesn't."""

from itertools import combinations
from pathlib import Path

import pytest

from grader.catalog import load, slugs
from grader.example import examples_of
from grader.likeness import WINDOW, K, lines_of, marks, numbers, share, tokens
from grader.web.likenesses import FEWEST, LIKE

SHIPPED = Path(__file__).parents[2] / "assignments"

ONE = """
import numpy as np

def train(x, y, lr, steps):
    w, b, costs = 0.0, 0.0, []
    for step in range(steps):
        prediction = x * w + b
        error = prediction - y
        costs.append(float(np.mean(error ** 2)))
        w -= lr * 2 * np.mean(error * x)
        b -= lr * 2 * np.mean(error)
    return w, b, costs
"""
OTHER = '''
class Line:
    """A line, fitted by the normal equations."""

    def __init__(self, table):
        ones = [1.0 for _ in table]
        self.rows = list(zip(ones, [r[0] for r in table]))
        self.wanted = {k: r[1] for k, r in enumerate(table)}

    def solve(self):
        while not self.is_done():
            yield from (a if a > 0 else -a for a, _ in sorted(self.rows, key=lambda r: r[1]))
        assert len(self.wanted) == len(self.rows), "rows are missing"
'''


def disguise(source):
    """Rename everything, put comments in, and set it out otherwise."""
    for old, new in (("train", "fit_line"), ("prediction", "yhat"), ("error", "delta"), ("costs", "history"), ("lr", "alpha"),
                     ("step", "it"), ("0.0", "0.00")):
        source = source.replace(old, new)
    return "# my own work\n" + source.replace("\n", "  # honest\n\n").replace("    ", "  ")


def test_a_program_is_all_of_itself():
    own = numbers(ONE)
    assert len(own) >= 6
    assert share(own, own, len(own)) == 1.0


def test_other_names_numbers_comments_and_layout_hide_nothing():
    copied = disguise(ONE)
    assert "train" not in copied
    assert numbers(copied) == numbers(ONE)


def test_another_program_has_nothing_in_common():
    assert numbers(ONE) & numbers(OTHER) == set()


def test_part_of_a_program_in_another_is_found_with_its_lines():
    loop = "\n".join(ONE.splitlines()[3:])
    mixed = OTHER + loop + OTHER
    common = numbers(ONE) & numbers(mixed)
    lines = lines_of(mixed, common)
    at = mixed.splitlines().index("def train(x, y, lr, steps):") + 1
    assert lines
    assert min(lines) >= at
    assert max(lines) <= at + len(loop.splitlines())
    assert len(lines) >= 5


def test_any_stretch_that_is_long_enough_leaves_a_common_mark():
    text = " ".join(f"a.n{k}" for k in range(200))  # attributes stay what they are
    stretch = " ".join(f"a.n{k}" for k in range(60, 60 + (K + WINDOW - 1) // 3))
    assert len(tokens(stretch)) == K + WINDOW  # a line's end among them
    assert numbers(text) & numbers(f"b = 1 + 2 - 3\n{stretch}\nc = 4 * 5 / 6\n")


def test_few_marks_are_kept_of_many_tokens():
    text = " ".join(f"a.n{k}" for k in range(1000))
    assert 3000 / WINDOW < len(marks(text)) < 3 * 3000 / WINDOW


@pytest.mark.parametrize("source", ["", "x", "def f(:\n", "'''never closed", "\x00", "if x:\n\ty\n  z\n", "é = 1", "(" * 500])
def test_what_is_short_or_broken_is_no_error(source):
    assert share(numbers(source), numbers(ONE), 0) == 0.0


def test_right_programs_of_different_hands_are_no_pair():
    found = set()
    for slug in slugs(SHIPPED):
        folder = load(SHIPPED / slug)
        given = numbers((folder.root / "starter.py").read_text())
        own = {e.name: numbers(e.submission.source) - given for e in examples_of(folder.root, folder.spec) if e.expected.right}
        for (a, one), (b, other) in combinations(own.items(), 2):
            common = len(one & other)
            found |= {(slug, a, b)} if common >= FEWEST and share(one, other, common) >= LIKE else set()
    assert found == {("logistic-diabetes", "lecture-script", "short-script"),  # one was made out of the other
                     ("softmax", "autograd", "cross-entropy-loss")}


def test_marks_are_the_same_in_every_process():
    assert marks(ONE)[0].number == marks(ONE)[0].number
    assert max(numbers(ONE)) < 2**48
