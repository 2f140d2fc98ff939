"""A projected discriminator with its optimizer, for runs that want one beside a supervised loss."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from training import checkpoints, losses
from training.cyclegan import frozen
from training.networks.efficientnet import EfficientNetLite0
from training.networks.projected import BLOCKS, ProjectedDiscriminators
from training.schedule import set_learning_rate

WIDTH = 64


class Critic:
    """Judges drawings against true ones with the hinge loss; only its heads learn and are saved."""

    def __init__(
        self, learning_rate: float, betas: tuple[float, float], seed: int, device: torch.device | None = None
    ) -> None:
        """Build it on ``device``, or on the CPU. Raises WeightsError when the trunk's weights cannot be fetched."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._network = ProjectedDiscriminators(EfficientNetLite0(BLOCKS), WIDTH).to(device)
        self._adam = torch.optim.Adam(self._network.heads.parameters(), lr=learning_rate, betas=betas, fused=True)

    def to_fool(self, drawing: Tensor) -> Tensor:
        """What a generator minimises so that ``drawing`` (N, 3, H, W) in [-1, 1] passes for true."""
        with frozen(self._network):
            return losses.to_fool(self._network(drawing), "hinge")

    def train(self, true: Tensor, drawing: Tensor, rate: float) -> Tensor:
        """Learn to tell ``true`` pictures from detached drawings; return the loss."""
        set_learning_rate(self._adam, rate)
        loss = losses.to_tell_apart(self._network(true), self._network(drawing), "hinge")
        self._adam.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self._adam.step()
        return loss

    def tensors(self) -> dict[str, Tensor]:
        """The mixers, the heads and Adam's moments; the borrowed trunk stays where it came from."""
        return {
            **checkpoints.prefixed("critic.mixers", self._network.mixers.state_dict()),
            **checkpoints.prefixed("critic.heads", self._network.heads.state_dict()),
            **checkpoints.prefixed("adam_critic", checkpoints.optimizer_tensors(self._adam, self._network.heads)),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what :meth:`tensors` gave."""
        checkpoints.load_network(self._network.mixers, checkpoints.under("critic.mixers", tensors), "the critic")
        checkpoints.load_network(self._network.heads, checkpoints.under("critic.heads", tensors), "the critic")
        checkpoints.load_optimizer(self._adam, self._network.heads, checkpoints.under("adam_critic", tensors))
