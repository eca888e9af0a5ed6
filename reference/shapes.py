"""Say clearly when a tensor has the wrong shape, before PyTorch broadcasts it into something else."""

from torch import Tensor


def require_shape(what: str, value: Tensor, *expected: int | str) -> None:
    """Raise ValueError unless value has the expected shape.

    expected: one entry per dimension; a number must be met, a letter stands for any size.
    """
    sizes = tuple(value.shape)
    fits = len(sizes) == len(expected) and all(
        isinstance(want, str) or have == want for have, want in zip(sizes, expected, strict=True)
    )
    if not fits:
        wanted = ", ".join(str(want) for want in expected) + ("," if len(expected) == 1 else "")
        raise ValueError(f"{what}: shape is {sizes}, expected ({wanted})")
