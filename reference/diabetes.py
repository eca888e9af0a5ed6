"""The diabetes-shaped data of model 6: a made set by default, or the course's own CSV where somebody has it.

The course's file carries no licence, so it is not shipped.  Ours has its form: 759 rows, 8 features in [-1,
1], and a label that is the reverse of the medical one (1 = not diabetic), with so much noise that a linear
model gets about 77 % right.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ROWS = 759
FEATURES = ("pregnancies", "glucose", "pressure", "skin fold", "insulin", "body mass", "pedigree", "age")
# how each feature speaks for "not diabetic", once it has mean 0 and standard deviation 1
SPEAKS = np.array([-0.30, -1.10, 0.10, 0.00, 0.05, -0.70, -0.30, -0.20])
CHANCE = 0.65  # share of label 1


def made_diabetes(seed: int = 0) -> tuple[Floats, Floats]:
    """Make a set of the course's form.

    Returns x (759, 8) in [-1, 1], in millionths so that a CSV holds it exactly, and y (759, 1) of 0 and 1.
    """
    rng = np.random.default_rng(seed)
    raw = _people(rng)
    standard = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    chance = _chances(standard @ SPEAKS)
    low, high = raw.min(axis=0), raw.max(axis=0)
    x = (2 * (raw - low) / (high - low) - 1).round(6)
    return x.astype(np.float32), _drawn(rng, chance)[:, None].astype(np.float32)


def read_diabetes(path: Path | str) -> tuple[Floats, Floats]:
    """Read the course's CSV: 8 features and the label 0 or 1 in each line, no header.

    Returns x (N, 8) and y (N, 1).  Raises FileNotFoundError, or ValueError naming the line that is wrong.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there, give the path of the course's diabetes CSV")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    rows = [_row(f"{path}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ValueError(f"{path}: empty, expected lines of 8 features and a label")
    table = np.array(rows, dtype=np.float32)  # (N, 9)
    return table[:, :-1], table[:, -1:]


def diabetes_csv_text(x: Floats, y: Floats) -> str:
    """Write a set as the course's CSV has it.  x: (N, 8).  y: (N, 1).  Returns N lines of 9 numbers."""
    rows = np.hstack([x, y])
    return "".join(",".join(f"{value:.6g}" for value in row) + "\n" for row in rows)


def _row(where: str, line: str) -> list[float]:
    cells = line.split(",")
    if len(cells) != len(FEATURES) + 1:
        raise ValueError(f"{where}: {len(cells)} columns, expected 9 (8 features and the label)")
    try:
        *features, label = [float(cell) for cell in cells]
    except ValueError as error:
        raise ValueError(f"{where}: {error}, expected 9 numbers") from error
    if not all(-1 <= value <= 1 for value in features):
        raise ValueError(f"{where}: a feature is outside [-1, 1]")
    if label not in (0, 1):
        raise ValueError(f"{where}: label is {label:g}, expected 0 or 1")
    return [*features, label]


def _people(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw people in medical units, with the usual company of age, weight and sugar.  Returns (759, 8)."""
    age = 21 + np.minimum(rng.gamma(1.1, 11, ROWS), 60)
    pregnancies = rng.poisson(1 + 0.12 * (age - 21))
    heavy = rng.standard_normal(ROWS)
    mass = 32 + 6.8 * heavy
    pressure = 58 + 0.3 * age + 1.5 * heavy + rng.normal(0, 10, ROWS)
    skin = np.maximum(29 + 6 * heavy + rng.normal(0, 7.5, ROWS), 7)
    sweet = rng.standard_normal(ROWS) + 0.2 * heavy + 0.02 * (age - 33)
    glucose = np.maximum(121 + 29 * sweet, 44)
    insulin = np.exp(4.8 + 0.4 * sweet + rng.normal(0, 0.5, ROWS))
    pedigree = np.exp(rng.normal(-0.95, 0.6, ROWS))
    return np.column_stack([pregnancies, glucose, pressure, skin, insulin, mass, pedigree, age])


def _chances(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn scores into chances of label 1 whose mean is CHANCE."""
    low, high = -10.0, 10.0
    for _ in range(50):
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-(score + middle)))
        low, high = (middle, high) if chance.mean() < CHANCE else (low, middle)
    return np.asarray(chance)


def _drawn(rng: np.random.Generator, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw labels with these chances, evenly along them, so that every seed has the same share of noise."""
    order = np.argsort(chance)
    steps = np.floor(np.cumsum(chance[order]) + rng.uniform())
    labels = np.empty(len(chance))
    labels[order] = np.diff(steps, prepend=0)
    return labels
