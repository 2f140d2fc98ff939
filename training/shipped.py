"""A finished model, as the app runs it, in the place of a checkpoint's generator: to be measured, shown, to teach."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from core.catalogue import Model
from core.generator import Generator as Session
from core.runtime import Device
from training.networks.generator import GeneratorOutput
from training.unpaired import to_pixels


class ShippedGenerator(nn.Module):
    """The model in a folder with a manifest, on the processor; it draws at its own size and gives no gradients.

    Raises ModelError where the folder holds no model that runs.
    """

    def __init__(self, model: Model) -> None:
        super().__init__()
        model.verify()
        self._session = Session(model, Device.CPU, threads=torch.get_num_threads())

    @property
    def size(self) -> int:
        """Side in pixels of what it draws."""
        return self._session.size

    @torch.no_grad()
    def forward(self, photos: Tensor) -> GeneratorOutput:
        """(N, 3, S, S) in [-1, 1] to pictures of the model's size; a model without attention looks everywhere alike."""
        crops = photos
        if photos.shape[2:] != (self.size, self.size):
            crops = nn.functional.interpolate(photos, (self.size, self.size), mode="bicubic", antialias=True)
        styled = self._session.run(np.stack(to_pixels(crops)))
        image = torch.from_numpy(styled.anime.astype(np.float32)).permute(0, 3, 1, 2) / 127.5 - 1
        attention = (
            photos.new_zeros(len(photos), 1, 1, 1)
            if styled.attention is None
            else torch.from_numpy(styled.attention[:, None])
        )
        return GeneratorOutput(image, photos.new_zeros(len(photos), 2), attention)
