import numpy as np
import pytest

from reference.gan_images import held_out_images, training_images
from reference.mnist import save_mnist


@pytest.fixture
def path(tmp_path):
    """600 images of each digit; the first two pixels of each tell its row."""
    rows = np.arange(6000)
    x = np.zeros((6000, 784))
    x[:, 0], x[:, 1] = rows // 256 / 255, rows % 256 / 255
    save_mnist(tmp_path / "mnist.npz", x, rows % 10)
    return tmp_path / "mnist.npz"


def rows_of(images):
    return (images["x"][:, 0] * 255).round().astype(int) * 256 + (images["x"][:, 1] * 255).round().astype(int)


def test_every_digit_has_its_share(path):
    images, held_out = training_images(path), held_out_images(path, seed=0)
    assert images["x"].shape == (4500, 784)
    assert images["x"].dtype == np.float32
    assert np.bincount(images["labels"]).tolist() == [450] * 10
    assert np.bincount(held_out["labels"]).tolist() == [50] * 10
    assert held_out["batch"].shape == (128, 784)


def test_labels_belong_to_their_images(path):
    for images in (training_images(path), held_out_images(path, seed=3)):
        assert np.array_equal(rows_of(images) % 10, images["labels"])


def test_no_held_out_image_is_trained_on(path):
    assert not set(rows_of(training_images(path))) & set(rows_of(held_out_images(path, seed=0)))


def test_a_seed_changes_the_order_of_the_held_out_images_only(path):
    first, second = rows_of(held_out_images(path, seed=0)), rows_of(held_out_images(path, seed=1))
    assert not np.array_equal(first, second)
    assert set(first) == set(second)
    assert np.array_equal(rows_of(training_images(path)), rows_of(training_images(path)))


def test_too_few_images_of_a_digit_are_refused(tmp_path):
    save_mnist(tmp_path / "mnist.npz", np.zeros((100, 784)), np.arange(100) % 10)
    with pytest.raises(ValueError, match="one digit has 10 images, the GAN needs 500 of each"):
        training_images(tmp_path / "mnist.npz")
