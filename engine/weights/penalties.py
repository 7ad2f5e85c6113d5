"""How is a model held near its old weights while it learns?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

Vectors = Callable[[Sequence[str]], "Tensor"]
"""Texts -> their vectors of shape (n, d), with gradients."""


def fisher(
    vectors: Vectors, parameters: dict[str, Tensor], texts: Sequence[str], *, seed: int = 0
) -> dict[str, Tensor]:
    """The diagonal of the Fisher information of each parameter about the vectors of the texts, on average over them.

    With vectors taken as observed with unit Gaussian noise, it is the sum of (d vector_k / d parameter)² over k; one
    random direction of signs a text gives it without bias.

    Source: Kirkpatrick et al. 2017 (https://arxiv.org/abs/1612.00796); Martens 2014 (https://arxiv.org/abs/1412.1193),
    section 9 for the regression.
    """
    import torch

    dice = torch.Generator().manual_seed(seed)
    found = {name: torch.zeros_like(one) for name, one in parameters.items()}
    for text in texts:
        vector = vectors([text])[0]
        signs = torch.randint(2, vector.shape, generator=dice).to(vector) * 2 - 1
        slopes = torch.autograd.grad(signs @ vector, list(parameters.values()), allow_unused=True)
        for name, slope in zip(parameters, slopes, strict=True):
            if slope is not None:
                found[name] += slope**2 / len(texts)
    return found


def evened(information: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same with a mean of 1 over all parameters, so that a strength means what it means without any."""
    total = sum(float(one.double().sum()) for one in information.values())
    count = sum(one.numel() for one in information.values())
    return {name: one * (count / total) for name, one in information.items()} if total else information


class Penalty:
    """strength × sum of information × (parameter - old parameter)²; of information 1 everywhere where none is given.

    Without information it is L2-SP (https://arxiv.org/abs/1802.01483) as stella has it, with it EWC.
    """

    def __init__(self, old: dict[str, Tensor], strength: float, information: dict[str, Tensor] | None = None) -> None:
        self.old = {name: one.detach().clone() for name, one in old.items()}
        self.strength, self.information = strength, information

    def __call__(self, parameters: dict[str, Tensor]) -> Any:
        """What is added to the loss of a step, of the parameters as they are now."""
        import torch

        terms = [
            ((parameters[name] - one) ** 2 * (1 if self.information is None else self.information[name])).sum()
            for name, one in self.old.items()
        ]
        return self.strength * torch.stack(terms).sum()
