"""One thread for all, and gradcheck for gradients made by hand."""

from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from torch import Tensor


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def by_hand() -> Callable[..., bool]:
    """Compare hand-made gradients with numerical ones: cost(*weights) and gradient(*weights), in float64."""
    def check(
        cost: Callable[..., Tensor], gradient: Callable[..., Sequence[Tensor]], weights: Sequence[Tensor]
    ) -> bool:
        class ByHand(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *weights):
                ctx.save_for_backward(*weights)
                return cost(*weights)

            @staticmethod
            def backward(ctx, outer):
                return tuple(outer * slope for slope in gradient(*ctx.saved_tensors))

        leaves = [weight.double().requires_grad_() for weight in weights]
        return torch.autograd.gradcheck(ByHand.apply, leaves)

    return check
