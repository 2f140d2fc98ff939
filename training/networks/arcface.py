"""Likeness as a loss: the cosine of ArcFace vectors (Deng et al. 2018, arXiv 1801.07698) of a photo and its drawing.

The weights come as an ONNX file; ONNX Runtime gives no gradients, so its six kinds of nodes are replayed in torch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import Tensor, nn

from core.alignment import TEMPLATE, fit
from training.prepare.embedding import LANDMARKS, SIZE
from training.weights import ARCFACE, fetch


class _Node(NamedTuple):
    kind: str
    inputs: tuple[str, ...]
    output: str
    settings: dict[str, Any]


class ArcFace(nn.Module):
    """Unit vectors of faces; frozen. Raises WeightsError when the weights cannot be fetched."""

    def __init__(self) -> None:
        super().__init__()
        graph = onnx.load(fetch(ARCFACE)).graph
        self._nodes = [
            _Node(
                node.op_type,
                tuple(node.input),
                node.output[0],
                {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute},
            )
            for node in graph.node
        ]
        self._names: dict[str, str] = {}
        for index, initializer in enumerate(graph.initializer):
            self._names[initializer.name] = f"weight{index}"
            self.register_buffer(f"weight{index}", torch.from_numpy(numpy_helper.to_array(initializer).copy()))
        self._input, self._output = graph.input[0].name, graph.output[0].name

    def forward(self, faces: Tensor) -> Tensor:
        """(N, 3, 112, 112) in [-1, 1], aligned, to unit vectors (N, 512)."""
        values: dict[str, Tensor] = {self._input: faces}
        for node in self._nodes:
            inputs = [values[name] if name in values else self.get_buffer(self._names[name]) for name in node.inputs]
            values[node.output] = _computed(node, inputs)
        return F.normalize(values[self._output], dim=1)


class FaceDistance(nn.Module):
    """1 - cosine between who is on a photo and on its drawing, the mean over the batch.

    Both are crops as core.alignment makes them; the face is looked for where that puts it, so the window that is
    cut out for training shifts it by a few pixels, which ArcFace bears.
    """

    matrix: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.network = ArcFace()
        self.register_buffer("matrix", torch.from_numpy(_sampling_matrix()).float())

    def forward(self, photo: Tensor, drawing: Tensor) -> Tensor:
        """Compare pictures (N, 3, S, S) in [-1, 1]; only the drawing carries a gradient."""
        with torch.no_grad():
            wanted: Tensor = self.network(self._face(photo))
        found: Tensor = self.network(self._face(drawing))
        return 1 - F.cosine_similarity(found, wanted).mean()

    def _face(self, crop: Tensor) -> Tensor:
        theta = self.matrix.expand(crop.shape[0], -1, -1)
        grid = F.affine_grid(theta, [crop.shape[0], crop.shape[1], SIZE, SIZE], align_corners=False)
        return F.grid_sample(crop, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _sampling_matrix() -> np.ndarray[Any, np.dtype[np.float64]]:
    """The (2, 3) matrix from ArcFace's square to the crop's, both with sides from -1 to 1."""
    to_unit = 2 * LANDMARKS / SIZE - 1
    return fit(to_unit, 2 * TEMPLATE - 1)


def _computed(node: _Node, inputs: list[Tensor]) -> Tensor:
    match node.kind:
        case "Conv":
            image, weight, bias = inputs
            stride, padding = node.settings["strides"], node.settings["pads"][:2]
            return F.conv2d(image, weight, bias, stride, padding, node.settings["dilations"], node.settings["group"])
        case "PRelu":
            return F.prelu(inputs[0], inputs[1].flatten())
        case "Add":
            return inputs[0] + inputs[1]
        case "Flatten":
            return inputs[0].flatten(1)
        case "Gemm":
            return F.linear(inputs[0], inputs[1], inputs[2])
        case "BatchNormalization":
            scale = inputs[1] * torch.rsqrt(inputs[4] + node.settings["epsilon"])
            return inputs[0] * scale + (inputs[2] - inputs[3] * scale)
    raise NotImplementedError(f"the ArcFace file has a {node.kind} node")
